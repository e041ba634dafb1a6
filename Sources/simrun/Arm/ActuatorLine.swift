import Diagnostics
import Foundation
import Robots

/// The line `actuator: { delay: …, lag: … }` of a robot.yaml, found and replaced; nothing else changes.
enum ActuatorLine {
    /// The line for a delay and a lag in seconds.
    static func text(delay: Double, lag: Double) -> String {
        "actuator: { delay: \((delay * 1000).text(1)) ms, lag: \((lag * 1000).text(1)) ms }"
    }

    /// A robot.yaml with another delay and lag.
    ///
    /// - Throws: `InputError` where the section is not on one line of its own.
    static func replace(
        in yaml: String,
        file: String,
        delay: Double,
        lag: Double
    ) throws(InputError) -> String {
        var lines = yaml.components(separatedBy: "\n")
        let found = lines.indices.filter { lines[$0].hasPrefix("actuator:") }
        guard let index = found.first, found.count == 1, lines[index].contains("{"),
            lines[index].contains("}")
        else {
            throw InputError(
                file: file,
                key: "actuator",
                expected: "one line actuator: { delay, lag } to replace by "
                    + text(delay: delay, lag: lag),
                found: found.isEmpty ? "none" : "another shape"
            )
        }
        let comment = lines[index].range(of: "#").map {
            " " + String(lines[index][$0.lowerBound...])
        }
        lines[index] = text(delay: delay, lag: lag) + (comment ?? "")
        return lines.joined(separator: "\n")
    }
}
