import Foundation
import Results

/// What a sweep asks of a worker, one JSON line each.
struct SweepRequest: Codable, Equatable {
    /// The cell's place in the plan: requests of one cell share a loop.
    var cell: Int
    /// What the cell must turn out to be; files may have changed since it was planned.
    var identity: String
    /// The arguments of `simrun task`.
    var arguments: [String]
    /// Further flags among them, with spaces between.
    var options: String
    /// The episode's seed.
    var seed: Int
    /// Whether to send every tick.
    var keepsTicks: Bool
}

/// What a worker answers, one JSON line each.
struct SweepReply: Codable, Equatable {
    /// The request's seed.
    var seed: Int
    var finished: SweepEpisode.Finished?
    var timing: SweepEpisode.Timing?
    var wallSeconds: Double?
    /// A fault while running.
    var fault: String?
    /// Input that has become bad since the plan.
    var badInput: String?
}

/// JSON lines over a file descriptor, bounded in length.
struct SweepLines {
    /// The longest line: an episode of an hour with every tick.
    static let maximumLength = 64 << 20

    /// Why no line came.
    enum Failure: Error, Equatable {
        case ended
        case late
        case stopped
        case tooLong
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []
    /// Bytes of the buffer in which no newline is.
    private var searched = 0

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// The next line without its newline.
    ///
    /// - Parameters:
    ///   - seconds: How long to wait at most.
    ///   - isStopped: Asked ten times a second whether to give up.
    mutating func next(
        within seconds: Double,
        isStopped: () -> Bool = { false }
    ) throws(Failure) -> [UInt8] {
        let started = ContinuousClock.now
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer {
                    buffer.removeSubrange(...end)
                    searched = 0
                }
                return Array(buffer[..<end])
            }
            searched = buffer.count
            guard buffer.count <= Self.maximumLength else { throw .tooLong }
            guard !isStopped() else { throw .stopped }
            guard (ContinuousClock.now - started).seconds < seconds else { throw .late }
            try fill()
        }
    }

    /// Waits up to a tenth of a second for bytes.
    private mutating func fill() throws(Failure) {
        var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&poller, 1, 100) > 0 else { return }
        let part = [UInt8](unsafeUninitializedCapacity: 1 << 16) { bytes, count in
            count = max(0, read(descriptor, bytes.baseAddress, bytes.count))
        }
        guard !part.isEmpty else { throw .ended }
        buffer += part
    }

    /// One line of JSON.
    static func line(_ value: some Encodable) throws -> Data {
        Data(try JSONText.of(value).utf8) + [UInt8(ascii: "\n")]
    }
}
