import Diagnostics
import Foundation
import Robots
import Runtime
import Synchronization
import Testing

@testable import Serving

/// A plant whose world is a client in the same process, which does as it is told or not.
@Suite struct OutsidePlantTests {
    /// A world that writes its orders down.
    private final class Scribe: Sendable {
        let orders = Mutex<[String]>([])

        func answer(_ order: MessagePackValue, number: Int) -> MessagePackValue {
            guard case .string(let name)? = order["order"] else { return .map([]) }
            var line = name
            if let substeps = order["substeps"]?.number { line += " \(Int(substeps))" }
            if case .ndarray(let action)? = order["action"] { line += " \(action.doubles())" }
            orders.withLock { $0.append(line) }
            return switch name {
            case "sense":
                .map([
                    .init(
                        "observation",
                        .map([.init("state", PolicyServerTests.numbers([1, 2, 3]))])
                    )
                ])
            default: .map([.init("success", .bool(number > 3)), .init("state_hash", .integer(7))])
            }
        }
    }

    static let hello: [MessagePackValue.Entry] = [
        .init("world", .string("scribe")),
        .init("action_names", .array([.string("a"), .string("b")])),
        .init("control_hz", .real(80)), .init("substeps", .integer(5)),
        .init("time_limit_s", .real(1)),
        .init(
            "observation",
            .map([.init("state", .map([.init("shape", .array([.integer(3)]))]))])
        ),
    ]

    /// Connects a world that says `hello` and answers by `answer` until told to end.
    private func connect(
        hello: [MessagePackValue.Entry] = hello,
        timeout: TimeSpan = .seconds(20),
        answer: @escaping @Sendable (MessagePackValue, Int) -> MessagePackValue?
    ) throws -> (PolicyServer, PlantLink) {
        let turns = TurnLink { false }
        let server = try PolicyServer(
            options: PolicyServerOptions(host: "127.0.0.1", port: 0, apiKey: nil),
            log: { _ in },
            makeSession: { TurnSession(turns) }
        )
        let connection = try PolicyServerTests.open(server)
        Thread.detachNewThread {
            var next: MessagePackValue? = .map(hello)
            var number = 0
            while let message = next {
                guard let reply = try? connection.infer(message, within: .seconds(60)) else {
                    return
                }
                if reply.fields["order"] == .string("end") { return }
                next = answer(reply.fields, number)
                number += 1
            }
            connection.close()
        }
        return (server, PlantLink(turns, timeout: timeout))
    }

    private func command(_ values: [Double], action: UInt32) -> JointCommand {
        var command = JointCommand(arm: JointVector(values), gripperOpening: 0)
        command.action = action
        return command
    }

