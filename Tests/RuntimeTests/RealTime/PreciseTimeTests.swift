import Testing

@testable import Runtime

@Suite struct PreciseTimeTests {
    @Test(arguments: [0.0, 100, 1000])
    func `a sleep never ends before its deadline`(early: Double) {
        let time = PreciseTime(early: .microseconds(early))
        for _ in 0..<20 {
            let deadline = time.now() + .microseconds(1500)
            time.sleep(until: deadline)
            #expect(time.now() >= deadline)
        }
    }

    @Test func `a deadline that has passed returns at once`() {
        let time = PreciseTime()
        time.sleep(until: .zero)
        time.sleep(until: time.now() - .seconds(1))
    }

    @Test func `it shares the scale of the monotonic clock`() {
        let before = MonotonicTime().now()
        let between = PreciseTime().now()
        #expect(before <= between && between <= MonotonicTime().now())
    }
}
