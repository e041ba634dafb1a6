/// What a thread asks of the operating system so that it wakes on time.
public struct RealTimeWish: Equatable, Sendable {
    /// Where the thread shall run.
    public enum Core: Equatable, Sendable {
        /// Wherever the scheduler puts it.
        case any
        /// On the last processor that the process may use, if `SCHED_FIFO` was granted and there is
        /// more than one.
        case last
        /// On this processor.
        case number(Int)
    }

    /// The `SCHED_FIFO` priority, in `1...99`; nil for none.
    public var priority: Int?
    /// How long the thread may run under `SCHED_FIFO` without sleeping once before it loses that
    /// priority for good; over zero.
    ///
    /// The guard against a thread that hangs and would keep everything else from running.
    public var longestRun: TimeSpan
    /// Whether to keep the process's memory from being paged out.
    public var locksMemory: Bool
    /// How far the kernel may put off the thread's timers to bundle them; nil leaves it be.
    public var timerSlack: TimeSpan?
    /// Where to run.
    public var core: Core
    /// How much of the stack to touch beforehand, in bytes; at most 1 MiB counts.
    public var stackBytes: Int

    /// Creates a wish; by default what a control loop needs.
    public init(
        priority: Int? = 50,
        longestRun: TimeSpan = .milliseconds(500),
        locksMemory: Bool = true,
        timerSlack: TimeSpan? = TimeSpan(nanoseconds: 1),
        core: Core = .last,
        stackBytes: Int = 256 << 10
    ) {
        precondition(priority.map { (1...99).contains($0) } ?? true, "priority out of range")
        precondition(longestRun > .zero, "longestRun must be over zero")
        self.priority = priority
        self.longestRun = longestRun
        self.locksMemory = locksMemory
        self.timerSlack = timerSlack
        self.core = core
        self.stackBytes = stackBytes
    }

    /// Nothing at all.
    public static let nothing = RealTimeWish(
        priority: nil,
        locksMemory: false,
        timerSlack: nil,
        core: .any,
        stackBytes: 0
    )
}
