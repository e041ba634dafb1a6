import Testing

@testable import Inference

@Suite struct WeightArenaTests {
    @Test(arguments: [0, 1000, 4 << 20])
    func `allocations are aligned and apart`(chunk: Int) {
        let arena = WeightArena(chunk: chunk)
        let sizes = [1, 64, 65, 999, 3 << 20, 100, 5 << 20, 64, 0, 2000]
        let starts = sizes.map { arena.allocate(bytes: $0) }
        for (start, size) in zip(starts, sizes) {
            #expect(Int(bitPattern: start) % WeightArena.alignment == 0)
            start.initializeMemory(as: UInt8.self, repeating: UInt8(size % 251), count: size)
        }
        for (start, size) in zip(starts, sizes) where size > 0 {
            let first = start.load(as: UInt8.self)
            let last = (start + size - 1).load(as: UInt8.self)
            #expect(first == UInt8(size % 251) && last == first, "\(size) bytes were overwritten")
        }
    }
}
