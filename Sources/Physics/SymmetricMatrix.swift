import Foundation
import Spatial

/// A symmetric 3 x 3 matrix, here an inertia tensor in kg m².
struct SymmetricMatrix {
    /// The columns.
    private var columns: [Vector3]

    static let zero = SymmetricMatrix(columns: [.zero, .zero, .zero])

    subscript(row: Int, column: Int) -> Double { columns[column][row] }

    /// Adds the tensor that has `moments` along the axes of `rotation`.
    mutating func add(moments: Vector3, along rotation: Rotation) {
        for k in 0..<3 {
            var unit = Vector3.zero
            unit[k] = 1
            let axis = rotation(unit)
            for column in 0..<3 {
                columns[column] += axis * (moments[k] * axis[column])
            }
        }
    }

    /// Adds a point mass at `r` from the origin, by Steiner's theorem.
    mutating func add(pointMass mass: Double, at r: Vector3) {
        for column in 0..<3 {
            columns[column] -= r * (mass * r[column])
            columns[column][column] += mass * r.dot(r)
        }
    }

    /// The rotation to the principal axes and the moments about them, by Jacobi's method.
    func principalAxes() -> (axes: Rotation, moments: Vector3) {
        var a = self
        var axes = Rotation.identity
        // Each sweep squares the off-diagonal part; ten are far more than 53 bits need.
        for _ in 0..<10 {
            for (p, q) in [(0, 1), (0, 2), (1, 2)] where a[p, q] != 0 {
                let angle = 0.5 * atan2(2 * a[p, q], a[p, p] - a[q, q])
                var axis = Vector3.zero
                axis[3 - p - q] = p == 0 && q == 2 ? -1 : 1
                let turn = Rotation(axis: axis, angle: angle)
                axes = axes * turn
                a = a.rotated(by: turn.inverse, clearing: (p, q))
            }
        }
        return (axes, Vector3(a[0, 0], a[1, 1], a[2, 2]))
    }

    /// `R A Rᵀ`, with the entry that the rotation was chosen to annul set to zero exactly.
    private func rotated(by rotation: Rotation, clearing entry: (Int, Int)) -> SymmetricMatrix {
        let half = columns.map { rotation($0) }
        let rows = (0..<3).map { rotation(Vector3(half[0][$0], half[1][$0], half[2][$0])) }
        var result = SymmetricMatrix(columns: rows)
        result.columns[entry.0][entry.1] = 0
        result.columns[entry.1][entry.0] = 0
        return result
    }
}
