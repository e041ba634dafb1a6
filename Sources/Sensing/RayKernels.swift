internal import CRaycast
internal import Processor

/// The ray caster and point sampling compiled for a set; all sets give the same bits.
///
/// - Precondition: This machine can run the set.
func rayKernels(_ set: InstructionSet) -> UnsafePointer<cr_kernels> {
    guard let kernels = cr_kernels_for(set.code) else {
        preconditionFailure("no kernels are compiled for \(set)")
    }
    return kernels
}
