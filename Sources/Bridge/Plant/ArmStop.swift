internal import Robots
internal import Runtime

/// Stops an arm over the bus: each servo's goal becomes the place where it comes to rest by itself.
///
/// A joint that closes on its goal with a time constant keeps its speed if the goal lies that much of its
/// motion ahead, and then slows down without turning back. At the present position the arm would run
/// past its goal, and still be on its way back when it is meant to stand.
struct ArmStop {
    private let bus: ServoBus
    private let servos: [JointServo]
    private let present: SyncBlock
    private let goal: SyncBlock
    private let readBack: SyncBlock
    private let position: Register
    private let speed: Register
    private let goalPosition: Register

    init(bus: ServoBus, servos: ArmServos) {
        self.bus = bus
        self.servos = servos.all
        let table = servos.table
        let ids = servos.all.map(\.id)
        position = table[.presentPosition]
        speed = table[.presentSpeed]
        goalPosition = table[.goalPosition]
        present = SyncBlock(ids: ids, addresses: Self.span(position, speed))
        // Feetech: with its acceleration, which is 0 for as much as the motor has. The ramp that it keeps
        // to otherwise would carry a fast joint on for longer than an arm without a loop may move.
        let aim = table[.goalPosition]
        let written = table.register(.acceleration).map { Self.span($0, aim) } ?? aim.range
        goal = SyncBlock(ids: ids, addresses: written)
        readBack = SyncBlock(ids: ids, addresses: goalPosition.range)
    }

    private static func span(_ one: Register, _ other: Register) -> Range<Int> {
        min(one.address, other.address)..<max(one.range.upperBound, other.range.upperBound)
    }

    /// Brings every servo to rest, asking until all have taken their goals.
    ///
    /// - Returns: How many have.
    func holdHere(until deadline: TimeSpan) -> Int {
        var known: Set<Int> = []
        var held: Set<Int> = []
        while held.count < servos.count, bus.port.now() < deadline {
            if known.count < servos.count {
                _ = try? bus.read(present, until: bus.port.now() + .milliseconds(40))
                for index in servos.indices
                where present.hasAnswered(index) && !known.contains(index) {
                    goal.set(restingStep(index), goalPosition, of: index)
                    known.insert(index)
                }
            }
            guard !known.isEmpty else { continue }
            writeKnown(known)
            held.formUnion(obedient(among: known))
        }
        return held.count
    }

    /// Looks whether the goals still stand, should a last one of the loop's have been on its way, and
    /// writes those again that do not.
    ///
    /// - Returns: How many stand.
    func insist(until deadline: TimeSpan) -> Int {
        var held = obedient(among: Set(servos.indices))
        while held.count < servos.count, bus.port.now() < deadline {
            try? bus.write(goal)
            held = obedient(among: Set(servos.indices))
        }
        return held.count
    }

    /// Where a servo's joint comes to rest, in steps.
    private func restingStep(_ index: Int) -> Int {
        let servo = servos[index]
        let stepsPerSecond =
            Double(present.value(speed, of: index)) * servo.table.speedUnit * servo.stepsPerTurn
            / (2 * Double.pi)
        let here = present.value(position, of: index)
        let ahead = here + Int((stepsPerSecond * servo.timeConstant).rounded())
        // One turn alone, unless it counts several.
        return servo.table.wire == .feetech && (0...4095).contains(here)
            ? min(max(ahead, 0), 4095) : ahead
    }

    /// The servos whose goal register holds what it is to hold.
    private func obedient(among known: Set<Int>) -> Set<Int> {
        _ = try? bus.read(readBack, until: bus.port.now() + .milliseconds(40))
        return known.filter { index in
            readBack.hasAnswered(index)
                && readBack.value(goalPosition, of: index) == goal.value(goalPosition, of: index)
        }
    }

    /// Servos whose place is not known yet are left alone.
    private func writeKnown(_ known: Set<Int>) {
        guard known.count < servos.count else {
            try? bus.write(goal)
            return
        }
        for index in known {
            let one = SyncBlock(
                ids: [servos[index].id],
                addresses: goal.address..<goal.address + goal.size
            )
            one.set(goal.value(goalPosition, of: index), goalPosition, of: 0)
            try? bus.write(one)
        }
    }
}
