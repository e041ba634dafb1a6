internal import CRealtime
internal import Glibc
internal import Synchronization

/// Watches a loop from a thread of its own and acts when the loop's heartbeat stops.
///
/// The loop calls ``beat()`` every tick. When no beat has come for the limit, the handler is called
/// once, on the watching thread. Watching begins with the first beat and pauses at ``rest()``.
///
/// Silence is counted in the watcher's own short sleeps: when the whole machine stands still, that
/// is one of them, and the loop gets the chance to go on before it is blamed.
public final class Watchdog: Sendable {
    /// How long the loop may be silent.
    public let limit: TimeSpan
    private let pulse: Pulse
    private let thread: pthread_t

    /// What the two threads share.
    private final class Pulse: Sendable {
        /// Beats so far; 0 while nothing is to be watched.
        let beats = Atomic<Int>(0)
        let isStopping = Atomic<Bool>(false)
        let hasTripped = Atomic<Bool>(false)
        let isJoined = Atomic<Bool>(false)
        let limit: TimeSpan
        let handler: @Sendable () -> Void

        init(limit: TimeSpan, handler: @escaping @Sendable () -> Void) {
            self.limit = limit
            self.handler = handler
        }
    }

    /// Starts watching.
    ///
    /// - Parameters:
    ///   - limit: How long the loop may be silent, at least 1 ms.
    ///   - priority: The `SCHED_FIFO` priority to ask for; above the loop's, or a loop that hangs
    ///     keeps its watchdog from running where there is one processor. Nil for none.
    ///   - handler: Called once, when the loop has been silent for `limit`.
    /// - Returns: nil when the system gives no thread.
    public init?(
        limit: TimeSpan,
        priority: Int? = nil,
        handler: @escaping @Sendable () -> Void
    ) {
        precondition(limit >= .milliseconds(1), "a limit of at least 1 ms")
        self.limit = limit
        pulse = Pulse(limit: limit, handler: handler)
        let work = Unmanaged.passRetained(Work(pulse: pulse, priority: priority))
        var thread = pthread_t()
        let started = pthread_create(
            &thread,
            nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().run()
                return nil
            },
            work.toOpaque()
        )
        self.thread = thread
        guard started == 0 else {
            work.release()
            pulse.isJoined.store(true, ordering: .relaxed)
            return nil
        }
    }

    deinit { stop() }

    /// Says that the loop is alive; lock-free, allocates nothing.
    public func beat() { pulse.beats.wrappingAdd(1, ordering: .relaxed) }

    /// Says that the loop pauses; the next beat starts watching again.
    public func rest() { pulse.beats.store(0, ordering: .relaxed) }

    /// Whether the handler was called.
    public var hasTripped: Bool { pulse.hasTripped.load(ordering: .acquiring) }

    /// Ends watching and waits for the thread and a handler that is running.
    ///
    /// Called from the handler itself, it only says that watching is over.
    public func stop() {
        pulse.isStopping.store(true, ordering: .releasing)
        guard !pulse.isJoined.exchange(true, ordering: .acquiringAndReleasing) else { return }
        if pthread_equal(thread, pthread_self()) != 0 {
            pthread_detach(thread)
        } else {
            pthread_join(thread, nil)
        }
    }

    /// What the watching thread does; it keeps no `Watchdog` alive.
    private final class Work {
        let pulse: Pulse
        let priority: Int?

        init(pulse: Pulse, priority: Int?) {
            self.pulse = pulse
            self.priority = priority
        }

        func run() {
            cr_name_thread("watchdog")
            RealTimeGrants.useEveryCore()
            if let priority {
                _ = RealTimeGrants.request(
                    RealTimeWish(priority: priority, locksMemory: false, core: .any, stackBytes: 0)
                )
            }
            let clock = MonotonicTime()
            // Eight looks in a limit, but none more than 10 ms apart, so that `stop` is quick.
            let gap = min(TimeSpan(nanoseconds: pulse.limit.nanoseconds / 8), .milliseconds(10))
            var seen = 0
            var silence = TimeSpan.zero
            while !pulse.isStopping.load(ordering: .acquiring) {
                clock.sleep(until: clock.now() + gap)
                let beats = pulse.beats.load(ordering: .relaxed)
                silence = beats == 0 || beats != seen ? .zero : silence + gap
                seen = beats
                guard silence >= pulse.limit else { continue }
                if pulse.isStopping.load(ordering: .acquiring) { return }
                pulse.hasTripped.store(true, ordering: .releasing)
                pulse.handler()
                return
            }
        }
    }
}
