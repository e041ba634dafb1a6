import Diagnostics
import Recording
import Robots
import Runtime
import Spatial
import Tasks

/// The columns of one episode while it grows.
struct DemonstrationColumns {
    private var table: [String: Column] = [:]
    private var order: [String] = []
    private let keepsImages: Bool
    private let keepsDepth: Bool

    /// Columns for what a loop's policy sees and does.
    ///
    /// - Parameters:
    ///   - loop: The loop, its observation of the shape that all will have.
    ///   - hasStages: Whether a script says how far it has come.
    ///   - keepsImages: Whether pictures are kept.
    ///   - keepsDepth: Whether their depth is kept beside the colours.
    init<Body: RecordedPlant, Brain: Policy, Time: TimeSource>(
        loop: ControlLoop<Body, Brain, Time>,
        hasStages: Bool,
        keepsImages: Bool,
        keepsDepth: Bool = true
    ) throws(InputError) {
        (self.keepsImages, self.keepsDepth) = (keepsImages, keepsDepth)
        let observation = loop.observation
        let width = loop.lastAction.width
        try add("actions", [width], .float32)
        try add("actions_executed", [width], .float32)
        try add("rewards", [], .float64)
        try add("dones", [], .uint8)
        if hasStages { try add("stage", [], .int64) }
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

    /// Adds the step of a tick in which an action was taken.
    ///
    /// - Parameters:
    ///   - loop: The loop after the tick.
    ///   - intended: The action that was meant, before noise, controller and gate.
    ///   - stage: How far a script has come; nil without one.
    ///   - state: The true state before the tick.
    ///   - trace: The tick's trace.
    mutating func append<Body: RecordedPlant, Brain: Policy, Time: TimeSource>(
        loop: ControlLoop<Body, Brain, Time>,
        intended: ActionChunk,
        stage: Int?,
        state: [Double],
        trace: TickTrace
    ) {
        let observation = loop.observation
        put("actions", intended.values)
        put("actions_executed", loop.lastAction.values)
        put("rewards", [loop.plant.status.holdsNow ? 1.0 : 0.0])
        put("dones", [UInt8(0)])
        if let stage { put("stage", [Int64(stage)]) }
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
