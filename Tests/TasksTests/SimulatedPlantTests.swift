import Foundation
import Robots
import Runtime
import Spatial
import Testing

@testable import Tasks

@Suite struct SimulatedPlantTests {
    /// Moves the arm down among the objects and aside, in 30 ticks of 4 timesteps.
    private func wave(_ plant: inout SimulatedPlant, _ setup: TaskSetup, ticks: Int = 30) throws {
        for tick in 0..<ticks {
            var command = setup.turned(0.01 * Double(tick))
            command.arm[3] -= 0.012 * Double(tick)
            command.gripperOpening *= 1 - Double(tick) / Double(ticks)
            try plant.advance(holding: command, substeps: 4)
        }
    }

    @Test func `a reset brings back the same world to the last bit`() throws {
        let setup = try TaskSetup.of("pick-place")
        var first = try setup.makePlant()
        var second = try setup.makePlant()
        try first.reset(seed: 5)
        try second.reset(seed: 5)
        let start = first.stateHash
        #expect(start == second.stateHash)
        #expect(first.flatState == second.flatState)
        try wave(&first, setup, ticks: 120)
        try wave(&second, setup, ticks: 120)
        let end = first.stateHash
        #expect(end == second.stateHash && end != start)

        try second.reset(seed: 6)
        #expect(second.stateHash != start)
        try wave(&second, setup, ticks: 120)
        #expect(second.stateHash != end)
        try second.reset(seed: 5)
        #expect(second.stateHash == start)
        #expect(second.elapsed == .zero && second.status == EpisodeStatus())
        try wave(&second, setup, ticks: 120)
        #expect(second.stateHash == end)
    }

    @Test(arguments: [
        "{ delay: 0 ms, lag: 0 ms }", "{ delay: 9 ms, lag: 0 ms }", "{ delay: 0 ms, lag: 30 ms }",
        "{ delay: 9 ms, lag: 30 ms }",
    ])
    func `how a period is split changes nothing`(actuator: String) throws {
        let setup = try TaskSetup.of("pick-place", actuator: actuator)
        var whole = try setup.makePlant()
        var split = try setup.makePlant()
        for tick in 0..<40 {
            let command = setup.turned(0.02 * Double(tick))
            try whole.advance(holding: command, substeps: 4)
            try split.advance(holding: command, substeps: 1)
            try split.advance(holding: command, substeps: 0)
            try split.advance(holding: command, substeps: 3)
            #expect(whole.stateHash == split.stateHash)
        }
    }

    @Test func `an actuator's delay holds commands back by timesteps`() throws {
        let late = try TaskSetup.of("reach", actuator: "{ delay: 12 ms, lag: 0 ms }")
        let prompt = try TaskSetup.of("reach")
        var delayed = try late.makePlant()
        var reference = try prompt.makePlant()
        let command = prompt.turned(0.1)
        try delayed.advance(holding: command, substeps: 10)
        // 12 ms are 2.88 timesteps of 1/240 s.
        try reference.advance(holding: prompt.home, substeps: 3)
        try reference.advance(holding: command, substeps: 7)
        #expect(delayed.stateHash == reference.stateHash)
    }

    @Test func `an actuator's lag moves the target along an exponential`() throws {
        let setup = try TaskSetup.of("reach", actuator: "{ delay: 0 ms, lag: 30 ms }")
        var lagging = try setup.makePlant()
        let prompt = try TaskSetup.of("reach")
        var reference = try prompt.makePlant()
        var way = 0.0
        for _ in 0..<24 {
            try lagging.advance(holding: setup.turned(0.1), substeps: 1)
            way += (0.1 - way) * (1 - exp(-1 / (240 * 0.03)))
            try reference.advance(holding: prompt.turned(way), substeps: 1)
            let moved = lagging.jointState.positions[0]
            #expect(abs(moved - reference.jointState.positions[0]) < 1e-8)
        }
        #expect(lagging.jointState.positions[0] > 0.01)
    }

    @Test func `the cloud of another seed changes what is seen and nothing that happens`() throws {
        let setup = try TaskSetup.of("pick-place")
        var seeing = try setup.makePlant()
        var blind = try setup.makePlant(cloudSeedOffset: 500)
        var other = try setup.makePlant()
        try seeing.reset(seed: 3)
        try blind.reset(seed: 3)
        try other.reset(seed: 503)
        var seen = seeing.blankObservation
        var shown = seen
        var elsewhere = seen
        seeing.sense(into: &seen)
        blind.sense(into: &shown)
        other.sense(into: &elsewhere)
        #expect(shown.cloud.coordinates != seen.cloud.coordinates)
        // The arm is at home in both, so the whole picture is that of the other seed.
        #expect(shown.cloud.coordinates == elsewhere.cloud.coordinates)
        #expect(shown.goal == seen.goal && shown.goal != elsewhere.goal)
        try wave(&seeing, setup)
        try wave(&blind, setup)
        #expect(seeing.stateHash == blind.stateHash)
    }

    @Test func `a grasp does not outlive its episode`() throws {
        let setup = try TaskSetup.of("pick-place")
        var plant = try setup.makePlant()
        for link in try #require(setup.robot.gripper).padLinks {
            plant.state.add(Touch(first: .robotLink(link), second: .object(1)))
        }
        #expect(plant.state.isGrasped)
        try plant.reset(seed: 1)
        #expect(!plant.state.isGrasped)
    }

    @Test func `the observation holds what encoders say`() throws {
        let setup = try TaskSetup.of("pick-place")
        var plant = try setup.makePlant()
        try wave(&plant, setup)
        var observation = plant.blankObservation
        plant.sense(into: &observation)
        let state = plant.jointState
        #expect(observation.jointPositions == state.positions)
        #expect(observation.jointVelocities == state.velocities)
        #expect(observation.gripperOpening == state.gripperOpening)
        #expect(observation.capturedAt == plant.elapsed)
        #expect(observation.goal == plant.state.goal)
        let tool =
            setup.task.worldFromBase
            * setup.robot.kinematics.baseFromTool(at: state.positions)
        #expect((observation.worldFromTool.translation - tool.translation).length < 1e-6)
        #expect(plant.flatState.count == 2 * setup.robot.links.count + 7 * 2 + 3)
    }

    @Test func `a command far beyond what the arm can follow leaves the state finite`() throws {
        let setup = try TaskSetup.of("reach")
        var plant = try setup.makePlant()
        try plant.advance(holding: setup.turned(3), substeps: 240)
        #expect(plant.flatState.allSatisfy { $0.isFinite })
        #expect(plant.visuals.allSatisfy { $0.worldFromShape.isFinite })
    }
}
