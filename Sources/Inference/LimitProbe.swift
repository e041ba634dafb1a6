public import Diagnostics

/// The limits of one core while something else is measured, in slices between its own.
///
/// On a shared machine a core is not equally fast at all times. A share of the limit means something
/// where both were measured side by side: the arithmetic is the median of samples between slices of
/// the computation. Reading, over a working set of the computation's own size, is the best of them,
/// since a sample has not kept its memory in cache as a tight loop keeps its own.
public final class LimitProbe {
    private let loops: LimitLoops
    private let isDot: Bool
    private let workingSet: LimitLoops.WorkingSet
    private var gigaflops: [Double] = []
    private var gigabytes: [Double] = []

    /// A sample reads at least so much.
    private static let leastBytes = 4 << 20

    /// Allocates.
    ///
    /// - Parameters:
    ///   - format: How the computation's weights are stored.
    ///   - bytes: How many it reads.
    /// - Throws: `InputError` if `SIMRUN_ISA` names no set of this machine.
    public init(format: WeightFormat, bytes: Double) throws(InputError) {
        loops = try LimitLoops()
        isDot = format == .bfloat16Dot && loops.hasDot
        workingSet = LimitLoops.WorkingSet(bytes: Int(bytes))
    }

    /// Measures both limits.
    public func sample() {
        gigaflops.append(loops.gigaflops(dot: isDot))
        let passes = max(1, Self.leastBytes / workingSet.bytes)
        // The first brings the memory where it can be.
        for _ in 0..<3 { gigabytes.append(loops.gigabytes(workingSet, passes: passes)) }
    }

    /// What the samples say; nil before the first.
    public var limits: MachineLimits? {
        guard !gigaflops.isEmpty, let reading = gigabytes.max() else { return nil }
        let arithmetic = gigaflops.sorted()[gigaflops.count / 2]
        return MachineLimits(
            floatGigaflops: arithmetic,
            bfloat16DotGigaflops: isDot ? arithmetic : nil,
            bandwidths: [
                MachineLimits.Bandwidth(bytes: Double(workingSet.bytes), gigabytes: reading)
            ]
        )
    }
}
