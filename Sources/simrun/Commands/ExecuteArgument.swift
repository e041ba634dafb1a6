import Diagnostics
import Runtime

/// Execution strategies as they are typed: `replan`, `chunk`, `chunk:N`.
enum ExecuteArgument {
    /// Every strategy by its plain name, in the order of tables.
    static let names = ["replan", "chunk"]

    /// Reads a strategy for chunks of `horizon` actions; plain `chunk` uses them all.
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
        if text == "replan" { return .replan }
        if text == "chunk" { return .chunk(count: horizon) }
        if text.hasPrefix("chunk:") {
            guard let count = Int(text.dropFirst("chunk:".count)), (1...horizon).contains(count)
            else {
                throw InputError(
                    key: key,
                    expected: "chunk:N with N from 1 to the horizon, \(horizon)",
                    found: "\"\(text)\""
                )
            }
            return .chunk(count: count)
        }
        throw .unknown(
            "execution strategy",
            name: text,
            known: names + ["chunk:N"],
            key: key
        )
    }
}
