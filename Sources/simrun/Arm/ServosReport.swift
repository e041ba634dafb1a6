import Bridge
import Robots
import Runtime
import Tasks

/// What `simrun servos` prints at its end.
struct ServosReport: Encodable {
    struct Servo: Encodable {
        var joint: String
        var id: Int
        var position: Int
        var goal: Int
        var torque: Bool
        var overload: Bool
    }

    var robot: String
    /// Null where no task was named.
    var task: String?
    var port: String
    /// How long the world moved.
    var seconds: Double
    var physicsHz: Double
    /// Whether the task's predicate holds, has ever held, and when it had held for its hold time.
    var success: Bool
    var successAtEnd: Bool
    var successOnce: Bool
    var successAtS: Double?
    /// Packets and what became of them.
    var wire: [String: Int]
    var servos: [Servo]

    enum CodingKeys: String, CodingKey {
        case robot, task, port, seconds, success, wire, servos
        case physicsHz = "physics_hz"
        case successAtEnd = "success_at_end"
        case successOnce = "success_once"
        case successAtS = "success_at_s"
    }

    init(_ run: ServosRun, setup: TaskSetup, task: String?, port: String) {
        let arm = run.terminal.arm
        let status = run.scene.status
        robot = setup.robot.name
        self.task = task == nil ? nil : setup.task.name
        self.port = port
        seconds = arm.time
        physicsHz = 1 / run.scene.timestepSeconds
        success = status.succeededAt != nil
        successAtEnd = status.holdsNow
        successOnce = status.heldOnce
        successAtS = status.succeededAt?.seconds
        wire = Self.counts(arm.bus.counts)
        servos = zip(arm.jointNames, arm.bus.servos).map { joint, servo in
            Servo(
                joint: joint,
                id: Int(servo.id),
                position: servo[.presentPosition],
                goal: servo[.goalPosition],
                torque: servo.hasTorque,
                overload: servo.alert.contains(.overload)
            )
        }
    }

    private static func counts(_ counts: WireCounts) -> [String: Int] {
        [
            "instructions": counts.instructions, "deaf": counts.deaf, "answers": counts.answers,
            "dropped": counts.dropped, "corrupted": counts.corrupted,
            "duplicated": counts.duplicated, "split": counts.split, "delayed": counts.delayed,
            "garbage_bytes": counts.garbageBytes, "bad_sums": counts.badSums,
        ]
    }

    /// The lines for people.
    var lines: [String] {
        let passed = wire.filter { $0.value > 0 }.sorted { $0.key < $1.key }
        let outcome = success ? "success" : successOnce ? "success, not held" : "no success"
        return [
            "servos of \(robot), \(seconds.text(1)) s",
            "wire: "
                + (passed.isEmpty
                    ? "nothing" : passed.map { "\($1) \($0)" }.joined(separator: ", ")),
        ] + (task.map { ["task \($0): \(outcome)"] } ?? [])
            + servos.map {
                "  \($0.joint) (\($0.id)): step \($0.position), goal \($0.goal)"
                    + ($0.torque ? "" : ", no torque") + ($0.overload ? ", overload" : "")
            }
    }
}
