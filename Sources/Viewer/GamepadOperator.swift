import CGLFW
import Runtime

/// Drives the tool by a game pad in the layout of an Xbox controller.
struct GamepadOperator {
    /// Sticks rest somewhere within this distance of 0.
    private static let deadZone: Float = 0.12

    private var pressed: Set<Button> = []

    /// Buttons in the order of GLFW's state.
    enum Button: Int {
        case a = 0
        case b = 1
        case x = 2
        case y = 3
        case leftBumper = 4
        case rightBumper = 5
        case start = 7
    }

    /// Passes on what the pad asks for.
    ///
    /// - Parameters:
    ///   - axes: Left x, left y, right x, right y, left trigger, right trigger; down is positive.
    ///   - isDown: Whether a button is held.
    ///   - link: Where the operator's wishes go.
    ///   - camera: From where the operator sees the scene.
    mutating func read(
        axes: [Float],
        isDown: (Button) -> Bool,
        for link: OperatorLink,
        seenFrom camera: OrbitCamera
    ) {
        for button in [Button.a, .b, .x, .start] {
            guard isDown(button) else {
                pressed.remove(button)
                continue
            }
            guard pressed.insert(button).inserted else { continue }
            switch button {
            case .a: link.toggleGripper()
            case .b: link.ask(.discard)
            case .x: link.ask(.skip)
            default: link.ask(.accept)
            }
        }
        func side(_ minus: Button, _ plus: Button) -> Float {
            (isDown(plus) ? 1 : 0) - (isDown(minus) ? 1 : 0)
        }
        // Triggers rest at -1.
        let rise = (axes[5] - axes[4]) / 2
        link.move(
            linear: camera.world(
                SIMD3(-Self.live(axes[1]), Self.live(axes[0]), Self.live(rise))
            ),
            angular: camera.world(
                SIMD3(
                    side(.leftBumper, .rightBumper),
                    -Self.live(axes[3]),
                    -Self.live(axes[2])
                )
            )
        )
    }

    /// A stick's number without its dead zone, from 0 to 1 outside it.
    private static func live(_ number: Float) -> Float {
        guard number.isFinite, abs(number) > deadZone else { return 0 }
        let size = min(1, (abs(number) - deadZone) / (1 - deadZone))
        return number < 0 ? -size : size
    }

    /// The buttons in short.
    static let hints = [
        "left   move", "LT RT  down, up", "right, LB RB  turn", "A      gripper",
        "Start  end, keep", "B      again", "X      next scene",
    ]

    /// The buttons, for the list of keys.
    static let help = [
        "left stick    into the picture, sideways", "triggers      down, up",
        "right stick   yaw, pitch", "bumpers       roll", "A             gripper",
        "Start         end the episode, then keep it", "B             try the scene again",
        "X             next scene", "",
    ]
}

extension GamepadOperator {
    /// What became of looking for a pad.
    enum Pad {
        case none
        /// A joystick whose layout GLFW does not know.
        case unmapped(String)
        case ready(String, axes: [Float], isDown: (Button) -> Bool)
    }

    /// Looks at the first joystick.
    static func look() -> Pad {
        var pad = cg_gamepad()
        var name = [CChar](repeating: 0, count: 256)
        let status = cg_gamepad_read(&pad, &name, name.count)
        let words = String(
            decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
        switch status {
        case CG_PAD_READY:
            let axes = withUnsafeBytes(of: pad.axes) { Array($0.bindMemory(to: Float.self)) }
            let buttons = withUnsafeBytes(of: pad.buttons) { Array($0) }
            return .ready(words, axes: axes) { buttons[$0.rawValue] != 0 }
        case CG_PAD_UNMAPPED: return .unmapped(words)
        default: return .none
        }
    }
}
