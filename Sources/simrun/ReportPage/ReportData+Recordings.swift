import Diagnostics
import Foundation
import Recording
import Results
import Runtime

extension ReportData {
    /// The most recordings that are read.
    private static let maximumRecordings = 2000

    /// Adds the recordings of `simrun task --record` in a folder.
    ///
    /// A cell that a JSON file has told of already gets its ticks and files from them; other
    /// episodes make cells of their own.
    ///
    /// - Throws: `InputError` for a file that is no recording of simrun's.
    mutating func addRecordings(_ names: [String], from folder: String) throws(InputError) {
        let files = names.filter { $0.hasSuffix(".mcap") }
        if files.count > Self.maximumRecordings {
            notes.append("Only \(Self.maximumRecordings) of \(files.count) recordings were read.")
        }
        var found: [Cell] = []
        for name in files.prefix(Self.maximumRecordings) {
            let path = folder + "/" + name
            let recording = try RecordedEpisode(path: path)
            let seed = try recording.seed
            guard let seed = Int(exactly: seed) else { continue }
            var cell = try Self.cell(of: recording)
            let hostName = recording.values["cpu"] ?? "unknown"
            let host = SweepStore.Host(
                TaskReport.Host(cpu: hostName, cores: 1, simd: "not noted"),
                version: recording.values["version"] ?? "unknown",
                jobs: 1
            )
            let known = cells.firstIndex {
                $0.run.isSame(as: cell.run) && $0.seeds.seeds.contains(seed)
            }
            if let known {
                cells[known].add(recording, path: path, seed: seed, isKnown: true)
            } else if let index = found.firstIndex(where: { $0.run.isSame(as: cell.run) }) {
                found[index].add(recording, path: path, seed: seed, isKnown: false)
            } else {
                cell.add(recording, path: path, seed: seed, isKnown: false)
                found.append(cell)
                if !hosts.contains(where: { $0.cpu == hostName }) { hosts.append(host) }
            }
        }
        for index in found.indices { found[index].failures.sort { $0.seed < $1.seed } }
        cells += found
    }

    private static func cell(of recording: RecordedEpisode) throws(InputError) -> Cell {
        let latency = recording.values["latency"] ?? "measured"
        let clock = try recording.value("clock")
        func number(_ key: String) throws(InputError) -> Double {
            let text = try recording.value(key)
            guard let value = Double(text), value.isFinite, value > 0 else {
                throw InputError(
                    file: recording.path,
                    key: "metadata \(key)",
                    expected: "a number over 0",
                    found: "\"\(text.prefix(60))\""
                )
            }
            return value
        }
        let words = recording.values["arguments"].flatMap {
            try? JSONDecoder().decode([String].self, from: Data($0.utf8))
        }
        let arguments = TaskArguments.plain(["simrun", "task"] + (words ?? []))
        let isFree = latency == "free"
        return Cell(
            run: SweepCell.Run(
                task: try recording.value("task"),
                robot: try recording.value("robot"),
                policy: try recording.value("policy"),
                clock: clock,
                latency: latency,
                latencyMs: clock != LoopClock.charged.rawValue
                    ? nil : isFree ? 0 : LatencyArgument.span(latency)?.printedMilliseconds,
                execute: try recording.value("execute"),
                rateHz: try number("rate_hz"),
                policyRateHz: try number("policy_rate_hz"),
                physicsHz: try number("physics_hz"),
                targetSpeed: recording.values["target_speed"].flatMap(Double.init),
                instruction: TaskArguments.value(of: "--instruction", in: arguments),
                until: TaskArguments.value(of: "--until", in: arguments)
                    ?? StopRule.success.rawValue,
                options: "",
                isReproducible: recording.values["reproducible"] == "true"
            ),
            hashes: SweepCell.Hashes(
                task: recording.values["task_hash"] ?? "",
                robot: recording.values["robot_hash"] ?? "",
                policy: recording.values["policy_hash"],
                latency: nil
            ),
            arguments: arguments,
            seeds: SeedRanges([])
        )
    }
}

