import Inference
import Runtime

/// One thing that `simrun bench` times: a name that is known at once, and work that is loaded only
/// when it is its turn.
struct BenchCase {
    /// Such as `policy/meanflow-reach/b8`.
    var name: String
    /// How weights are stored, or what is computed in.
    var dtype: String
    /// Loads everything that the case needs.
    var prepare: () throws -> BenchWork
}

/// Work that can be repeated.
struct BenchWork {
    /// What one call costs, phase by phase, where that can be counted; else empty.
    var phases: [PlanCost] = []
    /// How its weights are stored, where it has some.
    var format = WeightFormat.float32
    /// Threads that compute.
    var threads = 1
    /// Whether calls may follow each other inside one measurement, for those too short to time.
    var isRepeatable = true
    /// Makes so many calls; gives the time they took together, or nil where this call had nothing
    /// to measure.
    var run: (_ calls: Int) throws -> TimeSpan?
}

extension BenchWork {
    /// What one call costs, where that can be counted.
    var cost: PlanCost? { phases.isEmpty ? nil : phases.reduce(PlanCost(), +) }

    /// Work timed from outside.
    init(
        phases: [PlanCost] = [],
        format: WeightFormat = .float32,
        threads: Int = 1,
        call: @escaping () throws -> Void
    ) {
        let time = MonotonicTime()
        self.init(phases: phases, format: format, threads: threads) { calls in
            let start = time.now()
            for _ in 0..<calls { try call() }
            return time.now() - start
        }
    }
}
