import Diagnostics
import Foundation
import Runtime

/// Times and latency sources as they are typed: `6.8ms`, `free`, `trace:FILE`.
enum LatencyArgument {
    /// Reads `--latency`.
    static func source(_ text: String) throws(InputError) -> LatencySource {
        switch text {
        case "measured": return .measured
        case "free": return .free
        case _ where text.hasPrefix("trace:"):
            return .trace(try trace(atPath: String(text.dropFirst("trace:".count))))
        default:
            guard let span = span(text) else {
                throw InputError(
                    key: "--latency",
                    expected: "measured, free, a time such as 6.8ms, or trace:FILE",
                    found: "\"\(text)\""
                )
            }
            return .fixed(span)
        }
    }

    /// A time with its unit, from 0 to an hour; nil for anything else.
    static func span(_ text: String) -> TimeSpan? {
        let units = [("ms", 1e-3), ("us", 1e-6), ("µs", 1e-6), ("s", 1.0)]
        for (unit, factor) in units where text.hasSuffix(unit) {
            let number = text.dropLast(unit.count)
            guard let value = Double(number), value >= 0, value * factor <= 3600 else { return nil }
            return .seconds(value * factor)
        }
        return nil
    }

    private static func trace(atPath path: String) throws(InputError) -> LatencyTrace {
        let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
        guard let size, size <= 512 << 20 else {
            throw InputError(
                file: path,
                expected: "a latency trace of at most 512 MiB",
                found: size.map { "\($0) bytes" } ?? "no file"
            )
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw InputError(file: path, expected: "a readable latency trace", found: "none")
        }
        do {
            return try LatencyTrace(text: String(decoding: data, as: UTF8.self))
        } catch {
            throw error.inFile(path)
        }
    }
}
