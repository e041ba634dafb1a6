import Diagnostics
import Robots
import Runtime
import Tasks

extension RunPlan {
    /// The same task with its arm led by another: joint positions, every tick.
    ///
    /// - Parameters:
    ///   - longest: How long an episode may last; nil for the task's time limit.
    ///   - isReal: Whether the arm is a real one.
    /// - Throws: `InputError` when the task and the robot do not fit so.
    func led(longest: TimeSpan?, isReal: Bool) throws(InputError) -> RunPlan {
        var plan = self
        var task = setup.task
        task.control.mode = .jointPosition
        task.rates.policy = setup.rate.hertz
        task.timeLimit = longest ?? task.timeLimit
        plan.setup = try TaskSetup(
            task: task,
            robot: setup.robot,
            controlHertz: setup.rate.hertz,
            targetSpeed: setup.targetSpeed
        )
        plan.actor = .random
        plan.policyName = "leader"
        plan.configuration.policyHertz = setup.rate.hertz
        plan.configuration.execution = .replan
        plan.configuration.hasPlanningThread = false
        plan.configuration.controller = ActionController(try plan.setup.controller())
        plan.configuration.limits = try isReal ? plan.setup.armLimits() : plan.setup.limits()
        return plan
    }
}
