public import Diagnostics
private import Foundation

/// A message of an MCAP file.
public struct MCAPMessage: Sendable {
    /// Index into ``MCAPFile/channels``.
    public var channel: Int
    /// The writer's own count.
    public var sequence: UInt32
    /// When it was recorded, in nanoseconds since 1970.
    public var logTime: UInt64
    /// When it was made, in nanoseconds since 1970.
    public var publishTime: UInt64
    /// The encoded message.
    public var data: ArraySlice<UInt8>
}

/// An MCAP file read from front to end, without trust in any of its numbers.
///
/// What was cut off is given up from the first record that is not whole; what stands before is
/// kept. Indices and summary are not needed. Chunks must not be compressed.
public struct MCAPFile: Sendable {
    /// The largest file that is read.
    public static let largest = 2 << 30

    /// Channels in the order of their first mention.
    public private(set) var channels: [MCAPChannel] = []
    /// All messages, in file order.
    public private(set) var messages: [MCAPMessage] = []
    /// Tables of texts by name; of one that occurs twice, the last.
    public private(set) var metadata: [String: [String: String]] = [:]
    /// Whether the file ends as it should; false for one that was cut off.
    public private(set) var isComplete = false

    private var indexOfChannel: [UInt16: Int] = [:]
    private var schemas: [UInt16: MCAPSchema] = [:]

    /// Reads a file.
    ///
    /// - Throws: ``Diagnostics/InputError`` for a file that is missing, too large, no MCAP, or whose
    ///   whole records contradict themselves.
    public init(path: String) throws(InputError) {
        let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
        guard let size, size <= Self.largest else {
            throw InputError(
                file: path,
                expected: "an MCAP file of at most \(Self.largest >> 30) GiB",
                found: size.map { "\($0) bytes" } ?? "no file"
            )
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw InputError(file: path, expected: "a readable MCAP file", found: "none")
        }
        do {
            try self.init(bytes: [UInt8](data))
        } catch {
            throw error.inFile(path)
        }
    }

    /// Reads the bytes of a file.
    public init(bytes: [UInt8]) throws(InputError) {
        guard bytes.starts(with: MCAP.magic) else {
            throw InputError(expected: "an MCAP file", found: "other first bytes")
        }
        var reader = ByteReader(bytes[MCAP.magic.count...])
        while reader.left >= MCAP.recordHeader {
            let at = reader.position
            guard let opcode = try? reader.uint8(), let body = try? reader.long() else { break }
            do throws(ByteReader.Malformed) {
                if opcode == MCAP.Opcode.footer.rawValue {
                    isComplete = bytes[body.endIndex...].elementsEqual(MCAP.magic)
                    break
                }
                try take(opcode, body)
            } catch {
                throw InputError(
                    key: "record at byte \(at)",
                    expected: "a whole record of kind \(opcode)",
                    found: "one that contradicts itself"
                )
            }
        }
    }

    /// Takes in a record outside a chunk, or one of a chunk.
    private mutating func take(
        _ opcode: UInt8,
        _ body: ArraySlice<UInt8>
    ) throws(ByteReader.Malformed) {
        var reader = ByteReader(body)
        switch MCAP.Opcode(rawValue: opcode) {
        case .schema: try takeSchema(&reader)
        case .channel: try takeChannel(&reader)
        case .message: try takeMessage(&reader)
        case .chunk: try takeChunk(&reader)
        case .metadata:
            let name = try reader.string()
            metadata[name] = try reader.map()
        // The format asks readers to skip what they do not know.
        default: break
        }
    }

    private mutating func takeSchema(_ reader: inout ByteReader) throws(ByteReader.Malformed) {
        let id = try reader.uint16()
        let name = try reader.string()
        let encoding = try reader.string()
        let data = try reader.take(Int(try reader.uint32()))
        schemas[id] = MCAPSchema(name: name, encoding: encoding, data: Array(data))
    }

    private mutating func takeChannel(_ reader: inout ByteReader) throws(ByteReader.Malformed) {
        let id = try reader.uint16()
        let schema = try reader.uint16()
        let topic = try reader.string()
        let encoding = try reader.string()
        guard indexOfChannel[id] == nil else { return }
        guard let schema = schemas[schema] else { throw ByteReader.Malformed() }
        indexOfChannel[id] = channels.count
        channels.append(MCAPChannel(topic: topic, messageEncoding: encoding, schema: schema))
    }

    private mutating func takeMessage(_ reader: inout ByteReader) throws(ByteReader.Malformed) {
        guard let channel = indexOfChannel[try reader.uint16()] else {
            throw ByteReader.Malformed()
        }
        messages.append(
            MCAPMessage(
                channel: channel,
                sequence: try reader.uint32(),
                logTime: try reader.uint64(),
                publishTime: try reader.uint64(),
                data: try reader.take(reader.left)
            )
        )
    }

    private mutating func takeChunk(_ reader: inout ByteReader) throws(ByteReader.Malformed) {
        _ = try reader.uint64()
        _ = try reader.uint64()
        let size = try reader.uint64()
        let checksum = try reader.uint32()
        let compression = try reader.string()
        let records = try reader.long()
        guard compression.isEmpty, size == UInt64(records.count),
            checksum == 0 || checksum == Checksum.crc32(records)
        else { throw ByteReader.Malformed() }
        var inner = ByteReader(records)
        while inner.left > 0 {
            let opcode = try inner.uint8()
            let body = try inner.long()
            guard opcode != MCAP.Opcode.chunk.rawValue else { throw ByteReader.Malformed() }
            try take(opcode, body)
        }
    }
}
