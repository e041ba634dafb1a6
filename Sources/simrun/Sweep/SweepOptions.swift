import Diagnostics
import Robots

/// Further flags of `simrun task` that a sweep may vary, such as `--weights int8`.
enum SweepOptions {
    /// Those that decide how an episode runs and that no list of the grid covers.
    static let allowed = [
        "--weights", "--plan-threads", "--drill", "--patience", "--cloud-seed-offset", "--rerank",
        "--candidates", "--held-out", "--temperature", "--plan-budget", "--rerank-budget",
        "--candidate-cost",
    ]

    /// Reads a list of texts, each split at its spaces; `default` is none.
    static func read(_ list: YAMLValue?) throws(InputError) -> [Placed<[String]>]? {
        guard let list else { return nil }
        return try SweepGrid.each(list) { value throws(InputError) in
            let text = try value.string()
            if text == SweepGrid.ownWord { return [] }
            let words = text.split(separator: " ").map(String.init)
            for word in words where word.hasPrefix("-") {
                let name = String(word.prefix { $0 != "=" })
                guard allowed.contains(name) else {
                    throw .unknown(
                        "flag of a sweep's options",
                        name: String(name.prefix(60)),
                        known: allowed,
                        file: value.place.file,
                        line: value.place.line,
                        key: value.place.key
                    )
                }
            }
            guard words.first?.hasPrefix("--") == true else {
                throw value.mismatch("flags such as --weights int8")
            }
            return words
        }
    }
}
