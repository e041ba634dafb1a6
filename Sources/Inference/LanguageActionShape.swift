/// Every width of a vision-language-action network.
public struct LanguageActionShape: Equatable, Sendable {
    /// Words of the vocabulary, the unknown one included.
    public var vocabulary: Int
    /// Numbers of the state.
    public var stateWidth: Int
    /// Numbers of an action.
    public var actionWidth: Int
    /// Actions of a chunk.
    public var horizon: Int
    /// Pictures that it can look at.
    public var views: Int
    /// Pixels along each side of a picture.
    public var imageSize: Int
    /// The most words of an instruction.
    public var words: Int
    /// Width of a token.
    public var width: Int
    /// Transformer blocks.
    public var layers: Int
    /// Heads of attention.
    public var heads: Int
    /// Width between the two linear layers of a block.
    public var hidden: Int
    /// Channels behind each convolution of a picture's stem.
    public var stemChannels: [Int]
    /// Pixels along the side of a patch, after the convolutions.
    public var patch: Int
    /// Whether all numbers of an action share one token of the transformer.
    public var isPacked: Bool
    /// Width of a number's embedding where they share one.
    public var tokenWidth: Int

    /// Bins of a number of an action; the mask's index in the table behind them.
    public static let bins = 256

    /// Creates a shape.
    public init(
        vocabulary: Int,
        stateWidth: Int,
        actionWidth: Int,
        horizon: Int,
        views: Int,
        imageSize: Int,
        words: Int,
        width: Int,
        layers: Int,
        heads: Int,
        hidden: Int,
        stemChannels: [Int],
        patch: Int,
        isPacked: Bool,
        tokenWidth: Int
    ) {
        self.vocabulary = vocabulary
        self.stateWidth = stateWidth
        self.actionWidth = actionWidth
        self.horizon = horizon
        self.views = views
        self.imageSize = imageSize
        self.words = words
        self.width = width
        self.layers = layers
        self.heads = heads
        self.hidden = hidden
        self.stemChannels = stemChannels
        self.patch = patch
        self.isPacked = isPacked
        self.tokenWidth = tokenWidth
    }

    /// Numbers of a chunk, each a token of the decoder.
    public var chunkTokens: Int { horizon * actionWidth }

    /// Tokens of the transformer for a chunk.
    public var trunkTokens: Int { isPacked ? horizon : chunkTokens }

    /// Pixels along each side behind the stem's convolutions.
    public var stemSize: Int { stemChannels.reduce(imageSize) { size, _ in (size + 1) / 2 } }

    /// Tokens of a picture.
    public var imageTokens: Int { (stemSize / patch) * (stemSize / patch) }

    /// Tokens before the actions.
    public func prefixTokens(words: Int, views: Int) -> Int { words + views * imageTokens + 1 }
}
