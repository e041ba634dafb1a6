import Synchronization

/// What the window tells the loop's thread: pause, single ticks, slow motion, the end.
///
/// Atomics alone, so neither thread waits for the other.
public final class ViewControls: Sendable {
    /// Powers of two by which episode time may run slower or faster than real time.
    static let speeds = -5...2

    private let paused = Atomic<Bool>(false)
    private let singleTicks = Atomic<Int>(0)
    private let exponent = Atomic<Int>(0)
    private let quitting = Atomic<Bool>(false)
    /// Whether time belongs to the machine's clock, so that nothing here may hold it up.
    public let isWallClock: Bool

    /// Creates controls at normal speed.
    ///
    /// - Parameter isWallClock: Whether the loop runs on the wall clock, which cannot be paused.
    public init(isWallClock: Bool) {
        self.isWallClock = isWallClock
    }

    /// Whether the episode stands still.
    public var isPaused: Bool { paused.load(ordering: .relaxed) }

    /// Whether the run is to end.
    public var isQuitting: Bool { quitting.load(ordering: .relaxed) }

    /// Episode seconds in a second.
    public var speed: Double {
        let power = exponent.load(ordering: .relaxed)
        return power >= 0 ? Double(1 << power) : 1 / Double(1 << -power)
    }

    /// Ends the run as soon as the loop looks.
    public func quit() { quitting.store(true, ordering: .relaxed) }

    /// Holds the episode, or lets it go on.
    func togglePause() {
        guard !isWallClock else { return }
        singleTicks.store(0, ordering: .relaxed)
        paused.store(!isPaused, ordering: .relaxed)
    }

    /// Pauses if need be, and lets one more tick run.
    func allowTick() {
        guard !isWallClock else { return }
        paused.store(true, ordering: .relaxed)
        singleTicks.wrappingAdd(1, ordering: .relaxed)
    }

    /// Halves or doubles the speed so many times.
    func changeSpeed(by steps: Int) {
        guard !isWallClock else { return }
        let power = exponent.load(ordering: .relaxed) + steps
        exponent.store(
            min(max(power, Self.speeds.lowerBound), Self.speeds.upperBound),
            ordering: .relaxed
        )
    }

    /// Takes the permission for one tick, if there is one; the loop's thread only.
    func takeTick() -> Bool {
        guard singleTicks.load(ordering: .relaxed) > 0 else { return false }
        singleTicks.wrappingSubtract(1, ordering: .relaxed)
        return true
    }
}
