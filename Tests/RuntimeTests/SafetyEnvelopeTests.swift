import Foundation
import Robots
import Spatial
import Testing

@testable import Runtime

/// An SO-101 over its table.
@Suite struct SafetyEnvelopeTests {
    private static let robot = Result {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try RobotLibrary(searchPaths: [root.appending(path: "robots").path]).load("so101")
    }

    private static let period = 0.01

    private func envelope(_ robot: RobotModel, floor: Double? = 0) -> SafetyEnvelope {
        SafetyEnvelope(
            robot: robot,
            worldFromBase: .identity,
            floor: floor,
            box: ToolWorkspace(lower: Vector3(0.1, -0.15, -1), upper: Vector3(0.3, 0.15, 0.3))
        )
    }

    /// The command that brings the tool to a place, pointing as at home.
    private func command(_ robot: RobotModel, at place: Vector3) throws -> JointCommand {
        var joints = robot.home
        var pose = robot.kinematics.baseFromTool(at: joints)
        pose.translation = place
        let solution = robot.kinematics.solve(baseFromTool: pose, positions: &joints)
        try #require(solution.converged)
        return JointCommand(arm: joints, gripperOpening: 0.02)
    }

    @Test func `excess is how far a part is under the floor, and the tool from the box`() throws {
        let robot = try Self.robot.get()
        let envelope = envelope(robot)
        let home = JointCommand(arm: robot.home, gripperOpening: robot.homeOpening)
        #expect(envelope.excess(of: home).most == 0)
        let high = envelope.excess(of: try command(robot, at: Vector3(0.2, 0, 0.05)))
        #expect(high.most == 0)
        let low = envelope.excess(of: try command(robot, at: Vector3(0.2, 0, 0.0)))
        let lower = envelope.excess(of: try command(robot, at: Vector3(0.2, 0, -0.01)))
        // The fingers reach below the tool frame; a centimetre lower is a centimetre more.
        #expect(low.most > 0.001)
        #expect(abs(lower.most - low.most - 0.01) < 2e-4)
        let aside = envelope.excess(of: try command(robot, at: Vector3(0.2, 0.17, 0.1)))
        #expect(abs(aside.tool - 0.02) < 1e-4)
        #expect(aside.links.values.allSatisfy { $0 == 0 })
    }

    @Test(arguments: [0.3, 1.0])
    func `the gate brakes above the floor, within the acceleration limits`(share: Double) throws {
        let robot = try Self.robot.get()
        var limits = try SafetyLimits(robot: robot)
        for joint in limits.joints.indices { limits.joints[joint].velocity *= share }
        let envelope = envelope(robot)
        limits.envelope = envelope
        let start = JointCommand(arm: robot.home, gripperOpening: 0.02)
        var gate = SafetyGate(limits: limits, startingAt: start)
        let under = try command(robot, at: Vector3(0.22, 0.05, -0.04))
        var (last, speeds) = (start, JointVector(count: 5))
        var kept = false
        for _ in 0..<300 {
            var interventions = SafetyInterventions()
            let next = try gate.admit(under, after: Self.period, interventions: &interventions)
            kept = kept || interventions.contains(.envelope)
            #expect(envelope.excess(of: next).most < 1e-3)
            for joint in next.arm.indices {
                let speed = (next.arm[joint] - last.arm[joint]) / Self.period
                let change = abs(speed - speeds[joint])
                let allowed = limits.joints[joint].acceleration * Self.period
                #expect(change <= allowed * (1 + 1e-6) + 1e-9)
                speeds[joint] = speed
            }
            last = next
        }
        #expect(kept && gate.isAtRest)
        // It came near, and leaves at once when it is told to.
        let above = try command(robot, at: Vector3(0.2, 0, 0.1))
        for _ in 0..<300 {
            var interventions = SafetyInterventions()
            last = try gate.admit(above, after: Self.period, interventions: &interventions)
        }
        for joint in last.arm.indices { #expect(abs(last.arm[joint] - above.arm[joint]) < 1e-3) }
    }

    @Test func `a robot found outside may come back but go no further`() throws {
        let robot = try Self.robot.get()
        var limits = try SafetyLimits(robot: robot)
        let envelope = envelope(robot)
        limits.envelope = envelope
        let start = try command(robot, at: Vector3(0.2, 0, -0.01))
        let before = envelope.excess(of: start).most
        #expect(before > 0.005)
        var gate = SafetyGate(limits: limits, startingAt: start)
        let deeper = try command(robot, at: Vector3(0.2, 0, -0.03))
        var interventions = SafetyInterventions()
        for _ in 0..<50 {
            let next = try gate.admit(deeper, after: Self.period, interventions: &interventions)
            #expect(envelope.excess(of: next).most <= before + 1e-4)
        }
        let above = try command(robot, at: Vector3(0.2, 0, 0.1))
        var last = start
        for _ in 0..<200 {
            last = try gate.admit(above, after: Self.period, interventions: &interventions)
        }
        #expect(envelope.excess(of: last).most == 0)
    }

    @Test func `warnings are of warmth and of a supply that sags`() {
        var monitor = SafetyMonitor(
            jointCount: 1,
            motorCount: 2,
            lostTicksToStop: 5,
            following: .standard
        )
        monitor.note(celsius: 45, volts: 12.1, motor: 0)
        monitor.note(celsius: 45, volts: 7.4, motor: 1)
        monitor.note(celsius: 59, volts: 11.0, motor: 0)
        #expect(monitor.warnings.isEmpty && monitor.fault == nil)
        monitor.note(celsius: 60, volts: 11.0, motor: 0)
        #expect(monitor.warnings == .hot)
        monitor.note(celsius: 40, volts: 6.2, motor: 1)
        #expect(monitor.warnings == [.hot, .weakSupply])
        monitor.noteVoltage()
        #expect(monitor.warnings.lines.count == 3 && monitor.fault == nil)
    }
}
