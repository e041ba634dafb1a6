import ArgumentParser
import Bridge
import Diagnostics
import Robots

/// The arm in the operator's hand.
struct LeaderOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The leader's serial port.", valueName: "path"))
    var leaderPort: String?

    @Option(
        help: ArgumentHelp("The leader's robot; the follower's by default.", valueName: "robot")
    )
    var leader: String?

    @Option(
        help: ArgumentHelp("The leader's calibration, as LeRobot writes it.", valueName: "file")
    )
    var leaderCalibration: String?

    /// Opens the leader and takes its torque; nil where no port was named.
    ///
    /// - Throws: `InputError` for a leader whose joints are not the follower's, `SetupError`.
    func connect(follower: RobotModel, _ paths: SearchPaths) throws -> LeaderArm? {
        guard let leaderPort else {
            guard leader == nil, leaderCalibration == nil else {
                throw InputError(key: "--leader-port", expected: "the leader's port", found: "none")
            }
            return nil
        }
        var words = ["--port=\(leaderPort)"]
        if let leaderCalibration { words.append("--calibration=\(leaderCalibration)") }
        let arm = try ArmOptions.parse(words + ["--", leader ?? follower.name])
        let model =
            try leader.map { (name) throws(InputError) in
                try RobotLibrary(searchPaths: paths.robotFolders).load(name)
            } ?? follower
        let names = model.armLinks.map(\.jointName)
        guard names == follower.armLinks.map(\.jointName) else {
            throw InputError(
                key: "--leader",
                expected: "a robot with the joints of \(follower.name)",
                found: names.joined(separator: ", ")
            )
        }
        let connection = try arm.connect(model)
        connection.advice.forEach(Console.errorText)
        return try LeaderArm(bus: connection.bus, servos: connection.servos)
    }
}
