internal import CKernels
public import Diagnostics
internal import Processor

/// A kernel at one shape, to be timed by itself: a row of the table that tests run too.
public struct KernelCase: Sendable {
    /// The kernel and its sizes, such as `product/8x320x64`: rows, depth, columns.
    public let name: String
    /// How its weights are stored.
    public let format: WeightFormat
    /// The same by name.
    public var dtype: String { format.rawValue }
    /// What one run costs; nil where no product sets the pace.
    public let cost: PlanCost?

    private let index: Int32

    /// Every case of a shape worth timing.
    public static let all: [KernelCase] = (0..<ck_case_count()).compactMap(KernelCase.init)

    private init?(_ index: Int32) {
        let info = ck_case_describe(index)
        guard info.timed != 0, let format = WeightFormat(rawValue: String(cString: info.dtype))
        else { return nil }
        let parts = String(cString: info.name).split(separator: "/", maxSplits: 1)
        // The format stands beside the name.
        let kernel = parts[0].hasPrefix("product") ? "product" : parts[0]
        name = parts.count > 1 ? "\(kernel)/\(parts[1])" : String(kernel)
        self.format = format
        self.index = index
        cost = info.flop > 0 ? PlanCost(flops: info.flop, weightBytes: info.bytes) : nil
    }

    /// Makes its inputs.
    ///
    /// - Returns: What runs the kernel once.
    /// - Throws: `InputError` if `SIMRUN_ISA` names no set of this machine.
    public func prepare() throws(InputError) -> () -> Void {
        let prepared = PreparedCase(index)
        let set = try InstructionSet.selected().code
        return { prepared.run(set) }
    }
}

/// A case with its inputs made, until nothing runs it any more.
private final class PreparedCase {
    private let handle: OpaquePointer

    init(_ index: Int32) {
        guard let handle = ck_case_prepare(index) else {
            preconditionFailure("memory is short for a kernel's inputs")
        }
        self.handle = handle
    }

    deinit { ck_case_release(handle) }

    func run(_ set: Int32) { _ = ck_case_run(handle, set) }
}
