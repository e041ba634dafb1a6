import Diagnostics
import Runtime
import Tasks

/// One picture of a task's first nine resets, as its first camera in the world sees them.
enum ResetSheet {
    private static let columns = 3
    private static let width = 320
    private static let height = 240

    /// Renders seeds 0 to 8, row by row from the top left, and writes them as PNG.
    static func write(setup: TaskSetup, to path: String) throws {
        let encoder = try PictureEncoder(
            path: path,
            width: columns * width,
            height: columns * height,
            framesPerSecond: nil
        )
        var sheet = CameraFrame(name: "sheet", width: columns * width, height: columns * height)
        var plant = try setup.makePlant()
        for seed in 0..<columns * columns {
            try plant.reset(seed: UInt64(seed))
            var view = try SceneView(
                task: setup.task,
                plant: plant,
                width: width,
                height: height
            )
            view.render(plant)
            copy(view.frame, column: seed % columns, row: seed / columns, into: &sheet)
        }
        try encoder.add(sheet.rgb)
        try encoder.finish()
    }

    private static func copy(
        _ frame: CameraFrame,
        column: Int,
        row: Int,
        into sheet: inout CameraFrame
    ) {
        for line in 0..<height {
            let from = line * width * 3
            let to = ((row * height + line) * sheet.width + column * width) * 3
            sheet.rgb.replaceSubrange(to..<to + width * 3, with: frame.rgb[from..<from + width * 3])
        }
    }
}
