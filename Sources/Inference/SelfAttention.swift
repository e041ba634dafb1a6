public import Diagnostics

/// Self-attention of a transformer: one linear layer for queries, keys and values, attention, and
/// one linear layer behind.
///
/// Tokens that were attended before stay as keys in the workspace. Where a context does not look
/// at what follows it, it is computed once and only the tokens behind it again.
public struct SelfAttention: Sendable {
    /// Width of a token.
    public let width: Int
    private let projection: Linear
    private let attention: Attention
    private let output: Linear

    /// Loads `name.qkv.{weight,bias}` (PyTorch's layout `[3 width, width]`: queries, keys, values)
    /// and `name.out.{weight,bias}`.
    ///
    /// - Precondition: `heads` divides `width`.
    public init(
        _ name: String,
        width: Int,
        heads: Int,
        from store: inout WeightStore
    ) throws(InputError) {
        precondition(width % heads == 0, "heads must divide the width")
        self.width = width
        projection = try Linear("\(name).qkv", inputs: width, outputs: 3 * width, from: &store)
        attention = try Attention(heads: heads, headWidth: width / heads)
        output = try Linear("\(name).out", inputs: width, outputs: width, from: &store)
    }

    /// What one token costs in products by weights.
    public var cost: PlanCost { projection.cost + output.cost }

    /// What this layer keeps of at most so many tokens, and its scratch.
    ///
    /// - Parameters:
    ///   - tokens: The most tokens, those kept from before included.
    ///   - scratch: Scratch of products for inputs of `tokens * width` numbers.
    ///   - attention: Scratch to share with other layers of this shape; by default the layer's own.
    public func makeWorkspace(
        tokens: Int,
        scratch: ProductWorkspace? = nil,
        attention shared: AttentionWorkspace? = nil
    ) -> SelfAttentionWorkspace {
        SelfAttentionWorkspace(
            tokens: tokens,
            width: width,
            products: scratch ?? ProductWorkspace(inputs: tokens * width),
            attention: shared ?? attention.makeWorkspace(keys: tokens)
        )
    }

    /// Scratch of attention for layers of this shape, to share among them.
    public func makeAttentionWorkspace(tokens: Int) -> AttentionWorkspace {
        attention.makeWorkspace(keys: tokens)
    }

    /// Keeps the keys and values of tokens `first ..< first + count` and computes nothing else, where
    /// only tokens behind them are wanted.
    ///
    /// - Parameter x: Shape `[count, width]`.
    public func keep(
        _ x: UnsafePointer<Float>,
        count: Int,
        after first: Int,
        workspace: SelfAttentionWorkspace
    ) {
        precondition(
            first + count <= workspace.tokens,
            "more tokens than the workspace has room for"
        )
        projection.forward(
            x,
            rows: count,
            into: workspace.rows.base + first * 3 * width,
            workspace: workspace.products
        )
    }

    /// Computes tokens `first ..< first + count`; the ones before are as the last call left them.
    ///
    /// - Parameters:
    ///   - x: Shape `[count, width]`.
    ///   - count: The number of tokens.
    ///   - first: The number of tokens kept from before.
    ///   - visible: For each of the tokens, how many of the first tokens it sees, in
    ///     `0...first + count`; nil for all.
    ///   - y: Shape `[count, width]`; may be `x` when accumulating, else overlaps nothing.
    ///   - accumulating: Whether to add the result to `y`.
    ///   - workspace: What the layer keeps.
    public func forward(
        _ x: UnsafePointer<Float>,
        count: Int,
        after first: Int = 0,
        visible: UnsafePointer<Int32>? = nil,
        into y: UnsafeMutablePointer<Float>,
        accumulating: Bool = false,
        workspace: SelfAttentionWorkspace
    ) {
        precondition(
            first + count <= workspace.tokens,
            "more tokens than the workspace has room for"
        )
        let rows = workspace.rows.base
        let new = rows + first * 3 * width
        projection.forward(x, rows: count, into: new, workspace: workspace.products)
        attention.forward(
            queries: TokenRows(base: new, stride: 3 * width, count: count),
            keys: TokenRows(base: rows + width, stride: 3 * width, count: first + count),
            values: TokenRows(base: rows + 2 * width, stride: 3 * width, count: first + count),
            visible: visible,
            into: workspace.mixed.base,
            stride: width,
            workspace: workspace.attention
        )
        output.forward(
            workspace.mixed.base,
            rows: count,
            into: y,
            accumulating: accumulating,
            workspace: workspace.products
        )
    }
}

/// The queries, keys and values of the tokens that a layer has seen, and scratch.
public final class SelfAttentionWorkspace {
    let tokens: Int
    /// Shape `[tokens, 3, width]`.
    let rows: FloatBuffer
    /// Shape `[tokens, width]`.
    let mixed: FloatBuffer
    let products: ProductWorkspace
    let attention: AttentionWorkspace

    init(
        tokens: Int,
        width: Int,
        products: ProductWorkspace,
        attention: AttentionWorkspace
    ) {
        self.tokens = tokens
        rows = FloatBuffer(count: tokens * 3 * width)
        mixed = FloatBuffer(count: tokens * width)
        (self.products, self.attention) = (products, attention)
    }
}
