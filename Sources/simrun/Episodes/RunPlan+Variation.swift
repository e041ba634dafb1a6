import Diagnostics
import Inference
import Policies
import Runtime
import Tasks

extension RunPlan {
    /// Actions in a chunk of this policy.
    var horizon: Int {
        switch actor {
        case .network(let model): model.manifest.plannedActions
        case .language(let policy): policy.model.network.shape.horizon
        case .expert, .random, .remote: 1
        }
    }

    /// The same run with another fixed charge, strategy or speed; weights and task are shared.
    ///
    /// - Parameters:
    ///   - delay: What each plan costs on the charged clock.
    ///   - execution: How chunks are executed; nil for this plan's own way.
    ///   - targetSpeed: In metres per second; nil for this plan's own.
    func varied(
        delay: TimeSpan,
        execution: ExecutionStrategy? = nil,
        targetSpeed: Double? = nil
    ) throws(InputError) -> RunPlan {
        var plan = self
        if let targetSpeed {
            plan.setup = try TaskSetup(
                task: setup.task,
                robot: setup.robot,
                controlHertz: options.rate,
                targetSpeed: targetSpeed
            )
        }
        plan.configuration.clock = .charged
        plan.configuration.latency = .fixed(delay)
        if let execution { plan.configuration.execution = execution }
        plan.latencyName = "\(delay.printedMilliseconds)ms"
        return plan
    }
}
