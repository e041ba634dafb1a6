/// What a computation costs, counted and not measured: arithmetic that meets data, and weights read.
///
/// Taps that only meet padding are not counted, nor are the normalisations between products.
public struct PlanCost: Equatable, Sendable {
    /// Multiplications and additions.
    public var flops: Double
    /// Bytes of weights, each once.
    public var weightBytes: Double

    /// Creates a cost.
    public init(flops: Double = 0, weightBytes: Double = 0) {
        self.flops = flops
        self.weightBytes = weightBytes
    }

    /// Both together.
    public static func + (a: PlanCost, b: PlanCost) -> PlanCost {
        PlanCost(flops: a.flops + b.flops, weightBytes: a.weightBytes + b.weightBytes)
    }

    /// The same for so many inputs at once: weights are read once for all.
    public func times(_ inputs: Int) -> PlanCost {
        PlanCost(flops: flops * Double(inputs), weightBytes: weightBytes)
    }
}
