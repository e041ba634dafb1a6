import CGLFW
import Diagnostics
import Foundation
import Runtime

/// The device by which a person at the window drives the tool.
public enum TeleoperationDevice: String, CaseIterable, Sendable {
    /// Held keys.
    case keyboard
    /// A game pad in the layout of an Xbox controller.
    case gamepad

    /// The device's keys or buttons, for the list of keys.
    var help: [String] {
        switch self {
        case .keyboard: KeyboardOperator.help
        case .gamepad: GamepadOperator.help
        }
    }

    /// The same in short, to be read beside the scene.
    var hints: [String] {
        switch self {
        case .keyboard: KeyboardOperator.hints
        case .gamepad: GamepadOperator.hints
        }
    }

    /// Looks whether the device is there; needs an open window.
    ///
    /// Layouts in SDL's format are taken from the environment's `SDL_GAMECONTROLLERCONFIG`.
    ///
    /// - Throws: ``InputError`` when there is no game pad, or none whose layout is known.
    func check() throws(InputError) {
        guard self == .gamepad else { return }
        if let layouts = ProcessInfo.processInfo.environment["SDL_GAMECONTROLLERCONFIG"] {
            guard cg_gamepad_add_mappings(layouts) else {
                throw InputError(
                    key: "SDL_GAMECONTROLLERCONFIG",
                    expected: "game pad layouts in SDL's text format",
                    found: "\"\(layouts.prefix(60))\""
                )
            }
        }
        switch GamepadOperator.look() {
        case .ready: return
        case .unmapped(let name):
            throw InputError(
                key: "--teleop gamepad",
                expected: "a game pad whose layout is known: put its line in SDL's format into"
                    + " SDL_GAMECONTROLLERCONFIG",
                found: name
            )
        case .none:
            throw InputError(
                key: "--teleop gamepad",
                expected: "a game pad; --teleop keyboard needs none",
                found: "no joystick that can be read (/dev/input/js*, /dev/input/event*)"
            )
        }
    }
}
