internal import CKernels

/// The weights and bias of a product, packed once for the kernels: `output = input · weights + bias`.
///
/// Weights lie in panels of 16 columns, shape `[panels, depth, 16]` (those of two bytes in pairs of
/// the depth, `[panels, depth / 2, 16, 2]`), 64-byte aligned, so that a kernel reads them from first
/// to last. Immutable after `init`, hence shared between threads. The clear form of the same product
/// is `matrixProduct`.
final class PackedMatrix: @unchecked Sendable {
    /// Rows of the weights.
    let depth: Int
    let columns: Int
    let format: WeightFormat
    let kernels: Kernels
    /// Numbers from one panel to the next.
    private let panelStride: Int
    private let panels: UnsafeMutableRawPointer
    /// `columns` numbers, then zeros up to a whole panel.
    private let bias: UnsafeMutablePointer<Float>
    /// The step of each column of int8 weights, padded as the bias is.
    private let scale: UnsafeMutablePointer<Float>?
    /// Owns the memory of the weights.
    private let arena: WeightArena

    static let panelColumns = Int(CK_PANEL)

    /// Packs weights.
    ///
    /// - Parameters:
    ///   - weights: Shape `[depth, columns]`, row-major.
    ///   - bias: `columns` numbers.
    ///   - format: How to store the weights; the bias is float32 always.
    ///   - kernels: What will compute the product.
    ///   - arena: Where the weights will lie; by default alone.
    init(
        _ weights: [Float],
        bias: [Float],
        format: WeightFormat = .float32,
        kernels: Kernels,
        arena: WeightArena = WeightArena(chunk: 0)
    ) {
        precondition(!bias.isEmpty && weights.count % bias.count == 0, "weights must be whole rows")
        depth = weights.count / bias.count
        columns = bias.count
        self.format = format
        self.kernels = kernels
        self.arena = arena
        let together = format.rowsTogether
        panelStride = (depth + together - 1) / together * together * Self.panelColumns
        let count = (columns + Self.panelColumns - 1) / Self.panelColumns
        panels = arena.allocate(bytes: count * panelStride * format.bytes)
        self.bias = Self.padded(bias)
        switch format {
        case .float32:
            scale = nil
            pack(weights, zero: Float(0)) { value, _ in value }
        case .bfloat16, .bfloat16Dot:
            scale = nil
            pack(weights, zero: UInt16(0)) { value, _ in bfloat16(value) }
        case .int8:
            let steps = Self.steps(of: weights, columns: columns)
            scale = Self.padded(steps)
            pack(weights, zero: Int8(0)) { value, column in
                steps[column] == 0 ? 0 : Int8((value / steps[column]).rounded())
            }
        }
    }

    deinit {
        bias.deallocate()
        scale?.deallocate()
    }

    /// Computes `input · weights + bias`, or adds it to what the output holds.
    ///
    /// Does not allocate.
    ///
    /// - Parameters:
    ///   - input: Rows of as many numbers as rows of the weights are used; floats, or bfloat16 with
    ///     the format `bfloat16Dot`.
    ///   - used: The rows of the weights to use; weights of two bytes begin at an even row.
    ///   - output: The first row of the result, `columns` numbers; must not overlap the input.
    ///   - outputStride: Elements from one row of the result to the next.
    ///   - accumulating: Whether to add to the output.
    ///   - partner: A second thread that takes half of the columns of a big product.
    func multiply<Element: BitwiseCopyable>(
        _ input: RowView<Element>,
        using used: Range<Int>,
        into output: UnsafeMutablePointer<Float>,
        stride outputStride: Int,
        accumulating: Bool = false,
        partner: ProductPartner? = nil
    ) {
        assert(used.lowerBound >= 0 && used.upperBound <= depth)
        assert(used.lowerBound % format.rowsTogether == 0)
        assert(MemoryLayout<Element>.size == (format == .bfloat16Dot ? 2 : 4))
        var job = ck_product(
            input: input.base,
            input_stride: Int64(input.stride),
            rows: Int64(input.rows),
            depth: Int64(used.count),
            weights: panels + used.lowerBound * Self.panelColumns * format.bytes,
            panel_stride: Int64(panelStride),
            scale: scale,
            bias: bias,
            columns: Int64(columns),
            output: output,
            output_stride: Int64(outputStride),
            accumulate: accumulating ? 1 : 0
        )
        if let partner, columns * used.count >= partner.leastWeights {
            partner.run(job, kernel, weightBytes: format.bytes)
        } else {
            kernel(&job)
        }
    }

