public import Diagnostics

/// Bins of a chunk's numbers as tokens of a transformer, and the transformer's tokens as scores of bins.
///
/// Each number has a token, or, packed, each action: then the embeddings of its numbers stand side by
/// side and a linear layer makes one token of them.
public struct ActionTokens: Sendable {
    /// The network's widths.
    public let shape: LanguageActionShape
    private let table: Embedding
    private let dimension: Embedding
    private let step: Embedding
    private let norm: LayerNorm
    private let pack: Linear?
    private let head: Linear
    private let bias: Embedding?

    /// Loads `name.{table.weight,dimension,step,norm,head}` and `bias` or, packed, `pack`.
    public init(
        _ name: String,
        shape: LanguageActionShape,
        from store: inout WeightStore
    ) throws(InputError) {
        self.shape = shape
        let (bins, numbers) = (LanguageActionShape.bins, shape.actionWidth)
        let width = shape.isPacked ? shape.tokenWidth : shape.width
        table = try Embedding("\(name).table.weight", shape: [bins + 1, width], from: &store)
        dimension = try Embedding("\(name).dimension", shape: [numbers, width], from: &store)
        step = try Embedding("\(name).step", shape: [shape.horizon, shape.width], from: &store)
        norm = try LayerNorm("\(name).norm", width: shape.width, from: &store)
        if shape.isPacked {
            pack = try Linear(
                "\(name).pack",
                inputs: numbers * width,
                outputs: shape.width,
                from: &store
            )
            bias = nil
        } else {
            pack = nil
            bias = try Embedding("\(name).bias", shape: [numbers, bins], from: &store)
        }
        head = try Linear(
            "\(name).head",
            inputs: shape.width,
            outputs: shape.isPacked ? numbers * bins : bins,
            from: &store
        )
    }

    /// What a round costs besides the transformer.
    public var cost: PlanCost {
        (head.cost + (pack?.cost ?? PlanCost())).times(shape.trunkTokens)
    }

    /// Numbers of scratch that ``embed(_:into:scratch:products:)`` wants.
    var scratchNumbers: Int {
        shape.isPacked ? shape.chunkTokens * shape.tokenWidth : shape.trunkTokens * shape.width
    }

    /// Bins, or ``LanguageActionShape/bins`` for a masked number, to the transformer's tokens.
    ///
    /// - Parameters:
    ///   - bins: Shape `[horizon, actionWidth]`.
    ///   - x: Shape `[trunkTokens, width]`.
    func embed(
        _ bins: UnsafePointer<Int32>,
        into x: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>,
        products: ProductWorkspace
    ) {
        let rows = shape.isPacked ? scratch : x
        for i in 0..<shape.chunkTokens {
            let row = rows + i * table.width
            table.copy(Int(bins[i]), into: row)
            dimension.add(i % shape.actionWidth, to: row)
        }
        if let pack {
            pack.forward(scratch, rows: shape.horizon, into: x, workspace: products)
            step.add(0, rows: shape.horizon, to: x)
        } else {
            for i in 0..<shape.chunkTokens {
                step.add(i / shape.actionWidth, to: x + i * shape.width)
            }
        }
    }

    /// The transformer's tokens to scores.
    ///
    /// - Parameters:
    ///   - x: Shape `[trunkTokens, width]`.
    ///   - scores: Shape `[horizon, actionWidth, bins]`.
    func score(
        _ x: UnsafePointer<Float>,
        into scores: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>,
        products: ProductWorkspace
    ) {
        norm.forward(x, rows: shape.trunkTokens, into: scratch)
        head.forward(scratch, rows: shape.trunkTokens, into: scores, workspace: products)
        guard let bias else { return }
        for i in 0..<shape.chunkTokens {
            bias.add(i % shape.actionWidth, to: scores + i * LanguageActionShape.bins)
        }
    }
}
