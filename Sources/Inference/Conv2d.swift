public import Diagnostics

/// A two-dimensional convolution with a square kernel and zero padding.
///
/// The pixels under the kernel are gathered for a block of output pixels at a time, then one matrix
/// product by the packed weights gives the block. With the kernel as large as the stride and no
/// padding it cuts the picture into patches, each of which becomes a token.
public struct Conv2d: Sendable {
    /// Numbers of a pixel of the input.
    public let inputs: Int
    /// Numbers of a pixel of the output.
    public let outputs: Int
    /// Pixels along one side of the kernel.
    public let kernel: Int
    /// Pixels from one place of the kernel to the next.
    public let stride: Int
    /// Pixels of zeros around the picture.
    public let padding: Int
    /// Shape `[kernel * kernel * inputs, outputs]`.
    private let matrix: PackedMatrix

    /// Output pixels computed at a time, so that what is gathered for them stays in cache.
    static let blockPixels = 32

    /// Loads `name.weight` (PyTorch's layout `[outputs, inputs, kernel, kernel]`) and `name.bias`.
    ///
    /// - Precondition: `kernel` and `stride` are positive, `padding` is less than the kernel.
    public init(
        _ name: String,
        inputs: Int,
        outputs: Int,
        kernel: Int,
        stride: Int,
        padding: Int,
        from store: inout WeightStore
    ) throws(InputError) {
        precondition(kernel > 0 && stride > 0 && padding >= 0 && padding < kernel)
        (self.inputs, self.outputs) = (inputs, outputs)
        (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
        let stored = try store.take("\(name).weight", shape: [outputs, inputs, kernel, kernel])
        let taps = kernel * kernel
        var weights = [Float](repeating: 0, count: stored.values.count)
        for output in 0..<outputs {
            for input in 0..<inputs {
                for tap in 0..<taps {
                    weights[(tap * inputs + input) * outputs + output] =
                        stored.values[(output * inputs + input) * taps + tap]
                }
            }
        }
        matrix = PackedMatrix(
            weights,
            bias: try store.take("\(name).bias", shape: [outputs]).values,
            format: store.format,
            kernels: try Kernels.selected(),
            arena: store.arena
        )
    }

    /// What one output pixel costs.
    public var cost: PlanCost { matrix.cost }

    /// Output pixels along a side of so many input pixels.
    public func outputSize(_ size: Int) -> Int { (size + 2 * padding - kernel) / stride + 1 }

    /// Room for this layer's result on a picture of that size.
    public func makeOutput(height: Int, width: Int) -> ImageBuffer {
        ImageBuffer(height: outputSize(height), width: outputSize(width), channels: outputs)
    }

    /// Scratch of the layer, for pictures of any size.
    public func makeWorkspace() -> Conv2dWorkspace {
        Conv2dWorkspace(numbers: Self.blockPixels * matrix.depth)
    }

    /// Convolves a picture.
    ///
    /// - Parameters:
    ///   - input: `inputs` channels.
    ///   - output: As ``makeOutput(height:width:)`` gives it.
    ///   - workspace: Scratch.
    public func forward(
        _ input: ImageBuffer,
        into output: ImageBuffer,
        workspace: Conv2dWorkspace
    ) {
        precondition(input.channels == inputs && output.channels == outputs)
        precondition(output.height == outputSize(input.height))
        precondition(output.width == outputSize(input.width))
        var first = 0
        while first < output.pixels {
            let count = min(Self.blockPixels, output.pixels - first)
            for i in 0..<count {
                let (row, column) = (first + i).quotientAndRemainder(dividingBy: output.width)
                gather(
                    input,
                    row: row * stride - padding,
                    column: column * stride - padding,
                    into: workspace.patches.base + i * matrix.depth
                )
            }
            matrix.multiply(
                workspace.patches.base,
                rows: count,
                into: output.base + first * outputs,
                workspace: workspace.products
            )
            first += count
        }
    }

    /// The pixels under the kernel whose first pixel is there, zeros where there is no picture.
    private func gather(
        _ input: ImageBuffer,
        row: Int,
        column: Int,
        into patch: UnsafeMutablePointer<Float>
    ) {
        let (first, end) = (max(column, 0), min(column + kernel, input.width))
        let length = kernel * inputs
        for y in 0..<kernel {
            let target = patch + y * length
            guard row + y >= 0, row + y < input.height, first < end else {
                target.update(repeating: 0, count: length)
                continue
            }
            let (left, middle) = ((first - column) * inputs, (end - first) * inputs)
            if middle < length { target.update(repeating: 0, count: length) }
            let source = input.base + ((row + y) * input.width + first) * inputs
            (target + left).update(from: source, count: middle)
        }
    }
}

/// Scratch of a convolution.
public final class Conv2dWorkspace {
    let patches: FloatBuffer
    let products: ProductWorkspace

    init(numbers: Int) {
        patches = FloatBuffer(count: numbers)
        products = ProductWorkspace(inputs: numbers)
    }
}
