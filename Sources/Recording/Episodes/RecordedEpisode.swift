public import Diagnostics
private import Foundation
public import Runtime

/// An episode read back from its recording.
public struct RecordedEpisode: Sendable {
    /// The file's path.
    public let path: String
    /// The file's content.
    public let file: MCAPFile
    /// What made the episode: the metadata record `simrun`.
    public let values: [String: String]
    /// What became of it; empty for a recording that was cut off.
    public let result: [String: String]
    /// What its numbers are.
    public let layout: EpisodeLayout
    /// Episode time 0 in nanoseconds since 1970.
    public let epoch: UInt64
    /// Its ticks, in order.
    public let ticks: [TickMessage]

    /// Reads a recording that `simrun` has made.
    ///
    /// - Throws: ``Diagnostics/InputError`` for anything else.
    public init(path: String) throws(InputError) {
        self.path = path
        file = try MCAPFile(path: path)
        guard let values = file.metadata[RecordingNames.header] else {
            throw InputError(
                file: path,
                key: RecordingNames.header,
                expected: "a recording made by simrun task --record",
                found: "an MCAP file without that metadata"
            )
        }
        self.values = values
        result = file.metadata[RecordingNames.result] ?? [:]
        layout = try Self.layout(values, path)
        guard let epoch = values["epoch_ns"].flatMap(UInt64.init) else {
            throw Self.broken(path, key: "epoch_ns", found: values["epoch_ns"])
        }
        self.epoch = epoch
        ticks = try Self.messages(of: "/tick", in: file, path).map(\.message)
    }

    /// One value of the header.
    ///
    /// - Throws: ``Diagnostics/InputError`` when it is not there.
    public func value(_ key: String) throws(InputError) -> String {
        guard let value = values[key] else { throw Self.broken(path, key: key, found: nil) }
        return value
    }

    /// The seed of the episode.
    public var seed: UInt64 {
        get throws(InputError) {
            let text = try value("seed")
            guard let seed = UInt64(text) else {
                throw Self.broken(path, key: "seed", found: text)
            }
            return seed
        }
    }

    /// Whether every tick was recorded, of an episode that came to its end.
    public var isWhole: Bool {
        let ended = result["end_reason"].flatMap { EndReason(rawValue: $0) }
        return file.isComplete && result["dropped"] == "0" && ended != nil
            && ended != .interrupted
    }

    /// The messages of a topic that are JSON, decoded, each with its tick's ordinal.
    public func messages<Message: Decodable>(
        of topic: String,
        as type: Message.Type = Message.self
    ) throws(InputError) -> [(ordinal: Int, message: Message)] {
        try Self.messages(of: topic, in: file, path)
    }

    /// The messages of a topic as they are.
    public func raw(_ topic: String) -> [MCAPMessage] {
        guard let channel = file.channels.firstIndex(where: { $0.topic == topic }) else {
            return []
        }
        return file.messages.filter { $0.channel == channel }
    }

    private static func messages<Message: Decodable>(
        of topic: String,
        in file: MCAPFile,
        _ path: String
    ) throws(InputError) -> [(ordinal: Int, message: Message)] {
        guard let channel = file.channels.firstIndex(where: { $0.topic == topic }) else {
            return []
        }
        let decoder = JSONDecoder()
        var decoded: [(ordinal: Int, message: Message)] = []
        for message in file.messages where message.channel == channel {
            guard let value = try? decoder.decode(Message.self, from: Data(message.data)) else {
                throw InputError(
                    file: path,
                    key: "\(topic) of tick \(message.sequence)",
                    expected: "a message of simrun's",
                    found: "something else"
                )
            }
            decoded.append((Int(message.sequence), value))
        }
        return decoded
    }

    private static func layout(
        _ values: [String: String],
        _ path: String
    ) throws(InputError) -> EpisodeLayout {
        guard let text = values["layout"],
            let layout = try? JSONDecoder().decode(EpisodeLayout.self, from: Data(text.utf8)),
            layout.isPlausible
        else { throw broken(path, key: "layout", found: values["layout"]) }
        return layout
    }

    private static func broken(_ path: String, key: String, found: String?) -> InputError {
        InputError(
            file: path,
            key: "metadata \(key)",
            expected: "what simrun writes there",
            found: found.map { "\"\($0.prefix(64))\"" } ?? "nothing"
        )
    }
}

extension EpisodeLayout {
    /// Whether the sizes are such that a plant can have.
    fileprivate var isPlausible: Bool {
        (0...16).contains(jointNames.count) && (1...64).contains(actionWidth)
            && (1...1024).contains(horizon) && (0...1 << 20).contains(cloudPoints)
            && (1...4096).contains(candidates ?? 1) && frameNames.count <= 1024
            && stateNames.count <= 16_384
            && cameras.allSatisfy {
                (1...8192).contains($0.width) && (1...8192).contains($0.height)
            }
    }
}

extension TickMessage {
    /// What the tick and its plan were charged, as rows of a latency trace; on the wall clock, what
    /// they took.
    func charges(onWall: Bool) -> (tick: TimeSpan, plan: TimeSpan) {
        if onWall { return (.microseconds(senseUs + actUs), .microseconds(inferUs + rerankUs)) }
        let plan = TimeSpan.microseconds(planChargeUs)
        let whole = TimeSpan.microseconds(chargeUs)
        return (beside ? whole : whole - plan, plan)
    }
}

extension RecordedEpisode {
    /// What each tick and plan was charged, so that a re-run is charged the same.
    ///
    /// - Parameter change: What the plan of a tick shall cost instead; called with the index into
    ///   ``ticks`` and the recorded charge.
    public func charges(
        changingPlans change: (Int, TimeSpan) -> TimeSpan = { $1 }
    ) -> LatencyTrace {
        var trace = LatencyTrace()
        if let seed = try? seed { trace.beginEpisode(seed: seed) }
        let onWall = values["clock"] == LoopClock.wall.rawValue
        for (index, tick) in ticks.enumerated() {
            let charges = tick.charges(onWall: onWall)
            var stages = StageTimes()
            stages.sense = charges.tick
            stages.infer = tick.planned ? change(index, charges.plan) : .zero
            trace.append(stages, planned: tick.planned)
        }
        return trace
    }
}
