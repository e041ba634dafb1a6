/// Rows of numbers at a fixed distance from each other; they may overlap.
struct RowView<Element: BitwiseCopyable> {
    /// The first element of the first row.
    let base: UnsafePointer<Element>
    /// Elements from one row to the next.
    let stride: Int
    /// The number of rows.
    let rows: Int
}

/// `output = input · weights + bias`, the one product behind every linear and convolution layer.
///
/// The reference that tests hold ``PackedMatrix`` against, which layers use. Plain loops, the
/// innermost over contiguous output columns. Four rows of weights are read at a time, and rows of
/// the input in blocks, so that weights stream from memory once.
///
/// - Parameters:
///   - input: `rows` rows of `depth` numbers.
///   - weights: Shape `[depth, columns]`, row-major.
///   - bias: `columns` numbers.
///   - output: The first row of the result; must not overlap the input.
///   - outputStride: Elements from one row of the result to the next.
func matrixProduct(
    _ input: RowView<Float>,
    depth: Int,
    weights: UnsafePointer<Float>,
    bias: UnsafePointer<Float>,
    columns: Int,
    output: UnsafeMutablePointer<Float>,
    outputStride: Int
) {
    let blockRows = 16
    var first = 0
    while first < input.rows {
        let last = min(first + blockRows, input.rows)
        for row in first..<last {
            (output + row * outputStride).update(from: bias, count: columns)
        }
        var k = 0
        while k + 4 <= depth {
            for row in first..<last {
                let a = input.base + row * input.stride + k
                addFour(a, weights + k * columns, columns, output + row * outputStride)
            }
            k += 4
        }
        while k < depth {
            for row in first..<last {
                let a = input.base[row * input.stride + k]
                addOne(a, weights + k * columns, columns, output + row * outputStride)
            }
            k += 1
        }
        first = last
    }
}

/// `c += a[0] w[0] + a[1] w[1] + a[2] w[2] + a[3] w[3]` over rows `w[i]` of `columns` numbers.
@inline(__always)
private func addFour(
    _ a: UnsafePointer<Float>,
    _ w: UnsafePointer<Float>,
    _ columns: Int,
    _ c: UnsafeMutablePointer<Float>
) {
    let (a0, a1, a2, a3) = (a[0], a[1], a[2], a[3])
    let (w0, w1, w2, w3) = (w, w + columns, w + 2 * columns, w + 3 * columns)
    for n in 0..<columns {
        c[n] += (a0 * w0[n] + a1 * w1[n]) + (a2 * w2[n] + a3 * w3[n])
    }
}

/// `c += a w` over one row of `columns` numbers.
@inline(__always)
private func addOne(
    _ a: Float,
    _ w: UnsafePointer<Float>,
    _ columns: Int,
    _ c: UnsafeMutablePointer<Float>
) {
    for n in 0..<columns { c[n] += a * w[n] }
}
