import Bridge
import Foundation
import Robots
import Runtime
import Testing

/// An emulated arm, and this test as its master.
@Suite(.serialized) struct ServosCommandTests {
    private let clock = MonotonicTime()

    /// Starts the servos of a robot behind a link.
    private func servos(_ robot: String, _ flags: [String], at link: String) throws -> RunningSimrun
    {
        let run = try RunningSimrun(
            ["servos", "--robot", robot, "--link", link, "--json", "--seconds", "60"] + flags
        )
        let isThere = run.wait { FileManager.default.fileExists(atPath: link) }
        #expect(isThere, "\(run.errors)")
        // Servos take 200 ms to start.
        Thread.sleep(forTimeInterval: 0.4)
        return run
    }

    private func bus(_ map: ArmServos, at link: String) throws -> ServoBus {
        let bus = ServoBus(wire: map.wire, port: try SerialPort(path: link, baud: map.baud))
        bus.timing.slack = .seconds(1)
        bus.tries = 30
        return bus
    }

    private func map(_ robot: String) throws -> ArmServos {
        let folder = Simrun.root.appending(path: "robots").path
        return try ArmServos(RobotLibrary(searchPaths: [folder]).load(robot))
    }

    private func report(_ run: RunningSimrun) throws -> [String: Any] {
        let ended = try run.end()
        #expect(ended.status == 0, "\(ended.errors)")
        return try #require(try ended.json() as? [String: Any])
    }

    @Test(arguments: ["so101", "widowx250s"])
    func `bytes move the robot in the physics`(robot: String) throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let link = folder.appending(path: "arm").path
        let trace = folder.appending(path: "trace.csv").path
        let run = try servos(robot, ["--trace", trace], at: link)
        let map = try map(robot)
        let bus = try bus(map, at: link)
        let pan = map.joints[0]
        let position = try #require(pan.table.register(.presentPosition))
        let before = try bus.read(position, of: pan.id)
        // The goal first: torque drives to whatever stands there.
        try bus.write(before + 200, to: #require(pan.table.register(.goalPosition)), of: pan.id)
        try bus.write(1, to: #require(pan.table.register(.torqueEnable)), of: pan.id)
        var after = before
        for _ in 0..<100 where abs(after - before - 200) > 8 {
            clock.sleep(until: clock.now() + .milliseconds(50))
            after = try bus.read(position, of: pan.id)
        }
        #expect(abs(after - before - 200) <= 8)
        let report = try report(run)
        let ends = try #require(report["servos"] as? [[String: Any]])
        #expect(ends[0]["goal"] as? Int == before + 200)
        #expect(ends[0]["torque"] as? Bool == true && ends[1]["torque"] as? Bool == false)
        let wire = try #require(report["wire"] as? [String: Int])
        #expect(try #require(wire["instructions"]) >= 4)
        #expect(wire["dropped"] == 0)
        // The link goes with the program; the trace is whole.
        #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: link)) == nil)
        let lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
        let columns = 2 + 2 * map.all.count
        #expect(lines.count > 20)
        #expect(lines.allSatisfy { $0.split(separator: ",").count == columns })
    }

    @Test func `what goes wrong is counted`() throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let link = folder.appending(path: "arm").path
        let flags = [
            "--drop", "0.2", "--corrupt", "0.2", "--duplicate", "0.2", "--split", "0.2",
            "--deaf", "0.1", "--latency", "1ms", "--silent", "3", "--seed", "5",
        ]
        let run = try servos("so101", flags, at: link)
        let map = try map("so101")
        let bus = try bus(map, at: link)
        bus.timing.slack = .milliseconds(50)
        bus.setupSlack = .zero
        let position = try #require(map.joints[0].table.register(.presentPosition))
        for _ in 0..<40 { _ = try? bus.read(position, of: 1) }
        bus.tries = 2
        let error = #expect(throws: BusError.self) { try bus.read(position, of: 3) }
        #expect(error == .noAnswer(id: 3, tries: 2))
        let wire = try #require(try report(run)["wire"] as? [String: Int])
        for name in ["dropped", "corrupted", "duplicated", "split", "deaf"] {
            #expect(try #require(wire[name]) > 0, "\(name)")
        }
    }

    @Test func `a cable is drawn and put back`() throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let link = folder.appending(path: "arm").path
        let run = try servos("so101", ["--unplug-at", "1", "--plug-at", "1.5"], at: link)
        let first = try FileManager.default.destinationOfSymbolicLink(atPath: link)
        let bus = try bus(map("so101"), at: link)
        bus.tries = 1
        var isLost = false
        for _ in 0..<400 where !isLost {
            do { _ = try bus.ping(1) } catch { isLost = true }
            clock.sleep(until: clock.now() + .milliseconds(20))
        }
        #expect(isLost)
        var isBack = false
        for _ in 0..<400 where !isBack {
            isBack = bus.reconnect()
            clock.sleep(until: clock.now() + .milliseconds(20))
        }
        #expect(isBack, "\(first)")
        #expect(try bus.ping(1))
        _ = try report(run)
    }

    @Test(arguments: [
        ("--drop 2", "--drop"), ("--latency 5", "--latency"), ("--latency 2s", "--latency"),
        ("--silent 9", "servo"), ("--seconds 0", "--seconds"), ("--robot so10", "so101"),
        ("--robot panda", "servos"), ("--unplug-at -1", "--unplug-at"), ("--task pick", "task"),
        ("--physics-rate 20000", "rate"), ("--link /dev/null", "/dev/null"),
        ("--trace /nowhere/at/all", "/nowhere/at/all"),
    ])
    func `bad input is refused in one sentence`(line: String, word: String) throws {
        let words = line.split(separator: " ").map(String.init)
        // A second of life, should one be taken after all.
        let run = try Simrun.run(
            ["servos"] + words + (words[0] == "--seconds" ? [] : ["--seconds", "1"])
        )
        #expect(run.status == 2, "\(run.errors)")
        #expect(run.errors.contains(word), "\(run.errors)")
        #expect(run.output.isEmpty)
    }
}
