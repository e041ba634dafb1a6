import Foundation
import Synchronization
import Testing

@testable import Runtime

@Suite struct WatchdogTests {
    private final class Calls: Sendable {
        let count = Atomic<Int>(0)
        var value: Int { count.load(ordering: .acquiring) }
    }

    /// Waits generously for something that happens on another thread.
    private func eventually(_ condition: () -> Bool) -> Bool {
        let clock = MonotonicTime()
        let end = clock.now() + .seconds(20)
        while clock.now() < end {
            if condition() { return true }
            clock.sleep(until: clock.now() + .milliseconds(2))
        }
        return condition()
    }

    private func watchdog(_ limit: TimeSpan, _ calls: Calls) throws -> Watchdog {
        try #require(Watchdog(limit: limit) { calls.count.wrappingAdd(1, ordering: .releasing) })
    }

    private func pass(_ span: TimeSpan) {
        let clock = MonotonicTime()
        clock.sleep(until: clock.now() + span)
    }

    @Test func `a loop that falls silent trips it once`() throws {
        let calls = Calls()
        let watchdog = try watchdog(.milliseconds(40), calls)
        watchdog.beat()
        #expect(eventually { watchdog.hasTripped })
        #expect(eventually { calls.value == 1 })
        watchdog.beat()
        pass(.milliseconds(200))
        #expect(calls.value == 1)
        watchdog.stop()
        #expect(calls.value == 1)
    }

    @Test func `nothing is watched before the first beat`() throws {
        let calls = Calls()
        let watchdog = try watchdog(.milliseconds(20), calls)
        pass(.milliseconds(200))
        #expect(!watchdog.hasTripped && calls.value == 0)
        watchdog.stop()
    }

    @Test func `nothing is watched while the loop rests`() throws {
        let calls = Calls()
        let watchdog = try watchdog(.seconds(10), calls)
        watchdog.beat()
        watchdog.rest()
        pass(.milliseconds(50))
        watchdog.stop()
        #expect(!watchdog.hasTripped && calls.value == 0)

        let short = try self.watchdog(.milliseconds(20), calls)
        short.rest()
        pass(.milliseconds(200))
        #expect(calls.value == 0)
        short.beat()
        #expect(eventually { calls.value == 1 })
    }

    @Test func `a beating loop is left alone`() throws {
        let calls = Calls()
        let watchdog = try watchdog(.seconds(30), calls)
        for _ in 0..<100 {
            watchdog.beat()
            pass(.milliseconds(1))
        }
        watchdog.stop()
        #expect(!watchdog.hasTripped && calls.value == 0)
    }

    @Test func `stopping twice, or letting go, joins the thread`() throws {
        let calls = Calls()
        weak var gone: Calls?
        do {
            let held = Calls()
            gone = held
            let watchdog = try watchdog(.milliseconds(20), held)
            watchdog.beat()
            watchdog.stop()
            watchdog.stop()
        }
        // The thread held the handler, and the handler the calls.
        #expect(eventually { gone == nil })
        for _ in 0..<20 { _ = try watchdog(.seconds(1), calls) }
        #expect(calls.value == 0)
    }

    @Test func `stop waits for a handler that is running`() throws {
        let calls = Calls()
        let entered = Calls()
        let watchdog = try #require(
            Watchdog(limit: .milliseconds(8)) {
                entered.count.wrappingAdd(1, ordering: .releasing)
                let clock = MonotonicTime()
                clock.sleep(until: clock.now() + .milliseconds(100))
                calls.count.wrappingAdd(1, ordering: .releasing)
            }
        )
        watchdog.beat()
        #expect(eventually { entered.value == 1 })
        watchdog.stop()
        #expect(calls.value == 1)
    }

    @Test func `a handler may stop its own watchdog`() throws {
        final class Holder: Sendable {
            let watchdog = Mutex<Watchdog?>(nil)
            let done = Atomic<Bool>(false)
        }
        let holder = Holder()
        let watchdog = try #require(
            Watchdog(limit: .milliseconds(8)) {
                holder.watchdog.withLock { $0 }?.stop()
                holder.watchdog.withLock { $0 = nil }
                holder.done.store(true, ordering: .releasing)
            }
        )
        holder.watchdog.withLock { $0 = watchdog }
        watchdog.beat()
        #expect(eventually { holder.done.load(ordering: .acquiring) })
    }
}
