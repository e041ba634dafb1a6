internal import Robots
public import Runtime

/// A servo that answered a ping, and what it says of itself.
public struct FoundServo: Equatable, Sendable {
    /// Its number on the bus.
    public var id: UInt8
    /// The number of its model.
    public var modelNumber: Int
    /// Its model's name; nil when it is not known here.
    public var model: String?
    /// Its firmware, such as `3.10`; nil when it did not tell.
    public var firmware: String?
    /// How long it waits before it answers; nil when it did not tell.
    public var returnDelay: TimeSpan?
}

extension ServoBus {
    /// Asks every number of the bus who is there.
    ///
    /// - Parameters:
    ///   - ids: The numbers to ask.
    ///   - expected: Numbers that are asked more than once.
    ///   - isStopped: Read between questions.
    public func scan(
        _ ids: some Sequence<UInt8>,
        expected: Set<UInt8> = [],
        isStopped: () -> Bool = { false }
    ) throws(BusError) -> [FoundServo] {
        let slack = setupSlack
        defer { setupSlack = slack }
        var found: [FoundServo] = []
        for id in ids where !isStopped() {
            // Most numbers are nobody's: a long wait for each would add up.
            setupSlack = expected.contains(id) ? slack : .milliseconds(4)
            var isThere = false
            for _ in 0..<(expected.contains(id) ? tries : 1) where !isThere {
                isThere = try ping(id)
            }
            setupSlack = slack
            if isThere { found.append(try describe(id)) }
        }
        return found
    }

    /// Reads what tells a servo's model; the three registers stand alike in all tables of a protocol.
    private func describe(_ id: UInt8) throws(BusError) -> FoundServo {
        guard let any = ControlTable.all.first(where: { $0.wire == wire }) else {
            throw .noAnswer(id: id, tries: tries)
        }
        let number = try read(any[.model], of: id)
        var found = FoundServo(id: id, modelNumber: number)
        found.model = ControlTable.numbered(number, wire: wire)?.model
        switch wire {
        case .feetech:
            let major = try read(any[.firmwareMajor], of: id)
            found.firmware = "\(major).\(try read(any[.firmwareMinor], of: id))"
        case .dynamixel: found.firmware = "\(try read(any[.firmware], of: id))"
        }
        found.returnDelay = .microseconds(2 * Double(try read(any[.returnDelay], of: id)))
        return found
    }
}
