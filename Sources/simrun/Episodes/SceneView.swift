import Diagnostics
import Foundation
import Runtime
import Sensing
import Spatial
import Tasks

/// The scene as people look at it: the task's first camera, larger, with the goal marked.
///
/// Policies never see the mark.
struct SceneView {
    private static let goalColor = SIMD3<Float>(0.15, 0.70, 0.25)
    private static let goalRadius = 0.012

    private let camera: Camera
    private let caster: RayCaster
    private(set) var frame: CameraFrame

    init(
        task: TaskDefinition,
        plant: SimulatedPlant,
        width: Int = 640,
        height: Int = 480
    ) throws(InputError) {
        guard let specification = task.cameras.first(where: { $0.mount == .world }) else {
            throw InputError(
                key: task.name,
                expected: "a task with a camera in the world",
                found: "none"
            )
        }
        var camera = specification.camera
        let optics = specification.camera.intrinsics
        camera.intrinsics = try Intrinsics(
            verticalFieldOfView: 2 * atan(Double(optics.height) / (2 * optics.fy)),
            width: width,
            height: height
        )
        self.camera = camera
        caster = try RayCaster(maximumVisuals: plant.visuals.count + 1)
        frame = camera.blankFrame
    }

    /// Renders the plant as it is now.
    mutating func render(_ plant: SimulatedPlant) {
        var visuals = plant.visuals
        if let goal = plant.goal {
            visuals.append(
                Visual(
                    shape: .sphere(radius: Self.goalRadius),
                    worldFromShape: Pose(translation: goal),
                    color: Self.goalColor,
                    segment: UInt16(clamping: visuals.count)
                )
            )
        }
        caster.render(visuals, camera: camera, into: &frame)
    }
}
