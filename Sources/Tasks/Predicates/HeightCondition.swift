/// A place is higher than another by a height within bounds.
public struct HeightCondition: Equatable, Sendable {
    /// The higher place.
    public var place: Place
    /// The lower one.
    public var reference: Place
    /// By how much, in metres.
    public var by: ClosedRange<Double>

    func holds(in state: SceneState) -> Bool {
        by.contains(state.position(of: place).z - state.position(of: reference).z)
    }
}
