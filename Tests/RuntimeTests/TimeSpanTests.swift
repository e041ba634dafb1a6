import Testing

@testable import Runtime

@Suite struct TimeSpanTests {
    @Test func `units agree`() {
        #expect(TimeSpan.seconds(1.5) == TimeSpan(nanoseconds: 1_500_000_000))
        #expect(TimeSpan.milliseconds(6.8) == TimeSpan(nanoseconds: 6_800_000))
        #expect(TimeSpan.microseconds(0.001) == TimeSpan(nanoseconds: 1))
        #expect(TimeSpan.milliseconds(2).seconds == 0.002)
        #expect(TimeSpan.milliseconds(2).microseconds == 2000)
    }

    @Test func `spans order, add, subtract and multiply`() {
        let a = TimeSpan.milliseconds(3)
        let b = TimeSpan.milliseconds(5)
        #expect(a < b && max(a, b) == b)
        #expect(a + b == .milliseconds(8))
        #expect(a - b == .milliseconds(-2))
        #expect(a * 4 == .milliseconds(12))
    }

    @Test func `no number makes a trap`() {
        #expect(TimeSpan.seconds(.nan) == .zero)
        #expect(TimeSpan.seconds(.infinity) > .seconds(3e9))
        #expect(TimeSpan.seconds(-.infinity) < .seconds(-3e9))
        #expect(TimeSpan.seconds(1e300) == .seconds(.infinity))
    }

    @Test func `manual time moves only when told to`() {
        let time = ManualTime(advancePerReading: .milliseconds(1))
        #expect(time.now() == .zero)
        #expect(time.now() == .milliseconds(1))
        time.advancePerReading = .zero
        time.sleep(until: .milliseconds(10))
        time.sleep(until: .milliseconds(4))
        time.advance(by: .milliseconds(5))
        #expect(time.now() == .milliseconds(15))
    }

    @Test func `the monotonic clock sleeps to an instant and never goes back`() {
        let time = MonotonicTime()
        let deadline = time.now() + .milliseconds(2)
        time.sleep(until: deadline)
        #expect(time.now() >= deadline)
        time.sleep(until: .zero)
    }
}
