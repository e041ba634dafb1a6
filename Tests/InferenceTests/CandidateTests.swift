import Testing

@testable import Inference

/// Many candidates at once, weights in fewer bytes, dropped taps, a second thread: the same network.
@Suite struct CandidateTests {
    private let golden: Golden
    private let shape = NetworkShape(
        actionWidth: 5,
        stateWidth: 6,
        cloudWidth: 3,
        horizon: 4,
        observationSteps: 2,
        pointWidths: [12, 24],
        pointFeatures: 10,
        stateFeatures: 14,
        timeFeatures: 16,
        unetWidths: [16, 32],
        kernel: 5,
        groups: 8
    )

    init() throws { golden = try Golden("network-h4") }

    private func network(_ format: WeightFormat, times: [UNet.Times] = [.whole]) throws -> UNet {
        var store = WeightStore(golden.file, format: format)
        return try UNet("unet", shape: shape, times: times, from: &store)
    }

    /// Noise of a candidate; candidate 0 is the golden's.
    private func noise(_ candidate: Int) throws -> [Float] {
        try golden.tensor("in.noise").values.enumerated().map { i, value in
            candidate == 0 ? value : value * Float(candidate % 5 - 2) + Float((i + candidate) % 3)
        }
    }

    /// Velocities of so many candidates under the golden's condition.
    private func velocities(
        _ network: UNet,
        candidates: Int,
        time: Int = 0,
        partner: ProductPartner? = nil
    ) throws -> [[Float]] {
        let workspace = UNetWorkspace(network, candidates: candidates, partner: partner)
        for candidate in 0..<candidates {
            workspace.input.load(try noise(candidate), candidate: candidate)
        }
        network.observe(
            try golden.tensor("out.condition").values.map(mish),
            workspace: workspace
        )
        network.forward(time: time, workspace: workspace)
        return (0..<candidates).map { workspace.output.values(candidate: $0) }
    }

    /// The distance of two results over the norm of the second.
    private func distance(_ a: [Float], _ b: [Float]) -> Float {
        let norm = b.reduce(0) { $0 + $1 * $1 }
        return (zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / norm).squareRoot()
    }

    @Test(arguments: WeightFormat.allCases, [2, 7, 33])
    func `a candidate is what it would be alone`(format: WeightFormat, candidates: Int) throws {
        let network = try network(format)
        let together = try velocities(network, candidates: candidates)
        let workspace = UNetWorkspace(network)
        for candidate in [0, 1, candidates - 1] {
            workspace.input.load(try noise(candidate))
            network.observe(
                try golden.tensor("out.condition").values.map(mish),
                workspace: workspace
            )
            network.forward(workspace: workspace)
            #expect(distance(together[candidate], workspace.output.values()) < 1e-5)
        }
    }

    @Test func `fewer bytes cost little accuracy, and never nothing`() throws {
        let exact = try velocities(try network(.float32), candidates: 1)[0]
        // Eight bits of mantissa in each weight, or in each weight and input; 127 steps a column.
        for (format, tolerance) in [
            (WeightFormat.bfloat16, Float(1e-2)), (.bfloat16Dot, 2e-2), (.int8, 4e-2),
        ] {
            let got = try velocities(try network(format), candidates: 1)[0]
            let error = distance(got, exact)
            #expect(error > 1e-5 && error < tolerance, "\(format.rawValue): \(error)")
        }
    }

    @Test func `times after the first are as if loaded alone`() throws {
        let times = [UNet.Times.whole, UNet.Times(t: 0.5, r: 0.25), UNet.Times(t: 0.25, r: 0)]
        let network = try network(.float32, times: times)
        for (index, time) in times.enumerated() {
            let alone = try velocities(try self.network(.float32, times: [time]), candidates: 2)
            let got = try velocities(network, candidates: 2, time: index)
            for (a, b) in zip(got, alone) { #expect(distance(a, b) < 1e-5) }
        }
        let first = try velocities(network, candidates: 1)[0]
        #expect(try distance(velocities(network, candidates: 1, time: 1)[0], first) > 1e-3)
    }

    @Test func `counted work is that of taps on data`() throws {
        let network = try network(.float32)
        // Taps that meet data over all output steps: 5 wide over 4 steps 3 + 4 + 4 + 3, over 2
        // steps 2 + 2; stride 2 over 4 steps 2 + 3; up from 2 steps 2 + 1 for each parity.
        let down = 14 * (5 * 16 + 16 * 16) + 4 * 5 * 16 + 14 * 2 * 16 * 16 + 5 * 16 * 16
        let deep = 4 * (16 * 32 + 32 * 32) + 2 * 16 * 32 + 4 * 2 * 32 * 32
        let mid = 4 * 4 * 32 * 32
        let up = 4 * (64 * 16 + 16 * 16) + 2 * 64 * 16 + 4 * 2 * 16 * 16 + (3 + 3) * 16 * 16
        let final = 14 * 16 * 16 + 4 * 16 * 5
        let channels = 2 * 16 + 2 * 32 + 2 * 32 + 2 * 16
        let film = 48 * 2 * channels
        let one = down + deep + mid + up + final
        for candidates in [1, 6] {
            let cost = network.cost(candidates: candidates)
            #expect(cost.flops == Double(2 * (candidates * one + film)))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a whole network on two threads is the same to the last bit`() throws {
        for format in [WeightFormat.float32, .bfloat16] {
            let network = try network(format, times: [.whole, UNet.Times(t: 0.5, r: 0.25)])
            let partner = ProductPartner(leastWeights: 1)
            for time in [0, 1, 0] {
                let alone = try velocities(network, candidates: 3, time: time)
                let both = try velocities(network, candidates: 3, time: time, partner: partner)
                #expect(both == alone)
            }
        }
    }

    @Test func `a second thread changes no bit`() throws {
        // Wide enough that both threads have columns of a product.
        let (depth, columns) = (512, 300)
        let weights = (0..<depth * columns).map { Float($0 * 7919 % 1000) / 1000 - 0.5 }
        let input = (0..<3 * depth).map { Float($0 * 104_729 % 1000) / 1000 - 0.5 }
        let bias = (0..<columns).map { Float($0) / 100 }
        for format in [WeightFormat.float32, .bfloat16, .int8] {
            let matrix = PackedMatrix(
                weights,
                bias: bias,
                format: format,
                kernels: try Kernels.selected()
            )
            func product(_ partner: ProductPartner?) -> [Float] {
                var output = [Float](repeating: 0, count: 3 * columns)
                input.withUnsafeBufferPointer { input in
                    guard let base = input.baseAddress else { return }
                    matrix.multiply(
                        RowView(base: base, stride: depth, rows: 3),
                        using: 0..<depth,
                        into: &output,
                        stride: columns,
                        partner: partner
                    )
                }
                return output
            }
            let alone = product(nil)
            let partner = ProductPartner()
            for _ in 0..<20 {
                partner.wake()
                for _ in 0..<5 { #expect(product(partner) == alone) }
                partner.rest()
                // Asleep, it is not waited for.
                #expect(product(partner) == alone)
            }
        }
    }
}
