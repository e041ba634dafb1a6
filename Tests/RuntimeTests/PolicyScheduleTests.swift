import Testing

@testable import Runtime

@Suite struct PolicyScheduleTests {
    @Test func `a policy at a third of the control rate acts in every third tick`() {
        let schedule = PolicySchedule(policyHertz: 20, controlHertz: 60)
        for tick in 0..<100_000 { #expect(schedule.step(atTick: tick) == tick / 3) }
        #expect(abs(schedule.fraction(elapsedTicks: 0) - 1 / 3.0) < 1e-12)
        #expect(abs(schedule.fraction(elapsedTicks: 1) - 2 / 3.0) < 1e-12)
        #expect(abs(schedule.fraction(elapsedTicks: 2) - 1) < 1e-12)
        #expect(schedule.fraction(elapsedTicks: 3) == 1)
    }

    @Test func `a policy as fast as the loop acts in every tick and reaches its goal in it`() {
        let schedule = PolicySchedule(policyHertz: 60, controlHertz: 60)
        for tick in 0..<1000 { #expect(schedule.step(atTick: tick) == tick) }
        #expect(schedule.fraction(elapsedTicks: 0) == 1)
    }

    @Test func `a policy faster than the loop is capped at one action a tick`() {
        #expect(
            PolicySchedule(policyHertz: 100, controlHertz: 60)
                == PolicySchedule(policyHertz: 60, controlHertz: 60)
        )
    }

    @Test(arguments: [(7.0, 60.0), (20, 50), (3, 1000), (59, 60), (20, 59.94)])
    func `each step starts in the first tick at or after its time`(policy: Double, control: Double)
    {
        let schedule = PolicySchedule(policyHertz: policy, controlHertz: control)
        var starts = [0]
        for tick in 1..<5000 where schedule.step(atTick: tick) > schedule.step(atTick: tick - 1) {
            #expect(schedule.step(atTick: tick) == starts.count)
            starts.append(tick)
        }
        for (step, tick) in starts.enumerated() {
            let due = Double(step) * control / policy
            #expect(Double(tick) >= due - 1e-6 && Double(tick) < due + 1)
        }
    }

    @Test func `seven in sixty takes eight or nine ticks and never passes its goal`() {
        let schedule = PolicySchedule(policyHertz: 7, controlHertz: 60)
        let starts = (1...600).filter {
            schedule.step(atTick: $0) > schedule.step(atTick: $0 - 1)
        }
        #expect(starts.prefix(7) == [9, 18, 26, 35, 43, 52, 60])
        for elapsed in 0..<20 {
            let fraction = schedule.fraction(elapsedTicks: elapsed)
            #expect(abs(fraction - min(1, Double(elapsed + 1) * 7 / 60)) < 1e-12)
        }
    }
}
