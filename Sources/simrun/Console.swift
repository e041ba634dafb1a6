import Foundation

/// Where the program speaks: results on standard output, everything else on standard error.
enum Console {
    /// Prints a line of results; a lost result ends the program as a fault.
    static func line(_ text: String) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
        } catch {
            self.error("fault: standard output cannot be written")
            exit(Outcome.faultCode)
        }
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
