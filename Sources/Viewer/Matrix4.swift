import Foundation
import Spatial

/// A 4 by 4 matrix of single precision, by columns, as OpenGL takes it.
struct Matrix4: Equatable {
    var columns: (SIMD4<Float>, SIMD4<Float>, SIMD4<Float>, SIMD4<Float>)

    static func == (a: Matrix4, b: Matrix4) -> Bool { a.columns == b.columns }

    /// A perspective view along `-z`, `near` to `far` in metres.
    static func perspective(
        verticalFieldOfView: Double,
        aspect: Double,
        near: Double,
        far: Double
    ) -> Matrix4 {
        let f = 1 / tan(verticalFieldOfView / 2)
        return Matrix4(
            columns: (
                SIMD4(Float(f / aspect), 0, 0, 0),
                SIMD4(0, Float(f), 0, 0),
                SIMD4(0, 0, Float((far + near) / (near - far)), -1),
                SIMD4(0, 0, Float(2 * far * near / (near - far)), 0)
            )
        )
    }

    /// A parallel view along `-z` of a square of `±halfSide` metres, 0 to `depth` metres away.
    static func orthographic(halfSide: Double, depth: Double) -> Matrix4 {
        Matrix4(
            columns: (
                SIMD4(Float(1 / halfSide), 0, 0, 0),
                SIMD4(0, Float(1 / halfSide), 0, 0),
                SIMD4(0, 0, Float(-2 / depth), 0),
                SIMD4(0, 0, -1, 1)
            )
        )
    }

    /// Maps the world into the frame of an eye that looks along its `-z`, with `up` upwards.
    ///
    /// - Parameters:
    ///   - eye: Where the eye is, in metres.
    ///   - target: What it looks at, away from `eye` and not straight along `up`.
    ///   - up: A direction in the world.
    static func eyeFromWorld(eye: Vector3, target: Vector3, up: Vector3) -> Matrix4 {
        let forward = (target - eye) / (target - eye).length
        let across = forward.cross(up)
        let right = across / across.length
        let upward = right.cross(forward)
        return Matrix4(
            columns: (
                SIMD4(Float(right.x), Float(upward.x), Float(-forward.x), 0),
                SIMD4(Float(right.y), Float(upward.y), Float(-forward.y), 0),
                SIMD4(Float(right.z), Float(upward.z), Float(-forward.z), 0),
                SIMD4(
                    Float(-right.dot(eye)),
                    Float(-upward.dot(eye)),
                    Float(forward.dot(eye)),
                    1
                )
            )
        )
    }

    static func * (a: Matrix4, b: Matrix4) -> Matrix4 {
        Matrix4(
            columns: (
                a * b.columns.0, a * b.columns.1, a * b.columns.2, a * b.columns.3
            )
        )
    }

    static func * (a: Matrix4, v: SIMD4<Float>) -> SIMD4<Float> {
        a.columns.0 * v.x + a.columns.1 * v.y + a.columns.2 * v.z + a.columns.3 * v.w
    }

    /// The sixteen numbers, column by column.
    var values: [Float] {
        [columns.0, columns.1, columns.2, columns.3].flatMap { [$0.x, $0.y, $0.z, $0.w] }
    }
}
