import Robots
import Runtime
import Testing

@testable import Bridge

/// The time of an emulated port, for a loop.
struct PortTime: TimeSource {
    let port: ServoPort
    func now() -> TimeSpan { port.now() }
    mutating func sleep(until instant: TimeSpan) { port.sleep(until: instant) }
}

/// Asks for what a closure says, in joint space.
struct ClosurePolicy: Policy {
    let shape = PolicyShape(horizon: 1, actionWidth: 8)
    let wish: (Observation) -> [Float]
    mutating func reset(seed: UInt64) {}
    mutating func plan(_ observation: Observation, into chunk: inout ActionChunk) {
        for (index, value) in wish(observation).enumerated() { chunk[0, index] = value }
    }
}

/// The whole loop on an emulated bus, in the bus's own time: the Panda's joints on Dynamixels or
/// Feetechs that no shop sells it with.
@Suite struct SerialPlantTests {
    typealias Loop = ControlLoop<SerialPlant, ClosurePolicy, PortTime>

    private static let robot = Result {
        try RobotLibrary(searchPaths: [root.appending(path: "robots").path]).load("panda")
    }

    private struct Bench {
        let arm: EmulatedArm<LightJoints>
        let port: EmulatedPort<LightJoints>
        let bus: ServoBus
        var loop: Loop
        let setup: ServoSetup
    }

    private func bench(
        _ wire: ServoProtocol,
        hertz: Double = 100,
        wish: @escaping (Observation) -> [Float]
    ) throws -> Bench {
        let robot = try Self.robot.get()
        var servos = ArmServos.row(7, wire == .feetech ? STS3215.table : DynamixelX.models[4])
        servos.following = FollowingError(angle: 0.35, time: 0.3)
        let joints = LightJoints(robot.home.values)
        let arm = EmulatedArm(map: servos, joints: joints)
        let port = EmulatedPort(arm: arm, baud: servos.baud)
        let bus = ServoBus(wire: wire, port: port)
        port.sleep(until: .milliseconds(250))
        let setup = ServoSetup(bus: bus, servos: servos)
        try setup.configure()
        try setup.engage(ramp: .milliseconds(100))
        let rate = try ControlRate(hertz: hertz, physicsHertz: hertz)
        let plant = try SerialPlant(bus: bus, robot: robot, servos: servos, period: rate.period)
        let limits = try SafetyLimits(
            joints: robot.armLinks.map {
                SafetyLimits.Joint(
                    lower: $0.limits.lower,
                    upper: $0.limits.upper,
                    velocity: $0.limits.velocity,
                    acceleration: $0.limits.acceleration
                )
            },
            gripperOpening: 1,
            gripperSpeed: 1
        )
        var loop = Loop(
            plant: plant,
            policy: ClosurePolicy(wish: wish),
            observation: Observation(jointCount: 7, cloudPoints: 0),
            time: PortTime(port: port),
            configuration: LoopConfiguration(
                rate: rate,
                policyHertz: hertz,
                clock: .wall,
                latency: .measured,
                execution: .replan,
                controller: ActionController(
                    try ArmController(model: robot, mode: .jointPosition)
                ),
                limits: limits
            )
        )
        loop.reset(seed: 0)
        loop.plant.begin()
        return Bench(arm: arm, port: port, bus: bus, loop: loop, setup: setup)
    }

    private func still(_ observation: Observation) -> [Float] {
        observation.jointPositions.values.map { Float($0) } + [0]
    }

    @Test(arguments: ServoProtocol.allCases)
    func theLoopMovesAnArmThroughBytes(_ wire: ServoProtocol) throws {
        let home = try Self.robot.get().home
        let goal = home.values.map { Float($0 + 0.2) } + [0]
        var bench = try bench(wire) { _ in goal }
        for _ in 0..<150 { try bench.loop.tick() }
        for joint in home.indices {
            #expect(abs(bench.arm.joints.state.positions[joint] - home[joint] - 0.2) < 0.01)
            #expect(abs(bench.loop.observation.jointPositions[joint] - home[joint] - 0.2) < 0.01)
        }
        var account = LatencyAccount()
        while let trace = bench.loop.traces.pop() { account.record(trace) }
        #expect(account.missedPeriods == 0)
        // One sync write and one sync read later, of seven servos at 1 Mbps.
        #expect(account.observationAge.p99 < 5000)
        #expect(account.observationAge.p50 > 500)
    }

