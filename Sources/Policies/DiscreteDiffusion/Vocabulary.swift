public import Diagnostics
import Inference
import Robots
import Runtime

/// The closed list of words that a language policy knows, as numbers.
///
/// A word is a run of ASCII letters, digits, apostrophes and bytes from 0x80 up, letters in lower case;
/// everything else separates. Number 0 stands for every word that is not listed.
public struct Vocabulary: Equatable, Sendable {
    /// The words; word `i` has the number `i + 1`.
    public let words: [String]
    private let numbers: [UInt64: Int32]

    /// The most words, the unknown one counted in.
    public static let limit = 512
    /// The number of words that are not listed.
    public static let unknown: Int32 = 0
    static let format = "simrun-vocabulary-1"

    /// Numbers that its words can have.
    public var count: Int { words.count + 1 }

    /// What a text came to.
    public struct Reading: Equatable, Sendable {
        /// Words of the text, those that found no room too.
        public var words = 0
        /// Words that the vocabulary does not have.
        public var unknown = 0
    }

    /// Creates a vocabulary.
    ///
    /// - Throws: `InputError` for too many words, one twice, or one that no text yields.
    public init(words: [String], file: String? = nil) throws(InputError) {
        guard (1..<Self.limit).contains(words.count) else {
            throw InputError(
                file: file,
                key: "words",
                expected: "1 to \(Self.limit - 1) words",
                found: "\(words.count)"
            )
        }
        var numbers: [UInt64: Int32] = [:]
        for (i, word) in words.enumerated() {
            var hash = Hash()
            let whole = word.utf8.allSatisfy { hash.add($0) }
            guard whole, !word.isEmpty, word == word.lowercasedASCII else {
                throw InputError(
                    file: file,
                    key: "words[\(i)]",
                    expected: "one word in lower case",
                    found: "\"\(word.prefix(40))\""
                )
            }
            guard numbers.updateValue(Int32(i + 1), forKey: hash.value) == nil else {
                throw InputError(
                    file: file,
                    key: "words[\(i)]",
                    expected: "each word once",
                    found: "\"\(word.prefix(40))\""
                )
            }
        }
        (self.words, self.numbers) = (words, numbers)
    }

    /// Reads the JSON that lies beside a policy's weights.
    ///
    /// - Parameters:
    ///   - json: UTF-8 text.
    ///   - file: The file's name, for errors.
    public init(json: [UInt8], file: String) throws(InputError) {
        var root = try StrictObject(try JSONParser.parse(json, file: file), path: "", file: file)
        _ = try root.choice("format", of: [Self.format])
        let words = try root.strings("words")
        try root.requireAllTaken()
        try self.init(words: words, file: file)
    }

    /// Turns a text into numbers, as many as there is room for.
    ///
    /// Does not allocate.
    public func read(
        _ text: String,
        into ids: UnsafeMutableBufferPointer<Int32>
    ) -> Reading {
        var reading = Reading()
        var hash = Hash()
        func finish() {
            guard !hash.isEmpty else { return }
            let number = numbers[hash.value] ?? Self.unknown
            if number == Self.unknown { reading.unknown += 1 }
            if reading.words < ids.count { ids[reading.words] = number }
            reading.words += 1
            hash = Hash()
        }
        for byte in text.utf8 where !hash.add(byte) { finish() }
        finish()
        return reading
    }

    /// The words of a text that are not listed, in their order; for messages.
    public func unknownWords(in text: String) -> [String] {
        var found: [String] = []
        var word: [UInt8] = []
        func finish() {
            let text = String(decoding: word, as: UTF8.self).lowercasedASCII
            if !word.isEmpty, !words.contains(text), !found.contains(text) { found.append(text) }
            word = []
        }
        for byte in text.utf8 {
            if Hash.isPart(byte) { word.append(byte) } else { finish() }
        }
        finish()
        return found
    }

    /// FNV-1a over the bytes of one word; words of a list are checked to differ in it.
    private struct Hash {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        var isEmpty = true

        static func isPart(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "'"), 0x80...:
                true
            default: false
            }
        }

        /// Adds a byte in lower case; false if it is not part of a word.
        mutating func add(_ byte: UInt8) -> Bool {
            guard Self.isPart(byte) else { return false }
            let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            value = (value ^ UInt64(isUpper ? byte + 32 : byte)) &* 0x0000_0100_0000_01B3
            isEmpty = false
            return true
        }
    }
}

extension String {
    fileprivate var lowercasedASCII: String {
        String(
            decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 },
            as: UTF8.self
        )
    }
}
