public import Runtime

/// Renders frames: the scene, and text and chart over it, the same with and without a window.
///
/// Belongs to the thread of its context.
public final class SceneRenderer {
    private let scene: ScenePainter
    private let overlay = Overlay()
    private let caption: ViewCaption
    private(set) var chart: StripChart
    private var target: RenderTarget?
    /// Kept so that the context lives as long as what lies in it.
    private let context: GraphicsContext

    /// Creates a renderer for the pictures of one run.
    ///
    /// - Parameter skin: The robot's meshes.
    public init(context: GraphicsContext, caption: ViewCaption, skin: RobotSkin) {
        scene = ScenePainter(skin: skin)
        self.context = context
        self.caption = caption
        chart = StripChart(period: caption.period)
    }

    /// Adds a tick to the chart.
    public func add(_ trace: TickTrace) { chart.add(trace) }

    /// Renders a picture.
    ///
    /// - Parameters:
    ///   - frame: What to show.
    ///   - camera: From where.
    ///   - layers: What to show beside the scene.
    ///   - width: Pixels across.
    ///   - height: Pixels down.
    public func picture(
        of frame: ViewFrame,
        camera: OrbitCamera,
        layers: ViewLayers,
        width: Int,
        height: Int
    ) -> Picture {
        render(
            frame,
            camera: camera,
            layers: layers,
            pace: StatusText.Pace(),
            help: [],
            hints: [],
            width: width,
            height: height
        ).read()
    }

    /// Renders into the target that is shown or read next.
    func render(
        _ frame: ViewFrame,
        camera: OrbitCamera,
        layers: ViewLayers,
        pace: StatusText.Pace,
        help: [String],
        hints: [String],
        width: Int,
        height: Int
    ) -> RenderTarget {
        let target = sized(width, height)
        scene.paint(frame, camera: camera, layers: layers, into: target)
        overlay.paint(
            frame,
            caption: caption,
            chart: chart,
            pace: pace,
            help: help,
            hints: hints,
            layers: layers,
            into: target
        )
        return target
    }

    private func sized(_ width: Int, _ height: Int) -> RenderTarget {
        if let target, target.width == width, target.height == height { return target }
        let fresh = RenderTarget(width: width, height: height)
        target = fresh
        return fresh
    }
}
