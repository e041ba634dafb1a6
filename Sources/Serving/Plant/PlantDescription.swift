public import Diagnostics
import Robots
public import Runtime

/// What an outside plant says of itself in its first message.
public struct PlantDescription: Equatable, Sendable {
    /// Its name.
    public let world: String
    /// The robot's name, as policies' files have it; "unknown" if it does not say.
    public let robot: String
    /// What actions mean, as policies' files have it; "direct" if it does not say.
    public let controlMode: String
    /// Metres that an action of 1 moves the tool; 0 where actions do something else.
    public let translationScale: Double
    /// What each number of an action is.
    public let actionNames: [String]
    /// Control period and physics timestep.
    public let rate: ControlRate
    /// How long an episode lasts.
    public let timeLimit: TimeSpan
    /// What it observes.
    public let fields: [ObservationField]
    /// Whether it knows itself what to do.
    public let hasExpert: Bool

    /// Reads the message.
    ///
    /// - Throws: ``Diagnostics/InputError`` naming the key that is missing or cannot be.
    public init(_ message: MessagePackValue) throws(InputError) {
        func text(_ key: String) throws(InputError) -> String? {
            switch message[key] {
            case nil, .null?: return nil
            case .string(let text)? where !text.isEmpty:
                return PolicyConnectionError.plain(text, 200)
            case let other?: throw InputError(key: key, expected: "text", found: other.kind)
            }
        }
        func number(
            _ key: String,
            in range: ClosedRange<Double>
        ) throws(InputError) -> Double {
            guard let number = message[key]?.number, range.contains(number) else {
                throw InputError(
                    key: key,
                    expected: "a number from \(range.lowerBound) to \(range.upperBound)",
                    found: message[key].map { $0.number.map { "\($0)" } ?? $0.kind } ?? "none"
                )
            }
            return number
        }
        guard let world = try text(PlantKey.world) else {
            throw InputError(key: PlantKey.world, expected: "the world's name", found: "none")
        }
        self.world = world
        robot = try text(PlantKey.robot) ?? "unknown"
        controlMode = try text(PlantKey.controlMode) ?? "direct"
        translationScale =
            message[PlantKey.translationScale] == nil
            ? 0 : try number(PlantKey.translationScale, in: 0...10)
        actionNames = try Self.actionNames(in: message)
        let hertz = try number(PlantKey.controlHertz, in: 0.1...10_000)
        let substeps = try number(PlantKey.substeps, in: 1...1000)
        guard substeps == substeps.rounded() else {
            throw InputError(
                key: PlantKey.substeps,
                expected: "an integer",
                found: "\(substeps)"
            )
        }
        rate = try ControlRate(hertz: hertz, physicsHertz: hertz * substeps)
        timeLimit = .seconds(try number(PlantKey.timeLimit, in: 0.001...3600))
        fields = try ServerDescription.fields(in: message) ?? []
        guard Set(fields.map(\.part)).count == fields.count else {
            throw InputError(key: WireKey.observation, expected: "each key once", found: "twice")
        }
        hasExpert = message[PlantKey.hasExpert] == .bool(true)
    }

    private static func actionNames(
        in message: MessagePackValue
    ) throws(InputError) -> [String] {
        var names: [String] = []
        if case .array(let items)? = message[PlantKey.actionNames] {
            for case .string(let name) in items {
                names.append(PolicyConnectionError.plain(name, 64))
            }
            if names.count != items.count { names = [] }
        }
        guard (1...JointVector.capacity).contains(names.count) else {
            throw InputError(
                key: PlantKey.actionNames,
                expected: "1 to \(JointVector.capacity) names, one for each number of an action",
                found: message[PlantKey.actionNames]?.kind ?? "none"
            )
        }
        return names
    }

    /// A blank observation with room for what the plant observes.
    public var blankObservation: Observation {
        func width(_ part: ObservationField.Part) -> Int {
            fields.first { $0.part == part }?.width ?? 0
        }
        var observation = Observation(
            jointCount: max(width(.jointPositions), width(.jointVelocities)),
            cloudPoints: width(.pointCloud)
        )
        observation.state = [Double](repeating: 0, count: width(.state))
        if width(.conveyorSpeed) > 0 { observation.conveyorSpeed = 0 }
        return observation
    }
}

/// What a loop tells an outside plant first.
public enum PlantServerMetadata {
    /// The protocol's number.
    public static let message = MessagePackValue.map([
        .init("simrun", .string("plant")), .init("protocol", .integer(1)),
    ])
}
