import Runtime

/// Drives the tool by held keys, along the world's axes as they lie in the picture.
struct KeyboardOperator {
    /// One direction, by two opposite keys.
    private struct Pair {
        var plus: Unicode.Scalar
        var minus: Unicode.Scalar
    }

    /// Into the picture, to its right, upwards.
    private static let motion = [
        Pair(plus: "W", minus: "S"), Pair(plus: "D", minus: "A"), Pair(plus: "E", minus: "Q"),
    ]
    /// Roll about the axis into the picture, pitch about the one to its right, yaw about the upright.
    private static let turning = [
        Pair(plus: "O", minus: "U"), Pair(plus: "I", minus: "K"), Pair(plus: "J", minus: "L"),
    ]
    private static let gripper: Unicode.Scalar = "G"
    /// The part of the speed that is left while shift is held.
    private static let slow: Float = 0.25

    private var held: Set<Int32> = []

    /// Takes note of a key, and passes on what it asks for besides motion.
    mutating func take(code: Int32, isDown: Bool, isRepeat: Bool, for link: OperatorLink) {
        if isDown { held.insert(code) } else { held.remove(code) }
        guard isDown, !isRepeat else { return }
        switch code {
        case KeyCode.letter(Self.gripper): link.toggleGripper()
        case KeyCode.enter: link.ask(.accept)
        case KeyCode.backspace: link.ask(.discard)
        case KeyCode.letter("N"): link.ask(.skip)
        default: break
        }
    }

    /// Passes on the motion that the held keys ask for, seen from `camera`.
    func move(_ link: OperatorLink, seenFrom camera: OrbitCamera) {
        let isSlow = held.contains(KeyCode.leftShift) || held.contains(KeyCode.rightShift)
        let speed = isSlow ? Self.slow : 1
        link.move(
            linear: camera.world(amounts(Self.motion)) * speed,
            angular: camera.world(amounts(Self.turning)) * speed
        )
    }

    private func amounts(_ pairs: [Pair]) -> SIMD3<Float> {
        var amounts = SIMD3<Float>.zero
        for (axis, pair) in pairs.enumerated() {
            if held.contains(KeyCode.letter(pair.plus)) { amounts[axis] += 1 }
            if held.contains(KeyCode.letter(pair.minus)) { amounts[axis] -= 1 }
        }
        return amounts
    }

    /// The keys in short.
    static let hints = [
        "w s    ahead, back", "a d    left, right", "q e    down, up", "ik jl uo  turn",
        "shift  slower", "g      gripper", "Enter  end, keep", "Backspace  again",
        "n      next scene",
    ]

    /// The keys, for the list of keys.
    static let help = [
        "w s     into the picture, out of it", "a d     left, right", "q e     down, up",
        "i k     pitch      j l   yaw      u o   roll", "shift   slower",
        "g       gripper", "Enter   end the episode, then keep it",
        "Backspace   try the scene again", "n       next scene", "",
    ]
}

extension OrbitCamera {
    /// Amounts into the picture, to its right and upwards, along the world's nearest axes.
    func world(_ amounts: SIMD3<Float>) -> SIMD3<Float> {
        SIMD3<Float>(forwardAxis) * amounts.x + SIMD3<Float>(rightAxis) * amounts.y
            + SIMD3(0, 0, amounts.z)
    }
}
