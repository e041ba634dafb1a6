import Foundation
import Spatial

@testable import Physics

/// The Panda-like arm that the PyBullet fixture holds, with shapes added for the tests that touch.
///
/// Joint order: seven revolute joints, then the two fingers. Frames and masses are Franka's
/// published ones for the FER (franka_description), as the script beside the fixture lists them.
struct PandaArm: Decodable {
    struct Link: Decodable {
        var name: String
        var parent: Int
        var joint: String
        var axis: [Double]
        var xyz: [Double]
        var rpy: [Double]
        var lower: Double
        var upper: Double
        var force: Double
        var damping: Double
        var mass: Double
        var com: [Double]
        var inertialRpy: [Double]
        var moments: [Double]
    }

    struct Row: Decodable {
        var step: Int
        var q: [Double]
        var qd: [Double]
        var hand: [Double]
        var handRotation: [Double]
    }

    var timestep: Double
    var timeConstant: Double
    var initial: [Double]
    var links: [Link]
    var rows: [Row]

    static func load() throws -> PandaArm {
        let folder = Bundle.module.bundleURL.appending(path: "Fixtures")
        let data = try Data(contentsOf: folder.appending(path: "pybullet_arm.json"))
        return try JSONDecoder().decode(PandaArm.self, from: data)
    }

    static let handIndex = 7
    static let fingerIndices = [8, 9]
    /// The tool centre point in the hand's frame: between the pads.
    static let handFromTool = Pose(translation: Vector3(0, 0, 0.1034))

    /// The arm as a specification; `hasShapes` gives the hand and fingers boxes to grasp with.
    func specification(hasShapes: Bool = false, pad: Material = .pad) -> MultibodySpecification {
        MultibodySpecification(
            name: "panda",
            links: links.map { $0.specification(timeConstant, hasShapes: hasShapes, pad: pad) },
            gears: [GearSpecification(linkA: 8, linkB: 9)]
        )
    }
}

extension PandaArm.Link {
    fileprivate func specification(
        _ timeConstant: Double,
        hasShapes: Bool,
        pad: Material
    ) -> LinkSpecification {
        LinkSpecification(
            name: name,
            parent: parent < 0 ? nil : parent,
            joint: joint == "revolute" ? .revolute : joint == "prismatic" ? .prismatic : .fixed,
            axis: Vector3(axis),
            parentFromLink: Pose(
                rotation: Rotation(roll: rpy[0], pitch: rpy[1], yaw: rpy[2]),
                translation: Vector3(xyz)
            ),
            inertial: MassProperties(
                mass: mass,
                linkFromInertial: Pose(
                    rotation: Rotation(
                        roll: inertialRpy[0],
                        pitch: inertialRpy[1],
                        yaw: inertialRpy[2]
                    ),
                    translation: Vector3(com)
                ),
                principalInertia: Vector3(moments)
            ),
            lower: lower,
            upper: upper,
            damping: damping,
            motor: MotorGains(timeConstantSeconds: timeConstant, maxForce: force),
            colliders: hasShapes ? colliders : [],
            material: pad
        )
    }

    /// The hand's body, and each finger as an upright box with a pad below, its face at y = 0.
    private var colliders: [Collider] {
        func box(_ x: Double, _ y: Double, _ z: Double, at centre: Vector3) -> Collider {
            Collider(
                shape: .box(halfExtents: Vector3(x, y, z)),
                linkFromShape: Pose(translation: centre)
            )
        }
        if name == "hand" { return [box(0.0316, 0.1024, 0.033, at: Vector3(0, 0, 0.033))] }
        guard name.hasPrefix("finger") else { return [] }
        return [
            box(0.011, 0.0075, 0.010, at: Vector3(0, 0.0185, 0.011)),
            box(0.00875, 0.0076, 0.00925, at: Vector3(0, 0.0076, 0.04525)),
        ]
    }
}
