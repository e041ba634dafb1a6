internal import CKernels
public import Diagnostics

/// Rows of tokens: where they begin, and how far apart they are.
public struct TokenRows {
    /// The first number of the first token.
    public let base: UnsafePointer<Float>
    /// Numbers from one token to the next.
    public let stride: Int
    /// The number of tokens.
    public let count: Int

    /// Names rows.
    public init(base: UnsafePointer<Float>, stride: Int, count: Int) {
        (self.base, self.stride, self.count) = (base, stride, count)
    }
}

/// Scaled dot-product attention of several heads: `softmax(q kᵀ / √width) v`.
///
/// Source: Vaswani et al., "Attention Is All You Need", arXiv 1706.03762, equation 1.
public struct Attention: Sendable {
    /// Heads; each owns `headWidth` neighbouring numbers of a token.
    public let heads: Int
    /// Numbers of a head.
    public let headWidth: Int
    private let kernels: Kernels

    /// Creates attention for the process's instruction set.
    ///
    /// - Throws: `InputError` if `SIMRUN_ISA` names no set of this machine.
    public init(heads: Int, headWidth: Int) throws(InputError) {
        precondition(heads > 0 && headWidth > 0, "attention has at least one head of one number")
        (self.heads, self.headWidth) = (heads, headWidth)
        kernels = try Kernels.selected()
    }

    /// Scratch for at most so many keys.
    public func makeWorkspace(keys: Int) -> AttentionWorkspace {
        AttentionWorkspace(keys: keys, headWidth: headWidth)
    }

    /// Attends.
    ///
    /// There may be more keys than queries: those of a cached prefix come first.
    ///
    /// - Parameters:
    ///   - queries: Tokens of `heads * headWidth` numbers.
    ///   - keys: As wide.
    ///   - values: As wide, and as many as the keys.
    ///   - visible: For each query, how many of the first keys it sees, in `0...keys.count`; nil
    ///     for all. A query that sees none gets zeros.
    ///   - output: The first token of the result; overlaps nothing.
    ///   - outputStride: Numbers from one token of the result to the next.
    ///   - workspace: Scratch.
    public func forward(
        queries: TokenRows,
        keys: TokenRows,
        values: TokenRows,
        visible: UnsafePointer<Int32>? = nil,
        into output: UnsafeMutablePointer<Float>,
        stride outputStride: Int,
        workspace: AttentionWorkspace
    ) {
        precondition(keys.count == values.count, "a value for each key")
        precondition(keys.count <= workspace.keys && headWidth <= workspace.headWidth)
        var job = ck_attention(
            queries: queries.base,
            query_stride: Int64(queries.stride),
            keys: keys.base,
            values: values.base,
            key_stride: Int64(keys.stride),
            value_stride: Int64(values.stride),
            output: output,
            output_stride: Int64(outputStride),
            query_count: Int64(queries.count),
            key_count: Int64(keys.count),
            heads: Int64(heads),
            head_width: Int64(headWidth),
            scale: 1 / Float(headWidth).squareRoot(),
            visible: visible,
            scratch: workspace.scratch.base
        )
        kernels.table.pointee.attention(&job)
    }
}

/// Scratch of attention; one loop's own, for any number of layers one after the other.
public final class AttentionWorkspace {
    let keys: Int
    let headWidth: Int
    let scratch: FloatBuffer

    init(keys: Int, headWidth: Int) {
        (self.keys, self.headWidth) = (keys, headWidth)
        scratch = FloatBuffer(count: Int(ck_attention_scratch(Int64(keys), Int64(headWidth))))
    }
}
