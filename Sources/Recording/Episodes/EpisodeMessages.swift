import Robots
import Runtime
import Spatial

/// Turns what a loop has noted into messages; on the recorder's thread.
struct EpisodeMessages {
    private let layout: EpisodeLayout
    private let shapes: [SceneShape]
    private let epoch: UInt64
    private let observationLabels: [String]
    private let actionLabels: [String]

    init(_ description: RecordingDescription) {
        layout = description.layout
        shapes = description.shapes
        epoch = description.epoch
        observationLabels = layout.observationLabels
        actionLabels = layout.actionLabels
    }

    /// Calls `emit` with each message that a frame of the ring holds.
    func decode(
        _ kind: FrameKind,
        _ bytes: UnsafeRawBufferPointer,
        emit: (RecordedMessage) -> Void
    ) {
        switch kind {
        case .start: start(bytes, emit)
        case .tick: tick(bytes, emit)
        case .plan: plan(bytes, emit)
        case .cloud: cloud(bytes, emit)
        case .image: image(bytes, emit)
        case .candidates: candidates(bytes, emit)
        }
    }

    /// Bytes behind a ``TickRecord``.
    static func tail(_ layout: EpisodeLayout) -> Int {
        MemoryLayout<Pose>.stride * layout.frameNames.count
            + MemoryLayout<Double>.stride * layout.stateNames.count
            + MemoryLayout<Float>.stride * layout.actionWidth
    }

    private func message(
        _ channel: EpisodeChannels.Fixed,
        _ ordinal: Int,
        at time: TimeSpan,
        _ data: [UInt8]
    ) -> RecordedMessage {
        RecordedMessage(
            channel: channel.rawValue,
            sequence: UInt32(truncatingIfNeeded: ordinal),
            logTime: stamp(time),
            publishTime: stamp(time),
            data: data
        )
    }

    private func stamp(_ time: TimeSpan) -> UInt64 {
        epoch &+ UInt64(bitPattern: time.nanoseconds)
    }

    private func start(_ bytes: UnsafeRawBufferPointer, _ emit: (RecordedMessage) -> Void) {
        let scene = FoxgloveMessages.scene(shapes, at: epoch)
        emit(message(.scene, 0, at: .zero, scene))
        emit(message(.transforms, 0, at: .zero, transforms(bytes, at: .zero)))
    }

    private func transforms(_ bytes: UnsafeRawBufferPointer, at time: TimeSpan) -> [UInt8] {
        let poses: [Pose] = Self.numbers(bytes, 0, layout.frameNames.count)
        return FoxgloveMessages.transforms(layout.frameNames, poses, at: stamp(time))
    }

    private func tick(_ bytes: UnsafeRawBufferPointer, _ emit: (RecordedMessage) -> Void) {
        let record = bytes.loadUnaligned(as: TickRecord.self)
        let posesAt = MemoryLayout<TickRecord>.stride
        let stateAt = posesAt + MemoryLayout<Pose>.stride * layout.frameNames.count
        let actionAt = stateAt + MemoryLayout<Double>.stride * layout.stateNames.count
        let state: [Double] = Self.numbers(bytes, stateAt, layout.stateNames.count)
        let action: [Float] = Self.numbers(bytes, actionAt, layout.actionWidth)
        let ordinal = record.ordinal
        let began = record.trace.episodeTime

        let observation = ScalarsMessage.json(observationLabels, observed(record))
        emit(message(.observation, ordinal, at: began, observation))
        if record.acted {
            let scalars = ScalarsMessage.json(actionLabels, action.map(Double.init))
            emit(message(.action, ordinal, at: began, scalars))
        }
        emit(message(.safety, ordinal, at: began, SafetyMessage.json(record)))
        emit(message(.tick, ordinal, at: began, TickMessage.json(record)))
        let after = record.elapsed
        let truth = ScalarsMessage.json(layout.stateNames, state)
        emit(message(.state, ordinal, at: after, truth))
        let poses = UnsafeRawBufferPointer(rebasing: bytes[posesAt..<stateAt])
        emit(message(.transforms, ordinal, at: after, transforms(poses, at: after)))
    }

