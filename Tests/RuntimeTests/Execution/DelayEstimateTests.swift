import Testing

@testable import Runtime

@Suite struct DelayEstimateTests {
    @Test func `nothing is estimated before a plan has landed`() {
        #expect(DelayEstimate().steps == 0)
    }

    @Test func `a few plans give their largest delay`() {
        var estimate = DelayEstimate()
        for delay in [2, 3, 2] { estimate.add(delay) }
        #expect(estimate.steps == 3)
    }

    @Test func `one cold start is no maximum for ever`() {
        var estimate = DelayEstimate()
        estimate.add(14)
        for _ in 0..<18 { estimate.add(2) }
        #expect(estimate.steps == 14)
        estimate.add(2)
        #expect(estimate.steps == 2)
    }

    @Test func `it follows a delay that has grown, within its window`() {
        var estimate = DelayEstimate()
        for _ in 0..<100 { estimate.add(1) }
        estimate.add(5)
        #expect(estimate.steps == 1)
        estimate.add(5)
        #expect(estimate.steps == 5)
        for _ in 0..<DelayEstimate.window { estimate.add(1) }
        #expect(estimate.steps == 1)
        estimate.clear()
        #expect(estimate.steps == 0)
    }
}
