import Robots
import Sensing
public import Spatial

/// The frames and the true state of a plant as recordings keep them, copied without allocation.
extension SimulatedPlant {
    /// One shape that can be seen, fixed to a frame.
    public struct FrameShape: Equatable, Sendable {
        /// Index into ``SimulatedPlant/frameNames``.
        public var frame: Int
        /// Where the shape lies in its frame.
        public var frameFromShape: Pose
        /// The shape.
        public var shape: Primitive
        /// Red, green and blue in `0...1`.
        public var color: SIMD3<Float>
    }

    /// Names of the frames that may move.
    ///
    /// The robot's base, its links in order, the objects in scene order, then each fixture's base
    /// and links. Links are named `ROBOT/LINK`.
    public var frameNames: [String] {
        let robot = setup.robot
        var names = ["\(robot.name)/\(robot.base.name)"]
        for link in robot.links { names.append("\(robot.name)/\(link.name)") }
        for object in setup.task.scene { names.append(object.name) }
        for fixture in setup.task.fixtures {
            names.append(fixture.name)
            for link in fixture.model.links { names.append("\(fixture.name)/\(link.name)") }
        }
        return names
    }

    /// How many frames there are.
    public var frameCount: Int {
        1 + linkPoses.count + state.worldFromObject.count + state.fixtures.count + fixtureJoints
    }

    /// Joints of all fixtures.
    private var fixtureJoints: Int {
        var count = 0
        for index in state.fixtures.indices { count += state.fixtures[index].positions.count }
        return count
    }

    /// Everything that can be seen, by frames.
    public var frameShapes: [FrameShape] {
        zip(seen.frameFromShape, seen.visuals).map { frameFromShape, visual in
            FrameShape(
                frame: Int(visual.segment),
                frameFromShape: frameFromShape,
                shape: visual.shape,
                color: visual.color
            )
        }
    }

    /// Writes the pose of each frame in the world, in the order of ``frameNames``.
    ///
    /// - Parameter poses: Receives them, `[frameCount]`.
    public func copyFramePoses(into poses: UnsafeMutableBufferPointer<Pose>) {
        precondition(poses.count == frameCount, "one pose per frame")
        poses[0] = setup.task.worldFromBase
        for index in linkPoses.indices { poses[1 + index] = linkPoses[index] }
        let objects = state.worldFromObject
        for index in objects.indices { poses[1 + linkPoses.count + index] = objects[index] }
        var at = 1 + linkPoses.count + objects.count
        for index in state.fixtures.indices {
            poses[at] = state.fixtures[index].worldFromPart(nil)
            at += 1
            for link in state.fixtures[index].positions.indices {
                poses[at] = state.fixtures[index].worldFromPart(link)
                at += 1
            }
        }
    }

    /// How many numbers ``copyState(into:)`` writes.
    public var stateCount: Int {
        2 * positions.count + 7 * state.worldFromObject.count + 2 * fixtureJoints + 3
    }

    /// What the numbers of ``copyState(into:)`` are.
    public var stateNames: [String] {
        var names: [String] = []
        for part in [".pos", ".vel"] {
            for link in setup.robot.links { names.append(link.name + part) }
        }
        for object in setup.task.scene {
            for part in ["x", "y", "z", "qx", "qy", "qz", "qw"] {
                names.append(object.name + "." + part)
            }
        }
        for fixture in setup.task.fixtures {
            for part in [".pos", ".vel"] {
                for link in fixture.model.links {
                    names.append(fixture.name + "/" + link.name + part)
                }
            }
        }
        return names + ["goal.x", "goal.y", "goal.z"]
    }

    /// Writes the true state, laid out as ``flatState``.
    ///
    /// - Parameter flat: Receives it, `[stateCount]`.
    public func copyState(into flat: UnsafeMutableBufferPointer<Double>) {
        precondition(flat.count == stateCount, "room for the whole state")
        let joints = positions.count
        for index in 0..<joints {
            flat[index] = positions[index]
            flat[joints + index] = velocities[index]
        }
        var at = 2 * joints
        for index in state.worldFromObject.indices {
            let pose = state.worldFromObject[index]
            let q = pose.rotation.quaternion
            let p = pose.translation
            flat[at] = p.x
            flat[at + 1] = p.y
            flat[at + 2] = p.z
            flat[at + 3] = q.x
            flat[at + 4] = q.y
            flat[at + 5] = q.z
            flat[at + 6] = q.w
            at += 7
        }
        for index in state.fixtures.indices {
            for joint in state.fixtures[index].positions.indices {
                flat[at] = state.fixtures[index].positions[joint]
                flat[at + state.fixtures[index].positions.count] =
                    state.fixtures[index].velocities[joint]
                at += 1
            }
            at += state.fixtures[index].positions.count
        }
        flat[at] = state.goal.x
        flat[at + 1] = state.goal.y
        flat[at + 2] = state.goal.z
    }
}
