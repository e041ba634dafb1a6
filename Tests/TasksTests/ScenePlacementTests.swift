import Spatial
import Testing

@testable import Tasks

@Suite struct ScenePlacementTests {
    @Test func `a seed places everything the same way, another seed elsewhere`() throws {
        let task = try TaskFolder.library.task(named: "pick-place")
        for seed: UInt64 in 0..<50 {
            let placement = try ScenePlacement(task: task, seed: seed)
            #expect(try ScenePlacement(task: task, seed: seed) == placement)
            let other = try ScenePlacement(task: task, seed: seed + 1)
            #expect(placement.worldFromObject[1] != other.worldFromObject[1])
            #expect(placement.goal != other.goal)
            #expect(placement.worldFromObject[0] == other.worldFromObject[0])
        }
    }

    @Test func `everything lies in its range, and the ranges are used up`() throws {
        let task = try TaskFolder.library.task(named: "pick-place")
        let goal = try #require(task.goal)
        let start = task.scene[1].start
        var lowest = Vector3(repeating: .infinity)
        var highest = Vector3(repeating: -.infinity)
        for seed: UInt64 in 0..<1000 {
            let placement = try ScenePlacement(task: task, seed: seed)
            let cube = placement.worldFromObject[1]
            #expect(all(cube.translation .>= start.region.lower))
            #expect(all(cube.translation .<= start.region.upper))
            let turn = cube.rotation.rotationVector
            #expect(start.yaw.contains(turn.z) && abs(turn.x) + abs(turn.y) < 1e-12)
            #expect(all(placement.goal .>= goal.lower) && all(placement.goal .<= goal.upper))
            lowest = pointwiseMin(lowest, placement.goal)
            highest = pointwiseMax(highest, placement.goal)
        }
        let used = (highest - lowest) / (goal.upper - goal.lower)
        #expect(used.min() > 0.98)
    }

    @Test func `an added object does not move the others or the goal`() throws {
        let task = try TaskFolder.library.task(named: "pick-place")
        var more = task
        var added = task.scene[1]
        added.name = "second"
        more.scene.append(added)
        for seed: UInt64 in 0..<20 {
            let placement = try ScenePlacement(task: task, seed: seed)
            let wider = try ScenePlacement(task: more, seed: seed)
            #expect(Array(wider.worldFromObject.prefix(2)) == placement.worldFromObject)
            #expect(wider.goal == placement.goal)
            #expect(wider.worldFromObject[2] != placement.worldFromObject[1])
        }
    }

    @Test func `instructions are drawn by the seed, all of them sometimes`() throws {
        let setup = try TaskSetup.of("pick-place")
        let drawn = try (0..<50).map { try setup.task.instruction(seed: $0).text }
        let again = try (0..<50).map { try setup.task.instruction(seed: $0).text }
        #expect(again == drawn)
        #expect(Set(drawn) == Set(setup.task.instructions[0].phrases))
    }
}
