import Diagnostics
import Robots
import Spatial
import Testing

@testable import Runtime

@Suite struct SafetyGateTests {
    @Test func `a hold slows the arm down and buys no larger step`() throws {
        let limits = try SafetyLimits(
            joints: [.init(lower: -3, upper: 3, velocity: 2, acceleration: 10)],
            gripperOpening: 0.08,
            gripperSpeed: 0.4
        )
        let start = JointCommand(arm: JointVector([0]), gripperOpening: 0)
        var gate = SafetyGate(limits: limits, startingAt: start)
        var interventions = SafetyInterventions()
        let far = JointCommand(arm: JointVector([1]), gripperOpening: 0)
        let period = 1.0 / 60
        var last = start
        for _ in 0..<10 {
            last = try gate.admit(far, after: period, interventions: &interventions)
        }
        let before = try gate.admit(far, after: period, interventions: &interventions)
        // A short hold takes 10 rad/s² for its length off the speed, a long one all of it.
        var short = gate
        var long = gate
        short.hold(for: 0.05)
        long.hold(for: 10)
        let speed = (before.arm[0] - last.arm[0]) / period
        let later = try short.admit(far, after: period, interventions: &interventions)
        let gained = 10 * (period - 0.05)
        #expect(abs((later.arm[0] - before.arm[0]) / period - (speed + gained)) < 1e-9)
        let rested = try long.admit(far, after: period, interventions: &interventions)
        let step = rested.arm[0] - before.arm[0]
        #expect(step > 0 && step <= 10 * period * period + 1e-12)
    }

    private let period = 1 / 60.0
    private let joint = SafetyLimits.Joint(lower: -1.2, upper: 1.5, velocity: 2, acceleration: 8)

    private func gate(at start: Double = 0, opening: Double = 0.04) throws -> SafetyGate {
        SafetyGate(
            limits: try SafetyLimits(joints: [joint], gripperOpening: 0.08, gripperSpeed: 0.4),
            startingAt: command(start, opening)
        )
    }

    private func command(_ position: Double, _ opening: Double = 0.04) -> JointCommand {
        JointCommand(arm: JointVector([position]), gripperOpening: opening)
    }

    private func admit(
        _ gate: inout SafetyGate,
        _ position: Double,
        after seconds: Double? = nil
    ) throws -> (position: Double, interventions: SafetyInterventions) {
        var interventions = SafetyInterventions()
        let admitted = try gate.admit(
            command(position),
            after: seconds ?? period,
            interventions: &interventions
        )
        return (admitted.arm[0], interventions)
    }

    @Test(arguments: 0..<40)
    func `no sequence of commands passes a limit`(seed: UInt64) throws {
        var random = RandomStream(seed: seed)
        var gate = try gate()
        var last = 0.0
        var lastVelocity = 0.0
        var wanted = 0.0
        for _ in 0..<2000 {
            switch random.next() % 6 {
            case 0: wanted = random.uniform(in: -3...3)
            case 1: wanted = [-1e6, 1e6, -1.2, 1.5][Int(random.next() % 4)]
            case 2: break
            default: wanted += random.uniform(in: -0.06...0.06)
            }
            // Skipped ticks make longer periods.
            let seconds = period * Double(random.next() % 5 == 0 ? 1 + random.next() % 4 : 1)
            let position = try admit(&gate, wanted, after: seconds).position
            let velocity = (position - last) / seconds
            #expect(position >= -1.2 && position <= 1.5)
            #expect(abs(velocity) <= 2 + 1e-9)
            #expect(abs(velocity - lastVelocity) <= 8 * seconds + 1e-6)
            last = position
            lastVelocity = velocity
        }
    }

    @Test func `a steady target is followed exactly once up to speed`() throws {
        var gate = try gate(at: -1)
        var last = SafetyInterventions()
        for tick in 1...90 {
            let wanted = -1 + 1.0 * Double(tick) * period
            let admitted = try admit(&gate, wanted)
            last = admitted.interventions
            guard tick > 45 else { continue }
            #expect(abs(admitted.position - wanted) < 1e-6)
            #expect(admitted.interventions.isEmpty)
        }
        #expect(last.isEmpty)
    }

    @Test(arguments: [0.02, 0.1, 0.5, 1.3, -0.3, -1.1])
    func `a step is reached without ringing`(step: Double) throws {
        var gate = try gate()
        var farthest = 0.0
        var position = 0.0
        for _ in 0..<150 {
            position = try admit(&gate, step).position
            farthest = max(farthest, position / step)
        }
        #expect(abs(position - step) < 1e-6)
        #expect(farthest <= 1.01)
    }

    @Test func `a step takes little longer than the limits ask for`() throws {
        var gate = try gate(at: -1)
        let quickest = 2 / 2.0 + 2.0 / 8
        var ticks = 0
        while try abs(admit(&gate, 1).position - 1) > 0.01 {
            ticks += 1
            guard ticks < 1000 else { break }
        }
        #expect(Double(ticks) * period < quickest * 1.2)
    }

    @Test func `a target within the limits passes untouched`() throws {
        var gate = try gate()
        let admitted = try admit(&gate, 0.001)
        #expect(admitted.position == 0.001)
        #expect(admitted.interventions.isEmpty)
    }

