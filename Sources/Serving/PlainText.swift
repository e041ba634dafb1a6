/// Text from a peer, made fit for a terminal.
enum PlainText {
    /// The text with a question mark for whatever is neither printable ASCII nor a letter.
    ///
    /// - Parameter length: At most so many Unicode scalars: one character may have millions.
    static func of(_ text: String, _ length: Int) -> String {
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(length) {
            let isPlain =
                scalar.isASCII
                ? (0x20..<0x7F).contains(scalar.value) : scalar.properties.isAlphabetic
            plain.append(isPlain ? scalar : "?")
        }
        return String(plain)
    }
}
