internal import CKernels
public import Diagnostics

/// A function of each number, by the vector kernels.
public struct Activation: Sendable {
    /// The functions.
    public enum Kind: String, CaseIterable, Sendable {
        /// `x / (1 + e⁻ˣ)`.
        case silu
        /// `x Φ(x)` with the normal distribution's Φ: PyTorch's default GELU.
        ///
        /// Source: Hendrycks and Gimpel, arXiv 1606.08415.
        case gelu
        /// `x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))`: GELU with `approximate="tanh"`.
        case geluTanh
        /// `x tanh(ln(1 + eˣ))`. Source: Misra, arXiv 1908.08681.
        case mish
    }

    /// Which function.
    public let kind: Kind
    private let kernels: Kernels

    /// Creates the function for the process's instruction set.
    ///
    /// - Throws: `InputError` if `SIMRUN_ISA` names no set of this machine.
    public init(_ kind: Kind) throws(InputError) {
        self.init(kind, kernels: try Kernels.selected())
    }

    init(_ kind: Kind, kernels: Kernels) {
        (self.kind, self.kernels) = (kind, kernels)
    }

    /// Applies the function in place to `count` numbers.
    public func forward(_ x: UnsafeMutablePointer<Float>, count: Int) {
        let table = kernels.table.pointee
        switch kind {
        case .silu: table.silu(x, x, Int64(count))
        case .gelu: table.gelu_erf(x, x, Int64(count))
        case .geluTanh: table.gelu_tanh(x, x, Int64(count))
        case .mish: table.mish(x, x, Int64(count))
        }
    }
}
