import Diagnostics
import Dispatch
import Runtime
import Synchronization

/// Where a loop's thread and a connection meet that take turns: one message, one reply.
///
/// The connection is a server's: its client sends a message, a worker waits here for the loop's
/// reply to it. One thread waits on each side, nobody else does.
public final class TurnLink: Sendable {
    private struct State {
        var isTaken = false
        var message: MessagePackValue?
        var reply: [MessagePackValue.Entry]?
        var trouble: String?
        var isOver = false
    }

    private let state = Mutex(State())
    private let messageReady = DispatchSemaphore(value: 0)
    private let replyReady = DispatchSemaphore(value: 0)
    private let isStopped: @Sendable () -> Bool

    /// Creates a link that no client has taken yet.
    ///
    /// - Parameter isStopped: Read ten times a second while the loop waits.
    public init(isStopped: @escaping @Sendable () -> Bool) { self.isStopped = isStopped }

    /// What went wrong on the other side, in its words; nil if nothing did.
    public var trouble: String? { state.withLock { $0.trouble } }

    /// Whether the client has gone.
    public var isOver: Bool { state.withLock { $0.isOver } }

    /// Notes what is wrong, in words that a loop's fault has no room for; the first counts.
    func note(_ trouble: String) {
        state.withLock { $0.trouble = $0.trouble ?? trouble }
    }

    // MARK: The loop's side

    /// Gives the reply to the last message.
    func post(_ reply: [MessagePackValue.Entry]) {
        state.withLock { $0.reply = reply }
        replyReady.signal()
    }

    /// Waits for the next message.
    ///
    /// - Parameter span: How long it may take; nil for ever.
    /// - Returns: Nil when the client has gone, when stopped, and when it took too long.
    func receive(within span: TimeSpan?) -> MessagePackValue? {
        let end = span.map { DispatchTime.now() + .nanoseconds(Int(clamping: $0.nanoseconds)) }
        while true {
            let (message, isOver) = state.withLock { state in
                defer { state.message = nil }
                return (state.message, state.isOver)
            }
            if let message { return message }
            if isOver || isStopped() { return nil }
            if let end, end <= .now() { return nil }
            let slice = DispatchTime.now() + .milliseconds(100)
            _ = messageReady.wait(timeout: end.map { min($0, slice) } ?? slice)
        }
    }

    // MARK: The client's side

    /// Makes a connection the client; false where there is one already.
    func take() -> Bool {
        state.withLock { state in
            defer { state.isTaken = true }
            return !state.isTaken
        }
    }

    /// Hands a message over.
    func deliver(_ message: MessagePackValue) {
        state.withLock { $0.message = message }
        messageReady.signal()
    }

    /// Waits for the reply; nil when the connection has ended.
    func nextReply() -> [MessagePackValue.Entry]? {
        while true {
            let (reply, isOver) = state.withLock { state in
                defer { state.reply = nil }
                return (state.reply, state.isOver)
            }
            if let reply { return reply }
            if isOver { return nil }
            replyReady.wait()
        }
    }

    /// The connection has ended.
    func end(_ trouble: String) {
        state.withLock { state in
            state.isOver = true
            state.trouble = state.trouble ?? trouble
        }
        replyReady.signal()
        messageReady.signal()
    }
}

/// A connection that takes turns with a loop, if it is the first to ask.
public final class TurnSession: PolicySession {
    private let link: TurnLink
    private let isClient = Atomic<Bool>(false)

    /// Creates the session of a new connection.
    public init(_ link: TurnLink) { self.link = link }

    /// Hands the request to the loop and waits for its reply.
    ///
    /// - Throws: `InputError` for a second client, and when the loop has ended.
    public func answer(_ request: MessagePackValue) throws -> [MessagePackValue.Entry] {
        if !isClient.load(ordering: .acquiring) {
            guard link.take() else {
                throw InputError(expected: "one client", found: "a second beside it")
            }
            isClient.store(true, ordering: .releasing)
        }
        link.deliver(request)
        guard let reply = link.nextReply() else {
            throw InputError(expected: "a loop that runs", found: "one that has ended")
        }
        return reply
    }

    /// The connection is gone.
    public func end() {
        if isClient.load(ordering: .acquiring) { link.end("it closed the connection") }
    }
}
