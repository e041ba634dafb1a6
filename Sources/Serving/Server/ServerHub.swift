import NIOCore
import NIOPosix
import Runtime

/// Everything that the connections of a server share; lives on the server's event loop.
final class ServerHub {
    let options: PolicyServerOptions
    let pool: NIOThreadPool
    let makeSession: @Sendable () -> any PolicySession
    /// The first message of each connection.
    let greeting: [UInt8]
    private(set) var isDraining = false

    private let log: @Sendable (String) -> Void
    private var handlers: [ObjectIdentifier: PolicyServerHandler] = [:]
    private var seats = 0
    private var drained: EventLoopPromise<Void>?
    /// Lines written in the minute that began at ``minute``, and those kept back.
    private var lines = 0
    private var unwritten = 0
    private var minute = NIODeadline.now()

    init(
        options: PolicyServerOptions,
        pool: NIOThreadPool,
        log: @escaping @Sendable (String) -> Void,
        makeSession: @escaping @Sendable () -> any PolicySession
    ) {
        self.options = options
        self.pool = pool
        self.log = log
        self.makeSession = makeSession
        greeting = options.metadata.encoded()
    }

    /// A place for one more connection; nil when all are taken.
    func takeSeat() -> ServerSeat? {
        guard seats < options.maximumConnections, !isDraining else { return nil }
        seats += 1
        return ServerSeat { [weak self] in self?.seats -= 1 }
    }

    func enter(_ handler: PolicyServerHandler) {
        handlers[ObjectIdentifier(handler)] = handler
        // One who asked for the upgrade before the end began.
        if isDraining { handler.drain() }
    }

    func leave(_ handler: PolicyServerHandler) {
        handlers[ObjectIdentifier(handler)] = nil
        finishDraining()
    }

    /// Lets each client have the reply that it waits for, then says goodbye.
    func drain(_ promise: EventLoopPromise<Void>) {
        isDraining = true
        drained = promise
        for handler in Array(handlers.values) { handler.drain() }
        finishDraining()
    }

    /// Waits no longer.
    func stopDraining() {
        drained?.succeed()
        drained = nil
    }

    private func finishDraining() {
        if isDraining, handlers.isEmpty { stopDraining() }
    }

    /// Says why a client was turned away: one line each, and not many in a minute.
    func note(_ what: String, from peer: SocketAddress?) {
        let now = NIODeadline.now()
        if now - minute > .minutes(1) {
            if unwritten > 0 { log("\(unwritten) more clients were turned away") }
            (minute, lines, unwritten) = (now, 0, 0)
        }
        guard lines < 30 else {
            unwritten += 1
            return
        }
        lines += 1
        let name = peer.map { "\($0.ipAddress ?? "?"):\($0.port ?? 0)" } ?? "a client"
        log("\(name): \(PolicyConnectionError.plain(what, 500))")
    }
}

/// A connection's place: given back when it is closed and its request is no longer under way, so
/// that clients that come, ask and go do not heap up work.
final class ServerSeat {
    private let giveBack: () -> Void
    private var isConnected = true
    private var isGone = false

    /// Whether a request is under way.
    var isBusy = false { didSet { settle() } }

    init(giveBack: @escaping () -> Void) { self.giveBack = giveBack }

    func disconnect() {
        isConnected = false
        settle()
    }

    private func settle() {
        guard !isConnected, !isBusy, !isGone else { return }
        isGone = true
        giveBack()
    }
}
