import ArgumentParser
import Diagnostics
import Foundation
import Recording
import Robots
import Runtime
import Tasks

/// What a recording says of the run that made it: everything that a re-run needs.
struct RecordingHeader {
    /// The metadata record's values.
    let values: [String: String]

    init(_ plan: RunPlan, seed: UInt64) {
        let configuration = plan.configuration
        let setup = plan.setup
        var values = [
            "seed": "\(seed)",
            "version": Version.current,
            "argv": Self.json(CommandLine.arguments),
            // Without program and command, as TaskOptions parses them.
            "arguments": Self.json(plan.arguments),
            "working_directory": FileManager.default.currentDirectoryPath,
            "task": setup.task.name,
            "task_hash": setup.task.hash,
            "robot": setup.robot.name,
            "robot_hash": plan.robotHash,
            "policy": plan.policyName,
            "clock": configuration.clock.rawValue,
            "latency": plan.latencyName,
            "execute": configuration.execution.description,
            "rate_hz": "\(configuration.rate.hertz)",
            "policy_rate_hz": "\(configuration.policyHertz)",
            "physics_hz": "\(configuration.rate.physicsHertz)",
            "control_mode": setup.task.control.mode.rawValue,
            "time_limit_s": "\(setup.task.timeLimit.seconds)",
            "reproducible": "\(configuration.isReproducible)",
            "cpu": TaskReport.Host.current.cpu,
        ]
        values["policy_hash"] = plan.policyHash
        values["target_speed"] = setup.targetSpeed.map { "\($0)" }
        values["instruction"] = (try? plan.instruction(seed: seed))?.text
        self.values = values
    }

    /// What became of an episode.
    static func result(_ episode: RunResult.Episode) -> [String: String] {
        let result = episode.result
        var values = [
            "success": "\(result.success)",
            "end_reason": result.endReason.rawValue,
            "ticks": "\(result.ticks)",
            "misses": "\(result.misses)",
            "elapsed_ns": "\(result.elapsed.nanoseconds)",
            "state_hash": episode.stateHash.hexadecimal,
        ]
        values["cause"] = episode.cause
        values["success_at_s"] = result.status.succeededAt.map { "\($0.seconds)" }
        return values
    }

    private static func json(_ list: [String]) -> String { (try? JSONText.of(list)) ?? "[]" }

    /// The plan of a recorded episode: the same options, one episode, nothing kept or gated.
    ///
    /// - Throws: ``InputError`` when its files are gone or its arguments are not understood.
    static func plan(of recording: RecordedEpisode) throws -> RunPlan {
        if let plant = recording.values["plant"] {
            throw InputError(
                file: recording.path,
                key: "metadata plant",
                expected: "a recording of a simulation, which can be run again",
                found: "one of \(plant == "arm" ? "an arm" : "a \(plant)")"
            )
        }
        let text = try recording.value("arguments")
        guard let arguments = try? JSONDecoder().decode([String].self, from: Data(text.utf8)),
            var options = try? TaskOptions.parse(arguments)
        else {
            throw InputError(
                file: recording.path,
                key: "metadata arguments",
                expected: "arguments that this version of simrun task takes",
                found: "\(text.prefix(200))"
            )
        }
        options.episodes = 1
        options.seed = try recording.seed
        options.jobs = 1
        options.forgetOutputs()
        // What was charged is in the recording; a trace's file may be gone.
        options.latency = nil
        var plan: RunPlan
        do throws(InputError) {
            plan = try RunPlan(options: options, arguments: arguments)
        } catch {
            throw InputError(
                file: recording.path,
                key: "metadata arguments",
                expected: "the files it was made from, found from"
                    + " \(recording.values["working_directory"] ?? "its folder")",
                found: error.description
            )
        }
        plan.latencyName = recording.values["latency"] ?? plan.latencyName
        plan.recordingEpoch = recording.epoch
        // No progress bar for each re-run.
        plan.options.gates.ci = true
        return plan
    }

    /// What has changed since the recording: names of files with another hash.
    static func changes(in plan: RunPlan, since recording: RecordedEpisode) -> [String] {
        let now = RecordingHeader(plan, seed: 0).values
        return ["task_hash", "robot_hash", "policy_hash"].filter {
            now[$0] != recording.values[$0]
        }.map { String($0.dropLast("_hash".count)) }
    }
}
