public import Spatial

/// One object stands on another: they touch, it is the higher one, and its origin is over the
/// other's footprint.
public struct SupportCondition: Equatable, Sendable {
    /// The object that stands.
    public var object: Int
    /// What it stands on.
    public var support: Int
    /// Half the sides of the support's bounding box in its own frame, in metres.
    public var footprint: Vector3
    /// The largest horizontal distance between the two origins in metres, where the footprint is
    /// not close enough.
    public var within = Double.infinity

    func holds(in state: SceneState) -> Bool {
        let upper = state.worldFromObject[object].translation
        let worldFromSupport = state.worldFromObject[support]
        let lower = worldFromSupport.translation
        guard upper.z > lower.z else { return false }
        let across = Vector3(upper.x - lower.x, upper.y - lower.y, 0)
        let local = worldFromSupport.rotation.inverse(across)
        let isOver = abs(local.x) <= footprint.x && abs(local.y) <= footprint.y
        return isOver && across.length <= within
            && state.touch(.object(object), .object(support))
    }
}
