import Robots
import Runtime
import Spatial
import Testing

@testable import Bridge

/// Whatever a policy asks for, what reaches the bus is finite, within the joint limits and the encoder,
/// and no further from the last than speed and acceleration limits allow.
@Suite struct HostileCommandTests {
    private static let robot = Result {
        try RobotLibrary(searchPaths: [root.appending(path: "robots").path]).load("so101")
    }

    /// One nasty number.
    private static func nasty(_ random: inout RandomStream) -> Double {
        switch random.next() % 8 {
        case 0: .nan
        case 1: random.next() & 1 == 0 ? .infinity : -.infinity
        case 2: random.uniform(in: -1e12...1e12)
        case 3: random.next() & 1 == 0 ? .greatestFiniteMagnitude : -.greatestFiniteMagnitude
        case 4: random.uniform(in: -1...1) + 3.2
        default: random.uniform(in: -4...4)
        }
    }

    /// A command: now and then all wild, else a jump of up to a radian, with one bad joint at times.
    private static func command(_ random: inout RandomStream, at last: JointVector) -> JointCommand
    {
        var command = JointCommand(arm: last, gripperOpening: random.uniform(in: -0.1...0.3))
        let kind = random.next() % 16
        for joint in last.indices {
            command.arm[joint] += random.uniform(in: -1...1)
            if kind == 0 { command.arm[joint] = nasty(&random) }
        }
        if kind == 1 { command.arm[Int(random.next() % 5)] = nasty(&random) }
        if kind == 2 { command.gripperOpening = nasty(&random) }
        return command
    }

    @Test func aHundredThousandCommandsReachTheBusTame() throws {
        let robot = try Self.robot.get()
        let servos = try ArmServos(robot)
        let joints = LightJoints(robot.home.values, opening: robot.homeOpening)
        let arm = EmulatedArm(map: servos, joints: joints)
        let port = EmulatedPort(arm: arm, baud: servos.baud)
        let bus = ServoBus(wire: servos.wire, port: port)
        port.sleep(until: .milliseconds(250))
        let period = TimeSpan.milliseconds(10)
        var plant = try SerialPlant(bus: bus, robot: robot, servos: servos, period: period)
        var limits = try SafetyLimits(robot: robot)
        let envelope = SafetyEnvelope(
            robot: robot,
            worldFromBase: .identity,
            floor: 0,
            box: ToolWorkspace(lower: Vector3(0.05, -0.2, 0), upper: Vector3(0.35, 0.2, 0.3))
        )
        limits.envelope = envelope
        var gate = SafetyGate(
            limits: limits,
            startingAt: JointCommand(
                arm: plant.jointState.positions,
                gripperOpening: plant.jointState.gripperOpening
            )
        )
        var random = RandomStream(seed: 9, stream: 1)
        var last = plant.jointState.positions
        var goals = arm.bus.servos.map { $0[.goalPosition] }
        var (admitted, refused, kept, isFirst) = (0, 0, 0, true)
        for _ in 0..<100_000 {
            let wish = Self.command(&random, at: last)
            var interventions = SafetyInterventions()
            do {
                let command = try gate.admit(wish, after: 0.01, interventions: &interventions)
                try plant.advance(holding: command, substeps: 1)
                admitted += 1
                if interventions.contains(.envelope) { kept += 1 }
                last = command.arm
            } catch {
                // Refused: nothing may have reached the bus.
                refused += 1
                #expect(!wish.arm.isFinite || !wish.gripperOpening.isFinite)
                #expect(arm.bus.servos.map { $0[.goalPosition] } == goals)
                continue
            }
            let sent = arm.bus.servos.map { $0[.goalPosition] }
            for (joint, limit) in limits.joints.enumerated() {
                let at = servos.joints[joint].position(atStep: Double(sent[joint]))
                // Half a step of rounding, to both ends.
                let step = 1.01 * Double.pi / 4096
                #expect(at >= limit.lower - step && at <= limit.upper + step)
                let moved = Double(abs(sent[joint] - goals[joint])) * 2 * Double.pi / 4096
                if !isFirst { #expect(moved <= limit.velocity * 0.01 + 2 * step) }
            }
            // Above the table, the tool in its box: but for the encoder's rounding at arm's length.
            var goal = JointCommand(
                arm: last,
                gripperOpening: servos.opening(atStep: Double(sent[5]))
            )
            for joint in limits.joints.indices {
                goal.arm[joint] = servos.joints[joint].position(atStep: Double(sent[joint]))
            }
            #expect(envelope.excess(of: goal).most < 2e-3)
            #expect(sent.allSatisfy { (0...4095).contains($0) })
            goals = sent
            isFirst = false
        }
        #expect(admitted > 80_000 && refused > 1000 && kept > 10_000)
    }

    @Test func thePlantItselfRefusesWhatIsNotFinite() throws {
        let robot = try Self.robot.get()
        let servos = try ArmServos(robot)
        let arm = EmulatedArm(
            map: servos,
            joints: LightJoints(robot.home.values, opening: robot.homeOpening)
        )
        let port = EmulatedPort(arm: arm, baud: servos.baud)
        port.sleep(until: .milliseconds(250))
        let bus = ServoBus(wire: servos.wire, port: port)
        var plant = try SerialPlant(
            bus: bus,
            robot: robot,
            servos: servos,
            period: .milliseconds(10)
        )
        let sent = bus.counts.sent
        var command = JointCommand(arm: robot.home, gripperOpening: .nan)
        #expect(throws: LoopFault.self) { try plant.advance(holding: command, substeps: 1) }
        command = JointCommand(arm: robot.home, gripperOpening: 0)
        command.arm[2] = .infinity
        #expect(throws: LoopFault.self) { try plant.advance(holding: command, substeps: 1) }
        #expect(bus.counts.sent == sent)
    }

    @Test func aRelativeTargetIsHeldNearTheJoint() throws {
        let robot = try Self.robot.get()
        let servos = try ArmServos(robot)
        let joints = LightJoints(robot.home.values, opening: robot.homeOpening)
        let arm = EmulatedArm(map: servos, joints: joints)
        let port = EmulatedPort(arm: arm, baud: servos.baud)
        port.sleep(until: .milliseconds(250))
        var plant = try SerialPlant(
            bus: ServoBus(wire: servos.wire, port: port),
            robot: robot,
            servos: servos,
            period: .milliseconds(10)
        )
        plant.maxRelativeTarget = 0.05
        var command = JointCommand(arm: plant.jointState.positions, gripperOpening: 0)
        command.arm[0] += 0.5
        command.arm[1] -= 0.04
        try plant.advance(holding: command, substeps: 1)
        let steps = arm.bus.servos.map { Double($0[.goalPosition]) }
        let turn = 2 * Double.pi / 4096
        let first = servos.joints[0].position(atStep: steps[0]) - plant.jointState.positions[0]
        let second = servos.joints[1].position(atStep: steps[1]) - plant.jointState.positions[1]
        #expect(abs(first - 0.05) < turn && abs(second + 0.04) < turn)
        #expect(plant.shortenedTicks == 1)
    }
}
