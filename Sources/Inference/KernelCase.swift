internal import CKernels
public import Diagnostics
internal import Processor

/// A kernel at one shape, to be timed by itself, from the table that the kernels' tests run over.
public struct KernelCase: Sendable {
    /// The kernel and its sizes, such as `product_bf16/8x320x64`.
    public let name: String
    /// What its weights are stored in, by name.
    public let dtype: String
    /// What one run costs; of a kernel without weights, the bytes that it reads and writes.
    public let cost: PlanCost
    private let index: Int32

    /// The format that sets the arithmetic's limit.
    public var format: WeightFormat { WeightFormat(rawValue: dtype) ?? .float32 }

    /// Every case of a shape worth timing.
    public static var all: [KernelCase] {
        (0..<ck_case_count()).compactMap { index in
            let info = ck_case_describe(index)
            guard info.timed != 0, let name = info.name, let dtype = info.dtype else { return nil }
            return KernelCase(
                name: String(cString: name),
                dtype: String(cString: dtype),
                cost: PlanCost(flops: info.flop, weightBytes: info.bytes),
                index: index
            )
        }
    }

    /// Makes its inputs.
    ///
    /// - Returns: What runs the kernel once, on one thread.
    /// - Throws: `InputError` if `SIMRUN_ISA` names no set of this machine, or memory is short.
    public func prepare() throws(InputError) -> () -> Void {
        let set = try InstructionSet.selected().code
        guard let inputs = ck_case_prepare(index) else {
            throw InputError(key: name, expected: "memory for its inputs", found: "none")
        }
        let prepared = Prepared(inputs)
        return { _ = ck_case_run(prepared.inputs, set) }
    }

    /// Owns a case's inputs.
    private final class Prepared {
        let inputs: OpaquePointer

        init(_ inputs: OpaquePointer) { self.inputs = inputs }

        deinit { ck_case_release(inputs) }
    }
}
