import Testing

@testable import Policies

@Suite struct ActionBinsTests {
    let bins = ActionBins(low: [-1, 0.25, -1], high: [1, 0.25, 1], counts: [256, 1, 2])

    @Test func `a bin's value falls into that bin`() {
        for (dimension, count) in bins.counts.enumerated() {
            for bin in 0..<count {
                let value = bins.value(bin, dimension: dimension)
                #expect(bins.bin(of: value, dimension: dimension) == bin)
            }
        }
    }

    @Test func `many bins mean their centres, two the ends, one the value`() {
        #expect(abs(bins.value(0, dimension: 0) - (-1 + 1 / 256)) < 1e-6)
        #expect(abs(bins.value(255, dimension: 0) - (1 - 1 / 256)) < 1e-6)
        #expect(bins.value(0, dimension: 2) == -1)
        #expect(bins.value(1, dimension: 2) == 1)
        #expect(bins.value(0, dimension: 1) == 0.25)
    }

    @Test(arguments: [-Float.infinity, -5, -1, -0.999, 0, 0.3, 0.999, 1, 7, .infinity])
    func `a number inside is met within half a bin, one outside is clipped`(x: Float) {
        let value = bins.value(bins.bin(of: x, dimension: 0), dimension: 0)
        #expect(abs(value - min(max(x, -1), 1)) <= 1 / 256 + 1e-6)
    }

    @Test func `a number that is none falls into some bin`() {
        for dimension in 0..<3 {
            let bin = bins.bin(of: .nan, dimension: dimension)
            #expect((0..<bins.counts[dimension]).contains(bin))
        }
    }
}
