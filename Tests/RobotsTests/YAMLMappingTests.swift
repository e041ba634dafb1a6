import Diagnostics
import Spatial
import Testing

@testable import Robots

@Suite struct YAMLMappingTests {
    static let text = """
        name: pick-place   # a remark
        rate: 60 Hz
        count: 12
        on: true
        'quoted': "40"
        scene:
          cube: { at: 0.4 0 0.02 m, x: 0.1 to 0.3 m }
          list: [1.5, 2]
        note: Smith & Jones * 2
        """

    @Test func valuesAreReadByTheirTypes() throws {
        let root = try YAMLMapping.parse(Self.text, file: "t.yaml")
        #expect(try root.string("name") == "pick-place")
        #expect(try root.quantity("rate", .frequency) == 60)
        #expect(try root.required("count").integer(in: 0...20) == 12)
        #expect(try root.required("on").bool())
        #expect(try root.string("quoted") == "40")
        let scene = try root.mapping("scene")
        let cube = try scene.mapping("cube")
        #expect(try cube.vector3("at", .length) == Vector3(0.4, 0, 0.02))
        #expect(try cube.range("x", .length) == 0.1...0.3)
        try cube.finish()
        let list = try scene.list("list")
        #expect(try list[0].number() == 1.5)
        #expect(list[1].place.key == "scene.list[1]" && list[1].place.line == 8)
        try scene.finish()
        #expect(root.optional("absent") == nil)
        let error = try #require(throws: InputError.self) { try root.finish() }
        #expect(error.line == 9 && error.key == "note" && error.file == "t.yaml")
        #expect(try root.string("note") == "Smith & Jones * 2")
        try root.finish()
    }

    @Test(arguments: [
        "a: [1, 2", "a: &x 1", "a: *x", "a: \"\\z\"", "", "- 1\n- 2", "a: 1\na: 2",
        "a: 1\n--- \nb: 2",
        "? [a]\n: 1", "\tb: 1", "{a: {\"b\":*c}}", "a: b: c",
    ])
    func whatIsNoStrictMappingIsRefused(_ text: String) throws {
        let error = try #require(throws: InputError.self) {
            try YAMLMapping.parse(text, file: "t.yaml")
        }
        #expect(error.file == "t.yaml")
    }

    @Test(arguments: ["40", "true", "null", "~", "", "[a]", "1e5"])
    func textIsNotGuessedFromOtherTypes(_ value: String) throws {
        let root = try YAMLMapping.parse("a: \(value)\nb: 1", file: "t.yaml")
        let error = try #require(throws: InputError.self) { try root.string("a") }
        #expect(error.line == 1 && error.key == "a" && error.expected == "text")
    }

    @Test(arguments: ["\"40\"", "forty", "[4]", ".nan", ".inf", "0x10", "", "4 m"])
    func numbersAreNotGuessed(_ value: String) throws {
        let root = try YAMLMapping.parse("a: \(value)\nb: 1", file: "t.yaml")
        #expect(throws: InputError.self) { try root.number("a") }
    }

    @Test func aBillionLaughsAreRefused() throws {
        var bomb = "a0: &a0 [lol, lol]\n"
        for i in 1..<30 { bomb += "a\(i): &a\(i) [*a\(i - 1), *a\(i - 1)]\n" }
        let error = try #require(throws: InputError.self) {
            try YAMLMapping.parse(bomb, file: "t.yaml")
        }
        #expect(error.line == 1 && error.found.contains("anchor"))
    }

    @Test(arguments: [
        "a: \"x\n # \", &b [1]", "a: \"x # \", &b [1]", "# c\r a: &b 1", "# c\u{2028}a: &b 1",
        "# c\u{85}a: &b 1",
    ])
    func anchorsDoNotHideBehindComments(_ text: String) throws {
        let error = try #require(throws: InputError.self) {
            try YAMLMapping.parse(text, file: "t.yaml")
        }
        #expect(!error.expected.contains("well-formed"), "\(error)")
    }

    @Test func bracketsHiddenInQuotesStayBounded() throws {
        for count in [500, 990, 100_000] {
            let text = "a: " + String(repeating: "[\"]\",\n ", count: count)
            #expect(throws: InputError.self) { try YAMLMapping.parse(text, file: "t.yaml") }
            let closed = text + "1" + String(repeating: "]", count: count)
            _ = try? YAMLMapping.parse(closed, file: "t.yaml")
        }
    }

    @Test func primitivesAreReadWithTheirConventions() throws {
        func read(_ text: String) throws -> Primitive {
            try Primitive.read(from: YAMLMapping.parse(text, file: "t.yaml"))
        }
        #expect(try read("box: 4 4 2 cm") == .box(halfExtents: Vector3(0.02, 0.02, 0.01)))
        #expect(try read("sphere: 5 cm") == .sphere(radius: 0.05))
        #expect(
            try read("capsule: { radius: 1 m, length: 3 m }")
                == .capsule(radius: 1, halfLength: 1.5)
        )
        for wrong in ["box: 0 1 1 m", "sphere: -1 m", "cone: 1 m", "box: 1 1 1 m\nsphere: 1 m"] {
            #expect(throws: InputError.self) { try read(wrong) }
        }
    }
}
