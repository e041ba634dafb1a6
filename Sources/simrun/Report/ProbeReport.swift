import Foundation
import Runtime
import Serving

/// What `simrun probe` found out about a server.
struct ProbeReport {
    var address: PolicyAddress
    var plan: ServerProbe.Plan
    /// The file that keeps the round trips, if one does.
    var trace: String?
    /// From the first attempt to connect until the metadata was here.
    var connect = TimeSpan.zero
    var metadataKeys: [String] = []
    var result = ServerProbe.Result()
    var date = Date()

    private var roundTrips: [TimeSpan] { result.samples.map(\.roundTrip) }
    private var serverInfers: [TimeSpan] { result.samples.compactMap(\.serverInfer) }
    private var policyInfers: [TimeSpan] { result.samples.compactMap(\.policyInfer) }
    private var outsides: [TimeSpan] { result.samples.compactMap(\.outside) }

    private var pace: String {
        plan.period.map { "\((1 / $0.seconds).text(1)) Hz" } ?? "hot"
    }

    /// The report for people.
    var lines: [String] {
        let metadata = metadataKeys.map(Self.plain).joined(separator: ", ")
        let first = result.first.map { "\($0.roundTrip.milliseconds.text(1)) ms" } ?? "none"
        var lines = [
            "\(address), observation \(Self.plain(plan.template.name)) (\(result.requestBytes) bytes)",
            "metadata: \(metadata.isEmpty ? "empty" : metadata)",
            "actions \(result.actions ?? "none") (reply of \(result.replyBytes) bytes)",
            "connected in \(connect.milliseconds.text(1)) ms, first reply after \(first)",
            "\(result.samples.count) requests, \(pace), after \(plan.warmUps) of warm-up",
        ]
        if result.samples.isEmpty { return lines }
        let columns = ["p50", "p90", "p99", "max", "mean"].map { $0.right(10) }
        lines += ["", "".left(13) + columns.joined() + "  (us)"]
        lines.append(Self.line("round trip", roundTrips, "what a loop waits for"))
        if serverInfers.isEmpty, policyInfers.isEmpty {
            lines.append("the server does not say how long its policy took")
        } else {
            lines.append(Self.line("server infer", serverInfers, "server_timing.infer_ms"))
            lines.append(Self.line("policy infer", policyInfers, "policy_timing.infer_ms"))
            lines.append(Self.line("outside", outsides, "round trip - infer: network and packing"))
        }
        return lines + warnings
    }

    private var warnings: [String] {
        var lines: [String] = []
        if result.skippedPeriods > 0 {
            lines.append(
                "\(result.skippedPeriods) periods skipped: replies came later than \(pace)"
            )
        }
        if result.otherActions > 0 {
            lines.append("\(result.otherActions) replies had actions of another type or shape")
        }
        if result.nonFiniteReplies > 0 {
            lines.append("\(result.nonFiniteReplies) replies held numbers that are not finite")
        }
        return lines
    }

    private static func line(_ name: String, _ spans: [TimeSpan], _ note: String) -> String {
        guard let row = Row(spans) else { return name.left(13) + "the server does not say" }
        let values = [row.p50, row.p90, row.p99, row.max, row.mean]
        return name.left(13) + values.map { $0.text(1).right(10) }.joined() + "  " + note
    }

    /// A name from the server or a path, fit for one line.
    private static func plain(_ text: String) -> String {
        String(text.prefix(200).map { $0.isASCII && ($0.asciiValue ?? 0) >= 0x20 ? $0 : "?" })
    }
}

extension ProbeReport {
    /// The round trips as a file for `--latency trace:FILE`.
    var traceText: String {
        var text = """
            # simrun probe of \(address), \(date.formatted(.iso8601))
            # observation \(Self.plain(plan.template.name)), \(result.requestBytes) bytes; \
            \(pace); actions \(result.actions ?? "none")
            # one line a request: the round trip in microseconds, after \(plan.warmUps) of warm-up

            """
        if let first = result.first {
            text += "# left out: the first, cold request of \(Self.number(first.roundTrip)) us\n"
        }
        if let infer = Row(serverInfers.isEmpty ? policyInfers : serverInfers),
            let outside = Row(outsides)
        {
            text += "# of it in the policy p50 \(infer.p50.text(1)), outside it p50"
            text += " \(outside.p50.text(1)) us, as the server says\n"
        }
        text += "infer_us\n"
        for span in roundTrips { text += Self.number(span) + "\n" }
        return text
    }

    /// The command that charges the trace.
    var replayLine: String {
        let argument = CommandText.quoted("trace:" + (trace ?? ""))
        return "simrun task pick-place --clock charged --latency " + argument
    }

    private static func number(_ span: TimeSpan) -> String { span.microseconds.text(3) }
}

extension ProbeReport {
    /// Nearest-rank percentiles in microseconds.
    struct Row: Encodable, Equatable {
        var p50, p90, p99, max, mean: Double

        /// nil without spans.
        init?(_ spans: [TimeSpan]) {
            let sorted = spans.sorted()
            guard let last = sorted.last else { return nil }
            func percentile(_ percent: Int) -> Double {
                sorted[Swift.max(0, (sorted.count * percent + 99) / 100 - 1)].microseconds
            }
            p50 = percentile(50)
            p90 = percentile(90)
            p99 = percentile(99)
            max = last.microseconds
            mean = sorted.reduce(0) { $0 + $1.microseconds } / Double(sorted.count)
        }
    }

    private struct Document: Encodable {
        var server: String
        var observation: String
        var requestBytes: Int
        var replyBytes: Int
        var metadataKeys: [String]
        var actions: String?
        var rateHz: Double?
        var requests: Int
        var warmup: Int
        var connectUs: Double
        var firstUs: Double?
        var latencyUs: [String: Row?]
        var skippedPeriods: Int
        var otherActions: Int
        var nonFiniteReplies: Int
        var trace: String?
        var host: TaskReport.Host
        var version: String
    }

    /// One JSON object; what the server does not say is null.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let document = Document(
            server: address.description,
            observation: plan.template.name,
            requestBytes: result.requestBytes,
            replyBytes: result.replyBytes,
            metadataKeys: metadataKeys,
            actions: result.actions,
            rateHz: plan.period.map { 1 / $0.seconds },
            requests: result.samples.count,
            warmup: plan.warmUps,
            connectUs: connect.microseconds,
            firstUs: result.first?.roundTrip.microseconds,
            latencyUs: [
                "round_trip": Row(roundTrips), "server_infer": Row(serverInfers),
                "policy_infer": Row(policyInfers), "outside": Row(outsides),
            ],
            skippedPeriods: result.skippedPeriods,
            otherActions: result.otherActions,
            nonFiniteReplies: result.nonFiniteReplies,
            trace: result.samples.isEmpty ? nil : trace,
            host: .current,
            version: Version.current
        )
        return String(decoding: try encoder.encode(document), as: UTF8.self)
    }
}
