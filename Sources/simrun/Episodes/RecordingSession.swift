import Diagnostics
import Foundation
import Recording
import Robots
import Runtime
import Spatial
import Tasks

/// The recording of one loop's episodes: what is written about each, and where it goes.
final class RecordingSession {
    private let plan: RunPlan
    private let recorder: EpisodeRecorder
    private let shapes: [SceneShape]
    private let folder: String?
    private let notes: [String: String]
    /// Viewers see an episode in its own time: when it began, unless nobody watches or the wall
    /// clock keeps the time.
    private var shownSince: TimeSpan?

    /// How long a loop whose world can wait gives a recorder that is behind.
    private static let patience = TimeSpan.seconds(2)

    /// Nil when nothing is recorded.
    ///
    /// - Parameters:
    ///   - plan: The run.
    ///   - plant: Its plant.
    ///   - shape: The shape of the loop's policy.
    ///   - notes: What else each recording's header says.
    init?(
        plan: RunPlan,
        plant: some RecordedPlant,
        shape: PolicyShape,
        notes: [String: String] = [:]
    ) throws(InputError) {
        self.notes = notes
        var sinks = plan.sinks
        folder = plan.options.record
        if let folder { sinks.append(try Self.files(in: folder, task: plan.setup.task.name)) }
        if let port = plan.options.live { sinks.append(try LiveSink(port: port)) }
        guard !sinks.isEmpty else { return nil }
        self.plan = plan
        let layout = Self.layout(plan, plant, shape)
        shapes = plant.frameShapes.map {
            SceneShape(
                frame: layout.frameNames[$0.frame],
                frameFromShape: $0.frameFromShape,
                shape: $0.shape,
                color: $0.color
            )
        }
        let mayWait = plan.configuration.clock != .wall
        recorder = EpisodeRecorder(
            layout: layout,
            sinks: sinks,
            patience: mayWait ? Self.patience : .zero
        )
    }

    /// Whether a sink has failed: the run is to end.
    var hasFailed: Bool { recorder.hasFailed }

    /// Starts an episode on a plant that has just been reset.
    func begin(seed: UInt64, plant: some RecordedPlant) throws(InputError) {
        let isPaced = plan.options.live != nil && plan.configuration.clock != .wall
        shownSince = isPaced ? MonotonicTime().now() : nil
        let epoch = plan.recordingEpoch ?? UInt64(Date().timeIntervalSince1970 * 1e9)
        try recorder.begin(
            RecordingDescription(
                values: RecordingHeader(plan, seed: seed).values.merging(notes) { $1 },
                layout: recorder.layout,
                shapes: shapes,
                epoch: epoch
            ),
            poses: plant.copyFramePoses
        )
    }

    /// Notes the tick that has just ended.
    func note<Body: RecordedPlant, Brain: Policy, Time: TimeSource>(
        _ loop: ControlLoop<Body, Brain, Time>,
        acted: Bool
    ) {
        if loop.lastTrace.candidates > 0 {
            let candidates = loop.lastCandidates
            candidates.withAll { actions, values in
                recorder.noteCandidates(
                    actions,
                    values: values,
                    chosen: candidates.chosen,
                    at: loop.lastTrace.episodeTime
                )
            }
        }
        recorder.note(
            loop.lastTrace,
            acted: acted,
            elapsed: loop.plant.elapsed,
            status: loop.plant.status,
            observation: loop.observation,
            action: loop.lastAction,
            plan: loop.lastPlan,
            wanted: loop.wantedCommand,
            command: loop.heldCommand
        ) { poses, state in
            loop.plant.copyFramePoses(into: poses)
            loop.plant.copyState(into: state)
        }
        if let shownSince { MonotonicTime().sleep(until: shownSince + loop.plant.elapsed) }
    }

    /// Completes the episode's recording.
    ///
    /// - Returns: What reports say of it.
    /// - Throws: ``Outcome/fault(_:lastTicks:)`` when a sink has failed.
    func end(_ result: [String: String], seed: UInt64) throws -> RunResult.Recording {
        do throws(InputError) {
            try recorder.end(result)
        } catch {
            throw Outcome.fault("the recording failed: \(error)", lastTicks: [])
        }
        return RunResult.Recording(
            file: folder.map { Self.path(in: $0, task: plan.setup.task.name, seed: "\(seed)") },
            dropped: recorder.dropped
        )
    }

    private static func path(in folder: String, task: String, seed: String) -> String {
        "\(folder)/\(task)-\(seed).mcap"
    }

    private static func files(in folder: String, task: String) throws(InputError) -> RecordingFile {
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
        } catch {
            throw InputError(
                file: folder,
                key: "--record",
                expected: "a folder for recordings",
                found: error.localizedDescription
            )
        }
        return RecordingFile(library: "simrun \(Version.current)") { description in
            path(in: folder, task: task, seed: description.values["seed"] ?? "")
        }
    }

    private static func layout(
        _ plan: RunPlan,
        _ plant: some RecordedPlant,
        _ shape: PolicyShape
    ) -> EpisodeLayout {
        let observation = plant.blankObservation
        let images = plan.options.recordImages
        return EpisodeLayout(
            jointNames: plan.setup.robot.armLinks.map(\.jointName),
            frameNames: plant.frameNames,
            stateNames: plant.stateNames,
            actionWidth: plan.configuration.controller.actionWidth,
            horizon: shape.horizon,
            hasGoal: plan.setup.task.goal != nil,
            hasConveyor: plan.setup.task.conveyorEncoder != nil,
            cloudPoints: images ? observation.cloud.capacity : 0,
            cameras: images
                ? observation.frames.map {
                    EpisodeLayout.Camera(name: $0.name, width: $0.width, height: $0.height)
                } : [],
            candidates: shape.candidates > 0 ? shape.candidates : nil
        )
    }
}
