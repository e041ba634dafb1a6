public import Diagnostics
private import Foundation
public import Robots
public import Runtime
public import Spatial
import Synchronization

/// Records episodes of one loop: the loop leaves plain bytes in a ring, a thread of its own turns
/// them into messages and hands those to sinks.
///
/// Nothing that the loop calls during an episode allocates, locks or waits for a sink. Where the
/// ring is full, what should go in is dropped and counted. Where the world can wait, the loop gives
/// the thread a moment between ticks, once: a sink that stalls for longer is not waited for again.
public final class EpisodeRecorder: @unchecked Sendable {
    // Unchecked: `encoder` and what comes with it belong to the thread while an episode is recorded
    // and to the loop otherwise; `phase` passes them on.

    private enum Phase: Int { case idle, recording, closing, stopped }

    /// What the numbers of all episodes are.
    public let layout: EpisodeLayout
    /// Frames that found no room in this episode; the loop's.
    public private(set) var dropped = 0

    private let sinks: [any RecordingSink]
    private let ring: FrameRing
    private let phase = Atomic<Int>(Phase.idle.rawValue)
    private let failed = Atomic<Bool>(false)
    private let closed = DispatchSemaphore(value: 0)
    private let wake = DispatchSemaphore(value: 0)

    private var encoder: EpisodeMessages?
    private var failure: InputError?
    private var result: [String: String] = [:]

    // The loop's own.
    private let patience: TimeSpan
    private var mayWait = true
    private var ordinal = 0
    private var shownCloud: TimeSpan?
    private var shownFrames: [TimeSpan?]
    private let tail: Int

    /// Creates a recorder and its thread.
    ///
    /// - Parameters:
    ///   - layout: What the numbers of its episodes are.
    ///   - sinks: Where messages go.
    ///   - capacity: Bytes of the ring, a power of two.
    ///   - patience: How long the loop may be kept between ticks when the ring is full; zero for a
    ///     loop that must not wait.
    public init(
        layout: EpisodeLayout,
        sinks: [any RecordingSink],
        capacity: Int = 1 << 23,
        patience: TimeSpan = .zero
    ) {
        self.layout = layout
        self.sinks = sinks
        self.patience = patience
        ring = FrameRing(capacity: capacity)
        shownFrames = [TimeSpan?](repeating: nil, count: layout.cameras.count)
        tail = EpisodeMessages.tail(layout)
        let thread = Thread { [weak self, wake] in
            while true {
                wake.wait()
                guard let self, phase.load(ordering: .acquiring) != Phase.stopped.rawValue else {
                    return
                }
                drain()
            }
        }
        thread.name = "recorder"
        thread.start()
    }

    deinit {
        phase.store(Phase.stopped.rawValue, ordering: .releasing)
        wake.signal()
    }

    // MARK: The loop, between episodes

    /// Starts to record an episode.
    ///
    /// - Parameter poses: Writes the frames' poses at its start.
    /// - Throws: ``InputError`` when a sink cannot be opened.
    public func begin(
        _ description: RecordingDescription,
        poses: (UnsafeMutableBufferPointer<Pose>) -> Void
    ) throws(InputError) {
        precondition(phase.load(ordering: .acquiring) == Phase.idle.rawValue, "one at a time")
        precondition(description.layout == layout, "episodes of one layout")
        encoder = EpisodeMessages(description)
        failure = nil
        failed.store(false, ordering: .relaxed)
        dropped = 0
        mayWait = patience > .zero
        ordinal = 0
        shownCloud = nil
        for index in shownFrames.indices { shownFrames[index] = nil }
        let channels = EpisodeChannels.channels(layout)
        for sink in sinks { try sink.begin(description, channels: channels) }
        let size = MemoryLayout<Pose>.stride * layout.frameNames.count
        _ = ring.write(kind: FrameKind.start.rawValue, count: size) {
            poses(Self.room($0, 0, layout.frameNames.count))
        }
        phase.store(Phase.recording.rawValue, ordering: .releasing)
        wake.signal()
    }

    /// Ends the episode: waits until everything is with the sinks.
    ///
    /// - Parameter result: What became of it; written as the metadata record `simrun.result`.
    /// - Throws: ``InputError`` when a sink has failed.
    public func end(_ result: [String: String]) throws(InputError) {
        self.result = result
        self.result["dropped"] = "\(dropped)"
        phase.store(Phase.closing.rawValue, ordering: .releasing)
        closed.wait()
        if let failure { throw failure }
    }

