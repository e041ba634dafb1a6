internal import CKernels
internal import Diagnostics
internal import Processor

/// The loops that drive one core to its limits, of the selected instruction set.
struct LimitLoops {
    private let loops: ck_limits
    private let sink = FloatBuffer(count: 64)

    /// Multiply-add rounds of one sample, about a third of a millisecond.
    private static let rounds: Int64 = 100_000

    /// Finds the loops.
    ///
    /// - Throws: `InputError` if `SIMRUN_ISA` names no set of this machine.
    init() throws(InputError) {
        let set = try InstructionSet.selected()
        guard let loops = ck_limits_for(set.code)?.pointee else {
            preconditionFailure("no limits are compiled for \(set)")
        }
        self.loops = loops
    }

    /// Whether the machine has dot products of bfloat16 pairs.
    var hasDot: Bool { loops.dot_bf16 != nil }

    /// One sample of the arithmetic, in 10⁹ operations per second.
    ///
    /// - Parameter dot: Dot products of bfloat16 pairs, where the machine has them.
    func gigaflops(dot: Bool) -> Double {
        let loop: @convention(c) (Int64, UnsafeMutablePointer<Float>?) -> Int64 =
            dot ? loops.dot_bf16 ?? loops.multiply_add : loops.multiply_add
        return Self.rate { Double(loop(Self.rounds, sink.base)) }
    }

    /// One sample of reading, in 10⁹ bytes per second.
    func gigabytes(_ set: WorkingSet, passes: Int) -> Double {
        Self.rate {
            for _ in 0..<passes { loops.read(set.memory, Int64(set.count), sink.base) }
            return Double(passes * set.bytes)
        }
    }

    /// How much work was done in a nanosecond.
    private static func rate(_ work: () -> Double) -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        let amount = work()
        let (seconds, attoseconds) = start.duration(to: clock.now).components
        return amount / max(1e-9, Double(seconds) + Double(attoseconds) * 1e-18) / 1e9
    }

    /// Memory to read, in huge pages as weights are.
    struct WorkingSet {
        /// Floats in it.
        let count: Int
        fileprivate let memory: UnsafeMutablePointer<Float>
        private let arena = WeightArena(chunk: 0)

        /// Allocates.
        ///
        /// - Parameter bytes: Rounded down to the 128 floats that the loop reads at a time.
        init(bytes: Int) {
            count = max(128, bytes / 4 / 128 * 128)
            memory = arena.allocate(bytes: 4 * count).bindMemory(to: Float.self, capacity: count)
            memory.initialize(repeating: 1, count: count)
        }

        /// Its size.
        var bytes: Int { 4 * count }
    }
}
