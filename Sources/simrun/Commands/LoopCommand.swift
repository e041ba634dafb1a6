import ArgumentParser
import Diagnostics
import Foundation
import Robots
import Runtime

/// `simrun loop`: how well the bare loop keeps its rate on this machine.
struct LoopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loop",
        abstract: "Run the bare loop on the wall clock and measure how it keeps its rate."
    )

    /// The plants that cost nothing.
    private static let plants = ["null"]
    /// The most ticks whose lateness is kept one by one: 80 MB.
    private static let mostSamples = 10_000_000

    @Option(help: ArgumentHelp("What the loop acts on: null, joints without a world."))
    var plant = "null"
    @Option(help: ArgumentHelp("Control rate.", valueName: "hz")) var rate = 1000.0
    @Option(help: ArgumentHelp("How long to run.", valueName: "s")) var seconds = 10.0
    @Option(help: "Whose joints.") var robot = "panda"
    @Flag(
        inversion: .prefixedNo,
        help: "Ask for SCHED_FIFO, locked memory, a core and exact timers."
    )
    var realtime = true
    @Option(
        help: ArgumentHelp("Write the lateness of each tick, in ns, one a line.", valueName: "file")
    )
    var samples: String?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup(title: "Where to look") var paths: SearchPaths

    func run() throws {
        guard Self.plants.contains(plant) else {
            throw InputError.unknown("plant", name: plant, known: Self.plants, key: "--plant")
        }
        guard seconds > 0, seconds <= 86_400 else {
            throw InputError(
                key: "--seconds",
                expected: "a time over 0 s and up to a day",
                found: "\(seconds) s"
            )
        }
        let controlRate = try ControlRate(hertz: rate, physicsHertz: max(rate, 1000))
        let ticks = max(1, Int((seconds * rate).rounded()))
        guard samples == nil || ticks <= Self.mostSamples else {
            throw InputError(
                key: "--samples",
                expected: "at most \(Self.mostSamples) ticks",
                found: "\(ticks)"
            )
        }
        if let samples { try WholeFile.check(samples) }
        let model = try RobotLibrary(searchPaths: paths.robotFolders).load(robot)
        var run = try LoopRun(
            model: model,
            rate: controlRate,
            ticks: ticks,
            keepsSamples: samples != nil
        )
        Interrupt.listen()
        do {
            try run.measure(wish: realtime ? RealTimeWish() : .nothing)
        } catch {
            throw Outcome.fault("\(error)", lastTicks: [])
        }
        if let samples {
            let text = run.lateness.map { "\($0.nanoseconds)\n" }.joined()
            try WholeFile.write(text, to: samples)
        }
        let report = LoopReport(run: run, plant: plant, robot: model.name)
        if json {
            try Console.json(report)
        } else {
            for line in report.lines { Console.line(line) }
        }
        if run.wasInterrupted { throw Outcome.interrupted("\(run.ticksStarted) ticks ran") }
    }
}
