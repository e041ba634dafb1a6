import Diagnostics
import Foundation
import Runtime
import Spatial
import Testing

@testable import Serving

/// Our client against a server that packs with openpi-client and speaks through `websockets`.
@Suite(
    .enabled(
        if: PythonPolicyServer.python != nil,
        "SIMRUN_PYTHON names no Python with openpi-client"
    )
)
struct PythonPolicyServerTests {
    private static let observation = ObservationTemplate(
        name: "small",
        fields: [
            .init("picture", .random(.uint8, shape: [8, 8, 3])),
            .init("state", .value(.ndarray(NumpyArray([1, 2, 3.5])))),
            .init("prompt", .value(.string("pick up the käse"))),
            .init("step", .value(.integer(-70_000))),
            .init("weight", .value(.real(0.25))),
            .init("flag", .value(.bool(true))),
            .init("nothing", .value(.null)),
            .init("group", .group([.init("list", .value(.array([.integer(1)])))])),
        ]
    )

    private func open(
        _ server: PythonPolicyServer,
        key: String? = nil,
        timeout: TimeSpan = .seconds(10),
        maximumMessageBytes: Int = 1 << 20
    ) throws -> PolicyConnection {
        try PolicyConnection.open(
            server.address,
            options: PolicyConnectionOptions(
                apiKey: key,
                openTimeout: timeout,
                maximumMessageBytes: maximumMessageBytes
            )
        )
    }

    /// Requests until one fails, at most ten.
    private func firstFailure(
        _ mode: String,
        within timeout: TimeSpan = .seconds(10)
    ) throws -> (answered: Int, error: PolicyConnectionError?) {
        let server = try PythonPolicyServer(mode)
        let options = try PolicyConnectionOptions(
            openTimeout: timeout,
            maximumMessageBytes: 1 << 20
        )
        var random = RandomStream(seed: 1)
        var answered = 0
        do throws(PolicyConnectionError) {
            let connection = try PolicyConnection.open(server.address, options: options)
            for _ in 0..<10 {
                _ = try connection.infer(Self.observation.observation(&random), within: timeout)
                answered += 1
            }
            return (answered, nil)
        } catch { return (answered, error) }
    }

    @Test func `python sees what was sent and answers each request in turn`() throws {
        let server = try PythonPolicyServer("good")
        let connection = try open(server)
        #expect(connection.metadata["robot"] == .string("test"))
        #expect(connection.metadata["reset_pose"] == .array([.real(0), .real(1)]))
        var random = RandomStream(seed: 1)
        for count in 1...50 {
            let observation = Self.observation.observation(&random)
            let reply = try connection.infer(observation, within: .seconds(10))
            let actions = try #require(reply.actions)
            #expect(actions.description == "float32 [10, 8]")
            #expect(actions.doubles().allSatisfy { $0 == Double(count) })
            #expect(reply.fields["scalar"] == .real(1.5))
            #expect(reply.policyInfer == .milliseconds(2.5))
            #expect(try #require(reply.serverInfer) > .zero)
            #expect((reply.previousRound == nil) == (count == 1))
            guard case .ndarray(let picture)? = observation["picture"] else { return }
            let sum = Int(picture.doubles().reduce(0, +)) * 1000
            let seen = try #require(reply.fields["seen"])
            #expect(seen["picture"] == .string("|u1 [8, 8, 3] \(sum)"))
            #expect(seen["state"] == .string("<f4 [3] 6500"))
            #expect(seen["prompt"] == .string("'pick up the käse'"))
            #expect(seen["step"] == .string("-70000"))
            #expect(seen["weight"] == .string("0.25"))
            #expect(seen["flag"] == .string("True"))
            #expect(seen["nothing"] == .string("None"))
            #expect(seen["group"] == .string("{'list': [1]}"))
        }
        connection.close()
    }

    @Test(arguments: ObservationTemplate.published)
    func `the published observations arrive`(template: ObservationTemplate) throws {
        let server = try PythonPolicyServer("good")
        var random = RandomStream(seed: 2)
        let observation = template.observation(&random)
        let reply = try open(server).infer(observation, within: .seconds(20))
        #expect(reply.fields["seen"]?.keys == observation.keys)
    }

