import Diagnostics
import Foundation
import Recording
import Robots
import Runtime
import Synchronization
import Tasks
import Viewer

/// A session of teleoperation with its window: the window on this thread, the loop on another.
struct TeleoperationRun {
    private let window: ViewerWindow
    private let controls: ViewControls
    private let finished = DispatchSemaphore(value: 0)
    private let ending = Ending()
    private let start: @Sendable (Ending) -> Void

    /// How the loop's thread ended.
    private final class Ending: Sendable {
        let result = Mutex<Result<SessionTally, any Error>?>(nil)
    }

    /// Opens the window and checks the device and the task, before anything is recorded.
    ///
    /// - Parameter makeWriter: Starts the file; called on the loop's thread, which owns it.
    init(
        setup: TaskSetup,
        options: SessionOptions,
        device: TeleoperationDevice,
        makeWriter: @escaping @Sendable () throws -> DemonstrationWriter
    ) throws(InputError) {
        let link = OperatorLink()
        let publisher = ViewPublisher()
        let controls = ViewControls(isWallClock: false)
        self.controls = controls
        let task = setup.task
        window = try ViewerWindow(
            publisher: publisher,
            controls: controls,
            caption: ViewCaption(
                task: task.name,
                robot: setup.robot.name,
                actor: "by \(device.rawValue)",
                timing: "lockstep in real time",
                episodes: options.episodes,
                period: setup.rate.period
            ),
            skin: try RobotSkin(robot: setup.robot, worldFromBase: task.worldFromBase),
            camera: OrbitCamera(of: task),
            teleoperation: ViewerWindow.Teleoperation(link: link, device: device),
            key: "--teleop",
            savePicture: PictureNames(task: task.name).save
        )
        start = { ending in
            let result = Result {
                let writer = try makeWriter()
                var session = try TeleoperationSession(
                    setup: setup,
                    options: options,
                    link: link,
                    publisher: publisher,
                    controls: controls,
                    source: WindowSource(),
                    time: MonotonicTime(),
                    tell: Console.errorText
                )
                let tally = try session.record { table in
                    try writer.append(table)
                    Console.errorText("kept demonstration \(writer.count), seed \(table.seed)")
                }
                if writer.count > 0 { try writer.finish() }
                return tally
            }
            ending.result.withLock { $0 = result }
        }
    }

    /// Shows the window until the session has ended.
    func run() throws -> SessionTally {
        let start = start
        let ending = ending
        let finished = finished
        let thread = Thread {
            start(ending)
            finished.signal()
        }
        thread.stackSize = 8 << 20
        thread.start()
        while finished.wait(timeout: .now()) == .timedOut {
            if Interrupt.isRequested { controls.quit() }
            window.refresh()
        }
        let result = ending.result.withLock { $0 }
        guard let result else { preconditionFailure("the loop's thread says how it ended") }
        return try result.get()
    }
}