    @Test func `each action is sent once and held until the next`() throws {
        let scribe = Scribe()
        let (server, link) = try connect { scribe.answer($0, number: $1) }
        defer { withExtendedLifetime(server) {} }
        let description = try #require(try link.awaitPlant())
        #expect(description.rate.physicsHertz == 400 && description.rate.substepsPerTick == 5)
        var plant = OutsidePlant(description, link: link)
        try plant.reset(seed: 9)
        #expect(plant.stateHash == 7)
        let (none, first) = (command([0, 0], action: 0), command([0.5, -1], action: 1))
        try plant.advance(holding: none, substeps: 0)
        try plant.advance(holding: none, substeps: 3)
        try plant.advance(holding: first, substeps: 2)
        try plant.advance(holding: first, substeps: 5)
        // The same numbers again are another action.
        #expect(plant.status.succeededAt == nil)
        try plant.advance(holding: command([0.5, -1], action: 2), substeps: 5)
        var observation = description.blankObservation
        try plant.sense(into: &observation)
        #expect(observation.state == [1, 2, 3])
        #expect(plant.elapsed == .milliseconds(37.5))
        #expect(plant.status.succeededAt == .milliseconds(37.5) && plant.status.holdsNow)
        link.finish()
        #expect(
            scribe.orders.withLock { $0 } == [
                "reset", "advance 3", "advance 2 [0.5, -1.0]", "advance 5",
                "advance 5 [0.5, -1.0]", "sense",
            ]
        )
    }

    @Test(arguments: [
        MessagePackValue.map([]), .map([.init("success", .integer(1))]),
        .map([.init("success", .bool(true)), .init("succeeded_after", .integer(6))]),
        .map([.init("success", .bool(true)), .init("succeeded_after", .integer(-1))]),
        .map([.init("error", .string("Traceback\nValueError: no"))]),
        .map([.init("error", .null)]), .map([.init("success", .ndarray(NumpyArray([1])))]),
    ])
    func `an answer that cannot be ends the episode`(wrong: MessagePackValue) throws {
        let scribe = Scribe()
        let (server, link) = try connect { order, number in
            number == 1 ? wrong : scribe.answer(order, number: number)
        }
        defer { withExtendedLifetime(server) {} }
        var plant = OutsidePlant(try #require(try link.awaitPlant()), link: link)
        try plant.reset(seed: 1)
        #expect(throws: LoopFault.self) {
            try plant.advance(holding: command([0, 0], action: 1), substeps: 5)
        }
    }

    @Test(arguments: [
        MessagePackValue.map([]), .map([.init("observation", .null)]),
        .map([
            .init("observation", .map([.init("state", PolicyServerTests.numbers([1, 2]))]))
        ]),
        .map([
            .init("observation", .map([.init("state", PolicyServerTests.numbers([1, .nan, 3]))]))
        ]),
    ])
    func `an observation that cannot be ends the episode`(wrong: MessagePackValue) throws {
        let (server, link) = try connect { _, _ in wrong }
        defer { withExtendedLifetime(server) {} }
        let description = try #require(try link.awaitPlant())
        var plant = OutsidePlant(description, link: link)
        var observation = description.blankObservation
        #expect(throws: LoopFault.self) { try plant.sense(into: &observation) }
        #expect(link.trouble != nil)
    }

    @Test func `a world that goes or never answers is a fault`() throws {
        let (gone, link) = try connect { _, _ in nil }
        defer { withExtendedLifetime(gone) {} }
        var plant = OutsidePlant(try #require(try link.awaitPlant()), link: link)
        #expect(throws: LoopFault.self) { try plant.reset(seed: 1) }
        let (slow, other) = try connect(timeout: .milliseconds(200)) { _, _ in
            Thread.sleep(forTimeInterval: 2)
            return .map([.init("success", .bool(false))])
        }
        defer { withExtendedLifetime(slow) {} }
        var second = OutsidePlant(try #require(try other.awaitPlant()), link: other)
        #expect(throws: LoopFault.self) { try second.reset(seed: 1) }
        // A late answer does not pass for the next one.
        #expect(throws: LoopFault.self) { try second.reset(seed: 2) }
    }

    @Test(arguments: [
        ("world", MessagePackValue?.none), ("world", .integer(1)), ("control_hz", .real(.nan)),
        ("control_hz", .real(0)), ("substeps", .real(2.5)), ("substeps", .integer(0)),
        ("time_limit_s", .real(1e9)), ("action_names", .array([])),
        ("action_names", .array((0..<17).map { .string("\($0)") })),
        ("observation", .map([.init("feelings", .map([]))])),
        ("observation", .map([.init("state", .map([.init("shape", .array([.integer(-1)]))]))])),
    ])
    func `a description that cannot be is refused by its key`(
        key: String,
        value: MessagePackValue?
    ) throws {
        var entries = Self.hello.filter { $0.key != key }
        if let value { entries.append(.init(key, value)) }
        do {
            _ = try PlantDescription(.map(entries))
            Issue.record("\(key) was taken")
        } catch {
            #expect("\(error)".contains(key), "\(error)")
        }
    }
}
