import Robots
import Spatial
import Testing

@testable import Runtime

@Suite struct PredictedPathTests {
    private func path(_ loop: ScriptedLoop.Loop, room: Int = 32) -> [Vector3] {
        var points = [Vector3](repeating: .zero, count: room)
        let count = points.withUnsafeMutableBufferPointer { loop.predictedPath(into: $0) }
        return Array(points.prefix(count))
    }

    @Test func `it leads from the present target over the rows that are left`() throws {
        var loop = try ScriptedLoop(execution: .chunk(count: 3), horizon: 5).loop()
        #expect(path(loop).isEmpty)
        var before: [Vector3] = []
        for tick in 0..<7 {
            try loop.tick()
            let points = path(loop)
            // A plan of 5 rows at every third tick; the tick's own row is taken.
            #expect(points.count == 5 - tick % 3)
            // Without a new plan, the path is the same, less its first point.
            if tick % 3 > 0 {
                #expect(points.count == before.count - 1)
                for (now, then) in zip(points, before.dropFirst()) {
                    #expect((now - then).length < 1e-9)
                }
            }
            before = points
        }
        #expect(path(loop, room: 2).count == 2)
        #expect(path(loop, room: 0).isEmpty)
    }

    @Test func `looking changes nothing`() throws {
        var watched = try ScriptedLoop(execution: .ensemble, horizon: 4).loop()
        var alone = try ScriptedLoop(execution: .ensemble, horizon: 4).loop()
        for _ in 0..<20 {
            try watched.tick()
            _ = path(watched)
            try alone.tick()
        }
        #expect(watched.plant.log.advances == alone.plant.log.advances)
    }

    @Test func `the path begins anew with each episode`() throws {
        var loop = try ScriptedLoop(horizon: 4).loop()
        try loop.tick()
        #expect(path(loop).count == 4)
        loop.reset(seed: 8)
        #expect(path(loop).isEmpty)
    }
}
