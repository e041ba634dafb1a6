public import Diagnostics
public import Robots

/// How our observation becomes the keys of another convention, and its actions become ours.
///
/// Read from a file in which every unit, sign, layout and rotation must stand: nothing is guessed.
/// docs/maps.md has its keys.
public struct ObservationMap: Equatable, Sendable {
    /// Its name.
    public var name: String
    /// Actions of a chunk that are taken; a longer reply's others are left.
    public var horizon: Int
    /// What is sent, in the file's order.
    public var entries: [Entry]
    /// What the numbers of an action are, in their order.
    public var actions: [ActionPart]
    /// What our actions must mean.
    public var controlMode: ControlMode

    /// One key and what stands under it.
    public struct Entry: Equatable, Sendable {
        /// The key; several for maps inside each other.
        public var path: [String]
        /// What stands there.
        public var content: Content
    }

    /// What may stand under a key.
    public enum Content: Equatable, Sendable {
        /// A camera's picture.
        case picture(MapPicture)
        /// Numbers in a row.
        case numbers([StatePart], type: NumpyType)
        /// One number by itself.
        case scalar(StatePart)
        /// What to do, in words.
        case instruction
    }

    /// Numbers of the state.
    public enum StatePart: Equatable, Sendable {
        /// The tool in the world, metres.
        case toolPosition
        /// Its rotation in the world as a rotation vector, radians.
        case toolRotation
        /// All joints in the robot's order, or the one named.
        case jointPositions(JointUnit, joint: String?)
        /// The gripper's opening.
        case gripper(GripperNumbers)
        /// Numbers that do not change: of an arm that is not there.
        case constant([Double])
    }

    /// Numbers of an action.
    public enum ActionPart: Equatable, Sendable {
        /// Changes of the tool's position; metres for a number of 1.
        case translation(perOne: Double)
        /// Changes of its rotation as a rotation vector in the world; radians for a number of 1.
        case rotation(perOne: Double)
        /// Changes of the joints; radians for a number of 1.
        case jointChanges(perOne: Double)
        /// Where the joints shall be.
        case jointPositions(JointUnit)
        /// What the gripper shall do.
        case gripper(GripperNumbers)
        /// Numbers that nobody here acts on, and what we send in their place.
        case ignored([Double])
    }

    /// Numbers of one action of theirs, on a robot of `joints` joints.
    func actionWidth(joints: Int) -> Int {
        actions.reduce(0) { $0 + $1.width(joints: joints) }
    }

    /// Refuses a task or robot that the map cannot serve.
    ///
    /// - Throws: ``Diagnostics/InputError`` naming what does not fit.
    public func requireFits(_ context: MapContext) throws(InputError) {
        guard controlMode == context.mode else {
            throw InputError(
                file: "map \(name)",
                key: "actions.mode",
                expected: "the task's \(context.mode.rawValue)",
                found: controlMode.rawValue
            )
        }
        for entry in entries {
            switch entry.content {
            case .picture(let picture) where !context.cameras.contains(picture.camera):
                throw .unknown(
                    "camera of the task",
                    name: picture.camera,
                    known: context.cameras,
                    key: "map \(name): \(entry.path.joined(separator: " > "))"
                )
            case .numbers(let parts, _):
                for part in parts { try require(part, context) }
            case .scalar(let part):
                try require(part, context)
                guard part.width(joints: context.joints.count) == 1 else {
                    throw InputError(
                        file: "map \(name)",
                        key: entry.path.joined(separator: " > "),
                        expected: "one number under scalar",
                        found: "\(part.width(joints: context.joints.count))"
                    )
                }
            default: break
            }
        }
        let taken = actions.reduce(0) { $0 + $1.ours(joints: context.joints.count) }
        guard taken == context.actionWidth else {
            throw InputError(
                file: "map \(name)",
                key: "actions.numbers",
                expected: "the task's \(context.actionWidth) numbers",
                found: "\(taken)"
            )
        }
    }

    private func require(_ part: StatePart, _ context: MapContext) throws(InputError) {
        guard case .jointPositions(_, let joint?) = part, !context.joints.contains(joint) else {
            return
        }
        throw .unknown("joint", name: joint, known: context.joints, key: "map \(name)")
    }
}

extension ObservationMap.StatePart {
    func width(joints: Int) -> Int {
        switch self {
        case .toolPosition, .toolRotation: 3
        case .jointPositions(_, let joint): joint == nil ? joints : 1
        case .gripper: 1
        case .constant(let values): values.count
        }
    }
}

extension ObservationMap.ActionPart {
    /// Numbers of theirs.
    func width(joints: Int) -> Int {
        switch self {
        case .translation, .rotation: 3
        case .jointChanges, .jointPositions: joints
        case .gripper: 1
        case .ignored(let values): values.count
        }
    }

    /// Numbers of ours.
    func ours(joints: Int) -> Int {
        if case .ignored = self { return 0 }
        return width(joints: joints)
    }
}
