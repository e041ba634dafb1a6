public import Diagnostics
internal import Foundation

/// What one core of this machine can do at most with the selected instruction set, measured.
///
/// Arithmetic is timed on registers alone, reading over working sets from the first cache to main
/// memory. The best of many short runs counts: a limit is what nothing has disturbed.
public struct MachineLimits: Equatable, Sendable {
    /// How fast one core reads a working set that it reads again and again.
    public struct Bandwidth: Equatable, Sendable {
        /// Size of the working set.
        public let bytes: Double
        /// 10⁹ bytes per second.
        public let gigabytes: Double

        /// Creates a figure.
        public init(bytes: Double, gigabytes: Double) {
            (self.bytes, self.gigabytes) = (bytes, gigabytes)
        }
    }

    /// 10⁹ multiplications and additions of floats per second.
    public let floatGigaflops: Double
    /// The same for dot products of bfloat16 pairs; nil where the machine has none.
    public let bfloat16DotGigaflops: Double?
    /// Working sets of growing size, at least one; the last is far larger than any cache.
    public let bandwidths: [Bandwidth]

    /// Creates limits from figures.
    public init(
        floatGigaflops: Double,
        bfloat16DotGigaflops: Double?,
        bandwidths: [Bandwidth]
    ) {
        precondition(!bandwidths.isEmpty, "at least one working set")
        self.floatGigaflops = floatGigaflops
        self.bfloat16DotGigaflops = bfloat16DotGigaflops
        self.bandwidths = bandwidths
    }

    /// The arithmetic limit of products in a format, in 10⁹ operations per second.
    public func gigaflops(_ format: WeightFormat) -> Double {
        format == .bfloat16Dot ? bfloat16DotGigaflops ?? floatGigaflops : floatGigaflops
    }

    /// The reading limit at a working set's size, between the measured ones by the logarithm of
    /// the size.
    public func gigabytes(ofWorkingSet bytes: Double) -> Double {
        var below = bandwidths[0]
        for above in bandwidths {
            if bytes <= above.bytes {
                guard above.bytes > below.bytes, bytes > below.bytes else {
                    return below.gigabytes
                }
                let share = log(bytes / below.bytes) / log(above.bytes / below.bytes)
                return below.gigabytes + share * (above.gigabytes - below.gigabytes)
            }
            below = above
        }
        return below.gigabytes
    }
}

// MARK: - Share of the limit

extension MachineLimits {
    /// Which limit holds a computation back, most of the time.
    public enum Binding: String, Sendable {
        /// Arithmetic.
        case compute
        /// Reading weights.
        case bandwidth
    }

    /// How near to its limit a computation ran.
    public struct Share: Equatable, Sendable {
        /// 10⁹ operations per second achieved.
        public let gigaflops: Double
        /// 10⁹ bytes of weights per second achieved.
        public let gigabytes: Double
        /// The share of the limit that binds; 1 at the limit.
        public let share: Double
        /// That limit.
        public let binding: Binding
    }

    /// The share of the limit that a computation reached.
    ///
    /// Its phases follow each other, so at best it takes the sum of what each takes at the limit
    /// that binds that phase (the roofline; Williams, Waterman and Patterson, CACM 52(4), 2009).
    ///
    /// - Parameters:
    ///   - phases: What each counts.
    ///   - seconds: What all took together, over 0.
    ///   - format: How its weights are stored.
    ///   - threads: The limits are so many times one core's.
    public func share(
        of phases: [PlanCost],
        seconds: Double,
        format: WeightFormat,
        threads: Int = 1
    ) -> Share {
        let total = phases.reduce(PlanCost(), +)
        let cores = Double(threads)
        let bandwidth = gigabytes(ofWorkingSet: total.weightBytes) * 1e9 * cores
        let arithmetic = gigaflops(format) * 1e9 * cores
        var (bound, reading) = (0.0, 0.0)
        for phase in phases {
            let (compute, read) = (phase.flops / arithmetic, phase.weightBytes / bandwidth)
            bound += max(compute, read)
            if read > compute { reading += read }
        }
        return Share(
            gigaflops: total.flops / seconds / 1e9,
            gigabytes: total.weightBytes / seconds / 1e9,
            share: bound / seconds,
            binding: reading > bound / 2 ? .bandwidth : .compute
        )
    }
}

// MARK: - Measuring

extension MachineLimits {
    /// Working sets in KiB: in the first, second and third cache, and beyond them.
    private static let workingSets = [16, 128, 512, 2048, 8192, 16384, 32768, 131_072]

    /// Measures this machine, for about a second.
    ///
    /// - Throws: `InputError` if `SIMRUN_ISA` names no set of this machine.
    public static func measure() throws(InputError) -> MachineLimits {
        let loops = try LimitLoops()
        return MachineLimits(
            floatGigaflops: best { loops.gigaflops(dot: false) },
            bfloat16DotGigaflops: loops.hasDot ? best { loops.gigaflops(dot: true) } : nil,
            bandwidths: workingSets.map { size in
                let set = LimitLoops.WorkingSet(bytes: size << 10)
                let passes = max(1, (8 << 20) / set.bytes)
                return Bandwidth(
                    bytes: Double(set.bytes),
                    gigabytes: best { loops.gigabytes(set, passes: passes) }
                )
            }
        )
    }

    private static func best(_ sample: () -> Double) -> Double {
        (0..<15).reduce(0) { best, _ in max(best, sample()) }
    }
}
