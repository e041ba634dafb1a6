internal import CRaycast
public import Diagnostics
import Foundation

/// The instruction sets that the kernels are compiled for; all give the same bits.
public enum InstructionSet: String, CaseIterable, Sendable {
    /// The plain reference, one pixel at a time.
    case scalar
    /// The machine's baseline of 16-byte vectors: SSE2 on x86-64, NEON on arm64.
    case sse2
    /// 32-byte vectors.
    case avx2
    /// 64-byte vectors.
    case avx512

    /// Whether this machine can run it.
    public var isAvailable: Bool { kernels != nil }

    /// The widest set that this machine can run.
    public static var widest: InstructionSet { allCases.last(where: \.isAvailable) ?? .scalar }

    /// The set that the environment variable `SIMRUN_ISA` names, or the widest where it is unset.
    ///
    /// - Throws: ``InputError`` if the name is unknown or this machine cannot run the set.
    public static func selected() throws(InputError) -> InstructionSet {
        try selected(by: ProcessInfo.processInfo.environment["SIMRUN_ISA"])
    }

    static func selected(by name: String?) throws(InputError) -> InstructionSet {
        guard let name, !name.isEmpty else { return widest }
        let known = allCases.filter(\.isAvailable)
        guard let set = known.first(where: { $0.rawValue == name }) else {
            throw .unknown(
                "instruction set of this machine",
                name: name,
                known: known.map(\.rawValue),
                key: "SIMRUN_ISA"
            )
        }
        return set
    }

    var kernels: UnsafePointer<cr_kernels>? {
        switch self {
        case .scalar: cr_kernels_for(Int32(CR_SCALAR))
        case .sse2: cr_kernels_for(Int32(CR_BASELINE))
        case .avx2: cr_kernels_for(Int32(CR_AVX2))
        case .avx512: cr_kernels_for(Int32(CR_AVX512))
        }
    }

    /// The instruction set asked for, else the selected one, with its kernels.
    ///
    /// - Throws: ``InputError`` for one that this machine has not.
    static func resolved(
        _ wanted: InstructionSet?
    ) throws(InputError) -> (set: InstructionSet, kernels: UnsafePointer<cr_kernels>) {
        let set = if let wanted { wanted } else { try selected() }
        guard let kernels = set.kernels else {
            throw .unknown(
                "instruction set of this machine",
                name: set.rawValue,
                known: allCases.filter(\.isAvailable).map(\.rawValue)
            )
        }
        return (set, kernels)
    }
}
