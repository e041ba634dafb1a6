import Spatial

/// Comes down a funnel onto the object, closes, then carries it to the goal.
///
/// Where to go is a continuous function of what can be seen, so that it can be learned from
/// examples: beside the object it hovers, and the better it is aligned the lower it goes.
enum PickPlaceExpert {
    /// Height of the hover above the object, in metres.
    static let hover = 0.08
    /// Horizontal error at which the funnel ends and the hand may close, in metres.
    static let aligned = 0.010
    /// Horizontal error beyond which it hovers, in metres.
    static let beside = 0.030
    /// Height error under which it closes, in metres.
    static let lowered = 0.012
    /// Distance within which a closed grip counts as holding the object, in metres.
    static let near = 0.03

    static func intent(in state: SceneState) -> ExpertIntent {
        let object = state.targetPosition
        let tool = state.worldFromTool.translation
        let offset = object - tool
        let sideways = Vector3(offset.x, offset.y, 0).length

        if state.isGrasped, offset.length < near {
            // The object hangs off the tool by `offset`: aim so that the object meets the goal.
            return ExpertIntent(toolTarget: state.goal - offset, closes: true)
        }
        if sideways > beside, tool.z < object.z + hover / 2 {
            // Low and beside the object: go up before going across, or the fingers hit it.
            return ExpertIntent(
                toolTarget: Vector3(tool.x, tool.y, object.z + hover),
                closes: false
            )
        }
        let height = hover * min(max((sideways - aligned) / (beside - aligned), 0), 1)
        return ExpertIntent(
            toolTarget: object + Vector3(0, 0, height),
            closes: sideways < aligned && abs(offset.z) < lowered
        )
    }
}
