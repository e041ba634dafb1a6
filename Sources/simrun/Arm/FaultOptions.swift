import ArgumentParser
import Bridge
import Diagnostics
import Runtime

/// What goes wrong on an emulated bus.
struct FaultOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Share of answers that are lost.", valueName: "share"))
    var drop = 0.0
    @Option(help: ArgumentHelp("Share of answers with a turned bit.", valueName: "share"))
    var corrupt = 0.0
    @Option(help: ArgumentHelp("Share of answers that come twice.", valueName: "share"))
    var duplicate = 0.0
    @Option(help: ArgumentHelp("Share of answers that come in two pieces.", valueName: "share"))
    var split = 0.0
    @Option(help: ArgumentHelp("Share of answers that are held back for 5 ms.", valueName: "share"))
    var delay = 0.0
    @Option(help: ArgumentHelp("Share of instructions that no servo hears.", valueName: "share"))
    var deaf = 0.0
    @Option(help: ArgumentHelp("What the adapter adds to every answer.", valueName: "time"))
    var latency = "0ms"
    @Option(help: ArgumentHelp("A servo that never answers; may be repeated.", valueName: "id"))
    var silent: [UInt8] = []
    @Option(help: ArgumentHelp("Draw the cable after so many seconds.", valueName: "s"))
    var unplugAt: Double?
    @Option(help: ArgumentHelp("Put it back after so many seconds.", valueName: "s"))
    var plugAt: Double?
    @Option(
        help: ArgumentHelp("Let the power fail for 50 ms, after so many seconds.", valueName: "s")
    )
    var brownOutAt: Double?

    /// What goes wrong packet by packet.
    func wire() throws(InputError) -> WireFaults {
        var faults = WireFaults()
        let shares: [(String, WritableKeyPath<WireFaults, Double>, Double)] = [
            ("--drop", \.drop, drop), ("--corrupt", \.corrupt, corrupt),
            ("--duplicate", \.duplicate, duplicate), ("--split", \.split, split),
            ("--delay", \.delay, delay), ("--deaf", \.deaf, deaf),
        ]
        for (key, path, share) in shares {
            guard (0...1).contains(share) else {
                throw InputError(key: key, expected: "a share from 0 to 1", found: "\(share)")
            }
            faults[keyPath: path] = share
        }
        guard let span = LatencyArgument.span(latency), span <= .seconds(1) else {
            throw InputError(
                key: "--latency",
                expected: "a time from 0 to 1 s such as 1ms",
                found: "\"\(latency)\""
            )
        }
        faults.latency = span.seconds
        return faults
    }

    /// What happens when, in seconds since the start, earliest first.
    func events() throws(InputError) -> [(time: Double, event: Event)] {
        let times: [(String, Double?, Event)] = [
            ("--unplug-at", unplugAt, .unplug), ("--plug-at", plugAt, .plug),
            ("--brown-out-at", brownOutAt, .brownOut),
        ]
        var events: [(time: Double, event: Event)] = []
        for (key, time, event) in times {
            guard let time else { continue }
            guard (0...86_400).contains(time) else {
                throw InputError(key: key, expected: "0 s to a day", found: "\(time) s")
            }
            events.append((time, event))
        }
        return events.sorted { $0.time < $1.time }
    }

    /// What happens once.
    enum Event {
        case unplug, plug, brownOut
    }
}
