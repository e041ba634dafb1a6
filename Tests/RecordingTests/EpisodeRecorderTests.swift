import Diagnostics
import Foundation
import Robots
import Runtime
import Spatial
import Testing

@testable import Recording

/// A sink that waits until it is let go.
private final class StalledSink: RecordingSink, @unchecked Sendable {
    let gate = DispatchSemaphore(value: 0)
    private(set) var count = 0

    func begin(_ description: RecordingDescription, channels: [MCAPChannel]) throws(InputError) {}
    func add(_ message: RecordedMessage) throws(InputError) {
        if count == 0 { gate.wait() }
        count += 1
    }
    func end(_ result: [String: String]) throws(InputError) {}
}

/// A sink that fails once, at its `count`th message.
private final class FailingSink: RecordingSink, @unchecked Sendable {
    private var left: Int

    init(after count: Int) { left = count }

    func begin(_ description: RecordingDescription, channels: [MCAPChannel]) throws(InputError) {}
    func add(_ message: RecordedMessage) throws(InputError) {
        left -= 1
        guard left != 0 else { throw InputError(expected: "room", found: "none") }
    }
    func end(_ result: [String: String]) throws(InputError) {}
}

@Suite struct EpisodeRecorderTests {
    static let layout = EpisodeLayout(
        jointNames: ["a", "b"],
        frameNames: ["base", "tool"],
        stateNames: ["x", "y", "z"],
        actionWidth: 4,
        horizon: 2,
        hasGoal: true,
        hasConveyor: false,
        cloudPoints: 2,
        cameras: [EpisodeLayout.Camera(name: "front", width: 3, height: 2)]
    )

    static let description = RecordingDescription(
        values: ["seed": "7", "clock": "charged"],
        layout: layout,
        shapes: [
            SceneShape(
                frame: "tool",
                frameFromShape: .identity,
                shape: .capsule(radius: 0.1, halfLength: 0.2),
                color: SIMD3(1, 0, 0)
            )
        ],
        epoch: 1_700_000_000_000_000_000
    )

    /// Notes tick `index` of an episode that plans at every third.
    static func note(_ index: Int, in recorder: EpisodeRecorder) {
        var trace = TickTrace()
        trace.tick = index
        trace.episodeTime = .milliseconds(10 * Double(index))
        trace.planned = index % 3 == 0
        trace.charge = .microseconds(1500.125)
        trace.planCharge = trace.planned ? .microseconds(1200) : .zero
        trace.stages.sense = .microseconds(0.001)
        var frame = CameraFrame(name: "front", width: 3, height: 2)
        frame.capturedAt = .milliseconds(Double(index / 2))
        for pixel in frame.rgb.indices { frame.rgb[pixel] = UInt8(pixel * index % 256) }
        var observation = Observation(jointCount: 2, cloudPoints: 2, frames: [frame])
        observation.capturedAt = trace.episodeTime
        observation.jointPositions = JointVector([0.1 * Double(index), -0.0])
        observation.goal = Vector3(1, 2, 3)
        observation.cloud.capturedAt = frame.capturedAt
        observation.cloud.coordinates = [1, 2, 3, 4, 5, Float(index)]
        var action = ActionChunk(horizon: 1, width: 4)
        action.values = [0.1, -0.2, 0.3, 1]
        var plan = ActionChunk(horizon: 2, width: 4)
        plan.values = (0..<8).map { Float($0) / 3 }
        let command = JointCommand(arm: JointVector([0.5, 1.0 / 3]), gripperOpening: 0.04)
        recorder.note(
            trace,
            acted: index % 3 == 0,
            elapsed: .milliseconds(10 * Double(index + 1)),
            status: EpisodeStatus(),
            observation: observation,
            action: action,
            plan: plan,
            wanted: command,
            command: command
        ) { poses, state in
            for at in poses.indices { poses[at] = Pose(translation: Vector3(0, 0, Double(index))) }
            for at in state.indices { state[at] = Double(at) / 7 + Double(index) }
        }
    }

    private static func poses(_ poses: UnsafeMutableBufferPointer<Pose>) {
        for at in poses.indices { poses[at] = .identity }
    }

    /// Records `ticks` ticks into sinks.
    static func record(_ ticks: Int, into sinks: [any RecordingSink]) throws {
        let recorder = EpisodeRecorder(layout: layout, sinks: sinks, patience: .seconds(10))
        try recorder.begin(description, poses: poses)
        for index in 0..<ticks { note(index, in: recorder) }
        try recorder.end(["success": "true", "end_reason": "success", "state_hash": "0"])
        #expect(recorder.dropped == 0)
    }

