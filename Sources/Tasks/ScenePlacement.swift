import Spatial

/// Where one seed puts everything.
struct ScenePlacement: Equatable, Sendable {
    /// Object poses in scene order.
    var worldFromObject: [Pose]
    /// Where each object is headed, in radians, for those that are launched.
    var headings: [Double]
    /// The path of each object that is led along one.
    var paths: [CirclePath?]
    /// The declared goal; zero for tasks without one.
    var goal: Vector3

    /// Draws the placement of `seed`, the same for ever: one random stream per object and goal.
    init(task: TaskDefinition, seed: UInt64) {
        headings = [Double](repeating: 0, count: task.scene.count)
        paths = [CirclePath?](repeating: nil, count: task.scene.count)
        worldFromObject = []
        for (index, object) in task.scene.enumerated() {
            var random = RandomStream(seed: seed, stream: UInt64(index))
            let position = object.start.region.draw(&random)
            let yaw = random.uniform(in: object.start.yaw)
            var pose = Pose(
                rotation: Rotation(axis: Vector3(0, 0, 1), angle: yaw),
                translation: position
            )
            switch object.motion {
            case .still, .surface: break
            case .launched(let heading): headings[index] = random.uniform(in: heading)
            case .driven(let circles):
                let path = circles.draw(&random)
                pose.translation = path.position(after: 0)
                paths[index] = path
            }
            worldFromObject.append(pose)
        }
        var random = RandomStream(seed: seed, stream: 0x676f_616c)
        goal = task.goal?.draw(&random) ?? .zero
    }
}
