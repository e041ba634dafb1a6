/// Every width of a policy network.
public struct NetworkShape: Equatable, Sendable {
    /// Numbers in one action.
    public var actionWidth: Int
    /// Numbers in the state of one observation step.
    public var stateWidth: Int
    /// Numbers per point.
    public var cloudWidth: Int
    /// Actions in one chunk.
    public var horizon: Int
    /// Observation steps in the condition.
    public var observationSteps: Int
    /// Widths of the per-point layers.
    public var pointWidths: [Int]
    /// Width of an encoded cloud.
    public var pointFeatures: Int
    /// Width of an encoded state.
    public var stateFeatures: Int
    /// Width of the time embedding.
    public var timeFeatures: Int
    /// Channels of the U-Net's levels, shallowest first.
    public var unetWidths: [Int]
    /// Taps of the U-Net's convolutions.
    public var kernel: Int
    /// Groups of the group norms.
    public var groups: Int
    /// Times that the network is told: 2 for a MeanFlow's `t` and `r`, 1 for others.
    public var timeEncoders: Int
    /// Residual blocks in a row at each level, 1 or 2.
    public var blocksPerLevel: Int

    /// Creates a shape.
    public init(
        actionWidth: Int,
        stateWidth: Int,
        cloudWidth: Int,
        horizon: Int,
        observationSteps: Int,
        pointWidths: [Int],
        pointFeatures: Int,
        stateFeatures: Int,
        timeFeatures: Int,
        unetWidths: [Int],
        kernel: Int,
        groups: Int,
        timeEncoders: Int = 2,
        blocksPerLevel: Int = 2
    ) {
        self.actionWidth = actionWidth
        self.stateWidth = stateWidth
        self.cloudWidth = cloudWidth
        self.horizon = horizon
        self.observationSteps = observationSteps
        self.pointWidths = pointWidths
        self.pointFeatures = pointFeatures
        self.stateFeatures = stateFeatures
        self.timeFeatures = timeFeatures
        self.unetWidths = unetWidths
        self.kernel = kernel
        self.groups = groups
        self.timeEncoders = timeEncoders
        self.blocksPerLevel = blocksPerLevel
    }

    /// Width of the features of one observation step: cloud, then state.
    public var stepFeatures: Int { pointFeatures + stateFeatures }

    /// Width of the condition: all observation steps, oldest first.
    public var conditionWidth: Int { observationSteps * stepFeatures }

    /// The number of steps at a level of the U-Net.
    func steps(level: Int) -> Int { horizon >> level }
}
