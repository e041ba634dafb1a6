import Foundation
import Runtime
import Synchronization

/// Throws a stop switch for a key, a signal and a file.
///
/// The key is Enter, if standard input is a terminal; the signal is SIGUSR1.
final class StopWatcher: Sendable {
    /// What the loop looks at.
    let stopSwitch = StopSwitch()
    private static let signalled = Atomic<Bool>(false)
    private let isDone = Atomic<Bool>(false)

    /// Watches until it is let go.
    ///
    /// - Parameter file: A file that stops the arm when it appears; nil for none.
    init(file: String?) {
        signal(SIGUSR1) { _ in StopWatcher.signalled.store(true, ordering: .relaxed) }
        let hasKey = isatty(STDIN_FILENO) == 1
        let thread = Thread { [self] in
            while !isDone.load(ordering: .relaxed), stopSwitch.cause == nil {
                look(file: file, hasKey: hasKey)
                usleep(10_000)
            }
        }
        thread.start()
    }

    /// Watches no longer.
    func end() { isDone.store(true, ordering: .relaxed) }

    private func look(file: String?, hasKey: Bool) {
        if Self.signalled.load(ordering: .relaxed) { stopSwitch.stop(.signal) }
        if let file, FileManager.default.fileExists(atPath: file) { stopSwitch.stop(.file) }
        guard hasKey else { return }
        var key = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        if poll(&key, 1, 0) > 0, key.revents & Int16(POLLIN) != 0 { stopSwitch.stop(.key) }
    }
}
