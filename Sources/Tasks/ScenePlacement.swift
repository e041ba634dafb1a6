import Spatial

/// Where one seed puts everything.
struct ScenePlacement: Equatable, Sendable {
    /// Object poses in scene order.
    var worldFromObject: [Pose]
    /// The declared goal; zero for tasks without one.
    var goal: Vector3

    /// Draws the placement of `seed`, the same for ever: one random stream per object and goal.
    init(task: TaskDefinition, seed: UInt64) {
        worldFromObject = task.scene.enumerated().map { index, object in
            var random = RandomStream(seed: seed, stream: UInt64(index))
            let position = object.start.region.draw(&random)
            let yaw = random.uniform(in: object.start.yaw)
            return Pose(
                rotation: Rotation(axis: Vector3(0, 0, 1), angle: yaw),
                translation: position
            )
        }
        var random = RandomStream(seed: seed, stream: 0x676f_616c)
        goal = task.goal?.draw(&random) ?? .zero
    }
}
