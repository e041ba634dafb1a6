internal import Synchronization

/// The newest picture that one thread has made, for another to take, without a lock: three buffers, of which
/// the writer owns one, the reader one, and the third lies between them.
///
/// One thread writes, one reads.
final class LatestPicture<Pixel: BitwiseCopyable>: @unchecked Sendable {
    // Unchecked: which thread owns which buffer follows from `middle`.

    private let buffers: [UnsafeMutableBufferPointer<Pixel>]
    private let times: UnsafeMutableBufferPointer<Int64>
    /// The buffer between the two, and whether the reader has not seen it: index + 4.
    private let middle = Atomic<Int>(1)
    private var back = 0
    private var front = 2
    private static var fresh: Int { 4 }

    /// Three buffers of so many pixels.
    init(count: Int, blank: Pixel) {
        buffers = (0..<3).map { _ in
            let buffer = UnsafeMutableBufferPointer<Pixel>.allocate(capacity: count)
            buffer.initialize(repeating: blank)
            return buffer
        }
        times = .allocate(capacity: 3)
        times.initialize(repeating: 0)
    }

    deinit {
        for buffer in buffers { buffer.deallocate() }
        times.deallocate()
    }

    /// The writer's buffer.
    var room: UnsafeMutableBufferPointer<Pixel> { buffers[back] }

    /// Hands the writer's buffer over, as a picture of an instant in nanoseconds.
    func publish(capturedAt time: Int64) {
        times[back] = time
        let old = middle.exchange(back + Self.fresh, ordering: .acquiringAndReleasing)
        back = old % Self.fresh
    }

    /// The newest picture, if the reader has not taken it yet; stays until the next call.
    func take() -> (pixels: UnsafeBufferPointer<Pixel>, capturedAt: Int64)? {
        guard middle.load(ordering: .relaxed) >= Self.fresh else { return nil }
        let new = middle.exchange(front, ordering: .acquiringAndReleasing)
        front = new % Self.fresh
        return (UnsafeBufferPointer(buffers[front]), times[front])
    }
}
