import Diagnostics
import Testing

@testable import Inference

@Suite struct JSONParserTests {
    @Test(arguments: [
        "", "{", "{\"a\" 1}", "{\"a\":1,}", "[1,]", "[1 2]", "tru", "01", "1.", "-", "1e", "+1",
        "\"a",
        "\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\u{1}\"", "nul", "{1:2}",
        ".5",
    ])
    func `broken text is refused`(text: String) {
        #expect(throws: InputError.self) { try JSONParser.parse(Array(text.utf8), file: "x") }
    }

    @Test func `errors name the line`() throws {
        let error = #expect(throws: InputError.self) {
            try JSONParser.parse(Array("{\n \"a\": 1,\n \"a\": 2}".utf8), file: "p.json")
        }
        #expect(error?.description == "p.json:3: a: expected the key once, found it twice")
    }

    @Test func `escapes are read`() throws {
        let node = try JSONParser.parse(
            Array(#"" \" \\ \/ \n \u00e9 \ud83e\udd16""#.utf8),
            file: "x"
        )
        guard case .string(let text) = node.value else { return #expect(Bool(false)) }
        #expect(text == " \" \\ / \n é 🤖")
    }

    @Test func `invalid UTF-8 is refused`() {
        #expect(throws: InputError.self) { try JSONParser.parse([0x22, 0xFF, 0x22], file: "x") }
    }
}
