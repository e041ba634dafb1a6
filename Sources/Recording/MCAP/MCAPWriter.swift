import Diagnostics

/// Writes one MCAP file: messages in indexed chunks with checksums, a summary at the end.
///
/// Each chunk leaves in one piece together with its indices. A file that was cut off is readable up
/// to its last closed chunk. Chunks are not compressed. Not for use inside the tick.
/// Source: https://mcap.dev/spec
final class MCAPWriter {
    /// A chunk is closed when it has this many bytes.
    static let chunkBytes = 1 << 20
    /// A chunk is closed, too, when it covers this many nanoseconds of log time.
    static let chunkSpan: UInt64 = 1_000_000_000

    private struct ChunkIndex {
        var start: UInt64
        var end: UInt64
        var offset: UInt64
        var length: UInt64
        var indexOffsets: [(channel: UInt16, offset: UInt64)]
        var indexLength: UInt64
        var size: UInt64
    }

    private struct MetadataIndex {
        var offset: UInt64
        var length: UInt64
        var name: String
    }

    private let write: ([UInt8]) throws(InputError) -> Void
    /// Bytes written so far.
    private(set) var offset: UInt64 = 0

    private var schemas: [MCAPSchema] = []
    private var channels: [MCAPChannel] = []
    private var schemaOfChannel: [UInt16] = []
    /// How many messages each channel has.
    private(set) var counts: [UInt64] = []

    private var chunk = ByteWriter()
    private var chunkIndexOfChannel: [[(time: UInt64, offset: UInt64)]] = []
    private var chunkStart = UInt64.max
    private var chunkEnd: UInt64 = 0
    private var chunkIndices: [ChunkIndex] = []
    private var metadataIndices: [MetadataIndex] = []
    private var fileStart = UInt64.max
    private var fileEnd: UInt64 = 0

    /// Starts a file.
    ///
    /// - Parameters:
    ///   - library: Who writes it.
    ///   - write: Appends bytes to the file.
    init(library: String, write: @escaping ([UInt8]) throws(InputError) -> Void) throws(InputError)
    {
        self.write = write
        chunk.reserve(Self.chunkBytes + (64 << 10))
        var head = ByteWriter()
        head.put(raw: MCAP.magic)
        head.putRecord(.header) {
            $0.put("")
            $0.put(library)
        }
        try put(head)
    }

    /// Adds a channel.
    ///
    /// - Returns: Its number, for ``add(to:sequence:logTime:publishTime:data:)``.
    func addChannel(_ channel: MCAPChannel) -> UInt16 {
        let schema: Int
        if let known = schemas.firstIndex(of: channel.schema) {
            schema = known
        } else {
            schema = schemas.count
            schemas.append(channel.schema)
            putSchema(schema, into: &chunk)
        }
        channels.append(channel)
        schemaOfChannel.append(UInt16(schema + 1))
        counts.append(0)
        chunkIndexOfChannel.append([])
        putChannel(channels.count - 1, into: &chunk)
        return UInt16(channels.count - 1)
    }

    /// Adds a message; times in nanoseconds since 1970.
    func add(
        to channel: UInt16,
        sequence: UInt32,
        logTime: UInt64,
        publishTime: UInt64,
        data: [UInt8]
    ) throws(InputError) {
        let at = UInt64(chunk.count)
        chunk.putRecord(.message) {
            $0.put(channel)
            $0.put(sequence)
            $0.put(logTime)
            $0.put(publishTime)
            $0.put(raw: data)
        }
        chunkIndexOfChannel[Int(channel)].append((logTime, at))
        counts[Int(channel)] += 1
        chunkStart = min(chunkStart, logTime)
        chunkEnd = max(chunkEnd, logTime)
        if chunk.count >= Self.chunkBytes || chunkEnd - chunkStart >= Self.chunkSpan {
            try closeChunk()
        }
    }

    /// Adds a named table of texts; closes the chunk first.
    func addMetadata(_ name: String, _ values: [String: String]) throws(InputError) {
        try closeChunk()
        var record = ByteWriter()
        record.putRecord(.metadata) {
            $0.put(name)
            $0.put(values)
        }
        metadataIndices.append(
            MetadataIndex(offset: offset, length: UInt64(record.count), name: name)
        )
        try put(record)
    }

    /// Writes what is left and the summary.
    func finish() throws(InputError) {
        try closeChunk()
        var end = ByteWriter()
        end.putRecord(.dataEnd) { $0.put(UInt32(0)) }
        try put(end)
        try put(summary())
    }

    // MARK: Chunks

