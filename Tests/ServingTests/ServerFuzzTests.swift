import Foundation
import NIOCore
import NIOPosix
import Runtime
import Spatial
import Testing

@testable import Serving

/// Clients that send broken frames and messages to a living server, beside one that does not.
///
/// A second by default; `SIMRUN_FUZZ_SECONDS` asks for more, as under the address sanitizer.
@Suite struct ServerFuzzTests {
    private static let seconds =
        ProcessInfo.processInfo.environment["SIMRUN_FUZZ_SECONDS"].flatMap { Double($0) } ?? 1

    private static let upgrade = """
        GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r
        Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r

        """

    private struct Chance {
        var random = RandomStream(seed: 11)
        mutating func below(_ bound: Int) -> Int {
            min(bound - 1, Int(random.uniform(in: 0...1) * Double(bound)))
        }
        mutating func byte() -> UInt8 { UInt8(below(256)) }
    }

    /// A frame, or what looks like one.
    private static func frame(_ chance: inout Chance) -> [UInt8] {
        let payload: [UInt8] =
            switch chance.below(3) {
            case 0: (0..<chance.below(300)).map { _ in chance.byte() }
            case 1: PolicyServerTests.observation().encoded()
            default: [0xDF, 0xFF, 0xFF, 0xFF, 0xFF, 0x81]
            }
        let opcodes: [UInt8] = [0x82, 0x02, 0x80, 0x00, 0x81, 0x88, 0x89, 0x8A, 0xF2, 0x83, 0x09]
        var bytes = [opcodes[chance.below(opcodes.count)]]
        switch payload.count {
        case ...125: bytes.append(0x80 | UInt8(payload.count))
        default: bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        }
        bytes += [0, 0, 0, 0] + payload
        for _ in 0..<chance.below(4) { bytes[chance.below(bytes.count)] = chance.byte() }
        return bytes
    }

    @Test func `broken frames cost nobody but their sender`() throws {
        let server = try PolicyServerTests.serve { options in
            options.handshakeTimeout = .seconds(2)
            options.messageTimeout = .seconds(2)
        }
        let good = try PolicyServerTests.open(server)
        var chance = Chance()
        let end = Date().addingTimeInterval(Self.seconds)
        var sent = 0
        repeat {
            let channel = try ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: server.port).wait()
            if chance.below(10) > 0 {
                channel.writeAndFlush(ByteBuffer(string: Self.upgrade), promise: nil)
            }
            for _ in 0..<1 + chance.below(8) {
                channel.writeAndFlush(ByteBuffer(bytes: Self.frame(&chance)), promise: nil)
            }
            sent += 1
            if sent % 20 == 0 {
                let reply = try good.infer(PolicyServerTests.observation(), within: .seconds(30))
                #expect(reply.actions != nil)
            }
            // Some wait for what the server says, some hang up.
            if chance.below(4) > 0 { channel.close(promise: nil) }
        } while Date() < end
        let last = try good.infer(PolicyServerTests.observation(), within: .seconds(30))
        #expect(last.actions != nil && sent > 0)
    }
}
