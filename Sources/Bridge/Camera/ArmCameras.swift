public import Runtime

/// The cameras round a real arm: colours by Video4Linux, depths from a feeder.
public struct ArmCameras: Sendable {
    /// Where one of the task's cameras gets its pictures.
    public struct Eye: Sendable {
        /// The camera's index among the observation's frames.
        public var frame: Int
        /// Its name in the task file.
        public var name: String
        /// Colours; nil for none.
        public var colours: VideoCamera?
        /// Depths; nil for none.
        public var depths: DepthFeed?

        /// A camera with either or both.
        public init(
            frame: Int,
            name: String,
            colours: VideoCamera? = nil,
            depths: DepthFeed? = nil
        ) {
            self.frame = frame
            self.name = name
            self.colours = colours
            self.depths = depths
        }
    }

    /// A camera silent for so long stops the arm: nothing runs blind.
    public static let patience = TimeSpan.seconds(1)

    private let eyes: [Eye]
    private var coloursAt: [TimeSpan]
    private var depthsAt: [TimeSpan]
    private var start: TimeSpan
    private let clock = MonotonicTime()

    /// Cameras that have been opened.
    public init(_ eyes: [Eye]) {
        self.eyes = eyes
        start = clock.now()
        coloursAt = [TimeSpan](repeating: start, count: eyes.count)
        depthsAt = coloursAt
    }

    /// Starts an episode's clock.
    public mutating func begin() {
        start = clock.now()
        for index in eyes.indices {
            coloursAt[index] = start
            depthsAt[index] = start
        }
    }

    /// Copies what has newly arrived into the observation; a picture's time is the older of its halves'.
    ///
    /// - Parameter freshDepths: Receives the frames whose depths are new, bit `i` for frame `i`.
    public mutating func sense(into observation: inout Observation, freshDepths: inout UInt64) {
        freshDepths = 0
        for index in eyes.indices {
            let frame = eyes[index].frame
            if let time = eyes[index].colours?.take(into: &observation.frames[frame]) {
                coloursAt[index] = time
            }
            if let time = eyes[index].depths?.take(into: &observation.frames[frame]) {
                depthsAt[index] = time
                freshDepths |= 1 << UInt64(frame)
            }
            observation.frames[frame].capturedAt = max(.zero, oldest(index) - start)
        }
    }

    /// What is wrong with them; nil while all send pictures.
    public var trouble: LoopFault? {
        let now = clock.now()
        for index in eyes.indices where now - oldest(index) > Self.patience {
            return .plant(what: "a camera has sent no picture for a second")
        }
        return nil
    }

    private func oldest(_ index: Int) -> TimeSpan {
        var oldest = TimeSpan(nanoseconds: .max)
        if eyes[index].colours != nil { oldest = min(oldest, coloursAt[index]) }
        if eyes[index].depths != nil { oldest = min(oldest, depthsAt[index]) }
        return oldest
    }
}
