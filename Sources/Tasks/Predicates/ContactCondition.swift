/// A part of the world that touches others.
public enum TouchingBody: Equatable, Sendable {
    /// The object of this index in the scene.
    case object(Int)
    /// The robot's link of this index; -1 is its base.
    case robotLink(Int)
    /// Any part of the fixture of this index.
    case fixture(Int)
}

/// What a contact condition speaks of.
public enum TouchingParty: Equatable, Sendable {
    /// One object.
    case object(Int)
    /// Any part of the fixture of this index.
    case fixture(Int)
    /// Any part of the robot.
    case robot
    /// Whatever there is.
    case anything

    /// The object, where it is one.
    var object: Int? {
        if case .object(let index) = self { index } else { nil }
    }

    func includes(_ body: TouchingBody) -> Bool {
        switch (self, body) {
        case (.anything, _), (.robot, .robotLink): true
        case (.object(let index), .object(let other)): index == other
        case (.fixture(let index), .fixture(let other)): index == other
        default: false
        }
    }
}

/// Two bodies that pressed on each other in the last physics timestep.
struct Touch: Equatable, Sendable {
    var first: TouchingBody
    var second: TouchingBody
}

/// Two things press on each other: the contact's normal impulse is above 0.
public struct ContactCondition: Equatable, Sendable {
    /// One of them.
    public var first: TouchingParty
    /// The other.
    public var second: TouchingParty
    /// Others that do not count.
    public var exceptions: [TouchingParty] = []

    func holds(in state: SceneState) -> Bool {
        for touch in state.touches {
            let counts =
                matches(touch.first, touch.second) || matches(touch.second, touch.first)
            if counts { return true }
        }
        return false
    }

    private func matches(_ one: TouchingBody, _ other: TouchingBody) -> Bool {
        guard first.includes(one), second.includes(other) else { return false }
        for exception in exceptions where exception.includes(other) { return false }
        return true
    }
}
