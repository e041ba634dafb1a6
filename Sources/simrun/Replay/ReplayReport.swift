import Recording

/// What `simrun replay` prints.
struct ReplayReport: Encodable {
    let recording: RecordedEpisode
    /// What has been changed since: the task, the robot or the policy.
    var changed: [String] = []
    var check: EpisodeReplay.Check?

    init(_ recording: RecordedEpisode) { self.recording = recording }

    enum CodingKeys: String, CodingKey {
        case file, task, robot, policy, clock, latency, execute, seed, ticks, messages, topics
        case dropped, success, cause, changed, check
        case isComplete = "complete"
    }

    private struct CheckKeys: Encodable {
        var holds: Bool
        var compared: String
        var ticks: Int
        var topic: String?
        var tick: Int?
        var field: String?
        var recorded: String?
        var found: String?
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let values = recording.values
        try container.encode(recording.path, forKey: .file)
        for key in [CodingKeys.task, .robot, .policy, .clock, .latency, .execute] {
            try container.encode(values[key.rawValue], forKey: key)
        }
        try container.encode(values["seed"].flatMap { UInt64($0) }, forKey: .seed)
        try container.encode(recording.ticks.count, forKey: .ticks)
        try container.encode(recording.file.messages.count, forKey: .messages)
        try container.encode(counts, forKey: .topics)
        try container.encode(recording.file.isComplete, forKey: .isComplete)
        try container.encode(recording.result["dropped"].flatMap { Int($0) }, forKey: .dropped)
        try container.encode(recording.result["success"].map { $0 == "true" }, forKey: .success)
        try container.encode(recording.result["cause"], forKey: .cause)
        try container.encode(changed, forKey: .changed)
        guard let check else { return }
        try container.encode(
            CheckKeys(
                holds: check.holds,
                compared: check.comparesAll ? "all" : "state",
                ticks: check.ticks,
                topic: check.difference?.topic,
                tick: check.difference?.ordinal,
                field: check.difference?.field,
                recorded: check.difference?.recorded,
                found: check.difference?.found
            ),
            forKey: .check
        )
    }

    /// Messages by topic.
    private var counts: [String: Int] {
        var counts: [String: Int] = [:]
        for message in recording.file.messages {
            counts[recording.file.channels[message.channel].topic, default: 0] += 1
        }
        return counts
    }

    /// The lines that people read.
    var lines: [String] {
        let values = recording.values
        let result = recording.result
        func value(_ key: String) -> String { values[key] ?? "?" }
        var lines = [
            "\(recording.path): \(value("task")) on \(value("robot")), policy \(value("policy")),"
                + " seed \(value("seed"))",
            "clock \(value("clock")), latency \(value("latency")), execute \(value("execute")),"
                + " control \(value("rate_hz")) Hz, physics \(value("physics_hz")) Hz",
            recording.file.isComplete
                ? "\(recording.ticks.count) ticks, \(recording.file.messages.count) messages,"
                    + " \(result["dropped"] ?? "?") found no room"
                : "cut off after \(recording.ticks.count) ticks: the file ends before its end",
        ]
        if result["success"] == "true" {
            lines.append("success at \(result["success_at_s"] ?? "?") s")
        } else if let cause = result["cause"] {
            lines.append("failed: \(cause)")
        } else if let fault = result["fault"] {
            lines.append("fault: \(fault)")
        }
        for (topic, count) in counts.sorted(by: { $0.key < $1.key }) {
            lines.append("  \(topic.left(24)) \(String(count).right(6))")
        }
        if !changed.isEmpty {
            lines.append("changed since: \(changed.joined(separator: ", "))")
        }
        if let check { lines.append(verdict(check)) }
        return lines
    }

    /// One sentence on a comparison.
    func verdict(_ check: EpisodeReplay.Check) -> String {
        guard let difference = check.difference else {
            let what = check.comparesAll ? "every message" : "the world's state"
            return check.endsAlike == false
                ? "the messages are the same, but the final state's hash is another"
                : "the same to the last bit: \(what) of \(check.ticks) ticks"
        }
        let place = difference.field.isEmpty ? "" : " " + difference.field
        return "differs first at tick \(difference.ordinal), \(difference.topic)\(place):"
            + " \(difference.recorded) recorded, \(difference.found) now"
    }
}
