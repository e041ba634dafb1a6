public import Robots
public import Runtime
public import Sensing
public import Spatial

/// A task as its file describes it.
///
/// Immutable; nothing in it is guessed.
public struct TaskDefinition: Sendable {
    /// The task's name, the file's own.
    public var name: String
    /// The family it is listed under: `mt10-style`, `moving`, and so on.
    public var suite: String
    /// Where its numbers come from and what differs.
    public var source: String
    /// What it may be told to do, at least one thing.
    public var instructions: [Instruction]
    /// The robot's name.
    public var robot: String
    /// Where the robot's base stands.
    public var worldFromBase: Pose
    /// How the arm starts; nil for the robot's own home.
    public var robotStart: RobotStart?
    /// Control, policy and physics rates.
    public var rates: Rates
    /// How fast the target moves; nil where nothing moves by itself.
    public var targetSpeed: TargetSpeed?
    /// The longest an episode may last.
    public var timeLimit: TimeSpan
    /// How actions become motion.
    public var control: Control
    /// Where the robot's parts may be; nil for anywhere.
    public var safety: Safety?
    /// What is in the world besides the robot.
    public var scene: [SceneObject]
    /// Starts that are chosen from a list.
    public var fixedStarts: FixedStarts?
    /// What must start apart.
    public var separations: [Separation]
    /// What may be left out.
    public var distractors: Distractors?
    /// What stands there fixed to the world, most of it with joints.
    public var fixtures: [SceneFixture]
    /// Where the declared goal may lie, in the world; nil for tasks without one.
    public var goal: BoxRegion?
    /// When the task counts as done; where each instruction has a condition of its own, this is the
    /// first one's.
    public var success: SuccessPredicate
    /// The task's cameras.
    public var cameras: [CameraSpecification]
    /// The index of the conveyor whose encoder policies may read; nil without one.
    public var conveyorEncoder: Int?
    /// The point cloud, if the task gives one.
    public var cloud: CloudSpecification?
    /// The scripted expert's name.
    public var expert: String
    /// The expert's rules, where they stand in the task file.
    public var script: ExpertScript?
    /// The shipped policy's name.
    public var policy: String
    /// SHA-256 of the task file, and of the fixture files that it names, in hexadecimal.
    public var hash: String
    /// Where the goal, the success section and the cameras stand in the file, for later complaints.
    public var lines: TaskLines
}

/// Places in a task file that checks beyond its reading speak of.
public struct TaskLines: Equatable, Sendable {
    /// The section `goal`.
    public var goal: YAMLPlace?
    /// The section `success`.
    public var success: YAMLPlace
    /// Each camera's entry.
    public var cameras: [YAMLPlace]
}

/// How the arm starts.
public struct RobotStart: Equatable, Sendable {
    /// Arm joint positions in radians, base to tool.
    public var joints: [Double]
    /// Where they stand in the task file.
    public var place: YAMLPlace
}

/// An axis-aligned box in the world, in metres.
public struct BoxRegion: Equatable, Sendable, BitwiseCopyable {
    /// The corner with the smallest coordinates.
    public var lower: Vector3
    /// The corner with the largest coordinates.
    public var upper: Vector3

    /// A uniform draw.
    func draw(_ random: inout RandomStream) -> Vector3 {
        Vector3(
            random.uniform(in: lower.x...upper.x),
            random.uniform(in: lower.y...upper.y),
            random.uniform(in: lower.z...upper.z)
        )
    }
}

extension TaskDefinition {
    /// How fast the target moves, in metres per second.
    public struct TargetSpeed: Equatable, Sendable {
        /// The speed of an evaluation that asks for no other.
        public var standard: Double
        /// The speeds that may be asked for; demonstrations are drawn from them.
        public var range: ClosedRange<Double>
    }

    /// Rates in hertz.
    public struct Rates: Equatable, Sendable {
        /// Commands per second.
        public var control: Double
        /// Policy actions per second.
        public var policy: Double
        /// The least physics rate; the real one is derived from the control rate.
        public var physics: Double
    }

