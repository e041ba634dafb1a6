import Spatial

/// An object's origin lies in a box.
public struct ContainmentCondition: Equatable, Sendable {
    /// The object.
    public var object: Int
    /// The box.
    public var box: BoxPlace

    func holds(in state: SceneState) -> Bool {
        let point = state.worldFromObject[object].translation
        let local = state.pose(of: box.centre.frame).inverse(point) - box.centre.offset
        let half = box.halfExtents
        return abs(local.x) <= half.x && abs(local.y) <= half.y && abs(local.z) <= half.z
    }
}
