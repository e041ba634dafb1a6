public import Spatial

/// What the numbers of one loop's episodes are: names and sizes that stay the same.
public struct EpisodeLayout: Codable, Equatable, Sendable {
    /// A camera's name and picture size.
    public struct Camera: Codable, Equatable, Sendable {
        /// The name in the task file.
        public var name: String
        /// Pixels across.
        public var width: Int
        /// Pixels down.
        public var height: Int

        /// Creates a description.
        public init(name: String, width: Int, height: Int) {
            self.name = name
            self.width = width
            self.height = height
        }
    }

    /// The arm's joints, base to tool.
    public var jointNames: [String]
    /// Frames whose poses are recorded.
    public var frameNames: [String]
    /// The numbers of the true state.
    public var stateNames: [String]
    /// Numbers in one action.
    public var actionWidth: Int
    /// Actions in one plan.
    public var horizon: Int
    /// Whether a goal is declared to the policy.
    public var hasGoal: Bool
    /// Whether the policy reads a conveyor's encoder.
    public var hasConveyor: Bool
    /// Points in the cloud; 0 for none.
    public var cloudPoints: Int
    /// Cameras whose pictures are recorded.
    public var cameras: [Camera]
    /// The most candidates of a plan that are recorded; nil where a policy makes one plan alone.
    public var candidates: Int?

    /// Creates a layout.
    public init(
        jointNames: [String],
        frameNames: [String],
        stateNames: [String],
        actionWidth: Int,
        horizon: Int,
        hasGoal: Bool,
        hasConveyor: Bool,
        cloudPoints: Int,
        cameras: [Camera],
        candidates: Int? = nil
    ) {
        self.jointNames = jointNames
        self.frameNames = frameNames
        self.stateNames = stateNames
        self.actionWidth = actionWidth
        self.horizon = horizon
        self.hasGoal = hasGoal
        self.hasConveyor = hasConveyor
        self.cloudPoints = cloudPoints
        self.cameras = cameras
        self.candidates = candidates
    }

    enum CodingKeys: String, CodingKey {
        case horizon, cameras, candidates
        case jointNames = "joint_names"
        case frameNames = "frame_names"
        case stateNames = "state_names"
        case actionWidth = "action_width"
        case hasGoal = "has_goal"
        case hasConveyor = "has_conveyor"
        case cloudPoints = "cloud_points"
    }

    /// Labels of `/observation/state`, in order.
    var observationLabels: [String] {
        jointNames.map { $0 + ".pos" } + jointNames.map { $0 + ".vel" }
            + ["gripper.opening", "tool.x", "tool.y", "tool.z"]
            + ["tool.qx", "tool.qy", "tool.qz", "tool.qw"]
            + (hasGoal ? ["goal.x", "goal.y", "goal.z"] : [])
            + (hasConveyor ? ["conveyor.speed"] : [])
    }

    /// Labels of `/action/state`, in order.
    var actionLabels: [String] {
        switch actionWidth {
        case 4: ["x", "y", "z", "gripper"]
        case 7: ["x", "y", "z", "rx", "ry", "rz", "gripper"]
        case jointNames.count: jointNames
        case jointNames.count + 1: jointNames + ["gripper"]
        default: (0..<actionWidth).map { "\($0)" }
        }
    }
}

/// A coloured shape fixed to a frame, for those who look at a recording.
public struct SceneShape: Equatable, Sendable {
    /// The frame's name.
    public var frame: String
    /// Where the shape lies in the frame.
    public var frameFromShape: Pose
    /// The shape.
    public var shape: Primitive
    /// Red, green and blue in `0...1`.
    public var color: SIMD3<Float>

    /// Creates a shape.
    public init(frame: String, frameFromShape: Pose, shape: Primitive, color: SIMD3<Float>) {
        self.frame = frame
        self.frameFromShape = frameFromShape
        self.shape = shape
        self.color = color
    }
}
