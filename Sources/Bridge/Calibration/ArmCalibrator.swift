internal import Robots
internal import Runtime

/// LeRobot's calibration of an arm that is moved by hand: first to the middle of every joint's range, then
/// through all of it.
///
/// Offsets and limits go into the servos, everything into an ``ArmCalibration``.
public struct ArmCalibrator {
    private let setup: ServoSetup
    private let bus: ServoBus
    private let servos: [JointServo]
    private var offsets: [Int]
    private var lowest: [Int]
    private var highest: [Int]

    /// The smallest range in steps that a joint may have: under it, nobody has moved it.
    public static let leastRange = 100

    /// A calibrator of an arm's servos.
    public init(bus: ServoBus, servos: ArmServos) {
        self.bus = bus
        self.servos = servos.all
        setup = ServoSetup(bus: bus, servos: servos)
        offsets = [Int](repeating: 0, count: servos.all.count)
        lowest = [Int](repeating: .max, count: servos.all.count)
        highest = [Int](repeating: .min, count: servos.all.count)
    }

    /// Lets the arm be moved: takes the torque away, after which it drops.
    public func release() throws(SetupError) { try setup.release() }

    /// Takes where the joints are now for the middle: each servo reads 2047 there from now on.
    ///
    /// On Feetech the old angle limits are opened too, which would bound the sweep.
    public mutating func takeMiddle() throws(SetupError) {
        for (index, servo) in servos.enumerated() {
            let table = servo.table
            let position = try read(table[.presentPosition], servo)
            let old = try read(table[.homingOffset], servo)
            var offset = ServoCalibration.homing(position: position, offset: old, wire: table.wire)
            // One turn alone: an offset beyond half of it is one the other way round.
            if table.wire == .feetech {
                if offset > 2047 { offset -= 4096 }
                if offset < -2047 { offset += 4096 }
            }
            try setup.keep(
                [(.minimumAngle, 0), (.maximumAngle, 4095), (.homingOffset, offset)],
                in: servo
            )
            offsets[index] = offset
        }
    }

    /// Looks where the joints are; call it over and over while they are moved.
    ///
    /// - Returns: The ranges so far, in steps, of the servos that have answered.
    public mutating func look() -> [(joint: String, range: ClosedRange<Int>)] {
        let table = servos[0].table
        let block = SyncBlock(ids: servos.map(\.id), addresses: table[.presentPosition].range)
        _ = try? bus.read(block, until: bus.port.now() + .milliseconds(50))
        var ranges: [(joint: String, range: ClosedRange<Int>)] = []
        for index in servos.indices {
            if block.hasAnswered(index) {
                let at = block.value(table[.presentPosition], of: index)
                lowest[index] = min(lowest[index], at)
                highest[index] = max(highest[index], at)
            }
            guard lowest[index] <= highest[index] else { continue }
            ranges.append((servos[index].joint, lowest[index]...highest[index]))
        }
        return ranges
    }

    /// Joints that nobody has moved through a range worth its name, those of full turns left out.
    public func unmoved(fullTurns: Set<String>) -> [String] {
        servos.indices.filter { index in
            !fullTurns.contains(servos[index].joint)
                && (lowest[index] > highest[index]
                    || highest[index] - lowest[index] < Self.leastRange)
        }.map { servos[$0].joint }
    }

    /// Writes the ranges into the servos as their limits.
    ///
    /// - Parameter fullTurns: Joints without stops: their range is a whole turn.
    public func finish(fullTurns: Set<String>) throws(SetupError) -> ArmCalibration {
        var entries: [(joint: String, servo: ServoCalibration)] = []
        for (index, servo) in servos.enumerated() {
            let turns = fullTurns.contains(servo.joint)
            let low = turns ? 0 : max(0, lowest[index])
            let high = turns ? 4095 : min(4095, highest[index])
            try setup.keep([(.minimumAngle, low), (.maximumAngle, high)], in: servo)
            entries.append(
                (
                    servo.joint,
                    ServoCalibration(
                        id: Int(servo.id),
                        driveMode: 0,
                        homingOffset: offsets[index],
                        rangeMin: low,
                        rangeMax: high
                    )
                )
            )
        }
        return ArmCalibration(entries)
    }

    private func read(_ register: Register, _ servo: JointServo) throws(SetupError) -> Int {
        do {
            return try bus.read(register, of: servo.id)
        } catch {
            throw .bus(error)
        }
    }
}
