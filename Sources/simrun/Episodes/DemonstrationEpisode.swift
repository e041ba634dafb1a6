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
        var columns = try Columns(loop: loop, keepsImages: keepsImages, keepsDepth: keepsDepth)
        var goesOn = observer.begins(&loop)
        while goesOn, loop.plant.elapsed < ending.timeLimit {
            let state = loop.plant.flatState
            let acted = try loop.tick()
            if let trace = loop.traces.pop(), acted {
                columns.append(loop: loop, state: state, trace: trace)
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

    /// The columns of one episode while it grows.
    private struct Columns {
        private var table: [String: Column] = [:]
        private var order: [String] = []
        private let keepsImages: Bool
        private let keepsDepth: Bool

        init<Brain: Demonstrator>(
            loop: ControlLoop<SimulatedPlant, Brain, MonotonicTime>,
            keepsImages: Bool,
            keepsDepth: Bool
        ) throws(InputError) {
            (self.keepsImages, self.keepsDepth) = (keepsImages, keepsDepth)
            let observation = loop.observation
            let width = loop.lastAction.width
            try add("actions", [width], .float32)
            try add("actions_executed", [width], .float32)
            try add("rewards", [], .float64)
            try add("dones", [], .uint8)
            if loop.policy.progress != nil { try add("stage", [], .int64) }
            try add("states", [loop.plant.flatState.count], .float64)
            try add("obs/joint_positions", [observation.jointPositions.count], .float32)
            try add("obs/joint_velocities", [observation.jointVelocities.count], .float32)
            try add("obs/gripper_opening", [1], .float32)
            try add("obs/tool_position", [3], .float32)
            try add("obs/tool_quaternion", [4], .float32)
            try add("obs/goal", [3], .float32)
            if observation.conveyorSpeed != nil { try add("obs/conveyor_speed", [1], .float32) }
            if observation.cloud.capacity > 0 {
                try add("obs/point_cloud", [observation.cloud.capacity, 3], .float32)
            }
            for frame in observation.frames where keepsImages {
                try add("obs/\(frame.name)_rgb", [frame.height, frame.width, 3], .uint8)
                guard keepsDepth else { continue }
                try add("obs/\(frame.name)_depth", [frame.height, frame.width], .float32)
            }
            for name in Self.timing { try add("timing/\(name)", [], .int64) }
        }

        /// Columns of nanoseconds, but for the tick's index.
        private static let timing = [
            "tick", "observed_at_ns", "cloud_captured_at_ns", "sense_ns", "infer_ns", "act_ns",
            "step_ns",
        ]

        private mutating func add(
            _ path: String,
            _ shape: [Int],
            _ type: ElementType
        ) throws(InputError) {
            table[path] = try Column(path: path, shape: shape, type: type)
            order.append(path)
        }

        mutating func append<Brain: Demonstrator>(
            loop: ControlLoop<SimulatedPlant, Brain, MonotonicTime>,
            state: [Double],
            trace: TickTrace
        ) {
            let observation = loop.observation
            put("actions", loop.policy.intended.values)
            put("actions_executed", loop.lastAction.values)
            put("rewards", [loop.plant.status.holdsNow ? 1.0 : 0.0])
            put("dones", [UInt8(0)])
            if let progress = loop.policy.progress { put("stage", [Int64(progress.stage)]) }
            put("states", state)
            put("obs/joint_positions", observation.jointPositions.values.map(Float.init))
            put("obs/joint_velocities", observation.jointVelocities.values.map(Float.init))
            put("obs/gripper_opening", [Float(observation.gripperOpening)])
            put("obs/tool_position", floats(observation.worldFromTool.translation))
            let q = observation.worldFromTool.rotation.quaternion
            put("obs/tool_quaternion", [Float(q.x), Float(q.y), Float(q.z), Float(q.w)])
            put("obs/goal", floats(observation.goal ?? .zero))
            if let speed = observation.conveyorSpeed { put("obs/conveyor_speed", [Float(speed)]) }
            if observation.cloud.capacity > 0 {
                put("obs/point_cloud", observation.cloud.coordinates)
            }
            for frame in observation.frames where keepsImages {
                put("obs/\(frame.name)_rgb", frame.rgb)
                if keepsDepth { put("obs/\(frame.name)_depth", frame.depth) }
            }
            let times = [
                Int64(trace.tick), observation.capturedAt.nanoseconds,
                observation.cloud.capturedAt.nanoseconds, trace.stages.sense.nanoseconds,
                trace.stages.infer.nanoseconds, trace.stages.act.nanoseconds,
                trace.stages.step.nanoseconds,
            ]
            for (name, value) in zip(Self.timing, times) { put("timing/\(name)", [value]) }
        }

        /// All columns, with the last step marked as the end.
        func finished() -> [Column] {
            var columns = order.compactMap { table[$0] }
            guard let index = columns.firstIndex(where: { $0.path == "dones" }) else {
                return columns
            }
            let steps = columns[index].stepCount
            columns[index].removeAll()
            for step in 0..<steps { columns[index].append(UInt8(step == steps - 1 ? 1 : 0)) }
            return columns
        }

        private mutating func put<Element: ColumnElement>(_ path: String, _ step: [Element]) {
            table[path]?.append(step)
        }

        private func floats(_ vector: Vector3) -> [Float] {
            [Float(vector.x), Float(vector.y), Float(vector.z)]
        }
    }
}
