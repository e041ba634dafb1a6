/// Numbers of the MCAP container format, version 0.
///
/// Source: https://mcap.dev/spec
enum MCAP {
    /// What a file begins and ends with.
    static let magic: [UInt8] = [0x89, 0x4D, 0x43, 0x41, 0x50, 0x30, 0x0D, 0x0A]

    /// Kinds of records.
    enum Opcode: UInt8 {
        case header = 0x01
        case footer = 0x02
        case schema = 0x03
        case channel = 0x04
        case message = 0x05
        case chunk = 0x06
        case messageIndex = 0x07
        case chunkIndex = 0x08
        case attachment = 0x09
        case attachmentIndex = 0x0A
        case statistics = 0x0B
        case metadata = 0x0C
        case metadataIndex = 0x0D
        case summaryOffset = 0x0E
        case dataEnd = 0x0F
    }

    /// An opcode and a 64-bit length stand before each record's body.
    static let recordHeader = 9
}

/// What the messages of a channel look like.
public struct MCAPSchema: Equatable, Sendable {
    /// The type's name, such as `foxglove.FrameTransforms`.
    public var name: String
    /// `jsonschema` or `protobuf`.
    public var encoding: String
    /// The schema: JSON text, or a `FileDescriptorSet`.
    public var data: [UInt8]

    /// Creates a schema.
    public init(name: String, encoding: String, data: [UInt8]) {
        self.name = name
        self.encoding = encoding
        self.data = data
    }
}

/// A topic and what its messages look like.
public struct MCAPChannel: Equatable, Sendable {
    /// The topic, such as `/tick`.
    public var topic: String
    /// `json` or `protobuf`.
    public var messageEncoding: String
    /// The messages' schema.
    public var schema: MCAPSchema

    /// Creates a channel.
    public init(topic: String, messageEncoding: String, schema: MCAPSchema) {
        self.topic = topic
        self.messageEncoding = messageEncoding
        self.schema = schema
    }
}
