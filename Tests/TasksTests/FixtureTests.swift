import Foundation
import Robots
import Runtime
import Spatial
import Testing

@testable import Tasks

@Suite struct FixtureTests {
    /// The section that puts one shipped fixture before the arm.
    static func section(
        _ fixture: String,
        y: String = "0 to 0 m",
        yaw: String = "0 to 0 rad",
        joints: String = ""
    ) -> String {
        """
        fixtures:
          - name: thing
            fixture: \(fixture)
            start: { x: 0.60 to 0.60 m, y: \(y), z: 0 to 0 m, yaw: \(yaw) }
        \(joints.isEmpty ? "" : "    joints: \(joints)\n")
        goal:
        """
    }

    static func setUp(_ section: String) throws -> TaskSetup {
        try TaskSetup.of("reach", replacing: [("goal:\n", section + "\n")])
    }

    static let shipped = [
        "drawer", "door", "window", "button", "nail", "post", "socket", "shelf",
    ]

    @Test(arguments: shipped)
    func `a shipped fixture loads, stands still and is seen`(name: String) throws {
        let setup = try Self.setUp(Self.section(name))
        var plant = try setup.makePlant()
        let start = plant.state.fixtures[0]
        let model = setup.task.fixtures[0].model
        #expect(start.positions.count == model.links.count)
        for (position, link) in zip(start.positions, model.links) {
            #expect(link.range.contains(position))
        }
        var observation = plant.blankObservation
        plant.sense(into: &observation)
        // Where it stands, the cloud has points: they are of nothing else.
        let cloud = observation.cloud.coordinates
        let near = stride(from: 0, to: cloud.count, by: 3).filter {
            abs(cloud[$0] - 0.60) < 0.25 && abs(cloud[$0 + 1]) < 0.25 && cloud[$0 + 2] < 0.24
        }
        #expect(near.count > 20)
        try plant.advance(holding: setup.home, substeps: 240)
        let end = plant.state.fixtures[0]
        for (before, after) in zip(start.positions, end.positions) {
            #expect(abs(before - after) < 1e-3)
        }
        #expect(end.velocities.allSatisfy { abs($0) < 1e-3 })
    }

    @Test func `physics puts links where the joints say`() throws {
        let section = Self.section(
            "door",
            y: "-0.05 to 0.05 m",
            yaw: "-0.3 to 0.3 rad",
            joints: "{ leaf: 10 to 80 deg }"
        )
        let setup = try Self.setUp(section)
        var plant = try setup.makePlant()
        for seed in 0..<20 as Range<UInt64> {
            try plant.reset(seed: seed)
            let placed = FixtureState(
                setup.task.fixtures[0].model,
                at: try ScenePlacement(task: setup.task, seed: seed).fixtures[0]
            )
            let real = plant.state.fixtures[0]
            #expect(abs(real.positions[0] - placed.positions[0]) < 1e-12)
            let difference = real.worldFromLink[0].translation - placed.worldFromLink[0].translation
            #expect(difference.length < 1e-9)
            #expect(
                real.worldFromLink[0].rotation.angle(to: placed.worldFromLink[0].rotation) < 1e-6
            )
        }
    }

    @Test func `starts and joints come from the seed, and move no object or goal`() throws {
        let section = Self.section(
            "drawer",
            y: "-0.1 to 0.1 m",
            joints: "{ tray: 0.05 to 0.15 m }"
        )
        let setup = try Self.setUp(section)
        let plain = try TaskSetup.of("reach")
        var starts: Set<Double> = []
        for seed in 0..<50 as Range<UInt64> {
            let placement = try ScenePlacement(task: setup.task, seed: seed)
            #expect(try placement == ScenePlacement(task: setup.task, seed: seed))
            let alone = try ScenePlacement(task: plain.task, seed: seed)
            #expect(placement.goal == alone.goal)
            #expect(placement.worldFromObject == alone.worldFromObject)
            #expect((0.05...0.15).contains(placement.fixtures[0].joints[0]))
            #expect(abs(placement.fixtures[0].worldFromBase.translation.y) <= 0.1)
            starts.insert(placement.fixtures[0].joints[0])
        }
        #expect(starts.count == 50)
    }

    @Test func `a spring brings a pressed button back`() throws {
        let setup = try Self.setUp(Self.section("button", joints: "{ button: 0.05 to 0.05 m }"))
        var plant = try setup.makePlant()
        #expect(plant.state.fixtures[0].positions[0] == 0.05)
        try plant.advance(holding: setup.home, substeps: 240)
        #expect(abs(plant.state.fixtures[0].positions[0]) < 1e-3)
    }

    @Test func `friction keeps an open drawer and a driven nail where they are`() throws {
        for (name, joints, position) in [
            ("drawer", "{ tray: 0.1 to 0.1 m }", 0.1), ("nail", "{ nail: 0.05 to 0.05 m }", 0.05),
        ] {
            let setup = try Self.setUp(Self.section(name, joints: joints))
            var plant = try setup.makePlant()
            try plant.advance(holding: setup.home, substeps: 480)
            #expect(abs(plant.state.fixtures[0].positions[0] - position) < 1e-3)
        }
    }

    @Test func `fixtures are part of the state and its hash`() throws {
        let plain = try TaskSetup.of("reach").makePlant()
        let setup = try Self.setUp(Self.section("drawer", joints: "{ tray: 0.02 to 0.12 m }"))
        var plant = try setup.makePlant()
        try plant.reset(seed: 1)
        let first = plant.stateHash
        #expect(plant.flatState.count == plain.flatState.count + 2)
        #expect(plant.flatState.contains(plant.state.fixtures[0].positions[0]))
        try plant.reset(seed: 2)
        #expect(plant.stateHash != first)
        try plant.reset(seed: 1)
        #expect(plant.stateHash == first)
    }

    @Test func `the hash of a task covers the fixture files that it names`() throws {
        let text = try TaskFolder.text("reach").replacingOccurrences(
            of: "goal:\n",
            with: Self.section("drawer") + "\n"
        )
        let hashes = try TaskFolder.withFile(text, name: "reach.yaml") { path in
            let before = try TaskFile.read(atPath: path).hash
            let fixture =
                URL(filePath: path).deletingLastPathComponent().path
                + "/fixtures/drawer.yaml"
            let changed = try String(contentsOfFile: fixture, encoding: .utf8)
                .replacingOccurrences(of: "mass: 0.6 kg", with: "mass: 0.7 kg")
            try changed.write(toFile: fixture, atomically: true, encoding: .utf8)
            return [before, try TaskFile.read(atPath: path).hash]
        }
        #expect(hashes[0] != hashes[1])
    }
}
