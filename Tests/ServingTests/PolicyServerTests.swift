import Diagnostics
import Foundation
import Robots
import Runtime
import Spatial
import Synchronization
import Testing

@testable import Serving

/// A policy whose plan tells what it saw: seed, observations since, the newest tool position.
struct EchoPolicy: Policy {
    let shape = PolicyShape(horizon: 2, actionWidth: 4, memory: 3)
    var seed: UInt64 = 0
    var seen = 0
    var delay: TimeSpan = .zero

    mutating func reset(seed: UInt64) { (self.seed, seen) = (seed, 0) }

    mutating func observe(_ observation: Observation) throws(LoopFault) { seen += 1 }

    mutating func plan(
        _ observation: Observation,
        into chunk: inout ActionChunk
    ) throws(LoopFault) {
        if delay > .zero { Thread.sleep(forTimeInterval: delay.seconds) }
        if observation.gripperOpening < 0 { throw .policy(what: "the gripper is on fire") }
        seen += 1
        for step in 0..<2 {
            chunk[step, 0] = Float(seed)
            chunk[step, 1] = Float(seen)
            chunk[step, 2] = Float(observation.worldFromTool.translation.x)
            chunk[step, 3] = Float(observation.capturedAt.milliseconds)
        }
    }
}

/// Our server and our client in one process.
@Suite struct PolicyServerTests {
    final class Log: Sendable {
        let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    static func fields() throws -> [ObservationField] {
        [
            try ObservationField(.toolPosition, width: 3),
            try ObservationField(.gripperOpening, width: 1),
        ]
    }

    static func serve(
        key: String? = nil,
        delay: TimeSpan = .zero,
        log: Log = Log(),
        _ change: (inout PolicyServerOptions) -> Void = { _ in }
    ) throws -> PolicyServer {
        var options = try PolicyServerOptions(host: "127.0.0.1", port: 0, apiKey: key)
        options.metadata = .map([.init("policy", .string("echo"))])
        change(&options)
        let fields = try fields()
        return try PolicyServer(options: options, log: log.add) {
            ServedPolicy(EchoPolicy(delay: delay), fields: fields, period: .milliseconds(50))
        }
    }

    static func open(_ server: PolicyServer, key: String? = nil) throws -> PolicyConnection {
        try PolicyConnection.open(
            PolicyAddress("ws://127.0.0.1:\(server.port)"),
            options: PolicyConnectionOptions(apiKey: key)
        )
    }

    static func observation(
        x: Double = 0.5,
        opening: Double = 0.04,
        _ more: MessagePackValue.Entry...
    ) -> MessagePackValue {
        .map(
            [
                .init("tool_position", numbers([x, 0, 0])),
                .init("gripper_opening", numbers([opening])),
            ] + more
        )
    }

    static func numbers(_ values: [Double]) -> MessagePackValue {
        .ndarray(NumpyArray(type: .float64, shape: [values.count], numbers: values))
    }

    private func row(
        _ connection: PolicyConnection,
        _ observation: MessagePackValue
    ) throws -> [Double] {
        let reply = try connection.infer(observation, within: .seconds(30))
        let actions = try #require(reply.actions)
        #expect(actions.description == "float32 [2, 4]")
        return Array(actions.doubles().prefix(4))
    }

    @Test func `metadata comes first and each request is answered in turn`() throws {
        let server = try Self.serve()
        let connection = try Self.open(server)
        #expect(connection.metadata["policy"] == .string("echo"))
        for count in 1...20 {
            let row = try row(connection, Self.observation(x: Double(count)))
            // Without times of its own, a client's observations are a policy period apart.
            #expect(row == [0, Double(count), Double(count), Double(50 * (count - 1))])
        }
    }

    @Test func `a request that is late already is not planned for`() throws {
        let server = try Self.serve()
        let connection = try Self.open(server)
        let late = try connection.infer(
            Self.observation(.init("simrun/deadline_ns", .integer(1))),
            within: .seconds(30)
        )
        #expect(late.fields["simrun/expired"] == .bool(true) && late.actions == nil)
        let early = try connection.infer(
            Self.observation(
                .init("simrun/deadline_ns", .integer(60_000_000_000)),
                .init("simrun/tick", .integer(7))
            ),
            within: .seconds(30)
        )
        #expect(early.actions != nil && early.fields["simrun/tick"] == .integer(7))
    }

