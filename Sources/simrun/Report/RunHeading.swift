import Robots
import Runtime
import Tasks

/// What a report says above its figures: what ran, on what, and how.
struct RunHeading {
    var task: String
    var robot: String
    var policy: String
    var hashes: TaskReport.Hashes
    var configuration: LoopConfiguration
    /// What reports call the latency.
    var latency: String
    /// How plans were chosen among candidates.
    var reranking: Reranking?
    /// Whether episodes differ in what they are told to do.
    var tellsInstruction = false
    /// Whether a success can be taken back until the end.
    var isJudgedAtEnd = false
}

extension RunHeading {
    /// Of a task of ours.
    init(_ plan: RunPlan) {
        self.init(
            task: plan.setup.task.name,
            robot: plan.setup.robot.name,
            policy: plan.policyName,
            hashes: TaskReport.Hashes(plan),
            configuration: plan.configuration,
            latency: plan.latencyName,
            reranking: plan.reranking,
            tellsInstruction: plan.setup.task.instructions.count > 1,
            isJudgedAtEnd: plan.setup.task.success.judged == .atEnd
        )
    }
}
