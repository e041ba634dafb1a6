public import Diagnostics
public import Robots
public import Runtime
import Spatial

/// Stands for a person: turns what the operator asks for into actions of the task's control mode.
///
/// Delta modes get the operator's speeds as a share of the action range. The absolute tool mode gets
/// a target that starts at the tool and moves at those speeds. Reads one atomic in a plan.
public struct TeleoperationPolicy: Policy {
    /// One action at a time.
    public let shape: PolicyShape

    /// How far an absolute target may run ahead of the tool, in metres.
    private static let lead = 0.1

    private let link: OperatorLink
    private let mode: ControlMode
    private let travel: ActionTravel
    private let closing: Float
    private var target: Pose?
    /// The action taken last: what the operator meant, before controller and gate.
    public private(set) var intended: ActionChunk

    /// How far an action may move the tool in one policy period.
    private struct ActionTravel: Sendable {
        /// Metres and radians for a command of 1.
        var linear: Double
        var angular: Double
        /// What an action of 1 means in the delta modes; 1 in the absolute one.
        var linearUnit: Double
        var angularUnit: Double
    }

    /// Creates a policy.
    ///
    /// - Parameters:
    ///   - link: Where the operator's wishes come in.
    ///   - mode: The task's control mode.
    ///   - scale: What an action of 1 means, for delta modes.
    ///   - policyHertz: Actions per second.
    ///   - speed: The tool's fastest motion in metres per second.
    ///   - turnSpeed: The tool's fastest turning in radians per second.
    ///   - closingAction: The gripper's number that closes it; its negative opens it.
    /// - Throws: ``InputError`` for a mode that moves joints, which has no tool to drive.
    public init(
        link: OperatorLink,
        mode: ControlMode,
        scale: ActionScale,
        policyHertz: Double,
        speed: Double,
        turnSpeed: Double,
        closingAction: Double
    ) throws(InputError) {
        guard !mode.isJointSpace else {
            throw InputError(
                key: "control mode",
                expected: "one that moves the tool, for teleoperation: pd_ee_delta_pos,"
                    + " pd_ee_delta_pose or pd_ee_pose",
                found: mode.rawValue
            )
        }
        self.link = link
        self.mode = mode
        closing = Float(closingAction)
        travel = ActionTravel(
            linear: speed / policyHertz,
            angular: turnSpeed / policyHertz,
            linearUnit: mode.isDelta ? scale.translation : 1,
            angularUnit: mode == .toolDeltaPose ? scale.rotation : 1
        )
        let width = mode.actionWidth(jointCount: 0)
        shape = PolicyShape(horizon: 1, actionWidth: width)
        intended = ActionChunk(horizon: 1, width: width)
    }

    /// Forgets the last episode's target.
    public mutating func reset(seed: UInt64) { target = nil }

    /// The operator's command of this moment, as one action.
    public mutating func plan(
        _ observation: Observation,
        into chunk: inout ActionChunk
    ) throws(LoopFault) {
        let command = link.command
        let linear = Vector3(command.linear) * travel.linear
        let angular = Vector3(command.angular) * travel.angular
        if mode.isDelta {
            for axis in 0..<3 {
                chunk[0, axis] = bounded(linear[axis] / travel.linearUnit)
                guard mode == .toolDeltaPose else { continue }
                chunk[0, 3 + axis] = bounded(angular[axis] / travel.angularUnit)
            }
        } else {
            var pose = target ?? observation.worldFromTool
            // Never far ahead of the tool: a wall that stops it must not wind the target up.
            let tool = observation.worldFromTool.translation
            pose.translation = tool + (pose.translation + linear - tool).limited(to: Self.lead)
            pose.rotation = Rotation(rotationVector: angular) * pose.rotation
            target = pose
            let turn = pose.rotation.rotationVector
            for axis in 0..<3 {
                chunk[0, axis] = Float(pose.translation[axis])
                chunk[0, 3 + axis] = Float(turn[axis])
            }
        }
        chunk[0, shape.actionWidth - 1] = command.closesGripper ? closing : -closing
        for component in 0..<shape.actionWidth { intended[0, component] = chunk[0, component] }
    }

    private func bounded(_ number: Double) -> Float { Float(min(max(number, -1), 1)) }
}
