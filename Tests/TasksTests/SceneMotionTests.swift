import Diagnostics
import Foundation
import Robots
import Runtime
import Spatial
import Testing

@testable import Tasks

@Suite struct SceneMotionTests {
    /// Steps a plant at rest, in portions of so many timesteps.
    private func wait(
        _ plant: inout SimulatedPlant,
        _ setup: TaskSetup,
        steps: Int,
        portion: Int = 10
    ) throws {
        for _ in 0..<(steps / portion) {
            try plant.advance(holding: setup.home, substeps: portion)
        }
    }

    private func setup(_ task: String, speed: Double? = nil) throws -> TaskSetup {
        try TaskSetup(
            task: TaskFolder.task(task, replacing: ExpertTests.small),
            robot: TaskFolder.panda.get(),
            targetSpeed: speed
        )
    }

    @Test(arguments: [0.05, 0.2])
    func `a belt carries the cube at the speed asked for, and its encoder says so`(
        speed: Double
    ) throws {
        let setup = try setup("conveyor-pick", speed: speed)
        var plant = try setup.makePlant()
        let start = plant.state.targetPosition
        try wait(&plant, setup, steps: 500)
        let way = plant.state.targetPosition - start
        // It stands still at first, and slips until it is as fast as the belt.
        #expect(abs(way.y - 0.5 * speed) < 0.06 * speed + 1e-3)
        #expect(abs(way.x) < 1e-3 && abs(way.z) < 1e-3)
        #expect(abs(plant.state.targetVelocity.y - speed) < 0.01)
        var observation = plant.blankObservation
        plant.sense(into: &observation)
        #expect(observation.conveyorSpeed == speed)
    }

    @Test func `other tasks have no encoder`() throws {
        let plant = try setup("track").makePlant()
        #expect(plant.blankObservation.conveyorSpeed == nil)
    }

    @Test func `a driven marker keeps to its circle however time is cut up`() throws {
        let setup = try setup("track", speed: 0.2)
        var whole = try setup.makePlant()
        var split = try setup.makePlant()
        for seed: UInt64 in [3, 4] {
            try whole.reset(seed: seed)
            try split.reset(seed: seed)
            let path = try #require(try ScenePlacement(task: setup.task, seed: seed).paths[1])
            try wait(&whole, setup, steps: 700)
            try wait(&split, setup, steps: 700, portion: 7)
            #expect(whole.stateHash == split.stateHash)
            let expected = path.position(after: 0.2 * 0.7)
            #expect((whole.state.targetPosition - expected).length < 1e-9)
            #expect(abs(whole.state.targetVelocity.length - 0.2) < 1e-9)
            // Towards the centre, v² / r.
            let pull = (path.centre - expected) * (0.04 / (path.radius * path.radius))
            #expect((whole.state.targetAcceleration - pull).length < 1e-9)
        }
    }

    @Test func `a circle's tangent is how its position changes`() {
        for turn in [-1.0, 1.0] {
            let path = CirclePath(
                centre: Vector3(0.5, 0.1, 0.03),
                radius: 0.08,
                phase: 0.7,
                turn: turn
            )
            let difference = path.position(after: 0.1 + 1e-6) - path.position(after: 0.1 - 1e-6)
            #expect((difference / 2e-6 - path.tangent(after: 0.1)).length < 1e-6)
        }
    }

    @Test func `a launched ball rolls where it is headed and hardly slows`() throws {
        let setup = try setup("intercept")
        var plant = try setup.makePlant()
        for seed: UInt64 in 0..<4 {
            try plant.reset(seed: seed, targetSpeed: 0.3)
            let heading = try ScenePlacement(task: setup.task, seed: seed).headings[1]
            let start = plant.state.targetPosition
            try wait(&plant, setup, steps: 500)
            let way = plant.state.targetPosition - start
            #expect((way - SceneMotion.direction(heading) * 0.15).length < 0.01)
            #expect(plant.state.targetVelocity.length > 0.27)
        }
    }

    @Test func `headings, circles and directions are drawn over their ranges`() throws {
        let ball = try TaskFolder.library.task(named: "intercept")
        let marker = try TaskFolder.library.task(named: "track")
        var headings: [Double] = []
        var turns: Set<Double> = []
        for seed: UInt64 in 0..<200 {
            headings.append(try ScenePlacement(task: ball, seed: seed).headings[1])
            let path = try #require(try ScenePlacement(task: marker, seed: seed).paths[1])
            #expect((0.06...0.12).contains(path.radius))
            turns.insert(path.turn)
        }
        let degree = Double.pi / 180
        #expect(headings.allSatisfy { (159.9 * degree...200.1 * degree).contains($0) })
        #expect((headings.max() ?? 0) - (headings.min() ?? 0) > 38 * degree)
        #expect(turns == [-1, 1])
    }

    @Test func `demonstrations draw their speed by the seed from the range`() throws {
        let setup = try setup("track")
        let range = try #require(setup.task.targetSpeed?.range)
        let drawn = (0..<200).compactMap { setup.drawnTargetSpeed(seed: $0) }
        #expect(drawn == (0..<200).compactMap { setup.drawnTargetSpeed(seed: $0) })
        #expect(drawn.count == 200 && drawn.allSatisfy(range.contains))
        let used = (drawn.max() ?? 0) - (drawn.min() ?? 0)
        #expect(used > 0.95 * (range.upperBound - range.lowerBound))
        #expect(try TaskSetup.of("reach").drawnTargetSpeed(seed: 1) == nil)
    }

    @Test func `an episode's own speed is the last reset's alone`() throws {
        let setup = try setup("track", speed: 0.1)
        var plant = try setup.makePlant()
        try plant.reset(seed: 1, targetSpeed: 0.2)
        #expect(abs(plant.state.targetVelocity.length - 0.2) < 1e-9)
        try plant.reset(seed: 1)
        #expect(abs(plant.state.targetVelocity.length - 0.1) < 1e-9)
    }
}
