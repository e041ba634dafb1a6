internal import Foundation

/// The moving part of an emulated servo: profile, load, warmth, overload and watchdog.
///
/// Positions are in steps as the encoder counts them, before the homing offset.
struct EmulatedMotor {
    /// Where the profile has come to; nil to start from where the encoder stands.
    var trajectory: Double?
    var trajectorySpeed = 0.0
    /// The encoder.
    var encoder = 2048.0
    /// Its speed in steps per second.
    var speed = 0.0
    /// For how long the load has been over the overload threshold, in seconds.
    var overloadedFor = 0.0
    /// In degrees Celsius.
    var temperature = 30.0
    /// Whether the bus watchdog has stopped the motor.
    var hasWatchdogStop = false
    /// The duty cycle, in `-1...1`.
    var duty = 0.0

    static let ambient = 25.0
    /// Degrees a second at full duty, and the share of the excess that is lost in one.
    private static let heating = 1.5
    private static let cooling = 0.02

    /// Lets the profile move on towards `goal`, with a speed and an acceleration in steps per second
    /// (squared), each 0 for none.
    mutating func follow(goal: Double, speed limit: Double, acceleration: Double, seconds: Double) {
        let at = trajectory ?? encoder
        let way = goal - at
        var wanted = way / seconds
        if limit > 0 { wanted = min(max(wanted, -limit), limit) }
        if acceleration > 0 {
            // As fast as still lets it stop at the goal.
            let stop = (2 * acceleration * abs(way)).squareRoot()
            wanted = min(max(wanted, -stop), stop)
            let change = acceleration * seconds
            wanted = min(max(wanted, trajectorySpeed - change), trajectorySpeed + change)
        }
        trajectorySpeed = wanted
        let next = at + wanted * seconds
        trajectory = way >= 0 ? min(next, max(goal, at)) : max(next, min(goal, at))
        if trajectory == goal { trajectorySpeed = 0 }
    }

    /// Stops where the encoder stands.
    mutating func stop() {
        trajectory = trajectory ?? encoder
        trajectorySpeed = 0
    }

    mutating func warm(seconds: Double) {
        let heat = Self.heating * duty * duty - Self.cooling * (temperature - Self.ambient)
        temperature += heat * seconds
    }
}
