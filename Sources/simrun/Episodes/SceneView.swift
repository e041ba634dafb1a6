import Diagnostics
import Foundation
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
        let optics = specification.camera.intrinsics
        camera.intrinsics = try Intrinsics(
            verticalFieldOfView: 2 * atan(Double(optics.height) / (2 * optics.fy)),
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