    @Test(arguments: [
        ("simrun/deadline_ns", MessagePackValue.integer(0)), ("simrun/deadline_ns", .real(1e9)),
        ("simrun/tick", .string("one")),
    ])
    func `keys of ours that hold what they cannot are refused`(
        key: String,
        value: MessagePackValue
    ) throws {
        let server = try Self.serve()
        let connection = try Self.open(server)
        #expect(throws: PolicyConnectionError.self) {
            try connection.infer(Self.observation(.init(key, value)), within: .seconds(30))
        }
    }

    @Test func `timings are told as openpi tells them`() throws {
        let server = try Self.serve(delay: .milliseconds(20))
        let connection = try Self.open(server)
        for count in 0..<3 {
            let reply = try connection.infer(Self.observation(), within: .seconds(30))
            #expect(try #require(reply.policyInfer) >= .milliseconds(20))
            #expect(try #require(reply.serverInfer) >= #require(reply.policyInfer))
            #expect((reply.previousRound == nil) == (count == 0))
        }
    }

    @Test func `a seed begins an episode, and history is seen before the plan`() throws {
        let server = try Self.serve()
        let connection = try Self.open(server)
        _ = try row(connection, Self.observation())
        let row = try row(
            connection,
            Self.observation(
                .init("simrun/seed", .integer(9)),
                .init("simrun/t_obs_ns", .integer(3_000_000)),
                .init("simrun/history", .array([Self.observation(), Self.observation()]))
            )
        )
        #expect(row == [9, 3, 0.5, 3])
    }

    @Test func `clients do not see each other`() throws {
        let server = try Self.serve()
        let first = try Self.open(server)
        for _ in 0..<3 { _ = try row(first, Self.observation()) }
        #expect(try row(Self.open(server), Self.observation())[1] == 1)
    }

    @Test func `sixteen clients at once each get their own replies`() async throws {
        let server = try Self.serve()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 1...16 {
                let connection = try Self.open(server)
                group.addTask {
                    for count in 1...25 {
                        let sent = Self.observation(x: Double(client * 100 + count))
                        let pending = connection.begin(sent, within: .seconds(60))
                        while !pending.isReady { try await Task.sleep(for: .milliseconds(1)) }
                        let actions = try #require(try pending.get().actions).doubles()
                        #expect(actions[1] == Double(count))
                        #expect(actions[2] == Double(client * 100 + count))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(arguments: [
        (["tool_position"], "tool_position: expected an array float32 or float64 [3], found no"),
        (["gripper_opening"], "gripper_opening: expected"),
    ])
    func `what is missing is refused by its name`(missing: [String], words: String) throws {
        let server = try Self.serve()
        guard case .map(let entries) = Self.observation() else { return }
        try expectRaise(
            server,
            .map(entries.filter { !missing.contains($0.key) }),
            words
        )
    }

    @Test func `what is of another shape, type or range is refused by its name`() throws {
        let server = try Self.serve()
        let bytes = [UInt8](repeating: 0, count: 12)
        let wrong: [(MessagePackValue, String)] = [
            (Self.numbers([1, 2]), "tool_position: expected"),
            (
                .ndarray(NumpyArray(type: .int32, shape: [3], bytes: bytes)),
                "tool_position: expected"
            ),
            (.string("here"), "tool_position: expected"),
            (Self.numbers([1, 2, .nan]), "tool_position: expected finite"),
        ]
        for (value, words) in wrong {
            let opening = MessagePackValue.Entry("gripper_opening", Self.numbers([0]))
            try expectRaise(server, .map([.init("tool_position", value), opening]), words)
        }
        for (key, value) in [
            ("simrun/seed", MessagePackValue.integer(-1)), ("simrun/seed", .string("1")),
            ("simrun/t_obs_ns", .integer(-1)), ("simrun/t_obs_ns", .integer(.max)),
            ("simrun/history", .array([.null, .null, .null, .null])),
            ("simrun/history", .integer(1)),
        ] {
            try expectRaise(server, Self.observation(.init(key, value)), "\(key): expected")
        }
    }

    @Test func `a policy that fails says so to its client alone`() throws {
        let server = try Self.serve()
        let other = try Self.open(server)
        try expectRaise(server, Self.observation(opening: -1), "policy: the gripper is on fire")
        #expect(try row(other, Self.observation())[1] == 1)
    }

    private func expectRaise(
        _ server: PolicyServer,
        _ request: MessagePackValue,
        _ words: String
    ) throws {
        let connection = try Self.open(server)
        let error = try #require(throws: PolicyConnectionError.self) {
            try connection.infer(request, within: .seconds(30))
        }
        guard case .raised(let text) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(text.contains("simrun: " + words), "\(text)")
    }

    @Test func `a wrong key is refused and logged once`() throws {
        let log = Log()
        let server = try Self.serve(key: "secret", log: log)
        #expect(try Self.open(server, key: "secret").metadata["policy"] == .string("echo"))
        for key in [nil, "secreT", "secret2"] {
            let error = try #require(throws: PolicyConnectionError.self) {
                try Self.open(server, key: key)
            }
            #expect(error == .wrongKey(status: 401))
        }
        let lines = log.lines.withLock { $0 }
        #expect(lines.count == 3 && lines.allSatisfy { $0.contains("401") }, "\(lines)")
    }

