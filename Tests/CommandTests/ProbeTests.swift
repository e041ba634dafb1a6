import Foundation
import Testing

@Suite struct ProbeTests {
    private static let python = ProcessInfo.processInfo.environment["SIMRUN_PYTHON"]
    private static let noPython: Comment = "SIMRUN_PYTHON names no Python with openpi-client"

    @Test(arguments: [
        ("http://127.0.0.1:1", ["ws://HOST:PORT"]),
        ("ws://127.0.0.1", ["ws://HOST:PORT"]),
        ("ws://127.0.0.1:1 --requests 0", ["--requests", "1 to"]),
        ("ws://127.0.0.1:1 --rate 0", ["--rate", "hot"]),
        ("ws://127.0.0.1:1 --timeout 10", ["--timeout", "10s"]),
        ("ws://127.0.0.1:1 --observation driod", ["driod", "droid"]),
        ("ws://127.0.0.1:1 --observation nowhere.json", ["nowhere.json"]),
        ("ws://127.0.0.1:1 --save /nowhere/t", ["/nowhere"]),
    ])
    func `bad input exits with 2`(arguments: String, words: [String]) throws {
        let run = try Simrun.run(["probe"] + arguments.split(separator: " ").map(String.init))
        #expect(run.status == 2)
        #expect(run.output.isEmpty)
        for word in words { #expect(run.errors.contains(word), "\(run.errors) lacks \(word)") }
    }

    @Test(arguments: [
        (#"{"state": {"dtype": "float31", "shape": [2]}}"#, ["float31", "float32", ":1"]),
        (#"{"state": {"dtype": "float32", "shape": [-2]}}"#, ["state.shape", "at least 0"]),
        (#"{"state": {"dtype": "float32"}}"#, ["state.shape"]),
        (#"{"a": {"dtype": "uint8", "shape": [9999999, 9999999]}}"#, ["a.shape", "64 MiB"]),
        (#"{"a": {"dtype": "uint8", "shape": [2], "values": [1]}}"#, ["a.values", "2"]),
        (#"{"a": {"dtype": "uint8", "shape": [2], "valuse": 1}}"#, ["valuse", "values"]),
        (#"{"a": 1e999}"#, ["a", "number"]), ("[]", ["an object"]), ("{", ["expected"]),
    ])
    func `an observation file that is wrong is refused`(text: String, words: [String]) throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "observation.json").path
        try Data(text.utf8).write(to: URL(filePath: file))
        let run = try Simrun.run(["probe", "ws://127.0.0.1:1", "--observation", file])
        #expect(run.status == 2)
        for word in words + [file] {
            #expect(run.errors.contains(word), "\(run.errors) lacks \(word)")
        }
    }

    @Test func `a server that is not there is a fault`() throws {
        let run = try Simrun.run(["probe", "ws://127.0.0.1:1"])
        #expect(run.status == 3)
        #expect(run.errors.contains("ws://127.0.0.1:1: not reachable: Connection refused"))
    }

    @Test(.enabled(if: python != nil, noPython))
    func `its trace is charged by a task`() throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "observation.json").path
        try Data(#"{"state": {"dtype": "float32", "shape": [8]}, "step": 3}"#.utf8)
            .write(to: URL(filePath: file))
        let trace = folder.appending(path: "server.trace").path
        let server = try Server("good")
        let run = try Simrun.run([
            "probe", server.address, "--requests", "20", "--observation", file, "--prompt", "go",
            "--json", "--save", trace,
        ])
        #expect(run.status == 0, "\(run.errors)")
        let report = try #require(run.json() as? [String: Any])
        #expect(report["actions"] as? String == "float32 [10, 8]")
        #expect(report["requests"] as? Int == 20)
        let latency = try #require(report["latency_us"] as? [String: [String: Double]])
        #expect(latency["policy_infer"]?["p50"] == 2500)
        #expect(try #require(latency["round_trip"]?["p50"]) > 0)
        #expect(run.errors.contains("--latency trace:"))

        let text = try String(contentsOfFile: trace, encoding: .utf8)
        #expect(text.split(separator: "\n").count { !$0.hasPrefix("#") } == 21)
        let task = try Simrun.run([
            "task", "reach", "--policy", "expert", "--episodes", "1", "--ci", "--json",
            "--latency", "trace:" + trace,
        ])
        #expect(task.status == 0, "\(task.errors)")
    }

    @Test(
        .enabled(if: python != nil, noPython),
        arguments: [
            ("raises", Int32(3), ["the policy raised: ValueError: the gripper is on fire"]),
            ("no-actions", 3, ["without an array `actions`", "action, state"]),
            ("http", 3, ["not a WebSocket server", "200"]),
            ("forbids", 2, ["--api-key", "none", "403"]),
        ]
    )
    func `a server's fault is told in a sentence`(
        mode: String,
        status: Int32,
        words: [String]
    ) throws {
        let server = try Server(mode)
        let run = try Simrun.run(["probe", server.address, "--requests", "5"])
        #expect(run.status == status)
        #expect(run.output.isEmpty)
        for word in words { #expect(run.errors.contains(word), "\(run.errors) lacks \(word)") }
    }

    /// The policy server of the tests of Serving, until it is let go.
    private final class Server {
        let address: String
        private let process = Process()
        private let input = Pipe()

        init(_ mode: String) throws {
            let output = Pipe()
            process.executableURL = URL(filePath: try #require(ProbeTests.python))
            process.arguments = [
                Simrun.root.appending(path: "Tests/ServingTests/Fixtures/policy_server.py").path,
                mode,
            ]
            process.standardInput = input
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            try process.run()
            let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            address = "ws://127.0.0.1:" + line.trimmingCharacters(in: .whitespacesAndNewlines)
        }

        deinit {
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
        }
    }
}
