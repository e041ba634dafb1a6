internal import CRealtime
internal import Glibc

/// What the operating system granted to a thread, and how to be granted the rest.
///
/// Threads that it starts later do not inherit the priority, but they do inherit its processor:
/// start them before, or let them call ``useEveryCore()``. Asked once, before the loop's warm-up.
public struct RealTimeGrants: Equatable, Sendable {
    /// One thing that was not granted.
    public struct Refusal: Equatable, Sendable {
        /// What was asked for, such as `SCHED_FIFO 50`.
        public var what: String
        /// Why not, in the system's words.
        public var why: String
        /// What to do about it.
        public var remedy: String
    }

    /// The thread's `SCHED_FIFO` priority; nil under the ordinary scheduler.
    public private(set) var priority: Int?
    /// Whether the process's present memory is locked.
    public private(set) var memoryIsLocked = false
    /// Whether memory that is mapped later will be locked too.
    public private(set) var laterMemoryIsLocked = false
    /// The thread's timer slack, when it was set.
    public private(set) var timerSlack: TimeSpan?
    /// The processor that the thread keeps to; nil for any.
    public private(set) var core: Int?
    /// What was refused.
    public private(set) var refusals: [Refusal] = []

    /// Nothing granted, nothing refused.
    public init() {}

    /// Asks for `wish` on behalf of the calling thread.
    ///
    /// Nothing is required: each thing that is refused is noted and the others are still asked for.
    public static func request(_ wish: RealTimeWish) -> RealTimeGrants {
        var grants = RealTimeGrants()
        cr_prefault_stack(max(0, wish.stackBytes))
        if wish.locksMemory { grants.lockMemory() }
        if let slack = wish.timerSlack { grants.setTimerSlack(slack) }
        if let priority = wish.priority {
            grants.raise(to: priority, longestRun: wish.longestRun)
        }
        grants.choose(wish.core)
        return grants
    }

    /// Gives everything back, on the thread that asked.
    public mutating func giveBack() {
        if priority != nil { _ = cr_leave_fifo() }
        if core != nil { _ = cr_use_all_cores() }
        if timerSlack != nil { _ = cr_set_timer_slack(0) }
        if memoryIsLocked { _ = cr_unlock_memory() }
        self = RealTimeGrants()
    }

    /// Lets the calling thread run on every processor that the process had when it started.
    public static func useEveryCore() { _ = cr_use_all_cores() }

    /// How many threads have lost `SCHED_FIFO` because they ran for ``RealTimeWish/longestRun``
    /// without sleeping, since the process started.
    public static var demotions: Int { Int(cr_demotions()) }

    /// One line with what was granted, then one for each refusal.
    public var lines: [String] {
        var granted: [String] = []
        if let priority { granted.append("SCHED_FIFO \(priority)") }
        if memoryIsLocked { granted.append("memory locked") }
        if let timerSlack { granted.append("timer slack \(timerSlack.nanoseconds) ns") }
        if let core { granted.append("core \(core)") }
        let first = granted.isEmpty ? "nothing" : granted.joined(separator: ", ")
        return ["real time: " + first]
            + refusals.map { "real time: no \($0.what) (\($0.why)): \($0.remedy)" }
    }

    private mutating func lockMemory() {
        var locksFuture: Int32 = 0
        let code = cr_lock_memory(&locksFuture)
        guard code == 0 else {
            return refuse(
                "locked memory",
                code: code,
                remedy: "\"USER - memlock unlimited\" in /etc/security/limits.conf,"
                    + " or setcap cap_ipc_lock+ep on the program"
            )
        }
        cr_keep_freed_memory()
        memoryIsLocked = true
        laterMemoryIsLocked = locksFuture != 0
    }

    private mutating func setTimerSlack(_ slack: TimeSpan) {
        let wanted = max(1, slack.nanoseconds)
        let code = cr_set_timer_slack(UInt64(wanted))
        guard code == 0 else {
            return refuse(
                "timer slack of \(wanted) ns",
                code: code,
                remedy: "let the sandbox pass prctl(PR_SET_TIMERSLACK)"
            )
        }
        timerSlack = TimeSpan(nanoseconds: wanted)
    }

    private mutating func choose(_ wanted: RealTimeWish.Core) {
        let number: Int
        switch wanted {
        case .any: return
        case .last:
            // An ordinary thread would wait there for others while another processor is free.
            guard priority != nil, cr_core_count() > 1 else { return }
            number = Int(cr_last_core())
        case .number(let asked): number = asked
        }
        let code = cr_pin(Int32(clamping: number))
        guard code == 0 else {
            return refuse(
                "core \(number)",
                code: code,
                remedy: "name one that the process may use, see taskset -p"
            )
        }
        core = number
    }

    private mutating func raise(to priority: Int, longestRun: TimeSpan) {
        let limit = UInt64(max(1, longestRun.nanoseconds / 1000))
        let code = cr_request_fifo(Int32(priority), limit)
        guard code == 0 else {
            return refuse(
                "SCHED_FIFO \(priority)",
                code: code,
                remedy: "\"USER - rtprio \(priority)\" in /etc/security/limits.conf,"
                    + " or setcap cap_sys_nice+ep on the program"
            )
        }
        self.priority = priority
    }

    private mutating func refuse(_ what: String, code: Int32, remedy: String) {
        // Locking more than RLIMIT_MEMLOCK is refused as if memory had run out.
        let why = code == ENOMEM ? "over the limit" : String(cString: strerror(code))
        refusals.append(Refusal(what: what, why: why, remedy: remedy))
    }
}
