public import Robots
public import Runtime

/// The host's side of a half-duplex servo bus: one question at a time, answers checked and counted.
///
/// One thread owns it. The calls of the tick, ``write(_:)`` and ``read(_:within:)`` over a
/// ``SyncBlock``, allocate nothing; the others serve set-up.
public final class ServoBus {
    /// What is spoken.
    public let wire: ServoProtocol
    /// How long to wait.
    public var timing: BusTiming
    /// How often a question is asked before set-up gives up.
    public var tries = 3
    /// How much longer set-up waits for an answer than the tick does: nothing is late there.
    public var setupSlack = TimeSpan.milliseconds(50)
    /// The port.
    public let port: ServoPort

    private var counted = BusCounts()
    private let writer: FrameWriter
    private let parser: FrameParser

    /// A bus on an open port.
    public init(wire: ServoProtocol, port: ServoPort) {
        self.wire = wire
        self.port = port
        writer = FrameWriter(wire: wire)
        parser = FrameParser(wire: wire, direction: .toHost)
        timing = BusTiming(
            baud: port.baud,
            returnDelay: .microseconds(510),
            latencyTimer: PortAdvice.latencyTimer(of: port.path)
        )
    }

    /// What has happened so far.
    public var counts: BusCounts {
        var counts = counted
        counts.garbageBytes = parser.garbageBytes
        counts.badSums = parser.badSums
        return counts
    }

    /// Opens the port again after it was lost.
    public func reconnect() -> Bool {
        parser.reset()
        guard port.reopen() else { return false }
        counted.reconnects += 1
        return true
    }

    // MARK: The tick

    /// Sends one sync write of the block's values to its servos; nobody answers.
    public func write(_ block: SyncBlock) throws(BusError) {
        writer.begin(Instruction.syncWrite, to: Instruction.broadcast)
        writer.putAddress(block.address)
        writer.putCount(block.size)
        for (index, id) in block.ids.enumerated() {
            writer.put(id)
            for offset in 0..<block.size { writer.put(block.byte(index, offset)) }
        }
        try send()
    }

    /// Reads the block from all its servos, asking again those that did not answer.
    ///
    /// - Parameters:
    ///   - block: Receives the values, errors and who answered.
    ///   - deadline: When to give up, on the port's clock.
    /// - Returns: How many servos answered.
    public func read(_ block: SyncBlock, until deadline: TimeSpan) throws(BusError) -> Int {
        block.clear()
        var round = 0
        while block.missing > 0, round < 3 {
            if round > 0 {
                guard port.now() + roundTrip(block) < deadline else { break }
                counted.retries += 1
            }
            try ask(block)
            try gather(block, until: deadline)
            counted.missed += block.missing
            round += 1
        }
        counted.lost += block.missing
        return block.ids.count - block.missing
    }

    private func ask(_ block: SyncBlock) throws(BusError) {
        try port.discardInput()
        parser.reset()
        let instruction = block.isFast ? Instruction.fastSyncRead : Instruction.syncRead
        writer.begin(instruction, to: Instruction.broadcast)
        writer.putAddress(block.address)
        writer.putCount(block.size)
        for (index, id) in block.ids.enumerated() where !block.hasAnswered(index) {
            writer.put(id)
        }
        try send()
    }

    private func roundTrip(_ block: SyncBlock) -> TimeSpan {
        let status = BusTiming.statusBytes(block.size, wire: wire)
        return timing.wire(14 + (status * block.missing)) + timing.returnDelay * block.missing
    }

    /// Takes answers in until all are there, or the next is overdue.
    private func gather(_ block: SyncBlock, until deadline: TimeSpan) throws(BusError) {
        let status = BusTiming.statusBytes(block.size, wire: wire)
        let bytes = block.isFast ? 8 + (block.size + 4) * block.missing : status
        let patience = timing.answer(bytes)
        var limit = port.now() + timing.wire(14 + block.missing) + patience
        while block.missing > 0 {
            limit = min(limit, deadline)
            guard try port.read(into: parser, until: limit) else {
                // A false header may hide a whole packet.
                if parser.pending == 0 { return }
                parser.giveUp()
                while let frame = next() { take(frame, block) }
                continue
            }
            while let frame = next() {
                take(frame, block)
                limit = port.now() + patience
            }
        }
    }

