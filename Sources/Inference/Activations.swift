import Foundation

/// `max(x, 0)`.
@inline(__always)
func relu(_ x: Float) -> Float { x > 0 ? x : 0 }

/// `x tanh(ln(1 + eˣ))`, written with one exponential.
///
/// With `e = eˣ` and `n = e (e + 2)` it is `x n / (n + 2)`. Beyond 20 it equals `x` in a float.
/// Source: Misra, "Mish", arXiv 1908.08681.
@inline(__always)
func mish(_ x: Float) -> Float {
    let e = exp(min(x, 20))
    let n = e * (e + 2)
    return x * (n / (n + 2))
}

/// Applies ReLU in place.
public func applyReLU(_ values: UnsafeMutableBufferPointer<Float>) {
    guard let x = values.baseAddress else { return }
    for i in 0..<values.count { x[i] = relu(x[i]) }
}

/// Applies Mish in place.
public func applyMish(_ values: UnsafeMutableBufferPointer<Float>) {
    guard let x = values.baseAddress else { return }
    for i in 0..<values.count { x[i] = mish(x[i]) }
}
