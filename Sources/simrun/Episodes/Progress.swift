import Foundation
import Runtime

/// A one-line progress bar on standard error, when that is a terminal.
struct Progress {
    private let total: Int
    private let isShown: Bool
    private let started = MonotonicTime().now()
    private var drawn = false

    init(total: Int, quiet: Bool) {
        self.total = total
        isShown = !quiet && Console.errorIsTerminal
    }

    /// Draws the bar with the pace so far and the time left at it.
    mutating func show(_ done: Int) {
        guard isShown, total > 0 else { return }
        let width = 30
        let filled = width * done / total
        let bar =
            String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        let elapsed = (MonotonicTime().now() - started).seconds
        let left = done > 0 ? elapsed / Double(done) * Double(total - done) : 0
        let pace = elapsed > 0 ? (Double(done) / elapsed).text(1) : "0"
        let eta = done > 0 ? ", \(pace)/s, \(Self.clock(left)) left" : ""
        Console.write("\r[\(bar)] \(done)/\(total)\(eta)   ", to: .standardError)
        drawn = true
    }

    /// Seconds under two minutes, then minutes, then hours.
    static func clock(_ seconds: Double) -> String {
        if seconds < 120 { return "\(Int(seconds.rounded(.up))) s" }
        if seconds < 7200 { return "\(Int((seconds / 60).rounded(.up))) min" }
        return (seconds / 3600).text(1) + " h"
    }

    /// Removes the bar.
    mutating func clear() {
        if drawn { Console.write("\r\u{1B}[K", to: .standardError) }
    }
}
