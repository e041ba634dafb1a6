internal import CCamera
public import Diagnostics
internal import Foundation
public import Runtime
internal import Synchronization

/// A camera of this computer's, by Video4Linux, its newest picture ready for the loop.
///
/// A thread of its own waits for pictures and decodes them; the tick only copies the last.
public final class VideoCamera: Sendable {
    /// The device.
    public let path: String
    /// Pictures that could not be decoded so far.
    public var broken: Int { work.broken.load(ordering: .relaxed) }
    private let work: Work

    /// Opens a camera and starts it.
    ///
    /// - Parameters:
    ///   - path: The device, such as `/dev/video0`.
    ///   - width: The task's picture's width in pixels; the camera's own may be larger.
    ///   - height: The task's picture's height in pixels.
    ///   - hertz: Pictures a second, as near as the camera comes.
    /// - Throws: ``Diagnostics/InputError`` for a path that is no camera, or one that cannot give such
    ///   pictures.
    public init(path: String, width: Int, height: Int, hertz: Double) throws(InputError) {
        self.path = path
        var error: Int32 = 0
        // Cameras think in 640 by 480 and multiples; the decoder averages down.
        let wanted = (max(width, 640), max(height, 480))
        let rate = UInt32(min(max(hertz.rounded(), 1), 240))
        guard
            let camera = cc_open(path, UInt32(wanted.0), UInt32(wanted.1), rate, &error)
        else { throw Self.refusal(path, error) }
        let decoder: PictureDecoder
        do {
            decoder = try PictureDecoder(
                source: (Int(cc_width(camera)), Int(cc_height(camera))),
                target: (width, height)
            )
        } catch {
            cc_close(camera)
            throw InputError(file: path, expected: error.expected, found: error.found)
        }
        let work = Work(
            camera: camera,
            decoder: decoder,
            latest: LatestPicture(count: width * height * 3, blank: 0)
        )
        self.work = work
        let thread = Thread {
            while !work.ends.load(ordering: .relaxed) { work.look() }
            cc_close(work.camera)
        }
        thread.name = "camera"
        thread.start()
    }

    deinit { work.ends.store(true, ordering: .relaxed) }

    /// Copies the newest picture into a frame, unless it is there already; allocates nothing.
    ///
    /// - Returns: When it was captured, on the monotonic clock; nil where there is none that is new.
    public func take(into frame: inout CameraFrame) -> TimeSpan? {
        guard let picture = work.latest.take(), picture.pixels.count == frame.rgb.count else {
            return nil
        }
        frame.rgb.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: picture.pixels) }
        return TimeSpan(nanoseconds: picture.capturedAt)
    }

    /// What the thread owns; it closes the camera when it ends.
    private final class Work: @unchecked Sendable {
        // Unchecked: the camera and the decoder belong to the thread, pictures pass through `latest`.
        let camera: OpaquePointer
        let latest: LatestPicture<UInt8>
        let broken = Atomic<Int>(0)
        let ends = Atomic<Bool>(false)
        private let decoder: PictureDecoder
        private let format: PictureFormat

        init(camera: OpaquePointer, decoder: PictureDecoder, latest: LatestPicture<UInt8>) {
            self.camera = camera
            self.decoder = decoder
            self.latest = latest
            format = cc_format(camera) == CC_MJPEG ? .mjpeg : .yuyv
        }

        func look() {
            var bytes: UnsafePointer<UInt8>?
            var count = 0
            var captured: Int64 = 0
            let deadline = (MonotonicTime().now() + .milliseconds(100)).nanoseconds
            let status = cc_next(camera, deadline, &bytes, &count, &captured)
            if status < 0 {
                // Unplugged: the loop notices by the silence.
                usleep(100_000)
                return
            }
            guard status > 0 else { return }
            defer { _ = cc_done(camera) }
            do {
                let picture = UnsafeBufferPointer(start: bytes, count: count)
                try decoder.decode(picture, format, into: latest.room)
                latest.publish(capturedAt: captured)
            } catch {
                broken.wrappingAdd(1, ordering: .relaxed)
            }
        }
    }

    private static func refusal(_ path: String, _ error: Int32) -> InputError {
        let found =
            switch error {
            case ENOTTY, ENODEV: "something that is no camera"
            case ENOTSUP: "a device without MJPEG or YUYV streams"
            case ENOENT: "no such file"
            case EBUSY: "one that another program has open"
            case EACCES: "one that this user may not open: the group video may"
            default: systemMessage(error)
            }
        return InputError(file: path, expected: "a camera", found: found)
    }
}
