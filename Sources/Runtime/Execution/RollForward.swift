import Robots
import Spatial

/// Rolls an observation's robot state forward by the actions that are already committed.
///
/// VLASH (arXiv 2512.01031): a plan that lands `d` steps later starts where the robot will then be.
/// What the cameras saw cannot be rolled forward and stays as old as it is.
///
/// The robot follows its target late. The lag stays as it is, so the joints move by what the
/// target moves: `q(then) = q(now) + target(then) - target(now)`.
struct RollForward: Sendable {
    private var controller: ActionController

    init(controller: ActionController) {
        self.controller = controller
    }

    /// Moves joints, tool and gripper of `observation` to where they will be.
    ///
    /// - Parameters:
    ///   - observation: Changed in place.
    ///   - rows: The committed actions.
    ///   - count: How many of them will be executed.
    ///   - now: The controller as it is.
    ///   - held: The command that is held now.
    mutating func apply(
        to observation: inout Observation,
        rows: ActionChunk,
        count: Int,
        from now: ActionController,
        held: JointCommand
    ) {
        // What an outside plant's actions will bring about, it alone knows.
        guard count > 0, let arm = now.arm else { return }
        controller = now
        for row in 0..<count { rows.withRow(row) { controller.accept($0) } }
        let then = controller.command(fraction: 1)
        let before = arm.worldFromTool(at: observation.jointPositions)
        for joint in observation.jointPositions.indices {
            observation.jointPositions[joint] += then.arm[joint] - held.arm[joint]
        }
        let after = arm.worldFromTool(at: observation.jointPositions)
        observation.worldFromTool = after * before.inverse * observation.worldFromTool
        observation.gripperOpening = max(
            0,
            observation.gripperOpening + then.gripperOpening - held.gripperOpening
        )
    }
}
