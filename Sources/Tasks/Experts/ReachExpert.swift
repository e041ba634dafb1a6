import Spatial

/// Goes straight to the goal, with the gripper open.
enum ReachExpert {
    static func intent(in state: SceneState) -> ExpertIntent {
        ExpertIntent(toolTarget: state.goal, closes: false)
    }
}
