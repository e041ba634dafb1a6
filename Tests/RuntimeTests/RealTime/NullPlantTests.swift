import Robots
import Testing

@testable import Runtime

@Suite struct NullPlantTests {
    @Test func `joints are where they were commanded and time is substeps`() throws {
        let rate = try ControlRate(hertz: 100, physicsHertz: 1000)
        let home = try Panda.model.get().homeState
        var plant = NullPlant(rate: rate, start: home)
        #expect(plant.elapsed == .zero && plant.jointState == home)

        var command = JointCommand(holding: home)
        command.arm[2] += 0.25
        command.gripperOpening = 0.01
        plant.advance(holding: command, substeps: 0)
        #expect(plant.jointState == home)
        plant.advance(holding: command, substeps: 7)
        #expect(plant.elapsed == .milliseconds(7))
        #expect(plant.jointState.positions == command.arm)
        #expect(plant.jointState.gripperOpening == 0.01)

        var observation = Observation(
            jointCount: 7,
            cloudPoints: 3,
            frames: [CameraFrame(name: "front", width: 2, height: 2)]
        )
        plant.sense(into: &observation)
        #expect(observation.jointPositions == command.arm)
        #expect(observation.gripperOpening == 0.01)
        #expect(observation.capturedAt == .milliseconds(7))
        #expect(observation.cloud.capturedAt == .milliseconds(7))
        #expect(observation.frames[0].capturedAt == .milliseconds(7))
    }

    @Test func `a still policy keeps the arm where it is`() throws {
        let model = try Panda.model.get()
        let rate = try ControlRate(hertz: 100, physicsHertz: 1000)
        let open = SafetyLimits.Joint(lower: -10, upper: 10, velocity: 1e6, acceleration: 1e9)
        var loop = ControlLoop(
            plant: NullPlant(rate: rate, start: model.homeState),
            policy: StillPolicy(jointCount: model.armJointCount, horizon: 3),
            observation: Observation(jointCount: model.armJointCount, cloudPoints: 0),
            time: ManualTime(),
            configuration: LoopConfiguration(
                rate: rate,
                policyHertz: 100,
                clock: .lockstep,
                latency: .free,
                execution: .replan,
                controller: ActionController(
                    try ArmController(model: model, mode: .jointPosition)
                ),
                limits: try SafetyLimits(
                    joints: [SafetyLimits.Joint](repeating: open, count: model.armJointCount),
                    gripperOpening: 1,
                    gripperSpeed: 1e6
                )
            )
        )
        loop.reset(seed: 0)
        for _ in 0..<200 { try loop.tick() }
        #expect(loop.plant.elapsed == .seconds(2))
        let home = model.homeState.positions
        for joint in home.indices {
            // An action is a Float: that much and no more, whatever the number of ticks.
            #expect(abs(loop.plant.jointState.positions[joint] - home[joint]) < 1e-6)
        }
    }
}
