public import ArgumentParser
import Diagnostics
public import Runtime
public import Viewer

/// What `simrun task` is told about the loop.
struct TaskOptions: ParsableArguments {
    @Argument(help: "The task's name, or the path of its file.")
    var task: String

    @Option(help: "A shipped policy, a policy directory, expert, random or ws://HOST:PORT.")
    var policy: String?

    @Option(
        help: ArgumentHelp(
            "Keys of a policy at ws://: libero, droid, aloha, so101 or a file; its metadata's by default.",
            valueName: "name"
        )
    )
    var map: String?

    @Option(help: "A robot's name or directory; the task's own by default.")
    var robot: String?

    @Option(help: "Episodes to run; episode i uses seed SEED + i.")
    var episodes: Int = 10

    @Option(help: "The first seed. From 1000000 up are training seeds.")
    var seed: UInt64 = 0

    @Option(
        name: [.long, .customLong("fps")],
        help: "Control rate in hertz; the physics timestep is derived from it."
    )
    var rate: Double?

    @Option(help: "How fast the target moves, in metres per second; the task's own by default.")
    var targetSpeed: Double?

    @Option(help: "How world time and thinking time relate: lockstep, charged or wall.")
    var clock: LoopClock = .charged

    @Option(help: "What is charged: measured, free, a time such as 6.8ms, or trace:FILE.")
    var latency: String?

    @Option(
        help: """
            How chunks are executed: replan, chunk[:N], ensemble, async, rtc[:N] or rollforward; \
            the policy's own by default.
            """
    )
    var execute: String?

    @Option(
        help: """
            Wall clock: how long to hold without a new action before the robot is ramped to rest \
            and the run ends with exit code 3.
            """
    )
    var patience: String = "500ms"

    @Option(
        help: """
            A drill: make the policy fail at plan N of each episode, as hang:N, throw:N, nan:N or \
            crash:N.
            """
    )
    var drill: String?

    @Option(
        help: """
            When an episode ends: success or time-limit; success by default, time-limit for tasks \
            that are judged at the end.
            """
    )
    var until: StopRule?

    @Option(
        help: ArgumentHelp(
            "What to do, in the task's words; one of its instructions by default, drawn by the seed.",
            valueName: "text"
        )
    )
    var instruction: String?

    @Flag(help: "Draw wordings that no demonstration uses.")
    var heldOut = false

    @Option(
        help: ArgumentHelp(
            "Ablation: tell the policy this, and judge by the instruction all the same.",
            valueName: "text"
        )
    )
    var say: String?

    @Option(help: "Episodes side by side.")
    var jobs: Int = 1

    @Option(help: ArgumentHelp("Write a video of each episode there.", valueName: "dir"))
    var video: String?

    @Option(help: ArgumentHelp("Record each episode there, as MCAP.", valueName: "dir"))
    var record: String?

    @Flag(inversion: .prefixedNo, help: "Record camera pictures and clouds too.")
    var recordImages = true

    @Option(
        defaultAsFlag: LiveSink.standardPort,
        help: ArgumentHelp(
            "Show the episodes to Foxglove while they run, in real time, at ws://127.0.0.1:PORT.",
            valueName: "port"
        )
    )
    var live: Int?

    @Flag(
        help: """
            Show the run in a window, in real time; h lists its keys. The window takes processor \
            time: measured latencies are those beside it.
            """
    )
    var view = false

    @Option(
        help: ArgumentHelp(
            "Write a picture of the first episode's end, or of --screenshot-at; needs no display.",
            valueName: "file.png"
        )
    )
    var screenshot: String?

    @Option(
        help: ArgumentHelp(
            "Take the picture after the tick that reaches this episode time.",
            valueName: "seconds"
        )
    )
    var screenshotAt: Double?

    @Flag(help: "Draw text, point cloud, predicted chunk and the last ticks into the picture.")
    var overlay = false

    @Option(help: ArgumentHelp("Keep the per-stage latencies of this run.", valueName: "file"))
    var saveLatency: String?

    @Option(
        help: ArgumentHelp(
            "Ablation: the cloud shows objects where seed + N placed them.",
            valueName: "n"
        )
    )
    var cloudSeedOffset: UInt64?

    @Flag(help: "Print one JSON object on standard output and nothing else.")
    var json = false

    @OptionGroup(title: "Network")
    var network: NetworkOptions

    @OptionGroup(title: "Choice among candidates")
    var reranking: RerankOptions

