import ArgumentParser
import Bridge
import Diagnostics
import Foundation
import Robots
import Runtime

/// `simrun arm calibrate`: LeRobot's procedure, by hand.
struct CalibrateArm: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Calibrate an arm by hand, as LeRobot does, and write its file.",
        discussion: """
            The arm loses its torque: hold it. Move every joint to the middle of its range and press \
            Enter, then move each through all of it and press Enter again.
            """
    )

    @OptionGroup var arm: ArmOptions
    @Option(help: ArgumentHelp("Where to write the calibration.", valueName: "file"))
    var out: String
    @Option(
        help: ArgumentHelp(
            "A joint that turns without stops; may be repeated. wrist_roll on so101 by default.",
            valueName: "joint"
        )
    )
    var fullTurn: [String] = []
    @OptionGroup(title: "Where to look") var paths: SearchPaths

    func run() throws {
        try WholeFile.check(out)
        let connection = try arm.connect(paths)
        let turns = try fullTurns(connection)
        var calibrator = ArmCalibrator(bus: connection.bus, servos: connection.servos)
        try Outcome.onTheBus {
            try ServoSetup(bus: connection.bus, servos: connection.servos).check(nil)
            try calibrator.release()
        }
        Interrupt.listen()
        Console.errorText("Move every joint to the middle of its range, then press Enter.")
        try waitForEnter {}
        try Outcome.onTheBus { try calibrator.takeMiddle() }
        Console.errorText("Move each joint through all of its range, then press Enter.")
        try waitForEnter { show(calibrator.look()) }
        // Once more, so that a sweep that ended at once has a range too.
        show(calibrator.look())
        let unmoved = calibrator.unmoved(fullTurns: turns)
        guard unmoved.isEmpty else {
            throw Outcome.fault(
                "not moved through a range: \(unmoved.joined(separator: ", ")); the servos keep their"
                    + " new middle, no file was written",
                lastTicks: []
            )
        }
        let found = try Outcome.onTheBus { try calibrator.finish(fullTurns: turns) }
        try WholeFile.write(CalibrationFile.text(found), to: out)
        Console.line("calibration of \(found.servos.count) servos in \(out)")
    }

    private func fullTurns(_ connection: ArmConnection) throws(InputError) -> Set<String> {
        let known = connection.servos.all.map(\.joint)
        for name in fullTurn where !known.contains(name) {
            throw .unknown("joint", name: name, known: known, key: "--full-turn")
        }
        guard fullTurn.isEmpty else { return Set(fullTurn) }
        return connection.model.name == "so101" ? ["wrist_roll"] : []
    }

    /// Waits for a line of standard input, doing something meanwhile.
    private func waitForEnter(_ meanwhile: () -> Void) throws {
        while true {
            if Interrupt.isRequested { throw Outcome.interrupted("nothing was written") }
            var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            if poll(&input, 1, 50) > 0 {
                guard readLine() != nil else {
                    throw Outcome.fault("standard input ended before Enter", lastTicks: [])
                }
                return
            }
            meanwhile()
        }
    }

    private func show(_ ranges: [(joint: String, range: ClosedRange<Int>)]) {
        guard Console.errorIsTerminal else { return }
        let text = ranges.map { "\($0.joint) \($0.range.lowerBound)-\($0.range.upperBound)" }
        Console.write("\r\u{1B}[K" + text.joined(separator: "  "), to: .standardError)
    }
}
