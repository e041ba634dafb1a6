import Testing

@testable import Inference

@Suite struct MachineLimitsTests {
    private static let limits = MachineLimits(
        floatGigaflops: 100,
        bfloat16DotGigaflops: 200,
        bandwidths: [
            .init(bytes: 1024, gigabytes: 160), .init(bytes: 4096, gigabytes: 80),
            .init(bytes: 1_048_576, gigabytes: 20),
        ]
    )

    @Test func `reading is interpolated between working sets and constant outside`() {
        let limits = Self.limits
        #expect(limits.gigabytes(ofWorkingSet: 1) == 160)
        #expect(limits.gigabytes(ofWorkingSet: 1024) == 160)
        // Half way between by the logarithm.
        #expect(abs(limits.gigabytes(ofWorkingSet: 2048) - 120) < 1e-9)
        #expect(abs(limits.gigabytes(ofWorkingSet: 4096) - 80) < 1e-9)
        #expect(limits.gigabytes(ofWorkingSet: 1e9) == 20)
    }

    @Test func `the nearer limit binds`() {
        // 50 GFLOP/s of 100, 1 GB/s of 80: arithmetic.
        let cost = PlanCost(flops: 50e3, weightBytes: 1024)
        let compute = Self.limits.share(of: [cost], seconds: 1e-6, format: .float32)
        #expect(compute.binding == .compute && abs(compute.share - 0.5) < 1e-9)
        #expect(abs(compute.gigaflops - 50) < 1e-9 && abs(compute.gigabytes - 1.024) < 1e-9)
        // Half of that where pairs are multiplied, and with two threads.
        let dot = Self.limits.share(of: [cost], seconds: 1e-6, format: .bfloat16Dot)
        #expect(abs(dot.share - 0.25) < 1e-9)
        let two = Self.limits.share(of: [cost], seconds: 1e-6, format: .float32, threads: 2)
        #expect(abs(two.share - 0.25) < 1e-9)
        // 0.1 GFLOP in 0.1 s is nothing, 1 GB in it half of 20 GB/s.
        let reading = PlanCost(flops: 1e8, weightBytes: 1e9)
        let bound = Self.limits.share(of: [reading], seconds: 0.1, format: .bfloat16)
        #expect(bound.binding == .bandwidth && abs(bound.share - 0.5) < 1e-9)
        // One phase at each limit: the sum of both times.
        let both = Self.limits.share(of: [cost, reading], seconds: 0.1, format: .bfloat16)
        #expect(both.share > bound.share && both.binding == .bandwidth)
    }

    @Test func `without dot products floats set the limit`() {
        let plain = MachineLimits(
            floatGigaflops: 100,
            bfloat16DotGigaflops: nil,
            bandwidths: Self.limits.bandwidths
        )
        #expect(plain.gigaflops(.bfloat16Dot) == 100)
        #expect(plain.gigaflops(.int8) == 100)
    }

    @Test func `this machine's limits are found`() throws {
        let limits = try MachineLimits.measure()
        #expect(limits.floatGigaflops > 0.01)
        #expect(limits.bandwidths.count > 3)
        for (one, next) in zip(limits.bandwidths, limits.bandwidths.dropFirst()) {
            #expect(one.bytes < next.bytes && one.gigabytes > 0.01 && next.gigabytes > 0.01)
        }
    }
}
