public import Diagnostics
private import Foundation

/// Episodes as MCAP files, one each.
///
/// A file has its name from the start and is readable up to its last closed chunk, whatever ends
/// the program. When the disk is full, the file is cut back to that.
public final class RecordingFile: RecordingSink, @unchecked Sendable {
    // Unchecked: one thread at a time, as the protocol says.

    private let path: (RecordingDescription) -> String
    private let library: String
    private var writer: MCAPWriter?
    private var file: OpenFile?

    /// Creates a sink.
    ///
    /// - Parameters:
    ///   - library: Who writes, such as `simrun 0.1.0`.
    ///   - path: Where an episode's file is to lie; its folder must exist.
    public init(library: String, path: @escaping @Sendable (RecordingDescription) -> String) {
        self.library = library
        self.path = path
    }

    /// Makes the file, replacing an older one.
    public func begin(
        _ description: RecordingDescription,
        channels: [MCAPChannel]
    ) throws(InputError) {
        let file = try OpenFile(path: path(description))
        let writer = try MCAPWriter(library: library) { (bytes) throws(InputError) in
            try file.append(bytes)
        }
        self.file = file
        self.writer = writer
        for channel in channels { _ = writer.addChannel(channel) }
        var values = description.values
        values["layout"] = try Self.json(description.layout)
        values["epoch_ns"] = "\(description.epoch)"
        try writer.addMetadata(RecordingNames.header, values)
    }

    /// Appends a message.
    public func add(_ message: RecordedMessage) throws(InputError) {
        try writer?.add(
            to: UInt16(message.channel),
            sequence: message.sequence,
            logTime: message.logTime,
            publishTime: message.publishTime,
            data: message.data
        )
    }

    /// Completes the file.
    public func end(_ result: [String: String]) throws(InputError) {
        try writer?.addMetadata(RecordingNames.result, result)
        try writer?.finish()
        writer = nil
        file = nil
    }

    private static func json(_ layout: EpisodeLayout) throws(InputError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(layout) else {
            throw InputError(key: "layout", expected: "names that JSON can hold", found: "others")
        }
        return String(decoding: data, as: UTF8.self)
    }
}

/// Names of the metadata records in a recording.
enum RecordingNames {
    static let header = "simrun"
    static let result = "simrun.result"
}

/// A file that is appended to, and cut back to its last whole piece when a write fails.
private final class OpenFile {
    private let descriptor: Int32
    private let path: String
    private var size: off_t = 0

    init(path: String) throws(InputError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw InputError(
                file: path,
                expected: "a recording that can be written",
                found: String(cString: strerror(errno))
            )
        }
    }

    deinit { close(descriptor) }

    func append(_ bytes: [UInt8]) throws(InputError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let reason = String(cString: strerror(errno))
                ftruncate(descriptor, size)
                throw InputError(
                    file: path,
                    expected: "room for the recording; what is in the file stays readable",
                    found: reason
                )
            }
            done += count
        }
        size += off_t(bytes.count)
    }
}
