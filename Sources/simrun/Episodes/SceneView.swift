import Diagnostics
import Runtime
import Sensing
import Tasks

/// The scene as people look at it: the task's first camera, larger.
struct SceneView {
    private let camera: Camera
    private let caster: RayCaster
    private(set) var frame: CameraFrame

    init(plan: RunPlan, plant: SimulatedPlant) throws(InputError) {
        guard let specification = plan.setup.task.cameras.first else {
            throw InputError(
                key: plan.setup.task.name,
                expected: "a task with a camera",
                found: "none"
            )
        }
        var camera = specification.camera
        camera.intrinsics = try Intrinsics(
            verticalFieldOfView: specification.camera.intrinsics.verticalFieldOfView,
            width: 640,
            height: 480
        )
        self.camera = camera
        caster = try RayCaster(maximumVisuals: plant.visuals.count)
        frame = camera.blankFrame
    }

    /// Renders the plant as it is now.
    mutating func render(_ plant: SimulatedPlant) {
        caster.render(plant.visuals, camera: camera, into: &frame)
    }
}
