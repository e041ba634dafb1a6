import Diagnostics
import NIOCore
import NIOWebSocket
import Runtime
import Synchronization

/// A connection's session, made when the first request is here: who only connects costs no weights.
final class SessionSlot: Sendable {
    /// Whether nobody waits for an answer any more.
    let isAbandoned = Atomic<Bool>(false)

    private let make: @Sendable () -> any PolicySession
    private let session = Mutex<(any PolicySession)?>(nil)
    /// Whether the session was told of its end.
    private let hasEnded = Atomic<Bool>(false)

    init(_ make: @escaping @Sendable () -> any PolicySession) { self.make = make }

    func get() -> any PolicySession {
        let current = session.withLock { session in
            let current = session ?? make()
            session = current
            return current
        }
        // Made while the connection went.
        if isAbandoned.load(ordering: .acquiring) { endOnce(current) }
        return current
    }

    /// Nobody waits any more; a session that has one under way is told.
    func abandon() {
        isAbandoned.store(true, ordering: .releasing)
        if let current = session.withLock({ $0 }) { endOnce(current) }
    }

    private func endOnce(_ session: any PolicySession) {
        guard !hasEnded.exchange(true, ordering: .relaxed) else { return }
        session.end()
    }
}

/// One request on its way through a worker: unmasked, read, answered and packed there, so that the
/// event loop only moves bytes.
struct ServerJob: Sendable {
    enum Answer: Sendable {
        case reply([UInt8])
        case refused(String)
    }

    var slot: SessionSlot
    /// As it came.
    var payload: ByteBuffer
    var mask: WebSocketMaskingKey?
    var limits: MessagePackLimits
    /// When its last byte came.
    var receivedAt: NIODeadline
    /// How long the connection's last round took, from its message until its reply was written.
    var previousTotal: TimeSpan?

    func run() -> Answer {
        guard !slot.isAbandoned.load(ordering: .relaxed) else { return .refused("nobody waits") }
        do {
            let request = try decoded()
            let time = MonotonicTime()
            let start = time.now()
            let isLate = try RequestDeadline(request).hasPassed(since: receivedAt)
            // Not worked on in vain: who waited so long has given up, or must hear of it.
            var fields = isLate ? [RequestDeadline.expired] : try slot.get().answer(request)
            if let tick = request[WireKey.tick] { fields.append(.init(WireKey.tick, tick)) }
            let spent = time.now() - start
            var timing: [MessagePackValue.Entry] = [
                .init(WireKey.inferMilliseconds, .real(spent.milliseconds))
            ]
            if let previousTotal {
                timing.append(.init(WireKey.previousTotal, .real(previousTotal.milliseconds)))
            }
            fields.append(.init(WireKey.serverTiming, .map(timing)))
            return .reply(MessagePackValue.map(fields).encoded())
        } catch {
            return .refused("\(error)")
        }
    }

    private func decoded() throws(InputError) -> MessagePackValue {
        let bytes = payload.withUnsafeReadableBytes { Masking.unmasked($0, mask) }
        let value = try MessagePackValue(decoding: bytes, limits: limits)
        guard case .map = value else { throw InputError(expected: "a map", found: value.kind) }
        return value
    }
}
