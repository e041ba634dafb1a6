internal import CKernels
public import Diagnostics

/// The largest of `kernel x kernel` pixels every `stride` pixels, channel by channel.
public struct MaxPool2d: Sendable {
    /// Pixels along one side of the window.
    public let kernel: Int
    /// Pixels from one window to the next.
    public let stride: Int
    /// Pixels around the picture, which never are the largest.
    public let padding: Int
    private let kernels: Kernels

    /// Creates a pool.
    ///
    /// - Precondition: `padding` is at most half the kernel.
    /// - Throws: `InputError` if `SIMRUN_ISA` names no set of this machine.
    public init(kernel: Int, stride: Int, padding: Int = 0) throws(InputError) {
        precondition(kernel > 0 && stride > 0 && padding >= 0 && 2 * padding <= kernel)
        (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
        kernels = try Kernels.selected()
    }

    /// Output pixels along a side of so many input pixels.
    public func outputSize(_ size: Int) -> Int {
        Int(ck_pooled_size(Int64(size), Int64(kernel), Int64(stride), Int64(padding)))
    }

    /// Pools a picture into one of ``outputSize(_:)`` by as many channels.
    public func forward(_ input: ImageBuffer, into output: ImageBuffer) {
        precondition(input.channels == output.channels)
        precondition(output.height == outputSize(input.height))
        precondition(output.width == outputSize(input.width))
        var job = ck_max_pool(
            x: input.base,
            x_stride: Int64(input.width * input.channels),
            height: Int64(input.height),
            width: Int64(input.width),
            channels: Int64(input.channels),
            kernel: Int64(kernel),
            stride: Int64(stride),
            padding: Int64(padding),
            y: output.base,
            y_stride: Int64(output.width * output.channels)
        )
        kernels.table.pointee.max_pool(&job)
    }
}
