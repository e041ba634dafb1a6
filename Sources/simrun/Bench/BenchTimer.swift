import Diagnostics
import Foundation
import Inference
import Runtime

/// Times work hot, in a tight loop, and paced, one call a period with sleep between.
///
/// Paced is what a control loop sees: between two calls the world's work and the system's evict
/// caches, and the core cools down.
struct BenchTimer {
    /// How long a case is paced.
    var seconds: Double
    /// Paced calls per second.
    var rate: Double

    /// Microseconds per call, in order of size.
    struct Times {
        var hot: [Double]
        var paced: [Double]
        /// The machine's limits beside the tight loop, where the work's cost is known.
        var limits: MachineLimits?
    }

    /// Measurements shorter than this are made of several calls.
    private static let shortest = TimeSpan.microseconds(20)
    private static let mostHot = 100_000
    /// The tight loop stops after so long for a look at the machine's limits.
    private static let slice = TimeSpan.milliseconds(25)

    /// The paced calls of a case.
    var pacedCalls: Int { max(3, Int((seconds * rate).rounded())) }

    /// Warms up, then measures hot, then paced.
    ///
    /// - Throws: What the work throws, or ``Outcome/interrupted(_:)``.
    func measure(_ work: BenchWork) throws -> Times {
        let calls = try warmUp(work)
        let probe = try work.cost.map { cost throws(InputError) in
            try LimitProbe(format: work.format, bytes: cost.weightBytes)
        }
        let hot = try hotCalls(work, together: calls, beside: probe)
        return Times(
            hot: hot.sorted(),
            paced: try paced(work).sorted(),
            limits: probe?.limits
        )
    }

    /// Runs until caches and lazy set-up are done.
    ///
    /// - Returns: How many calls one hot measurement takes.
    private func warmUp(_ work: BenchWork) throws -> Int {
        let time = MonotonicTime()
        let end = time.now() + .seconds(min(0.05, seconds / 10))
        var best = TimeSpan.seconds(60)
        var calls = 0
        while calls < 3 || time.now() < end {
            if let span = try work.run(1) {
                best = min(best, span)
                calls += 1
            }
        }
        guard work.isRepeatable, best < Self.shortest else { return 1 }
        return Int(
            (Double(Self.shortest.nanoseconds) / Double(max(1, best.nanoseconds))).rounded(.up)
        )
    }

    private func hotCalls(
        _ work: BenchWork,
        together calls: Int,
        beside probe: LimitProbe?
    ) throws -> [Double] {
        let time = MonotonicTime()
        let end = time.now() + .seconds(seconds / 4)
        var nextLook = time.now()
        var samples: [Double] = []
        while samples.count < 3 || (time.now() < end && samples.count < Self.mostHot) {
            if let probe, time.now() >= nextLook {
                probe.sample()
                // Its own weights again where a tight loop keeps them.
                _ = try work.run(1)
                nextLook = time.now() + Self.slice
            }
            if let span = try work.run(calls) { samples.append(span.microseconds / Double(calls)) }
            try Self.checkInterrupt()
        }
        return samples
    }

    private func paced(_ work: BenchWork) throws -> [Double] {
        let time = MonotonicTime()
        var samples: [Double] = []
        var tick = 0
        let start = time.now()
        while samples.count < pacedCalls {
            tick += 1
            let deadline = start + .seconds(Double(tick) / rate)
            // Work that outlasts its period skips the periods it has overrun.
            guard deadline > time.now() else { continue }
            time.sleep(until: deadline)
            if let span = try work.run(1) { samples.append(span.microseconds) }
            try Self.checkInterrupt()
        }
        return samples
    }

    private static func checkInterrupt() throws {
        if Interrupt.isRequested { throw Outcome.interrupted("no case is half measured") }
    }
}
