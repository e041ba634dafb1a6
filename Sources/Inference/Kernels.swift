internal import CKernels
internal import Diagnostics
internal import Processor

/// The network kernels of one instruction set; sets agree within rounding.
///
/// The table is constant, so any thread may read it.
struct Kernels: @unchecked Sendable {
    let set: InstructionSet
    let table: UnsafePointer<ck_kernels>

    /// The kernels of a set, or nil where this machine cannot run it.
    init?(_ set: InstructionSet) {
        guard let table = ck_kernels_for(set.code) else { return nil }
        (self.set, self.table) = (set, table)
    }

    /// The kernels that layers use: of the set that the process selected.
    ///
    /// - Throws: `InputError` if `SIMRUN_ISA` names no set of this machine.
    static func selected() throws(InputError) -> Kernels {
        let set = try InstructionSet.selected()
        guard let kernels = Kernels(set) else {
            preconditionFailure("no kernels are compiled for \(set)")
        }
        return kernels
    }
}
