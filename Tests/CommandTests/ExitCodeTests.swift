import Foundation
import Testing

@Suite struct ExitCodeTests {
    /// A command line that must be refused, and words that its one sentence must hold.
    struct Refusal: CustomTestStringConvertible {
        var arguments: String
        var words: [String]
        var testDescription: String { arguments }
    }

    @Test(arguments: [
        Refusal(arguments: "task pik-place", words: ["pik-place", "pick-place"]),
        Refusal(arguments: "task reach --policy meanflow-pik", words: ["meanflow-pik", "nearest"]),
        Refusal(arguments: "task reach --robot pandaa", words: ["pandaa", "panda"]),
        Refusal(arguments: "task reach --policy expert --episodes 0", words: ["--episodes"]),
        Refusal(arguments: "task reach --policy expert --rate 0", words: ["0.1 Hz"]),
        Refusal(arguments: "task reach --policy expert --rate nan", words: ["rate"]),
        Refusal(arguments: "task reach --policy expert --clock sometimes", words: ["--clock"]),
        Refusal(arguments: "task reach --policy expert --latency 6.8", words: ["6.8ms"]),
        Refusal(arguments: "task reach --policy expert --latency -3ms", words: ["--latency"]),
        Refusal(
            arguments: "task reach --policy expert --latency trace:/nowhere",
            words: ["/nowhere"]
        ),
        Refusal(
            arguments: "task reach --policy expert --clock lockstep --latency 1ms",
            words: ["--clock charged"]
        ),
        Refusal(arguments: "task reach --policy expert --jobs 2", words: ["--jobs", "measured"]),
        Refusal(
            arguments: "task reach --policy expert --clock wall --jobs 2",
            words: ["--jobs", "wall"]
        ),
        Refusal(
            arguments: "task reach --policy expert --clock wall --video /tmp/none",
            words: ["--video", "wall"]
        ),
        Refusal(
            arguments: "task reach --policy expert --save-latency /dev/null",
            words: ["/dev/null", "regular file"]
        ),
        Refusal(
            arguments: "task reach --policy expert --save-latency /nowhere/trace",
            words: ["/nowhere"]
        ),
        Refusal(arguments: "task reach --policy expert --ci", words: ["--ci", "lockstep"]),
        Refusal(arguments: "task reach --policy expert --execute chunk:0", words: ["chunk:N"]),
        Refusal(arguments: "task reach --policy expert --execute rtk", words: ["rtk", "replan"]),
        Refusal(arguments: "task reach --policy expert --max-p99 tock=2ms", words: ["tick"]),
        Refusal(arguments: "task reach --policy expert --max-p99 tick=2", words: ["tick=2ms"]),
        Refusal(arguments: "task reach --policy expert --min-success 2", words: ["0 to 1"]),
        Refusal(
            arguments: "task reach --policy expert --clock lockstep --view --jobs 2",
            words: ["--jobs", "--view"]
        ),
        Refusal(arguments: "task reach --policy expert --overlay", words: ["--screenshot FILE"]),
        Refusal(
            arguments: "task reach --policy expert --screenshot-at 1",
            words: ["--screenshot FILE"]
        ),
        Refusal(
            arguments: "task reach --policy expert --screenshot x.png --screenshot-at -1",
            words: ["--screenshot-at"]
        ),
        Refusal(
            arguments: "task reach --policy expert --screenshot /nowhere/x.png",
            words: ["/nowhere"]
        ),
        Refusal(arguments: "task reach --no-such-flag", words: ["--no-such-flag"]),
        Refusal(
            arguments: "latency reach --policy expert --execute replan,chnk",
            words: ["--execute", "chnk", "chunk"]
        ),
        Refusal(
            arguments: "latency reach --policy expert --latencies -5ms",
            words: ["--latencies"]
        ),
        Refusal(
            arguments: "latency reach --policy expert --latencies=-5ms",
            words: ["--latencies", "-5ms"]
        ),
        Refusal(arguments: "latency reach --policy expert --latencies ,", words: ["commas"]),
        Refusal(arguments: "latency reach --policy expert --execute=", words: ["--execute"]),
        Refusal(arguments: "latency reach --policy expert --latencies 0,25", words: ["unit"]),
        Refusal(
            arguments: "latency reach --policy expert --latencies 0,5ms --episodes 900000",
            words: ["1000000 episodes"]
        ),
        Refusal(
            arguments: "latency reach --policy expert --latencies "
                + (0...1000).map(String.init).joined(separator: ",") + "us",
            words: ["1000 cells"]
        ),
        Refusal(
            arguments: "latency reach --policy expert --target-speeds 0.1",
            words: ["target speed", "reach"]
        ),
        Refusal(
            arguments: "latency reach --policy expert --target-speeds fast",
            words: ["--target-speeds"]
        ),
        Refusal(arguments: "latency reach --policy expert --jobs 0", words: ["--jobs"]),
        Refusal(arguments: "latency reach --policy expert --episodes 0", words: ["--episodes"]),
        Refusal(arguments: "latency rech --policy expert", words: ["rech", "reach"]),
        Refusal(
            arguments: "latency reach --policy expert --out /dev/null",
            words: ["/dev/null", "regular file"]
        ),
        Refusal(
            arguments: "latency reach --policy expert --svg /nowhere/x.svg",
            words: ["/nowhere"]
        ),
        Refusal(arguments: "margin reach --policy expert --max 0s", words: ["--max"]),
        Refusal(arguments: "margin reach --policy expert --max 1ms", words: ["--max", "step"]),
        Refusal(arguments: "margin reach --policy expert --resolution 2", words: ["2ms"]),
        Refusal(arguments: "margin reach --policy expert --min-margin nan", words: ["ratio"]),
        Refusal(arguments: "margin reach --policy expert --execute rtk", words: ["replan"]),
        Refusal(
            arguments: "clocks reach --policy expert --worlds lockstp",
            words: ["--worlds", "lockstep"]
        ),
        Refusal(arguments: "collect reach --episodes 1 --seed 5 --out /tmp/x", words: ["1000000"]),
        Refusal(arguments: "collect reach --out /tmp/x", words: ["--episodes"]),
        Refusal(
            arguments: "collect reach --out /tmp/x --teleop joystick",
            words: ["keyboard", "gamepad"]
        ),
        Refusal(
            arguments: "collect reach --out /tmp/x --teleop keyboard --noise 0.1",
            words: ["--noise", "--teleop"]
        ),
        Refusal(
            arguments: "collect reach --out /tmp/x --teleop keyboard --tool-speed 9",
            words: ["--tool-speed"]
        ),
        Refusal(arguments: "policy inspect nowhere", words: ["nowhere"]),
        Refusal(arguments: "tasks check README.md", words: ["README.md"]),
        Refusal(arguments: "frobnicate", words: ["frobnicate"]),
    ])
    func `bad input exits with 2 and one clear sentence`(refusal: Refusal) throws {
        let run = try Simrun.run(refusal.arguments.split(separator: " ").map(String.init))
        #expect(run.status == 2)
        #expect(run.output.isEmpty)
        for word in refusal.words {
            #expect(run.errors.contains(word), "\(run.errors) lacks \(word)")
        }
    }

