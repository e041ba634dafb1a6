import Testing

@testable import Spatial

@Suite struct RandomStreamTests {
    /// Known answers of Philox4x32-10, published with the Random123 library (kat_vectors).
    @Test func philoxGivesItsPublishedVectors() {
        // The vectors' words, the least significant first.
        let zeros = RandomStream.philox(0, 0, SIMD2(0, 0))
        #expect(zeros == (0xe169_c58d_6627_e8d5, 0x9b00_dbd8_bc57_ac4c))
        let ones = RandomStream.philox(.max, .max, SIMD2(.max, .max))
        #expect(ones == (0x41c8_3b0e_408f_276d, 0x6d54_51fd_a20b_c7c6))
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
