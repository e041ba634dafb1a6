import Runtime
import Spatial
import Testing

@testable import Tasks

@Suite struct CarryProgressTests {
    /// Cameras of few pixels: experts do not look.
    private static let small = [("width: 128", "width: 8"), ("height: 128", "height: 8")]

    /// The red can is to stand on the plate, with the can where `at` says and held or not.
    private struct Table {
        let setup: TaskSetup
        let plant: SimulatedPlant
        let can: Int
        let plate: Int
        let pads: [Int]

        var state: SceneState { plant.state }

        init() throws {
            setup = try TaskSetup.of("language", replacing: CarryProgressTests.small)
            plant = try setup.makePlant()
            let task = setup.task
            can = try #require(task.scene.firstIndex { $0.name == "red-can" })
            plate = try #require(task.scene.firstIndex { $0.name == "plate" })
            pads = setup.robot.gripper?.padLinks ?? []
            let choice = try task.instruction(saying: "put the red can on the plate")
            plant.state.condition = task.success(of: choice.index).condition
        }

        /// Puts the can somewhere, with the tool at it and so many pads on it.
        func put(_ place: Vector3, padsOn: Int, standsOnPlate: Bool = false) {
            state.clearTouches()
            state.worldFromObject[can].translation = place
            state.worldFromTool.translation = CarryExpert.graspPoint(of: can, in: state)
            for link in pads.prefix(padsOn) {
                state.add(Touch(first: .robotLink(link), second: .object(can)))
            }
            if standsOnPlate { state.add(Touch(first: .object(can), second: .object(plate))) }
        }
    }

    @Test func `a thing that is dropped is a recovery, one that is put down is none`() throws {
        let table = try Table()
        var expert = try table.setup.makeExpert(for: table.plant, noise: 0)
        var chunk = ActionChunk(horizon: 1, width: 7)
        expert.reset(seed: 1)
        let start = table.state.worldFromObject[table.can].translation
        let onPlate = table.state.worldFromObject[table.plate].translation + Vector3(0, 0, 0.032)
        let steps: [(Vector3, Int, Bool, Int, Int)] = [
            (start, 0, false, 0, 0), (start, 2, false, 1, 0),
            // Dropped on the way, and taken up again.
            (start + Vector3(0, 0, 0.1), 0, false, 0, 1), (start, 2, false, 1, 1),
            // Put down, let go, left.
            (onPlate, 2, true, 1, 1), (onPlate, 1, true, 1, 1), (onPlate, 0, true, 2, 1),
        ]
        for (place, pads, stands, stage, recoveries) in steps {
            table.put(place, padsOn: pads, standsOnPlate: stands)
            expert.plan(table.plant.blankObservation, into: &chunk)
            #expect(expert.stage == stage, "\(place) \(pads)")
            #expect(expert.recoveries == recoveries, "\(place) \(pads)")
        }
    }

    @Test func `without noise nothing is recovered from, however many errands there are`() throws {
        let setup = try TaskSetup.of("language", replacing: CarryProgressTests.small)
        let seeds = (0..<50 as Range<UInt64>).filter { seed in
            let choice = try? setup.task.instruction(seed: seed)
            return choice.map { setup.task.instructions[$0.index].kind == .long } ?? false
        }
        for record in try ExpertTests.episodes(setup, seeds: Array(seeds.prefix(2))) {
            #expect(record.result.success, "seed \(record.result.seed)")
            #expect(record.recoveries == 0, "seed \(record.result.seed)")
        }
    }
}
