import Synchronization

/// Hands the newest of a stream of values from one thread to another, without locks or waiting.
///
/// Three slots: the writer fills one, the reader looks at one, and the third changes hands by one
/// atomic. The writer never waits for the reader and the reader never sees a half-written value;
/// values that come faster than they are read are overwritten.
public final class TripleBuffer<Value>: @unchecked Sendable {
    // Unchecked: each slot belongs to one thread at a time, handed over by `spare`.

    /// The bit of `spare` that marks a value which has not been read yet.
    private static var fresh: Int { 4 }

    private let slots: UnsafeMutablePointer<Value>
    /// The slot that belongs to neither, and whether it is fresh.
    private let spare = Atomic<Int>(1)
    /// The writer's slot.
    private var back = 0
    /// The reader's slot.
    private var front = 2

    /// Creates a buffer of three copies of `value`, to be changed in place.
    public init(_ value: Value) {
        slots = .allocate(capacity: 3)
        slots.initialize(repeating: value, count: 3)
    }

    deinit {
        slots.deinitialize(count: 3)
        slots.deallocate()
    }

    /// Fills in the writer's slot and publishes it; writer only.
    ///
    /// The slot holds an older value, whose storage can be used again.
    public func write(_ fill: (inout Value) -> Void) {
        fill(&slots[back])
        back = spare.exchange(back | Self.fresh, ordering: .acquiringAndReleasing) & 3
    }

    /// Calls `body` with the newest value; reader only.
    ///
    /// - Returns: Whether the value is another than the last time.
    @discardableResult
    public func read(_ body: (Value) -> Void) -> Bool {
        let isNew = spare.load(ordering: .relaxed) & Self.fresh != 0
        if isNew {
            front = spare.exchange(front, ordering: .acquiringAndReleasing) & 3
        }
        body(slots[front])
        return isNew
    }
}
