internal import Robots

/// How the gate keeps a robot in its envelope.
///
/// A command is let through if the robot could brake from it, at its acceleration limits, and stay
/// inside all the way. Otherwise it brakes now, along the way that was found good with the command
/// before. So neither the floor nor the acceleration limits give way.
extension SafetyGate {
    /// Which shares of the wanted change of speed are tried before the robot brakes.
    private static let shares = [1.0, 0.5, 0.25]
    /// Where on the way to rest the robot is looked at, as shares of the time it takes.
    private static let moments = [0, 0.2, 0.4, 0.6, 0.8, 1]

    /// Makes ``last``, just admitted after `before`, a command that can be braked from.
    ///
    /// - Parameters:
    ///   - envelope: Where the robot may be.
    ///   - before: The last command.
    ///   - speeds: The speeds that it was reached with.
    ///   - seconds: The control period.
    /// - Returns: Whether it was one already.
    mutating func stay(
        in envelope: SafetyEnvelope,
        after before: JointCommand,
        _ speeds: JointVector,
        seconds: Double
    ) -> Bool {
        let allowed = envelope.excess(of: before)
        let wanted = (command: last, speeds: lastVelocity)
        // Where braking from the last command ends up.
        (last, lastVelocity) = (before, speeds)
        let rest = (command: brake(after: seconds), speeds: lastVelocity)
        for share in Self.shares {
            for joint in rest.speeds.indices {
                let change = wanted.speeds[joint] - rest.speeds[joint]
                lastVelocity[joint] = rest.speeds[joint] + share * change
                last.arm[joint] =
                    share == 1
                    ? wanted.command.arm[joint]
                    : before.arm[joint] + lastVelocity[joint] * seconds
            }
            last.gripperOpening = wanted.command.gripperOpening
            if canBrake(within: envelope, allowed) { return share == 1 }
        }
        (last, lastVelocity) = rest
        // Fingers may go on where the arm may not, unless they are what touches.
        last.gripperOpening = wanted.command.gripperOpening
        if !canBrake(within: envelope, allowed) { last.gripperOpening = before.gripperOpening }
        return false
    }

    private func canBrake(within envelope: SafetyEnvelope, _ allowed: SafetyEnvelope.Excess) -> Bool
    {
        var longest = 0.0
        for joint in lastVelocity.indices {
            longest = max(longest, abs(lastVelocity[joint]) / limits.joints[joint].acceleration)
        }
        for moment in Self.moments {
            var command = last
            for joint in lastVelocity.indices {
                let (speed, brake) = (lastVelocity[joint], limits.joints[joint].acceleration)
                guard speed != 0, brake.isFinite else { continue }
                let time = min(moment * longest, abs(speed) / brake)
                let way = abs(speed) * time - brake * time * time / 2
                command.arm[joint] += speed < 0 ? -way : way
            }
            if !envelope.excess(of: command).isWithin(allowed) { return false }
            if longest == 0 { break }
        }
        return true
    }
}
