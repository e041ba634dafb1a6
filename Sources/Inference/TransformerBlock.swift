public import Diagnostics

/// A pre-norm transformer block: `x + attention(norm(x))`, then `x + down(gelu(up(norm(x))))`.
///
/// Keys and values of tokens stay in the workspace, so that tokens that look back at them can be
/// computed again alone. Source: Xiong et al., arXiv 2002.04745.
public struct TransformerBlock: Sendable {
    /// Width of a token.
    public let width: Int
    /// Width between the two linear layers.
    public let hidden: Int
    private let norm1: LayerNorm
    private let norm2: LayerNorm
    private let attention: SelfAttention
    private let up: Linear
    private let down: Linear
    private let gelu: Activation

    /// Loads `name.{norm1,attention,norm2,up,down}`.
    ///
    /// - Precondition: `heads` divides `width`.
    public init(
        _ name: String,
        width: Int,
        heads: Int,
        hidden: Int,
        from store: inout WeightStore
    ) throws(InputError) {
        (self.width, self.hidden) = (width, hidden)
        norm1 = try LayerNorm("\(name).norm1", width: width, from: &store)
        attention = try SelfAttention(
            "\(name).attention",
            width: width,
            heads: heads,
            from: &store
        )
        norm2 = try LayerNorm("\(name).norm2", width: width, from: &store)
        up = try Linear("\(name).up", inputs: width, outputs: hidden, from: &store)
        down = try Linear("\(name).down", inputs: hidden, outputs: width, from: &store)
        gelu = try Activation(.gelu)
    }

    /// What one token costs in products by weights.
    public var cost: PlanCost { attention.cost + up.cost + down.cost }

    /// Room for one block's keys and values.
    ///
    /// - Parameters:
    ///   - tokens: The most tokens.
    ///   - scratch: Shared by the blocks of a network; of one made for as many tokens.
    public func makeWorkspace(
        tokens: Int,
        scratch: TransformerScratch
    ) -> SelfAttentionWorkspace {
        attention.makeWorkspace(
            tokens: tokens,
            scratch: scratch.products,
            attention: scratch.attention
        )
    }

    /// Scratch for all blocks of this shape, one after the other.
    ///
    /// - Parameters:
    ///   - tokens: The most tokens.
    ///   - inputs: Numbers in the largest input of other products that share it.
    public func makeScratch(tokens: Int, inputs: Int = 0) -> TransformerScratch {
        TransformerScratch(
            tokens: tokens,
            width: width,
            hidden: hidden,
            inputs: inputs,
            attention: attention.makeAttentionWorkspace(tokens: tokens)
        )
    }

    /// Computes tokens `first ..< first + count` in place; each sees all of them and those before,
    /// which are as earlier calls left them.
    ///
    /// - Parameters:
    ///   - x: Shape `[count, width]`.
    ///   - count: The number of tokens.
    ///   - first: The number of tokens kept from before.
    ///   - keysAlone: Whether nothing but keys and values of these tokens is wanted, as in the last
    ///     block of a context; `x` is then left as it was.
    ///   - workspace: What the block keeps.
    ///   - scratch: Shared scratch.
    public func forward(
        _ x: UnsafeMutablePointer<Float>,
        count: Int,
        after first: Int,
        keysAlone: Bool = false,
        workspace: SelfAttentionWorkspace,
        scratch: TransformerScratch
    ) {
        let normed = scratch.normed.base
        norm1.forward(x, rows: count, into: normed)
        if keysAlone {
            attention.keep(normed, count: count, after: first, workspace: workspace)
            return
        }
        attention.forward(
            normed,
            count: count,
            after: first,
            into: x,
            accumulating: true,
            workspace: workspace
        )
        norm2.forward(x, rows: count, into: normed)
        let hidden = scratch.hidden.base
        up.forward(normed, rows: count, into: hidden, workspace: scratch.products)
        gelu.forward(hidden, count: count * self.hidden)
        down.forward(
            hidden,
            rows: count,
            into: x,
            accumulating: true,
            workspace: scratch.products
        )
    }
}

/// Scratch of transformer blocks of one shape.
public final class TransformerScratch {
    let normed: FloatBuffer
    let hidden: FloatBuffer
    let products: ProductWorkspace
    let attention: AttentionWorkspace

    init(tokens: Int, width: Int, hidden: Int, inputs: Int, attention: AttentionWorkspace) {
        normed = FloatBuffer(count: tokens * width)
        self.hidden = FloatBuffer(count: tokens * hidden)
        products = ProductWorkspace(inputs: max(inputs, tokens * max(width, hidden)))
        self.attention = attention
    }
}
