public import Diagnostics
internal import Foundation
public import Runtime

/// A line to a process that stops an arm when this one dies or falls silent.
///
/// Feetech servos push towards their last goal for ever, so somebody must outlive the loop. The guard
/// is this very program, started before the arm moves, with the port's descriptor and one end of a
/// socket pair: end of file on it is the loop's death, `kill -9` included. It writes to the bus only then.
public final class Lifeline: @unchecked Sendable {
    // Unchecked: used by the one thread that owns the loop.
    private let socket: Int32
    private let guardian: pid_t
    /// Whether the guard has stopped the arm: this process must not write to the bus any more.
    public private(set) var hasTakenOver = false
    private var isOpen = true

    /// Descriptors of the guard's process.
    static let portDescriptor: Int32 = 200
    static let socketDescriptor: Int32 = 201

    /// Starts the guard of a port.
    ///
    /// - Parameters:
    ///   - port: The arm's port.
    ///   - arguments: What makes this program the guard, its own name left out.
    public init(port: SerialPort, arguments: [String]) throws(InputError) {
        var pair: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0 else {
            throw Self.refusal("a pair of sockets for the arm's guard", errno)
        }
        for end in pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, port.handle, Self.portDescriptor)
        posix_spawn_file_actions_adddup2(&actions, pair[1], Self.socketDescriptor)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        // A group of its own: Ctrl-C on the terminal is the loop's business, which parks the arm.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        var words = (["simrun"] + arguments).map { strdup($0) } + [nil]
        var child: pid_t = 0
        let status = posix_spawn(&child, "/proc/self/exe", &actions, &attributes, &words, environ)
        for word in words { free(word) }
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
        close(pair[1])
        socket = pair[0]
        guardian = child
        guard status == 0 else {
            close(socket)
            isOpen = false
            throw Self.refusal("a process to guard the arm", status)
        }
    }

    /// Waits until the guard says that it is there.
    ///
    /// - Returns: Whether it is.
    public func waitForGuard(_ span: TimeSpan = .seconds(10)) -> Bool {
        var wanted = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&wanted, 1, Int32(span.milliseconds)) > 0 else { return false }
        var byte: UInt8 = 0
        return recv(socket, &byte, 1, 0) == 1 && byte == LifelineWord.ready
    }

    /// Says that the loop lives, and hears whether the guard has taken over.
    ///
    /// Two system calls that never block; allocates nothing.
    public func beat() {
        guard isOpen else { return }
        send(LifelineWord.beat)
        var byte: UInt8 = 0
        let flags = Int32(MSG_DONTWAIT)
        let count = recv(socket, &byte, 1, flags)
        if count == 1, byte == LifelineWord.taken { hasTakenOver = true }
        // A guard that is gone guards nothing.
        if count == 0 { hasTakenOver = true }
    }

    /// Ends the guard, which leaves the arm as it is.
    public func end() {
        guard isOpen else { return }
        isOpen = false
        send(LifelineWord.end)
        close(socket)
        var status: Int32 = 0
        waitpid(guardian, &status, 0)
    }

    deinit { end() }

    private func send(_ word: UInt8) {
        var word = word
        _ = Foundation.send(socket, &word, 1, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
    }

    private static func refusal(_ what: String, _ errno: Int32) -> InputError {
        InputError(expected: what, found: systemMessage(errno))
    }
}

/// What is said on a lifeline, a byte each.
enum LifelineWord {
    /// The guard is there.
    static let ready: UInt8 = 0x52
    /// The loop lives.
    static let beat: UInt8 = 0x42
    /// The loop has ended and leaves the arm as it is.
    static let end: UInt8 = 0x45
    /// The guard has stopped the arm.
    static let taken: UInt8 = 0x54
}