    private func take(_ frame: ServoFrame, _ block: SyncBlock) {
        let before = block.missing
        if frame.id == Instruction.broadcast, block.isFast {
            block.takeFast(parser.parameters)
        } else {
            block.take(frame, parser.parameters)
        }
        let came = before - block.missing
        counted.answers += came
        if came == 0 { counted.unexpected += 1 }
        if frame.error != 0 { counted.alerts += 1 }
    }

    private func next() -> ServoFrame? { parser.next() }

    private func send() throws(BusError) {
        counted.sent += 1
        try port.write(writer.finish())
    }

    // MARK: Set-up

    /// Whether the servo answers a ping.
    public func ping(_ id: UInt8) throws(BusError) -> Bool {
        writer.begin(Instruction.ping, to: id)
        return try transact(with: id, parameters: 3) != nil
    }

    /// Reads `count` bytes from `address` on, with the alert that came along.
    public func read(
        _ id: UInt8,
        address: Int,
        count: Int
    ) throws(BusError) -> (bytes: [UInt8], alert: ServoAlert) {
        for _ in 0..<tries {
            writer.begin(Instruction.read, to: id)
            writer.putAddress(address)
            writer.putCount(count)
            guard let frame = try transact(with: id, parameters: count) else { continue }
            guard frame.count == count else { continue }
            return (
                Array(parser.parameters), ServoAlert(status: frame.error, wire: wire)
            )
        }
        throw .noAnswer(id: id, tries: tries)
    }

    /// Reads a register.
    public func read(_ register: Register, of id: UInt8) throws(BusError) -> Int {
        let bytes = try read(id, address: register.address, count: register.size).bytes
        var bits: UInt32 = 0
        for (index, byte) in bytes.enumerated() { bits |= UInt32(byte) << UInt32(8 * index) }
        return register.decode(bits)
    }

    /// Writes a register and waits for the servo's word that it has taken it.
    public func write(_ value: Int, to register: Register, of id: UInt8) throws(BusError) {
        for _ in 0..<tries {
            writer.begin(Instruction.write, to: id)
            writer.putAddress(register.address)
            writer.put(register.encode(value), size: register.size)
            guard let frame = try transact(with: id, parameters: 0) else { continue }
            let alert = ServoAlert(status: frame.error, wire: wire)
            guard !alert.contains(.refused) else {
                throw .refused(id: id, register: "\(register.name)")
            }
            return
        }
        throw .noAnswer(id: id, tries: tries)
    }

    /// Writes a register unless it holds the value, and reads it back.
    public func set(_ value: Int, _ register: Register, of id: UInt8) throws(BusError) {
        if try read(register, of: id) == value { return }
        try write(value, to: register, of: id)
        guard try read(register, of: id) == value else {
            throw .notTaken(id: id, register: "\(register.name)")
        }
    }

    /// Sends what is written so far and waits for the answer of `id`.
    private func transact(with id: UInt8, parameters: Int) throws(BusError) -> ServoFrame? {
        try port.discardInput()
        parser.reset()
        try send()
        let wait = timing.answer(BusTiming.statusBytes(parameters, wire: wire) + 32)
        let deadline = port.now() + wait + setupSlack
        while true {
            while let frame = next() {
                guard frame.id == id else {
                    counted.unexpected += 1
                    continue
                }
                counted.answers += 1
                if frame.error != 0 { counted.alerts += 1 }
                return frame
            }
            guard try port.read(into: parser, until: deadline) else {
                if parser.pending > 0 {
                    parser.giveUp()
                    continue
                }
                counted.missed += 1
                return nil
            }
        }
    }
}
