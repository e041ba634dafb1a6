import Foundation
import Testing

@testable import Recording

@Suite struct FrameRingTests {
    private static func pop(_ ring: FrameRing) -> (kind: UInt32, bytes: [UInt8])? {
        var frame: (UInt32, [UInt8])?
        _ = ring.read { frame = ($0, Array($1)) }
        return frame
    }

    private static func push(_ ring: FrameRing, _ kind: UInt32, _ bytes: [UInt8]) -> Bool {
        ring.write(kind: kind, count: bytes.count) { $0.copyBytes(from: bytes) }
    }

    @Test func `frames of any length come out whole and in order`() {
        let ring = FrameRing(capacity: 1 << 12)
        var waiting: [[UInt8]] = []
        for round in 0..<2000 {
            let frame = (0..<round * 7 % 900).map { UInt8(truncatingIfNeeded: $0 &* round) }
            while !Self.push(ring, UInt32(round), frame) {
                let first = waiting.removeFirst()
                #expect(Self.pop(ring)?.bytes == first)
            }
            waiting.append(frame)
        }
        for frame in waiting { #expect(Self.pop(ring)?.bytes == frame) }
        #expect(ring.isEmpty)
        #expect(Self.pop(ring) == nil)
    }

    @Test func `a full ring refuses, and takes again when there is room`() {
        let ring = FrameRing(capacity: 1 << 10)
        var count = 0
        while Self.push(ring, 1, [UInt8](repeating: 9, count: 100)) { count += 1 }
        #expect(count == 4)
        #expect(Self.pop(ring)?.kind == 1)
        #expect(Self.push(ring, 2, [1]))
        #expect(!Self.push(ring, 3, [UInt8](repeating: 0, count: 2000)))
    }

    @Test func `two threads lose and mix up nothing`() {
        let ring = FrameRing(capacity: 1 << 12)
        let count = 50_000
        let producer = Thread {
            for index in 0..<count {
                let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: index % 257)
                while !Self.push(ring, UInt32(index), bytes) { sched_yield() }
            }
        }
        producer.start()
        var next = 0
        var wrong = 0
        while next < count {
            let got = ring.read { kind, bytes in
                let value = UInt8(truncatingIfNeeded: next)
                if kind != UInt32(next) || bytes.count != next % 257
                    || !bytes.allSatisfy({ $0 == value })
                {
                    wrong += 1
                }
            }
            if got { next += 1 } else { sched_yield() }
        }
        #expect(wrong == 0)
    }
}