    @Test func `a recording gives back what was noted, to the last bit`() throws {
        let folder = try Folder()
        let path = folder.path("episode.mcap")
        try Self.record(50, into: [RecordingFile(library: "test") { _ in path }])
        let episode = try RecordedEpisode(path: path)
        #expect(episode.isWhole)
        #expect(try episode.seed == 7)
        #expect(episode.layout == Self.layout)
        #expect(episode.ticks.count == 50)
        #expect(episode.ticks[4].chargeUs == 1500.125)
        #expect(episode.ticks[3].planned)
        let charges = episode.charges()
        #expect(charges.perTick[0] == .microseconds(300.125))
        #expect(charges.perTick[1] == .microseconds(1500.125))
        #expect(charges.perPlan.count == 17)
        #expect(charges.perPlan.allSatisfy { $0 == .microseconds(1200) })

        let observed = try episode.messages(of: "/observation/state", as: ScalarsMessage.self)
        #expect(observed.count == 50)
        #expect(observed[9].message.scalars[0].value == 0.1 * 9.0)
        #expect(observed[9].message.scalars[1].value.sign == .minus)
        let labels = ["a.pos", "b.pos", "a.vel", "b.vel", "gripper.opening", "tool.x"]
        #expect(observed[0].message.scalars.prefix(6).map(\.label) == labels)
        let safety = try episode.messages(of: "/safety", as: SafetyMessage.self)
        #expect(safety[0].message.jointCommand?.arm == JointVector([0.5, 1.0 / 3]))
        let state = try episode.messages(of: "/state", as: ScalarsMessage.self)
        #expect(state[2].message.scalars[1].value == 1.0 / 7 + 2)
        let actions = try episode.messages(of: "/action/state", as: ScalarsMessage.self)
        #expect(actions.map(\.ordinal) == Array(stride(from: 0, to: 50, by: 3)))
        let plans = try episode.messages(of: "/action/proposed", as: PlanMessage.self)
        // Typed by itself: within the macro it takes the compiler long.
        let second: [Double] = [4.0 / 3.0, 5.0 / 3.0, 2.0, 7.0 / 3.0]
        #expect(plans[0].message.actions[1] == second.map { Float($0) })
        #expect(episode.raw("/camera/front").count == 25)
        #expect(episode.raw("/observation/cloud").count == 25)
        #expect(episode.raw("/scene").count == 1)
        #expect(episode.raw("/tf").count == 51)
    }

    @Test func `log times are the epoch and the episode's own`() throws {
        let list = MessageList()
        try Self.record(6, into: [list])
        let epoch = Self.description.epoch
        let ticks = list.messages.filter { list.channels[$0.channel].topic == "/tick" }
        #expect(ticks.map { $0.logTime - epoch } == (0..<6).map { UInt64($0) * 10_000_000 })
        let images = list.messages.filter { list.channels[$0.channel].topic == "/camera/front" }
        #expect(images.map(\.sequence) == [0, 2, 4])
        #expect(images.map { $0.publishTime - epoch } == [0, 1_000_000, 2_000_000])
        #expect(images.map { $0.logTime - epoch } == [0, 20_000_000, 40_000_000])
    }

    @Test func `a stalled sink never holds up the loop; what found no room is counted`() throws {
        let sink = StalledSink()
        let recorder = EpisodeRecorder(layout: Self.layout, sinks: [sink], capacity: 1 << 14)
        try recorder.begin(Self.description, poses: Self.poses)
        // More than the ring holds, and nothing leaves it: were the loop to wait, this would hang.
        for index in 0..<200 { Self.note(index, in: recorder) }
        #expect(recorder.dropped > 100)
        sink.gate.signal()
        try recorder.end([:])
        #expect(sink.count > 0)
    }

    @Test func `a loop whose world can wait gives up on a stalled sink after its patience`() throws
    {
        let sink = StalledSink()
        let recorder = EpisodeRecorder(
            layout: Self.layout,
            sinks: [sink],
            capacity: 1 << 14,
            patience: .milliseconds(20)
        )
        try recorder.begin(Self.description, poses: Self.poses)
        for index in 0..<200 { Self.note(index, in: recorder) }
        #expect(recorder.dropped > 100)
        sink.gate.signal()
        try recorder.end([:])
    }

    @Test func `a sink that fails is noticed, and the next episode starts anew`() throws {
        let recorder = EpisodeRecorder(
            layout: Self.layout,
            sinks: [FailingSink(after: 10)],
            patience: .seconds(10)
        )
        try recorder.begin(Self.description, poses: Self.poses)
        for index in 0..<20 { Self.note(index, in: recorder) }
        #expect(throws: InputError.self) { try recorder.end([:]) }
        #expect(recorder.hasFailed)
        try recorder.begin(Self.description, poses: Self.poses)
        #expect(!recorder.hasFailed)
        try recorder.end([:])
        #expect(!recorder.hasFailed)
    }

    @Test func `the first difference is named, and measured times are none`() throws {
        let folder = try Folder()
        let path = folder.path("episode.mcap")
        try Self.record(12, into: [RecordingFile(library: "test") { _ in path }])
        let episode = try RecordedEpisode(path: path)
        let same = MessageList()
        try Self.record(12, into: [same])
        #expect(EpisodeDifference.first(in: episode, against: same) == nil)

        let shorter = MessageList()
        try Self.record(11, into: [shorter])
        let missing = try #require(EpisodeDifference.first(in: episode, against: shorter))
        #expect(missing.ordinal == 11)
        #expect(missing.found == "none")

        let other = Altered(topic: "/state", ordinal: 5)
        try Self.record(12, into: [other])
        let found = try #require(EpisodeDifference.first(in: episode, against: other.list))
        #expect(found.topic == "/state")
        #expect(found.ordinal == 5)
        #expect(found.field == "scalars[1] (y)")
        #expect(found.found == "42.0")
    }
}

/// A list in which one number of one message is another.
private final class Altered: RecordingSink, @unchecked Sendable {
    let list = MessageList()
    private let topic: String
    private let ordinal: UInt32

    init(topic: String, ordinal: UInt32) {
        self.topic = topic
        self.ordinal = ordinal
    }

    func begin(_ description: RecordingDescription, channels: [MCAPChannel]) throws(InputError) {
        try list.begin(description, channels: channels)
    }

    func add(_ message: RecordedMessage) throws(InputError) {
        var message = message
        if list.channels[message.channel].topic == topic, message.sequence == ordinal {
            let values = [Double(ordinal), 42, 2.0 / 7 + Double(ordinal)]
            message.data = ScalarsMessage.json(["x", "y", "z"], values)
        }
        try list.add(message)
    }

    func end(_ result: [String: String]) throws(InputError) {}
}
