internal import Diagnostics

/// The FiLM layers of all blocks of a network in one product: from the condition, the numbers that
/// each block multiplies its channels by and then adds.
///
/// They depend on the observation and on the time alone, not on the candidate, so they are computed
/// once an observation. The times are known at load: what depends on them alone is a constant vector.
/// Source: Perez et al., "FiLM", arXiv 1709.07871.
struct FiLMLayers: Sendable {
    /// A block's layer.
    struct Block: Sendable {
        /// The block's name; its layer is `name.film`.
        let name: String
        /// The block's channels; its layer has twice as many outputs.
        let channels: Int

        /// Creates an entry.
        init(name: String, channels: Int) {
            (self.name, self.channels) = (name, channels)
        }
    }

    /// Numbers of all blocks.
    let outputs: Int
    /// Numbers of the condition that change with the observation.
    let inputs: Int
    /// What each time adds; with one time alone it is the bias of the product.
    private let constants: [[Float]]
    private let matrix: PackedMatrix

    /// Loads `name.film.{weight,bias}` of all blocks, each with `constant + inputs` inputs.
    ///
    /// - Parameters:
    ///   - blocks: In the order in which their numbers will lie.
    ///   - inputs: Numbers of the condition that change.
    ///   - times: For each time, the activated numbers at the head of the condition.
    ///   - store: The weights.
    init(
        _ blocks: [Block],
        inputs: Int,
        times: [[Float]],
        from store: inout WeightStore
    ) throws(InputError) {
        let outputs = blocks.reduce(0) { $0 + 2 * $1.channels }
        let head = times.first?.count ?? 0
        var weights = [Float](repeating: 0, count: inputs * outputs)
        var constants = [[Double]](
            repeating: [Double](repeating: 0, count: outputs),
            count: max(1, times.count)
        )
        var start = 0
        for block in blocks {
            let width = 2 * block.channels
            let stored = try store.take("\(block.name).film.weight", shape: [width, head + inputs])
            let bias = try store.take("\(block.name).film.bias", shape: [width]).values
            for output in 0..<width {
                let row = stored.values[
                    (output * (head + inputs))..<((output + 1) * (head + inputs))
                ]
                for (input, value) in row.dropFirst(head).enumerated() {
                    weights[input * outputs + start + output] = value
                }
                for time in constants.indices {
                    var sum = Double(bias[output])
                    if time < times.count {
                        for (weight, value) in zip(row, times[time]) {
                            sum += Double(weight) * Double(value)
                        }
                    }
                    constants[time][start + output] = sum
                }
            }
            start += width
        }
        (self.inputs, self.outputs) = (inputs, outputs)
        let first = constants[0].map(Float.init)
        // Later times as differences from the first, which is the bias.
        self.constants = constants.map { time in zip(time, constants[0]).map { Float($0 - $1) } }
        matrix = PackedMatrix(
            weights,
            bias: first,
            format: store.format,
            kernels: try Kernels.selected(),
            arena: store.arena
        )
    }

    /// What one observation costs.
    var cost: PlanCost { matrix.cost }

    /// The numbers of an observation at the first time.
    ///
    /// - Parameters:
    ///   - condition: `inputs` numbers, activated.
    ///   - output: `outputs` numbers: for each block those to multiply by, then those to add.
    ///   - workspace: Scratch.
    func forward(
        _ condition: UnsafePointer<Float>,
        into output: UnsafeMutablePointer<Float>,
        workspace: ProductWorkspace
    ) {
        matrix.multiply(condition, rows: 1, into: output, workspace: workspace)
    }

    /// Moves an observation's numbers from the first time to another.
    func move(
        _ first: UnsafePointer<Float>,
        to time: Int,
        into output: UnsafeMutablePointer<Float>
    ) {
        constants[time].withUnsafeBufferPointer { constant in
            for i in 0..<outputs { output[i] = first[i] + constant[i] }
        }
    }
}
