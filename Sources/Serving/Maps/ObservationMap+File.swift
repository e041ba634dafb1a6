public import Diagnostics
import Robots

extension ObservationMap {
    /// Reads a map's file.
    ///
    /// - Throws: ``Diagnostics/InputError`` with file, line and key for what is missing, unknown or
    ///   cannot be.
    public init(atPath path: String) throws(InputError) {
        try self.init(YAMLMapping.file(atPath: path))
    }

    init(_ root: YAMLMapping) throws(InputError) {
        name = try root.string("name")
        _ = try root.string("source")
        entries = []
        for value in try root.list("observation", limit: 64) {
            entries.append(try Self.entry(value.mapping()))
        }
        for (index, entry) in entries.enumerated()
        where entries[..<index].contains(where: { Self.clash($0.path, entry.path) }) {
            throw root.place.error(
                expected: "each key once",
                found: "\(entry.path.joined(separator: " > ")) beside another"
            )
        }
        let actions = try root.mapping("actions")
        controlMode = try actions.choice("mode", of: ControlMode.self)
        horizon = try actions.required("horizon").integer(in: 1...1024)
        self.actions = []
        for value in try actions.list("numbers", limit: 16) {
            self.actions.append(try Self.action(value.mapping()))
        }
        try actions.finish()
        try root.finish()
    }

    /// Whether one of the keys stands where the other would.
    private static func clash(_ a: [String], _ b: [String]) -> Bool {
        zip(a, b).allSatisfy { $0 == $1 }
    }

    private static func entry(_ mapping: YAMLMapping) throws(InputError) -> Entry {
        let path = try path(mapping.required("key"))
        let content: Content
        if mapping.keys.contains("camera") {
            content = .picture(try picture(mapping))
        } else if mapping.keys.contains("numbers") {
            var parts: [StatePart] = []
            for value in try mapping.list("numbers", limit: 32) {
                parts.append(try state(value.mapping()))
            }
            let type = try mapping.required("type")
            let name = try type.string()
            guard let number = NumpyType(rawValue: name), number == .float32 || number == .float64
            else { throw type.mismatch("float32 or float64") }
            content = .numbers(parts, type: number)
        } else if mapping.keys.contains("scalar") {
            content = .scalar(try state(mapping.mapping("scalar")))
        } else {
            let words = try mapping.required("text")
            guard try words.string() == "instruction" else { throw words.mismatch("instruction") }
            content = .instruction
        }
        try mapping.finish()
        return Entry(path: path, content: content)
    }

    /// One key, or `[outer, inner]`.
    private static func path(_ value: YAMLValue) throws(InputError) -> [String] {
        if let key = try? value.string() { return [key] }
        var keys: [String] = []
        for part in try value.list(limit: 4) { keys.append(try part.string()) }
        guard !keys.isEmpty else { throw value.mismatch("a key, or a list of keys") }
        return keys
    }

    private static func picture(_ mapping: YAMLMapping) throws(InputError) -> MapPicture {
        let turn = try mapping.required("rotate")
        let degrees = try turn.quantity(.angle)
        let half = Double.pi
        guard degrees == 0 || abs(degrees - half) < 1e-9 else {
            throw turn.mismatch("0 deg or 180 deg")
        }
        return MapPicture(
            camera: try mapping.string("camera"),
            height: try mapping.required("height").integer(in: 1...2048),
            width: try mapping.required("width").integer(in: 1...2048),
            layout: try mapping.choice("layout", of: MapPicture.Layout.self),
            isTurned: degrees != 0
        )
    }

    private enum StateName: String, CaseIterable {
        case toolPosition = "tool_position"
        case toolRotation = "tool_rotation"
        case jointPositions = "joint_positions"
        case gripper
        case constant
    }

    private static func state(_ mapping: YAMLMapping) throws(InputError) -> StatePart {
        let part: StatePart
        switch try mapping.choice("is", of: StateName.self) {
        case .toolPosition:
            try word("m", mapping.required("unit"))
            part = .toolPosition
        case .toolRotation:
            try word("rotation_vector", mapping.required("as"))
            try word("rad", mapping.required("unit"))
            part = .toolRotation
        case .jointPositions:
            part = .jointPositions(
                try mapping.choice("unit", of: JointUnit.self),
                joint: try mapping.optional("joint").map { (value) throws(InputError) in
                    try value.string()
                }
            )
        case .gripper: part = .gripper(try gripper(mapping))
        case .constant: part = .constant(try numbers(mapping.required("values")))
        }
        try mapping.finish()
        return part
    }

    private enum ActionName: String, CaseIterable {
        case translation, rotation, gripper, ignored
        case jointChanges = "joint_changes"
        case jointPositions = "joint_positions"
    }

    private static func action(_ mapping: YAMLMapping) throws(InputError) -> ActionPart {
        let part: ActionPart
        switch try mapping.choice("is", of: ActionName.self) {
        case .translation:
            part = .translation(perOne: try mapping.quantity("per_one", .length, in: 1e-6...10))
        case .rotation:
            try word("rotation_vector", mapping.required("as"))
            part = .rotation(perOne: try mapping.quantity("per_one", .angle, in: 1e-6...10))
        case .jointChanges:
            part = .jointChanges(perOne: try mapping.quantity("per_one", .angle, in: 1e-6...10))
        case .jointPositions:
            part = .jointPositions(try mapping.choice("unit", of: JointUnit.self))
        case .gripper: part = .gripper(try gripper(mapping))
        case .ignored: part = .ignored(try numbers(mapping.required("values")))
        }
        try mapping.finish()
        return part
    }

    private static func gripper(_ mapping: YAMLMapping) throws(InputError) -> GripperNumbers {
        let closed = try mapping.number("closed")
        let open = try mapping.required("open")
        let numbers = GripperNumbers(
            closed: closed,
            open: try open.number(),
            isSwitch: try mapping.optional("switch")?.bool() ?? false
        )
        guard numbers.open != closed else { throw open.mismatch("another number than closed") }
        return numbers
    }

    private static func numbers(_ value: YAMLValue) throws(InputError) -> [Double] {
        var numbers: [Double] = []
        for item in try value.list(limit: 64) { numbers.append(try item.number()) }
        return numbers
    }

    private static func word(_ expected: String, _ value: YAMLValue) throws(InputError) {
        guard try value.string() == expected else { throw value.mismatch(expected) }
    }
}
