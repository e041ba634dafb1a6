import Foundation
import Runtime
import Synchronization

/// Throws a stop switch for a key, a signal and a file, and takes the operator's word on the episode.
///
/// The key is Enter, if standard input is a terminal; the signal is SIGUSR1. A line that begins with `s`
/// says that the episode is a success, with `f` that it is none; any other line stops.
final class StopWatcher: Sendable {
    /// What the loop looks at.
    let stopSwitch = StopSwitch()
    /// The operator's word: whether the episode is a success; nil as long as nothing was said.
    var verdict: Bool? {
        let word = said.load(ordering: .relaxed)
        return word == 0 ? nil : word == 1
    }
    private let hearsVerdicts = Atomic<Bool>(false)
    /// 0 for nothing, 1 for a success, 2 for none.
    private let said = Atomic<Int>(0)
    private static let signalled = Atomic<Bool>(false)
    private let isDone = Atomic<Bool>(false)

    /// Watches until it is let go.
    ///
    /// - Parameters:
    ///   - file: A file that stops the arm when it appears; nil for none.
    ///   - takesLabels: Whether to read a standard input that is no terminal, too.
    init(file: String?, takesLabels: Bool = false) {
        signal(SIGUSR1) { _ in StopWatcher.signalled.store(true, ordering: .relaxed) }
        let isTerminal = isatty(STDIN_FILENO) == 1
        let thread = Thread { [self] in
            var hasKey = isTerminal || takesLabels
            while !isDone.load(ordering: .relaxed), stopSwitch.cause == nil, verdict == nil {
                look(file: file)
                if hasKey { hasKey = listen(isTerminal: isTerminal) }
                usleep(10_000)
            }
        }
        thread.start()
    }

    /// From now on the operator's word counts: what is said before an episode is not about it.
    func begin() { hearsVerdicts.store(true, ordering: .relaxed) }

    /// Watches no longer.
    func end() { isDone.store(true, ordering: .relaxed) }

    private func look(file: String?) {
        if Self.signalled.load(ordering: .relaxed) { stopSwitch.stop(.signal) }
        if let file, FileManager.default.fileExists(atPath: file) { stopSwitch.stop(.file) }
    }

    /// Takes a line of standard input, if one is there.
    ///
    /// - Returns: Whether there may be more.
    private func listen(isTerminal: Bool) -> Bool {
        var key = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&key, 1, 0) > 0 else { return true }
        var letters = [UInt8](repeating: 0, count: 64)
        let count = read(STDIN_FILENO, &letters, letters.count)
        guard count > 0 else {
            // Whoever was there to stop the arm is gone; a pipe that ends was nobody.
            if isTerminal { stopSwitch.stop(.key) }
            return false
        }
        let words: [UInt8: Int] = [UInt8(ascii: "s"): 1, UInt8(ascii: "f"): 2]
        if let word = words[letters[0]] {
            if hearsVerdicts.load(ordering: .relaxed) { said.store(word, ordering: .relaxed) }
        } else {
            stopSwitch.stop(.key)
        }
        return true
    }
}
