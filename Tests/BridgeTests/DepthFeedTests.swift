import Foundation
import Runtime
import Spatial
import Testing

@testable import Bridge

@Suite struct DepthFeedTests {
    private func image(_ width: Int, _ height: Int, time: UInt64, _ depth: (Int) -> UInt16)
        -> [UInt8]
    {
        var bytes = Array("SRD1".utf8)
        for side in [width, height] { bytes += [UInt8(side & 255), UInt8(side >> 8)] }
        for place in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: time >> UInt64(8 * place))) }
        for pixel in 0..<width * height {
            bytes += [UInt8(depth(pixel) & 255), UInt8(depth(pixel) >> 8)]
        }
        return bytes
    }

    /// Feeds bytes in pieces; gives the images that came out.
    private func read(
        _ bytes: [UInt8],
        pieces: Int,
        into stream: inout DepthStream
    ) throws -> [[Float]] {
        var images: [[Float]] = []
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            var rest = Array(bytes[start..<min(start + pieces, bytes.count)])
            while !rest.isEmpty {
                var isWhole = false
                let taken = try rest.withUnsafeBufferPointer {
                    try stream.take($0, isWhole: &isWhole)
                }
                rest.removeFirst(taken)
                if isWhole { images.append(stream.depth) }
            }
        }
        return images
    }

    @Test(arguments: [1, 2, 3, 7, 16, 1000])
    func `images come out whole however they are cut`(pieces: Int) throws {
        let bytes =
            image(5, 3, time: 77) { UInt16($0 * 100) }
            + image(5, 3, time: 1 << 40) { UInt16(65_535 - $0) }
        var stream = DepthStream(width: 5, height: 3)
        let images = try read(bytes, pieces: pieces, into: &stream)
        try #require(images.count == 2)
        #expect(abs(images[0][14] - 1.4) < 1e-6 && images[0][0] == 0)
        #expect(abs(images[1][0] - 65.535) < 1e-4)
        #expect(stream.capturedAt == 1 << 40)
    }

    @Test func `another size, or no image, ends the stream before its pixels`() throws {
        var stream = DepthStream(width: 5, height: 3)
        let other = Array(image(4096, 4096, time: 0) { _ in 1 }.prefix(DepthStream.headerSize))
        #expect(throws: DepthStream.Failure.otherSize(width: 4096, height: 4096)) {
            try read(other, pieces: 16, into: &stream)
        }
        var next = DepthStream(width: 5, height: 3)
        #expect(throws: DepthStream.Failure.notAnImage) {
            try read(Array(repeating: 0x41, count: 40), pieces: 40, into: &next)
        }
    }

    @Test func `garbage never does harm`() {
        for seed in 0..<2000 {
            var random = RandomStream(seed: UInt64(seed), stream: 3)
            var bytes = image(4, 2, time: 5) { _ in 900 }
            for _ in 0..<1 + Int(random.next() % 6) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(random.next() & 255)
            }
            var stream = DepthStream(width: 4, height: 2)
            _ = try? read(bytes + bytes, pieces: 1 + Int(random.next() % 40), into: &stream)
            #expect(stream.depth.count == 8)
        }
    }

    /// A program beside a depth camera.
    private final class Feeder: @unchecked Sendable {
        let path: String
        private let socket: Int32

        init() {
            path = "/tmp/simrun-depth-\(UUID().uuidString.prefix(8))"
            socket = Foundation.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            _ = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            listen(socket, 2)
        }

        /// Waits for a reader and sends it bytes.
        func serve(_ bytes: [UInt8]) {
            let peer = accept(socket, nil, nil)
            _ = bytes.withUnsafeBytes { send(peer, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            close(peer)
        }

        deinit {
            close(socket)
            unlink(path)
        }
    }

    @Test func `a feed hands images over, and connects again`() throws {
        let feeder = Feeder()
        let bytes = image(4, 2, time: 123_456) { UInt16(500 + $0) }
        let thread = Thread {
            // The second reader is the same feed, after a stream that was no image.
            feeder.serve(Array("rubbish that is no image".utf8))
            feeder.serve(bytes)
        }
        thread.start()
        let feed = try DepthFeed(path: feeder.path, width: 4, height: 2)
        var frame = CameraFrame(name: "front", width: 4, height: 2)
        var captured: TimeSpan?
        for _ in 0..<400 where captured == nil {
            captured = feed.take(into: &frame)
            usleep(20_000)
        }
        #expect(captured == TimeSpan(nanoseconds: 123_456))
        #expect(frame.depth.count == 8 && abs(frame.depth[7] - 0.507) < 1e-6)
        #expect(feed.take(into: &frame) == nil)
    }

    @Test func `where nobody listens there is no feed`() {
        #expect(throws: (any Error).self) {
            try DepthFeed(path: "/nowhere/depth", width: 4, height: 2)
        }
    }

    @Test func `the newest picture wins, and is taken once`() {
        let latest = LatestPicture<UInt8>(count: 1, blank: 0)
        #expect(latest.take() == nil)
        for value in 1...5 {
            latest.room[0] = UInt8(value)
            latest.publish(capturedAt: Int64(value))
        }
        #expect(latest.take()?.pixels[0] == 5)
        #expect(latest.take() == nil)
        latest.room[0] = 9
        latest.publish(capturedAt: 9)
        #expect(latest.take()?.capturedAt == 9)
    }
}
