import Foundation
import Robots
import Runtime
import Testing

@testable import Tasks

/// `safety` in a task file, and what an arm has whose task says nothing.
@Suite struct SafetySectionTests {
    private func setup(_ path: String) throws -> TaskSetup {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: path).path
        let task = try TaskLibrary(folders: []).task(named: file)
        let robots = RobotLibrary(searchPaths: [root.appending(path: "robots").path])
        return try TaskSetup(task: task, robot: robots.load(task.robot))
    }

    @Test func `a task's floor is the gate's, simulated or not`() throws {
        let setup = try setup("tasks/lift-cube.yaml")
        #expect(setup.task.safety == TaskDefinition.Safety(floor: -0.005, box: nil))
        #expect(try setup.limits().envelope?.floor == -0.005)
        #expect(try setup.armLimits() == setup.limits())
    }

    @Test func `without one an arm keeps above its table, and a simulation is free`() throws {
        let setup = try setup("examples/arm/reach-so101.yaml")
        #expect(try setup.limits().envelope == nil)
        #expect(try setup.armLimits().envelope?.floor == -0.005)
        #expect(try setup.armLimits().envelope?.box == nil)
    }
}
