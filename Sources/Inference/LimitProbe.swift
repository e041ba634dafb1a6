internal import CKernels
public import Diagnostics
internal import Processor

/// The limits of one core while something else is measured, in slices between its own.
///
/// On a shared machine a core is not equally fast at all times. A share of the limit means something
/// where both were measured side by side: the arithmetic is the median of samples between slices of
/// the computation. Reading, over a working set of the computation's own size, is the best of them,
/// since a sample has not kept its memory in cache as a tight loop keeps its own.
public final class LimitProbe {
    private let loops: ck_limits
    private let arithmetic: @convention(c) (Int64, UnsafeMutablePointer<Float>?) -> Int64
    private let isDot: Bool
    private let sink = FloatBuffer(count: 64)
    private let arena = WeightArena(chunk: 0)
    private let memory: UnsafeMutablePointer<Float>
    private let count: Int
    private var gigaflops: [Double] = []
    private var gigabytes: [Double] = []

    /// Multiply-add rounds of one sample, about a third of a millisecond.
    private static let rounds: Int64 = 100_000
    /// A sample reads at least so much.
    private static let leastBytes = 4 << 20

    /// Allocates.
    ///
    /// - Parameters:
    ///   - format: How the computation's weights are stored.
    ///   - bytes: How many it reads.
    /// - Throws: `InputError` if `SIMRUN_ISA` names no set of this machine.
    public init(format: WeightFormat, bytes: Double) throws(InputError) {
        let set = try InstructionSet.selected()
        guard let loops = ck_limits_for(set.code)?.pointee else {
            preconditionFailure("no limits are compiled for \(set)")
        }
        self.loops = loops
        isDot = format == .bfloat16Dot && loops.dot_bf16 != nil
        arithmetic = isDot ? loops.dot_bf16 ?? loops.multiply_add : loops.multiply_add
        // The loop reads 128 floats at a time.
        count = max(128, Int(bytes / 4) / 128 * 128)
        memory = arena.allocate(bytes: 4 * count).bindMemory(to: Float.self, capacity: count)
        memory.initialize(repeating: 1, count: count)
    }

    /// Measures both limits.
    public func sample() {
        let (operations, seconds) = Self.timed { Double(arithmetic(Self.rounds, sink.base)) }
        gigaflops.append(operations / seconds / 1e9)
        let passes = max(1, Self.leastBytes / (4 * count))
        // The first brings the memory where it can be.
        for _ in 0..<3 {
            let (bytes, reading) = Self.timed {
                for _ in 0..<passes { loops.read(memory, Int64(count), sink.base) }
                return Double(passes * count * 4)
            }
            gigabytes.append(bytes / reading / 1e9)
        }
    }

    /// What the samples say; nil before the first.
    public var limits: MachineLimits? {
        guard let flops = Self.median(gigaflops), let bytes = gigabytes.max() else {
            return nil
        }
        return MachineLimits(
            floatGigaflops: flops,
            bfloat16DotGigaflops: isDot ? flops : nil,
            bandwidths: [MachineLimits.Bandwidth(bytes: Double(4 * count), gigabytes: bytes)]
        )
    }

    private static func median(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.sorted()[values.count / 2]
    }

    private static func timed(_ work: () -> Double) -> (amount: Double, seconds: Double) {
        let clock = ContinuousClock()
        let start = clock.now
        let amount = work()
        let (seconds, attoseconds) = start.duration(to: clock.now).components
        return (amount, max(1e-9, Double(seconds) + Double(attoseconds) * 1e-18))
    }
}