extension SweepCell.Run {
    /// Whether two runs differ in nothing that both a report and a recording say.
    fileprivate func isSame(as other: SweepCell.Run) -> Bool {
        task == other.task && robot == other.robot && policy == other.policy
            && clock == other.clock && latency == other.latency && execute == other.execute
            && rateHz == other.rateHz && until == other.until
    }
}

extension ReportData.Cell {
    /// Adds an episode's recording; of one that is known already only what the recording alone has.
    fileprivate mutating func add(
        _ recording: RecordedEpisode,
        path: String,
        seed: Int,
        isKnown: Bool
    ) {
        let result = recording.result
        let isSuccess = result["success"] == "true"
        let ticks = recording.ticks.map(SweepTick.init)
        if timelines.count(where: { $0.isSuccess == isSuccess }) < 2, !ticks.isEmpty {
            timelines.append(
                ReportData.Timeline(
                    seed: seed,
                    isSuccess: isSuccess,
                    ticks: ticks,
                    choices: recording.choices
                )
            )
        }
        if isKnown {
            if let index = failures.firstIndex(where: { $0.seed == seed }) {
                failures[index].recording = path
            }
            return
        }
        seeds = SeedRanges(seeds.seeds + [seed])
        for tick in ticks { stages.add(tick) }
        // A recording that was cut off has no result: the episode did not run to its end.
        let isBroken = result.isEmpty || result["fault"] != nil
        tally.add(
            seed: seed,
            success: isBroken ? nil : isSuccess,
            misses: result["misses"].flatMap(Int.init) ?? 0
        )
        guard isBroken || !isSuccess else { return }
        let cause =
            result["cause"] ?? result["fault"] ?? result["end_reason"]
            ?? "the recording was cut off"
        failures.append(
            ReportData.Failure(
                seed: seed,
                cause: cause,
                isBroken: isBroken,
                elapsed: result["elapsed_ns"].flatMap(Double.init).map { $0 * 1e-9 },
                stateHash: result["state_hash"],
                recording: path
            )
        )
    }
}

extension RecordedEpisode {
    /// What its plans were chosen from; none where that cannot be read.
    fileprivate var choices: [ReportData.Choice] {
        let found: [(ordinal: Int, message: CandidatesMessage)]? = try? messages(
            of: CandidatesMessage.topic
        )
        return (found ?? []).compactMap { ordinal, message in
            guard ticks.indices.contains(ordinal) else { return nil }
            let isKnown = message.values.indices.contains(message.chosen)
            return ReportData.Choice(
                tick: ticks[ordinal].tick,
                values: message.values.compactMap(\.self),
                chosen: isKnown ? message.values[message.chosen] : nil
            )
        }
    }
}

extension SweepTick {
    /// The stages of a recorded tick.
    fileprivate init(_ message: TickMessage) {
        self.init(
            tick: message.tick,
            planned: message.planned,
            sense: message.senseUs,
            infer: message.inferUs,
            rerank: message.rerankUs,
            act: message.actUs,
            step: message.stepUs,
            charge: message.chargeUs,
            misses: message.missedPeriods
        )
    }
}

extension LatencyBuckets {
    /// Counts the stages of a recorded tick.
    fileprivate mutating func add(_ tick: SweepTick) {
        func add(_ microseconds: Double, to row: LatencyAccount.Row) {
            let span = TimeSpan.microseconds(microseconds)
            self.add(1, toBucket: Self.bucket(ofNanoseconds: span.nanoseconds), of: row)
        }
        add(tick.sense, to: .sense)
        if tick.planned {
            add(tick.infer, to: .infer)
            add(tick.rerank, to: .rerank)
            add(tick.latency, to: .plannedTick)
        }
        add(tick.act, to: .act)
        add(tick.step, to: .step)
        add(tick.latency, to: .tick)
    }
}
