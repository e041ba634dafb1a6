internal import CKernels
internal import Diagnostics
internal import Foundation

/// The instruction sets that the kernels are compiled for; they agree within rounding.
enum KernelSet: String, CaseIterable, Sendable {
    /// The plain reference, one sum at a time.
    case scalar
    /// The machine's baseline of 16-byte vectors: SSE2 on x86-64, NEON on arm64.
    case sse2
    /// 32-byte vectors and fused multiply-add.
    case avx2
    /// 64-byte vectors.
    case avx512

    /// Chosen once: what the environment variable `SIMRUN_ISA` names, or the widest.
    private static let chosen = Result { () throws(InputError) in
        try selected(by: ProcessInfo.processInfo.environment["SIMRUN_ISA"])
    }

    /// The kernels that layers use.
    ///
    /// - Throws: `InputError` if `SIMRUN_ISA` names no set of this machine.
    static func selected() throws(InputError) -> Kernels { try chosen.get() }

    static func selected(by name: String?) throws(InputError) -> Kernels {
        let available = allCases.compactMap { set in set.kernels.map { (set, $0) } }
        let wanted = name.flatMap { $0.isEmpty ? nil : $0 } ?? available.last?.0.rawValue
        guard let found = available.first(where: { $0.0.rawValue == wanted }) else {
            throw .unknown(
                "instruction set of this machine",
                name: wanted ?? "",
                known: available.map(\.0.rawValue),
                key: "SIMRUN_ISA"
            )
        }
        return found.1
    }

    /// The set's kernels, or nil where this machine cannot run them.
    var kernels: Kernels? {
        let table =
            switch self {
            case .scalar: ck_kernels_for(Int32(CK_SCALAR))
            case .sse2: ck_kernels_for(Int32(CK_BASELINE))
            case .avx2: ck_kernels_for(Int32(CK_AVX2))
            case .avx512: ck_kernels_for(Int32(CK_AVX512))
            }
        return table.map { Kernels(set: self, table: $0) }
    }
}

/// The kernels of one instruction set.
///
/// The table is constant, so any thread may read it.
struct Kernels: @unchecked Sendable {
    let set: KernelSet
    let table: UnsafePointer<ck_kernels>
}
