internal import Synchronization

/// An emergency stop that anything may throw: a key, a signal, a file, another thread.
///
/// The loop looks at it once a tick and ramps the robot to rest, at its acceleration limits, where it
/// stays under power. Once thrown it stays thrown.
public final class StopSwitch: Sendable {
    /// Who threw it.
    public enum Cause: Int, Sendable, CaseIterable {
        /// A key on the keyboard.
        case key = 1
        /// A signal to the process.
        case signal
        /// A file that appeared.
        case file
        /// Another part of the program.
        case program
    }

    private let thrown = Atomic<Int>(0)

    /// A switch that nobody has thrown.
    public init() {}

    /// Throws the switch; the first cause is kept.
    ///
    /// Safe in a signal handler.
    public func stop(_ cause: Cause) {
        _ = thrown.compareExchange(
            expected: 0,
            desired: cause.rawValue,
            ordering: .acquiringAndReleasing
        )
    }

    /// Who threw it; nil while nobody has.
    public var cause: Cause? { Cause(rawValue: thrown.load(ordering: .acquiring)) }

    /// What the loop throws once the robot rests; nil while nobody has thrown the switch.
    var fault: LoopFault? {
        switch cause {
        case nil: nil
        case .key: .stopped(by: "emergency stop by a key")
        case .signal: .stopped(by: "emergency stop by a signal")
        case .file: .stopped(by: "emergency stop by a file")
        case .program: .stopped(by: "emergency stop by the program")
        }
    }
}
