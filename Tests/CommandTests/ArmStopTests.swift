import Foundation
import Robots
import Runtime
import Tasks
import Testing

@testable import Bridge
@testable import simrun

/// An arm in Bullet whose loop dies in full motion, in the arm's own time.
///
/// No busy machine can make it late. What the operating system adds, the notice of a death, is given as 20 ms.
@Suite struct ArmStopTests {
    private static let notice = TimeSpan.milliseconds(20)
    /// Within so much of the death the arm stands.
    private static let allowed = TimeSpan.milliseconds(150)

    private struct Bench {
        let port: EmulatedPort<SceneJoints>
        let arm: EmulatedArm<SceneJoints>
        let bus: ServoBus
        let servos: ArmServos
        let setup: ServoSetup
        let robot: RobotModel

        init(_ name: String) throws {
            let library = try RobotLibrary(searchPaths: SearchPaths.parse([]).robotFolders)
            robot = try library.load(name)
            let task = try TaskSetup(
                task: TaskDefinition.bare(robot: robot),
                robot: robot,
                controlHertz: 480
            )
            servos = try ArmServos(robot)
            arm = EmulatedArm(
                map: servos,
                joints: SceneJoints(try PoweredScene(setup: task, seed: 0))
            )
            port = EmulatedPort(arm: arm, baud: servos.baud)
            bus = ServoBus(wire: servos.wire, port: port)
            port.sleep(until: .milliseconds(250))
            setup = ServoSetup(bus: bus, servos: servos)
            try setup.configure()
            try setup.engage(ramp: .milliseconds(200))
        }

        /// Moves the arm from home, each joint as fast as the share of its limits allows.
        func move(share: Double, ticks: Int) throws {
            var plant = try SerialPlant(
                bus: bus,
                robot: robot,
                servos: servos,
                period: .milliseconds(10)
            )
            var limits = try SafetyLimits(robot: robot)
            for joint in limits.joints.indices { limits.joints[joint].velocity *= share }
            let start = JointCommand(
                arm: plant.jointState.positions,
                gripperOpening: plant.jointState.gripperOpening
            )
            var gate = SafetyGate(limits: limits, startingAt: start)
            var far = start
            // Up and to the side, away from the table and its own base.
            for joint in far.arm.indices { far.arm[joint] += joint % 2 == 0 ? 1.5 : -1.5 }
            var observation = Observation(jointCount: far.arm.count, cloudPoints: 0)
            let begin = port.now()
            for tick in 1...ticks {
                var interventions = SafetyInterventions()
                let command = try gate.admit(far, after: 0.01, interventions: &interventions)
                try plant.sense(into: &observation)
                try plant.advance(holding: command, substeps: 1)
                port.sleep(until: begin + .milliseconds(Double(10 * tick)))
            }
        }

        var steps: [Double] {
            arm.joints.state.positions.values.map { $0 * 4096 / (2 * Double.pi) }
        }
    }

    @Test(arguments: ["so101", "widowx250s"], [0.3, 0.6, 1])
    func `within 150 ms of its loop's death an arm stands, and holds`(
        name: String,
        share: Double
    ) throws {
        let bench = try Bench(name)
        if bench.servos.wire == .dynamixel {
            try bench.setup.startWatchdog(.milliseconds(100))
        }
        try bench.move(share: share, ticks: 30)
        let speeds = bench.arm.joints.state.velocities
        // It moves, or nothing is shown.
        #expect(speeds.values.map(abs).max() ?? 0 > 0.5 * share * 3)
        let death = bench.port.now()
        if bench.servos.wire == .feetech {
            bench.port.sleep(until: death + Self.notice)
            let stop = ArmStop(bus: bench.bus, servos: bench.servos)
            #expect(stop.holdHere(until: death + .seconds(1)) == bench.servos.all.count)
            bench.port.sleep(until: bench.port.now() + .milliseconds(60))
            #expect(stop.insist(until: death + .seconds(2)) == bench.servos.all.count)
            // What came to be known of the arm's place came in time.
            #expect(bench.port.now() < death + Self.allowed)
        }
        bench.port.sleep(until: death + Self.allowed)
        let stopped = bench.steps
        bench.port.sleep(until: death + .seconds(3))
        for (joint, (then, now)) in zip(stopped, bench.steps).enumerated() {
            #expect(abs(then - now) <= 6, "joint \(joint), half a degree at most")
        }
    }

    /// The port's time, for whoever waits.
    private struct PortTime: TimeSource {
        let port: EmulatedPort<SceneJoints>
        func now() -> TimeSpan { port.now() }
        mutating func sleep(until instant: TimeSpan) { port.sleep(until: instant) }
    }

    /// In the arm's own time, which no other program can stretch.
    @Test func `robot.yaml charges what the emulated SO-101 shows`() throws {
        let bench = try Bench("so101")
        var serial = try SerialPlant(
            bus: bench.bus,
            robot: bench.robot,
            servos: bench.servos,
            period: .milliseconds(10)
        )
        serial.begin()
        var probe = JointProbe(
            plant: serial,
            robot: bench.robot,
            limits: try SafetyLimits(robot: bench.robot),
            rate: try ControlRate(hertz: 100, physicsHertz: 100),
            time: PortTime(port: bench.port)
        )
        let records = try (0..<5).map { try probe.record(joint: $0, amplitude: 0.1) }
        let fit = try #require(ActuatorFit(records))
        let charged = bench.robot.actuator
        #expect(abs(fit.delay - charged.delay) < 2e-3, "\(fit)")
        #expect(abs(fit.lag - charged.lag) < 2e-3, "\(fit)")
        // Model and joints are an encoder's step apart.
        #expect(fit.error < 2e-3, "\(fit)")
    }
}
