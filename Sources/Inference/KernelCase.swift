public import Diagnostics

/// A kernel at one shape, to be timed by itself.
public struct KernelCase: Sendable {
    /// The kernel and its sizes, such as `product/8x320x64`: rows, depth, columns.
    public let name: String
    /// How its weights are stored.
    public let format: WeightFormat
    /// The same by name.
    public var dtype: String { format.rawValue }
    /// What one run costs.
    public var cost: PlanCost? {
        PlanCost(
            flops: Double(2 * rows * depth * columns),
            weightBytes: Double(depth * columns * format.bytes)
        )
    }

    private let rows: Int
    private let depth: Int
    private let columns: Int

    /// Every case: products of the shipped networks, for one plan and for many candidates.
    public static let all: [KernelCase] = WeightFormat.allCases.flatMap { format in
        [(1, 256, 512), (8, 320, 64), (4, 640, 128), (2, 768, 256), (16, 64, 128), (32, 768, 256)]
            .map { KernelCase(rows: $0, depth: $1, columns: $2, format: format) }
    }

    private init(rows: Int, depth: Int, columns: Int, format: WeightFormat) {
        (self.rows, self.depth, self.columns, self.format) = (rows, depth, columns, format)
        name = "product/\(rows)x\(depth)x\(columns)"
    }

    /// Makes its inputs.
    ///
    /// - Returns: What runs the kernel once.
    /// - Throws: `InputError` if `SIMRUN_ISA` names no set of this machine.
    public func prepare() throws(InputError) -> () -> Void {
        let matrix = PackedMatrix(
            (0..<(depth * columns)).map { Float($0 % 61) / 61 - 0.5 },
            bias: [Float](repeating: 0, count: columns),
            format: format,
            kernels: try Kernels.selected()
        )
        let input = FloatBuffer(count: rows * depth)
        let output = FloatBuffer(count: rows * columns)
        let halves = UnsafeMutableRawPointer(input.base).assumingMemoryBound(to: UInt16.self)
        let rows = rows
        guard format == .bfloat16Dot else {
            return { matrix.multiply(input.base, rows: rows, into: output.base) }
        }
        return { matrix.multiply(halves, rows: rows, into: output.base) }
    }
}
