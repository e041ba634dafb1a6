import Runtime
import Spatial
import Testing

@testable import Tasks

@Suite struct SuccessPredicateTests {
    private let state = SceneState(scene: SceneObject.cubes(1), target: 0)

    private func judge(
        hold: TimeSpan,
        atMost: Double = 0.05,
        judged: SuccessPredicate.Judgement = .once
    ) -> SuccessJudge {
        SuccessJudge(
            predicate: SuccessPredicate(
                condition: .distance(
                    DistanceCondition(from: .object(0), to: .goal, atMost: atMost)
                ),
                hold: hold,
                judged: judged
            )
        )
    }

    private func place(_ x: Double) {
        state.worldFromObject[0] = Pose(translation: Vector3(x, 0, 0))
    }

    @Test func `success comes when the predicate has held for its hold time`() {
        var judge = judge(hold: .milliseconds(500))
        for tick in 0..<120 {
            let now = TimeSpan.seconds(Double(tick) / 60)
            place(tick < 30 ? 1 : 0.05)
            judge.judge(state, at: now)
            #expect(judge.status.holdsNow == (tick >= 30))
            #expect(judge.status.heldOnce == (tick >= 30))
            #expect((judge.status.succeededAt != nil) == (tick >= 60))
        }
        #expect(judge.status.succeededAt == .seconds(1))
    }

    @Test func `a break starts the hold time again`() {
        var judge = judge(hold: .milliseconds(500))
        for tick in 0..<100 {
            place(tick == 25 ? 0.0501 : 0.0499)
            judge.judge(state, at: .seconds(Double(tick) / 60))
            #expect((judge.status.succeededAt != nil) == (tick >= 56))
        }
        #expect(judge.status.heldOnce)
    }

    @Test func `a success stays when the predicate breaks afterwards`() {
        var judge = judge(hold: .zero)
        place(0)
        judge.judge(state, at: .milliseconds(10))
        place(1)
        judge.judge(state, at: .milliseconds(20))
        #expect(judge.status.succeededAt == .milliseconds(10))
        #expect(!judge.status.holdsNow && judge.status.heldOnce)
        judge.reset()
        #expect(judge.status == EpisodeStatus())
    }

    @Test func `judged at the end, a success that breaks is taken back`() {
        var judge = judge(hold: .milliseconds(100), judged: .atEnd)
        place(0)
        judge.judge(state, at: .milliseconds(0))
        judge.judge(state, at: .milliseconds(100))
        #expect(judge.status.succeededAt == .milliseconds(100))
        place(1)
        judge.judge(state, at: .milliseconds(120))
        #expect(judge.status.succeededAt == nil && judge.status.heldOnce)
        place(0)
        judge.judge(state, at: .milliseconds(200))
        #expect(judge.status.succeededAt == nil && judge.status.holdsNow)
        judge.judge(state, at: .milliseconds(300))
        #expect(judge.status.succeededAt == .milliseconds(300))
    }

    @Test func `a predicate that breaks soon after it first held was not steady`() {
        var steady = judge(hold: .zero)
        var flickering = judge(hold: .zero)
        for tick in 0..<60 {
            let now = TimeSpan.milliseconds(20 * Double(tick))
            place(tick < 10 ? 1 : 0)
            steady.judge(state, at: now)
            #expect(steady.status.wasSteady == (tick < 35 ? nil : true))
            place(tick < 10 || tick == 34 ? 1 : 0)
            flickering.judge(state, at: now)
            #expect(flickering.status.wasSteady == (tick < 34 ? nil : false))
        }
        // Breaking later is no flicker.
        place(1)
        steady.judge(state, at: .seconds(3))
        #expect(steady.status.wasSteady == true)
    }

    @Test func `a distance that is not a number never holds`() {
        place(.nan)
        var judge = judge(hold: .zero)
        judge.judge(state, at: .zero)
        #expect(!judge.status.heldOnce)
    }

    @Test func `failures have their causes in words`() {
        var milestones = Milestones()
        var status = EpisodeStatus()
        let cause = { (isGrasped: Bool) in
            milestones.cause(status: status, object: "cube", isGrasped: isGrasped)
        }
        #expect(cause(false) == "cube never touched")
        milestones.touched = true
        #expect(cause(false) == "cube touched, not grasped")
        milestones.grasped = true
        #expect(cause(true) == "grasped, not lifted")
        milestones.lifted = true
        #expect(cause(false) == "dropped")
        #expect(cause(true) == "carried, not at the goal in time")
        status.heldOnce = true
        #expect(cause(true) == "at the goal, not long enough")
        let reach = Milestones().cause(status: EpisodeStatus(), object: nil, isGrasped: false)
        #expect(reach == "not at the goal in time")
    }
    @Test func `tasks that lift or keep up have words of their own`() {
        var status = EpisodeStatus()
        var milestones = Milestones(touched: true, grasped: true, lifted: true)
        let cause = { (aim: TaskAim, isGrasped: Bool) in
            milestones.cause(status: status, object: "ball", isGrasped: isGrasped, aim: aim)
        }
        #expect(cause(.height, true) == "lifted, not high enough")
        #expect(cause(.height, false) == "dropped")
        #expect(cause(.company, false) == "never with ball")
        status.heldOnce = true
        #expect(cause(.height, true) == "lifted, not long enough")
        #expect(cause(.company, false) == "lost ball again")
        milestones = Milestones()
        status = EpisodeStatus()
        #expect(cause(.height, false) == "ball never touched")
    }

    @Test func `what a task asks for follows from its file`() throws {
        let aim = { (name: String) in TaskAim(try TaskFolder.library.task(named: name)) }
        #expect(try aim("reach") == .place && aim("pick-place") == .place)
        #expect(try aim("conveyor-pick") == .height && aim("intercept") == .height)
        #expect(try aim("track") == .company)
    }
}
