import Foundation
import Robots

@testable import Runtime

/// The shipped Panda: the loop needs a real model for its controller.
enum Panda {
    static let directory = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "robots/panda").path
    static let model = Result { try RobotModel.load(directory: directory) }
}

/// One call of `advance`, and what a plant was told in it.
struct Advance: Equatable {
    /// The first joint's target, as far from home, in action steps.
    var command: Double
    var substeps: Int
}

/// A world of nothing but time, which writes down what it is told.
struct ScriptedPlant: Plant {
    final class Log {
        var advances: [Advance] = []
        var sensedAt: [TimeSpan] = []
        var readAt: [TimeSpan] = []
    }

    let rate: ControlRate
    let home: JointState
    let time: ManualTime
    let log = Log()
    var steps = 0
    var cameraAge: TimeSpan = .zero
    var senseCost: TimeSpan = .zero
    /// The cost of each call of `advance`, in turn; nothing when they run out.
    var advanceCosts: [TimeSpan] = []
    var status = EpisodeStatus()
    var succeedsAtStep = Int.max

    var elapsed: TimeSpan { rate.instant(afterSubsteps: steps) }
    var jointState: JointState { home }

    mutating func sense(into observation: inout Observation) {
        log.sensedAt.append(elapsed)
        log.readAt.append(time.now())
        time.advance(by: senseCost)
        observation.capturedAt = elapsed
        for index in observation.frames.indices {
            observation.frames[index].capturedAt = elapsed - cameraAge
        }
    }

    mutating func advance(holding command: JointCommand, substeps: Int) {
        guard substeps > 0 else { return }
        let moved = (command.arm[0] - home.positions[0]) / ScriptedLoop.jointScale
        log.advances.append(Advance(command: (moved * 1e6).rounded() / 1e6, substeps: substeps))
        if !advanceCosts.isEmpty { time.advance(by: advanceCosts.removeFirst()) }
        steps += substeps
        if steps >= succeedsAtStep, status.succeededAt == nil { status.succeededAt = elapsed }
    }
}

/// Moves joint 1 by a whole step with every action, and takes the time it is told to take.
struct ScriptedPolicy: Policy {
    final class Log {
        var plannedAt: [TimeSpan] = []
        var resets: [UInt64] = []
        /// Joint 1 as each plan saw it, in action steps.
        var sawJoint: [Double] = []
        var observed: [TimeSpan] = []
        /// The gripper's numbers of the actions that each plan was told to freeze, times 1000.
        var frozen: [[Int]] = []
    }

    let shape: PolicyShape
    let time: ManualTime
    let log = Log()
    /// The cost of each plan, in turn; the last one repeats.
    var costs: [TimeSpan] = [.zero]
    var nanAtPlan = Int.max
    var failsAtPlan = Int.max

    mutating func reset(seed: UInt64) { log.resets.append(seed) }

    mutating func observe(_ observation: Observation) {
        log.observed.append(observation.capturedAt)
    }

    mutating func freeze(_ rows: ActionChunk, count: Int) {
        log.frozen.append(
            (0..<count).map { Int((rows[$0, rows.width - 1] * 1000).rounded()) }
        )
    }

    mutating func plan(_ observation: Observation, into chunk: inout ActionChunk)
        throws(LoopFault)
    {
        let index = log.plannedAt.count
        log.plannedAt.append(observation.capturedAt)
        let moved = observation.jointPositions[0] / ScriptedLoop.jointScale
        log.sawJoint.append((moved * 1e6).rounded() / 1e6)
        if index >= failsAtPlan { throw .policy(what: "script ended") }
        time.advance(by: costs.count > 1 ? costs.removeFirst() : costs[0])
        for step in 0..<shape.horizon {
            // The gripper's number says which row of which plan an action was.
            for joint in 0..<shape.actionWidth { chunk[step, joint] = 0 }
            chunk[step, 0] = 1
            chunk[step, shape.actionWidth - 1] = Float(index * 10 + step) / 1000
        }
        if index >= nanAtPlan { chunk[shape.horizon - 1, 2] = .nan }
    }
}

/// Makes loops over the scripted plant and policy; the gate is as good as open.
struct ScriptedLoop {
    typealias Loop = ControlLoop<ScriptedPlant, ScriptedPolicy, ManualTime>

    static let jointScale = 0.001

    var hertz = 100.0
    var physicsHertz = 1000.0
    var policyHertz = 100.0
    var clock = LoopClock.lockstep
    var latency = LatencySource.free
    var execution = ExecutionStrategy.replan
    var horizon = 1
    var traceCapacity = 1 << 10
    var acceleration = 1e9
    let time = ManualTime()

    func loop(
        plant edit: (inout ScriptedPlant) -> Void = { _ in },
        policy change: (inout ScriptedPolicy) -> Void = { _ in }
    ) throws -> Loop {
        let model = try Panda.model.get()
        let rate = try ControlRate(hertz: hertz, physicsHertz: physicsHertz)
        let controller = try ArmController(
            model: model,
            mode: .jointDeltaPosition,
            scale: ActionScale(joint: Self.jointScale)
        )
        let open = SafetyLimits.Joint(
            lower: -10,
            upper: 10,
            velocity: 1e6,
            acceleration: acceleration
        )
        let limits = try SafetyLimits(
            joints: [SafetyLimits.Joint](repeating: open, count: model.armJointCount),
            gripperOpening: 1,
            gripperSpeed: 1e6
        )
        var plant = ScriptedPlant(rate: rate, home: model.homeState, time: time)
        edit(&plant)
        var policy = ScriptedPolicy(
            shape: PolicyShape(horizon: horizon, actionWidth: model.armJointCount + 1),
            time: time
        )
        change(&policy)
        var loop = Loop(
            plant: plant,
            policy: policy,
            observation: Observation(
                jointCount: model.armJointCount,
                cloudPoints: 0,
                frames: [CameraFrame(name: "front", width: 8, height: 8)]
            ),
            time: time,
            configuration: LoopConfiguration(
                rate: rate,
                policyHertz: policyHertz,
                clock: clock,
                latency: latency,
                execution: execution,
                controller: controller,
                limits: limits,
                traceCapacity: traceCapacity
            )
        )
        loop.reset(seed: 7)
        return loop
    }
}

extension ControlLoop {
    /// Runs `count` ticks and gives their traces.
    mutating func traces(ofTicks count: Int) throws -> [TickTrace] {
        var result: [TickTrace] = []
        for _ in 0..<count {
            try tick()
            while let trace = traces.pop() { result.append(trace) }
        }
        return result
    }
}

extension LatencyMeter {
    /// The charge of a tick that waits for its plan.
    mutating func charge(_ stages: StageTimes, planned: Bool) -> TimeSpan {
        let tick = chargeTick(stages)
        return planned ? tick + chargePlan(stages, share: 1) : tick
    }
}