    private func observed(_ record: TickRecord) -> [Double] {
        let p = record.worldFromTool.translation
        let q = record.worldFromTool.rotation.quaternion
        let goal = record.goal
        return record.jointPositions.values + record.jointVelocities.values
            + [record.gripperOpening, p.x, p.y, p.z, q.x, q.y, q.z, q.w]
            + (layout.hasGoal ? [goal.x, goal.y, goal.z] : [])
            + (layout.hasConveyor ? [record.conveyorSpeed] : [])
    }

    private func plan(_ bytes: UnsafeRawBufferPointer, _ emit: (RecordedMessage) -> Void) {
        let head = bytes.loadUnaligned(as: CaptureRecord.self)
        let count = layout.horizon * layout.actionWidth
        let actions: [Float] = Self.numbers(bytes, MemoryLayout<CaptureRecord>.stride, count)
        let json = PlanMessage.json(actions, width: layout.actionWidth)
        emit(message(.proposed, head.ordinal, at: head.seenAt, json))
    }

    private func candidates(_ bytes: UnsafeRawBufferPointer, _ emit: (RecordedMessage) -> Void) {
        let head = bytes.loadUnaligned(as: CandidatesRecord.self)
        let valuesAt = MemoryLayout<CandidatesRecord>.stride
        let actionsAt = valuesAt + MemoryLayout<Float>.stride * head.count
        let size = layout.horizon * layout.actionWidth
        let time = stamp(head.seenAt)
        emit(
            RecordedMessage(
                channel: EpisodeChannels.candidates(layout),
                sequence: UInt32(truncatingIfNeeded: head.ordinal),
                logTime: time,
                publishTime: time,
                data: CandidatesMessage.json(
                    chosen: head.chosen,
                    values: Self.numbers(bytes, valuesAt, head.count),
                    actions: Self.numbers(bytes, actionsAt, head.count * size),
                    horizon: layout.horizon,
                    width: layout.actionWidth
                )
            )
        )
    }

    private func cloud(_ bytes: UnsafeRawBufferPointer, _ emit: (RecordedMessage) -> Void) {
        let head = bytes.loadUnaligned(as: CaptureRecord.self)
        let points = UnsafeRawBufferPointer(rebasing: bytes[MemoryLayout<CaptureRecord>.stride...])
        let data = FoxgloveMessages.cloud(points, at: stamp(head.capturedAt))
        var message = message(.cloud, head.ordinal, at: head.seenAt, data)
        message.publishTime = stamp(head.capturedAt)
        emit(message)
    }

    private func image(_ bytes: UnsafeRawBufferPointer, _ emit: (RecordedMessage) -> Void) {
        let head = bytes.loadUnaligned(as: CaptureRecord.self)
        let camera = layout.cameras[head.camera]
        let colors = UnsafeRawBufferPointer(rebasing: bytes[MemoryLayout<CaptureRecord>.stride...])
        guard let png = PNG.encode(colors, width: camera.width, height: camera.height) else {
            return
        }
        let captured = stamp(head.capturedAt)
        emit(
            RecordedMessage(
                channel: EpisodeChannels.firstCamera + head.camera,
                sequence: UInt32(truncatingIfNeeded: head.ordinal),
                logTime: stamp(head.seenAt),
                publishTime: captured,
                data: FoxgloveMessages.image(
                    png[...],
                    format: "png",
                    frame: "camera/" + camera.name,
                    at: captured
                )
            )
        )
    }

    private static func numbers<Number: BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer,
        _ offset: Int,
        _ count: Int
    ) -> [Number] {
        (0..<count).map {
            bytes.loadUnaligned(
                fromByteOffset: offset + $0 * MemoryLayout<Number>.stride,
                as: Number.self
            )
        }
    }
}
