internal import CKernels
public import Diagnostics

/// Turns each row of scores into probabilities.
public struct Softmax: Sendable {
    private let kernels: Kernels

    /// Creates the function for the process's instruction set.
    ///
    /// - Throws: `InputError` if `SIMRUN_ISA` names no set of this machine.
    public init() throws(InputError) { kernels = try Kernels.selected() }

    /// Replaces scores by probabilities, shape `[rows, width]`.
    ///
    /// - Parameters:
    ///   - x: Finite scores.
    ///   - rows: The number of rows.
    ///   - width: Scores of a row, at least 1.
    ///   - inverseTemperature: What to multiply the scores by first; above 0.
    public func forward(
        _ x: UnsafeMutablePointer<Float>,
        rows: Int,
        width: Int,
        inverseTemperature: Float = 1
    ) {
        var job = ck_softmax(
            x: UnsafePointer(x),
            x_stride: Int64(width),
            y: x,
            y_stride: Int64(width),
            rows: Int64(rows),
            width: Int64(width),
            scale: inverseTemperature
        )
        kernels.table.pointee.softmax(&job)
    }
}
