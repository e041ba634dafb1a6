import Diagnostics
import Foundation
import Runtime
import Spatial
import Testing

@testable import Tasks

@Suite struct ExpertScriptTests {
    /// Tasks whose expert stands in their file.
    static let shipped = [
        "push", "door-open", "drawer-open", "drawer-close", "button-press-topdown",
        "peg-insert-side", "window-open", "window-close", "assembly", "hammer", "shelf-place",
        "stick-push", "sweep-into", "disassemble",
    ]

    @Test(arguments: shipped)
    func `a shipped script succeeds, steadily, and again to the last bit`(task: String) throws {
        let setup = try TaskSetup.of(task, replacing: ExpertTests.small)
        let records = try ExpertTests.episodes(setup, seeds: [0, 1])
        for record in records {
            #expect(record.result.success, "seed \(record.result.seed)")
            #expect(record.actions == record.intended)
        }
        let again = try ExpertTests.episodes(setup, seeds: [1], timeLimit: .seconds(1.5))
        let once = try ExpertTests.episodes(setup, seeds: [1], timeLimit: .seconds(1.5))
        #expect(again == once)
    }

    @Test(arguments: shipped)
    func `no task is done before it begins`(task: String) throws {
        let setup = try TaskSetup.of(task, replacing: ExpertTests.small)
        var plant = try setup.makePlant()
        for seed in 0..<5 as Range<UInt64> {
            try plant.reset(seed: seed)
            #expect(!plant.status.heldOnce)
            try plant.advance(holding: setup.home, substeps: 120)
            #expect(!plant.status.heldOnce)
        }
    }

    // MARK: Funnel

    private let funnel = ExpertRule.Funnel(
        from: Vector3(0, 0, 1),
        hover: 0.08,
        beside: 0.03,
        aligned: 0.01
    )

    @Test func `a funnel hovers beside, comes down aligned, and goes out when low`() {
        // Far beside and high: towards a point 8 cm above the target.
        #expect(funnel.way(Vector3(0.2, 0, -0.3)).isNear(Vector3(0.2, 0, -0.22)))
        // Aligned: straight to the target.
        #expect(funnel.way(Vector3(0.005, 0, -0.05)).isNear(Vector3(0.005, 0, -0.05)))
        // Half way between: half of the hover.
        #expect(funnel.way(Vector3(0.02, 0, -0.05)).isNear(Vector3(0.02, 0, -0.01)))
        // Low and beside: out alone.
        #expect(funnel.way(Vector3(0.1, 0, 0)).isNear(Vector3(0, 0, 0.08)))
    }

    @Test func `a funnel along another direction is the same one turned`() {
        let turn = Rotation(roll: 0.4, pitch: -1.1, yaw: 2.0)
        var turned = funnel
        turned.from = turn(funnel.from)
        var random = RandomStream(seed: 7)
        for _ in 0..<200 {
            let error = Vector3(
                random.uniform(in: -0.1...0.1),
                random.uniform(in: -0.1...0.1),
                random.uniform(in: -0.2...0.2)
            )
            #expect(turned.way(turn(error)).isNear(turn(funnel.way(error))))
        }
    }

    // MARK: Recoveries

    @Test func `noise throws the expert back, which is counted and seldom lasts`() throws {
        let setup = try TaskSetup.of("push", replacing: ExpertTests.small)
        let plant = try setup.makePlant()
        var expert = try setup.makeExpert(for: plant, noise: 0)
        var chunk = ActionChunk(horizon: 1, width: 4)
        expert.reset(seed: 1)
        // Beside the puck, then at it, then beside it again.
        let puck = plant.state.worldFromObject[1].translation
        for (offset, stage, recoveries) in [
            (Vector3(0, 0, 0.1), 0, 0), (.zero, 1, 0), (Vector3(0, 0.05, 0.1), 0, 1),
            (.zero, 1, 1),
        ] {
            plant.state.worldFromTool.translation = puck + offset
            expert.plan(plant.blankObservation, into: &chunk)
            #expect(expert.stage == stage && expert.recoveries == recoveries)
        }
        expert.reset(seed: 2)
        #expect(expert.stage == 0 && expert.recoveries == 0)
    }

    // MARK: Broken scripts