    @Test func `interventions say what was limited`() throws {
        var gate = try gate()
        #expect(
            try admit(&gate, 9).interventions.isSuperset(of: [.position, .velocity, .acceleration])
        )
        var other = try self.gate()
        #expect(try admit(&other, 0.03).interventions == .acceleration)
    }

    @Test func `a robot found beyond a limit is brought back at the limits' speed`() throws {
        var gate = try gate(at: 2)
        var last = 2.0
        for _ in 0..<120 {
            let position = try admit(&gate, 2.5).position
            #expect(position <= last && last - position <= 2 * period + 1e-9)
            last = position
        }
        #expect(abs(last - 1.5) < 1e-6)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func `a number that is not finite is refused and leaves no trace`(bad: Double) throws {
        let joints = [joint, joint]
        let limits = try SafetyLimits(joints: joints, gripperOpening: 0.08, gripperSpeed: 0.4)
        let start = JointCommand(arm: JointVector([0, 0]), gripperOpening: 0.04)
        var gate = SafetyGate(limits: limits, startingAt: start)
        var untouched = gate
        var interventions = SafetyInterventions()
        #expect(throws: LoopFault.notFinite(what: "joint command")) {
            try gate.admit(
                JointCommand(arm: JointVector([1, bad]), gripperOpening: 0),
                after: period,
                interventions: &interventions
            )
        }
        #expect(throws: LoopFault.notFinite(what: "gripper command")) {
            try gate.admit(
                JointCommand(arm: JointVector([1, 1]), gripperOpening: bad),
                after: period,
                interventions: &interventions
            )
        }
        let next = JointCommand(arm: JointVector([0.5, 0.5]), gripperOpening: 0)
        #expect(
            try gate.admit(next, after: period, interventions: &interventions)
                == untouched.admit(next, after: period, interventions: &interventions)
        )
    }

    @Test func `the gripper keeps its range and speed`() throws {
        var gate = try gate()
        var random = RandomStream(seed: 5)
        var last = 0.04
        for _ in 0..<500 {
            var interventions = SafetyInterventions()
            let wanted = random.uniform(in: -0.1...0.2)
            let admitted = try gate.admit(
                command(0, wanted),
                after: period,
                interventions: &interventions
            )
            let opening = admitted.gripperOpening
            #expect(opening >= 0 && opening <= 0.08)
            #expect(abs(opening - last) <= 0.4 * period + 1e-12)
            #expect(interventions == (opening == wanted ? [] : .gripper))
            last = opening
        }
    }

    @Test func `limits that limit nothing sensible are refused`() {
        let make = { (lower: Double, upper: Double, velocity: Double, acceleration: Double) in
            SafetyLimits.Joint(
                lower: lower,
                upper: upper,
                velocity: velocity,
                acceleration: acceleration
            )
        }
        let bad = [
            make(1, 1, 1, 1), make(1, -1, 1, 1), make(.nan, 1, 1, 1), make(-1, 1, 0, 1),
            make(-1, 1, 1, -1), make(-1, 1, .nan, 1), make(-1, 1, 1, .nan),
        ]
        for joint in bad {
            let error = #expect(throws: InputError.self) {
                try SafetyLimits(
                    joints: [self.joint, joint],
                    gripperOpening: 0.1,
                    gripperSpeed: 0.1
                )
            }
            #expect(error?.key == "joint 2")
        }
        for (opening, speed) in [(-0.1, 0.1), (0.1, -0.1), (.nan, 0.1), (0.1, .nan)] {
            #expect(throws: InputError.self) {
                try SafetyLimits(joints: [joint], gripperOpening: opening, gripperSpeed: speed)
            }
        }
    }
}

@Suite struct SafetyGateBrakeTests {
    @Test func `braking changes speed by no more than the limits and ends at rest`() throws {
        let limit = SafetyLimits.Joint(lower: -3, upper: 3, velocity: 2, acceleration: 4)
        let limits = try SafetyLimits(joints: [limit], gripperOpening: 0.08, gripperSpeed: 0.2)
        let start = JointCommand(arm: JointVector(count: 1), gripperOpening: 0.04)
        var gate = SafetyGate(limits: limits, startingAt: start)
        #expect(gate.isAtRest)
        var interventions = SafetyInterventions()
        var wanted = start
        for _ in 0..<40 {
            wanted.arm[0] += 0.01
            _ = try gate.admit(wanted, after: 0.01, interventions: &interventions)
        }
        #expect(!gate.isAtRest)
        var positions = [gate.brake(after: 0.01).arm[0]]
        while !gate.isAtRest {
            positions.append(gate.brake(after: 0.01).arm[0])
            #expect(positions.count < 100)
        }
        let speeds = zip(positions, positions.dropFirst()).map { ($1 - $0) / 0.01 }
        for (before, after) in zip(speeds, speeds.dropFirst()) {
            #expect(after >= 0 && before - after <= 4 * 0.01 + 1e-9)
        }
        #expect(gate.brake(after: 0.01).arm[0] == positions.last)
        #expect(gate.brake(after: 0.01).gripperOpening == 0.04)
    }

    @Test func `braking stops at a position limit`() throws {
        let limit = SafetyLimits.Joint(lower: -1, upper: 0.1, velocity: 2, acceleration: 0.1)
        let limits = try SafetyLimits(joints: [limit], gripperOpening: 0.08, gripperSpeed: 0.2)
        var gate = SafetyGate(
            limits: limits,
            startingAt: JointCommand(arm: JointVector(count: 1), gripperOpening: 0)
        )
        var wanted = JointCommand(arm: JointVector(count: 1), gripperOpening: 0)
        var interventions = SafetyInterventions()
        for _ in 0..<50 {
            wanted.arm[0] += 0.01
            _ = try gate.admit(wanted, after: 0.01, interventions: &interventions)
        }
        for _ in 0..<500 { #expect(gate.brake(after: 0.01).arm[0] <= 0.1 + 1e-12) }
        #expect(gate.isAtRest)
    }
}
