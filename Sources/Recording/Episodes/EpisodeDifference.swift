private import Foundation

/// Where an episode that was run again first differs from its recording.
public struct EpisodeDifference: Equatable, Sendable {
    /// The topic of the first message that differs.
    public var topic: String
    /// The ordinal of its tick.
    public var ordinal: Int
    /// Where in the message, such as `scalars[3] (panda_joint4.pos)`; empty for the whole.
    public var field: String
    /// What the recording says there.
    public var recorded: String
    /// What the new run says.
    public var found: String

    /// Creates a difference.
    public init(topic: String, ordinal: Int, field: String, recorded: String, found: String) {
        self.topic = topic
        self.ordinal = ordinal
        self.field = field
        self.recorded = recorded
        self.found = found
    }

    /// Topics in the order in which a tick causes their messages.
    private static let causes = [
        "/observation/cloud", "/observation/state", CandidatesMessage.topic, "/action/proposed",
        "/action/state", "/tick", "/safety", "/state", "/tf",
    ]

    /// The first difference between a recording and the messages of a new run; nil when there is
    /// none.
    ///
    /// Times that were measured may differ. A recording that was cut off, or lacks what found no
    /// room, is compared as far as it goes.
    ///
    /// - Parameters:
    ///   - recording: The recording.
    ///   - list: The new run of the same episode.
    ///   - topics: What is compared; nil for everything.
    public static func first(
        in recording: RecordedEpisode,
        against list: MessageList,
        topics: Set<String>? = nil
    ) -> EpisodeDifference? {
        var first: EpisodeDifference?
        for (index, channel) in list.channels.enumerated() {
            guard topics?.contains(channel.topic) ?? true else { continue }
            let found = list.messages.filter { $0.channel == index }
            let difference = firstDifference(
                of: channel,
                recorded: recording.raw(channel.topic),
                found: found,
                isWhole: recording.isWhole
            )
            guard let difference else { continue }
            if let known = first, rank(known) <= rank(difference) { continue }
            first = difference
        }
        return first
    }

    private static func rank(_ difference: EpisodeDifference) -> Int {
        let cause = causes.firstIndex(of: difference.topic) ?? 0
        return difference.ordinal * (causes.count + 1) + cause
    }

    private static func firstDifference(
        of channel: MCAPChannel,
        recorded: [MCAPMessage],
        found: [RecordedMessage],
        isWhole: Bool
    ) -> EpisodeDifference? {
        var next = found.startIndex
        for message in recorded {
            while !isWhole, next < found.endIndex, found[next].sequence < message.sequence {
                next += 1
            }
            guard next < found.endIndex, found[next].sequence == message.sequence else {
                return missing(
                    channel.topic,
                    message.sequence,
                    recorded: "a message",
                    found: "none"
                )
            }
            let other = found[next]
            next += 1
            if let difference = compare(channel, message, other) { return difference }
        }
        if isWhole, next < found.endIndex {
            let sequence = found[next].sequence
            return missing(channel.topic, sequence, recorded: "none", found: "a message")
        }
        return nil
    }

    private static func missing(
        _ topic: String,
        _ sequence: UInt32,
        recorded: String,
        found: String
    ) -> EpisodeDifference {
        EpisodeDifference(
            topic: topic,
            ordinal: Int(sequence),
            field: "",
            recorded: recorded,
            found: found
        )
    }

    private static func compare(
        _ channel: MCAPChannel,
        _ recorded: MCAPMessage,
        _ found: RecordedMessage
    ) -> EpisodeDifference? {
        if recorded.data.elementsEqual(found.data), recorded.logTime == found.logTime { return nil }
        var difference = EpisodeDifference(
            topic: channel.topic,
            ordinal: Int(recorded.sequence),
            field: "",
            recorded: "\(recorded.data.count) bytes at \(recorded.logTime) ns",
            found: "\(found.data.count) bytes at \(found.logTime) ns"
        )
        guard recorded.logTime == found.logTime, channel.messageEncoding == "json",
            let old = try? JSONSerialization.jsonObject(with: Data(recorded.data)),
            let new = try? JSONSerialization.jsonObject(with: Data(found.data))
        else { return difference }
        guard let place = place(old, new) else { return nil }
        (difference.field, difference.recorded, difference.found) = place
        return difference
    }

    /// The first place in which two JSON values differ, but for what was measured.
    private static func place(_ old: Any, _ new: Any) -> (String, String, String)? {
        if let old = old as? [String: Any], let new = new as? [String: Any] {
            for key in Set(old.keys).union(new.keys).subtracting(TickMessage.measured).sorted() {
                guard let a = old[key], let b = new[key] else {
                    return (key, old[key] == nil ? "nothing" : "a value", "")
                }
                guard let (path, was, now) = place(a, b) else { continue }
                let label = key == "value" ? (old["label"] as? String).map { " (\($0))" } : nil
                let inner = path.isEmpty || path.hasPrefix("[") ? path : "." + path
                return (label ?? key + inner, was, now)
            }
            return nil
        }
        if let old = old as? [Any], let new = new as? [Any] {
            guard old.count == new.count else {
                return ("", "\(old.count) entries", "\(new.count) entries")
            }
            for index in old.indices {
                guard let (path, was, now) = place(old[index], new[index]) else { continue }
                let inner = path.isEmpty || path.hasPrefix("[") || path.hasPrefix(" ")
                return ("[\(index)]" + (inner ? path : "." + path), was, now)
            }
            return nil
        }
        let (was, now) = ("\(old)", "\(new)")
        guard let a = old as? NSNumber, let b = new as? NSNumber else {
            return was == now ? nil : ("", was, now)
        }
        return a.doubleValue.bitPattern == b.doubleValue.bitPattern ? nil : ("", was, now)
    }
}
