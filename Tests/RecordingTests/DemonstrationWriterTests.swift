import Diagnostics
import Foundation
import Testing

@testable import Recording

@Suite struct DemonstrationWriterTests {
    @Test func whatIsWrittenIsReadBack() throws {
        let folder = try Folder()
        let path = folder.path("demos.hdf5")
        let seeds: [(seed: UInt64, steps: Int)] = [(1_000_000, 7), (.max, 1), (1_000_002, 12)]
        try write(path, episodes: seeds)
        #expect(try folder.names == ["demos.hdf5"])

        let reader = try DemonstrationReader(path: path)
        #expect(reader.total == 20)
        #expect(reader.attributes["total"] == 20)
        #expect(reader.attributes["expert"] == "scripted é")
        #expect(reader.attributes["rate_hertz"] == 30.0)
        #expect(reader.demonstrations.map(\.name) == ["demo_0", "demo_1", "demo_2"])
        #expect(reader.demonstrations.map(\.seed) == [1_000_000, .max, 1_000_002])
        #expect(reader.demonstrations.map(\.sampleCount) == [7, 1, 12])
        #expect(reader.filters == ["train": ["demo_0", "demo_1"]])
        for (demonstration, seed) in zip(reader.demonstrations, seeds) {
            let table = try episode(seed: seed.seed, steps: seed.steps)
            for (key, value) in table.attributes {
                #expect(demonstration.attributes[key] == value)
            }
            #expect(Set(demonstration.columns.map(\.path)) == Set(table.columns.map(\.path)))
            for column in table.columns {
                let found = try #require(demonstration.columns.first { $0.path == column.path })
                #expect(found.shape == [seed.steps] + column.shape)
                #expect(found.type == column.type)
            }
            let name = demonstration.name
            let cloud = try reader.read("obs/point_cloud", of: name, as: Float.self)
            #expect(cloud.shape == [seed.steps, 5, 3])
            #expect(cloud.values == numbers(table, "obs/point_cloud"))
            #expect(
                try reader.read("actions", of: name).values
                    == numbers(table, "actions", as: Float.self).map(Double.init)
            )
            #expect(
                try reader.read("states", of: name).values
                    == numbers(table, "states", as: Double.self)
            )
            #expect(
                try reader.read("timing/sense", of: name).values
                    == numbers(table, "timing/sense", as: Int64.self)
            )
            #expect(
                try reader.read("timing/state_hash", of: name).values
                    == numbers(table, "timing/state_hash", as: UInt64.self)
            )
            #expect(
                try reader.read("obs/front_image", of: name).values
                    == numbers(table, "obs/front_image", as: UInt8.self)
            )
        }
    }

    @Test func anUnfinishedFileLeavesNothingBehind() throws {
        let folder = try Folder()
        do {
            let writer = try DemonstrationWriter(path: folder.path("a.hdf5"), environment: "reach")
            try writer.append(try episode(seed: 1, steps: 3))
            let names = try folder.names
            #expect(names.count == 1 && names != ["a.hdf5"])
        }
        #expect(try folder.names.isEmpty)
    }

    @Test func anOlderFileStaysUntilTheNewOneIsWhole() throws {
        let folder = try Folder()
        let path = folder.path("a.hdf5")
        try write(path, episodes: [(1, 2)])
        do {
            let writer = try DemonstrationWriter(path: path, environment: "reach")
            try writer.append(try episode(seed: 9, steps: 3))
            #expect(try DemonstrationReader(path: path).demonstrations.map(\.seed) == [1])
        }
        #expect(try DemonstrationReader(path: path).demonstrations.map(\.seed) == [1])
        try write(path, episodes: [(9, 3)])
        #expect(try DemonstrationReader(path: path).demonstrations.map(\.seed) == [9])
        #expect(try folder.names == ["a.hdf5"])
    }

    @Test func placesThatCannotBeWrittenAreRefused() throws {
        let folder = try Folder()
        for path in ["", folder.url.path, folder.path("missing/a.hdf5"), "/dev/null/a", "a\u{0}b"] {
            let error = #expect(throws: InputError.self) {
                try DemonstrationWriter(path: path, environment: "reach")
            }
            #expect(error?.file == path)
        }
        #expect(try folder.names.isEmpty)
    }

    @Test func incompleteEpisodesAreRefused() throws {
        let folder = try Folder()
        let writer = try DemonstrationWriter(path: folder.path("a.hdf5"), environment: "reach")
        var missing = try episode(seed: 1, steps: 3)
        missing.columns.removeAll { $0.path == "states" }
        var uneven = try episode(seed: 1, steps: 3)
        uneven.columns[1].append(Float(0))
        var twice = try episode(seed: 1, steps: 3)
        twice.columns.append(twice.columns[0])
        for bad in [missing, uneven, twice, try episode(seed: 1, steps: 0)] {
            #expect(throws: InputError.self) { try writer.append(bad) }
        }
        // A refused episode does not spoil the file.
        try writer.append(try episode(seed: 5, steps: 2))
        try writer.finish()
        #expect(try DemonstrationReader(path: writer.path).demonstrations.map(\.seed) == [5])
        #expect(throws: InputError.self) { try writer.append(try episode(seed: 5, steps: 2)) }
        #expect(throws: InputError.self) { try writer.finish() }
    }

    @Test func aFilterOfUnknownDemonstrationsIsRefused() throws {
        let folder = try Folder()
        let writer = try DemonstrationWriter(path: folder.path("a.hdf5"), environment: "reach")
        try writer.append(try episode(seed: 1, steps: 3))
        #expect(throws: InputError.self) { try writer.finish(filters: ["train": [0, 1]]) }
        #expect(try folder.names.isEmpty)
    }

    @Test func aDatasetAndAGroupOfOneNameAreRefused() throws {
        let folder = try Folder()
        let writer = try DemonstrationWriter(path: folder.path("a.hdf5"), environment: "reach")
        var clash = try episode(seed: 1, steps: 1)
        var column = try Column(path: "actions/more", type: .float32)
        column.append(Float(1))
        clash.columns.append(column)
        #expect(throws: InputError.self) { try writer.append(clash) }
        #expect(try folder.names.isEmpty)
    }

    @Test func manyThreadsMayWriteFilesAtOnce() async throws {
        let folder = try Folder()
        let paths = (0..<4).map { folder.path("\($0).hdf5") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, path) in paths.enumerated() {
                group.addTask {
                    let first = UInt64(index) * 10
                    try write(path, episodes: [(first, 4), (first + 1, 5)])
                }
            }
            try await group.waitForAll()
        }
        for (index, path) in paths.enumerated() {
            let first = UInt64(index) * 10
            #expect(
                try DemonstrationReader(path: path).demonstrations.map(\.seed) == [
                    first, first + 1,
                ]
            )
        }
    }
}
