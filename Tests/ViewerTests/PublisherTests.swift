import Foundation
import Robots
import Runtime
import Sensing
import Spatial
import Tasks
import Testing

@testable import Viewer

/// The shipped task and robot, joined.
enum Stage {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    static func setup(_ task: String) throws -> TaskSetup {
        let definition = try TaskLibrary(folders: [root + "/tasks"]).task(named: task)
        let robot = try RobotLibrary(searchPaths: [root + "/robots"]).load(definition.robot)
        return try TaskSetup(task: definition, robot: robot)
    }

    static func loop(
        _ setup: TaskSetup
    ) throws -> ControlLoop<SimulatedPlant, ExpertPolicy, MonotonicTime> {
        var plant = try setup.makePlant()
        try plant.reset(seed: 3)
        return ControlLoop(
            plant: plant,
            policy: try setup.makeExpert(for: plant),
            observation: plant.blankObservation,
            time: MonotonicTime(),
            configuration: LoopConfiguration(
                rate: setup.rate,
                policyHertz: setup.task.rates.policy,
                clock: .lockstep,
                latency: .free,
                execution: .replan,
                controller: ActionController(try setup.controller()),
                limits: try setup.limits()
            )
        )
    }
}

@Suite struct PublisherTests {
    @Test func `publishing every tick changes nothing in the world`() throws {
        let setup = try Stage.setup("pick-place")
        var watched = try Stage.loop(setup)
        var alone = try Stage.loop(setup)
        let publisher = ViewPublisher()
        publisher.beginEpisode(seed: 3)
        watched.reset(seed: 3)
        alone.reset(seed: 3)
        for _ in 0..<150 {
            try watched.tick()
            publisher.publishTick(&watched)
            try alone.tick()
            #expect(watched.plant.stateHash == alone.plant.stateHash)
        }
    }

    @Test func `a frame says what the loop is`() throws {
        let setup = try Stage.setup("pick-place")
        var loop = try Stage.loop(setup)
        let publisher = ViewPublisher()
        publisher.beginEpisode(seed: 3)
        loop.reset(seed: 3)
        var grips = 0
        for _ in 0..<200 {
            try loop.tick()
            publisher.publishTick(&loop)
            publisher.frames.read { frame in
                #expect(frame.tick == loop.tickIndex && frame.elapsed == loop.plant.elapsed)
                #expect(frame.visuals == loop.plant.visuals)
                #expect(frame.cloud == loop.observation.cloud.coordinates)
                #expect(frame.status == loop.plant.status)
                #expect(frame.frames.count == 1 + setup.robot.links.count + 2)
                let touching = frame.contacts.prefix(frame.contactCount)
                #expect(touching.allSatisfy { abs($0.normal.length - 1) < 1e-9 })
                // The cube rests on the table: its 0.064 kg press with 0.63 N.
                if frame.tick == 10 {
                    let force = touching.reduce(0) { $0 + $1.force }
                    #expect(abs(force - 0.064 * 9.81) < 0.05)
                }
                if touching.filter({ $0.position.z > 0.05 && $0.force > 1 }).count >= 2 {
                    grips += 1
                }
            }
        }
        // The expert grasps and lifts: two pads press on the cube in the air.
        #expect(grips > 10)
        var ticks = 0
        while let trace = publisher.traces.pop() {
            #expect(trace.tick == ticks)
            ticks += 1
        }
        #expect(ticks == 200)
    }
}
