import Dispatch
public import Runtime
import Synchronization

/// A value that another thread will settle, once.
public final class Pending<Value: Sendable>: Sendable {
    /// How it ended.
    public typealias Outcome = Result<Value, PolicyConnectionError>

    private let outcome = Mutex<Outcome?>(nil)
    private let settled = DispatchSemaphore(value: 0)
    private let ready = Atomic<Bool>(false)

    init() {}

    /// Settles it, unless that was done before.
    func settle(_ value: Outcome) {
        let isFirst = outcome.withLock { current in
            defer { current = current ?? value }
            return current == nil
        }
        guard isFirst else { return }
        ready.store(true, ordering: .releasing)
        settled.signal()
    }

    /// Whether ``get()`` returns at once; takes no lock.
    public var isReady: Bool { ready.load(ordering: .acquiring) }

    /// Blocks until it is settled, or for `span`; returns whether it is settled.
    public func wait(upTo span: TimeSpan) -> Bool {
        let nanoseconds = Int(clamping: max(0, span.nanoseconds))
        guard settled.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .success else {
            return isReady
        }
        settled.signal()  // for the next who waits
        return true
    }

    /// Blocks until it is settled.
    ///
    /// - Throws: ``PolicyConnectionError`` if it failed.
    public func get() throws(PolicyConnectionError) -> Value {
        settled.wait()
        settled.signal()
        guard let outcome = outcome.withLock({ $0 }) else { preconditionFailure("not settled") }
        return try outcome.get()
    }
}
