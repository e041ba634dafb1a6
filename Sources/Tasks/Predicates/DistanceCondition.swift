public import Spatial

/// The distance from a place to another lies within bounds.
public struct DistanceCondition: Equatable, Sendable {
    /// One place.
    public var from: Place
    /// The other.
    public var to: Place
    /// Added to the other place, in world axes, in metres.
    public var offset = Vector3.zero
    /// What each axis of the world counts: 0 leaves it out, as does `axes: xy` for z.
    public var scale = Vector3(repeating: 1)
    /// The least distance in metres.
    public var atLeast = 0.0
    /// The largest distance in metres.
    public var atMost = Double.infinity

    func holds(in state: SceneState) -> Bool {
        let aim = state.position(of: to) + offset
        let length = ((state.position(of: from) - aim) * scale).length
        return length <= atMost && length >= atLeast
    }
}
