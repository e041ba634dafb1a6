import Diagnostics
import Foundation
import Runtime
import Tasks

/// A video of one episode in its own time, rendered between ticks.
final class EpisodeFilm {
    /// Frames per second of episode time.
    static let rate = 30.0

    private var view: SceneView
    private let encoder: PictureEncoder
    private var frames = 0
    private var failure: InputError?

    /// Nil when the run makes no videos.
    convenience init?(plan: RunPlan, seed: UInt64, plant: SimulatedPlant) throws(InputError) {
        guard let folder = plan.options.video else { return nil }
        try self.init(plan: plan, plant: plant, folder: folder, seed: seed)
    }

    private init(
        plan: RunPlan,
        plant: SimulatedPlant,
        folder: String,
        seed: UInt64
    ) throws(InputError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
        } catch {
            throw InputError(
                file: folder,
                expected: "a folder for videos",
                found: error.localizedDescription
            )
        }
        view = try SceneView(task: plan.setup.task, plant: plant)
        encoder = try PictureEncoder(
            path: "\(folder)/\(plan.setup.task.name)-\(seed).mp4",
            width: view.frame.width,
            height: view.frame.height,
            framesPerSecond: Self.rate
        )
    }

    /// Adds the frames that episode time has reached; a long tick repeats its picture.
    func film(_ plant: SimulatedPlant) {
        guard failure == nil else { return }
        let due = Int(plant.elapsed.seconds * Self.rate)
        guard frames <= due else { return }
        view.render(plant)
        while frames <= due {
            do {
                try encoder.add(view.frame.rgb)
            } catch {
                failure = error
                return
            }
            frames += 1
        }
    }

    /// Completes the file.
    func finish() throws(InputError) {
        if let failure { throw failure }
        try encoder.finish()
    }
}
