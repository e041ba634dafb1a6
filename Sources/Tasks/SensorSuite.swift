import Diagnostics
import Runtime
import Sensing
import Spatial

/// A task's cameras and cloud over a simulated scene.
struct SensorSuite {
    private struct Eye {
        var camera: Camera
        var mount: CameraSpecification.Mount
        var log: CaptureLog
        /// The capture that the observation's frame shows; -1 before the first.
        var shown = -1

        /// What can be seen now.
        ///
        /// The camera ran before the episode began, over the same still scene, so until its first
        /// picture arrives that scene is what it shows.
        func newest(at now: TimeSpan) -> (index: Int, capturedAt: TimeSpan)? {
            log.newest(arrivedBy: now) ?? (shown < 0 ? (0, .zero) : nil)
        }
    }

    private var eyes: [Eye]
    private let caster: RayCaster
    private let cloud: CloudSpecification?
    private let cloudBuilder: CloudBuilder?
    /// The visuals with the poses of the capture being cast.
    private var visuals: [Visual]

    init(task: TaskDefinition, visuals: [Visual]) throws(InputError) {
        self.visuals = visuals
        eyes = task.cameras.map { specification in
            Eye(
                camera: specification.camera,
                mount: specification.mount,
                // One more for the tool, which wrist cameras ride on.
                log: CaptureLog(timing: specification.timing, visualCount: visuals.count + 1)
            )
        }
        caster = try RayCaster(maximumVisuals: visuals.count)
        cloud = task.cloud
        cloudBuilder =
            if let cloud = task.cloud {
                try CloudBuilder(
                    workspace: cloud.workspace,
                    maximumPixels: task.cameras[cloud.camera].camera.intrinsics.pixelCount
                )
            } else { nil }
    }

    /// Blank frames, one per camera.
    var blankFrames: [CameraFrame] { eyes.map(\.camera.blankFrame) }

    mutating func reset(seed: UInt64) {
        for index in eyes.indices {
            eyes[index].log.reset(seed: seed)
            eyes[index].shown = -1
        }
    }

    /// When the next capture of any camera is due.
    var nextCapture: TimeSpan? {
        var next: TimeSpan?
        for eye in eyes {
            guard let due = eye.log.nextCapture else { continue }
            next = next.map { min($0, due) } ?? due
        }
        return next
    }

    /// Keeps the poses for every camera whose capture is due by `now`.
    mutating func capture(due now: TimeSpan, poses: [Pose]) {
        for index in eyes.indices {
            while let due = eyes[index].log.nextCapture, due <= now {
                eyes[index].log.capture(poses)
            }
        }
    }

    /// Casts what has newly arrived into the observation's frames and cloud.
    mutating func sense(at now: TimeSpan, into observation: inout Observation) {
        for index in eyes.indices {
            guard let newest = eyes[index].newest(at: now), newest.index != eyes[index].shown else {
                continue
            }
            eyes[index].shown = newest.index
            for visual in visuals.indices {
                visuals[visual].worldFromShape = eyes[index].log.pose(
                    ofVisual: visual,
                    atCapture: newest.index
                )
            }
            var camera = eyes[index].camera
            if eyes[index].mount == .tool {
                let worldFromTool = eyes[index].log.pose(
                    ofVisual: visuals.count,
                    atCapture: newest.index
                )
                camera.worldFromCamera = worldFromTool * camera.worldFromCamera
            }
            observation.frames[index].capturedAt = newest.capturedAt
            visuals.withUnsafeBufferPointer {
                caster.render($0, camera: camera, into: &observation.frames[index])
            }
            if let cloud, cloud.camera == index {
                cloudBuilder?.build(
                    from: observation.frames[index],
                    camera: camera,
                    into: &observation.cloud
                )
            }
        }
    }
}
