/// One episode as columns of equal length: what becomes one demonstration.
public struct EpisodeTable: Sendable {
    /// The seed that the episode is rebuilt from.
    public var seed: UInt64
    /// Values beside the data, such as `success` or `noise`.
    public var attributes: [String: AttributeValue]
    /// The datasets.
    ///
    /// Every episode has `actions`, `rewards`, `dones` and `states`; observations
    /// lie in `obs/`, per-tick times in nanoseconds in `timing/`.
    public var columns: [Column]

    /// Creates a table.
    public init(
        seed: UInt64,
        attributes: [String: AttributeValue] = [:],
        columns: [Column] = []
    ) {
        self.seed = seed
        self.attributes = attributes
        self.columns = columns
    }

    /// The number of steps, as the first column has it.
    public var stepCount: Int { columns.first?.stepCount ?? 0 }
}
