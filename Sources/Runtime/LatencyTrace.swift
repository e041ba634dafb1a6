public import Diagnostics
import Spatial

/// Latencies measured in one run, to be charged in another.
///
/// A plain text file: `#` starts a comment, the first other line names the columns out of
/// `sense_us infer_us rerank_us act_us`, and each further line is one tick in microseconds, `-`
/// where a stage did not run. A line `episode SEED` starts an episode, so that a replay of the
/// same seed gets the same rows in the same order.
public struct LatencyTrace: Equatable, Sendable {
    /// Sense and act time of each tick.
    public private(set) var perTick: [TimeSpan] = []
    /// Infer and rerank time of each tick that planned.
    public private(set) var perPlan: [TimeSpan] = []
    private var starts: [UInt64: Start] = [:]

    private struct Start: Equatable, Sendable {
        var tickRow: Int
        var planRow: Int
    }

    /// Creates an empty trace.
    public init() {}

    /// Marks the start of an episode.
    public mutating func beginEpisode(seed: UInt64) {
        starts[seed] = Start(tickRow: perTick.count, planRow: perPlan.count)
    }

    /// Adds one tick.
    public mutating func append(_ stages: StageTimes, planned: Bool) {
        perTick.append(stages.sense + stages.act)
        if planned { perPlan.append(stages.infer + stages.rerank) }
    }

    /// The median of what a plan took; zero without one.
    public var medianPlan: TimeSpan {
        perPlan.isEmpty ? .zero : perPlan.sorted()[perPlan.count / 2]
    }

    /// Where an episode starts to read: at its own rows, or at a row that its seed draws.
    func start(seed: UInt64) -> (tickRow: Int, planRow: Int) {
        if let start = starts[seed] { return (start.tickRow, start.planRow) }
        var random = RandomStream(seed: seed, stream: 0x7261_6365)
        return (
            perTick.isEmpty ? 0 : Int(random.next() % UInt64(perTick.count)),
            perPlan.isEmpty ? 0 : Int(random.next() % UInt64(perPlan.count))
        )
    }
}

extension LatencyTrace {
    /// The most rows that a file may hold: a day at 100 Hz.
    static let maximumRows = 8_640_000

    /// Reads the text of a trace file.
    ///
    /// - Throws: ``Diagnostics/InputError`` with the line of the first mistake.
    public init(text: String) throws(InputError) {
        var columns: [Stage]?
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            let fields = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard let first = fields.first else { continue }
            if first == "episode" {
                beginEpisode(seed: try Self.seed(in: fields, line: number))
            } else if let columns {
                let row = try Self.stages(in: fields, columns: columns, line: number)
                append(row.stages, planned: row.planned)
            } else {
                columns = try Self.columns(fields, line: number)
            }
            guard perTick.count <= Self.maximumRows else {
                throw InputError(
                    line: number,
                    expected: "at most \(Self.maximumRows) ticks",
                    found: "more"
                )
            }
        }
        guard !perTick.isEmpty else {
            throw InputError(expected: "a column line and at least one tick", found: "no ticks")
        }
    }

    private static func columns(_ fields: [Substring], line: Int) throws(InputError) -> [Stage] {
        let known: [Stage] = [.sense, .infer, .rerank, .act]
        var columns: [Stage] = []
        for field in fields {
            guard let stage = known.first(where: { $0.rawValue + "_us" == field }) else {
                throw .unknown(
                    "latency column",
                    name: String(field.prefix(64)),
                    known: known.map { $0.rawValue + "_us" },
                    line: line
                )
            }
            guard !columns.contains(stage) else {
                throw InputError(
                    line: line,
                    key: String(field),
                    expected: "each column once",
                    found: "it twice"
                )
            }
            columns.append(stage)
        }
        return columns
    }

    private static func seed(in fields: [Substring], line: Int) throws(InputError) -> UInt64 {
        guard fields.count == 2, let seed = UInt64(fields[1]) else {
            throw InputError(
                line: line,
                key: "episode",
                expected: "one whole-number seed",
                found: "\"\(fields.dropFirst().joined(separator: " ").prefix(64))\""
            )
        }
        return seed
    }

    private static func stages(
        in fields: [Substring],
        columns: [Stage],
        line: Int
    ) throws(InputError) -> (stages: StageTimes, planned: Bool) {
        guard fields.count == columns.count else {
            throw InputError(
                line: line,
                expected: "\(columns.count) columns",
                found: "\(fields.count)"
            )
        }
        var stages = StageTimes()
        var planned = false
        for (field, stage) in zip(fields, columns) where field != "-" {
            guard let value = Double(field), value >= 0, value <= 1e9 else {
                throw InputError(
                    line: line,
                    key: stage.rawValue + "_us",
                    expected: "microseconds from 0 to 1e9, or -",
                    found: "\"\(field.prefix(64))\""
                )
            }
            planned = planned || stage == .infer || stage == .rerank
            stages.set(stage, to: .microseconds(value))
        }
        return (stages, planned)
    }
}

extension StageTimes {
    /// Sets the time of one stage.
    mutating func set(_ stage: Stage, to span: TimeSpan) {
        switch stage {
        case .sense: sense = span
        case .infer: infer = span
        case .rerank: rerank = span
        case .act: act = span
        case .step: step = span
        }
    }
}
