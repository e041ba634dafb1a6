import Diagnostics
import Results
import Robots
import Runtime
import Tasks

extension SweepCell {
    /// The cell that a loaded plan runs.
    ///
    /// - Parameters:
    ///   - plan: The plan.
    ///   - arguments: What it was made from, but for seed and number of episodes.
    ///   - options: Further flags among them, with spaces between.
    ///   - seeds: The cell's seeds.
    init(
        plan: RunPlan,
        arguments: [String],
        options: String,
        seeds: SeedRanges
    ) throws(InputError) {
        let configuration = plan.configuration
        self.init(
            run: Run(
                task: plan.setup.task.name,
                robot: plan.setup.robot.name,
                policy: plan.policyName,
                clock: configuration.clock.rawValue,
                latency: Self.name(of: plan),
                latencyMs: Self.milliseconds(of: plan),
                execute: configuration.execution.description,
                rateHz: configuration.rate.hertz,
                policyRateHz: configuration.policyHertz,
                physicsHz: configuration.rate.physicsHertz,
                targetSpeed: plan.setup.targetSpeed,
                instruction: plan.options.instruction,
                until: plan.stopRule.rawValue,
                options: options,
                isReproducible: configuration.isReproducible
            ),
            hashes: Hashes(
                task: plan.setup.task.hash,
                robot: plan.robotHash,
                policy: plan.policyHash,
                latency: try Self.traceHash(of: plan)
            ),
            arguments: arguments,
            seeds: seeds
        )
    }

    /// The same charge has the same name, however it was typed.
    private static func name(of plan: RunPlan) -> String {
        guard plan.configuration.clock == .charged,
            case .fixed(let span) = plan.configuration.latency
        else { return plan.latencyName }
        let text = "\(span.printedMilliseconds)"
        return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text) + "ms"
    }

    private static func milliseconds(of plan: RunPlan) -> Double? {
        guard plan.configuration.clock == .charged else { return nil }
        switch plan.configuration.latency {
        case .free: return 0
        case .fixed(let span): return span.printedMilliseconds
        case .measured, .trace: return nil
        }
    }

    private static func traceHash(of plan: RunPlan) throws(InputError) -> String? {
        let prefix = "trace:"
        guard plan.configuration.clock == .charged, plan.latencyName.hasPrefix(prefix) else {
            return nil
        }
        return try ContentHash.sha256(ofFile: String(plan.latencyName.dropFirst(prefix.count)))
    }
}
