import Foundation
import Synchronization

/// Ctrl-C and SIGTERM: a flag that loops read once a tick.
enum Interrupt {
    private static let flag = Atomic<Bool>(false)

    /// Whether the user has asked to stop.
    static var isRequested: Bool { flag.load(ordering: .relaxed) }

    /// Asks to stop, as Ctrl-C does.
    static func request() { flag.store(true, ordering: .relaxed) }

    /// Listens from now on; a second signal ends the program at once.
    static func listen() {
        // A parent may have left them blocked.
        var heard = sigset_t()
        sigemptyset(&heard)
        sigaddset(&heard, SIGINT)
        sigaddset(&heard, SIGTERM)
        pthread_sigmask(SIG_UNBLOCK, &heard, nil)
        for number in [SIGINT, SIGTERM] {
            signal(number) { received in
                // Only a lock-free store and a signal reset: both safe in a handler.
                Interrupt.flag.store(true, ordering: .relaxed)
                signal(received, SIG_DFL)
            }
        }
    }
}
