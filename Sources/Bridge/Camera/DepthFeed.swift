public import Diagnostics
internal import Foundation
public import Runtime
internal import Synchronization

/// Depth images from another program, over a Unix socket that it listens on.
///
/// A depth camera's own library stays out of this one: a few lines beside it send what ``DepthStream`` reads.
/// A thread of its own reads; when the other end closes or sends something else, it connects again.
public final class DepthFeed: Sendable {
    /// The socket.
    public let path: String
    private let work: Work

    /// Connects to a socket, and goes on in a thread.
    ///
    /// - Throws: ``Diagnostics/InputError`` when nobody listens there.
    public init(path: String, width: Int, height: Int) throws(InputError) {
        self.path = path
        let socket = Self.connect(to: path)
        guard socket >= 0 else {
            throw InputError(
                file: path,
                expected: "a socket on which a depth feeder listens",
                found: systemMessage(-socket)
            )
        }
        let work = Work(width: width, height: height)
        self.work = work
        let thread = Thread {
            work.read(from: socket)
            while !work.ends.load(ordering: .relaxed) {
                usleep(200_000)
                let next = Self.connect(to: path)
                if next >= 0 { work.read(from: next) }
            }
        }
        thread.name = "depth"
        thread.start()
    }

    deinit { work.ends.store(true, ordering: .relaxed) }

    /// Copies the newest depths into a frame, unless they are there already; allocates nothing.
    ///
    /// - Returns: When they were captured, on the monotonic clock; nil where there are none that are new.
    public func take(into frame: inout CameraFrame) -> TimeSpan? {
        guard let image = work.latest.take(), image.pixels.count == frame.depth.count else {
            return nil
        }
        frame.depth.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: image.pixels) }
        return TimeSpan(nanoseconds: image.capturedAt)
    }

    /// What the thread owns.
    private final class Work: @unchecked Sendable {
        // Unchecked: the stream belongs to the thread, images pass through `latest`.
        let latest: LatestPicture<Float>
        let ends = Atomic<Bool>(false)
        private var stream: DepthStream
        private let blank: DepthStream

        init(width: Int, height: Int) {
            blank = DepthStream(width: width, height: height)
            stream = blank
            latest = LatestPicture(count: width * height, blank: 0)
        }

        /// Reads until the other end closes, sends something else, or the feed is let go.
        func read(from socket: Int32) {
            defer { close(socket) }
            stream = blank
            let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
            buffer.initialize(repeating: 0)
            defer { buffer.deallocate() }
            while !ends.load(ordering: .relaxed) {
                var ready = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
                guard poll(&ready, 1, 100) > 0 else { continue }
                let count = recv(socket, buffer.baseAddress, buffer.count, 0)
                guard count > 0, takes(UnsafeBufferPointer(rebasing: buffer[..<count])) else {
                    return
                }
            }
        }

        /// Whether the bytes are images, or parts of one.
        private func takes(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
            var rest = bytes
            while !rest.isEmpty {
                var isWhole = false
                guard let taken = try? stream.take(rest, isWhole: &isWhole) else { return false }
                rest = UnsafeBufferPointer(rebasing: rest[taken...])
                guard isWhole else { continue }
                _ = latest.room.update(fromContentsOf: stream.depth)
                latest.publish(capturedAt: stream.capturedAt)
            }
            return true
        }
    }

    private static func connect(to path: String) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { return -ENAMETOOLONG }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return -errno }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else {
            let error = errno
            close(socket)
            return -error
        }
        return socket
    }
}
