import Diagnostics
import Processor
import Testing

@testable import Inference

@Suite struct PackedMatrixTests {
    /// The largest difference from the reference, relative to the sum of the terms' magnitudes.
    ///
    /// Kernels add up to 769 terms in another order than the reference, and some fuse multiply with
    /// add. An ordering is off by about the root of the depth in halves of a float's last place
    /// (6e-8), and signs cancel most of that against the sum of magnitudes.
    static let reorderedSums: Float = 1e-6

    /// One row and several; the ends of tiles are cases of the kernels' own table.
    static let rowCounts = [1, 6, 33]
    static let sizes = [
        (1, 1), (2, 3), (3, 16), (5, 17), (6, 64), (16, 31), (31, 4), (64, 63), (65, 65), (77, 47),
        (320, 33), (128, 128), (511, 81), (640, 7), (700, 130), (769, 18),
    ]
    static let available = InstructionSet.available

    /// A product's inputs, drawn from a fixed stream in -1...1.
    struct Case {
        let rows, depth, columns: Int
        var input: [Float]
        var weights: [Float]
        var bias: [Float]

        init(rows: Int, depth: Int, columns: Int) {
            (self.rows, self.depth, self.columns) = (rows, depth, columns)
            var state = UInt64(rows * 1_000_003 + depth * 1009 + columns)
            func draw(_ count: Int) -> [Float] {
                (0..<count).map { _ in
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return Float(Int32(truncatingIfNeeded: state >> 33)) / Float(1 << 30) - 1
                }
            }
            input = draw(rows * depth)
            weights = draw(depth * columns)
            bias = draw(columns)
        }

        /// Rounds everything to what the format can hold, so that storing it loses nothing.
        mutating func store(as format: WeightFormat) {
            switch format {
            case .float32: break
            case .bfloat16: weights = weights.map(rounded)
            case .bfloat16Dot:
                weights = weights.map(rounded)
                input = input.map(rounded)
            case .int8:
                // Whole 127ths of each column's largest.
                for column in 0..<columns {
                    let step = Float(column + 1) / 64
                    for row in 0..<depth {
                        let whole = (weights[row * columns + column] * 127).rounded()
                        weights[row * columns + column] = (row == 0 ? 127 : whole) * step
                    }
                }
            }
        }

        /// The reference's result, and for each element the sum of the terms' magnitudes.
        func reference() -> (values: [Float], magnitudes: [Float]) {
            func product(_ input: [Float], _ weights: [Float], _ bias: [Float]) -> [Float] {
                var output = [Float](repeating: 0, count: rows * columns)
                input.withUnsafeBufferPointer { input in
                    guard let base = input.baseAddress else { return }
                    matrixProduct(
                        RowView(base: base, stride: depth, rows: rows),
                        depth: depth,
                        weights: weights,
                        bias: bias,
                        columns: columns,
                        output: &output,
                        outputStride: columns
                    )
                }
                return output
            }
            return (
                product(input, weights, bias),
                product(input.map(abs), weights.map(abs), bias.map(abs))
            )
        }
    }

    @Test(arguments: available, WeightFormat.allCases)
    func `every variant equals the reference over odd sizes`(
        set: InstructionSet,
        format: WeightFormat
    ) throws {
        let kernels = try #require(Kernels(set))
        for (depth, columns) in Self.sizes {
            for rows in Self.rowCounts where rows < 10 || depth * columns < 6000 {
                var product = Case(rows: rows, depth: depth, columns: columns)
                product.store(as: format)
                let matrix = PackedMatrix(
                    product.weights,
                    bias: product.bias,
                    format: format,
                    kernels: kernels
                )
                // Guards behind the result show a write past the last column.
                var output = [Float](repeating: 7, count: rows * columns + 16)
                matrix.multiply(
                    product.input,
                    rows: rows,
                    into: &output,
                    workspace: ProductWorkspace(inputs: rows * depth)
                )
                let (values, magnitudes) = product.reference()
                var worst: Float = 0
                for i in 0..<values.count {
                    let difference = abs(output[i] - values[i]) / magnitudes[i]
                    worst = max(worst, difference.isFinite ? difference : .infinity)
                }
                #expect(worst <= Self.reorderedSums, "\(rows)x\(depth)x\(columns): \(worst)")
                #expect(output[values.count...].allSatisfy { $0 == 7 }, "wrote past the end")
            }
        }
    }

