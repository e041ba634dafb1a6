import Diagnostics
import Foundation
import Testing

@testable import Robots

@Suite struct RobotLibraryTests {
    let library = RobotLibrary(
        searchPaths: [
            "/nowhere", URL(fileURLWithPath: Panda.directory).deletingLastPathComponent().path,
        ]
    )

    @Test func robotsAreFoundByNameAndByPath() throws {
        #expect(library.names.contains("panda"))
        #expect(try library.load("panda").name == "panda")
        #expect(try library.load(Panda.directory + "/").name == "panda")
    }

    @Test func anUnknownRobotIsRefusedWithTheNearestNames() throws {
        let error = try #require(throws: InputError.self) { try library.load("pandda") }
        #expect(error.nearest.first == "panda")
        #expect(throws: InputError.self) { try library.load("../secrets") }
        #expect(throws: InputError.self) { try library.load("..") }
    }
}
