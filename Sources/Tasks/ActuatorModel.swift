import Foundation
import Robots
import Runtime

/// Delay and first-order lag between a command and the motors, in every clock.
///
/// Steps in whole physics timesteps and holds one vector per joint target on its way.
struct ActuatorModel {
    private struct Pending {
        var landsAt: Int
        var targets: JointVector
    }

    private let delaySteps: Int
    /// The part of the remaining way covered in one timestep; 1 without lag.
    private let blend: Double
    private var pending: [Pending]
    private var first = 0
    private var count = 0
    private var aim: JointVector
    private var reached: JointVector

    init(timing: ActuatorTiming, rate: ControlRate, start: JointVector) {
        delaySteps = rate.substeps(covering: .seconds(timing.delay))
        blend = timing.lag > 0 ? 1 - exp(-rate.timestepSeconds / timing.lag) : 1
        // At most two commands arrive a tick, so this many can be on their way.
        let capacity = 2 * (delaySteps / rate.substepsPerTick + 2)
        pending = [Pending](
            repeating: Pending(landsAt: 0, targets: start),
            count: capacity
        )
        aim = start
        reached = start
    }

    /// Sends a command at timestep `step`; it lands after the delay.
    mutating func send(_ targets: JointVector, at step: Int) {
        if delaySteps == 0 {
            aim = targets
            return
        }
        if count == pending.count {
            first = (first + 1) % pending.count
            count -= 1
        }
        pending[(first + count) % pending.count] = Pending(
            landsAt: step + delaySteps,
            targets: targets
        )
        count += 1
    }

    /// Whether the motors' target may change at every timestep.
    var isBusy: Bool { count > 0 || blend < 1 }

    /// The motors' target for the timestep that starts at `step`.
    mutating func target(at step: Int) -> JointVector {
        while count > 0, pending[first].landsAt <= step {
            aim = pending[first].targets
            first = (first + 1) % pending.count
            count -= 1
        }
        reached = blend < 1 ? reached.interpolated(to: aim, fraction: blend) : aim
        return reached
    }
}