    @Test(arguments: available)
    func `rows may overlap, results be apart, and weights be used in part`(
        set: InstructionSet
    ) throws {
        let kernels = try #require(Kernels(set))
        // Four rows of 6, 2 apart, times rows 3 to 8 of the weights, written 40 apart.
        let (rows, depth, columns, first) = (4, 6, 19, 3)
        let whole = Case(rows: 1, depth: 12, columns: columns)
        let matrix = PackedMatrix(whole.weights, bias: whole.bias, kernels: kernels)
        var output = [Float](repeating: 7, count: rows * 40)
        whole.input.withUnsafeBufferPointer { input in
            guard let base = input.baseAddress else { return }
            let view = RowView(base: base, stride: 2, rows: rows)
            for accumulating in [false, true] {
                matrix.multiply(
                    view,
                    using: first..<(first + depth),
                    into: &output,
                    stride: 40,
                    accumulating: accumulating
                )
            }
        }
        for row in 0..<rows {
            for column in 0..<40 {
                var expected: Float = 7
                if column < columns {
                    expected = whole.bias[column]
                    for k in 0..<depth {
                        let weight = whole.weights[(first + k) * columns + column]
                        expected += whole.input[row * 2 + k] * weight
                    }
                    expected *= 2
                }
                #expect(abs(output[row * 40 + column] - expected) < 1e-5)
            }
        }
    }

    @Test func `bfloat16 rounds to nearest, ties to even`() {
        #expect(bfloat16(1) == 0x3F80)
        #expect(bfloat16(-2) == 0xC000)
        #expect(bfloat16(Float(bitPattern: 0x3F80_8000)) == 0x3F80)
        #expect(bfloat16(Float(bitPattern: 0x3F81_8000)) == 0x3F82)
        #expect(bfloat16(Float(bitPattern: 0x3F80_8001)) == 0x3F81)
    }

    @Test(arguments: InstructionSet.available)
    func `every variant narrows alike`(set: InstructionSet) throws {
        let kernels = try #require(Kernels(set))
        let numbers = Case(rows: 1, depth: 77, columns: 1).input
        var halves = [UInt16](repeating: 7, count: 80)
        kernels.table.pointee.narrow(numbers, 77, &halves)
        #expect(halves == numbers.map(bfloat16) + [7, 7, 7])
    }

    @Test func `int8 is within half a step of its column`() throws {
        let product = Case(rows: 1, depth: 40, columns: 5)
        let matrix = PackedMatrix(
            product.weights,
            bias: [Float](repeating: 0, count: 5),
            format: .int8,
            kernels: try #require(Kernels(.scalar))
        )
        for row in 0..<40 {
            var one = [Float](repeating: 0, count: 40)
            one[row] = 1
            var output = [Float](repeating: 0, count: 5)
            matrix.multiply(
                one,
                rows: 1,
                into: &output,
                workspace: ProductWorkspace(inputs: 40)
            )
            for column in 0..<5 {
                let values = stride(from: column, to: 200, by: 5).map { abs(product.weights[$0]) }
                let step = (values.max() ?? 0) / 127
                let difference = abs(output[column] - product.weights[row * 5 + column])
                #expect(difference <= 0.5001 * step)
            }
        }
    }
}

private func rounded(_ value: Float) -> Float {
    Float(bitPattern: UInt32(bfloat16(value)) << 16)
}
