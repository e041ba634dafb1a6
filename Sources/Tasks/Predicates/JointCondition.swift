import Diagnostics
public import Robots

/// A joint's position lies within bounds.
public struct JointCondition: Equatable, Sendable {
    /// Whose joint.
    public enum Owner: Equatable, Sendable {
        /// The robot's.
        case robot
        /// That of the fixture of this index.
        case fixture(Int)
    }

    /// Whose joint.
    public var owner: Owner
    /// The joint's name.
    public var name: String
    /// Bounds in radians for hinges and metres for sliders.
    public var bounds: ClosedRange<Double>
    /// The unit that the bounds are written in.
    public var dimension: Dimension
    /// Where the name stands in the file.
    public var namePlace: YAMLPlace
    /// The joint's index among its owner's; nil until the owner is known.
    public var index: Int?

    func holds(in state: SceneState) -> Bool {
        guard let index else { return false }
        return switch owner {
        case .robot: bounds.contains(state.robotJoints[index])
        case .fixture(let fixture): bounds.contains(state.fixtures[fixture].positions[index])
        }
    }

    /// The same with the joint found on `robot`.
    ///
    /// - Throws: ``InputError`` for a joint that is not there, or bounds in another unit.
    func resolved(on robot: RobotModel) throws(InputError) -> JointCondition {
        guard owner == .robot else { return self }
        return try resolved(
            of: robot.name,
            joints: robot.links.map { ($0.jointName, $0.kind == .prismatic) }
        )
    }

    /// The same with the joint found on `fixture`.
    ///
    /// - Throws: ``InputError`` for a joint that is not there, or bounds in another unit.
    func resolved(on fixture: SceneFixture) throws(InputError) -> JointCondition {
        try resolved(
            of: fixture.name,
            joints: fixture.model.links.map { ($0.name, $0.joint == .prismatic) }
        )
    }

    private func resolved(
        of owner: String,
        joints: [(name: String, isSlider: Bool)]
    ) throws(InputError) -> JointCondition {
        guard let index = joints.firstIndex(where: { $0.name == name }) else {
            throw namePlace.error(
                expected: "a joint of \(owner)",
                found: "\"\(name)\"",
                nearest: nearestNames(to: name, among: joints.map(\.name))
            )
        }
        let isSlider = joints[index].isSlider
        guard isSlider == (dimension == .length) else {
            throw namePlace.error(
                expected: "bounds of \(name) in \(isSlider ? "metres" : "radians or degrees")",
                found: isSlider ? "an angle" : "a length"
            )
        }
        var found = self
        found.index = index
        return found
    }
}

extension Condition {
    /// The same with every joint of the robot's found on `robot`.
    func resolved(on robot: RobotModel) throws(InputError) -> Condition {
        switch self {
        case .all(let conditions): .all(try Self.resolved(conditions, on: robot))
        case .any(let conditions): .any(try Self.resolved(conditions, on: robot))
        case .not(let condition): .not(try condition.resolved(on: robot))
        case .joint(let joint): .joint(try joint.resolved(on: robot))
        default: self
        }
    }

    private static func resolved(
        _ conditions: [Condition],
        on robot: RobotModel
    ) throws(InputError) -> [Condition] {
        var found: [Condition] = []
        for condition in conditions { found.append(try condition.resolved(on: robot)) }
        return found
    }
}
