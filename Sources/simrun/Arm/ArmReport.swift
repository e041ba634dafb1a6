import Bridge
import Runtime

/// What `simrun arm run --json` prints: what `simrun task --json` does, and `arm`.
struct ArmReport: Encodable {
    var task: TaskReport
    var arm: ArmSummary

    private enum CodingKeys: String, CodingKey { case arm }

    func encode(to encoder: any Encoder) throws {
        try task.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(arm, forKey: .arm)
    }
}

/// What only an arm has: its bus, its servos' warmth.
struct ArmSummary: Encodable {
    var port: String
    var dryRun: Bool
    /// Cameras whose pictures are those of the simulation that follows the arm.
    var mirrored: [String]
    /// Packets and what became of them, while the loop ran.
    var bus: [String: Int]
    /// Ticks in which some servo, or all, did not answer; in which none did.
    var partialTicks: Int
    var silentTicks: Int
    /// Ticks in which `--max-relative-target` shortened a command.
    var shortenedTicks: Int
    var hottestServo: String?
    var hottestCelsius: Int?
    var lowestVolts: Double?
    /// What should be looked at before it stops the arm.
    var warnings: [String]

    enum CodingKeys: String, CodingKey {
        case port, mirrored, bus, warnings
        case dryRun = "dry_run"
        case partialTicks = "partial_ticks"
        case silentTicks = "silent_ticks"
        case shortenedTicks = "shortened_ticks"
        case hottestServo = "hottest_servo"
        case hottestCelsius = "hottest_celsius"
        case lowestVolts = "lowest_volts"
    }

    init(
        _ plant: SerialPlant,
        servos: ArmServos,
        counts: BusCounts,
        mirrored: [String],
        isDry: Bool
    ) {
        port = plant.bus.port.path
        dryRun = isDry
        self.mirrored = mirrored
        bus = [
            "sent": counts.sent, "answers": counts.answers, "missed": counts.missed,
            "lost": counts.lost, "retries": counts.retries, "unexpected": counts.unexpected,
            "alerts": counts.alerts, "garbage_bytes": counts.garbageBytes,
            "bad_sums": counts.badSums, "reconnects": counts.reconnects,
        ]
        partialTicks = plant.partialTicks
        silentTicks = plant.silentTicks
        shortenedTicks = plant.shortenedTicks
        warnings = plant.monitor.warnings.lines
        if let hottest = plant.climate.hottest {
            hottestServo = servos.all[hottest.servo].joint
            hottestCelsius = hottest.celsius
            lowestVolts = plant.climate.lowestVolts
        }
    }

    /// The lines for people.
    var lines: [String] {
        let passed = bus.filter { $0.value > 0 }.sorted { $0.key < $1.key }
        var lines = [
            "",
            "bus \(port): " + passed.map { "\($0.value) \($0.key)" }.joined(separator: ", "),
            "ticks with a servo missing \(partialTicks), with none answering \(silentTicks)",
        ]
        if shortenedTicks > 0 { lines.append("commands shortened in \(shortenedTicks) ticks") }
        if let hottestServo, let hottestCelsius, let lowestVolts {
            lines.append(
                "hottest \(hottestServo) at \(hottestCelsius) °C, lowest \(lowestVolts.text(1)) V"
            )
        }
        lines += warnings.map { "warning: " + $0 }
        if !mirrored.isEmpty {
            lines.append("mirrored, not seen: " + mirrored.joined(separator: ", "))
        }
        if dryRun { lines.append("dry run: nothing was sent to the arm but questions") }
        return lines
    }
}