    @Test(arguments: ["lists", "fragments", "pings"])
    func `other ways to answer are understood`(mode: String) throws {
        let result = try firstFailure(mode)
        #expect(result.answered == 10, "\(String(describing: result.error))")
    }

    @Test(arguments: [
        ("raises", 2, "the policy raised: ValueError: the gripper is on fire"),
        ("text-first", 0, "the policy raised: RuntimeError: no weights"),
        ("not-msgpack", 0, "byte 0: expected a msgpack value"),
        ("huge", 0, "a message over the limit"),
        ("leaves", 1, "with code 1001: going away"),
        ("drops", 1, "closed the connection"),
        ("garbage", 1, "broke the protocol"),
        ("truncated", 1, "the end of the message"),
        ("http", 0, "not a WebSocket server: it answered HTTP 200 OK"),
        ("forbids", 0, "the API key is missing or wrong (HTTP 403)"),
    ])
    func `a server that fails is told by its fault`(
        mode: String,
        answered: Int,
        words: String
    ) throws {
        let result = try firstFailure(mode)
        #expect(result.answered == answered)
        let error = try #require(result.error)
        #expect(error.description.contains(words), "\(error)")
    }

    @Test(arguments: [
        ("slow", "no reply within 2.0 s"), ("silent", "no metadata message within"),
        ("mute", "no WebSocket handshake within"), ("drips", "no WebSocket handshake within"),
    ])
    func `a server that does not answer in time is left`(mode: String, words: String) throws {
        let error = try #require(try firstFailure(mode, within: .seconds(2)).error)
        #expect(error.description.contains(words), "\(error)")
    }

    @Test func `a message that nobody asked for closes the connection`() throws {
        let server = try PythonPolicyServer("chatty")
        let connection = try open(server)
        for _ in 0..<1000 where !connection.isClosed { Thread.sleep(forTimeInterval: 0.01) }
        let error = try #require(throws: PolicyConnectionError.self) {
            try connection.infer(.map([]), within: .seconds(10))
        }
        #expect(error == .protocolBroken("a message that nobody asked for"))
    }

    @Test func `after a late reply the connection stays closed`() throws {
        let server = try PythonPolicyServer("slow")
        let connection = try open(server)
        var random = RandomStream(seed: 1)
        let observation = Self.observation.observation(&random)
        _ = try connection.infer(observation, within: .seconds(10))
        for _ in 0..<2 {
            let error = try #require(throws: PolicyConnectionError.self) {
                try connection.infer(observation, within: .milliseconds(300))
            }
            #expect(error == .timedOut("reply", .milliseconds(300)))
        }
        #expect(connection.isClosed)
    }

    @Test func `the key is sent and a wrong one is named`() throws {
        let server = try PythonPolicyServer("good", key: "secret")
        #expect(try open(server, key: "secret").metadata["robot"] == .string("test"))
        for key in [nil, "other"] {
            let error = try #require(throws: PolicyConnectionError.self) {
                try open(server, key: key)
            }
            #expect(error == .wrongKey(status: 401))
        }
    }

    @Test func `a probe measures and counts`() throws {
        let server = try PythonPolicyServer("nan")
        let plan = ServerProbe.Plan(
            template: Self.observation,
            requests: 8,
            warmUps: 2,
            period: .milliseconds(20),
            firstTimeout: .seconds(10),
            timeout: .seconds(10),
            seed: 1
        )
        let result = try ServerProbe(connection: open(server), plan: plan).run { false }
        #expect(result.samples.count == 8)
        #expect(result.actions == "float32 [10, 8]")
        #expect(result.otherActions == 0)
        #expect(result.nonFiniteReplies == 11)
        #expect(result.samples.allSatisfy { $0.outside.map { $0 < .seconds(10) } == true })
        let stopped = try ServerProbe(connection: open(server), plan: plan).run { true }
        #expect(stopped.wasInterrupted && stopped.samples.isEmpty)
    }
}

@Suite struct PolicyConnectionTests {
    @Test func `nobody at the port is unreachable`() throws {
        // Port 1 of this machine: nothing listens there.
        let address = try PolicyAddress("ws://127.0.0.1:1")
        let error = try #require(throws: PolicyConnectionError.self) {
            try PolicyConnection.open(address, options: PolicyConnectionOptions())
        }
        #expect(error.description.contains("Connection refused"), "\(error)")
    }
}
