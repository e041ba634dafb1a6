import Runtime

/// A run as JUnit XML: a test case an episode, then one a gate.
///
/// A test case fails where the run fails. An episode that missed success is a failure unless a gate
/// on success was given and held: that gate tolerates it, and it is listed as skipped with its
/// cause.
struct JUnitReport {
    let task: String
    let run: RunResult
    let verdicts: [GateVerdict]

    /// The XML document.
    var text: String {
        let tolerated =
            verdicts.contains(where: \.judgesSuccess)
            && verdicts.filter(\.judgesSuccess).allSatisfy(\.held)
        let failed = run.episodes.count { !$0.result.success }
        let broken = verdicts.count { !$0.held }
        let counts =
            "tests=\"\(run.episodes.count + verdicts.count)\""
            + " failures=\"\((tolerated ? 0 : failed) + broken)\" errors=\"0\""
            + " skipped=\"\(tolerated ? failed : 0)\" time=\"\(run.wallSeconds.text(3))\""
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#,
            "<testsuites \(counts)>",
            "  <testsuite name=\"simrun \(Self.escaped(task))\" \(counts)>",
        ]
        lines += run.episodes.map { episode($0, isTolerated: tolerated) }
        lines += verdicts.map(gate)
        return (lines + ["  </testsuite>", "</testsuites>"]).joined(separator: "\n") + "\n"
    }

    private func episode(_ episode: RunResult.Episode, isTolerated: Bool) -> String {
        let result = episode.result
        // Time is the episode's own: what a test took tells nothing in a world that waits.
        let head =
            "    <testcase classname=\"\(Self.escaped(task))\" name=\"seed \(result.seed)\""
            + " time=\"\(result.elapsed.seconds.text(3))\""
        guard !result.success else { return head + "/>" }
        let cause = Self.escaped(episode.cause ?? result.endReason.rawValue)
        let element = isTolerated ? "skipped" : "failure"
        return head + "><\(element) message=\"\(cause)\"/></testcase>"
    }

    private func gate(_ verdict: GateVerdict) -> String {
        let head =
            "    <testcase classname=\"\(Self.escaped(task)).gates\""
            + " name=\"\(Self.escaped(verdict.name))\""
        let detail = Self.escaped(verdict.detail)
        return verdict.held
            ? head + "><system-out>\(detail)</system-out></testcase>"
            : head + "><failure message=\"\(detail)\"/></testcase>"
    }

    /// Text as XML has it; characters that XML 1.0 cannot hold become U+FFFD.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\t", "\n", "\r", " "..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"...:
                escaped.unicodeScalars.append(scalar)
            default: escaped += "\u{FFFD}"
            }
        }
        return escaped
    }
}
