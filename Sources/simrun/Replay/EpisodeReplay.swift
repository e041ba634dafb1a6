import Diagnostics
import Foundation
import Recording
import Runtime
import Tasks

/// A recorded episode, run again.
struct EpisodeReplay {
    let recording: RecordedEpisode
    /// The same run, its delays as recorded.
    let plan: RunPlan

    init(_ recording: RecordedEpisode) throws {
        guard !recording.ticks.isEmpty else {
            throw InputError(
                file: recording.path,
                key: "/tick",
                expected: "a recording of at least one tick",
                found: "none"
            )
        }
        self.recording = recording
        var plan = try RecordingHeader.plan(of: recording)
        // A re-run need not be as the recording; what it lacks cannot be known.
        if plan.configuration.clock == .charged {
            let dropped = recording.result["dropped"] ?? "0"
            guard dropped == "0" else {
                throw InputError(
                    file: recording.path,
                    key: "dropped",
                    expected: "a recording of every delay",
                    found: "\(dropped) messages that found no room"
                )
            }
            plan.configuration.latency = .trace(recording.charges())
        }
        self.plan = plan
    }

    /// Whether the recording is of the wall clock, whose timing no re-run has.
    var isOfWallClock: Bool { plan.configuration.clock == .wall }

    /// What comparing a re-run with the recording has shown.
    struct Check {
        /// The first difference; nil for none.
        var difference: EpisodeDifference?
        /// Whether everything was compared, or the world's state alone.
        var comparesAll: Bool
        /// Ticks that were compared.
        var ticks: Int
        /// Whether the hash of the final state is the recorded one; nil where none is recorded.
        var endsAlike: Bool?

        var holds: Bool { difference == nil && endsAlike != false }
    }

    /// Runs the episode again and compares it bit for bit; of the wall clock, the world alone under
    /// the recorded commands.
    ///
    /// - Parameter view: A window that shows it; nil of the wall clock, which has no run to show.
    func check(view: RunView? = nil) throws -> Check {
        isOfWallClock ? try checkWorld() : try checkRun(view)
    }

    private func checkRun(_ view: RunView?) throws -> Check {
        let list = MessageList()
        var plan = plan
        plan.sinks = [list]
        plan.options.recordImages =
            !recording.layout.cameras.isEmpty || recording.layout.cloudPoints > 0
        var check = Check(comparesAll: true, ticks: recording.ticks.count)
        do {
            let run = try EpisodeRunner(plan: plan, view: view).run()
            guard let episode = run.episodes.first else {
                throw Outcome.interrupted("nothing was compared")
            }
            if recording.isWhole {
                check.endsAlike = recording.result["state_hash"].map {
                    $0 == episode.stateHash.hexadecimal
                }
            }
        } catch Outcome.fault(_, _) where recording.result["fault"] != nil {
            // It ended in a fault, and does so again: what was recorded until then is compared.
        }
        check.difference = EpisodeDifference.first(in: recording, against: list)
        return check
    }

    /// The world under the recorded commands, tick by tick.
    private func checkWorld() throws -> Check {
        guard recording.result["dropped"] ?? "0" == "0" else {
            throw InputError(
                file: recording.path,
                key: "dropped",
                expected: "a recording of every command",
                found: "\(recording.result["dropped"] ?? "") messages that found no room"
            )
        }
        let commands = try recording.messages(of: "/safety", as: SafetyMessage.self)
        let states = try recording.messages(of: "/state", as: ScalarsMessage.self)
        var world = try WorldReplay(plan: plan, seed: recording.seed)
        var check = Check(comparesAll: false, ticks: 0)
        // A file that was cut off may lack the last tick's messages.
        let count = min(recording.ticks.count, min(commands.count, states.count))
        for index in 0..<count {
            let tick = recording.ticks[index]
            guard let command = commands[index].message.jointCommand else {
                throw InputError(
                    file: recording.path,
                    key: "/safety of tick \(index)",
                    expected: "a joint command",
                    found: "none"
                )
            }
            try world.advance(tick, to: command)
            check.ticks += 1
            if let difference = world.difference(from: states[index].message, ordinal: index) {
                check.difference = difference
                return check
            }
        }
        if recording.isWhole {
            check.endsAlike = recording.result["state_hash"].map {
                $0 == world.stateHash.hexadecimal
            }
        }
        return check
    }
}
