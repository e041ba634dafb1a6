import Diagnostics
import Foundation
import GRDB
import Runtime
import Testing

@testable import Results

@Suite struct SweepStoreTests {
    private let cells = [
        SweepSamples.cell(latencyMs: 0), SweepSamples.cell(latencyMs: 40, seeds: [3, 4, 9]),
    ]

    private func add(_ seeds: some Sequence<Int>, to store: SweepStore, cell: Int) throws {
        try store.transaction {
            let host = try store.id(of: SweepSamples.host)
            for seed in seeds {
                let episode = SweepSamples.episode(seed, success: seed % 2 == 0)
                try store.add(episode, cell: cell, host: host)
            }
        }
    }

    private func episodes(_ store: SweepStore, cell: Int) throws -> [SweepEpisode] {
        var all: [SweepEpisode] = []
        try store.episodes(ofCell: cell) { all.append($0.episode) }
        return all
    }

    @Test func `what is written is read back, after the file was closed`() throws {
        try SweepSamples.withFolder { folder in
            let path = folder + "/sweep.sqlite"
            var ids: [Int] = []
            var wanted = SweepSamples.episode(4)
            wanted.timing?.ticks = [
                SweepTick(
                    tick: 7,
                    planned: true,
                    sense: 1,
                    infer: 2,
                    rerank: 0,
                    act: 0.5,
                    step: 9,
                    charge: 40_000,
                    misses: 2
                )
            ]
            let broken = SweepEpisode(
                seed: 9,
                outcome: .broken("signal 11"),
                timing: nil,
                attempts: 2,
                wallSeconds: 1
            )
            do {
                let store = try SweepStore(path: path, mode: .create)
                ids = try store.plan(cells)
                try store.setTitle(
                    SweepStore.Title(name: "n", file: "f.yaml", yaml: "name: n\n")
                )
                try store.transaction {
                    let host = try store.id(of: SweepSamples.host)
                    #expect(try store.add(wanted, cell: ids[1], host: host))
                    #expect(try store.add(broken, cell: ids[1], host: host))
                }
                try store.seal()
            }
            #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
            let store = try SweepStore(path: path, mode: .read)
            #expect(try store.title()?.yaml == "name: n\n")
            #expect(try store.cells().map(\.cell) == cells)
            #expect(try Array(store.hosts().values) == [SweepSamples.host])
            let read = try episodes(store, cell: ids[1])
            let ticks = wanted.timing?.ticks
            wanted.timing?.ticks = []
            #expect(read == [wanted, broken])
            var rows: [Int] = []
            try store.episodes(ofCell: ids[1]) { rows.append($0.id) }
            #expect(try store.ticks(ofEpisode: rows[0]) == ticks)
            #expect(try store.brokenReasons().map(\.reason) == ["signal 11"])
        }
    }

    @Test func `an episode that is there already is neither doubled nor changed`() throws {
        try SweepSamples.withFolder { folder in
            let store = try SweepStore(path: folder + "/a.sqlite", mode: .create)
            let id = try store.plan(cells)[0]
            let host = try store.id(of: SweepSamples.host)
            #expect(try store.add(SweepSamples.episode(1, success: true), cell: id, host: host))
            #expect(try !store.add(SweepSamples.episode(1, success: false), cell: id, host: host))
            #expect(try store.episodeCount() == 1)
            #expect(try episodes(store, cell: id)[0].isSuccess)
        }
    }

