public import Diagnostics

/// Hands out the tensors of a file by name and shape, and knows which were never asked for.
public struct WeightStore {
    private let file: SafetensorsFile
    private var unused: Set<String>
    /// Where the layers that load from this store pack their weights.
    let arena = WeightArena()
    /// How they store them.
    public let format: WeightFormat

    /// Creates a store over a checked file.
    ///
    /// - Parameters:
    ///   - file: The tensors.
    ///   - format: How the layers will store their weights.
    public init(_ file: SafetensorsFile, format: WeightFormat = .float32) {
        self.file = file
        self.format = format
        unused = Set(file.names)
    }

    /// The tensor of that name and shape.
    ///
    /// - Throws: `InputError` naming the tensor: missing, of another shape, or not finite.
    public mutating func take(_ name: String, shape: [Int]) throws(InputError) -> Tensor {
        guard let stored = file.shape(of: name) else {
            let nearest = nearestNames(to: name, among: file.names)
            throw InputError(
                file: file.path,
                key: name,
                expected: "a tensor of shape \(shape)",
                found: "none",
                nearest: nearest
            )
        }
        guard stored == shape else {
            throw InputError(
                file: file.path,
                key: name,
                expected: "shape \(shape)",
                found: "\(stored)"
            )
        }
        unused.remove(name)
        return try file.tensor(name)
    }

    /// Refuses tensors that nothing asked for.
    public func requireAllTaken() throws(InputError) {
        guard let name = unused.min() else { return }
        throw InputError(
            file: file.path,
            key: name,
            expected: "only tensors of the network",
            found: "\(unused.count) that it does not have"
        )
    }
}