    /// Where the safety gate keeps the robot, in the world.
    public struct Safety: Equatable, Sendable {
        /// The lowest height that a part of it may reach, in metres; nil for none.
        public var floor: Double?
        /// The box that the tool frame stays in; nil for none.
        public var box: BoxRegion?
    }

    /// How actions become motion.
    public struct Control: Equatable, Sendable {
        /// The control mode, by its usual name.
        public var mode: ControlMode
        /// What an action of 1 means.
        public var scale: ActionScale
        /// Where the tool's target may be, in the world.
        public var workspace: BoxRegion?
    }
}

/// One thing in the scene.
public struct SceneObject: Equatable, Sendable {
    /// Whether it moves.
    public enum Kind: String, CaseIterable, Sendable {
        /// Fixed for ever.
        case `static`
        /// Moved by physics.
        case dynamic
        /// Fixed, with a surface that runs: a belt.
        case conveyor
        /// Led along a path, whatever it meets.
        case driven
    }

    /// Where it starts, drawn by the seed.
    public struct Start: Equatable, Sendable {
        /// Range of its position.
        public var region: BoxRegion
        /// Range of its heading in radians.
        public var yaw: ClosedRange<Double>
        /// Whether the file gives ranges of x and y.
        public var hasPlace = true
        /// Whether the file gives a range of yaw.
        public var hasYaw = true
    }

    /// Its name, by which predicates speak of it.
    public var name: String
    /// Whether it moves.
    public var kind: Kind
    /// Its shapes, fixed to each other.
    public var parts: [Part]
    /// Mass in kilograms; 0 when static.
    public var mass: Double
    /// How its surface rubs and bounces.
    public var material: SurfaceMaterial
    /// Where it starts.
    public var start: Start
    /// How it moves by itself.
    public var motion: SceneMotion
    /// Where it stands in the task file.
    public var place: YAMLPlace

    /// One of its shapes.
    public struct Part: Equatable, Sendable {
        /// The shape.
        public var shape: Primitive
        /// Where the shape is in the object's frame.
        public var objectFromShape = Pose.identity
        /// Red, green and blue in `0...1`.
        public var color: SIMD3<Float>
    }

    /// Half the sides of the smallest box round its origin, along its own axes, in metres.
    public var halfExtents: Vector3 {
        var most = Vector3.zero
        for part in parts {
            let pose = part.objectFromShape
            let size = part.shape.boxHalfExtents
            var reach = Vector3(
                abs(pose.translation.x),
                abs(pose.translation.y),
                abs(pose.translation.z)
            )
            for axis in 0..<3 {
                var side = Vector3.zero
                side[axis] = size[axis]
                let turned = pose.rotation(side)
                reach += Vector3(abs(turned.x), abs(turned.y), abs(turned.z))
            }
            most = pointwiseMax(most, reach)
        }
        return most
    }
}

/// How a surface rubs and bounces; Bullet multiplies the values of the two bodies in touch.
public struct SurfaceMaterial: Equatable, Sendable {
    /// Coulomb's coefficient against sliding.
    public var sliding: Double
    /// Against rolling, in metres.
    public var rolling: Double
    /// Against spinning about the contact normal, in metres.
    public var spinning: Double
    /// The share of the approach speed that comes back, in `0...1`.
    public var restitution = 0.0
}

/// A camera as the task file describes it.
public struct CameraSpecification: Sendable {
    /// Its optics, and its place in the frame of ``mount``.
    public var camera: Camera
    /// What it is fixed to.
    public var mount = Mount.world
    /// When it captures and when its pictures arrive.
    public var timing: SensorTiming

    /// What a camera is fixed to.
    public enum Mount: String, CaseIterable, Sendable {
        /// The world.
        case world
        /// The robot's tool frame: a wrist camera.
        case tool
    }
}

/// The task's point cloud.
public struct CloudSpecification: Equatable, Sendable {
    /// The index of its camera.
    public var camera: Int
    /// Points in the cloud.
    public var points: Int
    /// The box that crops it, in the world.
    public var workspace: WorkspaceBox
}
