import NIOCore
import Synchronization

/// What both sides of a connection's threads must know: how far it came, and how it ended.
final class ConnectionFate: Sendable {
    private struct State {
        var awaited = "connection"
        var isOpen = false
        var end: PolicyConnectionError?
        var channel: (any Channel)?
    }

    private let state = Mutex(State())

    /// What the opening waits for, in words.
    var awaited: String {
        get { state.withLock { $0.awaited } }
        set { state.withLock { $0.awaited = newValue } }
    }

    /// Whether the metadata came.
    var isOpen: Bool {
        get { state.withLock { $0.isOpen } }
        set { state.withLock { $0.isOpen = newValue } }
    }

    /// Why it ended.
    var reason: PolicyConnectionError {
        state.withLock { $0.end } ?? .closed(code: nil, reason: "")
    }

    /// Whether it ended.
    var isOver: Bool { state.withLock { $0.end != nil } }

    /// Ends it for the first reason given, and closes its channel.
    func end(_ reason: PolicyConnectionError) {
        let channel = state.withLock { state in
            state.end = state.end ?? reason
            return state.channel
        }
        channel?.close(promise: nil)
    }

    /// Remembers the channel to close; closes it at once if that is over.
    func connected(_ channel: any Channel) {
        let isOver = state.withLock { state in
            state.channel = channel
            return state.end != nil
        }
        if isOver { channel.close(promise: nil) }
    }
}
