public import Diagnostics

/// Everything that a recording says of itself before its first message.
public struct RecordingDescription: Sendable {
    /// What the episode is and what made it; written as the metadata record `simrun`.
    public var values: [String: String]
    /// What its numbers are.
    public var layout: EpisodeLayout
    /// What there is to see.
    public var shapes: [SceneShape]
    /// Episode time 0 in nanoseconds since 1970.
    public var epoch: UInt64

    /// Creates a description.
    public init(
        values: [String: String],
        layout: EpisodeLayout,
        shapes: [SceneShape],
        epoch: UInt64
    ) {
        self.values = values
        self.layout = layout
        self.shapes = shapes
        self.epoch = epoch
    }
}

/// One encoded message.
public struct RecordedMessage: Sendable {
    /// Index into the recording's channels.
    public var channel: Int
    /// The ordinal of its tick.
    public var sequence: UInt32
    /// When it was known, in nanoseconds since 1970.
    public var logTime: UInt64
    /// When what it tells of was so: the capture of a picture.
    public var publishTime: UInt64
    /// The message.
    public var data: [UInt8]
}

/// Where the messages of episodes go: a file, a viewer, a list.
///
/// Called by the recorder's thread, one call at a time.
public protocol RecordingSink: AnyObject, Sendable {
    /// An episode begins.
    func begin(_ description: RecordingDescription, channels: [MCAPChannel]) throws(InputError)
    /// A message of it.
    func add(_ message: RecordedMessage) throws(InputError)
    /// It has ended, as `result` says.
    func end(_ result: [String: String]) throws(InputError)
}
