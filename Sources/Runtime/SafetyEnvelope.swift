public import Robots
public import Spatial

/// Where a robot may be in the world: its parts above a floor, its tool in a box.
///
/// By forward kinematics of the commanded joints. A part is the corners of the boxes round its contact
/// shapes; the base, which stands on the floor, is none. Immutable and shared; asking allocates nothing.
public struct SafetyEnvelope: Sendable {
    /// The lowest height in the world that a part may reach, in metres; nil for none.
    public let floor: Double?
    /// The box in the world that the tool frame stays in; nil for none.
    public let box: ToolWorkspace?
    private let robot: RobotModel
    private let worldFromBase: Pose
    /// The corners of each movable link's shapes, in the link's frame, in metres.
    private let corners: [[Vector3]]

    /// How far a robot is outside, in metres; 0 where it is inside.
    public struct Excess: Equatable, Sendable, BitwiseCopyable {
        /// How far each movable link is under the floor, `[links.count]`.
        public internal(set) var links: JointVector
        /// How far the tool frame is from the box.
        public internal(set) var tool: Double

        /// Whether nothing is further outside than in `other`, a micrometre aside.
        func isWithin(_ other: Excess) -> Bool {
            for link in links.indices where links[link] > other.links[link] + 1e-6 { return false }
            return tool <= other.tool + 1e-6
        }

        /// The largest of all.
        public var most: Double { links.indices.reduce(tool) { max($0, links[$1]) } }
    }

    /// Creates an envelope.
    ///
    /// - Parameters:
    ///   - robot: The robot that stays inside.
    ///   - worldFromBase: Where it stands.
    ///   - floor: The lowest height of its parts in the world, in metres; nil for none.
    ///   - box: The tool's box in the world; nil for none.
    public init(
        robot: RobotModel,
        worldFromBase: Pose,
        floor: Double? = nil,
        box: ToolWorkspace? = nil
    ) {
        self.robot = robot
        self.worldFromBase = worldFromBase
        self.floor = floor
        self.box = box
        corners = robot.links.map { Self.corners(of: $0.body) }
    }

    private static func corners(of body: RobotBody) -> [Vector3] {
        var corners: [Vector3] = []
        for shape in body.collisions {
            let half = shape.primitive.boxHalfExtents
            for corner in 0..<8 {
                let sign = Vector3(
                    corner & 1 == 0 ? -1 : 1,
                    corner & 2 == 0 ? -1 : 1,
                    corner & 4 == 0 ? -1 : 1
                )
                corners.append(shape.linkFromShape(half * sign))
            }
        }
        for hull in body.hulls {
            corners += hull.hull.vertices.map { hull.linkFromShape($0) }
        }
        return corners
    }

    /// How far a robot that holds `command` is outside.
    public func excess(of command: JointCommand) -> Excess {
        let count = robot.links.count
        var excess = Excess(links: JointVector(count: count), tool: 0)
        // 16 links at most, so both stay on the stack.
        withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { positions in
            positions.initialize(repeating: 0)
            robot.expand(command, into: positions)
            for gear in robot.gears {
                positions[gear.joint] = gear.multiplier * positions[gear.source] + gear.offset
            }
            withUnsafeTemporaryAllocation(of: Pose.self, capacity: count) { poses in
                poses.initialize(repeating: .identity)
                robot.kinematics.linkPoses(at: UnsafeBufferPointer(positions), into: poses)
                measure(UnsafeBufferPointer(poses), &excess)
            }
        }
        return excess
    }

    private func measure(_ baseFromLinks: UnsafeBufferPointer<Pose>, _ excess: inout Excess) {
        if let floor {
            for link in corners.indices {
                let worldFromLink = worldFromBase * baseFromLinks[link]
                for corner in corners[link] {
                    let height = worldFromLink(corner).z
                    excess.links[link] = max(excess.links[link], floor - height)
                }
            }
        }
        if let box, robot.armJointCount > 0 {
            let baseFromTool = baseFromLinks[robot.armJointCount - 1] * robot.linkFromTool
            let tool = (worldFromBase * baseFromTool).translation
            excess.tool = (tool - box.clamped(tool)).length
        }
    }
}

extension SafetyEnvelope: Equatable {
    /// Whether both keep the same robot in the same place.
    public static func == (a: SafetyEnvelope, b: SafetyEnvelope) -> Bool {
        a.floor == b.floor && a.box == b.box && a.robot.contentHash == b.robot.contentHash
            && a.worldFromBase == b.worldFromBase
    }
}
