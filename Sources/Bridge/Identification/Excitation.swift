internal import Foundation

/// The motion by which a joint is identified: a step there and back, then a chirp.
///
/// The step shows the delay, the chirp tells a delay from a lag: one turns the phase in proportion to the
/// frequency, the other less and less.
public struct Excitation: Equatable, Sendable {
    /// The height of the step in radians, signed; the chirp swings by a half of it.
    public var amplitude: Double

    /// A motion of an amplitude in radians.
    public init(amplitude: Double) { self.amplitude = amplitude }

    /// How long it lasts, in seconds.
    public static let duration = 5.0
    private static let chirpStart = 1.6
    private static let chirpLength = 3.0
    /// The chirp's first and last frequency in hertz: what arms are asked for, and gears bear.
    private static let frequencies = (first: 0.3, last: 3.0)

    /// Where the joint is to be, from where it started, in radians, at a time in seconds.
    public func offset(at time: Double) -> Double {
        if time < 0.1 { return 0 }
        if time < 0.8 { return amplitude }
        let since = time - Self.chirpStart
        guard since > 0, since < Self.chirpLength else { return 0 }
        let (first, last) = Self.frequencies
        let turns = first * since + (last - first) * since * since / (2 * Self.chirpLength)
        // Swells and fades, so that it neither begins nor ends with a jerk.
        let envelope = sin(.pi * since / Self.chirpLength)
        return amplitude / 2 * envelope * sin(2 * .pi * turns)
    }
}
