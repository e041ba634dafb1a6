public import Diagnostics

/// One transformer over words, pictures, state and action tokens, in this order.
///
/// A word sees all words, a picture's token its picture and what stands before, the state everything
/// before, an action token everything. So what stands before the actions is computed once an
/// observation, and what did not change not again, both exactly. PyTorch's form and the sources:
/// `training/simrun_training/vla/network.py`.
public struct LanguageActionNetwork: Sendable {
    /// The widths.
    public let shape: LanguageActionShape
    private let words: Embedding
    private let wordPosition: Embedding
    private let stems: [ImageStem]
    private let imagePosition: Embedding
    private let state1: Linear
    private let state2: Linear
    private let blocks: [TransformerBlock]
    private let actions: ActionTokens
    private let gelu: Activation

    /// Loads the whole network.
    ///
    /// - Precondition: `shape` fits together: it has a block, `heads` divides `width`, patches divide
    ///   the picture behind the convolutions.
    public init(
        shape: LanguageActionShape,
        from store: inout WeightStore
    ) throws(InputError) {
        self.shape = shape
        let width = shape.width
        words = try Embedding("words.weight", shape: [shape.vocabulary, width], from: &store)
        wordPosition = try Embedding("word_position", shape: [shape.words, width], from: &store)
        var stems: [ImageStem] = []
        for view in 0..<shape.views {
            stems.append(
                try ImageStem(
                    "stems.\(view)",
                    height: shape.imageSize,
                    width: shape.imageSize,
                    channels: [3] + shape.stemChannels,
                    patch: shape.patch,
                    outputs: width,
                    from: &store
                )
            )
        }
        self.stems = stems
        imagePosition = try Embedding(
            "image_position",
            shape: [shape.views, shape.imageTokens, width],
            from: &store
        )
        state1 = try Linear("state1", inputs: shape.stateWidth, outputs: width, from: &store)
        state2 = try Linear("state2", inputs: width, outputs: width, from: &store)
        var blocks: [TransformerBlock] = []
        for layer in 0..<shape.layers {
            blocks.append(
                try TransformerBlock(
                    "blocks.\(layer)",
                    width: width,
                    heads: shape.heads,
                    hidden: shape.hidden,
                    from: &store
                )
            )
        }
        self.blocks = blocks
        actions = try ActionTokens("actions", shape: shape, from: &store)
        gelu = try Activation(.gelu)
    }

    /// What one policy keeps of an observation, and scratch.
    ///
    /// - Parameter views: Pictures of an observation, 1 to the shape's.
    public func makeWorkspace(views: Int) -> LanguageActionWorkspace {
        precondition((1...shape.views).contains(views), "a network looks at 1 to its views")
        let tokens = shape.prefixTokens(words: shape.words, views: views) + shape.trunkTokens
        let scratch = blocks[0].makeScratch(
            tokens: tokens,
            inputs: max(actions.scratchNumbers, shape.stateWidth)
        )
        return LanguageActionWorkspace(
            shape: shape,
            views: views,
            layers: blocks.map { $0.makeWorkspace(tokens: tokens, scratch: scratch) },
            scratch: scratch,
            stems: stems.prefix(views).map { $0.makeWorkspace() },
            actionScratch: actions.scratchNumbers
        )
    }

    // MARK: Prefix

    /// Takes in the words; everything behind them must be taken in anew.
    ///
    /// - Parameter ids: 1 to `shape.words` indices of the vocabulary.
    public func read(_ ids: UnsafeBufferPointer<Int32>, workspace: LanguageActionWorkspace) {
        precondition((1...shape.words).contains(ids.count), "1 to \(shape.words) words")
        workspace.words = ids.count
        for (i, id) in ids.enumerated() {
            words.copy(Int(id), into: workspace.x.base + i * shape.width)
        }
        wordPosition.add(0, rows: ids.count, to: workspace.x.base)
        keep(count: ids.count, after: 0, workspace)
    }

    /// Takes in the picture of a view, which lies in ``LanguageActionWorkspace/pictures``; views behind
    /// it and the state must be taken in anew.
    public func look(_ view: Int, workspace: LanguageActionWorkspace) {
        let tokens = stems[view].forward(
            workspace.pictures[view],
            workspace: workspace.stems[view]
        )
        workspace.x.base.update(from: tokens.base, count: shape.imageTokens * shape.width)
        imagePosition.add(
            view * shape.imageTokens,
            rows: shape.imageTokens,
            to: workspace.x.base
        )
        keep(
            count: shape.imageTokens,
            after: workspace.words + view * shape.imageTokens,
            workspace
        )
    }

