import Diagnostics
import Foundation
import Recording
import Runtime

/// Recordings as demonstrations in robomimic's layout: one row for each action taken.
struct DemonstrationExport {
    let recordings: [RecordedEpisode]

    /// Writes all recordings into one file.
    ///
    /// - Throws: ``InputError`` for recordings of several tasks or layouts, or one that lacks messages.
    func write(to path: String) throws {
        guard let first = recordings.first else { return }
        for recording in recordings where recording.layout != first.layout {
            throw InputError(
                file: recording.path,
                key: "layout",
                expected: "the joints, state and cameras of \(first.path)",
                found: "others"
            )
        }
        var attributes: [String: AttributeValue] = [
            "simrun_version": .text(Version.current),
            "source": .text("recordings"),
            "state_names": .text(first.layout.stateNames.joined(separator: ",")),
        ]
        for key in ["task", "task_hash", "robot", "control_mode", "policy", "clock", "latency"] {
            attributes[key] = .text(first.values[key] ?? "")
        }
        for key in ["policy_rate_hz", "rate_hz", "physics_hz"] {
            attributes[key] = .real(Double(first.values[key] ?? "") ?? 0)
        }
        let writer = try DemonstrationWriter(
            path: path,
            environment: first.values["task"] ?? "",
            arguments: ["robot": .text(first.values["robot"] ?? "")],
            attributes: attributes
        )
        for recording in recordings { try writer.append(table(recording)) }
        try writer.finish()
    }

    private func table(_ recording: RecordedEpisode) throws -> EpisodeTable {
        guard recording.isWhole else {
            throw InputError(
                file: recording.path,
                expected: "a whole recording",
                found: recording.file.isComplete
                    ? "one in which messages found no room" : "one that was cut off"
            )
        }
        var attributes: [String: AttributeValue] = [
            "success": .integer(recording.result["success"] == "true" ? 1 : 0),
            "recording": .text(recording.path),
        ]
        if let text = recording.values["instruction"] { attributes["instruction"] = .text(text) }
        if let speed = recording.values["target_speed"].flatMap({ Double($0) }) {
            attributes["target_speed_m_per_s"] = .real(speed)
        }
        return EpisodeTable(
            seed: try recording.seed,
            attributes: attributes,
            columns: try RecordedColumns(recording).columns
        )
    }
}
