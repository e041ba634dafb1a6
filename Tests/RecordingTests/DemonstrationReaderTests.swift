import Diagnostics
import Foundation
import Testing

@testable import Recording

@Suite struct DemonstrationReaderTests {
    @Test func truncatedFilesAreRefused() throws {
        let folder = try Folder()
        let path = folder.path("a.hdf5")
        try write(path, episodes: [(1, 5), (2, 5)])
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for count in stride(from: 0, to: whole.count, by: max(1, whole.count / 40)) {
            try whole.prefix(count).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: InputError.self) { try DemonstrationReader(path: path) }
            #expect(error?.file == path)
        }
    }

    @Test func damagedFilesNeverTrap() throws {
        let folder = try Folder()
        let path = folder.path("a.hdf5")
        try write(path, episodes: [(1, 2)])
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        for offset in stride(from: 8, to: whole.count, by: 7) {
            var damaged = whole
            for index in offset..<min(offset + 4, whole.count) { damaged[index] ^= 0xff }
            try Data(damaged).write(to: URL(fileURLWithPath: path))
            // Either outcome is right; the numbers themselves carry no check.
            guard let reader = try? DemonstrationReader(path: path) else { continue }
            for demonstration in reader.demonstrations {
                for column in demonstration.columns {
                    _ = try? reader.read(column.path, of: demonstration.name, as: Double.self)
                }
            }
        }
    }

    @Test func otherFilesAreRefused() throws {
        let folder = try Folder()
        let text = folder.path("a.txt")
        try Data("not HDF5".utf8).write(to: URL(fileURLWithPath: text))
        for path in [text, folder.url.path, folder.path("missing"), "", "a\u{0}b"] {
            #expect(throws: InputError.self) { try DemonstrationReader(path: path) }
        }
    }

    @Test func aFormatWithoutChecksumsIsRefused() throws {
        let folder = try Folder()
        let path = folder.path("a.hdf5")
        try write(path, episodes: [(1, 2)])
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        for version in [0, 1, 2] as [UInt8] {
            bytes[8] = version
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: InputError.self) { try DemonstrationReader(path: path) }
            #expect(error?.expected.contains("1.10") == true)
        }
    }

    @Test func unknownNamesAreRefusedWithTheNearest() throws {
        let folder = try Folder()
        let path = folder.path("a.hdf5")
        try write(path, episodes: [(1, 2), (2, 2)])
        let reader = try DemonstrationReader(path: path)
        let column = #expect(throws: InputError.self) {
            try reader.read("action", of: "demo_0", as: Float.self)
        }
        #expect(column?.nearest.first == "actions")
        #expect(throws: InputError.self) {
            try reader.read("actions", of: "demo_2", as: Float.self)
        }
    }
}
