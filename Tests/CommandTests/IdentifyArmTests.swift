import Foundation
import Robots
import Testing

@testable import simrun

/// `simrun arm identify`: what robot.yaml says is what the simulation shows.
@Suite(.serialized) struct IdentifyArmTests {
    /// A copy of the SO-101 with another actuator line.
    private func robot(delay: Double, lag: Double) throws -> URL {
        let folder = try Simrun.temporaryFolder().appending(path: "so101")
        try FileManager.default.copyItem(
            at: Simrun.root.appending(path: "robots/so101"),
            to: folder
        )
        let file = folder.appending(path: "robot.yaml")
        let yaml = try String(contentsOf: file, encoding: .utf8)
        let changed = try ActuatorLine.replace(
            in: yaml,
            file: file.path,
            delay: delay,
            lag: lag
        )
        try changed.write(to: file, atomically: true, encoding: .utf8)
        return folder
    }

    private func found(_ run: Simrun) throws -> (delay: Double, lag: Double) {
        #expect(run.status == 0, "\(run.errors)")
        let report = try #require(try run.json() as? [String: Any])
        let fit = try #require(report["found"] as? [String: Any])
        return (
            try #require(fit["delay_ms"] as? Double), try #require(fit["lag_ms"] as? Double)
        )
    }

    @Test func `a simulation shows the delay and the lag of its file`() throws {
        let folder = try robot(delay: 0.018, lag: 0.025)
        defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
        let words = ["arm", "identify", folder.path, "--simulated", "--json"]
        let fit = try found(
            Simrun.run(words + ["--joint", "shoulder_pan", "--joint", "wrist_flex"])
        )
        #expect(abs(fit.delay - 18) < 3 && abs(fit.lag - 25) < 5, "\(fit)")
    }

    @Test func `what an arm shows is written, and the simulation shows it too`() throws {
        let folder = try robot(delay: 0, lag: 0)
        let base = folder.deletingLastPathComponent()
        defer { try? FileManager.default.removeItem(at: base) }
        let link = base.appending(path: "arm").path
        let servos = try RunningSimrun([
            "servos", "--robot", folder.path, "--link", link, "--seconds", "120",
        ])
        let isThere = servos.wait { FileManager.default.fileExists(atPath: link) }
        #expect(isThere, "\(servos.errors)")
        Thread.sleep(forTimeInterval: 0.4)
        let joint = ["--joint", "wrist_flex", "--json"]
        let arm = try found(
            Simrun.run(
                ["arm", "identify", folder.path, "--port", link, "--watchdog", "2s", "--write"]
                    + joint
            )
        )
        _ = try servos.end()
        let yaml = try String(contentsOf: folder.appending(path: "robot.yaml"), encoding: .utf8)
        #expect(
            yaml.contains(ActuatorLine.text(delay: arm.delay / 1000, lag: arm.lag / 1000)),
            "\(arm)"
        )
        // Comments and all else stay.
        #expect(yaml.contains("# The jaw") || yaml.contains("# The real arm's servos."))
        let simulated = try found(
            Simrun.run(["arm", "identify", folder.path, "--simulated"] + joint)
        )
        // The one's delay may be the other's lag where neither is large.
        let (real, model) = (arm.delay + arm.lag, simulated.delay + simulated.lag)
        #expect(abs(real - model) < 6, "\(arm) on the arm, \(simulated) in simulation")
    }

    @Test func `a section in another shape is refused`() throws {
        #expect(throws: (any Error).self) {
            try ActuatorLine.replace(
                in: "actuator:\n  delay: 1 ms\n  lag: 0 ms\n",
                file: "robot.yaml",
                delay: 0,
                lag: 0
            )
        }
        let kept = try ActuatorLine.replace(
            in: "a: 1\nactuator: { delay: 1 ms, lag: 0 ms } # ours\nb: 2\n",
            file: "robot.yaml",
            delay: 0.002,
            lag: 0.0105
        )
        #expect(kept == "a: 1\nactuator: { delay: 2.0 ms, lag: 10.5 ms } # ours\nb: 2\n")
    }

    @Test(arguments: [
        "so101", "so101 --simulated --port /nowhere", "so101 --simulated --joint elbow",
        "so101 --simulated --amplitude 90", "nobody --simulated", "so101 --port /nowhere",
    ])
    func `bad input is refused`(line: String) throws {
        let run = try Simrun.run(["arm", "identify"] + line.split(separator: " ").map(String.init))
        #expect(run.status == 2, "\(run.errors)")
        #expect(run.output.isEmpty)
    }
}
