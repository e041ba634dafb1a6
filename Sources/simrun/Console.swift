import Foundation

/// Where the program speaks: results on standard output, everything else on standard error.
enum Console {
    static func line(_ text: String) {
        write(text + "\n", to: .standardOutput)
    }

    static func errorText(_ text: String) {
        write(text + "\n", to: .standardError)
    }

    static func error(_ text: String) {
        errorText("simrun: " + text)
    }

    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes as it is, without a new line.
    static func write(_ text: String, to handle: FileHandle) {
        try? handle.write(contentsOf: Data(text.utf8))
    }
}