    static let breakages: [TaskBreakage] = [
        TaskBreakage(
            what: "an unknown place",
            replace: ("to: puck\n    gripper: closed", "to: pluck\n    gripper: closed"),
            key: "script[1].to",
            mentions: ["puck"],
            namesLine: false
        ),
        TaskBreakage(
            what: "an unknown grip",
            replace: ("gripper: open", "gripper: wide"),
            key: "script[2].gripper",
            mentions: ["open, closed"]
        ),
        TaskBreakage(
            what: "no grip",
            replace: ("    gripper: open\n", ""),
            key: "script[2].gripper",
            namesLine: false
        ),
        TaskBreakage(
            what: "a rule without when above others",
            replace: ("- when: { grasped: puck }\n    bring", "- bring"),
            key: "script[0]",
            mentions: ["when"],
            namesLine: false
        ),
        TaskBreakage(
            what: "a last rule that may not apply",
            replace: (
                "  - to: puck\n    funnel", "  - when: { grasped: puck }\n    to: puck\n    funnel"
            ),
            key: "script[2]",
            mentions: ["last rule"],
            namesLine: false
        ),
        TaskBreakage(
            what: "an unknown condition",
            replace: ("when: { grasped: puck }", "when: { graspd: puck }"),
            key: "script[0].when",
            mentions: ["grasped"]
        ),
        TaskBreakage(
            what: "a funnel that is wider where it is narrow",
            replace: ("aligned: 0.01 m", "aligned: 0.05 m"),
            key: "script[2].funnel.aligned",
            mentions: ["less than beside"]
        ),
        TaskBreakage(
            what: "a funnel from nowhere",
            replace: ("funnel: { hover", "funnel: { from: 0 0 0, hover"),
            key: "script[2].funnel.from",
            mentions: ["direction"]
        ),
        TaskBreakage(
            what: "an unknown key",
            replace: ("    gripper: open", "    gripper: open\n    wait: 1 s"),
            key: "script[2].wait",
            namesLine: false
        ),
        TaskBreakage(
            what: "an expert without its script",
            replace: ("script:\n", "skript:\n"),
            key: "expert",
            mentions: ["script"],
            namesLine: false
        ),
        TaskBreakage(
            what: "a script that nobody asked for",
            replace: ("expert: script", "expert: reach"),
            key: "script",
            namesLine: false
        ),
    ]

    @Test(arguments: breakages)
    func `a broken script is refused with file, line and key`(breakage: TaskBreakage) throws {
        let text = try TaskFolder.text("push")
        let range = try #require(text.range(of: breakage.replace.0))
        let line = text[..<range.lowerBound].count { $0 == "\n" } + 1
        let broken = text.replacingCharacters(in: range, with: breakage.replace.1)
        try TaskFolder.withFile(broken, name: "push.yaml") { path in
            let error = try #require(throws: InputError.self) { try TaskFile.read(atPath: path) }
            #expect(error.file == path && error.line != nil)
            if breakage.namesLine { #expect(error.line == line, "\(error)") }
            #expect(error.key == breakage.key, "\(error)")
            for word in breakage.mentions {
                #expect(error.description.contains(word), "\(error)")
            }
        }
    }

    @Test func `kinematics is drawn to where the arm starts`() throws {
        let setup = try TaskSetup.of("hammer", replacing: ExpertTests.small)
        #expect(setup.robot.home[6] == -0.785398)
        let plant = try setup.makePlant()
        let straight = try TaskSetup.of("reach", replacing: ExpertTests.small).makePlant()
        let turn = plant.state.worldFromTool.rotation.angle(
            to: straight.state.worldFromTool.rotation
        )
        #expect(abs(turn - .pi / 2) < 1e-3)
        // At home nothing pulls away from it.
        var joints = setup.robot.home
        let solution = setup.robot.kinematics.solve(
            baseFromTool: setup.robot.kinematics.baseFromTool(at: joints),
            positions: &joints
        )
        #expect(solution.converged)
        for index in joints.indices { #expect(abs(joints[index] - setup.robot.home[index]) < 1e-4) }
    }
}

extension Vector3 {
    fileprivate func isNear(_ other: Vector3, within distance: Double = 1e-9) -> Bool {
        (self - other).length < distance
    }
}
