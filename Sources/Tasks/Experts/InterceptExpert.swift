import Spatial

/// Gets astride the way of a rolling object, goes along with it, closes, and lifts.
enum InterceptExpert {
    /// Error across the way under which the fingers may go down astride it, in metres.
    static let aligned = 0.008
    /// Error across the way beyond which it hovers, in metres.
    static let beside = 0.020
    /// Height of the hover above the object's centre, in metres.
    static let hover = 0.08
    /// Height error under which it closes, in metres.
    static let lowered = 0.012
    /// Error along the way under which it closes, in metres.
    static let reached = 0.012
    /// Distance within which a closed grip counts as holding the object, in metres.
    static let near = 0.03
    /// How far it lifts, in metres.
    static let lift = 0.06

    static func intent(in state: SceneState) -> ExpertIntent {
        let object = state.targetPosition
        let tool = state.worldFromTool.translation
        let offset = object - tool
        if state.isGrasped, offset.length < near {
            let top = object.z - state.targetRise + lift
            return ExpertIntent(
                toolTarget: Vector3(tool.x, tool.y, top - offset.z),
                closes: true
            )
        }
        let velocity = Vector3(state.targetVelocity.x, state.targetVelocity.y, 0)
        let way = velocity.length > 1e-3 ? velocity / velocity.length : Vector3(-1, 0, 0)
        let level = Vector3(offset.x, offset.y, 0)
        let along = level.dot(way)
        let across = (level - way * along).length
        let slope = min(max((across - aligned) / (beside - aligned), 0), 1)
        return ExpertIntent(
            toolTarget: object + Vector3(0, 0, hover * slope),
            toolVelocity: velocity,
            closes: across < aligned && abs(along) < reached && abs(offset.z) < lowered
        )
    }
}
