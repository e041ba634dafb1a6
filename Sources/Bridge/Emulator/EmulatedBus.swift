public import Robots
internal import Spatial

/// Servos on one wire: takes the host's bytes, gives the servos' bytes and when they arrive.
///
/// Times are seconds on a scale of the caller's. A byte takes ten bits; a servo answers its return
/// delay after the instruction's last byte; the next answer of a sync read follows the last, or the
/// time it would have taken where a servo is missing.
public final class EmulatedBus {
    /// What is spoken.
    public let wire: ServoProtocol
    /// The servos.
    public internal(set) var servos: [EmulatedServo]
    /// What goes wrong on the wire.
    public var faults = WireFaults()
    /// What has passed and what has gone wrong so far.
    public var counts: WireCounts {
        var counts = counted
        counts.garbageBytes = parser.garbageBytes
        counts.badSums = parser.badSums
        return counts
    }

    private var counted = WireCounts()
    private let parser: FrameParser
    private let writer: FrameWriter
    private var random: RandomStream
    private var baud = 0
    /// Until when the wire is busy.
    private var busyUntil = 0.0
    private var arrivals: [(time: Double, bytes: [UInt8])] = []

    /// Servos on a wire.
    public init(wire: ServoProtocol, servos: [EmulatedServo], seed: UInt64 = 0) {
        self.wire = wire
        self.servos = servos
        parser = FrameParser(wire: wire, direction: .toServo)
        writer = FrameWriter(wire: wire)
        random = RandomStream(seed: seed, stream: 0x7769_7265)
    }

    /// Takes bytes that the host has written at `time`, at `baud` bits per second.
    public func receive(_ bytes: UnsafeBufferPointer<UInt8>, at time: Double, baud: Int) {
        self.baud = baud
        // A pause ends a packet that was cut short.
        if time > busyUntil + 0.05 { parser.reset() }
        busyUntil = max(busyUntil, time) + byteTime * Double(bytes.count)
        parser.append(bytes)
        while let frame = parser.next() {
            if happens(faults.deaf) {
                counted.deaf += 1
                continue
            }
            counted.instructions += 1
            for index in servos.indices { servos[index].heardAt = busyUntil }
            obey(frame)
        }
    }

    /// When the next bytes reach the host; nil when none are on their way.
    public var nextArrival: Double? { arrivals.first?.time }

    /// The bytes that have reached the host by `time`, taken out.
    public func arrived(by time: Double) -> [UInt8] {
        var bytes: [UInt8] = []
        while let first = arrivals.first, first.time <= time {
            bytes += first.bytes
            arrivals.removeFirst()
        }
        return bytes
    }

    private var byteTime: Double { baud > 0 ? 10 / Double(baud) : 0 }

    // MARK: Instructions

    private func obey(_ frame: ServoFrame) {
        let parameters = Array(parser.parameters)
        switch frame.instruction {
        case Instruction.syncRead: syncRead(parameters)
        case Instruction.fastSyncRead where wire == .dynamixel: fastSyncRead(parameters)
        case Instruction.syncWrite: syncWrite(parameters)
        default:
            for index in listeners(frame.id) { obey(frame, parameters, at: index) }
        }
    }

    private func listeners(_ id: UInt8) -> [Int] {
        servos.indices.filter { index in
            servos[index].hears(id, at: busyUntil) && servos[index].baud == baud
        }
    }

    /// The servo that answers as `id`; a shadow only obeys.
    private func servo(_ id: UInt8) -> Int? {
        listeners(id).first { servos[$0].id == id }
    }

    private func obey(_ frame: ServoFrame, _ parameters: [UInt8], at index: Int) {
        var error: UInt8 = 0
        var answer: [UInt8] = []
        var level = 2
        switch frame.instruction {
        case Instruction.ping:
            level = 0
            if wire == .dynamixel {
                answer = Array(servos[index].read(0, 2) ?? []) + (servos[index].read(6, 1) ?? [])
            }
        case Instruction.read:
            level = 1
            guard let (address, rest) = address(parameters), let count = count(rest),
                let bytes = servos[index].read(address, count)
            else {
                error = 5
                break
            }
            answer = Array(bytes)
        case Instruction.write, Instruction.registeredWrite:
            guard let (address, rest) = address(parameters), !rest.isEmpty else {
                error = 5
                break
            }
            guard frame.instruction == Instruction.registeredWrite else {
                answerFirst(frame, index, address: address, bytes: Array(rest))
                return
            }
            servos[index].prepare(address, Array(rest))
        case Instruction.action: servos[index].act()
        case Instruction.reboot where wire == .dynamixel: servos[index].switchOn(at: busyUntil)
        default: error = 2
        }
        let isAnswered =
            servos[index].id == frame.id
            || (frame.id == Instruction.broadcast && wire == .dynamixel && level == 0)
        if isAnswered, mayAnswer(index, level) { reply(index, error: error, answer) }
    }

    /// A write that changes id or baud rate is answered as the servo was before.
    private func answerFirst(_ frame: ServoFrame, _ index: Int, address: Int, bytes: [UInt8]) {
        let before = servos[index]
        let error = servos[index].write(address, bytes)
        guard before.id == frame.id, mayAnswer(index, 2) else { return }
        reply(index, error: error, [], as: before.id, delay: before.returnDelay)
    }

