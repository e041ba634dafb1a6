/// The command line that replays a run from its kept latency trace.
enum ReplayCommand {
    /// The same arguments, with clock and latency replaced and the trace not kept again.
    static func line(arguments: [String], trace: String) -> String {
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

    /// An argument as a POSIX shell reads it.
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
