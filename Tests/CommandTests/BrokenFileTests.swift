import Foundation
import Testing

/// Broken files given to the whole program: exit code 2 and one clear sentence, never a trap.
@Suite struct BrokenFileTests {
    private let policy = Simrun.root.appending(path: "assets/policies/meanflow-reach")

    /// Runs `reach` with a copy of the shipped policy, changed by `change`.
    private func runWithPolicy(
        _ change: (URL) throws -> Void
    ) throws -> Simrun {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let copy = folder.appending(path: "broken")
        try FileManager.default.copyItem(at: policy, to: copy)
        try change(copy)
        return try Simrun.run([
            "task", "reach", "--policy", copy.path, "--episodes", "1", "--clock", "lockstep",
        ])
    }

    private func edit(_ file: URL, _ old: String, _ new: String) throws {
        let text = try String(contentsOf: file, encoding: .utf8)
        try #require(text.contains(old))
        try text.replacingOccurrences(of: old, with: new)
            .write(to: file, atomically: true, encoding: .utf8)
    }

    private func expectRefused(_ run: Simrun, _ words: String...) {
        #expect(run.status == 2)
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        for word in words { #expect(run.errors.contains(word), "\(run.errors) lacks \(word)") }
    }

    @Test func `truncated weights are refused`() throws {
        let run = try runWithPolicy { folder in
            let file = folder.appending(path: "model.safetensors")
            let data = try Data(contentsOf: file)
            try data.prefix(data.count / 2).write(to: file)
        }
        expectRefused(run, "model.safetensors")
    }

    @Test func `a header that lies about its length is refused`() throws {
        let run = try runWithPolicy { folder in
            let file = folder.appending(path: "model.safetensors")
            var data = try Data(contentsOf: file)
            data.replaceSubrange(0..<8, with: Data(repeating: 0xFF, count: 8))
            try data.write(to: file)
        }
        expectRefused(run, "model.safetensors")
    }

    @Test func `weights that were changed are refused`() throws {
        let run = try runWithPolicy { folder in
            let file = folder.appending(path: "model.safetensors")
            var data = try Data(contentsOf: file)
            // bf16 0x7FC0 is NaN; the last weight becomes one.
            data.replaceSubrange(data.count - 2..<data.count, with: Data([0xC0, 0x7F]))
            try data.write(to: file)
        }
        expectRefused(run, "model.safetensors")
    }

    @Test func `a policy of another robot is refused`() throws {
        let run = try runWithPolicy { folder in
            try edit(folder.appending(path: "policy.json"), "\"panda\"", "\"widowx250s\"")
        }
        expectRefused(run, "robot", "panda", "widowx250s")
    }

    @Test func `a weights file outside the policy's folder is refused`() throws {
        let run = try runWithPolicy { folder in
            try edit(
                folder.appending(path: "policy.json"),
                "\"model.safetensors\"",
                "\"../model.safetensors\""
            )
        }
        expectRefused(run, "policy.json")
    }

    @Test func `an unknown key is refused by name`() throws {
        let run = try runWithPolicy { folder in
            try edit(folder.appending(path: "policy.json"), "\"noise\":", "\"noice\":")
        }
        expectRefused(run, "noi")
    }

    @Test(arguments: [
        ("control: 60 Hz", "control: 60", ["rates.control", "60 Hz"]),
        ("time_limit: 6.25 s", "time_limit: soon", ["time_limit"]),
        ("hold: 0.5 s", "holds: 0.5 s", ["hold"]),
        ("robot: panda", "robot: pandaa", ["pandaa", "panda"]),
    ])
    func `a mistake in a task file is named by file, line and key`(
        old: String,
        new: String,
        words: [String]
    ) throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "reach.yaml")
        try FileManager.default.copyItem(
            at: Simrun.root.appending(path: "tasks/reach.yaml"),
            to: file
        )
        try edit(file, old, new)
        let run = try Simrun.run(["task", file.path, "--policy", "expert", "--episodes", "1"])
        #expect(run.status == 2)
        for word in words { #expect(run.errors.contains(word), "\(run.errors) lacks \(word)") }
    }
}
