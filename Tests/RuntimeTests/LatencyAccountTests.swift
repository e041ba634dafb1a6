import Spatial
import Testing

@testable import Runtime

@Suite struct LatencyAccountTests {
    private func traces(seed: UInt64, count: Int) -> [TickTrace] {
        var random = RandomStream(seed: seed)
        return (0..<count).map { index in
            var trace = TickTrace()
            trace.stages.sense = .microseconds(random.uniform(in: 100...300))
            trace.stages.infer = .microseconds(1000 * (1 + random.uniform() * random.uniform() * 9))
            trace.stages.act = .microseconds(random.uniform(in: 1...5))
            trace.charge = trace.stages.tick
            trace.applied = .milliseconds(trace.charge.milliseconds.rounded(.up))
            trace.observationAge = trace.charge + .milliseconds(20)
            trace.planned = index % 3 == 0
            trace.missedPeriods = index % 50 == 0 ? 2 : 0
            if index % 10 == 0 { trace.interventions = .velocity }
            return trace
        }
    }

    private func account(_ traces: [TickTrace]) -> LatencyAccount {
        var account = LatencyAccount()
        for trace in traces { account.record(trace) }
        return account
    }

    /// The least value that at least `share` of the values do not pass.
    private func percentile(_ sorted: [Double], _ share: Double) -> Double {
        sorted[max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1)]
    }

    @Test func `percentiles are those of the sorted values to three digits`() {
        let traces = traces(seed: 1, count: 5000)
        let account = account(traces)
        let infer = traces.filter(\.planned).map(\.stages.infer.microseconds).sorted()
        let tick = traces.map(\.stages.tick.microseconds).sorted()
        for (summary, sorted) in [
            (account.summary(of: .infer), infer), (account.summary(of: .tick), tick),
            (account.charge, tick),
        ] {
            let pairs = [
                (summary.p50, percentile(sorted, 0.5)), (summary.p90, percentile(sorted, 0.9)),
                (summary.p99, percentile(sorted, 0.99)), (summary.p999, percentile(sorted, 0.999)),
                (summary.max, sorted[sorted.count - 1]),
                (summary.mean, sorted.reduce(0, +) / Double(sorted.count)),
            ]
            for (found, expected) in pairs { #expect(abs(found / expected - 1) < 2e-3) }
        }
        #expect(account.ticks == 5000)
        #expect(account.missedPeriods == 200)
        #expect(account.gatedTicks == 500)
    }

    @Test func `ticks without a plan are left out of the network's row`() {
        var trace = TickTrace()
        trace.stages.sense = .microseconds(10)
        let account = account([trace])
        #expect(account.summary(of: .infer) == LatencyAccount().summary(of: .infer))
        #expect(account.summary(of: .infer).max == 0)
        #expect(account.summary(of: .sense).max > 9)
    }

    @Test func `accounts of episodes run beside add up`() {
        let first = traces(seed: 1, count: 400)
        let second = traces(seed: 2, count: 300)
        var sum = account(first)
        sum.add(account(second))
        let whole = account(first + second)
        for row in LatencyAccount.Row.allCases {
            #expect(sum.summary(of: row) == whole.summary(of: row))
        }
        #expect(sum.charge == whole.charge && sum.applied == whole.applied)
        #expect(sum.observationAge == whole.observationAge)
        #expect(sum.ticks == 700 && sum.missedPeriods == whole.missedPeriods)
        #expect(sum.gatedTicks == whole.gatedTicks)
    }

    @Test func `no span is too long or too short to record`() {
        var trace = TickTrace()
        trace.stages.sense = TimeSpan(nanoseconds: .max)
        trace.stages.act = TimeSpan(nanoseconds: .min)
        let account = account([trace])
        #expect(account.summary(of: .sense).max >= 86_400e6 * 0.999)
        #expect(account.summary(of: .act).max == 0)
    }
}
