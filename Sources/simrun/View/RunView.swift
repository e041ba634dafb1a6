import Diagnostics
import Foundation
import Robots
import Runtime
import Tasks
import Viewer

/// What people see of a run: a window, a picture at its moment, or both.
///
/// Made, refreshed and finished on the main thread; episodes on the loop's thread publish to it.
final class RunView: @unchecked Sendable {
    // Unchecked: the window and the renderer belong to the main thread, the rest is made for two.

    /// What the loop's thread publishes.
    let publisher = ViewPublisher()
    /// What the window tells the loop's thread.
    let controls: ViewControls
    /// The picture that was asked for; nil without one.
    let capture: SceneCapture?
    /// The seed of the episode that the picture shows.
    let firstSeed: UInt64

    private let window: ViewerWindow?
    private let renderer: SceneRenderer?
    private let camera: OrbitCamera
    private let layers: ViewLayers
    private let path: String?

    /// Opens what the options ask for; nil when they ask for nothing.
    ///
    /// - Throws: ``InputError`` that says what is missing, before any episode.
    init?(plan: RunPlan) throws(InputError) {
        let options = plan.options
        guard options.view || options.screenshot != nil else { return nil }
        if let path = options.screenshot { try WholeFile.check(path) }
        let task = plan.setup.task
        camera = OrbitCamera(of: task)
        layers = options.overlay ? .standard : .plain
        path = options.screenshot
        firstSeed = options.seed
        controls = ViewControls(isWallClock: options.clock == .wall)
        capture = options.screenshot.map { _ in
            SceneCapture(moment: options.screenshotAt.map(TimeSpan.seconds))
        }
        let caption = ViewCaption(plan)
        let robot = plan.setup.robot
        let skin = try RobotSkin(robot: robot, worldFromBase: task.worldFromBase)
        if options.view {
            window = try ViewerWindow(
                publisher: publisher,
                controls: controls,
                caption: caption,
                skin: skin,
                camera: camera,
                key: "--view",
                savePicture: PictureNames(task: task.name).save
            )
            renderer = nil
        } else {
            window = nil
            renderer = SceneRenderer(
                context: try GraphicsContext(offscreen: "--screenshot"),
                caption: caption,
                skin: skin
            )
        }
    }

    /// Whether a window is open.
    var hasWindow: Bool { window != nil }

    /// Shows the newest instant and hears what people want; closing the window is like Ctrl-C.
    func refresh() {
        guard let window else { return }
        if Interrupt.isRequested { controls.quit() }
        window.refresh()
        if controls.isQuitting { Interrupt.request() }
    }

    /// Writes the picture that was asked for.
    func finish() throws(InputError) {
        guard let path, let capture else { return }
        guard let frame = capture.frame else {
            Console.errorText("simrun: no picture: the run ended before its moment")
            return
        }
        let picture: Picture
        if let window {
            picture = window.picture(of: frame, traces: capture.traces, layers: layers)
        } else if let renderer {
            for trace in capture.traces { renderer.add(trace) }
            picture = renderer.picture(
                of: frame,
                camera: camera,
                layers: layers,
                width: ViewerWindow.standardSize.x,
                height: ViewerWindow.standardSize.y
            )
        } else {
            return
        }
        try PictureEncoder.write(picture, to: path)
    }
}

extension ViewCaption {
    /// What `simrun task` runs.
    init(_ plan: RunPlan) {
        let configuration = plan.configuration
        let latency = configuration.clock == .charged ? ", \(plan.latencyName)" : ""
        self.init(
            task: plan.setup.task.name,
            robot: plan.setup.robot.name,
            actor: plan.policyName,
            timing: "\(configuration.clock.rawValue)\(latency), \(configuration.execution)",
            episodes: plan.options.episodes,
            period: configuration.rate.period
        )
    }
}

extension OrbitCamera {
    /// The view of a task's first camera that stands in the world.
    init(of task: TaskDefinition) {
        let camera = task.cameras.first { $0.mount == .world }
        self = camera.map { OrbitCamera($0.camera) } ?? OrbitCamera()
    }
}

/// Names for the pictures that people take at a window.
struct PictureNames {
    let task: String

    /// Saves a picture as `simrun-TASK-N.png` in the working folder, N the first that is free.
    func save(_ picture: Picture) {
        let name = (1...).lazy.map { "simrun-\(task)-\($0).png" }
            .first { !FileManager.default.fileExists(atPath: $0) }
        guard let name else { return }
        do {
            try PictureEncoder.write(picture, to: name)
            Console.errorText("picture saved as \(name)")
        } catch {
            Console.error(error.description)
        }
    }
}
