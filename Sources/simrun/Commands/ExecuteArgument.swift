import Diagnostics
import Runtime

/// Execution strategies as they are typed: `replan`, `chunk[:N]`, `ensemble`, `async`, `rtc[:N]`,
/// `rollforward`.
enum ExecuteArgument {
    /// Every strategy by its plain name, in the order of tables.
    static let names = ["replan", "chunk", "async", "ensemble", "rtc", "rollforward"]

    /// Reads a strategy for chunks of `horizon` actions.
    ///
    /// Plain `chunk` uses them all; plain `rtc` plans again after half of them.
    ///
    /// - Parameters:
    ///   - text: The strategy's name.
    ///   - horizon: Actions in a chunk.
    ///   - key: Where the text stands, for errors.
    static func strategy(
        _ text: String,
        horizon: Int,
        key: String
    ) throws(InputError) -> ExecutionStrategy {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let count = parts.count == 2 ? parts[1] : nil
        switch (parts.first, count) {
        case ("replan", nil): return .replan
        case ("ensemble", nil): return .ensemble
        case ("async", nil): return .async
        case ("rollforward", nil): return .rollforward
        case ("chunk", nil): return .chunk(count: horizon)
        case ("chunk", let count?):
            return .chunk(count: try number(count, "chunk:N", horizon: horizon, key: key))
        case ("rtc", nil): return .rtc(executionHorizon: max(1, horizon / 2))
        case ("rtc", let count?):
            return .rtc(executionHorizon: try number(count, "rtc:N", horizon: horizon, key: key))
        default:
            throw .unknown(
                "execution strategy",
                name: text,
                known: names + ["chunk:N", "rtc:N"],
                key: key
            )
        }
    }

    private static func number(
        _ count: Substring,
        _ form: String,
        horizon: Int,
        key: String
    ) throws(InputError) -> Int {
        guard let number = Int(count), (1...horizon).contains(number) else {
            throw InputError(
                key: key,
                expected: "\(form) with N from 1 to the horizon, \(horizon)",
                found: "\"\(count)\""
            )
        }
        return number
    }
}
