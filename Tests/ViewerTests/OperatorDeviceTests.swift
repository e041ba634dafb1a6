import Runtime
import Testing

@testable import Viewer

@Suite struct OperatorDeviceTests {
    /// Seen from `+x`: into the picture is `-x`, to its right is `+y`.
    private let camera = OrbitCamera(azimuth: 0)

    private func press(
        _ keyboard: inout KeyboardOperator,
        _ keys: [Unicode.Scalar],
        isDown: Bool = true,
        for link: OperatorLink
    ) {
        for key in keys {
            keyboard.take(
                code: KeyCode.letter(key),
                isDown: isDown,
                isRepeat: false,
                for: link
            )
        }
        keyboard.move(link, seenFrom: camera)
    }

    @Test func `held keys move the tool as it is seen`() {
        let link = OperatorLink()
        var keyboard = KeyboardOperator()
        press(&keyboard, ["W", "D"], for: link)
        #expect(link.command.linear == SIMD3(-1, 1, 0))
        press(&keyboard, ["W"], isDown: false, for: link)
        press(&keyboard, ["E", "Q"], for: link)
        // Opposite keys cancel.
        #expect(link.command.linear == SIMD3(0, 1, 0))
        press(&keyboard, ["J"], for: link)
        #expect(link.command.angular == SIMD3(0, 0, 1))
        keyboard.take(code: KeyCode.leftShift, isDown: true, isRepeat: false, for: link)
        keyboard.move(link, seenFrom: camera)
        #expect(abs(link.command.linear.y - 0.25) < 0.01)
        press(&keyboard, ["D", "E", "Q", "J"], isDown: false, for: link)
        #expect(!link.command.isActive)
    }

    @Test func `a key that repeats switches once`() {
        let link = OperatorLink()
        var keyboard = KeyboardOperator()
        let code = KeyCode.letter("G")
        keyboard.take(code: code, isDown: true, isRepeat: false, for: link)
        keyboard.take(code: code, isDown: true, isRepeat: true, for: link)
        #expect(link.command.closesGripper)
        keyboard.take(code: KeyCode.enter, isDown: true, isRepeat: false, for: link)
        #expect(link.takeRequest() == .accept)
        keyboard.take(code: KeyCode.enter, isDown: true, isRepeat: true, for: link)
        keyboard.take(code: KeyCode.enter, isDown: false, isRepeat: false, for: link)
        #expect(link.takeRequest() == nil)
    }

    @Test func `sticks have a dead zone and triggers rest`() {
        let link = OperatorLink()
        var pad = GamepadOperator()
        pad.read(
            axes: [0.1, -0.1, 0.05, 0, -1, -1],
            isDown: { _ in false },
            for: link,
            seenFrom: camera
        )
        #expect(!link.command.isActive)
        pad.read(
            axes: [1, -1, -1, 0, -1, 1],
            isDown: { $0 == .rightBumper },
            for: link,
            seenFrom: camera
        )
        // Stick right and forward, right trigger down: right, into the picture, up.
        #expect(link.command.linear == SIMD3(-1, 1, 1))
        // Roll about the axis into the picture, yaw about the upright.
        #expect(link.command.angular == SIMD3(-1, 0, 1))
        pad.read(
            axes: [.nan, 0, 0, 0, -1, -1],
            isDown: { _ in false },
            for: link,
            seenFrom: camera
        )
        #expect(!link.command.isActive)
    }

    @Test func `a button that is held asks once`() {
        let link = OperatorLink()
        var pad = GamepadOperator()
        let rest: [Float] = [0, 0, 0, 0, -1, -1]
        for _ in 0..<3 {
            pad.read(
                axes: rest,
                isDown: { $0 == .a || $0 == .start },
                for: link,
                seenFrom: camera
            )
        }
        #expect(link.command.closesGripper)
        #expect(link.takeRequest() == .accept)
        #expect(link.takeRequest() == nil)
    }
}
