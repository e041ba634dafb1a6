import Recording

/// What `simrun why` prints.
struct DiagnosisReport: Encodable {
    let diagnosis: FailureDiagnosis

    enum CodingKeys: String, CodingKey {
        case file, task, policy, seed, cause, reproduced, changes, summary, runs
        case kind = "class"
        case savedBy = "saved_by"
        case untriedOverruns = "untried_overruns"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let recording = diagnosis.recording
        try container.encode(recording.path, forKey: .file)
        try container.encode(recording.values["task"], forKey: .task)
        try container.encode(recording.values["policy"], forKey: .policy)
        try container.encode(recording.values["seed"].flatMap { UInt64($0) }, forKey: .seed)
        try container.encode(recording.result["cause"], forKey: .cause)
        try container.encode(diagnosis.kind, forKey: .kind)
        try container.encode(diagnosis.saving.first, forKey: .savedBy)
        try container.encode(diagnosis.changes, forKey: .changes)
        try container.encode(diagnosis.isReproduced, forKey: .reproduced)
        try container.encode(diagnosis.untriedOverruns, forKey: .untriedOverruns)
        try container.encode(diagnosis.runs, forKey: .runs)
        try container.encode(summary, forKey: .summary)
    }

    /// One sentence: whose failure it was, and what alone would have saved the episode.
    var summary: String {
        switch diagnosis.kind {
        case .none: return "the episode succeeded"
        case .fault: return "fault: \(diagnosis.recording.result["fault"] ?? "")"
        case .unknown:
            return "unknown: the re-run succeeds, so the failure is not one of its recorded delays"
        case .physics: return "physics: nothing that was tried saves it, not even the expert"
        case .latency, .policy:
            let saving = diagnosis.saving.first.map(Self.words) ?? ""
            return "\(diagnosis.kind.rawValue): saved by \(saving)"
        }
    }

    /// A change in words.
    private static func words(_ change: FailureDiagnosis.Change) -> String {
        let place = "tick \(change.tick ?? 0), \((change.seconds ?? 0).text(2)) s"
        switch change.what {
        case .zeroLatency: return "zero latency"
        case .withoutOverrun:
            let cost = ((change.chargeUs ?? 0) / 1000).text(1)
            return "a usual delay in place of the \(cost) ms at \(place)"
        case .withoutOverruns: return "usual delays in place of all overruns"
        case .otherCandidate:
            let counts = "\(change.successes ?? 0) of \(change.trials ?? 0)"
            return "another candidate (\(counts) other draws succeed)"
        case .expert:
            return change.success
                ? "the expert, taking over at \(place) at the latest"
                : "the expert from the start"
        }
    }

    /// The lines that people read.
    var lines: [String] {
        let recording = diagnosis.recording
        func value(_ key: String) -> String { recording.values[key] ?? "?" }
        var lines = [
            "\(value("task")), policy \(value("policy")), seed \(value("seed")),"
                + " clock \(value("clock")), latency \(value("latency")): "
                + (recording.result["cause"].map { "failed (\($0))" } ?? "no failure recorded"),
            summary,
        ]
        guard !diagnosis.changes.isEmpty else { return lines }
        lines.append("")
        for change in diagnosis.changes {
            lines.append("  \(change.success ? "saves" : "fails")  \(Self.words(change))")
        }
        if diagnosis.untriedOverruns > 0 {
            lines.append("  \(diagnosis.untriedOverruns) shorter overruns were not tried alone")
        }
        return lines + ["", "\(diagnosis.runs) runs"]
    }
}
