public import Diagnostics
internal import Glibc
public import Runtime

/// Runs an emulated arm on a pseudo terminal, in real time.
///
/// One thread calls ``turn(for:)`` over and over: it moves the world, answers what has come, and
/// sleeps until the next of either.
public final class ServoTerminal<Joints: DrivenJoints> {
    /// The arm.
    public let arm: EmulatedArm<Joints>
    /// The terminal; nil while it is unplugged.
    public private(set) var terminal: PseudoTerminal?
    private let link: String?
    private let clock = MonotonicTime()
    private let start: TimeSpan

    /// Opens a terminal for the arm.
    public init(arm: EmulatedArm<Joints>, link: String?) throws(InputError) {
        self.arm = arm
        self.link = link
        terminal = try PseudoTerminal(link: link)
        start = clock.now()
    }

    /// The terminal's name.
    public var path: String? { terminal?.path }

    /// Closes the terminal, as when the cable is drawn.
    public func unplug() { terminal = nil }

    /// Opens a terminal again, under the same link.
    public func plug() throws(InputError) {
        if terminal == nil { terminal = try PseudoTerminal(link: link) }
    }

    /// Serves the bus for `span`.
    public func turn(for span: TimeSpan) {
        let end = clock.now() + span
        while true {
            let now = clock.now()
            guard now < end else { return }
            let seconds = (now - start).seconds
            // A host that stood still is not made up for.
            if seconds - arm.time > 0.1 { arm.skip(to: seconds - 0.01) }
            // One step at a time, so that nobody waits for an answer while the world catches up.
            arm.advance(to: min(seconds, arm.time + 1.5 * arm.joints.timestepSeconds))
            serve(until: end)
        }
    }

    /// One wait for bytes, and what is due.
    private func serve(until end: TimeSpan) {
        let step = start + .seconds(arm.time + arm.joints.timestepSeconds)
        var wake = min(end, step)
        if let next = arm.bus.nextArrival { wake = min(wake, start + .seconds(next)) }
        guard let terminal else {
            clock.sleep(until: wake)
            _ = arm.bus.arrived(by: (clock.now() - start).seconds)
            return
        }
        let bytes = terminal.read(until: wake.nanoseconds)
        let now = (clock.now() - start).seconds
        if !bytes.isEmpty { arm.bus.receive(bytes, at: now, baud: terminal.baud) }
        let answer = arm.bus.arrived(by: now)
        if !answer.isEmpty { terminal.write(answer) }
    }
}
