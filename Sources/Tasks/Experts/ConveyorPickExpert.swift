import Spatial

/// Goes along with an object on a belt, comes down a funnel onto it, closes, and lifts.
enum ConveyorPickExpert {
    /// Height of the hover above the object, in metres.
    static let hover = 0.08
    /// Horizontal error at which the funnel ends, in metres.
    static let aligned = 0.010
    /// Horizontal error beyond which it hovers, in metres.
    static let beside = 0.030
    /// Height error under which it closes, in metres.
    static let lowered = 0.012
    /// Distance within which a closed grip counts as holding the object, in metres.
    static let near = 0.03
    /// How far it lifts, in metres.
    static let lift = 0.15

    static func intent(in state: SceneState) -> ExpertIntent {
        let object = state.targetPosition
        let tool = state.worldFromTool.translation
        let offset = object - tool
        let sideways = Vector3(offset.x, offset.y, 0).length
        let velocity = Vector3(state.targetVelocity.x, state.targetVelocity.y, 0)

        if state.isGrasped, offset.length < near {
            let top = object.z - state.targetRise + lift
            return ExpertIntent(
                toolTarget: Vector3(tool.x, tool.y, top - offset.z),
                closes: true
            )
        }
        let slope = min(max((sideways - aligned) / (beside - aligned), 0), 1)
        let isLowBeside = sideways > beside && tool.z < object.z + hover / 2
        if isLowBeside {
            // Low and beside the object: go up before going across, or the fingers hit it.
            return ExpertIntent(
                toolTarget: Vector3(tool.x, tool.y, object.z + hover),
                toolVelocity: velocity,
                closes: false
            )
        }
        return ExpertIntent(
            toolTarget: object + Vector3(0, 0, hover * slope),
            toolVelocity: velocity,
            closes: sideways < aligned && abs(offset.z) < lowered
        )
    }
}
