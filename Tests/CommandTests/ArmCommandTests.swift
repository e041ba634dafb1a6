import Foundation
import Testing

/// Scan, read and run on an emulated arm, as a user would.
@Suite(.serialized) struct ArmCommandTests {
    /// An emulated arm behind a link, for as long as it is kept.
    private struct Bench {
        let folder: URL
        let servos: RunningSimrun
        var port: String { folder.appending(path: "arm").path }
        var trace: String { folder.appending(path: "trace.csv").path }

        init(_ flags: [String]) throws {
            folder = try Simrun.temporaryFolder()
            let link = folder.appending(path: "arm").path
            servos = try RunningSimrun(
                ["servos", "--link", link, "--json", "--seconds", "120", "--trace"]
                    + [folder.appending(path: "trace.csv").path] + flags
            )
            let isThere = servos.wait { FileManager.default.fileExists(atPath: link) }
            #expect(isThere, "\(servos.errors)")
            Thread.sleep(forTimeInterval: 0.4)
        }

        func end() throws -> [String: Any] {
            let ended = try servos.end()
            #expect(ended.status == 0, "\(ended.errors)")
            return try #require(try ended.json() as? [String: Any])
        }

        func remove() { try? FileManager.default.removeItem(at: folder) }
    }

    private static let reach = "examples/arm/reach-so101.yaml"

    private func arm(_ bench: Bench, _ words: [String]) -> [String] {
        // A machine full of tests stalls for longer than a loop may.
        ["arm", "run", "so101", "--port", bench.port, "--watchdog", "2s", "--patience", "5s"]
            + words
    }

    @Test func `a scan names servos, and those that are missing`() throws {
        let bench = try Bench(["--robot", "so101", "--silent", "4"])
        defer { bench.remove() }
        let run = try Simrun.run(["arm", "scan", "so101", "--port", bench.port, "--json"])
        #expect(run.status == 0, "\(run.errors)")
        let report = try #require(try run.json() as? [String: Any])
        let servos = try #require(report["servos"] as? [[String: Any]])
        #expect(servos.compactMap { $0["id"] as? Int } == [1, 2, 3, 5, 6])
        #expect(servos.allSatisfy { $0["model"] as? String == "sts3215" })
        #expect(servos[0]["firmware"] as? String == "3.10")
        #expect(servos[0]["joint"] as? String == "shoulder_pan")
        #expect(report["missing"] as? [Int] == [4])
        #expect((report["advice"] as? [String])?.contains { $0.contains("wrist_flex") } == true)
        let udev = try Simrun.run(["arm", "scan", "so101", "--port", bench.port, "--udev"])
        #expect(udev.output.contains("latency_timer") && udev.output.contains("SUBSYSTEM"))
        // The wrong robot's protocol finds nobody.
        let other = try Simrun.run(["arm", "scan", "widowx250s", "--port", bench.port])
        #expect(other.status == 3 && other.errors.contains("no servo answers"))
        _ = try bench.end()
    }

    @Test func `reading tells radians, degrees and warmth`() throws {
        let bench = try Bench(["--robot", "so101", "--silent", "2"])
        defer { bench.remove() }
        let run = try Simrun.run(["arm", "read", "so101", "--port", bench.port, "--json"])
        #expect(run.status == 0, "\(run.errors)")
        let report = try #require(try run.json() as? [String: Any])
        let joints = try #require(report["joints"] as? [[String: Any]])
        #expect(joints.count == 6)
        let wrist = joints[3]
        let radians = try #require(wrist["position"] as? Double)
        // Home, by robot.yaml.
        #expect(abs(radians - 1.524062) < 0.01)
        let degrees = try #require(wrist["degrees"] as? Double)
        #expect(abs(degrees - radians * 180 / .pi) < 1e-6)
        #expect(wrist["volts"] as? Double == 12 && wrist["celsius"] as? Int == 30)
        #expect(wrist["torque"] as? Bool == false)
        #expect(joints[1]["position"] == nil)
        let table = try Simrun.run(["arm", "read", "so101", "--port", bench.port])
        #expect(table.output.contains("no answer") && table.output.contains("87."))
        _ = try bench.end()
    }

    @Test func `an expert reaches its goal through bytes`() throws {
        let bench = try Bench(["--task", Self.reach, "--seed", "3"])
        defer { bench.remove() }
        let words = ["--task", Self.reach, "--policy", "expert", "--camera", "front=mirrored"]
        let run = try Simrun.run(arm(bench, words + ["--seed", "3", "--json"]))
        #expect(run.status == 0, "\(run.errors)")
        let report = try #require(try run.json() as? [String: Any])
        #expect(report["success_rate"] as? Double == 1)
        #expect(report["clock"] as? String == "wall")
        let part = try #require(report["arm"] as? [String: Any])
        #expect(part["mirrored"] as? [String] == ["front"])
        let bus = try #require(part["bus"] as? [String: Int])
        #expect(try #require(bus["answers"]) > 50)
        // What the mirrored scene believes is so where the arm is.
        let world = try bench.end()
        #expect(world["success_once"] as? Bool == true)
    }

    @Test func `a dry run moves nothing`() throws {
        let bench = try Bench(["--task", Self.reach])
        defer { bench.remove() }
        let words = ["--task", Self.reach, "--policy", "random", "--dry-run", "--json"]
        let run = try Simrun.run(arm(bench, words), interruptAfter: 3)
        #expect(run.status == 130, "\(run.errors)")
        let world = try bench.end()
        let servos = try #require(world["servos"] as? [[String: Any]])
        #expect(servos.allSatisfy { $0["torque"] as? Bool == false && $0["goal"] as? Int == 0 })
        let wire = try #require(world["wire"] as? [String: Int])
        #expect(try #require(wire["instructions"]) > 50)
    }

