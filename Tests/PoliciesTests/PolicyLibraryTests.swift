import Diagnostics
import Foundation
import Policies
import Testing

@Suite struct PolicyLibraryTests {
    let golden: GoldenPolicy
    let library: PolicyLibrary

    init() throws {
        golden = try GoldenPolicy()
        let parent = URL(fileURLWithPath: golden.directory).deletingLastPathComponent().path
        library = PolicyLibrary(searchPaths: ["/does/not/exist", parent])
    }

    @Test func `policies are listed with what they say of themselves`() throws {
        #expect(library.names == ["dp3", "flowpolicy", "golden", "mp1", "simple-dp3", "vla"])
        #expect(try library.card(of: "simple-dp3").architecture == "simple-dp3")
        let card = try library.card(of: "golden")
        #expect(card.name == "golden" && card.architecture == "meanflow" && card.robot == "panda")
        #expect(card.parameters > 0 && card.bytes > 2 * card.parameters)
    }

    @Test func `a policy is found by name and by path`() throws {
        #expect(try library.directory(of: "golden") == golden.directory)
        #expect(try library.directory(of: golden.directory) == golden.directory)
        #expect(throws: InputError.self) { try library.directory(of: "./nowhere") }
    }

    @Test func `an unknown name shows the nearest`() {
        let error = #expect(throws: InputError.self) { try library.directory(of: "goldn") }
        #expect(error?.nearest.first == "golden")
    }
}
