import ArgumentParser
import Diagnostics
import Foundation
import Runtime
import Serving
import Synchronization

/// `simrun plant`: an outside world under our loop.
struct PlantCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plant",
        abstract: "Run episodes in an outside world, such as a Gymnasium environment.",
        discussion: """
            The world connects to the address that is printed and found in \
            \(PlantProcess.addressVariable); a command after -- is started for that, and ended with \
            the run. docs/plants.md has the protocol and the Python package that speaks it.
            """
    )

    @OptionGroup var options: PlantOptions

    func run() throws {
        Interrupt.listen()
        let started = Mutex<PlantProcess?>(nil)
        let turns = TurnLink {
            Interrupt.isRequested || started.withLock { $0?.hasEnded ?? false }
        }
        let link = PlantLink(turns, timeout: try options.span(options.timeout, key: "--timeout"))
        let server = try PolicyServer(
            options: try options.serverOptions(),
            certificate: try options.door.serverCertificate(),
            log: { Console.errorText($0) }
        ) {
            TurnSession(turns)
        }
        let address = options.door.address(port: server.port)
        Console.errorText("waiting for a world at \(address)")
        let process = try PlantProcess(options.command, address: address)
        started.withLock { $0 = process }
        defer {
            link.finish()
            process?.end()
            server.drain(within: .seconds(2))
        }
        guard let description = try link.awaitPlant() else {
            if Interrupt.isRequested { throw Outcome.interrupted("no world had connected") }
            throw Outcome.fault(
                "the world's command has ended and no world connected",
                lastTicks: []
            )
        }
        // From now on its connection tells whether it is there.
        started.withLock { $0 = nil }
        let plan = try PlantPlan(options: options, description: description)
        try report(plan, run: PlantRun(plan: plan, link: link).run())
    }

    private func report(_ plan: PlantPlan, run: RunResult) throws {
        let report = TaskReport(heading: plan.heading, run: run)
        if options.json {
            Console.line(try report.text())
        } else {
            TaskSummary.lines(plan.heading, run: run).forEach(Console.line)
        }
        if run.wasInterrupted { throw Outcome.interrupted("the finished episodes are above") }
        let verdicts = try options.gates.verdicts(on: run) { report }
        try options.gates.write(verdicts, run: run, report: report)
        let broken = verdicts.filter { !$0.held }.map(\.detail)
        guard broken.isEmpty else { throw Outcome.gates(broken) }
    }
}

/// What `simrun plant` is told about the loop.
struct PlantOptions: ParsableArguments {
    @Option(help: "A policy's name or directory, the world's own expert, random or ws://HOST:PORT.")
    var policy: String

    @Option(help: "Episodes to run; episode i uses seed SEED + i.")
    var episodes: Int = 10

    @Option(help: "The first seed. From 1000000 up are training seeds.")
    var seed: UInt64 = 0

    @Option(help: "How world time and thinking time relate: lockstep, charged or wall.")
    var clock: LoopClock = .charged

    @Option(help: "What is charged: measured, free, a time such as 6.8ms, or trace:FILE.")
    var latency: String?

    @Option(help: "How chunks are executed: replan, chunk[:N], ensemble, async or rtc[:N].")
    var execute: String?

    @Option(help: "Wall clock: how long to hold without a new action before the run ends.")
    var patience: String = "500ms"

    @Option(help: "When an episode ends: success or time-limit.")
    var until: StopRule = .success

    @Option(help: "How long the world may take to answer.")
    var timeout: String = "60s"

    @OptionGroup(title: "Where it listens")
    var door: DoorOptions

    @Flag(help: "Print one JSON object on standard output and nothing else.")
    var json = false

    @OptionGroup(title: "Network")
    var network: NetworkOptions

    @OptionGroup(title: "Gates")
    var gates: GateOptions

    @OptionGroup(title: "Where to look")
    var paths: SearchPaths

    @Argument(
        parsing: .postTerminator,
        help: "After --: a command that connects a world, started for the run."
    )
    var command: [String] = []

    func serverOptions() throws(InputError) -> PolicyServerOptions {
        guard (1...1_000_000).contains(episodes) else {
            throw InputError(key: "--episodes", expected: "1 to 1000000", found: "\(episodes)")
        }
        guard seed <= UInt64.max - UInt64(episodes) else {
            throw InputError(key: "--seed", expected: "a seed with room above", found: "\(seed)")
        }
        if latency != nil, clock != .charged {
            throw InputError(
                key: "--latency",
                expected: "--clock charged beside it",
                found: "--clock \(clock.rawValue)"
            )
        }
        _ = try gates.parsed()
        var options = try door.serverOptions()
        options.metadata = PlantServerMetadata.message
        return options
    }

    func span(_ text: String, key: String) throws(InputError) -> TimeSpan {
        guard let span = LatencyArgument.span(text), span > .zero else {
            throw InputError(
                key: key,
                expected: "a time over 0 such as 500ms",
                found: "\"\(text)\""
            )
        }
        return span
    }
}
