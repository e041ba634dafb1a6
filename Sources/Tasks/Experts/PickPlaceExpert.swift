import Spatial

/// Hovers over the object, descends, closes, then carries it to the goal.
enum PickPlaceExpert {
    /// Height of the hover above the object, in metres.
    static let hover = 0.08
    /// Horizontal error under which it descends, in metres.
    static let aligned = 0.012
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
        if sideways > aligned {
            // Low and beside the object, go up before going across.
            let isLow = tool.z < object.z + hover * 0.5
            let above = Vector3(object.x, object.y, object.z + hover)
            return ExpertIntent(
                toolTarget: isLow && sideways > 2 * aligned
                    ? Vector3(tool.x, tool.y, above.z) : above,
                closes: false
            )
        }
        let isDown = abs(offset.z) < lowered
        return ExpertIntent(toolTarget: object, closes: isDown)
    }
}
