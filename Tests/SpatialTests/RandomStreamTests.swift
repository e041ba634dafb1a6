import Testing

@testable import Spatial

@Suite struct RandomStreamTests {
    /// Known answers of Philox4x32-10, published with the Random123 library (kat_vectors).
    @Test func philoxGivesItsPublishedVectors() {
        #expect(
            RandomStream.philox(counter: SIMD4(0, 0, 0, 0), key: SIMD2(0, 0))
                == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
        )
        let ones = UInt32.max
        #expect(
            RandomStream.philox(counter: SIMD4(ones, ones, ones, ones), key: SIMD2(ones, ones))
                == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
        )
    }

    @Test func streamsOfOneSeedDiffer() {
        var a = RandomStream(seed: 1, stream: 0)
        var b = RandomStream(seed: 1, stream: 1)
        #expect((0..<8).map { _ in a.next() } != (0..<8).map { _ in b.next() })
    }

    @Test func normalNumbersHaveTheRightMoments() {
        var random = RandomStream(seed: 5)
        let draws = (0..<20_000).map { _ in random.normal() }
        let mean = draws.reduce(0, +) / 20_000
        let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
        #expect(abs(mean) < 0.03)
        #expect(abs(variance - 1) < 0.04)
    }

    @Test func uniformNumbersStayInTheirRange() {
        var random = RandomStream(seed: 6)
        for _ in 0..<10_000 {
            let value = random.uniform(in: -2...3)
            #expect(value >= -2 && value < 3)
        }
    }
}
