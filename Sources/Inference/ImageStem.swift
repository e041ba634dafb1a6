public import Diagnostics

/// Turns a picture into tokens: convolutions of 3 x 3 pixels that halve it, GELU behind each, then
/// patches, each of which becomes one token.
///
/// Without convolutions it is the patch embedding of a vision transformer (Dosovitskiy et al.,
/// arXiv 2010.11929); with them, that of Xiao et al., "Early Convolutions Help Transformers See
/// Better", arXiv 2106.14881.
public struct ImageStem: Sendable {
    /// Pixels of a picture.
    public let height: Int
    /// Pixels of a row.
    public let width: Int
    /// Tokens of a picture, row by row.
    public let tokens: Int
    /// Width of a token.
    public let outputs: Int
    private let convolutions: [Conv2d]
    private let patches: Conv2d
    private let gelu: Activation

    /// Loads `name.convolutions.i.{weight,bias}` and `name.patches.{weight,bias}`.
    ///
    /// - Parameters:
    ///   - name: Where the layers stand in the file.
    ///   - height: Pixels of a picture.
    ///   - width: Pixels of a row.
    ///   - channels: Numbers of a pixel, then of each convolution's result.
    ///   - patch: Pixels along the side of a patch, after the convolutions.
    ///   - outputs: Width of a token.
    ///   - store: The tensors.
    /// - Precondition: `channels` is not empty; patches divide the picture they are cut from.
    public init(
        _ name: String,
        height: Int,
        width: Int,
        channels: [Int],
        patch: Int,
        outputs: Int,
        from store: inout WeightStore
    ) throws(InputError) {
        guard let last = channels.last else { preconditionFailure("a picture has channels") }
        var convolutions: [Conv2d] = []
        var (rows, columns) = (height, width)
        for (i, (inputs, outputs)) in zip(channels, channels.dropFirst()).enumerated() {
            let layer = try Conv2d(
                "\(name).convolutions.\(i)",
                inputs: inputs,
                outputs: outputs,
                kernel: 3,
                stride: 2,
                padding: 1,
                from: &store
            )
            (rows, columns) = (layer.outputSize(rows), layer.outputSize(columns))
            convolutions.append(layer)
        }
        precondition(rows % patch == 0 && columns % patch == 0, "patches must divide the picture")
        patches = try Conv2d(
            "\(name).patches",
            inputs: last,
            outputs: outputs,
            kernel: patch,
            stride: patch,
            padding: 0,
            from: &store
        )
        (self.height, self.width, self.outputs) = (height, width, outputs)
        tokens = rows / patch * (columns / patch)
        self.convolutions = convolutions
        gelu = try Activation(.gelu)
    }

    /// The pictures between the layers, and their scratch.
    public func makeWorkspace() -> ImageStemWorkspace {
        var pictures: [ImageBuffer] = []
        var (rows, columns) = (height, width)
        for layer in convolutions + [patches] {
            let output = layer.makeOutput(height: rows, width: columns)
            (rows, columns) = (output.height, output.width)
            pictures.append(output)
        }
        return ImageStemWorkspace(
            pictures: pictures,
            scratch: (convolutions + [patches]).map { $0.makeWorkspace() }
        )
    }

    /// Turns a picture into tokens.
    ///
    /// - Parameters:
    ///   - picture: Of this stem's size, normalised as in training.
    ///   - workspace: Scratch.
    /// - Returns: A pixel a token, shape `[tokens, outputs]`; the workspace's, until the next call.
    public func forward(
        _ picture: ImageBuffer,
        workspace: ImageStemWorkspace
    ) -> ImageBuffer {
        precondition(picture.height == height && picture.width == width)
        var input = picture
        for (i, layer) in convolutions.enumerated() {
            let output = workspace.pictures[i]
            layer.forward(input, into: output, workspace: workspace.scratch[i])
            gelu.forward(output.base, count: output.values.count)
            input = output
        }
        let output = workspace.pictures[convolutions.count]
        patches.forward(input, into: output, workspace: workspace.scratch[convolutions.count])
        return output
    }
}

/// The pictures between the layers of an image stem.
public final class ImageStemWorkspace {
    let pictures: [ImageBuffer]
    let scratch: [Conv2dWorkspace]

    init(pictures: [ImageBuffer], scratch: [Conv2dWorkspace]) {
        (self.pictures, self.scratch) = (pictures, scratch)
    }
}
