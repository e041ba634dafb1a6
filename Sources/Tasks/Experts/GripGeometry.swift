import Foundation
import Robots
import Spatial

/// How a gripper stands in the world, so that an expert can turn it across what it grasps.
struct GripGeometry: Equatable {
    /// The tool's rotation that points straight down, with the heading it had at the start.
    var level = Rotation.identity
    /// The level direction along which the fingers close under ``level``, an angle about the
    /// world's z from x in radians.
    var closing = 0.0
    /// How far the fingers reach below the tool frame's origin under ``level``, in metres.
    var reach = 0.0

    /// Whether actions can turn the tool.
    var canTurn = true

    init() {}

    /// Measured on the robot where it starts, which must be closer to pointing down than sideways.
    init(robot: RobotModel, mode: ControlMode, worldFromTool: Pose, links: [Pose]) {
        canTurn = mode != .toolDeltaPosition
        let down = Vector3(0, 0, -1)
        // The tool's own axis that points down the most is the one it approaches along.
        var approach = down
        var steepest = -Double.infinity
        for axis in 0..<3 {
            for sign in [-1.0, 1.0] {
                var unit = Vector3.zero
                unit[axis] = sign
                let world = worldFromTool.rotation(unit)
                if world.dot(down) > steepest {
                    steepest = world.dot(down)
                    approach = world
                }
            }
        }
        let turn = approach.cross(down)
        let angle = atan2(turn.length, approach.dot(down))
        let upright =
            turn.length > 1e-9
            ? Rotation(axis: turn / turn.length, angle: angle) : Rotation.identity
        level = upright * worldFromTool.rotation
        for link in robot.gripper?.padLinks ?? [] {
            for shape in robot.links[link].body.collisions {
                let pose = links[link] * shape.linkFromShape
                let way = upright(pose.translation - worldFromTool.translation)
                reach = max(
                    reach,
                    -way.z + Self.halfHeight(shape.primitive, upright * pose.rotation)
                )
            }
        }
        guard let finger = robot.gripper?.fingers.first else { return }
        let axis = upright(links[finger.link].rotation(robot.links[finger.link].axis))
        closing = atan2(axis.y, axis.x)
    }

    /// Half the height of a turned shape's bounding box.
    private static func halfHeight(_ shape: Primitive, _ rotation: Rotation) -> Double {
        let size = shape.boxHalfExtents
        var height = 0.0
        for axis in 0..<3 {
            var side = Vector3.zero
            side[axis] = size[axis]
            height += abs(rotation(side).z)
        }
        return height
    }

    /// The rotation that points down and closes along `heading`, turned as little as may be from
    /// the start: fingers are alike, so half a turn makes no difference.
    func rotation(closingAlong heading: Double) -> Rotation {
        rotation(turnedBy: Self.leastTurn(heading - closing, period: .pi))
    }

    /// The rotation that points down, turned about the world's z.
    func rotation(turnedBy yaw: Double) -> Rotation {
        Rotation(axis: Vector3(0, 0, 1), angle: yaw) * level
    }

    /// The angle nearest 0 that is `angle` up to whole periods.
    static func leastTurn(_ angle: Double, period: Double) -> Double {
        angle - period * (angle / period).rounded()
    }
}
