import Synchronization

/// A single-producer single-consumer ring of tick traces, allocated once.
///
/// The loop pushes and never waits; a full ring drops the trace and counts it.
public final class TraceRing: @unchecked Sendable {
    // Unchecked: slots are written by one thread and read by one other, ordered by the two counters.
    private let slots: UnsafeMutableBufferPointer<TickTrace>
    private let mask: Int
    private let written = Atomic<Int>(0)
    private let consumed = Atomic<Int>(0)
    private let lost = Atomic<Int>(0)

    /// Creates a ring for at least `capacity` traces, rounded up to a power of two.
    ///
    /// - Parameter capacity: Must be in `1...2^24`.
    public init(capacity: Int) {
        precondition((1...1 << 24).contains(capacity), "ring capacity out of range")
        var size = 1
        while size < capacity { size *= 2 }
        slots = .allocate(capacity: size)
        slots.initialize(repeating: TickTrace())
        mask = size - 1
    }

    deinit { slots.deallocate() }

    /// How many traces were dropped because the ring was full.
    public var dropped: Int { lost.load(ordering: .relaxed) }

    /// Appends a trace; producer only.
    public func push(_ trace: TickTrace) {
        let next = written.load(ordering: .relaxed)
        guard next - consumed.load(ordering: .acquiring) <= mask else {
            lost.wrappingAdd(1, ordering: .relaxed)
            return
        }
        slots[next & mask] = trace
        written.store(next + 1, ordering: .releasing)
    }

    /// Takes the oldest trace, or nil when the ring is empty; consumer only.
    public func pop() -> TickTrace? {
        let next = consumed.load(ordering: .relaxed)
        guard next < written.load(ordering: .acquiring) else { return nil }
        let trace = slots[next & mask]
        consumed.store(next + 1, ordering: .releasing)
        return trace
    }
}
