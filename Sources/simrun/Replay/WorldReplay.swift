import Diagnostics
import Recording
import Robots
import Runtime
import Tasks

/// A world that moves under recorded commands, without policy, controller or gate.
struct WorldReplay {
    private var plant: SimulatedPlant
    private var held: JointCommand
    private let names: [String]

    init(plan: RunPlan, seed: UInt64) throws {
        plant = try plan.setup.makePlant(cloudSeedOffset: plan.options.cloudSeedOffset)
        try plant.reset(seed: seed, instruction: plan.instruction(seed: seed))
        let state = plant.jointState
        held = JointCommand(arm: state.positions, gripperOpening: state.gripperOpening)
        names = plant.stateNames
    }

    /// The hash of the physics state.
    var stateHash: UInt64 { plant.stateHash }

    /// Lets a recorded tick pass: the last command for as long as it was held, then the new one.
    ///
    /// - Throws: ``InputError`` for a tick that no loop makes, ``Outcome`` for a broken world.
    mutating func advance(_ tick: TickMessage, to command: JointCommand) throws {
        let most = 10_000_000
        guard (0...most).contains(tick.substepsBefore), (0...most).contains(tick.substepsAfter),
            command.arm.count == held.arm.count
        else {
            throw InputError(
                key: "tick \(tick.tick)",
                expected: "timesteps from 0 to \(most) and \(held.arm.count) joint targets",
                found: "\(tick.substepsBefore) and \(tick.substepsAfter) timesteps,"
                    + " \(command.arm.count) targets"
            )
        }
        do {
            try plant.advance(holding: held, substeps: tick.substepsBefore)
            try plant.advance(holding: command, substeps: tick.substepsAfter)
        } catch {
            throw Outcome.fault("\(error) at tick \(tick.tick)", lastTicks: [])
        }
        held = command
    }

    /// Where the true state first differs from a recorded one; nil where it does not.
    func difference(from recorded: ScalarsMessage, ordinal: Int) -> EpisodeDifference? {
        let state = plant.flatState
        func differs(_ field: String, _ recorded: String, _ found: String) -> EpisodeDifference {
            EpisodeDifference(
                topic: "/state",
                ordinal: ordinal,
                field: field,
                recorded: recorded,
                found: found
            )
        }
        guard recorded.scalars.count == state.count else {
            return differs("scalars", "\(recorded.scalars.count) numbers", "\(state.count)")
        }
        for (index, scalar) in recorded.scalars.enumerated()
        where scalar.value.bitPattern != state[index].bitPattern {
            let field = "scalars[\(index)] (\(names[index]))"
            return differs(field, "\(scalar.value)", "\(state[index])")
        }
        return nil
    }
}