    /// The product of whole, contiguous rows of floats, narrowed where the format wants it.
    ///
    /// Does not allocate.
    ///
    /// - Parameters:
    ///   - input: Shape `[rows, depth]`.
    ///   - rows: The number of rows.
    ///   - output: Shape `[rows, columns]`; must not overlap the input.
    ///   - accumulating: Whether to add to the output.
    ///   - workspace: Scratch for an input of that size.
    func multiply(
        _ input: UnsafePointer<Float>,
        rows: Int,
        into output: UnsafeMutablePointer<Float>,
        accumulating: Bool = false,
        workspace: ProductWorkspace
    ) {
        if format == .bfloat16Dot {
            let numbers = UnsafeBufferPointer(start: input, count: rows * depth)
            let halves = workspace.narrow(numbers, kernels)
            multiply(halves, rows, output, accumulating, workspace.partner)
        } else {
            multiply(input, rows, output, accumulating, workspace.partner)
        }
    }

    private func multiply<Element: BitwiseCopyable>(
        _ input: UnsafePointer<Element>,
        _ rows: Int,
        _ output: UnsafeMutablePointer<Float>,
        _ accumulating: Bool,
        _ partner: ProductPartner?
    ) {
        multiply(
            RowView(base: input, stride: depth, rows: rows),
            using: 0..<depth,
            into: output,
            stride: columns,
            accumulating: accumulating,
            partner: partner
        )
    }

    /// What one row costs.
    var cost: PlanCost {
        PlanCost(
            flops: Double(2 * depth * columns),
            weightBytes: Double(depth * columns * format.bytes)
        )
    }

    private var kernel: ProductKernel {
        switch format {
        case .float32: kernels.table.pointee.product
        case .bfloat16: kernels.table.pointee.product_bf16
        case .bfloat16Dot: kernels.table.pointee.product_bf16_dot
        case .int8: kernels.table.pointee.product_int8
        }
    }
}

// MARK: - Packing

extension PackedMatrix {
    private func pack<Stored: BitwiseCopyable>(
        _ weights: [Float],
        zero: Stored,
        _ stored: (_ value: Float, _ column: Int) -> Stored
    ) {
        let (width, together) = (Self.panelColumns, format.rowsTogether)
        let count = (columns + width - 1) / width
        let packed = panels.bindMemory(to: Stored.self, capacity: count * panelStride)
        packed.initialize(repeating: zero, count: count * panelStride)
        for column in 0..<columns {
            let panel = packed + column / width * panelStride
            for row in 0..<depth {
                let group = row / together * width + column % width
                panel[group * together + row % together] =
                    stored(weights[row * columns + column], column)
            }
        }
    }

    /// For each column, its largest magnitude / 127.
    private static func steps(of weights: [Float], columns: Int) -> [Float] {
        var largest = [Float](repeating: 0, count: columns)
        for (i, weight) in weights.enumerated() {
            largest[i % columns] = max(largest[i % columns], abs(weight))
        }
        return largest.map { $0 / 127 }
    }

    /// The numbers, then zeros up to a whole panel.
    private static func padded(_ values: [Float]) -> UnsafeMutablePointer<Float> {
        let count = (values.count + panelColumns - 1) / panelColumns * panelColumns
        let result = UnsafeMutablePointer<Float>.allocate(capacity: count)
        result.initialize(repeating: 0, count: count)
        result.update(from: values, count: values.count)
        return result
    }
}
