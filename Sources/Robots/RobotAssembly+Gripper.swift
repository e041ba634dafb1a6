internal import Diagnostics

extension RobotAssembly {
    /// The gripper over the finished links; nil where the file has none.
    func gripper(_ links: [RobotLink]) throws(InputError) -> GripperModel? {
        guard let gripper = file.gripper else { return nil }
        var model = GripperModel(
            kind: gripper.kind,
            maxOpening: gripper.maxOpening,
            maxSpeed: .infinity,
            maxForce: .infinity,
            convention: gripper.convention,
            fingers: [],
            padLinks: try padLinks(gripper, links)
        )
        for (index, link) in links.enumerated() {
            guard
                let settings = gripper.fingers.first(where: { $0.name == link.jointName }),
                let finger = try finger(index, link, settings, gripper.kind)
            else { continue }
            model.fingers.append(finger)
            let speed = model.slowestLeverage(of: finger) * link.limits.velocity
            model.maxSpeed = min(model.maxSpeed, speed)
            // The pads of several fingers share the opening's motion.
            let padTravel = model.closedLeverage(of: finger) / Double(gripper.fingers.count)
            model.maxForce = min(model.maxForce, link.limits.force / padTravel)
        }
        return model
    }

    private func finger(
        _ index: Int,
        _ link: RobotLink,
        _ settings: RobotFile.Joint,
        _ kind: GripperKind
    ) throws(InputError) -> FingerJoint? {
        guard
            let joint = urdf.joints.first(where: { $0.name == link.jointName }),
            let closedValue = settings.closed, let openValue = settings.open
        else { return nil }
        let closed = try position(closedValue, joint)
        let open = try position(openValue, joint)
        guard closed != open else { throw openValue.mismatch("a stroke that is not empty") }
        if kind == .jaw {
            guard link.kind != .prismatic else {
                throw settings.place.error(expected: "a hinge for a jaw", found: "a slider")
            }
            guard abs(open - closed) < .pi else {
                throw openValue.mismatch("a stroke of less than half a turn for a jaw")
            }
        }
        return FingerJoint(link: index, closed: closed, open: open)
    }

    private func padLinks(
        _ gripper: RobotFile.Gripper,
        _ links: [RobotLink]
    ) throws(InputError) -> [Int] {
        var pads: [Int] = []
        for value in gripper.pads {
            let name = try knownLink(value)
            guard let index = links.firstIndex(where: { $0.name == name }) else {
                throw unknown("movable link", name, known: links.map(\.name), value.place)
            }
            pads.append(index)
        }
        return pads
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
            guard joint.mimic?.offset == 0 else {
                throw urdf.error(
                    "joint",
                    joint.name,
                    "mimic",
                    expected: "an offset of 0, as gears have none",
                    found: "\(joint.mimic?.offset ?? 0)"
                )
            }
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
