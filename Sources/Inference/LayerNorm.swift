public import Diagnostics

/// Layer norm over each row: zero mean, unit variance, then scale and shift.
public struct LayerNorm: Sendable {
    /// Width of a row.
    public let width: Int
    private let scale: [Float]
    private let shift: [Float]

    /// PyTorch's default.
    static let epsilon: Float = 1e-5

    /// Loads `name.weight` and `name.bias`.
    public init(
        _ name: String,
        width: Int,
        from store: inout WeightStore
    ) throws(InputError) {
        self.width = width
        scale = try store.take("\(name).weight", shape: [width]).values
        shift = try store.take("\(name).bias", shape: [width]).values
    }

    /// Normalises rows in place, shape `[rows, width]`; with `thenReLU` negative results become 0.
    public func forward(_ x: UnsafeMutablePointer<Float>, rows: Int, thenReLU: Bool = false) {
        scale.withUnsafeBufferPointer { scale in
            shift.withUnsafeBufferPointer { shift in
                let floor: Float = thenReLU ? 0 : -.infinity
                for row in 0..<rows {
                    let y = x + row * width
                    let (mean, factor) = moments(y, width: width)
                    for i in 0..<width {
                        y[i] = max((y[i] - mean) * factor * scale[i] + shift[i], floor)
                    }
                }
            }
        }
    }

    /// The mean, and one over the standard deviation.
    private func moments(_ y: UnsafeMutablePointer<Float>, width: Int) -> (Float, Float) {
        let mean = sum(count: width) { y[$0] } / Float(width)
        let variance =
            sum(count: width) { (y[$0] - mean) * (y[$0] - mean) } / Float(width)
        return (mean, 1 / (variance + Self.epsilon).squareRoot())
    }
}

/// A sum in eight partial sums, in a fixed order that vectors can keep.
@inline(__always)
func sum(count: Int, _ term: (Int) -> Float) -> Float {
    var partial = SIMD8<Float>.zero
    var i = 0
    while i + 8 <= count {
        partial += SIMD8(
            term(i),
            term(i + 1),
            term(i + 2),
            term(i + 3),
            term(i + 4),
            term(i + 5),
            term(i + 6),
            term(i + 7)
        )
        i += 8
    }
    var total = partial.sum()
    while i < count {
        total += term(i)
        i += 1
    }
    return total
}
