@testable import Bridge
import Robots

/// Bytes from a text such as `FF FF 01`.
func bytes(_ text: String) -> [UInt8] {
    text.split(separator: " ").compactMap { UInt8($0, radix: 16) }
}

/// A packet as it was found, with its parameters.
struct Found: Equatable {
    var frame: ServoFrame
    var parameters: [UInt8]

    init(_ id: UInt8, _ instruction: UInt8, error: UInt8 = 0, _ parameters: [UInt8] = []) {
        frame = ServoFrame(
            id: id,
            instruction: instruction,
            error: error,
            count: parameters.count
        )
        self.parameters = parameters
    }

    init(_ frame: ServoFrame, _ parser: FrameParser) {
        self.frame = frame
        parameters = Array(parser.parameters)
    }
}

extension FrameParser {
    func append(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { append($0) } }

    /// All packets that are there.
    func all() -> [Found] {
        var found: [Found] = []
        while let frame = next() { found.append(Found(frame, self)) }
        return found
    }
}

/// What a parser finds in bytes that come all at once.
func parse(
    _ bytes: [UInt8],
    _ wire: ServoProtocol,
    _ direction: FrameDirection
) -> [Found] {
    let parser = FrameParser(wire: wire, direction: direction)
    parser.append(bytes)
    return parser.all()
}

/// Writes an instruction.
func instruction(
    _ wire: ServoProtocol,
    _ code: UInt8,
    to id: UInt8,
    _ parameters: [UInt8] = []
) -> [UInt8] {
    let writer = FrameWriter(wire: wire)
    writer.begin(code, to: id)
    for byte in parameters { writer.put(byte) }
    return Array(writer.finish())
}

/// Writes a status packet.
func status(
    _ wire: ServoProtocol,
    from id: UInt8,
    error: UInt8 = 0,
    _ parameters: [UInt8] = []
) -> [UInt8] {
    let writer = FrameWriter(wire: wire)
    writer.beginStatus(from: id, error: error)
    for byte in parameters { writer.put(byte) }
    return Array(writer.finish())
}