    // MARK: The loop, between ticks

    /// Whether a sink has failed; nothing more is recorded then.
    public var hasFailed: Bool { failed.load(ordering: .relaxed) }

    /// Notes a tick.
    ///
    /// - Parameters:
    ///   - trace: Its trace.
    ///   - acted: Whether an action was taken.
    ///   - elapsed: Episode time after it.
    ///   - status: How the episode stands after it.
    ///   - observation: What the policy saw.
    ///   - action: The action taken last.
    ///   - plan: The plan made last.
    ///   - wanted: What the controller wanted.
    ///   - command: What the gate let through.
    ///   - fill: Writes the frames' poses and the true state.
    public func note(
        _ trace: TickTrace,
        acted: Bool,
        elapsed: TimeSpan,
        status: EpisodeStatus,
        observation: Observation,
        action: ActionChunk,
        plan: ActionChunk,
        wanted: JointCommand,
        command: JointCommand,
        fill: (UnsafeMutableBufferPointer<Pose>, UnsafeMutableBufferPointer<Double>) -> Void
    ) {
        let record = TickRecord(
            ordinal: ordinal,
            trace: trace,
            acted: acted,
            elapsed: elapsed,
            status: status,
            jointPositions: observation.jointPositions,
            jointVelocities: observation.jointVelocities,
            gripperOpening: observation.gripperOpening,
            worldFromTool: observation.worldFromTool,
            goal: observation.goal ?? .zero,
            conveyorSpeed: observation.conveyorSpeed ?? 0,
            wanted: wanted,
            command: command
        )
        noteCaptures(observation, at: trace.episodeTime)
        if trace.planned { notePlan(plan, at: trace.episodeTime) }
        put(.tick, MemoryLayout<TickRecord>.stride + tail) { bytes in
            bytes.storeBytes(of: record, as: TickRecord.self)
            var at = MemoryLayout<TickRecord>.stride
            let poses: UnsafeMutableBufferPointer<Pose> = Self.room(
                bytes,
                at,
                layout.frameNames.count
            )
            at += MemoryLayout<Pose>.stride * poses.count
            let state: UnsafeMutableBufferPointer<Double> = Self.room(
                bytes,
                at,
                layout.stateNames.count
            )
            at += MemoryLayout<Double>.stride * state.count
            fill(poses, state)
            action.values.withUnsafeBytes {
                let size = MemoryLayout<Float>.stride * layout.actionWidth
                UnsafeMutableRawBufferPointer(rebasing: bytes[at..<at + size])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<size]))
            }
        }
        ordinal += 1
    }

    private func notePlan(_ plan: ActionChunk, at time: TimeSpan) {
        let head = CaptureRecord(ordinal: ordinal, seenAt: time, capturedAt: time, camera: 0)
        plan.values.withUnsafeBytes { put(.plan, head, $0) }
    }

    /// Notes the candidates of a plan, before the tick that made it is noted.
    ///
    /// - Parameters:
    ///   - actions: Shape `[candidates, horizon, width]`.
    ///   - values: The critic's value of each candidate; at most the layout's candidates.
    ///   - chosen: The candidate that became the plan.
    ///   - time: Episode time when the tick began.
    public func noteCandidates(
        _ actions: UnsafeBufferPointer<Float>,
        values: UnsafeBufferPointer<Float>,
        chosen: Int,
        at time: TimeSpan
    ) {
        precondition(values.count <= layout.candidates ?? 0, "no more than the layout says")
        precondition(values.indices.contains(chosen), "one of the candidates")
        precondition(
            actions.count == values.count * layout.horizon * layout.actionWidth,
            "a plan for each value"
        )
        let record = CandidatesRecord(
            ordinal: ordinal,
            seenAt: time,
            count: values.count,
            chosen: chosen
        )
        let valuesAt = MemoryLayout<CandidatesRecord>.stride
        let actionsAt = valuesAt + MemoryLayout<Float>.stride * values.count
        put(.candidates, actionsAt + MemoryLayout<Float>.stride * actions.count) { bytes in
            bytes.storeBytes(of: record, as: CandidatesRecord.self)
            UnsafeMutableRawBufferPointer(rebasing: bytes[valuesAt..<actionsAt])
                .copyMemory(from: UnsafeRawBufferPointer(values))
            UnsafeMutableRawBufferPointer(rebasing: bytes[actionsAt...])
                .copyMemory(from: UnsafeRawBufferPointer(actions))
        }
    }

    /// Clouds and pictures that this tick saw first.
    private func noteCaptures(_ observation: Observation, at now: TimeSpan) {
        if layout.cloudPoints > 0, shownCloud != observation.cloud.capturedAt {
            let captured = observation.cloud.capturedAt
            shownCloud = captured
            let head = CaptureRecord(ordinal: ordinal, seenAt: now, capturedAt: captured, camera: 0)
            observation.cloud.coordinates.withUnsafeBytes { put(.cloud, head, $0) }
        }
        for index in layout.cameras.indices {
            let captured = observation.frames[index].capturedAt
            guard shownFrames[index] != captured else { continue }
            shownFrames[index] = captured
            let head = CaptureRecord(
                ordinal: ordinal,
                seenAt: now,
                capturedAt: captured,
                camera: index
            )
            observation.frames[index].rgb.withUnsafeBytes { put(.image, head, $0) }
        }
    }

    private func put(_ kind: FrameKind, _ head: CaptureRecord, _ content: UnsafeRawBufferPointer) {
        let at = MemoryLayout<CaptureRecord>.stride
        put(kind, at + content.count) { bytes in
            bytes.storeBytes(of: head, as: CaptureRecord.self)
            UnsafeMutableRawBufferPointer(rebasing: bytes[at...]).copyMemory(from: content)
        }
    }

    private func put(
        _ kind: FrameKind,
        _ count: Int,
        _ fill: (UnsafeMutableRawBufferPointer) -> Void
    ) {
        if ring.write(kind: kind.rawValue, count: count, fill) { return }
        if mayWait, waited(kind, count, fill) { return }
        dropped += 1
    }

    /// Gives the thread a moment, where the world can wait; only once if it is not enough.
    private func waited(
        _ kind: FrameKind,
        _ count: Int,
        _ fill: (UnsafeMutableRawBufferPointer) -> Void
    ) -> Bool {
        let clock = MonotonicTime()
        let end = clock.now() + patience
        while clock.now() < end {
            clock.sleep(until: clock.now() + .milliseconds(1))
            if ring.write(kind: kind.rawValue, count: count, fill) { return true }
        }
        mayWait = false
        return false
    }

    /// `count` numbers from byte `offset` on, to be written.
    private static func room<Number: BitwiseCopyable>(
        _ bytes: UnsafeMutableRawBufferPointer,
        _ offset: Int,
        _ count: Int
    ) -> UnsafeMutableBufferPointer<Number> {
        let size = count * MemoryLayout<Number>.stride
        precondition(offset + size <= bytes.count, "a frame holds what is written to it")
        return UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<offset + size])
            .bindMemory(to: Number.self)
    }

    // MARK: The recorder's thread

    /// Records one episode to its end.
    private func drain() {
        let clock = MonotonicTime()
        while true {
            // Read before the ring: what came before the end is then drained.
            let isClosing = phase.load(ordering: .acquiring) == Phase.closing.rawValue
            while ring.read(take) {}
            if isClosing { break }
            clock.sleep(until: clock.now() + .milliseconds(5))
        }
        do throws(InputError) {
            if failure == nil { for sink in sinks { try sink.end(result) } }
        } catch {
            fail(error)
        }
        encoder = nil
        phase.store(Phase.idle.rawValue, ordering: .releasing)
        closed.signal()
    }

    private func take(_ kind: UInt32, _ bytes: UnsafeRawBufferPointer) {
        guard let kind = FrameKind(rawValue: kind), let encoder, failure == nil else { return }
        encoder.decode(kind, bytes) { message in
            guard failure == nil else { return }
            do throws(InputError) {
                for sink in sinks { try sink.add(message) }
            } catch {
                fail(error)
            }
        }
    }

    private func fail(_ error: InputError) {
        failure = error
        failed.store(true, ordering: .relaxed)
    }
}
