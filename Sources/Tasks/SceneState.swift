import Spatial

/// The true state of a scene: privileged, for experts and judges, never for policies.
///
/// A class, so that an expert on the loop's thread sees what the plant last wrote.
public final class SceneState {
    /// The tool frame in the world.
    var worldFromTool: Pose = .identity
    /// The distance between the finger pads in metres.
    var gripperOpening: Double = 0
    /// The widest opening in metres.
    var widestOpening: Double = 0
    /// Whether both finger pads press on the object that the task is about.
    var isGrasped = false
    /// The declared goal.
    var goal: Vector3 = .zero
    /// Object poses in scene order.
    var worldFromObject: [Pose]
    /// Linear velocities of the objects' origins in the world, in scene order.
    var objectVelocities: [Vector3]
    /// Heights at which the objects started, in scene order.
    var startHeights: [Double]
    /// How the target's velocity changes, where it is led along a path.
    var targetAcceleration: Vector3 = .zero
    /// Index of the first object that moves, which experts handle.
    let target: Int?

    init(objectCount: Int, target: Int?) {
        worldFromObject = [Pose](repeating: .identity, count: objectCount)
        objectVelocities = [Vector3](repeating: .zero, count: objectCount)
        startHeights = [Double](repeating: 0, count: objectCount)
        self.target = target
    }

    /// Where a predicate's place is now.
    func position(of place: SuccessPredicate.Place) -> Vector3 {
        switch place {
        case .tool: worldFromTool.translation
        case .goal: goal
        case .object(let index): worldFromObject[index].translation
        }
    }

    /// The position of the object that the task is about.
    var targetPosition: Vector3 {
        target.map { worldFromObject[$0].translation } ?? .zero
    }

    /// Its velocity in the world.
    var targetVelocity: Vector3 { target.map { objectVelocities[$0] } ?? .zero }

    /// How far it is above where it started, in metres.
    var targetRise: Double {
        target.map { worldFromObject[$0].translation.z - startHeights[$0] } ?? 0
    }
}
