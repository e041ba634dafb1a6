import Diagnostics
import Runtime
import Sensing
import Spatial
import Tasks

/// Makes the task's point cloud of a real camera's depths, the camera standing where the task file says.
struct RealCloud {
    private let builder: CloudBuilder
    private let camera: Camera
    private let mount: CameraSpecification.Mount
    private let frame: Int

    /// Nil for a task without a cloud.
    init?(_ task: TaskDefinition) throws(InputError) {
        guard let cloud = task.cloud else { return nil }
        frame = cloud.camera
        camera = task.cameras[frame].camera
        mount = task.cameras[frame].mount
        builder = try CloudBuilder(
            workspace: cloud.workspace,
            maximumPixels: camera.intrinsics.pixelCount
        )
    }

    /// Fills the cloud if its camera's depths are among the fresh ones, bit `i` for frame `i`.
    ///
    /// A camera on the tool is taken to be where the tool was seen last.
    func build(fresh: UInt64, into observation: inout Observation) {
        guard fresh >> UInt64(frame) & 1 == 1 else { return }
        var camera = camera
        if mount == .tool {
            camera.worldFromCamera = observation.worldFromTool * camera.worldFromCamera
        }
        builder.build(from: observation.frames[frame], camera: camera, into: &observation.cloud)
    }
}
