/// Command lines as a POSIX shell reads them.
enum CommandText {
    /// The same arguments with clock and latency replaced by a kept trace, which is not kept again.
    static func replay(arguments: [String], trace: String) -> String {
        var kept: [String] = []
        var rest = arguments.dropFirst()
        while let argument = rest.popFirst() {
            let name = argument.split(separator: "=", maxSplits: 1).first.map(String.init)
            guard let name, ["--save-latency", "--clock", "--latency"].contains(name) else {
                kept.append(argument)
                continue
            }
            if !argument.contains("=") { _ = rest.popFirst() }
        }
        let replay = ["simrun"] + kept + ["--clock", "charged", "--latency", "trace:" + trace]
        return replay.map(quoted).joined(separator: " ")
    }

    /// The arguments of this program, its own name first, as they would be typed.
    static func line(_ arguments: [String]) -> String {
        (["simrun"] + arguments.dropFirst()).map(quoted).joined(separator: " ")
    }

    /// One argument.
    static func quoted(_ argument: String) -> String {
        let plain = argument.allSatisfy { character in
            character.isASCII
                && (character.isLetter || character.isNumber || "-_./:=,".contains(character))
        }
        guard !plain || argument.isEmpty else { return argument }
        return "'"
            + argument.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''") + "'"
    }
}
