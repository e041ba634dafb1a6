import ArgumentParser
import Diagnostics
import Robots
import Spatial
import Tasks

/// `simrun robots check FOLDER`.
struct CheckRobot: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Load a robot, let it stand, and have every joint follow a sine.",
        discussion: """
            Drift is the farthest that a joint was from home in 2 s; deviation the farthest that it \
            was from what its time constant promises while it followed a sine, as a share of the \
            amplitude. Exit code 1 where a joint drifts over half a degree (1 mm) or deviates by \
            over a tenth.
            """
    )

    @Argument(help: "The robot: its folder or name.") var robot: String
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup(title: "Where to look") var paths: SearchPaths

    private struct Report: Encodable {
        var robot: String
        var armJoints: Int
        var hulls: Int
        var unseenLinks: [String]
        var passes: Bool
        var joints: [Joint]

        enum CodingKeys: String, CodingKey {
            case robot, hulls, passes, joints
            case armJoints = "arm_joints"
            case unseenLinks = "unseen_links"
        }
    }

    private struct Joint: Encodable {
        var name: String
        var unit: String
        var drift: Double
        var amplitude: Double
        var deviation: Double
        var passes: Bool
    }

    func run() throws {
        let model = try RobotLibrary(searchPaths: paths.robotFolders).load(robot)
        var trial = try RobotTrial(robot: model)
        let joints = trial.run().map {
            Joint(
                name: $0.name,
                unit: $0.slides ? "m" : "rad",
                drift: $0.drift,
                amplitude: $0.amplitude,
                deviation: $0.deviation,
                passes: $0.passes
            )
        }
        let bodies = [model.base] + model.links.map(\.body)
        let report = Report(
            robot: model.name,
            armJoints: model.armJointCount,
            hulls: bodies.reduce(0) { $0 + $1.hulls.count },
            unseenLinks: model.unseenLinks,
            passes: joints.allSatisfy(\.passes),
            joints: joints
        )
        if json { try Console.json(report) } else { show(report, bodies) }
        let failed = joints.filter { !$0.passes }
        guard failed.isEmpty else {
            throw Outcome.gates(
                failed.map {
                    "\($0.name) drifts by \($0.drift.text(4)) \($0.unit) and deviates by"
                        + " \(($0.deviation * 100).text(1)) %: is its torque enough, its time"
                        + " constant long enough, its inertia right?"
                }
            )
        }
    }

    private func show(_ report: Report, _ bodies: [RobotBody]) {
        Console.line("\(report.robot): \(report.armJoints) arm joints")
        let width = report.joints.reduce(8) { max($0, $1.name.count) } + 2
        Console.line(
            "joint".left(width) + ["drift", "sine", "deviation"].map { $0.right(12) }.joined()
        )
        for joint in report.joints {
            Console.line(
                joint.name.left(width) + "\(joint.drift.text(5)) \(joint.unit)".right(12)
                    + "\(joint.amplitude.text(3)) \(joint.unit)".right(12)
                    + "\((joint.deviation * 100).text(1)) %".right(12)
            )
        }
        let hulls = bodies.flatMap(\.hulls)
        if !hulls.isEmpty {
            let corners = hulls.reduce(0) { $0 + $1.hull.vertices.count }
            let most = hulls.reduce(0) { max($0, $1.overhang) }
            Console.line(
                "\(hulls.count) hulls of meshes, \(corners) corners; they fall short of the meshes'"
                    + " own by at most \((most * 1000).text(1)) mm"
            )
        }
        if !report.unseenLinks.isEmpty {
            Console.line(
                "cameras do not see \(report.unseenLinks.joined(separator: ", ")): see `simrun robots fit`"
            )
        }
    }
}
