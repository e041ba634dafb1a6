import Glibc
import Robots
import Testing

@testable import Runtime

/// A plant of nothing but time, which writes down the commands that it holds.
private struct CommandLog: Plant {
    final class Log {
        var joint: [Double] = []
    }

    var base: NullPlant
    let log = Log()

    var elapsed: TimeSpan { base.elapsed }
    var jointState: JointState { base.jointState }
    var status: EpisodeStatus { base.status }

    mutating func sense(into observation: inout Observation) { base.sense(into: &observation) }

    mutating func advance(holding command: JointCommand, substeps: Int) {
        guard substeps > 0 else { return }
        log.joint.append(command.arm[0])
        base.advance(holding: command, substeps: substeps)
    }
}

/// Moves joint 1 steadily, and from some plan on fails in its way.
private struct FailingPolicy: Policy {
    enum Failure { case none, hang(TimeSpan), fault, nan }

    var failure: Failure
    var from = 5
    var plans = 0
    let shape = PolicyShape(horizon: 4, actionWidth: 8)

    mutating func reset(seed: UInt64) { plans = 0 }

    mutating func plan(_ observation: Observation, into chunk: inout ActionChunk)
        throws(LoopFault)
    {
        defer { plans += 1 }
        for row in 0..<4 { chunk[row, 0] = 1 }
        guard plans >= from else { return }
        switch failure {
        case .none: break
        case .hang(let span): usleep(UInt32(span.microseconds))
        case .fault: throw .policy(what: "script ended")
        case .nan: chunk[3, 2] = .nan
        }
    }
}

/// Real threads and the real clock; nothing is asserted about how fast this machine is.
@Suite(.serialized) struct PlanningThreadTests {
    private typealias Loop = ControlLoop<CommandLog, FailingPolicy, MonotonicTime>

    private static let patience = TimeSpan.milliseconds(400)
    private static let limit = SafetyLimits.Joint(
        lower: -10,
        upper: 10,
        velocity: 10,
        acceleration: 5
    )

    private func loop(
        _ failure: FailingPolicy.Failure,
        execution: ExecutionStrategy = .replan
    ) throws -> Loop {
        let model = try Panda.model.get()
        let rate = try ControlRate(hertz: 200, physicsHertz: 1000)
        var loop = Loop(
            plant: CommandLog(base: NullPlant(rate: rate, start: model.homeState)),
            policy: FailingPolicy(failure: failure),
            observation: Observation(jointCount: model.armJointCount, cloudPoints: 0),
            time: MonotonicTime(),
            configuration: LoopConfiguration(
                rate: rate,
                policyHertz: 100,
                clock: .wall,
                latency: .measured,
                execution: execution,
                controller: ActionController(
                    try ArmController(
                        model: model,
                        mode: .jointDeltaPosition,
                        scale: ActionScale(joint: 0.004)
                    )
                ),
                limits: try SafetyLimits(
                    joints: [SafetyLimits.Joint](repeating: Self.limit, count: 7),
                    gripperOpening: 1,
                    gripperSpeed: 10
                ),
                hasPlanningThread: true,
                patience: Self.patience
            )
        )
        loop.reset(seed: 1)
        return loop
    }

    /// Ticks until the fault, which must come.
    private func fault(of loop: inout Loop) -> LoopFault? {
        for _ in 0..<2000 {
            do {
                try loop.tick()
            } catch {
                return error
            }
        }
        return nil
    }

    @Test(arguments: [ExecutionStrategy.replan, .async, .rtc(executionHorizon: 2)])
    func `a policy that hangs is left behind and the robot ramped to rest`(
        execution: ExecutionStrategy
    ) throws {
        var loop = try loop(.hang(.seconds(4)), execution: execution)
        let began = MonotonicTime().now()
        let fault = fault(of: &loop)
        #expect(fault == .policy(what: "no plan within the loop's patience"))
        // Long before the hang is over: the loop did not wait for it.
        #expect(MonotonicTime().now() - began < .seconds(3.9))
        let isAtRest = loop.isAtRest
        #expect(isAtRest)
        // It held for its patience before it gave up.
        let ticks = Int(Self.patience.seconds * 200)
        #expect(loop.plant.log.joint.count >= ticks)
    }

    @Test(arguments: [ExecutionStrategy.replan, .chunk(count: 2), .ensemble, .async, .rollforward])
    func `a policy that throws ends the episode at rest, with its own words`(
        execution: ExecutionStrategy
    ) throws {
        var loop = try loop(.fault, execution: execution)
        #expect(fault(of: &loop) == .policy(what: "script ended"))
        let isAtRest = loop.isAtRest
        #expect(isAtRest)
    }

    @Test func `a number that is not finite never reaches the plant`() throws {
        var loop = try loop(.nan)
        #expect(fault(of: &loop) == .notFinite(what: "action chunk"))
        #expect(loop.plant.log.joint.allSatisfy { $0.isFinite })
        let isAtRest = loop.isAtRest
        #expect(isAtRest)
    }

    @Test func `the same fault is thrown again and moves nothing`() throws {
        var loop = try loop(.fault)
        let first = fault(of: &loop)
        let held = loop.heldCommand
        let expected = try #require(first)
        #expect(throws: expected) { try loop.tick() }
        #expect(loop.heldCommand == held)
    }

    @Test func `a slow policy costs periods that are counted, and no more`() throws {
        var loop = try loop(.hang(.milliseconds(23)))
        let traces = try loop.traces(ofTicks: 60)
        let late = traces.filter { $0.missedPeriods > 0 }
        #expect(!late.isEmpty)
        #expect(traces.contains { $0.planned && $0.stages.infer >= .milliseconds(20) })
        // Ticks follow each other, with the lost ones counted.
        #expect(zip(traces, traces.dropFirst()).allSatisfy { $0.tick < $1.tick })
    }

    @Test func `beside the loop a slow policy costs no period`() throws {
        var loop = try loop(.hang(.milliseconds(23)), execution: .async)
        let traces = try loop.traces(ofTicks: 60)
        let plans = traces.filter(\.planned)
        #expect(plans.contains { $0.stages.infer >= .milliseconds(20) })
        #expect(plans.allSatisfy { $0.isBeside })
        #expect(traces.allSatisfy { $0.latency < $0.stages.tick || !$0.planned })
    }

    @Test func `episodes follow each other on one thread`() throws {
        var loop = try loop(.none, execution: .async)
        for seed in 1...5 as ClosedRange<UInt64> {
            loop.reset(seed: seed)
            _ = try loop.traces(ofTicks: 20)
            #expect(loop.tickIndex >= 20)
        }
    }
}