    /// Takes in the state, normalised, of the shape's width.
    public func feel(_ state: UnsafePointer<Float>, workspace: LanguageActionWorkspace) {
        let hidden = workspace.actionScratch.base
        let products = workspace.scratch.products
        state1.forward(state, rows: 1, into: hidden, workspace: products)
        gelu.forward(hidden, count: shape.width)
        state2.forward(hidden, rows: 1, into: workspace.x.base, workspace: products)
        keep(count: 1, after: workspace.prefixTokens - 1, workspace)
    }

    /// Runs tokens of the prefix through the blocks, for their keys and values alone.
    private func keep(count: Int, after first: Int, _ workspace: LanguageActionWorkspace) {
        for (i, block) in blocks.enumerated() {
            block.forward(
                workspace.x.base,
                count: count,
                after: first,
                keysAlone: i == blocks.count - 1,
                workspace: workspace.layers[i],
                scratch: workspace.scratch
            )
        }
    }

    // MARK: Actions

    /// Scores of every bin of every number of a chunk, into ``LanguageActionWorkspace/scores``.
    ///
    /// - Parameter bins: Shape `[horizon, actionWidth]`; ``LanguageActionShape/bins`` where masked.
    public func score(_ bins: UnsafePointer<Int32>, workspace: LanguageActionWorkspace) {
        let x = workspace.x.base
        let scratch = workspace.actionScratch.base
        actions.embed(bins, into: x, scratch: scratch, products: workspace.scratch.products)
        for (i, block) in blocks.enumerated() {
            block.forward(
                x,
                count: shape.trunkTokens,
                after: workspace.prefixTokens,
                workspace: workspace.layers[i],
                scratch: workspace.scratch
            )
        }
        actions.score(
            x,
            into: workspace.scores.base,
            scratch: scratch,
            products: workspace.scratch.products
        )
    }

    // MARK: Costs

    /// What taking in an observation costs, attention included.
    public func prefixCost(words: Int, views: Int) -> PlanCost {
        let tokens = shape.prefixTokens(words: words, views: views)
        return trunkCost(tokens: tokens, keys: tokens)
    }

    /// What one round of decoding costs.
    public func roundCost(words: Int, views: Int) -> PlanCost {
        let keys = shape.prefixTokens(words: words, views: views) + shape.trunkTokens
        return trunkCost(tokens: shape.trunkTokens, keys: keys) + actions.cost
    }

    private func trunkCost(tokens: Int, keys: Int) -> PlanCost {
        let attention = Double(4 * tokens * keys * shape.width)
        return blocks.reduce(PlanCost()) {
            $0 + $1.cost.times(tokens) + PlanCost(flops: attention)
        }
    }
}

/// The prefix's keys and values, the pictures, and scratch; one policy's own.
public final class LanguageActionWorkspace {
    /// One picture for each view, to be filled before it is looked at; `[size, size, 3]`, from -1 to 1.
    public let pictures: [ImageBuffer]
    /// Shape `[horizon, actionWidth, bins]`.
    public let scores: FloatBuffer
    let shape: LanguageActionShape
    let views: Int
    let layers: [SelfAttentionWorkspace]
    let scratch: TransformerScratch
    let stems: [ImageStemWorkspace]
    /// Tokens on their way through the blocks.
    let x: FloatBuffer
    let actionScratch: FloatBuffer
    /// Words that were read last.
    fileprivate(set) var words = 0

    init(
        shape: LanguageActionShape,
        views: Int,
        layers: [SelfAttentionWorkspace],
        scratch: TransformerScratch,
        stems: [ImageStemWorkspace],
        actionScratch: Int
    ) {
        (self.shape, self.views) = (shape, views)
        (self.layers, self.scratch, self.stems) = (layers, scratch, stems)
        let size = shape.imageSize
        pictures = (0..<views).map { _ in ImageBuffer(height: size, width: size, channels: 3) }
        scores = FloatBuffer(count: shape.chunkTokens * LanguageActionShape.bins)
        let most = max(shape.words, shape.imageTokens, shape.trunkTokens)
        x = FloatBuffer(count: most * shape.width)
        self.actionScratch = FloatBuffer(
            count: max(actionScratch, shape.trunkTokens * shape.width)
        )
    }

    /// Tokens before the actions.
    var prefixTokens: Int { shape.prefixTokens(words: words, views: views) }
}
