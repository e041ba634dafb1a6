/// What turns raw numbers into a network's: `x scale + offset`, for each dimension.
public struct Normalisation: Equatable, Sendable {
    /// A factor for each dimension; a policy's is never 0.
    public let scale: [Float]
    /// Added after scaling.
    public let offset: [Float]

    /// Creates a normalisation.
    public init(scale: [Float], offset: [Float]) {
        precondition(scale.count == offset.count, "one scale and one offset a dimension")
        (self.scale, self.offset) = (scale, offset)
    }

    /// The normalisation that changes nothing.
    public static func identity(_ dimensions: Int) -> Normalisation {
        Normalisation(
            scale: [Float](repeating: 1, count: dimensions),
            offset: [Float](repeating: 0, count: dimensions)
        )
    }
}
