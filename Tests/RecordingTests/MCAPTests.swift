import Diagnostics
import Foundation
import Testing

@testable import Recording

@Suite struct MCAPTests {
    private static let schema = MCAPSchema(name: "n", encoding: "jsonschema", data: [0x7B, 0x7D])
    private static let channels = ["/a", "/b"].map {
        MCAPChannel(topic: $0, messageEncoding: "json", schema: schema)
    }

    /// A file of `count` messages, one every tenth of a second, and where its records end.
    private static func file(
        messages count: Int,
        finished: Bool = true
    ) throws -> (bytes: [UInt8], chunkEnds: [Int]) {
        let output = Output()
        let writer = try MCAPWriter(library: "test") { output.bytes += $0 }
        for channel in channels { _ = writer.addChannel(channel) }
        try writer.addMetadata("m", ["key": "value", "other": ""])
        var ends: [Int] = []
        for index in 0..<count {
            try writer.add(
                to: UInt16(index % 2),
                sequence: UInt32(index),
                logTime: 1_000 + UInt64(index) * 100_000_000,
                publishTime: 7,
                data: Array("{\"i\":\(index)}".utf8)
            )
            if output.bytes.count > (ends.last ?? 0) { ends.append(output.bytes.count) }
        }
        if finished { try writer.finish() }
        return (output.bytes, ends)
    }

    private final class Output {
        var bytes: [UInt8] = []
    }

    @Test(arguments: [0, 1, 7, 95])
    func `what is written is read`(count: Int) throws {
        let file = try MCAPFile(bytes: Self.file(messages: count).bytes)
        #expect(file.isComplete)
        #expect(file.messages.count == count)
        #expect(file.metadata == ["m": ["key": "value", "other": ""]])
        if count > 0 { #expect(file.channels == Self.channels) }
        for (index, message) in file.messages.enumerated() {
            #expect(message.channel == index % 2)
            #expect(message.sequence == UInt32(index))
            #expect(message.logTime == 1_000 + UInt64(index) * 100_000_000)
            #expect(message.publishTime == 7)
            #expect(Array(message.data) == Array("{\"i\":\(index)}".utf8))
        }
    }

    @Test func `a file cut anywhere is read up to its last closed chunk`() throws {
        let (bytes, ends) = try Self.file(messages: 45)
        let whole = try MCAPFile(bytes: bytes)
        #expect(ends.count > 3)
        for end in MCAP.magic.count..<bytes.count {
            let file = try MCAPFile(bytes: Array(bytes[..<end]))
            #expect(!file.isComplete)
            // Every chunk but the last holds eleven messages: a second of them.
            let closed = ends.dropFirst().count { $0 <= end }
            #expect(file.messages.count >= closed * 11)
            for (message, original) in zip(file.messages, whole.messages) {
                #expect(message.sequence == original.sequence)
            }
        }
    }

    @Test func `bytes changed anywhere are refused or read, never trapped on`() throws {
        let (bytes, _) = try Self.file(messages: 25)
        var refused = 0
        for at in bytes.indices {
            var broken = bytes
            broken[at] ^= 1 << UInt8(at % 8)
            do {
                _ = try MCAPFile(bytes: broken)
            } catch {
                refused += 1
            }
        }
        // Chunks have a checksum; indices and summary are not read.
        #expect(refused > bytes.count / 4)
    }

    @Test func `a changed byte within a chunk is noticed`() throws {
        let (bytes, _) = try Self.file(messages: 5)
        let text = Array("{\"i\":3}".utf8)
        let at = try #require(
            bytes.indices.first { bytes[$0...].starts(with: text) }
        )
        var broken = bytes
        broken[at + 5] = 0x34
        #expect(throws: InputError.self) { try MCAPFile(bytes: broken) }
    }

    @Test(arguments: ["", "MCAP", "\u{89}MCAP0\r\n"])
    func `other files are refused`(text: String) {
        #expect(throws: InputError.self) { try MCAPFile(bytes: Array(text.utf8)) }
        #expect(throws: InputError.self) { try MCAPFile(path: "/nowhere.mcap") }
    }
}
