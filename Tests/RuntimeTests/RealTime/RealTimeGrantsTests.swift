import CRealtime
import Foundation
import Synchronization
import Testing

@testable import Runtime

@Suite(.serialized) struct RealTimeGrantsTests {
    /// Runs on a thread of its own, so that what is granted ends with it.
    private func onThread<Result: Sendable>(_ work: @escaping @Sendable () -> Result) -> Result? {
        let box = Box<Result>()
        let thread = Thread {
            let value = work()
            box.value.withLock { $0 = value }
            box.done.signal()
        }
        thread.start()
        box.done.wait()
        return box.value.withLock { $0 }
    }

    private final class Box<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
        let done = DispatchSemaphore(value: 0)
    }

    /// The calling thread's policy, without the flag that children start afresh.
    private static func policy() -> Int32 { sched_getscheduler(0) & ~0x4000_0000 }

    @Test func `asking for nothing changes nothing`() {
        let grants = RealTimeGrants.request(.nothing)
        #expect(grants == RealTimeGrants())
        #expect(grants.lines == ["real time: nothing"])
    }

    @Test func `what is said to be granted holds, and is given back`() throws {
        struct Seen: Sendable {
            var grants: RealTimeGrants
            var policies: [Int32]
            var slacks: [Int64]
            var cores: [Int32]
        }
        let seen = try #require(
            onThread {
                var seen = Seen(grants: RealTimeGrants(), policies: [], slacks: [], cores: [])
                func look() {
                    seen.policies.append(Self.policy())
                    seen.slacks.append(cr_timer_slack())
                    seen.cores.append(cr_usable_cores())
                }
                look()
                var grants = RealTimeGrants.request(RealTimeWish(locksMemory: false))
                seen.grants = grants
                look()
                grants.giveBack()
                look()
                return seen
            }
        )
        let grants = seen.grants
        #expect(
            seen.policies == [
                SCHED_OTHER, grants.priority == nil ? SCHED_OTHER : SCHED_FIFO,
                SCHED_OTHER,
            ]
        )
        #expect(grants.priority == 50 || grants.refusals.contains { $0.what == "SCHED_FIFO 50" })
        // Under SCHED_FIFO the kernel knows no slack and says 0.
        if grants.timerSlack != nil { #expect(seen.slacks[1] <= 1) }
        #expect(seen.slacks[2] == seen.slacks[0])
        #expect(seen.cores[1] == (grants.core == nil ? seen.cores[0] : 1))
        #expect(seen.cores[2] == seen.cores[0])
        #expect((grants.core == nil) == (grants.priority == nil || cr_core_count() == 1))
        #expect(grants.lines.count == 1 + grants.refusals.count)
    }

    @Test func `a processor that is not there is refused with a remedy`() throws {
        let grants = try #require(
            onThread {
                RealTimeGrants.request(
                    RealTimeWish(
                        priority: nil,
                        locksMemory: false,
                        timerSlack: nil,
                        core: .number(1 << 20)
                    )
                )
            }
        )
        #expect(grants.core == nil)
        #expect(grants.refusals.map(\.what) == ["core 1048576"])
        #expect(grants.lines[0] == "real time: nothing")
        #expect(grants.lines[1].contains("taskset"))
    }

    @Test func `threads that a real-time thread starts are ordinary`() throws {
        let child = onThread { () -> Int32? in
            let grants = RealTimeGrants.request(
                RealTimeWish(locksMemory: false, core: .any)
            )
            guard grants.priority != nil else { return SCHED_OTHER }
            let box = Box<Int32>()
            let thread = Thread {
                box.value.withLock { $0 = Self.policy() }
                box.done.signal()
            }
            thread.start()
            box.done.wait()
            return box.value.withLock { $0 }
        }
        #expect(child == .some(SCHED_OTHER))
    }

    @Test func `a thread that never sleeps loses its priority`() throws {
        let before = RealTimeGrants.demotions
        let end = try #require(
            onThread { () -> (wasGranted: Bool, policy: Int32) in
                let grants = RealTimeGrants.request(
                    RealTimeWish(
                        priority: 1,
                        longestRun: .milliseconds(50),
                        locksMemory: false,
                        core: .any
                    )
                )
                guard grants.priority != nil else { return (false, SCHED_OTHER) }
                let clock = MonotonicTime()
                let end = clock.now() + .seconds(20)
                while Self.policy() == SCHED_FIFO, clock.now() < end {}
                return (true, Self.policy())
            }
        )
        #expect(end.policy == SCHED_OTHER)
        #expect(RealTimeGrants.demotions == before + (end.wasGranted ? 1 : 0))
    }
}
