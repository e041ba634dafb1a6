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
        let block = Self.philox(
            counter: SIMD4(
                UInt32(truncatingIfNeeded: counter),
                UInt32(truncatingIfNeeded: counter >> 32),
                UInt32(truncatingIfNeeded: stream),
                UInt32(truncatingIfNeeded: stream >> 32)
            ),
            key: key
        )
        counter &+= 1
        return UInt64(block.x) | UInt64(block.y) << 32
    }

    /// A uniform number in `[0, 1)`, with 53 random bits.
    public mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A uniform number in `[range.lowerBound, range.upperBound)`.
    public mutating func uniform(in range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    /// A standard normal number, by Box and Muller's transform.
    public mutating func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * .pi * uniform())
    }

    /// The ten-round Philox 4x32 block function.
    static func philox(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var c = counter
        var k = key
        for _ in 0..<10 {
            let p0 = UInt64(0xD251_1F53) * UInt64(c.x)
            let p1 = UInt64(0xCD9E_8D57) * UInt64(c.z)
            c = SIMD4(
                UInt32(truncatingIfNeeded: p1 >> 32) ^ c.y ^ k.x,
                UInt32(truncatingIfNeeded: p1),
                UInt32(truncatingIfNeeded: p0 >> 32) ^ c.w ^ k.y,
                UInt32(truncatingIfNeeded: p0)
            )
            k = k &+ SIMD2(0x9E37_79B9, 0xBB67_AE85)
        }
        return c
    }
}
