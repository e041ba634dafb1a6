internal import Glibc

/// How long this thread was kept from running, by the host of a virtual machine or by others.
///
/// A tick in which either figure rose is late through no fault of the loop. Both count from a
/// start of their own: take differences. Reading does not allocate and costs microseconds, so it
/// belongs into the slack of a tick.
///
/// Stolen time is the `steal` column of `/proc/stat` over all processors, which the kernel gives
/// in steps of one tick of its clock, as a rule 10 ms: a shorter theft shows only when the sum
/// crosses a step.
public final class StealClock {
    private static let capacity = 512
    private let stat: Int32
    private let schedule: Int32
    private let text: UnsafeMutableRawBufferPointer
    private let step: TimeSpan

    /// Opens the clock for the thread that will read it, which must be the calling one.
    ///
    /// A file that is missing gives zero for ever.
    public convenience init() {
        self.init(stat: "/proc/stat", schedule: "/proc/thread-self/schedstat")
    }

    init(stat: String, schedule: String) {
        self.stat = open(stat, O_RDONLY | O_CLOEXEC)
        self.schedule = open(schedule, O_RDONLY | O_CLOEXEC)
        text = .allocate(byteCount: Self.capacity, alignment: 16)
        step = Self.step(ticksPerSecond: sysconf(Int32(_SC_CLK_TCK)))
    }

    deinit {
        if stat >= 0 { close(stat) }
        if schedule >= 0 { close(schedule) }
        text.deallocate()
    }

    /// Time taken by the host from all processors, and time for which this thread could have run
    /// but waited for a processor.
    public func read() -> (stolen: TimeSpan, waited: TimeSpan) {
        let stolen = text(of: stat).flatMap { Self.stolenSteps(in: $0) } ?? 0
        let waited = text(of: schedule).flatMap { Self.waited(in: $0) } ?? 0
        return (
            TimeSpan(nanoseconds: stolen.multipliedReportingOverflow(by: step.nanoseconds).0),
            TimeSpan(nanoseconds: waited)
        )
    }

    /// The `steal` figure of the first line of `/proc/stat`, in steps of the kernel's clock.
    static func stolenSteps(in text: UnsafeRawBufferPointer) -> Int64? {
        guard text.starts(with: "cpu ".utf8) else { return nil }
        // user nice system idle iowait irq softirq steal
        return number(7, in: text, from: 4)
    }

    /// The second figure of `schedstat`: nanoseconds spent waiting on a run queue.
    static func waited(in text: UnsafeRawBufferPointer) -> Int64? {
        number(1, in: text, from: 0)
    }

    /// One step of the kernel's user-visible clock.
    static func step(ticksPerSecond: Int) -> TimeSpan {
        TimeSpan(nanoseconds: ticksPerSecond > 0 ? 1_000_000_000 / Int64(ticksPerSecond) : 0)
    }

    /// The number of `index`, from 0, of the first line; nil where there is none.
    private static func number(
        _ index: Int,
        in text: UnsafeRawBufferPointer,
        from start: Int
    ) -> Int64? {
        var position = start
        for current in 0...index {
            while position < text.count, text[position] == UInt8(ascii: " ") { position += 1 }
            let first = position
            var value: Int64 = 0
            while position < text.count, (0x30...0x39).contains(text[position]) {
                let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
                let (sum, carries) = tens.addingReportingOverflow(Int64(text[position] - 0x30))
                guard !overflows, !carries else { return nil }
                value = sum
                position += 1
            }
            // A number that the buffer's end cuts off is no number.
            guard position > first, position < text.count else { return nil }
            if current == index { return value }
        }
        return nil
    }

    private func text(of file: Int32) -> UnsafeRawBufferPointer? {
        guard file >= 0 else { return nil }
        let count = pread(file, text.baseAddress, text.count, 0)
        guard count > 0 else { return nil }
        return UnsafeRawBufferPointer(rebasing: text[..<count])
    }
}