    @Test func `there is room for so many, and a place is given back`() throws {
        let server = try Self.serve { $0.maximumConnections = 2 }
        let first = try Self.open(server)
        let second = try Self.open(server)
        #expect(throws: PolicyConnectionError.self) { try Self.open(server) }
        first.close()
        var third: PolicyConnection?
        for _ in 0..<200 where third == nil {
            third = try? Self.open(server)
            if third == nil { Thread.sleep(forTimeInterval: 0.05) }
        }
        #expect(try row(#require(third), Self.observation())[1] == 1)
        #expect(try row(second, Self.observation())[1] == 1)
    }

    @Test func `a message over the limit costs its sender the connection`() throws {
        let log = Log()
        let server = try Self.serve(log: log) { $0.maximumMessageBytes = 1000 }
        let other = try Self.open(server)
        let connection = try Self.open(server)
        let big = MessagePackValue.Entry("x", .binary([UInt8](repeating: 0, count: 2000)))
        #expect(throws: PolicyConnectionError.self) {
            try connection.infer(Self.observation(big), within: .seconds(30))
        }
        #expect(log.lines.withLock { $0 }.contains { $0.contains("over 1000 bytes") })
        #expect(try row(other, Self.observation())[1] == 1)
    }

    @Test func `draining answers what is under way and takes nobody new`() throws {
        let server = try Self.serve(delay: .milliseconds(300))
        let busy = try Self.open(server)
        let idle = try Self.open(server)
        let pending = busy.begin(Self.observation(), within: .seconds(30))
        Thread.sleep(forTimeInterval: 0.1)
        server.drain(within: .seconds(30))
        #expect(try pending.get().actions != nil)
        let error = try #require(throws: PolicyConnectionError.self) {
            try idle.infer(Self.observation(), within: .seconds(5))
        }
        #expect(error.description.contains("1001"), "\(error)")
        #expect(throws: PolicyConnectionError.self) { try Self.open(server) }
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.8.9.1", true), ("::1", true), ("localhost", true),
        ("0.0.0.0", false), ("10.0.0.1", false), ("127.0.0.1.example.org", false), ("::", false),
        ("127.0.0", false), ("127.0.0.256", false), ("", false),
    ])
    func `only this machine is served without a key`(host: String, isAllowed: Bool) {
        let options = try? PolicyServerOptions(host: host, port: 0, apiKey: nil)
        #expect((options != nil) == isAllowed)
        #expect((try? PolicyServerOptions(host: host, port: 0, apiKey: "k")) != nil)
    }
}
