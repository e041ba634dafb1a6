public import Runtime
import Spatial

/// Draws a candidate at random, whatever it is worth: the control to which other rules compare.
public struct RandomSelection: SelectionRule {
    private var stream = RandomStream(seed: 0, stream: Self.key)

    /// Keeps the choices apart from other draws of the same seed ("choice").
    static let key: UInt64 = 0x6368_6F69_6365

    /// Creates the rule.
    public init() {}

    /// Keys the choices by `seed`.
    public mutating func reset(seed: UInt64) { stream = RandomStream(seed: seed, stream: Self.key) }

    /// Any one.
    public mutating func choose(
        _ chunks: [ActionChunk],
        _ values: inout [Float],
        count: Int
    ) -> Int {
        Int(stream.uniform() * Double(count))
    }
}
