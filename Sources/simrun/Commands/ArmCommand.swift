import ArgumentParser

/// `simrun arm`: a real arm on a serial port, or an emulated one.
struct ArmCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "arm",
        abstract: "Scan, calibrate, identify and run a real arm over its serial bus.",
        discussion: "docs/real-arm.md says what stops an arm and what does not.",
        subcommands: [
            ScanArm.self, ReadArm.self, CalibrateArm.self, IdentifyArm.self, RunArm.self,
            TeleopArm.self, RecordArm.self,
        ]
    )
}
