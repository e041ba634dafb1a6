import Foundation
import Testing

@testable import Robots

/// What robot.yaml says of when an arm is stopped and how hard its servos may pull.
@Suite struct ServoLimitTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "robots/so101")

    private func servos(adding text: String = "", gripper: String = "") throws -> ServoMap {
        var yaml = try String(
            contentsOf: Self.folder.appending(path: "robot.yaml"),
            encoding: .utf8
        )
        yaml = yaml.replacing("  zero: 2048\n", with: "  zero: 2048\n" + text)
        yaml = yaml.replacing(
            "gripper: { id: 6, model: STS3215, direction: 1, torque_limit: 0.24 }",
            with: "gripper: { id: 6, model: STS3215, direction: 1\(gripper) }"
        )
        let urdf = try String(
            contentsOf: Self.folder.appending(path: "robot.urdf"),
            encoding: .utf8
        )
        let robot = try RobotModel.parse(name: "so101", yaml: yaml, urdf: urdf)
        return try #require(robot.servos)
    }

    @Test func defaultsHoldWhereTheFileIsSilent() throws {
        let map = try servos()
        #expect(map.stopAfterLostTicks == 5)
        #expect(map.followingError == FollowingError(angle: 0.35, time: 0.5))
        #expect(map.servos.allSatisfy { $0.torqueLimit == 1 })
    }

    @Test func whatTheFileSaysIsTaken() throws {
        let map = try servos(
            adding: """
                  stop_after_lost_ticks: 3
                  following_error: { angle: 10 deg, time: 250 ms }
                  torque_limit: 0.8

                """,
            gripper: ", torque_limit: 0.5"
        )
        #expect(map.stopAfterLostTicks == 3)
        #expect(abs(map.followingError.angle - 10 * .pi / 180) < 1e-12)
        #expect(map.followingError.time == 0.25)
        #expect(map.servos.map(\.torqueLimit) == [0.8, 0.8, 0.8, 0.8, 0.8, 0.5])
    }

    @Test(arguments: [
        ("  stop_after_lost_ticks: 0\n", "stop_after_lost_ticks"),
        ("  torque_limit: 1.5\n", "torque_limit"),
        ("  torque_limit: 0\n", "torque_limit"),
        ("  following_error: { angle: 10 deg }\n", "time"),
        ("  following_error: { angle: 10, time: 1 s }\n", "angle"),
        ("  stop_after_lost_tick: 3\n", "stop_after_lost_tick"),
    ])
    func nonsenseIsRefusedByKey(text: String, key: String) {
        let error = #expect(throws: (any Error).self) { try servos(adding: text) }
        #expect("\(error.map { "\($0)" } ?? "")".contains(key))
    }
}
