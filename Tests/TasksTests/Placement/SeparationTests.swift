import Diagnostics
import Spatial
import Testing

@testable import Tasks

@Suite struct SeparationTests {
    /// Two more cubes in the range of the first.
    private static let crowd = """
          - name: second
            kind: dynamic
            shape: box
            half_extents: 0.02 0.02 0.02 m
            mass: 0.064 kg
            friction: 0.8
            rolling_friction: 0.001
            spinning_friction: 0.01
            color: 0.1 0.2 0.8
            start:
              x: 0.40 to 0.50 m
              y: -0.10 to 0.10 m
              z: 0.0201 to 0.0201 m
              yaw: 0 to 0 rad

        """

    private func task(_ section: String) throws -> TaskDefinition {
        try TaskFolder.task(
            "pick-place",
            replacing: [("\ngoal:\n", "\(Self.crowd)\n\(section)\ngoal:\n")]
        )
    }

    private func apart(_ placement: ScenePlacement, _ a: Int, _ b: Int) -> Double {
        let way =
            placement.worldFromObject[a].translation - placement.worldFromObject[b].translation
        return Vector3(way.x, way.y, 0).length
    }

    @Test func `draws keep the separation and nothing else changes`() throws {
        let free = try task("")
        let apart = try task("separations: [{ of: [cube, second], at_least: 0.12 m }]")
        var redrawn = 0
        var kept = 0
        for seed: UInt64 in 0..<200 {
            let before = try ScenePlacement(task: free, seed: seed)
            let after = try ScenePlacement(task: apart, seed: seed)
            #expect(self.apart(after, 1, 2) >= 0.12)
            if after.worldFromObject[1] == before.worldFromObject[1] { kept += 1 }
            #expect(after.goal == before.goal)
            if self.apart(before, 1, 2) >= 0.12 { #expect(after == before) } else { redrawn += 1 }
        }
        #expect(redrawn > 50)
        // The first is drawn again only where it leaves the second no room.
        #expect(kept > 180)
    }

    @Test func `the goal keeps away too`() throws {
        let task = try task("separations: [{ of: [cube, goal], at_least: 0.25 m }]")
        for seed: UInt64 in 0..<100 {
            let placement = try ScenePlacement(task: task, seed: seed)
            let way = placement.goal - placement.worldFromObject[1].translation
            #expect(Vector3(way.x, way.y, 0).length >= 0.25)
        }
    }

    @Test func `what no draw can keep is refused at its line`() throws {
        // Room for two of the three alone, so that only drawing can tell.
        let task = try TaskFolder.task(
            "pick-place",
            replacing: [
                (
                    "\ngoal:\n",
                    Self.crowd + Self.crowd.replacingOccurrences(of: "second", with: "third")
                        + "\nseparations: [{ of: [cube, second, third], at_least: 0.21 m }]\ngoal:\n"
                )
            ]
        )
        let error = try #require(throws: InputError.self) {
            try ScenePlacement(task: task, seed: 3)
        }
        #expect(error.key == "separations[0].at_least" && error.line != nil)
        #expect(error.description.contains("wider ranges"))
    }

    @Test func `distractors come and go with the seed, out of sight when they go`() throws {
        let task = try task("distractors: { objects: [second], at_least: 0, at_most: 1 }")
        var absent = 0
        for seed: UInt64 in 0..<100 {
            let placement = try ScenePlacement(task: task, seed: seed)
            #expect(!placement.isAbsent[1])
            #expect(placement.isAbsent[2] == (placement.worldFromObject[2].translation.z < -50))
            if placement.isAbsent[2] { absent += 1 }
        }
        #expect((30...70).contains(absent))
        // Absent things stay where they are.
        let setup = try TaskSetup(task: task, robot: TaskFolder.panda.get())
        var plant = try setup.makePlant()
        let seeds: Range<UInt64> = 0..<50
        let without = try seeds.filter { try ScenePlacement(task: task, seed: $0).isAbsent[2] }
        let seed = try #require(without.first)
        try plant.reset(seed: seed)
        let before = plant.state.worldFromObject[2]
        try plant.advance(holding: setup.home, substeps: 40)
        #expect(plant.state.worldFromObject[2] == before)
    }
}
