import Diagnostics
import Runtime
import Tasks

/// A picture of the first episode's reset.
enum Screenshot {
    static func write(plan: RunPlan, to path: String) throws {
        var plant = try plan.setup.makePlant()
        try plant.reset(seed: plan.options.seed)
        var view = try SceneView(task: plan.setup.task, plant: plant)
        view.render(plant)
        let encoder = try PictureEncoder(
            path: path,
            width: view.frame.width,
            height: view.frame.height,
            framesPerSecond: nil
        )
        try encoder.add(view.frame)
        try encoder.finish()
    }
}
