import Spatial

@testable import Physics

extension World {
    func setTargets(_ multibody: MultibodyID, _ positions: [Double]) {
        positions.withUnsafeBufferPointer { setMotorTargets(of: multibody, positions: $0) }
    }

    func setJoints(_ multibody: MultibodyID, _ positions: [Double], velocities: [Double]? = nil) {
        let rest = velocities ?? Array(repeating: 0, count: positions.count)
        positions.withUnsafeBufferPointer { positions in
            rest.withUnsafeBufferPointer {
                setJointState(of: multibody, positions: positions, velocities: $0)
            }
        }
    }

    func joints(_ multibody: MultibodyID) -> (positions: [Double], velocities: [Double]) {
        var positions = Array(repeating: 0.0, count: jointCount(of: multibody))
        var velocities = positions
        positions.withUnsafeMutableBufferPointer { positions in
            velocities.withUnsafeMutableBufferPointer {
                readJointState(of: multibody, positions: positions, velocities: $0)
            }
        }
        return (positions, velocities)
    }

    func linkPoses(_ multibody: MultibodyID) -> [Pose] {
        var poses = Array(repeating: Pose.identity, count: linkCount(of: multibody))
        poses.withUnsafeMutableBufferPointer { readLinkPoses(of: multibody, into: $0) }
        return poses
    }

    func addFloor(at height: Double = 0) throws -> BodyID {
        try add(
            RigidBodySpecification(
                name: "floor",
                motion: .fixed,
                colliders: [Collider(shape: .plane)],
                material: .graspable,
                worldFromBody: Pose(translation: Vector3(0, 0, height))
            )
        )
    }

    func addCube(
        mass: Double = 0.064,
        at position: Vector3,
        material: Material = .graspable
    ) throws -> BodyID {
        try add(
            RigidBodySpecification(
                name: "cube",
                mass: mass,
                colliders: [Collider(shape: .box(halfExtents: Vector3(repeating: 0.02)))],
                material: material,
                worldFromBody: Pose(translation: position)
            )
        )
    }
}
