import ArgumentParser
import Diagnostics
import Foundation
import Inference
import Policies
import Runtime

/// How a policy's network is computed.
struct NetworkOptions: ParsableArguments {
    @Option(
        help: """
            How weights are stored: fp32, bf16, bf16-dot (inputs of products rounded too) or int8; \
            as in the policy's file by default.
            """
    )
    var weights: String?

    @Option(
        name: .customLong("plan-threads"),
        help: "Threads of one plan: 1, or 2 for networks over 50 million weights."
    )
    var threads = 1

    /// A second thread pays where the weights do not fit a core's share of the caches.
    static let leastParameters = 50_000_000

    /// The storage asked for; nil for the file's own.
    func format() throws(InputError) -> WeightFormat? {
        guard let weights else { return nil }
        return try WeightFormat(named: weights, key: "--weights")
    }

    /// Refuses a second thread where it would do harm.
    ///
    /// - Throws: `InputError` for a small network, or on the wall clock with no core to spare.
    func requireFits(_ model: UNetModel, clock: LoopClock) throws(InputError) {
        guard threads != 1 else { return }
        let key = "--plan-threads"
        guard threads == 2 else {
            throw InputError(key: key, expected: "1 or 2", found: "\(threads)")
        }
        let parameters = model.manifest.weights.parameters
        guard parameters >= Self.leastParameters else {
            throw InputError(
                key: key,
                expected: "1 for a network of fewer than \(Self.leastParameters) weights",
                found: "2 for \(parameters)"
            )
        }
        // The loop, its plan and the second thread each need a core.
        let cores = ProcessInfo.processInfo.activeProcessorCount
        guard clock != .wall || cores > 2 else {
            throw InputError(
                key: key,
                expected: "1 on the wall clock, where no core of \(cores) is free",
                found: "2"
            )
        }
    }
}
