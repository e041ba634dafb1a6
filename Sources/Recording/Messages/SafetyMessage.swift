public import Robots
import Runtime

/// A message of `/safety`: what the controller wanted, and what the gate let through.
public struct SafetyMessage: Decodable, Equatable, Sendable {
    /// Joint targets in radians, then the gripper's opening in metres.
    public var wanted: [Double]
    /// The command that the robot got, alike.
    public var command: [Double]
    /// What the gate changed: `position`, `velocity`, `acceleration`, `gripper`,
    /// `envelope`.
    public var interventions: [String]

    /// The schema's properties.
    static let properties =
        #""wanted":{"type":"array","items":{"type":"number"}},"#
        + #""command":{"type":"array","items":{"type":"number"}},"#
        + #""interventions":{"type":"array","items":{"type":"string"}}"#

    private static let kinds: [(set: SafetyInterventions, name: String)] = [
        (.position, "position"), (.velocity, "velocity"), (.acceleration, "acceleration"),
        (.gripper, "gripper"), (.envelope, "envelope"),
    ]

    /// The message for a tick.
    static func json(_ record: TickRecord) -> [UInt8] {
        var out = JSONWriter()
        out.object {
            $0.key("wanted")
            put(record.wanted, into: &$0)
            $0.key("command")
            put(record.command, into: &$0)
            $0.key("interventions")
            $0.array {
                for kind in kinds where record.trace.interventions.contains(kind.set) {
                    $0.put(kind.name)
                }
            }
        }
        return out.bytes
    }

    private static func put(_ command: JointCommand, into out: inout JSONWriter) {
        out.array {
            for index in command.arm.indices { $0.put(command.arm[index]) }
            $0.put(command.gripperOpening)
        }
    }

    /// The command that the robot got; nil for a message without one.
    public var jointCommand: JointCommand? {
        guard let opening = command.last, command.count - 1 <= JointVector.capacity,
            command.allSatisfy(\.isFinite)
        else { return nil }
        return JointCommand(arm: JointVector(command.dropLast()), gripperOpening: opening)
    }
}
