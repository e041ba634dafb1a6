import Diagnostics
import Foundation
import Runtime

/// Lists as they are typed for `simrun latency`: `0,25,50ms`, `replan,chunk:4`, `0.1,0.2`.
enum GridArguments {
    /// The most cells of one grid.
    static let maximumCells = 1000

    /// One strategy, as typed and as read.
    struct Strategy: Equatable {
        var name: String
        var value: ExecutionStrategy
    }

    /// Delays in ascending order; a number without a unit has that of the list's last.
    static func latencies(_ text: String) throws(InputError) -> [TimeSpan] {
        let parts = try items(text, key: "--latencies")
        let unit = parts.last.map { $0.drop { "0123456789.eE+-".contains($0) } } ?? ""
        var spans: [TimeSpan] = []
        for part in parts {
            let known = LatencyArgument.span(part) ?? LatencyArgument.span(part + unit)
            guard let span = known ?? (part == "0" ? .zero : nil) else {
                throw InputError(
                    key: "--latencies",
                    expected: "times from 0 to an hour with a unit, such as 0,25,50ms",
                    found: "\"\(part.prefix(64))\""
                )
            }
            spans.append(span)
        }
        return try once(spans.sorted(), key: "--latencies") { "\($0.printedMilliseconds) ms" }
    }

    /// Strategies for chunks of `horizon` actions; nil gives every one.
    static func strategies(_ text: String?, horizon: Int) throws(InputError) -> [Strategy] {
        var strategies: [Strategy] = []
        for name in try text.map({ (text) throws(InputError) in try items(text, key: "--execute") })
            ?? ExecuteArgument.names
        {
            let value = try ExecuteArgument.strategy(name, horizon: horizon, key: "--execute")
            strategies.append(Strategy(name: name, value: value))
        }
        _ = try once(strategies.map(\.value.description), key: "--execute") { $0 }
        return strategies
    }

    /// Speeds in metres per second; the task judges them.
    static func speeds(_ text: String) throws(InputError) -> [Double] {
        var speeds: [Double] = []
        for part in try items(text, key: "--target-speeds") {
            guard let speed = Double(part), speed.isFinite else {
                throw InputError(
                    key: "--target-speeds",
                    expected: "metres per second, such as 0.1,0.2",
                    found: "\"\(part.prefix(64))\""
                )
            }
            speeds.append(speed)
        }
        return try once(speeds, key: "--target-speeds") { "\($0)" }
    }

    /// Refuses a grid that nobody meant.
    static func check(cells: Int, episodes: Int) throws(InputError) {
        guard cells <= maximumCells else {
            throw InputError(
                key: "the grid",
                expected: "at most \(maximumCells) cells",
                found: "\(cells)"
            )
        }
        guard cells * episodes <= 1_000_000 else {
            throw InputError(
                key: "the grid",
                expected: "at most 1000000 episodes",
                found: "\(cells) cells of \(episodes)"
            )
        }
    }

    private static func items(_ text: String, key: String) throws(InputError) -> [String] {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        guard !parts.contains("") else {
            throw InputError(
                key: key,
                expected: "a list with commas between",
                found: "\"\(text.prefix(64))\""
            )
        }
        return parts
    }

    /// The list itself, refused when something stands in it twice.
    private static func once<Item: Hashable>(
        _ list: [Item],
        key: String,
        name: (Item) -> String
    ) throws(InputError) -> [Item] {
        var seen: Set<Item> = []
        for item in list where !seen.insert(item).inserted {
            throw InputError(key: key, expected: "each once", found: "\(name(item)) twice")
        }
        return list
    }
}
