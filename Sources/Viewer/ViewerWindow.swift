import CGLFW
public import Diagnostics
public import Runtime

/// The window: shows what a publisher publishes, and passes on what people want.
///
/// Belongs to the thread that made it, which must be the process's first. The loop runs on another.
public final class ViewerWindow {
    /// The window's size at first, and that of pictures, in pixels.
    public static let standardSize = SIMD2(960, 720)
    private static let framesPerSecond = 30.0

    private let publisher: ViewPublisher
    private let controls: ViewControls
    private let renderer: SceneRenderer
    private let home: OrbitCamera
    private var camera: OrbitCamera
    private var layers = ViewLayers.standard
    private let teleoperation: Teleoperation?
    private var keyboard = KeyboardOperator()
    private var gamepad = GamepadOperator()
    private var drag: Drag?
    private var pointer = SIMD2<Double>.zero
    private var wantsPicture = false
    private let savePicture: (Picture) -> Void
    private let time = MonotonicTime()
    private var nextFrame = TimeSpan.zero

    private enum Drag { case orbit, pan }

    /// Who drives the tool from this window.
    public struct Teleoperation: Sendable {
        /// Where the operator's wishes go.
        public var link: OperatorLink
        /// By which device.
        public var device: TeleoperationDevice

        /// Joins a device and a link.
        public init(link: OperatorLink, device: TeleoperationDevice) {
            self.link = link
            self.device = device
        }
    }

    /// Opens the window.
    ///
    /// - Parameters:
    ///   - publisher: What is shown.
    ///   - controls: Told of pause, speed and end.
    ///   - caption: What the run is.
    ///   - camera: The view at the start.
    ///   - teleoperation: Who drives the tool from here; nil for a window that only looks on.
    ///   - key: The option that asked for it, for errors.
    ///   - savePicture: Called when a person asks for a picture.
    /// - Throws: ``InputError`` that says what is missing: the library, a display, OpenGL, the device.
    public init(
        publisher: ViewPublisher,
        controls: ViewControls,
        caption: ViewCaption,
        skin: RobotSkin,
        camera: OrbitCamera,
        teleoperation: Teleoperation? = nil,
        key: String,
        savePicture: @escaping (Picture) -> Void
    ) throws(InputError) {
        let context = try GraphicsContext(
            windowOf: Self.standardSize.x,
            by: Self.standardSize.y,
            title: "simrun: \(caption.task)",
            key: key
        )
        try teleoperation?.device.check()
        self.publisher = publisher
        self.controls = controls
        self.teleoperation = teleoperation
        self.savePicture = savePicture
        home = camera
        self.camera = camera
        renderer = SceneRenderer(context: context, caption: caption, skin: skin)
        // Operators need to see the scene; nobody's policy is to be watched.
        if teleoperation != nil { layers = [.text, .shadows] }
    }

    /// Hears what people want until the next picture is due, and shows it.
    ///
    /// Takes a thirtieth of a second or so.
    public func refresh() {
        repeat {
            cg_window_poll(max(0, (nextFrame - time.now()).seconds))
            hear()
        } while time.now() < nextFrame
        nextFrame = time.now() + .seconds(1 / Self.framesPerSecond)
        if cg_window_should_close() { controls.quit() }
        show()
    }

    /// A picture of an instant as it was at first: from the first view, in the standard size.
    ///
    /// - Parameter traces: The ticks before it, for the chart.
    public func picture(
        of frame: ViewFrame,
        traces: [TickTrace],
        layers: ViewLayers
    ) -> Picture {
        for trace in traces { renderer.add(trace) }
        return renderer.picture(
            of: frame,
            camera: home,
            layers: layers,
            width: Self.standardSize.x,
            height: Self.standardSize.y
        )
    }

    // MARK: Hearing

    private func hear() {
        var event = cg_event()
        while cg_window_next_event(&event) {
            switch event.kind {
            case CG_KEY: press(event)
            case CG_BUTTON: button(event)
            case CG_POINTER: move(to: SIMD2(event.x, event.y))
            case CG_SCROLL: camera.zoom(event.y)
            default: break
            }
            // Key by key, so that a single tick sees what was held when it was asked for.
            drive()
        }
        drive()
    }

    private func press(_ event: cg_event) {
        if let teleoperation, teleoperation.device == .keyboard {
            keyboard.take(
                code: event.code,
                isDown: event.is_down,
                isRepeat: event.is_repeat,
                for: teleoperation.link
            )
            drive()
        }
        guard event.is_down, let key = ViewKey.allCases.first(where: { $0.code == event.code })
        else { return }
        // Held keys repeat single ticks and speeds, not switches.
        guard !event.is_repeat || key == .tick else { return }
        switch key {
        case .pause: controls.togglePause()
        case .tick: controls.allowTick()
        case .slower: controls.changeSpeed(by: -1)
        case .faster: controls.changeSpeed(by: 1)
        case .resetCamera: camera = home
        case .picture: wantsPicture = true
        case .quit: controls.quit()
        default: if let layer = key.layer { layers.formSymmetricDifference(layer) }
        }
    }

    private func button(_ event: cg_event) {
        guard event.is_down else {
            drag = nil
            return
        }
        drag = event.code == 0 && !event.has_shift ? .orbit : .pan
    }

    private func move(to place: SIMD2<Double>) {
        var width: Int32 = 0
        var height: Int32 = 0
        cg_window_size(&width, &height)
        let way = (place - pointer) / Double(max(1, height))
        pointer = place
        switch drag {
        case .orbit: camera.orbit(way.x, way.y)
        case .pan: camera.pan(way.x, way.y)
        case nil: break
        }
    }

    private func drive() {
        guard let teleoperation else { return }
        switch teleoperation.device {
        case .keyboard: keyboard.move(teleoperation.link, seenFrom: camera)
        case .gamepad:
            guard case .ready(_, let axes, let isDown) = GamepadOperator.look() else {
                // Unplugged: the tool rests.
                teleoperation.link.move(linear: .zero)
                return
            }
            gamepad.read(axes: axes, isDown: isDown, for: teleoperation.link, seenFrom: camera)
        }
    }

    // MARK: Showing

    private func show() {
        var width: Int32 = 0
        var height: Int32 = 0
        cg_window_pixels(&width, &height)
        // A window that is folded away has no pixels.
        guard width > 0, height > 0 else { return }
        while let trace = publisher.traces.pop() { renderer.add(trace) }
        publisher.frames.read { frame in
            let target = renderer.render(
                frame,
                camera: camera,
                layers: layers,
                pace: StatusText.Pace(
                    isPaused: controls.isPaused,
                    isWallClock: controls.isWallClock,
                    speed: controls.speed
                ),
                help: (teleoperation?.device.help ?? []) + ViewKey.list,
                hints: teleoperation?.device.hints ?? [],
                width: Int(width),
                height: Int(height)
            )
            target.show()
            if wantsPicture { savePicture(target.read()) }
            wantsPicture = false
        }
        cg_window_swap()
    }
}
