import Spatial

/// Stays above an object that is led along a path, with the gripper closed.
enum TrackExpert {
    /// Height above the object's centre, in metres; the task file asks for the same.
    static let height = 0.04
    /// How late the arm follows its target, in seconds: so far ahead the motion is predicted.
    static let lag = 0.12

    static func intent(in state: SceneState) -> ExpertIntent {
        ExpertIntent(
            toolTarget: state.targetPosition + Vector3(0, 0, height),
            toolVelocity: state.targetVelocity + state.targetAcceleration * lag,
            closes: true
        )
    }
}