    /// Feetech's level 0 answers pings and reads; Dynamixel's 0 pings, 1 reads too, 2 all.
    private func mayAnswer(_ index: Int, _ level: Int) -> Bool {
        let set = servos[index][.responseLevel]
        return wire == .feetech ? set > 0 || level < 2 : set >= level
    }

    private func syncRead(_ parameters: [UInt8]) {
        guard let (address, rest) = address(parameters), let count = count(rest) else { return }
        for id in rest.dropFirst(wire == .feetech ? 1 : 2) {
            if let index = servo(id), let bytes = servos[index].read(address, count) {
                reply(index, error: 0, Array(bytes))
            } else {
                let bytes = BusTiming.statusBytes(count, wire: wire)
                busyUntil += byteTime * Double(bytes)
            }
        }
    }

    /// One packet in which each servo adds its part; a missing one ends it.
    private func fastSyncRead(_ parameters: [UInt8]) {
        guard let (address, rest) = address(parameters), let count = count(rest) else { return }
        let ids = Array(rest.dropFirst(2))
        let length = 1 + ids.count * (count + 4)
        var packet: [UInt8] = [0xFF, 0xFF, 0xFD, 0, Instruction.broadcast]
        packet += [UInt8(length & 0xFF), UInt8(length >> 8), Instruction.status]
        var delay = 0.0
        for id in ids {
            guard let index = servo(id), let bytes = servos[index].read(address, count) else {
                break
            }
            delay += servos[index].returnDelay
            packet += [errorByte(index, 0), id] + bytes
            let sum = packet.withUnsafeBufferPointer { DynamixelChecksum.of($0) }
            packet += [UInt8(sum & 0xFF), UInt8(sum >> 8)]
        }
        deliver(packet, delay: delay)
    }

    private func syncWrite(_ parameters: [UInt8]) {
        guard let (address, rest) = address(parameters), let count = count(rest) else { return }
        var data = rest.dropFirst(wire == .feetech ? 1 : 2)
        while data.count > count, let id = data.first {
            let bytes = Array(data.dropFirst().prefix(count))
            for index in listeners(id) where id <= 0xFC { _ = servos[index].write(address, bytes) }
            data = data.dropFirst(count + 1)
        }
    }

    private func address(_ parameters: [UInt8]) -> (Int, ArraySlice<UInt8>)? {
        switch wire {
        case .feetech: parameters.first.map { (Int($0), parameters.dropFirst()) }
        case .dynamixel:
            parameters.count < 2
                ? nil : (Int(parameters[0]) | Int(parameters[1]) << 8, parameters.dropFirst(2))
        }
    }

    private func count(_ parameters: ArraySlice<UInt8>) -> Int? {
        let bytes = Array(parameters.prefix(wire == .feetech ? 1 : 2))
        guard bytes.count == (wire == .feetech ? 1 : 2) else { return nil }
        let count = Int(bytes[0]) | (bytes.count > 1 ? Int(bytes[1]) << 8 : 0)
        return (1...240).contains(count) ? count : nil
    }

    // MARK: Answers

    private func errorByte(_ index: Int, _ error: UInt8) -> UInt8 {
        let alert = servos[index].alert
        if wire == .feetech { return alert.feetechByte }
        return error | (alert.isEmpty ? 0 : 0x80)
    }

    private func reply(
        _ index: Int,
        error: UInt8,
        _ parameters: [UInt8],
        as id: UInt8? = nil,
        delay: Double? = nil
    ) {
        writer.beginStatus(from: id ?? servos[index].id, error: errorByte(index, error))
        for byte in parameters { writer.put(byte) }
        deliver(Array(writer.finish()), delay: delay ?? servos[index].returnDelay)
    }

    /// Puts a packet on the wire, through the faults.
    private func deliver(_ packet: [UInt8], delay: Double) {
        guard !packet.isEmpty else { return }
        busyUntil += delay + byteTime * Double(packet.count)
        counted.answers += 1
        if happens(faults.drop) {
            counted.dropped += 1
            return
        }
        var bytes = packet
        if happens(faults.corrupt) {
            counted.corrupted += 1
            let place = Int(random.next() % UInt64(bytes.count))
            bytes[place] ^= 1 << UInt8(random.next() % 8)
        }
        var time = busyUntil + faults.latency
        if happens(faults.delay) {
            counted.delayed += 1
            time += faults.delaySeconds
        }
        if happens(faults.split), bytes.count > 1 {
            counted.split += 1
            let cut = 1 + Int(random.next() % UInt64(bytes.count - 1))
            arrive(Array(bytes[..<cut]), at: time)
            arrive(Array(bytes[cut...]), at: time + 5e-4)
        } else {
            arrive(bytes, at: time)
        }
        if happens(faults.duplicate) {
            counted.duplicated += 1
            arrive(bytes, at: time)
        }
    }

    /// Bytes keep their order: what is held back holds up what follows.
    private func arrive(_ bytes: [UInt8], at time: Double) {
        arrivals.append((max(time, arrivals.last?.time ?? time), bytes))
    }

    private func happens(_ share: Double) -> Bool { share > 0 && random.uniform() < share }
}
