public import Diagnostics
import Robots
import Runtime
import Spatial

/// A part of an observation as it travels: its key, its shape, and where it belongs.
///
/// Keys and units are those of a policy's `policy.json`. State travels as float64 and points as
/// float32, so nothing is rounded on the way; either type is taken.
public struct ObservationField: Equatable, Sendable {
    /// Which part of the observation; its raw value is the key.
    public enum Part: String, CaseIterable, Sendable {
        /// The tool frame's origin in the world, metres, shape `[3]`.
        case toolPosition = "tool_position"
        /// The distance between the finger pads, metres, shape `[1]`.
        case gripperOpening = "gripper_opening"
        /// The declared goal in the world, metres, shape `[3]`.
        case goal
        /// Arm joint positions, radians, one per joint.
        case jointPositions = "joint_positions"
        /// Arm joint velocities, radians per second, one per joint.
        case jointVelocities = "joint_velocities"
        /// The encoder of the task's conveyor, metres per second, shape `[1]`.
        case conveyorSpeed = "conveyor_speed"
        /// The cropped cloud in the world, metres, shape `[points, 3]`.
        case pointCloud = "point_cloud"
        /// What an outside plant says of itself, in its own units, shape `[numbers]`.
        case state
    }

    /// Which part of the observation.
    public let part: Part
    /// The shape of its array.
    public let shape: [Int]

    /// Creates a field.
    ///
    /// - Parameters:
    ///   - part: Which part.
    ///   - width: Numbers of a state, points of a cloud.
    /// - Throws: ``Diagnostics/InputError`` for a width that the part cannot have.
    public init(_ part: Part, width: Int) throws(InputError) {
        let allowed =
            switch part {
            case .toolPosition, .goal: 3...3
            case .gripperOpening, .conveyorSpeed: 1...1
            case .jointPositions, .jointVelocities: 1...JointVector.capacity
            case .pointCloud: 1...65_536
            case .state: 1...4096
            }
        guard allowed.contains(width) else {
            throw InputError(
                key: part.rawValue,
                expected: "\(allowed.lowerBound) to \(allowed.upperBound)",
                found: "\(width)"
            )
        }
        self.part = part
        shape = part == .pointCloud ? [width, 3] : [width]
    }

    /// The key in an observation's map.
    public var key: String { part.rawValue }

    /// Numbers of a state, points of a cloud.
    public var width: Int { shape[0] }

    /// The type in which it is sent.
    var type: NumpyType { part == .pointCloud ? .float32 : .float64 }

    /// Reads the field from a request.
    ///
    /// - Throws: ``Diagnostics/InputError`` naming the key if it is missing, of another type or
    ///   shape, or not finite.
    func read(from request: MessagePackValue, into observation: inout Observation)
        throws(InputError)
    {
        let wanted = "an array float32 or float64 \(shape)"
        guard let value = request[key] else {
            throw InputError(key: key, expected: wanted, found: "no such key")
        }
        guard case .ndarray(let array) = value, array.shape == shape,
            array.type == .float32 || array.type == .float64
        else { throw InputError(key: key, expected: wanted, found: value.kind) }
        let numbers = array.doubles()
        guard numbers.allSatisfy(\.isFinite) else {
            throw InputError(key: key, expected: "finite numbers", found: "one that is not")
        }
        store(numbers, in: &observation)
    }

    private func store(_ numbers: [Double], in observation: inout Observation) {
        switch part {
        case .toolPosition:
            observation.worldFromTool.translation = Vector3(numbers[0], numbers[1], numbers[2])
        case .gripperOpening: observation.gripperOpening = numbers[0]
        case .goal: observation.goal = Vector3(numbers[0], numbers[1], numbers[2])
        case .jointPositions: observation.jointPositions = JointVector(numbers)
        case .jointVelocities: observation.jointVelocities = JointVector(numbers)
        case .conveyorSpeed: observation.conveyorSpeed = numbers[0]
        case .pointCloud:
            observation.cloud.coordinates = numbers.map { Float($0) }
            observation.cloud.distinct = width
        case .state: observation.state = numbers
        }
    }

    /// The field of an observation; nil if that does not have it, or in another shape.
    func array(of observation: Observation) -> NumpyArray? {
        if part == .pointCloud {
            guard observation.cloud.capacity == width else { return nil }
            return NumpyArray(observation.cloud.coordinates, shape: shape)
        }
        guard let numbers = numbers(of: observation), numbers.count == width else { return nil }
        return NumpyArray(type: .float64, shape: shape, numbers: numbers)
    }

    private func numbers(of observation: Observation) -> [Double]? {
        switch part {
        case .toolPosition: Self.list(observation.worldFromTool.translation)
        case .gripperOpening: [observation.gripperOpening]
        case .goal: observation.goal.map(Self.list)
        case .jointPositions: Self.list(observation.jointPositions)
        case .jointVelocities: Self.list(observation.jointVelocities)
        case .conveyorSpeed: observation.conveyorSpeed.map { [$0] }
        case .state: observation.state
        case .pointCloud: nil
        }
    }

    private static func list(_ vector: Vector3) -> [Double] { [vector.x, vector.y, vector.z] }

    private static func list(_ joints: JointVector) -> [Double] {
        (0..<joints.count).map { joints[$0] }
    }
}
