public import Diagnostics
public import Runtime

/// What a policy server says about itself in its metadata.
///
/// openpi's own servers say little or nothing, so everything but the shape of actions may be
/// missing from what is read.
public struct ServerDescription: Equatable, Sendable {
    /// The policy's name; nil if the server does not say.
    public var policy: String?
    /// SHA-256 of its weights.
    public var sha256: String?
    /// The task it was trained for.
    public var task: String?
    /// The robot it was trained for.
    public var robot: String?
    /// The control mode by its usual name.
    public var controlMode: String?
    /// Actions a second.
    public var policyHertz: Double?
    /// How chunks are executed unless the user says otherwise.
    public var execute: String?
    /// What each number of an action is.
    public var actionNames: [String]?
    /// Its chunks, and how many steps it looks back.
    public var shape: PolicyShape?
    /// What it reads; nil if it does not say.
    public var fields: [ObservationField]?

    /// Creates a description.
    public init(
        policy: String?,
        sha256: String?,
        task: String?,
        robot: String?,
        controlMode: String?,
        policyHertz: Double?,
        execute: String?,
        actionNames: [String]?,
        shape: PolicyShape?,
        fields: [ObservationField]?
    ) {
        self.policy = policy
        self.sha256 = sha256
        self.task = task
        self.robot = robot
        self.controlMode = controlMode
        self.policyHertz = policyHertz
        self.execute = execute
        self.actionNames = actionNames
        self.shape = shape
        self.fields = fields
    }

    /// The map that clients get first.
    public var metadata: MessagePackValue {
        var entries: [MessagePackValue.Entry] = []
        func add(_ key: String, _ value: MessagePackValue?) {
            if let value { entries.append(.init(key, value)) }
        }
        add("policy", policy.map { .string($0) })
        add("sha256", sha256.map { .string($0) })
        add("task", task.map { .string($0) })
        add("robot", robot.map { .string($0) })
        add("control_mode", controlMode.map { .string($0) })
        add("policy_rate_hz", policyHertz.map { .real($0) })
        add("execute", execute.map { .string($0) })
        add("action_names", actionNames.map { .array($0.map { .string($0) }) })
        if let shape {
            add(WireKey.horizon, .integer(Int64(shape.horizon)))
            add(WireKey.width, .integer(Int64(shape.actionWidth)))
            add(WireKey.memory, .integer(Int64(shape.memory)))
        }
        add(WireKey.observation, fields.map { .map($0.map(Self.entry)) })
        return .map(entries)
    }

    private static func entry(_ field: ObservationField) -> MessagePackValue.Entry {
        .init(
            field.key,
            .map([
                .init(WireKey.type, .string(field.type.rawValue)),
                .init(WireKey.shape, .array(field.shape.map { .integer(Int64($0)) })),
            ])
        )
    }
}

extension ServerDescription {
    /// Reads of a server's metadata what it calls itself, and nothing else.
    init(named metadata: MessagePackValue) {
        func text(_ key: String) -> String? {
            guard case .string(let text)? = metadata[key] else { return nil }
            return PolicyConnectionError.plain(text, 200)
        }
        self.init(
            policy: text("policy"),
            sha256: text("sha256"),
            task: nil,
            robot: nil,
            controlMode: nil,
            policyHertz: nil,
            execute: nil,
            actionNames: nil,
            shape: nil,
            fields: nil
        )
    }

    /// Reads a server's metadata.
    ///
    /// - Throws: ``Diagnostics/InputError`` naming a key that says what cannot be.
    public init(_ metadata: MessagePackValue) throws(InputError) {
        func text(_ key: String) -> String? {
            guard case .string(let text)? = metadata[key] else { return nil }
            return PolicyConnectionError.plain(text, 200)
        }
        self.init(
            policy: text("policy"),
            sha256: text("sha256"),
            task: text("task"),
            robot: text("robot"),
            controlMode: text("control_mode"),
            policyHertz: metadata["policy_rate_hz"]?.number,
            execute: text("execute"),
            actionNames: nil,
            shape: try Self.shape(in: metadata),
            fields: try Self.fields(in: metadata)
        )
    }

    private static func shape(in metadata: MessagePackValue) throws(InputError) -> PolicyShape? {
        guard metadata[WireKey.horizon] != nil || metadata[WireKey.width] != nil else {
            return nil
        }
        return PolicyShape(
            horizon: try integer(metadata, WireKey.horizon, in: 1...1024),
            actionWidth: try integer(metadata, WireKey.width, in: 1...256),
            memory: metadata[WireKey.memory] == nil
                ? 0 : try integer(metadata, WireKey.memory, in: 0...256)
        )
    }

    static func fields(
        in metadata: MessagePackValue
    ) throws(InputError) -> [ObservationField]? {
        guard case .map(let entries)? = metadata[WireKey.observation] else { return nil }
        var fields: [ObservationField] = []
        for entry in entries {
            let key = PolicyConnectionError.plain(entry.key, 64)
            guard let part = ObservationField.Part(rawValue: entry.key) else {
                throw .unknown(
                    "part of an observation",
                    name: key,
                    known: ObservationField.Part.allCases.map(\.rawValue),
                    key: WireKey.observation
                )
            }
            guard case .array(let shape)? = entry.value[WireKey.shape],
                case .integer(let width)? = shape.first
            else {
                throw InputError(
                    key: "\(WireKey.observation).\(key).\(WireKey.shape)",
                    expected: "a list of integers",
                    found: entry.value[WireKey.shape]?.kind ?? "none"
                )
            }
            do {
                fields.append(try ObservationField(part, width: Int(width)))
            } catch {
                throw InputError(
                    key: "\(WireKey.observation).\(key).\(WireKey.shape)",
                    expected: error.expected,
                    found: error.found
                )
            }
        }
        return fields
    }

    private static func integer(
        _ metadata: MessagePackValue,
        _ key: String,
        in range: ClosedRange<Int64>
    ) throws(InputError) -> Int {
        guard case .integer(let number)? = metadata[key], range.contains(number) else {
            throw InputError(
                key: key,
                expected: "an integer from \(range.lowerBound) to \(range.upperBound)",
                found: metadata[key].map { $0.number.map { "\($0)" } ?? $0.kind } ?? "none"
            )
        }
        return Int(number)
    }
}
