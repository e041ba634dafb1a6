internal import Robots
internal import Runtime

/// Stops an arm over the bus: each servo's goal becomes where it is.
struct ArmStop {
    private let bus: ServoBus
    private let present: SyncBlock
    private let goal: SyncBlock
    private let readBack: SyncBlock
    private let position: Register
    private let goalPosition: Register

    init(bus: ServoBus, table: ControlTable, ids: [UInt8]) {
        self.bus = bus
        position = table[.presentPosition]
        goalPosition = table[.goalPosition]
        present = SyncBlock(ids: ids, addresses: position.range)
        goal = SyncBlock(ids: ids, addresses: goalPosition.range)
        readBack = SyncBlock(ids: ids, addresses: goalPosition.range)
    }

    /// Holds every servo where it is now, asking until all have taken their goals.
    ///
    /// - Returns: How many have.
    func holdHere(until deadline: TimeSpan) -> Int {
        var known: Set<Int> = []
        var held: Set<Int> = []
        while held.count < goal.ids.count, bus.port.now() < deadline {
            if known.count < goal.ids.count {
                _ = try? bus.read(present, until: bus.port.now() + .milliseconds(40))
                for index in goal.ids.indices
                where present.hasAnswered(index) && !known.contains(index) {
                    goal.set(present.value(position, of: index), goalPosition, of: index)
                    known.insert(index)
                }
            }
            guard !known.isEmpty else { continue }
            writeKnown(known)
            _ = try? bus.read(readBack, until: bus.port.now() + .milliseconds(40))
            for index in known where readBack.hasAnswered(index) {
                let taken = readBack.value(goalPosition, of: index)
                if taken == goal.value(goalPosition, of: index) { held.insert(index) }
            }
        }
        return held.count
    }

    /// Servos whose place is not known yet are left alone.
    private func writeKnown(_ known: Set<Int>) {
        guard known.count < goal.ids.count else {
            try? bus.write(goal)
            return
        }
        for index in known {
            let one = SyncBlock(ids: [goal.ids[index]], addresses: goalPosition.range)
            one.set(goal.value(goalPosition, of: index), goalPosition, of: 0)
            try? bus.write(one)
        }
    }
}
