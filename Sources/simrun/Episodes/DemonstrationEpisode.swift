import Diagnostics
import Policies
import Recording
import Robots
import Runtime
import Spatial
import Tasks

/// A policy whose actions are labels to learn from.
protocol Demonstrator: Policy {
    /// The action that was meant, before noise, controller and gate.
    var intended: ActionChunk { get }
    /// How far a script has come; nil for people, who follow none.
    var progress: ScriptProgress? { get }
}

/// How far a scripted expert has come in its task.
struct ScriptProgress {
    /// The stage it is at.
    var stage: Int
    /// How often it was thrown back to an earlier one.
    var recoveries: Int
}

extension ExpertPolicy: Demonstrator {
    var progress: ScriptProgress? { ScriptProgress(stage: stage, recoveries: recoveries) }
}

extension TeleoperationPolicy: Demonstrator {
    var progress: ScriptProgress? { nil }
}

/// Looks on while a demonstration is recorded, outside the ticks.
protocol DemonstrationObserver {
    /// The scene stands ready.
    ///
    /// - Returns: Whether to begin; otherwise the episode has no step.
    mutating func begins<Brain: Policy>(
        _ loop: inout ControlLoop<SimulatedPlant, Brain, MonotonicTime>
    ) -> Bool

    /// A tick is over.
    ///
    /// - Returns: Whether to go on; otherwise the episode ends here.
    mutating func goesOn<Brain: Policy>(
        after loop: inout ControlLoop<SimulatedPlant, Brain, MonotonicTime>
    ) -> Bool
}

/// Nobody looks on.
struct Unobserved: DemonstrationObserver {
    func begins<Brain: Policy>(
        _ loop: inout ControlLoop<SimulatedPlant, Brain, MonotonicTime>
    ) -> Bool { true }

    func goesOn<Brain: Policy>(
        after loop: inout ControlLoop<SimulatedPlant, Brain, MonotonicTime>
    ) -> Bool { true }
}

/// One episode of an expert or an operator as a table of policy steps.
enum DemonstrationEpisode {
    /// The observation features that a policy of this task gets beside the cloud.
    static func stateFeatures(of task: TaskDefinition) -> String {
        (["tool_position", "gripper_opening"] + (task.goal == nil ? [] : ["goal"])
            + (task.conveyorEncoder == nil ? [] : ["conveyor_speed"]))
            .joined(separator: ",")
    }

    /// Runs one episode and writes down what the policy saw and did at each of its steps.
    ///
    /// - Parameters:
    ///   - seed: Draws everything that is random, the target speed too unless it is given.
    ///   - targetSpeed: How fast the target moves, in metres per second; nil for a draw.
    ///   - instruction: What to do; nil for a draw.
    ///   - ending: When the episode is over.
    ///   - keepsImages: Whether to keep the cameras' pictures.
    ///   - keepsDepth: Whether to keep their depth beside the colours.
    ///   - attributes: What else to say of the episode.
    ///   - observer: Asked before the first tick and after each.
    static func record<Brain: Demonstrator, Observer: DemonstrationObserver>(
        seed: UInt64,
        targetSpeed: Double?,
        instruction: InstructionChoice? = nil,
        setup: TaskSetup,
        loop: inout ControlLoop<SimulatedPlant, Brain, MonotonicTime>,
        ending: Ending,
        keepsImages: Bool,
        keepsDepth: Bool = true,
        attributes extra: [String: AttributeValue] = [:],
        observer: inout Observer
    ) throws -> EpisodeTable {
        let speed = targetSpeed ?? setup.drawnTargetSpeed(seed: seed)
        try loop.plant.reset(seed: seed, targetSpeed: speed, instruction: instruction)
        loop.reset(seed: seed)
        var columns = try DemonstrationColumns(
            loop: loop,
            hasStages: loop.policy.progress != nil,
            keepsImages: keepsImages,
            keepsDepth: keepsDepth
        )
        var goesOn = observer.begins(&loop)
        while goesOn, loop.plant.elapsed < ending.timeLimit {
            let state = loop.plant.flatState
            let acted = try loop.tick()
            if let trace = loop.traces.pop(), acted {
                columns.append(
                    loop: loop,
                    intended: loop.policy.intended,
                    stage: loop.policy.progress?.stage,
                    state: state,
                    trace: trace
                )
            }
            goesOn = observer.goesOn(after: &loop)
            if let done = loop.plant.status.succeededAt,
                loop.plant.elapsed >= done + ending.linger
            {
                break
            }
        }
        var attributes = extra
        if let speed { attributes["target_speed_m_per_s"] = .real(speed) }
        let succeeded = loop.plant.status.succeededAt != nil
        attributes["instruction"] = .text(loop.plant.instruction.text)
        attributes["success"] = .integer(succeeded ? 1 : 0)
        if let progress = loop.policy.progress {
            attributes["recoveries"] = .integer(Int64(progress.recoveries))
        }
        attributes["state_hash"] = .unsigned(loop.plant.stateHash)
        return EpisodeTable(
            seed: seed,
            attributes: attributes,
            columns: columns.finished()
        )
    }

    /// When an episode is over, unless its observer ends it.
    struct Ending {
        /// Time to go on after success, so that holding still is shown too.
        var linger: TimeSpan
        /// Episode time at the end.
        var timeLimit: TimeSpan
    }
}