    @OptionGroup(title: "Decoding")
    var decoding: DecodingOptions

    @OptionGroup(title: "Gates")
    var gates: GateOptions

    @OptionGroup(title: "Where to look")
    var paths: SearchPaths

    /// The same run again, leaving nothing behind and held to nothing.
    mutating func forgetOutputs() {
        record = nil
        live = nil
        video = nil
        view = false
        screenshot = nil
        screenshotAt = nil
        overlay = false
        saveLatency = nil
        json = false
        // A parse of nothing: options that were never parsed cannot be read.
        if let none = try? GateOptions.parse([]) { gates = none }
    }

    /// Checks what does not need a file, so that a mistake shows before any work.
    func validated() throws(InputError) {
        guard (1...1_000_000).contains(episodes) else {
            throw InputError(key: "--episodes", expected: "1 to 1000000", found: "\(episodes)")
        }
        guard (1...256).contains(jobs) else {
            throw InputError(key: "--jobs", expected: "1 to 256", found: "\(jobs)")
        }
        guard seed <= UInt64.max - UInt64(episodes) else {
            throw InputError(key: "--seed", expected: "a seed with room above", found: "\(seed)")
        }
        for (key, text) in [("--instruction", instruction), ("--say", say)] {
            guard let text, text.isEmpty || text.utf8.count > 1000 else { continue }
            throw InputError(
                key: key,
                expected: "1 to 1000 bytes of text",
                found: "\(text.utf8.count)"
            )
        }
        if latency != nil, clock != .charged {
            throw InputError(
                key: "--latency",
                expected: "--clock charged beside it",
                found: "--clock \(clock.rawValue)"
            )
        }
        if instruction != nil, heldOut {
            throw InputError(
                key: "--held-out",
                expected: "wordings drawn by the seed",
                found: "--instruction beside it"
            )
        }
        if jobs > 1, saveLatency != nil {
            throw InputError(
                key: "--jobs",
                expected: "1 beside --save-latency, which neighbours would falsify",
                found: "\(jobs)"
            )
        }
        if video != nil, clock == .wall {
            throw InputError(
                key: "--video",
                expected: "another clock than wall, whose timing rendering would falsify",
                found: "--clock wall"
            )
        }
        if jobs > 1, live != nil {
            throw InputError(
                key: "--jobs",
                expected: "1 beside --live, which shows one episode at a time",
                found: "\(jobs)"
            )
        }
        try checkPictures()
        if jobs > 1, clock == .wall {
            throw InputError(
                key: "--jobs",
                expected: "1 on the wall clock, which others would falsify",
                found: "\(jobs)"
            )
        }
    }
}

extension TaskOptions {
    /// Checks what people want to look at.
    private func checkPictures() throws(InputError) {
        if view, jobs > 1 {
            throw InputError(
                key: "--jobs",
                expected: "1 beside --view, which shows one episode",
                found: "\(jobs)"
            )
        }
        if screenshot == nil, overlay || screenshotAt != nil {
            throw InputError(
                key: overlay ? "--overlay" : "--screenshot-at",
                expected: "--screenshot FILE beside it",
                found: "none"
            )
        }
        if let screenshotAt, !(0...3600).contains(screenshotAt) {
            throw InputError(
                key: "--screenshot-at",
                expected: "a time from 0 to 3600 s",
                found: "\(screenshotAt)"
            )
        }
    }
}

extension LoopClock: ExpressibleByArgument {}
extension StopRule: ExpressibleByArgument {}
extension TeleoperationDevice: ExpressibleByArgument {}

/// Folders of the user's own robots, tasks and policies, searched before the shipped ones.
struct SearchPaths: ParsableArguments {
    @Option(help: ArgumentHelp("A folder of robots.", valueName: "dir"))
    var robotPath: [String] = []

    @Option(help: ArgumentHelp("A folder of task files.", valueName: "dir"))
    var taskPath: [String] = []

    @Option(help: ArgumentHelp("A folder of policies and critics.", valueName: "dir"))
    var policyPath: [String] = []

    var robotFolders: [String] { robotPath + [Home.folder + "/robots"] }
    var taskFolders: [String] { taskPath + [Home.folder + "/tasks"] }
    var policyFolders: [String] { policyPath + [Home.folder + "/assets/policies"] }
    var criticFolders: [String] { policyPath + [Home.folder + "/assets/critics"] }
}
