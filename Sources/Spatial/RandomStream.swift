import Foundation

/// Counter-based random numbers: the same key and counter give the same bits everywhere.
///
/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
/// A stream is keyed by a seed and a stream number, so draws for one purpose never shift
/// those for another.
public struct RandomStream: RandomNumberGenerator, Sendable, BitwiseCopyable {
    private let key: SIMD2<UInt32>
    private let stream: UInt64
    private var counter: UInt64 = 0

    /// Creates the stream `stream` of `seed`, at its beginning.
    public init(seed: UInt64, stream: UInt64 = 0) {
        key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        self.stream = stream
    }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
        let block = Self.philox(counter, stream, key)
        counter &+= 1
        return block.low
    }

    /// A uniform number in `[0, 1)`, with 53 random bits.
    public mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A uniform number in `[range.lowerBound, range.upperBound)`.
    public mutating func uniform(in range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    /// Two uniform numbers in `[0, 1)` that belong to a counter, wherever this stream stands.
    ///
    /// For draws that must not depend on how many were made before.
    public func uniforms(at counter: UInt64) -> (first: Double, second: Double) {
        let block = Self.philox(counter, stream, key)
        return (Double(block.low >> 11) * 0x1p-53, Double(block.high >> 11) * 0x1p-53)
    }

    /// A standard normal number, by Box and Muller's transform.
    public mutating func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * .pi * uniform())
    }

    /// The ten-round Philox 4x32 block function, of a counter in two halves.
    ///
    /// Each word is in a variable of its own: vectors of four are slower here, for each round
    /// exchanges words.
    @inline(__always)
    static func philox(
        _ low: UInt64,
        _ high: UInt64,
        _ key: SIMD2<UInt32>
    ) -> (low: UInt64, high: UInt64) {
        var x = UInt32(truncatingIfNeeded: low)
        var y = UInt32(truncatingIfNeeded: low >> 32)
        var z = UInt32(truncatingIfNeeded: high)
        var w = UInt32(truncatingIfNeeded: high >> 32)
        var (first, second) = (key.x, key.y)
        for _ in 0..<10 {
            let p0 = 0xD251_1F53 &* UInt64(x)
            let p1 = 0xCD9E_8D57 &* UInt64(z)
            x = UInt32(truncatingIfNeeded: p1 >> 32) ^ y ^ first
            y = UInt32(truncatingIfNeeded: p1)
            z = UInt32(truncatingIfNeeded: p0 >> 32) ^ w ^ second
            w = UInt32(truncatingIfNeeded: p0)
            first &+= 0x9E37_79B9
            second &+= 0xBB67_AE85
        }
        return (UInt64(x) | UInt64(y) << 32, UInt64(z) | UInt64(w) << 32)
    }
}
