internal import Robots

/// Which way a packet goes: the bytes of a Feetech packet do not say.
public enum FrameDirection: Sendable {
    /// An instruction from the host.
    case toServo
    /// A status packet from a servo.
    case toHost
}

/// One checked packet; its parameters stand in the parser that found it.
public struct ServoFrame: Equatable, Sendable, BitwiseCopyable {
    /// Who sent the status packet, or whom the instruction is for.
    public var id: UInt8
    /// The ``Instruction``; ``Instruction/status`` for every status packet.
    public var instruction: UInt8
    /// The error byte of a status packet; 0 in instructions.
    public var error: UInt8
    /// How many parameters there are.
    public var count: Int

    /// Creates the description of a packet.
    public init(id: UInt8, instruction: UInt8, error: UInt8 = 0, count: Int) {
        self.id = id
        self.instruction = instruction
        self.error = error
        self.count = count
    }
}

/// What the first bytes of a stream are.
enum FrameScan: Equatable {
    /// The beginning of a packet, so far.
    case incomplete
    /// So many bytes that begin no packet.
    case garbage(Int)
    /// A packet whose checksum is wrong; its first byte begins no packet.
    case badSum
    /// A whole packet of `length` bytes with its parameters at `parameters`, as they were sent.
    case frame(ServoFrame, length: Int, parameters: Range<Int>)
}

/// The longest packets that are accepted, so that a false header cannot swallow a stream.
enum FrameLimit {
    /// All bytes of a Feetech packet, as its own library bounds them.
    static let feetech = 250
    /// All bytes of a Dynamixel packet.
    static let dynamixel = 1024

    static func bytes(_ wire: ServoProtocol) -> Int { wire == .feetech ? feetech : dynamixel }
}