    @Test(arguments: ServoProtocol.allCases)
    func tenPercentOfLossCostNoTick(_ wire: ServoProtocol) throws {
        var bench = try bench(wire, wish: still)
        let dropped = bench.arm.bus.counts.dropped
        let before = bench.bus.counts
        bench.arm.bus.faults.drop = 0.1
        var account = LatencyAccount()
        for _ in 0..<1000 {
            try bench.loop.tick()
            while let trace = bench.loop.traces.pop() { account.record(trace) }
        }
        #expect(account.missedPeriods == 0)
        #expect(account.ticks == 1000)
        #expect(bench.loop.plant.trouble == nil)
        let counts = bench.bus.counts.since(before)
        #expect(counts.missed == bench.arm.bus.counts.dropped - dropped)
        #expect(counts.missed > 500)
        #expect(bench.loop.plant.partialTicks < 100)
        #expect(bench.loop.plant.silentTicks == 0)
    }

    @Test(arguments: ServoProtocol.allCases)
    func fiveSilentTicksStopTheArm(_ wire: ServoProtocol) throws {
        let home = try Self.robot.get().home
        var bench = try bench(wire) { _ in home.values.map { Float($0 + 1) } + [0] }
        for _ in 0..<20 { try bench.loop.tick() }
        let start = bench.port.now()
        // Instructions are heard, answers are not: the arm can still be braked.
        bench.arm.bus.faults.drop = 1
        let fault = #expect(throws: LoopFault.self) {
            for _ in 0..<200 { try bench.loop.tick() }
        }
        #expect(fault?.description.contains("the bus is lost") == true)
        #expect(bench.loop.isAtRest)
        // Five ticks of silence, and the ramp from at most 2.61 rad/s at 7.5 rad/s^2 or more.
        #expect(bench.port.now() - start < .milliseconds(50 + 20 + 350))
        bench.port.sleep(until: bench.port.now() + .milliseconds(100))
        let held = bench.arm.joints.state.positions
        bench.port.sleep(until: bench.port.now() + .seconds(1))
        for joint in held.indices {
            #expect(abs(bench.arm.joints.state.positions[joint] - held[joint]) < 0.002)
        }
    }

    @Test func aServoThatIsSilentStopsTheArm() throws {
        var bench = try bench(.feetech, wish: still)
        bench.arm.bus.servos[3].isSilent = true
        #expect(throws: LoopFault.self) { for _ in 0..<50 { try bench.loop.tick() } }
        #expect(bench.loop.plant.monitor.culprit == 3)
    }

    @Test func fourLostTicksAreHeldThrough() throws {
        var bench = try bench(.feetech, wish: still)
        for _ in 0..<5 {
            bench.arm.bus.faults.drop = 1
            for _ in 0..<4 { try bench.loop.tick() }
            bench.arm.bus.faults.drop = 0
            for _ in 0..<4 { try bench.loop.tick() }
        }
        #expect(bench.loop.plant.trouble == nil)
        #expect(bench.loop.plant.silentTicks == 20)
    }

    @Test func anObservationKeepsItsAgeWhenAnswersAreLost() throws {
        var bench = try bench(.feetech, wish: still)
        for _ in 0..<5 { try bench.loop.tick() }
        bench.arm.bus.faults.drop = 1
        while bench.loop.traces.pop() != nil {}
        for _ in 0..<3 { try bench.loop.tick() }
        var last = TimeSpan.zero
        while let trace = bench.loop.traces.pop() { last = trace.observationAge }
        #expect(last > .milliseconds(30))
    }

    @Test func aDrawnCableStopsTheArmAndIsFoundAgain() throws {
        var bench = try bench(.feetech, wish: still)
        for _ in 0..<5 { try bench.loop.tick() }
        bench.port.isPlugged = false
        for _ in 0..<3 { try bench.loop.tick() }
        bench.port.isPlugged = true
        for _ in 0..<5 { try bench.loop.tick() }
        #expect(bench.loop.plant.trouble == nil)
        #expect(bench.bus.counts.reconnects > 0)
        bench.port.isPlugged = false
        #expect(throws: LoopFault.self) { for _ in 0..<50 { try bench.loop.tick() } }
    }

    @Test func aBlockedJointStopsTheArm() throws {
        let home = try Self.robot.get().home
        var bench = try bench(.feetech) { _ in home.values.map { Float($0 + 1) } + [0] }
        bench.arm.joints.blocked = [2]
        let fault = #expect(throws: LoopFault.self) {
            for _ in 0..<300 { try bench.loop.tick() }
        }
        #expect(fault?.description.contains("blocked") == true)
        #expect(bench.loop.plant.monitor.culprit == 2)
    }

    @Test(arguments: ServoProtocol.allCases)
    func aBrownOutStopsTheArm(_ wire: ServoProtocol) throws {
        var bench = try bench(wire, wish: still)
        bench.arm.brownOut()
        let fault = #expect(throws: LoopFault.self) {
            for _ in 0..<100 { try bench.loop.tick() }
        }
        // Silent for as long as it starts.
        #expect(fault?.description.contains("bus is lost") == true)
    }

    @Test func heatStopsTheArm() throws {
        var bench = try bench(.feetech, wish: still)
        try bench.arm.heat(4, to: 95)
        let fault = #expect(throws: LoopFault.self) {
            for _ in 0..<20 { try bench.loop.tick() }
        }
        #expect(fault?.description.contains("hot") == true)
        #expect(bench.loop.plant.monitor.culprit == 3)
    }

    @Test func theWatchdogHoldsWhenTheLoopIsSilent() throws {
        let home = try Self.robot.get().home
        var bench = try bench(.dynamixel) { _ in home.values.map { Float($0 + 1) } + [0] }
        try bench.setup.startWatchdog(.milliseconds(100))
        for _ in 0..<20 { try bench.loop.tick() }
        #expect(bench.arm.joints.state.positions[0] - home[0] > 0.05)
        // The loop is gone.
        bench.port.sleep(until: bench.port.now() + .milliseconds(150))
        #expect(bench.arm.joints.state.velocities.values.allSatisfy { abs($0) < 1e-9 })
        let held = bench.arm.joints.state.positions
        bench.port.sleep(until: bench.port.now() + .seconds(2))
        #expect(bench.arm.joints.state.positions == held)
        // It comes back: the arm is not moved, and the run ends.
        let fault = #expect(throws: LoopFault.self) {
            for _ in 0..<100 { try bench.loop.tick() }
        }
        #expect(fault != nil)
        #expect(bench.arm.joints.state.positions == held)
    }

    @Test func anArmStopHoldsAMovingArm() throws {
        for wire in ServoProtocol.allCases {
            let home = try Self.robot.get().home
            var bench = try bench(wire) { _ in home.values.map { Float($0 + 1) } + [0] }
            for _ in 0..<20 { try bench.loop.tick() }
            let table = bench.arm.bus.servos[0].table
            let stop = ArmStop(bus: bench.bus, servos: ArmServos.row(7, table))
            bench.arm.bus.faults.drop = 0.3
            let start = bench.port.now()
            #expect(stop.holdHere(until: start + .seconds(1)) == 7)
            bench.port.sleep(until: start + .milliseconds(150))
            let held = bench.arm.joints.state.positions
            bench.port.sleep(until: start + .seconds(2))
            for joint in held.indices {
                #expect(abs(bench.arm.joints.state.positions[joint] - held[joint]) < 0.002)
            }
        }
    }
}