    @Test func `an interrupt parks the arm at home`() throws {
        let bench = try Bench(["--task", Self.reach])
        defer { bench.remove() }
        let words = ["--task", Self.reach, "--policy", "random", "--max-relative-target", "10deg"]
        let run = try Simrun.run(arm(bench, words), interruptAfter: 4)
        #expect(run.status == 130, "\(run.errors)")
        #expect(run.errors.contains("parked"))
        let servos = try #require(try bench.end()["servos"] as? [[String: Any]])
        let home = [2048, 1835, 2291, 3042, 2080]
        for (servo, step) in zip(servos, home) {
            #expect(servo["torque"] as? Bool == true)
            #expect(abs(try #require(servo["goal"] as? Int) - step) <= 2)
        }
    }

    @Test func `a file stops the arm`() throws {
        let bench = try Bench(["--task", Self.reach])
        defer { bench.remove() }
        let file = bench.folder.appending(path: "stop").path
        let run = try RunningSimrun(
            arm(bench, ["--task", Self.reach, "--policy", "random", "--stop-file", file])
        )
        Thread.sleep(forTimeInterval: 4)
        #expect(FileManager.default.createFile(atPath: file, contents: nil))
        let ended = try run.end(nil)
        #expect(ended.status == 3)
        #expect(ended.errors.contains("emergency stop by a file"), "\(ended.errors)")
        _ = try bench.end()
    }

    /// One line of a trace.
    private struct TraceRow {
        /// On the monotonic clock, and on the clock of the joints, in seconds.
        var time, motion: Double
        var steps, goals: [Int]

        init(_ line: Substring) {
            let numbers = line.split(separator: ",").compactMap { Double($0) }
            (time, motion) = (numbers[0], numbers[1])
            let servos = numbers.dropFirst(2).map { Int($0) }
            steps = Array(servos[..<(servos.count / 2)])
            goals = Array(servos[(servos.count / 2)...])
        }
    }

    private func rows(_ trace: String) throws -> [TraceRow] {
        try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n").dropFirst()
            .map(TraceRow.init)
    }

    /// In so many seconds for which its joints move, a dead loop's arm has stopped.
    ///
    /// On a machine with
    /// other work the guard itself may be late, so `make test-long` runs it alone with 0.15;
    /// `ArmStopTests` asks for that wherever it runs.
    private static let stopsWithin =
        ProcessInfo.processInfo.environment["SIMRUN_STOPS_WITHIN"].flatMap(Double.init) ?? 1

    @Test(arguments: ["so101", "widowx250s"])
    func `a loop that is killed leaves an arm that stops and holds`(robot: String) throws {
        let task = robot == "so101" ? Self.reach : "carrot-on-plate"
        let bench = try Bench(["--task", task])
        defer { bench.remove() }
        let run = try RunningSimrun([
            "arm", "run", robot, "--port", bench.port, "--task", task, "--policy", "random",
            "--patience", "5s", "--rate", "30",
        ])
        Thread.sleep(forTimeInterval: 4.5)
        #expect(run.process.isRunning, "\(run.errors)")
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        _ = try run.end(SIGKILL)
        Thread.sleep(forTimeInterval: Self.stopsWithin + 2)
        _ = try bench.end()
        let killed = Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
        let rows = try rows(bench.trace)
        let atDeath = try #require(rows.min { abs($0.time - killed) < abs($1.time - killed) })
        let before = try #require(rows.last { $0.motion < atDeath.motion - 0.3 })
        let stopped = try #require(rows.first { $0.motion >= atDeath.motion + Self.stopsWithin })
        let later = try #require(rows.first { $0.motion >= stopped.motion + 1 })
        // It moved, or nothing is shown.
        #expect(zip(before.steps, atDeath.steps).contains { abs($0 - $1) > 8 })
        // Joints of the arm; 12 steps are a degree.
        for joint in stopped.steps.indices.dropLast() {
            #expect(abs(stopped.steps[joint] - later.steps[joint]) <= 12, "joint \(joint)")
        }
        if robot == "so101" {
            // No servo is left pushing towards where the dead loop wanted it.
            for joint in later.goals.indices {
                #expect(abs(later.goals[joint] - later.steps[joint]) <= 24, "joint \(joint)")
            }
            #expect(later.goals != atDeath.goals)
        }
    }

    @Test(arguments: [
        ("--policy expert", "front=mirrored"), ("--policy meanflow-rech", "meanflow-reach"),
        ("--policy random --camera back=mirrored", "front"),
        ("--policy random --camera front=video0", "NAME=mirrored"),
        ("--policy random --camera front=mirrored --camera front=/dev/video0", "again"),
        ("--policy random --max-relative-target -1", "--max-relative-target"),
        ("--policy random --watchdog 5ms", "--watchdog"),
        ("--policy random --rate 0", "rate"),
        ("--policy random --calibration /nowhere", "/nowhere"),
        ("--policy random", "no such file"),
    ])
    func `bad input is refused before the arm is touched`(line: String, word: String) throws {
        let words = line.split(separator: " ").map(String.init)
        let run = try Simrun.run(
            ["arm", "run", "so101", "--port", "/nowhere/arm", "--task", Self.reach] + words
        )
        #expect(run.status == 2)
        #expect(run.errors.contains(word), "\(run.errors)")
        #expect(run.output.isEmpty)
    }

    @Test func `a network without its camera is refused by the camera's name`() throws {
        let run = try Simrun.run(
            "arm run panda --port /nowhere/arm --task pick-place".split(separator: " ").map(
                String.init
            )
        )
        #expect(run.status == 2)
        #expect(run.errors.contains("front=mirrored"), "\(run.errors)")
        #expect(run.errors.contains("meanflow-pick-place"), "\(run.errors)")
    }
}
