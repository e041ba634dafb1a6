import Diagnostics
import Testing

@testable import Policies

@Suite struct VocabularyTests {
    private func read(_ text: String, room: Int = 8) throws -> ([Int32], Vocabulary.Reading) {
        let vocabulary = try Vocabulary(words: ["box's", "café", "put", "the"])
        var ids = [Int32](repeating: -1, count: room)
        let reading = ids.withUnsafeMutableBufferPointer { vocabulary.read(text, into: $0) }
        return (Array(ids.prefix(min(reading.words, room))), reading)
    }

    @Test func `words are split at everything but letters, digits, apostrophes and other scripts`()
        throws
    {
        let (ids, reading) = try read("  PUT,the\n\tBox's--café zebra2 ")
        #expect(ids == [3, 4, 1, 2, 0])
        #expect(reading == Vocabulary.Reading(words: 5, unknown: 1))
    }

    @Test func `words without room are counted and not written`() throws {
        let (ids, reading) = try read("the the the put", room: 2)
        #expect(ids == [4, 4])
        #expect(reading.words == 4)
    }

    @Test(arguments: ["", "?!", "\u{0}"])
    func `a text may have no word`(text: String) throws {
        #expect(try read(text).1 == Vocabulary.Reading())
    }

    @Test(arguments: [["Put"], ["two words"], [""], ["a", "a"], []])
    func `a list with a wrong word is refused`(words: [String]) {
        #expect(throws: InputError.self) { try Vocabulary(words: words) }
    }

    @Test func `a file says its format and nothing unknown`() throws {
        let good = #"{"format": "simrun-vocabulary-1", "words": ["a"]}"#
        #expect(try Vocabulary(json: Array(good.utf8), file: "v").words == ["a"])
        for bad in [
            #"{"format": "other", "words": ["a"]}"#, #"{"words": ["a"]}"#, "[]",
            #"{"format": "simrun-vocabulary-1", "words": ["a"], "more": 1}"#,
            #"{"format": "simrun-vocabulary-1", "words": [1]}"#,
        ] {
            #expect(throws: InputError.self) { try Vocabulary(json: Array(bad.utf8), file: "v") }
        }
    }
}
