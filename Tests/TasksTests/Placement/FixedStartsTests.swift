import Spatial
import Testing

@testable import Tasks

@Suite struct FixedStartsTests {
    private func starts(_ task: String, seeds: Range<UInt64>) throws -> [[Vector3]] {
        let task = try TaskFolder.library.task(named: task)
        return try seeds.map { seed in
            try ScenePlacement(task: task, seed: seed).worldFromObject.map { pose in
                var place = pose.translation
                place.z = pose.rotation.rotationVector.z
                return place
            }
        }
    }

    @Test(arguments: ["spoon-on-towel", "carrot-on-plate", "stack-blocks", "eggplant-in-basket"])
    func `24 seeds in a row are SIMPLER's 24 episodes, each once`(task: String) throws {
        let definition = try TaskFolder.library.task(named: task)
        #expect(definition.fixedStarts?.count == 24)
        let first = try starts(task, seeds: 0..<24)
        #expect(Set(first.map { "\($0)" }).count == 24)
        // Later rounds go through the same starts in the same order, up to 1 cm away.
        let later = try starts(task, seeds: 1_000_008..<1_000_032)
        for (one, other) in zip(first, later) {
            for (a, b) in zip(one, other) {
                #expect(abs(a.x - b.x) <= 0.01 && abs(a.y - b.y) <= 0.01 && a.z == b.z)
            }
        }
        #expect(first != later)
    }

    @Test func `spoon and towel are at two corners of SIMPLER's square`() throws {
        for places in try starts("spoon-on-towel", seeds: 0..<24) {
            for place in places.dropFirst() {
                #expect(
                    abs(abs(place.x + 0.16) - 0.075) < 1e-12 && abs(abs(place.y) - 0.075) < 1e-12
                )
            }
            #expect(Vector3(places[1].x - places[2].x, places[1].y - places[2].y, 0).length > 0.149)
        }
    }

    @Test func `arrangements are all ordered choices, each once`() {
        let all = (0..<12).map { FixedStarts.arrangement($0, of: 4, taken: 2) }
        #expect(Set(all.map { $0[0] * 4 + $0[1] }).count == 12)
        #expect(all.allSatisfy { $0[0] != $0[1] && $0.allSatisfy((0..<4).contains) })
        #expect(FixedStarts.Factor.arrangements(of: 4, taken: 2) == 12)
        #expect(FixedStarts.Factor.arrangements(of: 1, taken: 2) == 0)
    }
}
