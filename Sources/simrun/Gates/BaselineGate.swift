import Diagnostics

/// Holds a run against an earlier one: success by an exact test, latency with a tolerance.
///
/// Success is one test and latency another. Each raises a false alarm in at most
/// ``falseAlarmRate`` of comparisons of equal runs; the rows of latency share theirs.
struct BaselineGate {
    /// How often each of the two may break although nothing has changed.
    static let falseAlarmRate = 0.001

    /// The baseline's file.
    let path: String
    /// How many times as slow still counts as equal.
    let tolerance: Double

    /// The gate's verdicts on a run: one for success, one for each compared latency.
    func verdicts(on report: TaskReport) throws -> [GateVerdict] {
        let baseline = try ComparedRun(path: path)
        return verdicts(
            try RunComparison(baseline, ComparedRun(report), tolerance: tolerance)
        )
    }

    /// Judges a comparison whose first run is the baseline.
    func verdicts(_ comparison: RunComparison) -> [GateVerdict] {
        [success(comparison.success)]
            + comparison.latencies.map { latency($0, of: comparison.latencies.count) }
    }

    private func success(_ success: RunComparison.Success) -> GateVerdict {
        let held = success.lossP > Self.falseAlarmRate
        let evidence =
            success.isPaired
            ? "\(success.lost) of \(success.first.trials) seeds lost, \(success.gained) gained,"
                + " McNemar p \(success.lossP.scientific)"
            : "other seeds, Fisher p \(success.lossP.scientific)"
        let change =
            success.loss > 0
            ? "\(success.loss.text(3)) under" : "\((-success.loss).text(3)) over"
        return GateVerdict(
            name: "--baseline success",
            held: held,
            detail: "success \(success.secondRate.text(3)) is \(change) the baseline's"
                + " \(success.firstRate.text(3)) (\(evidence); false-alarm rate"
                + " \(Self.falseAlarmRate.short))",
            judgesSuccess: true
        )
    }

    private func latency(_ latency: RunComparison.Latency, of rows: Int) -> GateVerdict {
        let held = latency.slowerP > Self.falseAlarmRate / Double(rows)
        let ratio = latency.firstP99 > 0 ? latency.secondP99 / latency.firstP99 : .infinity
        return GateVerdict(
            name: "--baseline \(latency.row) p99",
            held: held,
            detail: "\(latency.row) p99 \(latency.secondP99.text(1)) us is"
                + " \(ratio.text(2)) times the baseline's \(latency.firstP99.text(1)) us"
                + " (over \(tolerance.short) times in \(latency.slower) of"
                + " \(latency.episodes) episodes, p \(latency.slowerP.scientific);"
                + " false-alarm rate \(Self.falseAlarmRate.short))"
        )
    }
}
