import Foundation

/// How far a sweep is: a bar on a terminal, else a line every half minute.
struct SweepProgress {
    private static let secondsBetweenLines = 30.0

    private let total: Int
    /// Episodes that were there at the start, which say nothing about the pace.
    private let known: Int
    private let isQuiet: Bool
    private let started = ContinuousClock.now
    private var lastLine = ContinuousClock.now
    private var bar: Progress

    init(total: Int, known: Int, isQuiet: Bool) {
        self.total = total
        self.known = known
        self.isQuiet = isQuiet
        bar = Progress(total: total - known, quiet: isQuiet)
    }

    /// Shows that so many episodes are there.
    mutating func show(_ done: Int) {
        guard !isQuiet, total > known else { return }
        if Console.errorIsTerminal { return bar.show(done - known) }
        guard (ContinuousClock.now - lastLine).seconds >= Self.secondsBetweenLines else { return }
        lastLine = .now
        Console.errorText(line(done))
    }

    private func line(_ done: Int) -> String {
        let elapsed = (ContinuousClock.now - started).seconds
        let pace = Double(done - known) / max(elapsed, 1e-9)
        let left = pace > 0 ? Progress.clock(Double(total - done) / pace) + " left" : "no pace yet"
        return "\(done)/\(total) episodes, \(pace.text(1))/s, \(left)"
    }

    mutating func clear() { bar.clear() }
}
