import ArgumentParser
import Bridge
import Diagnostics
import Foundation
import Robots
import Runtime

/// `simrun arm read`: what the servos say.
struct ReadArm: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "Show the joints of an arm: radians, degrees, load, temperature, voltage.",
        discussion: "Reads only: an arm without torque may be moved by hand meanwhile."
    )

    @OptionGroup var arm: ArmOptions
    @Flag(help: "Read once and print one JSON object.") var json = false
    @Flag(help: "Read once.") var once = false
    @OptionGroup(title: "Where to look") var paths: SearchPaths

    func run() throws {
        let connection = try arm.connect(paths)
        let reader = ArmReader(bus: connection.bus, servos: connection.servos)
        Interrupt.listen()
        let isLive = !json && !once && isatty(STDOUT_FILENO) == 1
        let clock = MonotonicTime()
        var isFirst = true
        repeat {
            let readings = try Outcome.onTheBus { try reader.read() }
            let report = ReadReport(connection, readings)
            if json {
                try Console.json(report)
            } else {
                let lines = report.lines
                // Over the last table.
                if !isFirst { Console.line("\u{1B}[\(lines.count + 1)A") }
                lines.forEach { Console.line($0 + (isLive ? "\u{1B}[K" : "")) }
            }
            isFirst = false
            if readings.allSatisfy({ $0 == nil }) {
                throw Outcome.fault("no servo answers on \(connection.port.path)", lastTicks: [])
            }
            if isLive { clock.sleep(until: clock.now() + .milliseconds(100)) }
        } while isLive && !Interrupt.isRequested
    }
}

/// What `simrun arm read` prints.
struct ReadReport: Encodable {
    struct Joint: Encodable {
        var joint: String
        var id: Int
        /// Radians, of a slider metres; null where the servo gave no answer, as all the rest.
        var position: Double?
        var degrees: Double?
        var step: Int?
        var speed: Double?
        /// The share of the motor's duty cycle, or null where the servo measures amperes.
        var load: Double?
        var amperes: Double?
        var volts: Double?
        var celsius: Int?
        var torque: Bool?
        var alert: String?
    }

    var robot: String
    var port: String
    var joints: [Joint]

    init(_ connection: ArmConnection, _ readings: [ServoReading?]) {
        robot = connection.model.name
        port = connection.port.path
        joints = zip(connection.servos.all, readings).map { servo, reading in
            var joint = Joint(joint: servo.joint, id: Int(servo.id))
            guard let reading else { return joint }
            joint.position = reading.position
            joint.degrees = servo.crank == nil ? reading.position * 180 / .pi : nil
            joint.step = reading.step
            joint.speed = reading.speed
            joint.load = reading.isCurrent ? nil : reading.load
            joint.amperes = reading.isCurrent ? reading.load : nil
            joint.volts = reading.volts
            joint.celsius = reading.celsius
            joint.torque = reading.hasTorque
            joint.alert = "\(reading.alert)"
            return joint
        }
    }

    /// The lines for people.
    var lines: [String] {
        let name = joints.map(\.joint.count).max() ?? 0
        let head =
            "joint".trailing(name) + "  id   rad (m)       deg   step    load  volts   °C  torque"
        return [head] + joints.map { line($0, name) }
    }

    private func line(_ joint: Joint, _ name: Int) -> String {
        let start = joint.joint.trailing(name) + "  " + "\(joint.id)".leading(2)
        guard let position = joint.position else { return start + "  no answer" }
        let load =
            joint.amperes.map { $0.text(2) + " A" } ?? ((joint.load ?? 0) * 100).text(0) + " %"
        return start + "  " + position.text(4).leading(8)
            + "  " + (joint.degrees?.text(2) ?? "").leading(8)
            + "  " + "\(joint.step ?? 0)".leading(5) + "  " + load.leading(6)
            + "  " + (joint.volts ?? 0).text(1).leading(5) + "  "
            + "\(joint.celsius ?? 0)".leading(3)
            + "  " + (joint.torque == true ? "on" : "off")
            + ((joint.alert ?? "").isEmpty ? "" : "  " + (joint.alert ?? ""))
    }
}