    @Test func `a failed transaction leaves nothing`() throws {
        struct Stop: Error {}
        try SweepSamples.withFolder { folder in
            let store = try SweepStore(path: folder + "/a.sqlite", mode: .create)
            let id = try store.plan(cells)[0]
            let host = try store.id(of: SweepSamples.host)
            #expect(throws: Stop.self) {
                try store.transaction {
                    try store.add(SweepSamples.episode(1), cell: id, host: host)
                    throw Stop()
                }
            }
            #expect(try store.episodeCount() == 0)
        }
    }

    @Test func `tallies count successes, broken ones and misses`() throws {
        try SweepSamples.withFolder { folder in
            let store = try SweepStore(path: folder + "/a.sqlite", mode: .create)
            let id = try store.plan(cells)[0]
            try add(0..<6, to: store, cell: id)
            let host = try store.id(of: SweepSamples.host)
            try store.add(
                SweepEpisode(
                    seed: 8,
                    outcome: .broken("x"),
                    timing: nil,
                    attempts: 2,
                    wallSeconds: 0
                ),
                cell: id,
                host: host
            )
            let tally = try #require(try store.tallies()[id])
            #expect(tally.episodes == 7 && tally.successes == 3 && tally.broken == 1)
            #expect(tally.failedSeeds == [1, 3, 5] && tally.brokenSeeds == [8])
            #expect(tally.misses == 0 + 1 + 2 + 0 + 1 + 2)
            #expect(try store.forgetBroken() == 1)
            #expect(try store.tallies()[id]?.broken == 0)
        }
    }

    @Test func `a plan may grow`() throws {
        try SweepSamples.withFolder { folder in
            let store = try SweepStore(path: folder + "/a.sqlite", mode: .create)
            let id = try store.plan(cells)[0]
            try add([2, 5], to: store, cell: id)
            // The cell without episodes goes, another comes first, and the old one has more seeds.
            let grown = [
                SweepSamples.cell(task: "push"), SweepSamples.cell(latencyMs: 0, seeds: 0..<50),
            ]
            let ids = try store.plan(grown)
            #expect(ids[1] == id)
            #expect(try store.cells().map(\.cell) == grown)
            #expect(try store.doneSeeds() == [id: [2, 5]])
        }
    }

    @Test(
        arguments: [
            ([SweepSamples.cell(latencyMs: 40)], "every cell"),
            ([SweepSamples.cell(latencyMs: 0, seeds: 0..<5)], "no seed 5"),
            ([SweepSamples.cell(latencyMs: 0, policyHash: "p2")], "another policy"),
        ]
    )
    func `a plan may not drop or change what has been run`(
        plan: [SweepCell],
        words: String
    ) throws {
        try SweepSamples.withFolder { folder in
            let store = try SweepStore(path: folder + "/a.sqlite", mode: .create)
            let id = try store.plan(cells)[0]
            try add([2, 5], to: store, cell: id)
            let error = #expect(throws: InputError.self) { _ = try store.plan(plan) }
            #expect(error?.description.contains(words) == true, "\(String(describing: error))")
            #expect(try store.cells().map(\.cell) == cells)
        }
    }

    @Test func `shards merge to what one run would have written, however often`() throws {
        try SweepSamples.withFolder { folder in
            let whole = try SweepStore(path: folder + "/whole.sqlite", mode: .create)
            let ids = try whole.plan(cells)
            try add(0..<10, to: whole, cell: ids[0])
            try add([3, 4, 9], to: whole, cell: ids[1])

            let merged = try SweepStore(path: folder + "/merged.sqlite", mode: .create)
            _ = try merged.plan(cells)
            for shard in 0..<3 {
                let part = try SweepStore(path: folder + "/\(shard).sqlite", mode: .create)
                // Rows of a shard need not be those of the whole.
                let own = try part.plan(cells.reversed())
                try add((0..<10).filter { $0 % 3 == shard }, to: part, cell: own[1])
                try add([3, 4, 9].filter { $0 % 3 == shard }, to: part, cell: own[0])
                let first = try merged.merge(part)
                #expect(first.known == 0 && first.added > 0)
                let again = try merged.merge(part)
                #expect(again.added == 0 && again.known == first.added)
            }
            #expect(try merged.episodeCount() == 13)
            let mergedIDs = try merged.cells().map(\.id)
            for (one, other) in zip(ids, mergedIDs) {
                #expect(try episodes(whole, cell: one) == episodes(merged, cell: other))
            }
        }
    }

    @Test func `two results of one reproducible episode are refused`() throws {
        try SweepSamples.withFolder { folder in
            let one = try SweepStore(path: folder + "/1.sqlite", mode: .create)
            let two = try SweepStore(path: folder + "/2.sqlite", mode: .create)
            try add([4], to: one, cell: one.plan(cells)[0])
            let id = try two.plan(cells)[0]
            var other = SweepSamples.episode(4)
            if case .finished(var result) = other.outcome {
                result.stateHash = "0123456789abcdef"
                other.outcome = .finished(result)
            }
            try two.add(other, cell: id, host: two.id(of: SweepSamples.host))
            let error = #expect(throws: InputError.self) { _ = try one.merge(two) }
            #expect(error?.found == "0123456789abcdef")
            #expect(try one.episodeCount() == 1)
        }
    }

    @Test func `episodes of a cell that is not planned are not merged`() throws {
        try SweepSamples.withFolder { folder in
            let one = try SweepStore(path: folder + "/1.sqlite", mode: .create)
            let two = try SweepStore(path: folder + "/2.sqlite", mode: .create)
            _ = try one.plan([cells[0]])
            try add([4], to: two, cell: two.plan(cells)[1])
            #expect(throws: InputError.self) { _ = try one.merge(two) }
        }
    }

    @Test func `other files are refused by name`() throws {
        try SweepSamples.withFolder { folder in
            let path = folder + "/x.sqlite"
            try Data("not a database, but long enough to look at".utf8)
                .write(to: URL(filePath: path))
            for mode in [SweepStore.Mode.create, .write, .read] {
                let error = #expect(throws: InputError.self) {
                    _ = try SweepStore(path: path, mode: mode)
                }
                #expect(error?.file == path)
            }
            let foreign = folder + "/foreign.sqlite"
            try DatabaseQueue(path: foreign).write { try $0.execute(sql: "CREATE TABLE t (x)") }
            let error = #expect(throws: InputError.self) {
                _ = try SweepStore(path: foreign, mode: .create)
            }
            #expect(error?.found == "another database")
            #expect(throws: InputError.self) {
                _ = try SweepStore(path: folder + "/missing.sqlite", mode: .read)
            }
        }
    }

    @Test func `a newer file is refused`() throws {
        try SweepSamples.withFolder { folder in
            let path = folder + "/a.sqlite"
            _ = try SweepStore(path: path, mode: .create)
            try DatabaseQueue(path: path).write {
                try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('from the future')")
            }
            let error = #expect(throws: InputError.self) {
                _ = try SweepStore(path: path, mode: .create)
            }
            #expect(error?.found.contains("from the future") == true)
        }
    }

    @Test func `rows of the wrong type are refused, not trusted`() throws {
        try SweepSamples.withFolder { folder in
            let path = folder + "/a.sqlite"
            let store = try SweepStore(path: path, mode: .create)
            let id = try store.plan(cells)[0]
            try add([1], to: store, cell: id)
            let other = try DatabaseQueue(path: path)
            let changes = [
                "UPDATE episodes SET ticks = 'many'", "UPDATE episodes SET stages = '{\"tick\":7}'",
                "UPDATE episodes SET stages = '{\"tick\":{\"999\":1}}'",
            ]
            for change in changes {
                try other.write { try $0.execute(sql: change) }
                #expect(throws: InputError.self, "\(change)") { _ = try episodes(store, cell: id) }
            }
            try other.write { try $0.execute(sql: "UPDATE cells SET task = 'other'") }
            #expect(throws: InputError.self) { _ = try store.cells() }
        }
    }

    @Test func `a truncated or scrambled file never traps`() throws {
        try SweepSamples.withFolder { folder in
            let path = folder + "/a.sqlite"
            do {
                let store = try SweepStore(path: path, mode: .create)
                try add(0..<40, to: store, cell: store.plan([SweepSamples.cell(seeds: 0..<40)])[0])
                try store.seal()
            }
            let whole = [UInt8](try Data(contentsOf: URL(filePath: path)))
            var random = SystemRandomNumberGenerator()
            for round in 0..<60 {
                var bytes = whole
                if round % 3 == 0 { bytes = Array(bytes.prefix(.random(in: 0..<whole.count))) }
                for _ in 0..<20 where !bytes.isEmpty {
                    bytes[.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255)
                }
                let broken = folder + "/broken.sqlite"
                try Data(bytes).write(to: URL(filePath: broken))
                do {
                    let store = try SweepStore(path: broken, mode: .read)
                    for cell in try store.cells() { _ = try episodes(store, cell: cell.id) }
                    _ = try store.tallies()
                } catch is InputError {
                } catch is StorageFault {
                }
            }
        }
    }
}
