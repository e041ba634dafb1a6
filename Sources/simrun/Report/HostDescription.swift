import Foundation
import Processor

extension TaskReport.Host {
    /// This machine.
    static var current: TaskReport.Host {
        TaskReport.Host(
            cpu: cpuName,
            cores: ProcessInfo.processInfo.activeProcessorCount,
            simd: (try? InstructionSet.selected().rawValue) ?? InstructionSet.widest.rawValue
        )
    }

    private static var cpuName: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        for line in text.split(separator: "\n") where line.hasPrefix("model name") {
            return line.split(separator: ":", maxSplits: 1).last
                .map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
        }
        return "unknown"
    }
}