    @Test func `help exits with 0 and names the commands`() throws {
        let run = try Simrun.run(["--help"])
        #expect(run.status == 0)
        for command in [
            "task", "tasks", "robots", "policies", "policy", "collect", "latency", "margin",
            "clocks",
        ] {
            #expect(run.output.contains(command))
        }
    }

    @Test func `a broken gate exits with 1 and says by how much`() throws {
        let run = try Simrun.run([
            "task", "reach", "--policy", "random", "--episodes", "2", "--clock", "lockstep",
            "--min-success", "0.9", "--json",
        ])
        #expect(run.status == 1)
        #expect(run.errors.contains("--min-success 0.9"))
        #expect(run.errors.contains("0.900"))
    }

    @Test func `control-C parks the robot, reports and exits with 130`() throws {
        let run = try Simrun.run(
            ["task", "reach", "--policy", "expert", "--episodes", "500", "--clock", "lockstep"],
            interruptAfter: 3
        )
        #expect(run.status == 130)
        #expect(run.output.contains("success"))
        #expect(run.errors.contains("parked"))
    }

    @Test func `an interrupted report adds up`() throws {
        let run = try Simrun.run(
            [
                "task", "reach", "--policy", "expert", "--episodes", "500", "--clock", "lockstep",
                "--json",
            ],
            interruptAfter: 2
        )
        #expect(run.status == 130)
        let report = try #require(run.json() as? [String: Any])
        let episodes = try #require(report["episodes"] as? [[String: Any]])
        let ticks = episodes.compactMap { $0["ticks"] as? Int }.reduce(0, +)
        #expect(report["ticks"] as? Int == ticks)
    }

    @Test func `an interrupted collection leaves nothing behind`() throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let run = try Simrun.run(
            ["collect", "reach", "--episodes", "500", "--out", folder.path + "/d.hdf5"],
            interruptAfter: 2
        )
        #expect(run.status == 130)
        #expect(run.errors.contains("no file was written"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}
