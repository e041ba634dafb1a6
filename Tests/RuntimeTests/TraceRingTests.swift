import Foundation
import Synchronization
import Testing

@testable import Runtime

@Suite struct TraceRingTests {
    private func trace(_ tick: Int) -> TickTrace {
        var trace = TickTrace()
        trace.tick = tick
        trace.charge = TimeSpan(nanoseconds: Int64(tick) * 3)
        trace.stages.act = TimeSpan(nanoseconds: Int64(tick) * 5)
        return trace
    }

    @Test func `traces come out in the order they went in`() {
        let ring = TraceRing(capacity: 5)
        #expect(ring.pop() == nil)
        var next = 0
        for round in 0..<50 {
            for index in 0..<round % 8 { ring.push(trace(next + index)) }
            for _ in 0..<round % 8 {
                #expect(ring.pop()?.tick == next)
                next += 1
            }
            #expect(ring.pop() == nil)
        }
        #expect(ring.dropped == 0)
    }

    @Test func `a full ring drops the newest and counts it`() {
        let ring = TraceRing(capacity: 8)
        for tick in 0..<11 { ring.push(trace(tick)) }
        #expect(ring.dropped == 3)
        for tick in 0..<8 { #expect(ring.pop()?.tick == tick) }
        #expect(ring.pop() == nil)
        ring.push(trace(11))
        #expect(ring.pop()?.tick == 11)
    }

    @Test(arguments: [1, 64, 1 << 16])
    func `two threads under load lose and mix nothing uncounted`(capacity: Int) {
        let ring = TraceRing(capacity: capacity)
        let total = 60_000
        let finished = Atomic<Bool>(false)
        let producer = Thread {
            for tick in 0..<total {
                var trace = TickTrace()
                trace.tick = tick
                trace.charge = TimeSpan(nanoseconds: Int64(tick) * 3)
                trace.stages.act = TimeSpan(nanoseconds: Int64(tick) * 5)
                ring.push(trace)
            }
            finished.store(true, ordering: .releasing)
        }
        producer.start()
        var last = -1
        var received = 0
        var torn = 0
        while true {
            let isLast = finished.load(ordering: .acquiring)
            while let trace = ring.pop() {
                let isWhole =
                    trace.tick > last && trace.charge.nanoseconds == Int64(trace.tick) * 3
                    && trace.stages.act.nanoseconds == Int64(trace.tick) * 5
                if !isWhole { torn += 1 }
                last = trace.tick
                received += 1
            }
            if isLast { break }
        }
        #expect(torn == 0)
        #expect(received + ring.dropped == total)
        if capacity >= total { #expect(ring.dropped == 0) }
    }

    @Test func `a loop that nobody drains goes on and counts`() throws {
        var loop = try ScriptedLoop(traceCapacity: 4).loop()
        for _ in 0..<10 { try loop.tick() }
        #expect(loop.traces.dropped == 6)
        #expect(loop.tickIndex == 10)
    }
}
