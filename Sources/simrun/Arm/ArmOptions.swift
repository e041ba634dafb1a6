import ArgumentParser
import Bridge
import Diagnostics
import Robots

/// Which arm, and where it is.
struct ArmOptions: ParsableArguments {
    @Argument(help: "The robot's name or directory.")
    var robot: String

    @Option(help: ArgumentHelp("The arm's serial port, such as /dev/ttyACM0.", valueName: "path"))
    var port: String

    @Option(help: ArgumentHelp("The arm's calibration, as LeRobot writes it.", valueName: "file"))
    var calibration: String?

    /// Loads the robot and its calibration, and opens the port.
    func connect(_ paths: SearchPaths) throws(InputError) -> ArmConnection {
        let model = try RobotLibrary(searchPaths: paths.robotFolders).load(robot)
        return try connect(model)
    }

    /// Opens the port of a robot that is loaded.
    func connect(_ model: RobotModel) throws(InputError) -> ArmConnection {
        var servos = try ArmServos(model)
        var found: ArmCalibration?
        if let calibration {
            let file = try CalibrationFile.read(atPath: calibration, for: servos)
            servos = servos.calibrated(by: file)
            found = file
        }
        let port = try SerialPort(path: port, baud: servos.baud)
        let bus = ServoBus(wire: servos.wire, port: port)
        // Of some 200 questions none may fail for good where each tenth answer is lost.
        bus.tries = 8
        return ArmConnection(
            model: model,
            servos: servos,
            calibration: found,
            port: port,
            bus: bus
        )
    }
}

/// An arm whose port is open.
struct ArmConnection {
    let model: RobotModel
    /// Its servos, calibrated where there is a calibration.
    let servos: ArmServos
    let calibration: ArmCalibration?
    let port: SerialPort
    let bus: ServoBus

    /// What slows this port down and how to mend it; empty when nothing does.
    var advice: [String] {
        guard let timer = PortAdvice.latencyTimer(of: port.path), timer > 1 else { return [] }
        return [
            "the adapter waits \(timer) ms before it hands bytes over; make that 1 ms by",
            "  " + PortAdvice.latencyCommand(for: port.path),
        ]
    }
}

extension Outcome {
    /// Runs what talks to an arm; what goes wrong there is a fault.
    static func onTheBus<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as BusError {
            throw Outcome.fault("\(error)", lastTicks: [])
        } catch let error as SetupError {
            throw Outcome.fault("\(error)", lastTicks: [])
        }
    }
}
