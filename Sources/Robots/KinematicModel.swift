internal import CKinematics
public import Spatial

/// How inverse kinematics ended.
public struct KinematicSolution: Equatable, Sendable, BitwiseCopyable {
    /// The distance left to the target, in metres.
    public var positionResidual: Double
    /// The angle left to the target, in radians.
    public var rotationResidual: Double
    /// How many steps were taken.
    public var iterations: Int
    /// Whether both residuals are within the tolerances.
    public var converged: Bool

    /// The solution of a question nobody asked: converged in no step.
    public static let none = KinematicSolution(
        positionResidual: 0,
        rotationResidual: 0,
        iterations: 0,
        converged: true
    )
}

/// Numbers of the damped least squares solver.
public struct KinematicSolver: Equatable, Sendable, BitwiseCopyable {
    /// A solution may be this far off, in metres.
    public var positionTolerance = 2e-6
    /// A solution may be turned off by this, in radians.
    public var rotationTolerance = 1e-5
    /// The squared damping at zero error.
    public var damping = 1e-6
    /// The share of the way home that each pull in the null space takes.
    public var nullGain = 0.02
    /// The largest change of a joint in an iteration, in radians or metres.
    public var maxStep = 0.3
    /// The most steps taken.
    public var maxIterations = 40
    /// Whether the target's rotation is ignored.
    public var positionOnly = false
    /// Whether the rotation is met only as far as the position allows; always so for arms of fewer
    /// than six joints, which cannot hold every pose.
    public var rotationYields = false

    /// The defaults.
    public init() {}
}

/// Kinematics of one robot's arm: immutable, shared, free of allocation.
///
/// Poses are in the robot's base frame. Calls take positions in the robot's joint order.
public final class KinematicModel: Sendable {
    /// How many joints the chain from base to tool has.
    public let armJointCount: Int
    /// How many movable links the robot has, fingers included.
    public let linkCount: Int
    /// The lowest positions of the arm's joints.
    public let lower: JointVector
    /// The highest positions of the arm's joints.
    public let upper: JointVector
    private let home: JointVector
    /// Immutable after `init` and freed in `deinit` alone, so sharing it is safe.
    private nonisolated(unsafe) let model: OpaquePointer

    /// Nil when the links are no chain, or more than ``JointVector/capacity``.
    init?(links: [RobotLink], armJointCount: Int, linkFromTool: Pose, home: JointVector) {
        let joints = links.map { link in
            ck_joint(
                parent: Int32(link.parent),
                is_prismatic: link.kind == .prismatic ? 1 : 0,
                axis: (link.axis.x, link.axis.y, link.axis.z),
                parent_from_link: ck_pose(link.parentFromLink),
                lower: link.limits.lower,
                upper: link.limits.upper
            )
        }
        var tool = ck_pose(linkFromTool)
        guard
            joints.count <= JointVector.capacity, home.count == armJointCount,
            let model = ck_model_create(joints, Int32(joints.count), Int32(armJointCount), &tool)
        else { return nil }
        self.model = model
        self.armJointCount = armJointCount
        self.home = home
        linkCount = links.count
        lower = JointVector(links[..<armJointCount].map(\.limits.lower))
        upper = JointVector(links[..<armJointCount].map(\.limits.upper))
    }

    deinit {
        ck_model_free(model)
    }

    /// Whether the arm has fewer joints than a pose has numbers, so that rotations yield.
    public var rotationAlwaysYields: Bool { armJointCount < 6 }

    /// The tool's pose in the base frame at arm positions `[armJointCount]`.
    public func baseFromTool(at positions: JointVector) -> Pose {
        precondition(positions.count == armJointCount)
        var pose = ck_pose()
        positions.withPointer { ck_tool_pose(model, $0, &pose) }
        return Pose(pose)
    }

    /// The poses of all links in the base frame.
    ///
    /// - Parameters:
    ///   - positions: All joints in link order, `[linkCount]`.
    ///   - poses: Receives `baseFromLink`, `[linkCount]`.
    public func linkPoses(
        at positions: UnsafeBufferPointer<Double>,
        into poses: UnsafeMutableBufferPointer<Pose>
    ) {
        precondition(positions.count == linkCount && poses.count == linkCount)
        guard let q = positions.baseAddress else { return }
        withUnsafeTemporaryAllocation(of: ck_pose.self, capacity: linkCount) { scratch in
            ck_link_poses(model, q, scratch.baseAddress)
            for i in 0..<linkCount { poses[i] = Pose(scratch[i]) }
        }
    }

    /// The geometric Jacobian of the tool in the base frame.
    ///
    /// - Parameters:
    ///   - positions: Arm positions `[armJointCount]`.
    ///   - jacobian: Receives `[6, armJointCount]`, row-major: three rows of linear velocity of the
    ///     tool's origin, then three of angular velocity.
    public func jacobian(
        at positions: JointVector,
        into jacobian: UnsafeMutableBufferPointer<Double>
    ) {
        precondition(positions.count == armJointCount && jacobian.count == 6 * armJointCount)
        positions.withPointer { ck_jacobian(model, $0, jacobian.baseAddress) }
    }

    /// Inverse kinematics by damped least squares, from where `positions` stand.
    ///
    /// The solution respects the joint limits and is drawn towards home in the null space. Where
    /// the rotation yields (``KinematicSolver/rotationYields``), the position comes first and the
    /// rotation takes what motion is left, with no pull home; it converges when the position does,
    /// and the rotation residual says how far the rotation is off.
    ///
    /// - Parameters:
    ///   - baseFromTool: The pose wanted.
    ///   - positions: The starting point, `[armJointCount]`; receives the solution, or the best
    ///     found when it does not converge.
    ///   - solver: Tolerances and bounds.
    public func solve(
        baseFromTool: Pose,
        positions: inout JointVector,
        solver: KinematicSolver = KinematicSolver()
    ) -> KinematicSolution {
        precondition(positions.count == armJointCount)
        var settings = ck_solver(
            position_tolerance: solver.positionTolerance,
            rotation_tolerance: solver.rotationTolerance,
            damping: solver.damping,
            null_gain: solver.nullGain,
            max_step: solver.maxStep,
            max_iterations: Int32(clamping: solver.maxIterations),
            position_only: solver.positionOnly ? 1 : 0,
            rotation_yields: solver.rotationYields || rotationAlwaysYields ? 1 : 0
        )
        var target = ck_pose(baseFromTool)
        var solution = ck_solution()
        home.withPointer { home in
            positions.withMutablePointer { q in
                ck_solve(model, &settings, &target, home, q, &solution)
            }
        }
        return KinematicSolution(
            positionResidual: solution.position_residual,
            rotationResidual: solution.rotation_residual,
            iterations: Int(solution.iterations),
            converged: solution.converged != 0
        )
    }
}

extension ck_pose {
    fileprivate init(_ pose: Pose) {
        let t = pose.translation
        let q = pose.rotation.quaternion
        self.init(translation: (t.x, t.y, t.z), quaternion: (q.x, q.y, q.z, q.w))
    }
}

extension Pose {
    fileprivate init(_ pose: ck_pose) {
        let t = pose.translation
        let q = pose.quaternion
        self.init(
            rotation: Rotation(x: q.0, y: q.1, z: q.2, w: q.3),
            translation: Vector3(t.0, t.1, t.2)
        )
    }
}
