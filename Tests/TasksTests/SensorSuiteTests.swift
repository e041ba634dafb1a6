import Robots
import Runtime
import Sensing
import Testing

@testable import Tasks

@Suite struct SensorSuiteTests {
    private static let small = [
        ("width: 128", "width: 48"), ("height: 128", "height: 48"), ("points: 256", "points: 64"),
    ]

    private static func edits(rate: Double, delay: Double, jitter: Double) -> [(String, String)] {
        small + [
            (
                "rate: 20 Hz\n      delay: 0 ms\n      jitter: 0 ms",
                "rate: \(rate) Hz\n      delay: \(delay) ms\n      jitter: \(jitter) ms"
            )
        ]
    }

    /// What a plant saw at each of `ticks` ticks while its arm swung round.
    private func watch(
        _ setup: TaskSetup,
        ticks: Int = 60
    ) throws -> [(elapsed: TimeSpan, observation: Observation)] {
        var plant = try setup.makePlant()
        try plant.reset(seed: 4)
        var observation = plant.blankObservation
        var seen: [(TimeSpan, Observation)] = []
        for tick in 0..<ticks {
            plant.sense(into: &observation)
            seen.append((plant.elapsed, observation))
            let command = setup.turned(0.015 * Double(tick))
            // Uneven parts, as a charged clock makes them.
            let first = tick % (setup.rate.substepsPerTick + 1)
            try plant.advance(holding: command, substeps: first)
            try plant.advance(holding: command, substeps: setup.rate.substepsPerTick - first)
        }
        return seen
    }

    /// Camera rate, delay and jitter.
    @Test(arguments: [
        (20.0, 0.0, 0.0), (30, 0, 0), (30, 50, 0), (30, 20, 60), (7, 100, 0), (60, 33.3, 5),
        (90, 10, 40),
    ])
    func `pictures arrive as the timing says and show the instant of their capture`(
        rate: Double,
        delay: Double,
        jitter: Double
    ) throws {
        let late = try TaskSetup.of(
            "pick-place",
            replacing: Self.edits(rate: rate, delay: delay, jitter: jitter)
        )
        let seen = try watch(late)
        // The same world at 1440 Hz would be another, so the truth comes from the same timesteps:
        // a camera of the same rate without delay, read at every timestep.
        let prompt = try TaskSetup.of(
            "pick-place",
            replacing: Self.edits(rate: rate, delay: 0, jitter: 0)
        )
        let truth = try pictures(prompt)
        let timing = try SensorTiming(
            rateHertz: rate,
            delay: .milliseconds(delay),
            jitter: .milliseconds(jitter),
            seed: 4
        )
        for (elapsed, observation) in seen {
            let due = timing.newestCapture(arrivedBy: elapsed)?.capturedAt ?? .zero
            #expect(observation.cloud.capturedAt == due)
            #expect(observation.frames[0].capturedAt == due)
            #expect(observation.capturedAt == elapsed)
            let picture = try #require(truth[due])
            #expect(observation.frames[0].depth == picture.depth)
            #expect(observation.frames[0].rgb == picture.rgb)
        }
        #expect(truth.values.contains { $0.depth != truth[.zero]?.depth })
    }

    /// Pictures by capture time, of a plant that is looked at after every timestep.
    private func pictures(_ setup: TaskSetup) throws -> [TimeSpan: CameraFrame] {
        var plant = try setup.makePlant()
        try plant.reset(seed: 4)
        var observation = plant.blankObservation
        var result: [TimeSpan: CameraFrame] = [:]
        for tick in 0..<60 {
            for _ in 0..<setup.rate.substepsPerTick {
                plant.sense(into: &observation)
                let frame = observation.frames[0]
                if result[frame.capturedAt] == nil { result[frame.capturedAt] = frame }
                try plant.advance(holding: setup.turned(0.015 * Double(tick)), substeps: 1)
            }
        }
        return result
    }

    @Test func `a late picture is not the picture of now`() throws {
        let late = try watch(
            TaskSetup.of("pick-place", replacing: Self.edits(rate: 60, delay: 100, jitter: 0))
        )
        let prompt = try watch(
            TaskSetup.of("pick-place", replacing: Self.edits(rate: 60, delay: 0, jitter: 0))
        )
        #expect(late[59].observation.frames[0].depth != prompt[59].observation.frames[0].depth)
        #expect(late[59].observation.frames[0].depth == prompt[53].observation.frames[0].depth)
        #expect(late[59].observation.jointPositions == prompt[59].observation.jointPositions)
    }

    @Test func `sensor delays change nothing that happens`() throws {
        let late = try watch(
            TaskSetup.of("pick-place", replacing: Self.edits(rate: 77, delay: 40, jitter: 30))
        )
        let prompt = try watch(TaskSetup.of("pick-place", replacing: Self.small))
        for (a, b) in zip(late, prompt) {
            #expect(a.observation.jointPositions == b.observation.jointPositions)
        }
    }

    @Test(arguments: [
        ("x: 0.25 to 0.85 m\n      y: -0.32 to 0.32 m\n      z: 0.006 to 0.45 m", 64),
        ("x: 0.44 to 0.46 m\n      y: -0.02 to 0.02 m\n      z: 0.006 to 0.45 m", 63),
        ("x: 0.25 to 0.85 m\n      y: -0.32 to 0.32 m\n      z: 0.40 to 0.45 m", 63),
        ("x: -0.9 to -0.8 m\n      y: -0.32 to 0.32 m\n      z: 0.30 to 0.45 m", 0),
    ])
    func `short and empty clouds repeat points and are never short or not finite`(
        workspace: String,
        distinct: Int
    ) throws {
        let old = "x: 0.25 to 0.85 m\n      y: -0.32 to 0.32 m\n      z: 0.006 to 0.45 m"
        let setup = try TaskSetup.of("pick-place", replacing: Self.small + [(old, workspace)])
        let box = try #require(setup.task.cloud?.workspace)
        for (_, observation) in try watch(setup, ticks: 30) {
            let cloud = observation.cloud
            #expect(cloud.capacity == 64 && cloud.distinct <= distinct)
            for point in 0..<cloud.capacity {
                for axis in 0..<3 {
                    let value = Double(cloud.coordinates[point * 3 + axis])
                    #expect(value >= box.minimum[axis] - 1e-6 && value <= box.maximum[axis] + 1e-6)
                }
            }
        }
    }

    @Test func `a task without a cloud has none`() throws {
        var task = try TaskFolder.task("reach", replacing: [])
        task.cloud = nil
        var plant = try TaskSetup(task: task, robot: TaskFolder.panda.get()).makePlant()
        var observation = plant.blankObservation
        plant.sense(into: &observation)
        #expect(observation.cloud.capacity == 0)
        #expect(observation.frames[0].depth.contains { $0 > 0 })
    }
}
