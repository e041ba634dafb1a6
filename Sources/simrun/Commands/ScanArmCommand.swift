import ArgumentParser
import Bridge
import Diagnostics
import Robots
import Runtime

/// `simrun arm scan`: who is on the bus.
struct ScanArm: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "List the servos on a bus: ids, models, firmware, baud rate."
    )

    @OptionGroup var arm: ArmOptions
    @Flag(help: "Print a udev rule that opens adapters to you and keeps their timers short.")
    var udev = false
    @Flag(help: "Print one JSON object on standard output and nothing else.") var json = false
    @OptionGroup(title: "Where to look") var paths: SearchPaths

    func run() throws {
        let connection = try arm.connect(paths)
        Interrupt.listen()
        let known = connection.servos.all
        let shadows = known.flatMap { $0.shadows.map(\.id) }
        let found = try Outcome.onTheBus {
            try connection.bus.scan(
                0...252,
                expected: Set(known.map(\.id) + shadows),
                isStopped: { Interrupt.isRequested }
            )
        }
        if Interrupt.isRequested { throw Outcome.interrupted("not every id was asked") }
        let report = ScanReport(connection, found)
        if json {
            try Console.json(report)
        } else {
            report.lines.forEach(Console.line)
            if udev { Console.line(PortAdvice.udevRule) }
        }
        guard !found.isEmpty else {
            throw Outcome.fault(
                "no servo answers at \(connection.servos.baud) Bd on \(connection.port.path)",
                lastTicks: []
            )
        }
    }
}

/// What `simrun arm scan` prints.
struct ScanReport: Encodable {
    struct Entry: Encodable {
        var id: Int
        var model: String?
        var modelNumber: Int
        var firmware: String?
        var returnDelayUs: Double?
        /// The joint that robot.yaml gives to this id; null for a stranger.
        var joint: String?

        enum CodingKeys: String, CodingKey {
            case id, model, firmware, joint
            case modelNumber = "model_number"
            case returnDelayUs = "return_delay_us"
        }
    }

    var robot: String
    var port: String
    var baud: Int
    var latencyTimerMs: Int?
    var servos: [Entry]
    /// Ids of robot.yaml that gave no answer.
    var missing: [Int]
    /// What to do about what is wrong.
    var advice: [String]

    enum CodingKeys: String, CodingKey {
        case robot, port, baud, servos, missing, advice
        case latencyTimerMs = "latency_timer_ms"
    }

    init(_ connection: ArmConnection, _ found: [FoundServo]) {
        let known = connection.servos.all
        robot = connection.model.name
        port = connection.port.path
        baud = connection.servos.baud
        latencyTimerMs = PortAdvice.latencyTimer(of: port)
        servos = found.map { servo in
            let own = known.first { $0.id == servo.id }
            let lead = known.first { $0.shadows.contains { $0.id == servo.id } }
            return Entry(
                id: Int(servo.id),
                model: servo.model,
                modelNumber: servo.modelNumber,
                firmware: servo.firmware,
                returnDelayUs: servo.returnDelay?.microseconds,
                joint: own?.joint ?? lead.map { $0.joint + " (shadow)" }
            )
        }
        // A shadow obeys another's id and may keep silent itself.
        missing = known.filter { servo in !found.contains { $0.id == servo.id } }.map { Int($0.id) }
        advice = connection.advice + Self.advice(known, found)
    }

    private static func advice(_ known: [JointServo], _ found: [FoundServo]) -> [String] {
        var advice: [String] = []
        for servo in known {
            guard let there = found.first(where: { $0.id == servo.id }) else {
                advice.append(
                    "servo \(servo.id) (\(servo.joint)) gives no answer: cable, power, id?"
                )
                continue
            }
            if there.modelNumber != servo.table.modelNumber {
                advice.append(
                    "servo \(servo.id) (\(servo.joint)) is a \(there.model ?? "stranger"),"
                        + " robot.yaml says \(servo.table.model)"
                )
            }
        }
        let firmware = Set(
            known.compactMap { servo in
                found.first { $0.id == servo.id && $0.model == "sts3215" }?.firmware
            }
        )
        if firmware.count > 1 {
            advice.append(
                "firmware differs (\(firmware.sorted().joined(separator: ", "))): update all"
            )
        }
        return advice
    }

    /// The lines for people.
    var lines: [String] {
        let rows = servos.map { servo in
            "  \(String(servo.id).leading(3))  \((servo.model ?? "model \(servo.modelNumber)").trailing(12))"
                + "  firmware \((servo.firmware ?? "?").trailing(6))"
                + "  answers after \((servo.returnDelayUs ?? 0).text(0)) us"
                + "  \(servo.joint ?? "not in robot.yaml")"
        }
        return ["\(servos.count) servos on \(port) at \(baud) Bd, for \(robot)"] + rows + advice
    }
}

extension String {
    /// Filled up with spaces in front.
    func leading(_ width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }

    /// Filled up with spaces behind.
    func trailing(_ width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
