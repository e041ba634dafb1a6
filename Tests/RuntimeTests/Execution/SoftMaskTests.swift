import Testing

@testable import Runtime

@Suite struct SoftMaskTests {
    @Test func `weights are those of the published implementation`() {
        let mask = SoftMask(start: 2, end: 6)
        let linear = [1, 1, 0.8, 0.6, 0.4, 0.2, 0, 0, 0, 0]
        let exponential = [1, 1, 0.5706, 0.2871, 0.1145, 0.0258, 0, 0, 0, 0]
        for row in 0..<10 {
            #expect(abs(mask.linear(atRow: row) - linear[row]) < 1e-12)
            #expect(abs(mask.exponential(atRow: row) - exponential[row]) < 5e-5)
        }
    }

    @Test func `a start past the end is moved down to it`() {
        #expect(SoftMask(start: 7, end: 3) == SoftMask(start: 3, end: 3))
        #expect(
            (0..<5).map { SoftMask(start: 7, end: 3).exponential(atRow: $0) } == [1, 1, 1, 0, 0]
        )
        #expect((0..<3).map { SoftMask(start: 4, end: 0).exponential(atRow: $0) } == [0, 0, 0])
    }

    @Test func `weights fall from 1 to 0 and never rise`() {
        for start in 0..<12 {
            for end in 0..<12 {
                let mask = SoftMask(start: start, end: end)
                let weights = (0..<14).map(mask.exponential)
                #expect(weights.allSatisfy { (0...1).contains($0) })
                #expect(zip(weights, weights.dropFirst()).allSatisfy { $0 >= $1 })
                #expect(weights[end...].allSatisfy { $0 == 0 })
            }
        }
    }
}
