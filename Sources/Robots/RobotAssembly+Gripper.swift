internal import Diagnostics

extension RobotAssembly {
    /// The gripper over the finished links; nil where the file has none.
    func gripper(_ links: [RobotLink]) throws(InputError) -> GripperModel? {
        guard let gripper = file.gripper else { return nil }
        var fingers: [FingerJoint] = []
        var speed = Double.infinity
        var force = Double.infinity
        for (index, link) in links.enumerated() {
            guard
                let settings = gripper.fingers.first(where: { $0.name == link.jointName }),
                let joint = urdf.joints.first(where: { $0.name == link.jointName }),
                let closedValue = settings.closed, let openValue = settings.open
            else { continue }
            let closed = try position(closedValue, joint)
            let open = try position(openValue, joint)
            guard closed != open else { throw openValue.mismatch("a stroke that is not empty") }
            fingers.append(FingerJoint(link: index, closed: closed, open: open))
            speed = min(speed, gripper.maxOpening / abs(open - closed) * link.limits.velocity)
            force = min(force, link.limits.force)
        }
        var pads: [Int] = []
        for value in gripper.pads {
            let name = try knownLink(value)
            guard let index = links.firstIndex(where: { $0.name == name }) else {
                throw unknown("movable link", name, known: links.map(\.name), value.place)
            }
            pads.append(index)
        }
        return GripperModel(
            kind: gripper.kind,
            maxOpening: gripper.maxOpening,
            maxSpeed: speed,
            maxForce: force,
            convention: gripper.convention,
            fingers: fingers,
            padLinks: pads
        )
    }

    /// The mimic joints as gears between links.
    func gears(_ links: [RobotLink]) throws(InputError) -> [MimicGear] {
        let followers = urdf.joints.filter { $0.mimic != nil }
        guard let gripper = file.gripper, let numbers = gripper.gear else {
            guard let first = followers.first else { return [] }
            let place = file.gripper?.place ?? file.armPlace
            throw place.error(
                expected: "the key \"gear\" for the mimic joint \(quoted(first.name))",
                found: "no such key"
            )
        }
        guard !followers.isEmpty else {
            throw gripper.place.error(expected: "no gear without mimic joints", found: "a gear")
        }
        var gears: [MimicGear] = []
        for joint in followers {
            guard let mimic = joint.mimic,
                let index = links.firstIndex(where: { $0.jointName == joint.name }),
                let source = links.firstIndex(where: { $0.jointName == mimic.source }),
                let follower = gripper.fingers.first(where: { $0.name == joint.name }),
                let leader = gripper.fingers.first(where: { $0.name == mimic.source })
            else {
                throw urdf.error(
                    "joint",
                    joint.name,
                    "mimic",
                    expected: "mimic joints between fingers alone",
                    found: "an arm joint"
                )
            }
            for (own, other) in [(follower.closed, leader.closed), (follower.open, leader.open)] {
                guard let own, let other,
                    let source = urdf.joints.first(where: { $0.name == mimic.source })
                else { continue }
                let wanted = try position(other, source) * mimic.multiplier + mimic.offset
                guard abs(try position(own, joint) - wanted) < 1e-6 else {
                    throw own.mismatch("\(wanted), as the URDF's mimic tag has it")
                }
            }
            gears.append(
                MimicGear(
                    joint: index,
                    source: source,
                    multiplier: mimic.multiplier,
                    offset: mimic.offset,
                    maxForce: numbers.maxForce,
                    errorReduction: numbers.errorReduction
                )
            )
        }
        return gears
    }
}