    /// Writes the chunk and its indices in one piece; does nothing when it has no message.
    func closeChunk() throws(InputError) {
        guard chunkStart <= chunkEnd else { return }
        var out = ByteWriter()
        out.reserve(chunk.count + (64 << 10))
        out.putRecord(.chunk) {
            $0.put(chunkStart)
            $0.put(chunkEnd)
            $0.put(UInt64(chunk.count))
            $0.put(Checksum.crc32(chunk.bytes))
            $0.put("")
            $0.put(UInt64(chunk.count))
            $0.put(raw: chunk.bytes)
        }
        var index = ChunkIndex(
            start: chunkStart,
            end: chunkEnd,
            offset: offset,
            length: UInt64(out.count),
            indexOffsets: [],
            indexLength: 0,
            size: UInt64(chunk.count)
        )
        for (channel, entries) in chunkIndexOfChannel.enumerated() where !entries.isEmpty {
            index.indexOffsets.append((UInt16(channel), offset + UInt64(out.count)))
            out.putRecord(.messageIndex) {
                $0.put(UInt16(channel))
                $0.put(UInt32(entries.count * 16))
                for entry in entries {
                    $0.put(entry.time)
                    $0.put(entry.offset)
                }
            }
            chunkIndexOfChannel[channel].removeAll(keepingCapacity: true)
        }
        index.indexLength = UInt64(out.count) - index.length
        try put(out)
        chunkIndices.append(index)
        fileStart = min(fileStart, chunkStart)
        fileEnd = max(fileEnd, chunkEnd)
        chunk.clear()
        chunkStart = .max
        chunkEnd = 0
    }

    private func put(_ bytes: ByteWriter) throws(InputError) {
        try write(bytes.bytes)
        offset += UInt64(bytes.count)
    }

    private func putSchema(_ index: Int, into out: inout ByteWriter) {
        out.putRecord(.schema) {
            $0.put(UInt16(index + 1))
            $0.put(schemas[index].name)
            $0.put(schemas[index].encoding)
            $0.put(UInt32(schemas[index].data.count))
            $0.put(raw: schemas[index].data)
        }
    }

    private func putChannel(_ index: Int, into out: inout ByteWriter) {
        out.putRecord(.channel) {
            $0.put(UInt16(index))
            $0.put(schemaOfChannel[index])
            $0.put(channels[index].topic)
            $0.put(channels[index].messageEncoding)
            $0.put([:])
        }
    }

    // MARK: Summary

    /// The summary section, the footer and the closing magic.
    private func summary() -> ByteWriter {
        var out = ByteWriter()
        let start = offset
        var groups: [(opcode: MCAP.Opcode, start: UInt64, length: UInt64)] = []
        func group(_ opcode: MCAP.Opcode, _ body: (inout ByteWriter) -> Void) {
            let before = out.count
            body(&out)
            guard out.count > before else { return }
            groups.append((opcode, start + UInt64(before), UInt64(out.count - before)))
        }
        group(.schema) { for index in schemas.indices { putSchema(index, into: &$0) } }
        group(.channel) { for index in channels.indices { putChannel(index, into: &$0) } }
        group(.statistics) { $0.putRecord(.statistics) { putStatistics(into: &$0) } }
        group(.chunkIndex) {
            for index in chunkIndices { $0.putRecord(.chunkIndex) { Self.put(index, into: &$0) } }
        }
        group(.metadataIndex) {
            for index in metadataIndices {
                $0.putRecord(.metadataIndex) {
                    $0.put(index.offset)
                    $0.put(index.length)
                    $0.put(index.name)
                }
            }
        }
        let offsetsStart = start + UInt64(out.count)
        for group in groups {
            out.putRecord(.summaryOffset) {
                $0.put(group.opcode.rawValue)
                $0.put(group.start)
                $0.put(group.length)
            }
        }
        // The checksum covers everything up to itself.
        out.put(MCAP.Opcode.footer.rawValue)
        out.put(UInt64(20))
        out.put(start)
        out.put(offsetsStart)
        out.put(Checksum.crc32(out.bytes))
        out.put(raw: MCAP.magic)
        return out
    }

    private func putStatistics(into out: inout ByteWriter) {
        out.put(counts.reduce(0, +))
        out.put(UInt16(schemas.count))
        out.put(UInt32(channels.count))
        out.put(UInt32(0))
        out.put(UInt32(metadataIndices.count))
        out.put(UInt32(chunkIndices.count))
        out.put(fileStart == .max ? 0 : fileStart)
        out.put(fileEnd)
        out.put(UInt32(counts.count * 10))
        for (channel, count) in counts.enumerated() {
            out.put(UInt16(channel))
            out.put(count)
        }
    }

    private static func put(_ index: ChunkIndex, into out: inout ByteWriter) {
        out.put(index.start)
        out.put(index.end)
        out.put(index.offset)
        out.put(index.length)
        out.put(UInt32(index.indexOffsets.count * 10))
        for entry in index.indexOffsets {
            out.put(entry.channel)
            out.put(entry.offset)
        }
        out.put(index.indexLength)
        out.put("")
        out.put(index.size)
        out.put(index.size)
    }
}
