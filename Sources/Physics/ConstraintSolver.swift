import Foundation
public import Diagnostics

/// Who iterates over the constraints of a multibody.
///
/// Both give the same bits.
public enum ConstraintSolver: String, CaseIterable, Sendable {
    /// Our iterations over packed rows, which skip what is exactly zero.
    case packed
    /// Bullet's own: the reference.
    case reference

    /// What the environment variable `SIMRUN_SOLVER` names; `packed` where it is unset.
    ///
    /// - Throws: ``InputError`` if it names no solver.
    public static func selected() throws(InputError) -> ConstraintSolver { try selection.get() }

    /// Read once, since every reset builds a world.
    private static let selection = Result { () throws(InputError) -> ConstraintSolver in
        try named(ProcessInfo.processInfo.environment["SIMRUN_SOLVER"])
    }

    static func named(_ name: String?) throws(InputError) -> ConstraintSolver {
        guard let name, !name.isEmpty else { return .packed }
        guard let solver = ConstraintSolver(rawValue: name) else {
            let known = allCases.map(\.rawValue).joined(separator: " or ")
            throw InputError(key: "SIMRUN_SOLVER", expected: known, found: name)
        }
        return solver
    }
}
