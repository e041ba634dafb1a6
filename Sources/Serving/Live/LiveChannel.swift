/// A topic that viewers may subscribe to.
public struct LiveChannel: Equatable, Sendable {
    /// The topic, such as `/tick`.
    public var topic: String
    /// `json` or `protobuf`.
    public var encoding: String
    /// The messages' type.
    public var schemaName: String
    /// `jsonschema` or `protobuf`.
    public var schemaEncoding: String
    /// The schema's text, or its bytes in base64.
    public var schema: String
    /// Whether whoever subscribes late gets the last message at once.
    public var isLatched: Bool

    /// Creates a channel.
    public init(
        topic: String,
        encoding: String,
        schemaName: String,
        schemaEncoding: String,
        schema: String,
        isLatched: Bool
    ) {
        self.topic = topic
        self.encoding = encoding
        self.schemaName = schemaName
        self.schemaEncoding = schemaEncoding
        self.schema = schema
        self.isLatched = isLatched
    }
}
