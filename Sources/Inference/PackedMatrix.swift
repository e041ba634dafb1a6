internal import CKernels

/// How weights lie in memory; sums are float either way.
enum WeightFormat: CaseIterable, Sendable {
    case float32
    /// The upper half of a float, rounded to nearest, ties to even.
    case bfloat16
}

/// The weights and bias of a product, packed once for the kernels: `output = input · weights + bias`.
///
/// Weights lie in panels of 16 columns, shape `[panels, depth, 16]`, 64-byte aligned, so that a
/// kernel reads them from first to last. Immutable after `init`, hence shared between threads.
/// The clear form of the same product is `matrixProduct`.
final class PackedMatrix: @unchecked Sendable {
    /// Rows of the weights.
    let depth: Int
    let columns: Int
    let format: WeightFormat
    let kernels: Kernels
    private let panels: UnsafeMutableRawPointer
    /// `columns` numbers, then zeros up to a whole panel.
    private let paddedBias: UnsafeMutablePointer<Float>

    static let panelColumns = Int(CK_PANEL)
    /// Owns the memory of the weights.
    private let arena: WeightArena

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
        let count = (columns + Self.panelColumns - 1) / Self.panelColumns
        let size = format == .float32 ? MemoryLayout<Float>.size : MemoryLayout<UInt16>.size
        self.arena = arena
        panels = arena.allocate(bytes: count * depth * Self.panelColumns * size)
        paddedBias = .allocate(capacity: count * Self.panelColumns)
        paddedBias.initialize(repeating: 0, count: count * Self.panelColumns)
        paddedBias.update(from: bias, count: columns)
        switch format {
        case .float32: pack(weights, as: Float.self, zero: 0) { $0 }
        case .bfloat16: pack(weights, as: UInt16.self, zero: 0, Self.bfloat16)
        }
    }

    deinit { paddedBias.deallocate() }

    /// Computes `input · weights + bias`, or adds it to what the output holds.
    ///
    /// Does not allocate.
    ///
    /// - Parameters:
    ///   - input: Rows of as many numbers as rows of the weights are used.
    ///   - used: The rows of the weights to use.
    ///   - output: The first row of the result, `columns` numbers; must not overlap the input.
    ///   - outputStride: Elements from one row of the result to the next.
    ///   - accumulating: Whether to add to the output.
    func multiply(
        _ input: RowView,
        using used: Range<Int>,
        into output: UnsafeMutablePointer<Float>,
        stride outputStride: Int,
        accumulating: Bool = false
    ) {
        assert(used.lowerBound >= 0 && used.upperBound <= depth)
        let offset = used.lowerBound * Self.panelColumns
        var job = ck_product(
            input: input.base,
            input_stride: Int64(input.stride),
            rows: Int64(input.rows),
            depth: Int64(used.count),
            weights: nil,
            panel_stride: Int64(depth * Self.panelColumns),
            bias: paddedBias,
            columns: Int64(columns),
            output: output,
            output_stride: Int64(outputStride),
            accumulate: accumulating ? 1 : 0
        )
        switch format {
        case .float32:
            job.weights = UnsafeRawPointer(panels.assumingMemoryBound(to: Float.self) + offset)
            kernels.table.pointee.product(&job)
        case .bfloat16:
            job.weights = UnsafeRawPointer(panels.assumingMemoryBound(to: UInt16.self) + offset)
            kernels.table.pointee.product_bf16(&job)
        }
    }

    /// All rows of the weights, contiguous rows of an input, a contiguous output.
    func multiply(
        _ input: UnsafePointer<Float>,
        rows: Int,
        into output: UnsafeMutablePointer<Float>
    ) {
        multiply(
            RowView(base: input, stride: depth, rows: rows),
            using: 0..<depth,
            into: output,
            stride: columns
        )
    }

    private func pack<Stored: BitwiseCopyable>(
        _ weights: [Float],
        as type: Stored.Type,
        zero: Stored,
        _ store: (Float) -> Stored
    ) {
        let width = Self.panelColumns
        let count = (columns + width - 1) / width
        let packed = panels.bindMemory(to: type, capacity: count * depth * width)
        packed.initialize(repeating: zero, count: count * depth * width)
        for panel in 0..<count {
            let first = panel * width
            for row in 0..<depth {
                let target = packed + (panel * depth + row) * width
                for column in first..<min(first + width, columns) {
                    target[column - first] = store(weights[row * columns + column])
                }
            }
        }
    }

    /// The nearest bfloat16 of a finite number.
    static func bfloat16(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16)
    }
}
