import Diagnostics
import Inference
import Policies
import Runtime

/// A discrete-diffusion policy with everything that a run chose for it.
struct LanguagePolicy: Sendable {
    let model: DiscreteDiffusionModel
    let statistics: EmbodimentStatistics
    var settings: DecoderSettings
    var limit = PlanLimit.none

    /// Chooses statistics and settings.
    ///
    /// - Throws: `InputError` where the policy does not know the task, or an option is wrong.
    init(
        _ model: DiscreteDiffusionModel,
        task: String,
        options: DecodingOptions
    ) throws(InputError) {
        self.model = model
        statistics = try model.manifest.statistics(forTask: task, key: options.statistics)
        settings = model.manifest.decoder
        if let text = options.decode { try settings.change(text, key: "--decode") }
    }

    /// A policy with a workspace of its own.
    func makePolicy() throws(InputError) -> DiscreteDiffusionPolicy<PreciseTime> {
        try DiscreteDiffusionPolicy(
            model: model,
            statistics: statistics,
            settings: settings,
            limit: limit,
            time: PreciseTime()
        )
    }

    /// The time of a whole plan in its parts, an observation and a round, by their arithmetic.
    func parts(of whole: TimeSpan) -> (prefix: TimeSpan, round: TimeSpan) {
        let phases = model.phases(rounds: 1, views: statistics.views.count)
        let length = model.network.shape.chunkTokens
        let rounds = settings.schedule == .single ? length : settings.rounds
        let all = phases[0].flops + Double(rounds) * phases[1].flops
        func part(_ flops: Double) -> TimeSpan {
            TimeSpan(nanoseconds: Int64(Double(whole.nanoseconds) * flops / all))
        }
        return (part(phases[0].flops), part(phases[1].flops))
    }
}
