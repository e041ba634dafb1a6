internal import CProcessor
public import Diagnostics
internal import Foundation

/// The instruction sets that the C kernels are compiled for, narrowest first.
///
/// One is chosen for the whole process. The ray caster and point sampling give the same bits in
/// all of them, the network kernels agree within rounding.
public enum InstructionSet: String, CaseIterable, Sendable {
    /// The plain reference, one number at a time.
    case scalar
    #if arch(arm64)
        /// The machine's baseline of 16-byte vectors.
        case baseline = "neon"
    #else
        /// The machine's baseline of 16-byte vectors.
        case baseline = "sse2"
    #endif
    /// 32-byte vectors and fused multiply-add.
    case avx2
    /// 64-byte vectors.
    case avx512

    /// The set's number in the plain-C headers of the kernels.
    public var code: Int32 {
        switch self {
        case .scalar: Int32(CP_SCALAR)
        case .baseline: Int32(CP_BASELINE)
        case .avx2: Int32(CP_AVX2)
        case .avx512: Int32(CP_AVX512)
        }
    }

    /// Whether this machine can run it.
    public var isAvailable: Bool { cp_supports(code) != 0 }

    /// The sets that this machine can run, narrowest first.
    public static var available: [InstructionSet] { allCases.filter(\.isAvailable) }

    /// The widest set that this machine can run.
    public static var widest: InstructionSet { available.last ?? .scalar }

    /// Whether this machine has ``avx512`` and dot products of bfloat16 pairs beside.
    public static var hasBFloat16Dot: Bool { cp_has_bfloat16_dot() != 0 }

    /// Chosen once, at the first use.
    private static let chosen = Result { () throws(InputError) in
        try selected(by: ProcessInfo.processInfo.environment["SIMRUN_ISA"])
    }

    /// The set that the environment variable `SIMRUN_ISA` names, or the widest where it is unset.
    ///
    /// - Throws: ``InputError`` if the name is unknown or this machine cannot run the set.
    public static func selected() throws(InputError) -> InstructionSet { try chosen.get() }

    static func selected(by name: String?) throws(InputError) -> InstructionSet {
        guard let name, !name.isEmpty else { return widest }
        return try named(name, key: "SIMRUN_ISA")
    }

    /// The set asked for, else the selected one.
    ///
    /// - Throws: ``InputError`` for one that this machine cannot run.
    public static func resolved(
        _ wanted: InstructionSet?
    ) throws(InputError) -> InstructionSet {
        guard let wanted else { return try selected() }
        return try named(wanted.rawValue)
    }

    private static func named(
        _ name: String,
        key: String? = nil
    ) throws(InputError) -> InstructionSet {
        guard let set = available.first(where: { $0.rawValue == name }) else {
            throw .unknown(
                "instruction set of this machine",
                name: name,
                known: available.map(\.rawValue),
                key: key
            )
        }
        return set
    }
}
