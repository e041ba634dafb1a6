import Foundation
import Synchronization
import Testing

@testable import Viewer

@Suite struct TripleBufferTests {
    @Test func `a reader sees the newest value and is told whether it is new`() {
        let buffer = TripleBuffer(0)
        var seen: [Int] = []
        #expect(!buffer.read { seen.append($0) })
        buffer.write { $0 = 1 }
        buffer.write { $0 = 2 }
        #expect(buffer.read { seen.append($0) })
        #expect(!buffer.read { seen.append($0) })
        buffer.write { $0 = 3 }
        #expect(buffer.read { seen.append($0) })
        #expect(seen == [0, 2, 2, 3])
    }

    @Test func `two threads never share a half-written value`() {
        let buffer = TripleBuffer([Int](repeating: 0, count: 64))
        let last = 20_000
        let isOver = Atomic<Bool>(false)
        let writer = Thread {
            for number in 1...last {
                buffer.write { slot in
                    for index in slot.indices { slot[index] = number }
                }
            }
            isOver.store(true, ordering: .releasing)
        }
        writer.start()
        var newest = 0
        var torn = 0
        var backwards = 0
        var goesOn = true
        while goesOn {
            goesOn = !isOver.load(ordering: .acquiring)
            buffer.read { value in
                if Set(value).count != 1 { torn += 1 }
                if value[0] < newest { backwards += 1 }
                newest = value[0]
            }
        }
        #expect(torn == 0 && backwards == 0)
        #expect(newest == last)
    }
}
