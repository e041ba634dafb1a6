import Foundation
import Recording
import Robots
import Runtime
import Testing

@testable import Bridge
@testable import simrun

/// `simrun arm teleop` and `record`, and the operator's word on an episode.
@Suite(.serialized) struct LeaderArmTests {
    private static let reach = "examples/arm/reach-so101.yaml"

    /// Emulated arms behind links in one folder.
    private struct Bench {
        let folder: URL
        let servos: [RunningSimrun]

        init(_ names: [String]) throws {
            let folder = try Simrun.temporaryFolder()
            self.folder = folder
            servos = try names.map { name in
                try RunningSimrun([
                    "servos", "--robot", "so101", "--link", folder.appending(path: name).path,
                    "--json", "--seconds", "150",
                ])
            }
            for name in names {
                let link = folder.appending(path: name).path
                #expect(servos[0].wait { FileManager.default.fileExists(atPath: link) })
            }
            Thread.sleep(forTimeInterval: 0.4)
        }

        func path(_ name: String) -> String { folder.appending(path: name).path }

        func remove() {
            for one in servos { _ = try? one.end() }
            try? FileManager.default.removeItem(at: folder)
        }
    }

    /// A machine full of tests stalls for longer than a loop may.
    private static let patient = ["--watchdog", "2s", "--patience", "5s", "--rate", "20"]

    @Test func `an arm follows a leader, and so does a simulated one`() throws {
        let bench = try Bench(["leader", "follower"])
        defer { bench.remove() }
        let words = ["arm", "teleop", "so101", "--leader-port", bench.path("leader")]
        let common = ["--task", Self.reach, "--seconds", "4", "--json"] + Self.patient
        let kept = bench.path("kept")
        let real = try Simrun.run(
            words + ["--port", bench.path("follower"), "--record", kept] + common
        )
        #expect(real.status == 0, "\(real.errors)")
        let report = try #require(try real.json() as? [String: Any])
        #expect(report["policy"] as? String == "leader")
        #expect(try #require(report["ticks"] as? Int) > 20)
        let recording = try RecordedEpisode(path: kept + "/reach-so101-0.mcap")
        #expect(recording.values["plant"] == "arm")
        #expect(recording.values["mirrored_scene"] == "true")
        #expect(recording.values["control_mode"] == "pd_joint_pos")
        let simulated = try Simrun.run(words + ["--simulated"] + common)
        #expect(simulated.status == 0, "\(simulated.errors)")
        let other = try #require(try simulated.json() as? [String: Any])
        #expect(other["policy"] as? String == "leader" && other["arm"] == nil)
    }

    @Test func `a recording by a policy is a file of demonstrations`() throws {
        let bench = try Bench(["arm"])
        defer { bench.remove() }
        let out = bench.path("demos.hdf5")
        let run = try Simrun.run(
            [
                "arm", "record", "so101", "--port", bench.path("arm"), "--task", Self.reach,
                "--policy", "expert", "--camera", "front=mirrored", "--episodes", "2", "--out", out,
                "--unattended",
            ] + Self.patient
        )
        #expect(run.status == 0, "\(run.errors)")
        let index = try DemonstrationReader(path: out)
        #expect(index.demonstrations.count == 2)
    }

    @Test(arguments: [("s\n", true), ("f\n", false)])
    func `the operator's word ends an episode`(word: String, success: Bool) throws {
        let bench = try Bench(["arm"])
        defer { bench.remove() }
        let run = try RunningSimrun(
            [
                "arm", "run", "so101", "--port", bench.path("arm"), "--task", Self.reach,
                "--policy", "random", "--labelled", "--json",
            ] + Self.patient,
            input: true
        )
        // Words before the first tick are none.
        let hasEnded = run.wait {
            run.say(word)
            return !run.process.isRunning
        }
        #expect(hasEnded)
        let ended = try run.end(nil)
        #expect(ended.status == 0, "\(ended.errors)")
        let report = try #require(try ended.json() as? [String: Any])
        let episodes = try #require(report["episodes"] as? [[String: Any]])
        #expect(episodes[0]["success"] as? Bool == success)
        #expect(try #require(episodes[0]["ticks"] as? Int) > 0)
        #expect(
            episodes[0]["end_reason"] as? String == (success ? "success" : "operator"),
            "\(episodes)"
        )
    }

    @Test(arguments: [
        "teleop so101 --task T --simulated", "teleop so101 --task T --leader-port /nowhere",
        "teleop so101 --task T --simulated --leader-port /nowhere --policy expert",
        "record so101 --port /nowhere --task T --episodes 1 --out /tmp/x.hdf5",
        "record so101 --port /nowhere --task T --episodes 1 --out /nowhere/x.hdf5 --policy random",
        "record so101 --port /nowhere --task T --episodes 1 --out /tmp/x.hdf5 --policy random"
            + " --seed 5",
    ])
    func `bad input is refused before an arm is touched`(line: String) throws {
        let words = line.split(separator: " ").map { $0 == "T" ? Self.reach : String($0) }
        let run = try Simrun.run(["arm"] + words)
        #expect(run.status == 2, "\(run.errors)")
        #expect(run.output.isEmpty)
    }
}

/// A leader in a hand, and a simulated follower, without processes: what is followed is followed.
@Suite struct LeaderPolicyTests {
    @Test func `the follower is asked to be where the leader is, and comes there slowly`() throws {
        let library = try RobotLibrary(searchPaths: SearchPaths.parse([]).robotFolders)
        let robot = try library.load("so101")
        let servos = try ArmServos(robot)
        let arm = EmulatedArm(map: servos, joints: HeldJoints(robot.homeState))
        let port = EmulatedPort(arm: arm, baud: servos.baud)
        port.sleep(until: .milliseconds(250))
        let bus = ServoBus(wire: servos.wire, port: port)
        let leader = try LeaderArm(bus: bus, servos: servos)
        // Nothing holds a leader.
        #expect(arm.bus.servos.allSatisfy { !$0.hasTorque })
        var policy = LeaderPolicy(leader: leader, follower: robot, hertz: 50)
        policy.reset(seed: 0)
        var observation = Observation(jointCount: 5, cloudPoints: 0)
        observation.jointPositions = JointVector([0.3, -0.2, 0.1, 1.2, 0])
        observation.gripperOpening = 0.03
        var chunk = ActionChunk(horizon: 1, width: 6)
        try policy.plan(observation, into: &chunk)
        #expect(abs(Double(chunk[0, 0]) - 0.3) < 1e-6)
        arm.joints.state.positions[0] = 0.5
        arm.joints.state.gripperOpening = 0.05
        var last = Double(chunk[0, 0])
        for _ in 0..<130 {
            port.sleep(until: port.now() + .milliseconds(20))
            try policy.plan(observation, into: &chunk)
            // The whole way of 0.2 rad takes two seconds.
            #expect(abs(Double(chunk[0, 0]) - last) < 0.02)
            last = Double(chunk[0, 0])
        }
        #expect(abs(last - 0.5) < 2e-3)
        let gripper = try #require(robot.gripper)
        #expect(abs(gripper.opening(forAction: Double(chunk[0, 5])) - 0.05) < 1e-3)
        // A leader that falls silent is an end, not a guess.
        arm.bus.faults.drop = 1
        #expect(throws: LoopFault.self) {
            for _ in 0..<10 { try policy.plan(observation, into: &chunk) }
        }
    }
}

/// Joints in somebody's hand.
private struct HeldJoints: DrivenJoints {
    var state: JointState
    let timestepSeconds = 2e-3
    init(_ state: JointState) { self.state = state }
    mutating func advance(_ drive: JointDrive) {}
}
