public import Robots
public import Spatial

/// What a policy may know: nothing that a real arm lacks.
///
/// All arrays are allocated once; a plant refills them in place every tick.
public struct Observation: Sendable {
    /// When proprioception was read, since the episode's start.
    public var capturedAt: TimeSpan = .zero
    /// Arm joint positions in radians, in the robot's joint order.
    public var jointPositions: JointVector
    /// Arm joint velocities in radians per second.
    public var jointVelocities: JointVector
    /// The distance between the finger pads in metres.
    public var gripperOpening: Double = 0
    /// The tool frame in the world.
    public var worldFromTool: Pose = .identity
    /// A declared goal position in the world in metres, where the task's goal cannot be seen.
    public var goal: Vector3?
    /// The encoder of the task's conveyor in metres per second, where the task declares one.
    public var conveyorSpeed: Double?
    /// The cloud of the task's depth camera, cropped by the workspace box alone.
    public var cloud: PointCloud
    /// The newest frame of each of the task's cameras.
    public var frames: [CameraFrame]
    /// What an outside plant says of itself under the key `state`, in its own units; else empty.
    public var state: [Double] = []
    /// The instruction in words, for language policies.
    public var instruction: String?

    /// Creates an empty observation with room for everything.
    ///
    /// - Parameters:
    ///   - jointCount: Arm joints, without the gripper.
    ///   - cloudPoints: Points in the cloud; 0 for none.
    ///   - frames: One blank frame per camera.
    public init(jointCount: Int, cloudPoints: Int, frames: [CameraFrame] = []) {
        jointPositions = JointVector(count: jointCount)
        jointVelocities = JointVector(count: jointCount)
        cloud = PointCloud(capacity: cloudPoints)
        self.frames = frames
    }
    /// Copies another observation of the same shape, without allocation.
    public mutating func copy(_ other: Observation) {
        // Everything is taken over, so that no field can be forgotten, but for the storage.
        var cloud = PointCloud(capacity: 0)
        var frames: [CameraFrame] = []
        var state: [Double] = []
        swap(&cloud, &self.cloud)
        swap(&frames, &self.frames)
        swap(&state, &self.state)
        self = other
        swap(&cloud, &self.cloud)
        swap(&frames, &self.frames)
        swap(&state, &self.state)
        self.state.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: other.state) }
        self.cloud.copy(other.cloud)
        for index in self.frames.indices { self.frames[index].copy(other.frames[index]) }
    }

    /// An observation like this one with storage of its own.
    public var twin: Observation {
        var twin = self
        // Of its own: the two must not share storage.
        twin.state = [Double](repeating: 0, count: state.count)
        twin.cloud = PointCloud(capacity: cloud.capacity)
        for index in frames.indices {
            let frame = frames[index]
            twin.frames[index] = CameraFrame(
                name: frame.name,
                width: frame.width,
                height: frame.height
            )
        }
        twin.copy(self)
        return twin
    }

    /// The capture time of the oldest sensor.
    var oldestCapture: TimeSpan {
        var oldest = capturedAt
        if cloud.capacity > 0 { oldest = min(oldest, cloud.capturedAt) }
        for frame in frames { oldest = min(oldest, frame.capturedAt) }
        return oldest
    }
}
