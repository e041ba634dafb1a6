import Diagnostics
import Foundation
import Robots
import Runtime
import Spatial
import Testing

@testable import Tasks

/// More rounds for the long tests: `SIMRUN_FUZZ_SCALE` times as many.
private let fuzzScale =
    ProcessInfo.processInfo.environment["SIMRUN_FUZZ_SCALE"].flatMap { Int($0) } ?? 1

@Suite struct TaskFileTests {
    /// The one fact that a task's success rests on.
    private func soleDistance(_ task: TaskDefinition) throws -> DistanceCondition {
        let facts = task.success.condition.facts
        try #require(facts.count == 1)
        guard case .distance(let distance) = facts[0] else { throw NotADistance() }
        return distance
    }
    private struct NotADistance: Error {}

    @Test(arguments: TaskFolder.library.names)
    func `every task of the repository loads and fits its robot`(name: String) throws {
        let task = try TaskFolder.library.task(named: name)
        #expect(task.name == name && task.hash.count == 64)
        #expect(!task.instructions.isEmpty && !task.source.isEmpty)
        let setup = try TaskSetup(task: task, robot: TaskFolder.robots.load(task.robot))
        #expect(setup.rate.physicsHertz >= task.rates.physics)
        _ = try setup.limits()
        _ = try setup.controller()
    }

    @Test func `both tasks are there`() {
        #expect(Set(TaskFolder.library.names).isSuperset(of: ["pick-place", "reach"]))
    }

    /// Meta-World v3: object ±0.1 by 0.1 m, goal ±0.1 by 0.1 m, 0.05 to 0.30 m high and 0.2 m
    /// farther than the object; within 0.07 m (pick-place) or 0.05 m (reach); 6.25 s.
    @Test func `pick-place is no easier than Meta-World's`() throws {
        let task = try TaskFolder.library.task(named: "pick-place")
        let cube = try #require(task.scene.first { $0.kind == .dynamic })
        let goal = try #require(task.goal)
        let start = cube.start.region.upper - cube.start.region.lower
        let size = goal.upper - goal.lower
        #expect(start.y >= 0.2 - 1e-9 && start.x >= 0.1 - 1e-9)
        #expect(size.y >= 0.2 - 1e-9 && size.x >= 0.1 - 1e-9)
        #expect(goal.lower.z <= 0.05 && goal.upper.z >= 0.3)
        #expect(goal.lower.x - cube.start.region.lower.x >= 0.2 - 1e-9)
        #expect(task.timeLimit <= .seconds(6.25))
        let index = try #require(task.scene.firstIndex { $0.kind == .dynamic })
        let distance = try soleDistance(task)
        #expect(distance.from == .object(index) && distance.to == .goal)
        #expect(distance.atMost <= 0.07 && distance.scale.min() >= 1)
        #expect(task.success.hold >= .zero)
    }

    @Test func `reach is no easier than Meta-World's`() throws {
        let task = try TaskFolder.library.task(named: "reach")
        let goal = try #require(task.goal)
        let size = goal.upper - goal.lower
        #expect(size.y >= 0.2 - 1e-9 && size.x >= 0.1 - 1e-9)
        #expect(goal.lower.z <= 0.05 && goal.upper.z >= 0.3)
        #expect(task.timeLimit <= .seconds(6.25))
        let distance = try soleDistance(task)
        #expect(distance.from == .tool && distance.to == .goal && distance.offset == .zero)
        #expect(distance.atMost <= 0.05 && distance.scale.min() >= 1)
    }

    @Test func `goals and starts lie within what the tool may reach and the camera's crop`() throws
    {
        for name in TaskFolder.library.names {
            let task = try TaskFolder.library.task(named: name)
            let workspace = try #require(task.control.workspace)
            for region in [task.goal].compactMap({ $0 })
                + task.scene.filter({ $0.kind == .dynamic && $0.start.hasPlace })
                .map(\.start.region)
            {
                // Objects lie lower than the tool goes to grasp them.
                #expect(region.lower.x >= workspace.lower.x && region.lower.y >= workspace.lower.y)
                #expect(all(region.upper .<= workspace.upper))
            }
            for index in task.scene.indices {
                for point in task.fixedStarts?.points(of: index, height: 0) ?? [] {
                    #expect(point.x >= workspace.lower.x && point.x <= workspace.upper.x)
                    #expect(point.y >= workspace.lower.y && point.y <= workspace.upper.y)
                }
            }
        }
    }

    @Test func `an unknown task is refused with the nearest names`() throws {
        let error = try #require(throws: InputError.self) {
            try TaskFolder.library.task(named: "pick-plaice")
        }
        #expect(error.nearest.first == "pick-place")
        #expect(error.description.contains("pick-plaice"))
    }

    @Test func `a task may be named by its path`() throws {
        let path = TaskFolder.root + "/tasks/reach.yaml"
        #expect(try TaskFolder.library.task(named: path).name == "reach")
        let error = try #require(throws: InputError.self) {
            try TaskFolder.library.task(named: "/nowhere/reach.yaml")
        }
        #expect(error.file == "/nowhere/reach.yaml")
    }

    @Test(arguments: 0..<240 * UInt64(fuzzScale))
    func `no mutation makes a trap`(seed: UInt64) throws {
        var random = RandomStream(seed: seed)
        // Objects, a fixture, a script: one of them.
        let (name, source) =
            switch seed % 3 {
            case 0: ("pick-place", try TaskFolder.text("pick-place"))
            case 1: ("reach", try BrokenFixtureTests.text(BrokenFixtureTests.section))
            default: ("push", try TaskFolder.text("push"))
            }
        var bytes = Array(source.utf8)
        let numbers = ["-1", "0", "1e12", "1e-12", "nan", "1e400", "9223372036854775808", "", "[]"]
        for _ in 0...random.next() % 3 {
            let at = Int(random.next() % UInt64(bytes.count))
            switch random.next() % 6 {
            case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.removeSubrange(at..<min(bytes.count, at + Int(random.next() % 40)))
            case 2: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 60)], at: at)
            case 3: bytes.removeSubrange(at...)
            default:
                // A number somewhere after `at` becomes another.
                let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
                guard let start = bytes[at...].firstIndex(where: digits.contains) else { break }
                let end = bytes[start...].firstIndex { !digits.contains($0) && $0 != 46 }
                let number = numbers[Int(random.next() % UInt64(numbers.count))]
                bytes.replaceSubrange(start..<(end ?? bytes.count), with: Array(number.utf8))
            }
            if bytes.isEmpty { bytes = [10] }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        do {
            let task = try TaskFolder.withFile(text, name: name + ".yaml") {
                try TaskFile.read(atPath: $0)
            }
            // What is accepted must also be buildable, or refused in words; not too large to try.
            let pixels = task.cameras.map(\.camera.intrinsics.pixelCount).reduce(0, +)
            guard pixels < 1 << 17, task.rates.physics <= 1000 else { return }
            let setup = try TaskSetup(task: task, robot: TaskFolder.panda.get())
            var plant = try setup.makePlant()
            var observation = plant.blankObservation
            plant.sense(into: &observation)
            try plant.advance(holding: setup.home, substeps: 2)
        } catch is InputError {
        } catch is LoopFault {
        }
    }
}
