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

    /// Draws the bar with the time left, judged by the pace so far.
    mutating func show(_ done: Int) {
        guard isShown, total > 0 else { return }
        let width = 30
        let filled = width * done / total
        let bar =
            String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        let elapsed = (MonotonicTime().now() - started).seconds
        let left = done > 0 ? elapsed / Double(done) * Double(total - done) : 0
        let eta = done > 0 ? ", \(Int(left.rounded(.up))) s left" : ""
        Console.write("\r[\(bar)] \(done)/\(total)\(eta)   ", to: .standardError)
        drawn = true
    }

    /// Removes the bar.
    mutating func clear() {
        if drawn { Console.write("\r\u{1B}[K", to: .standardError) }
    }
}
