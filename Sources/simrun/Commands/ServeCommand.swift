import ArgumentParser
import Diagnostics
import Foundation
import Inference
import Policies
import Robots
import Runtime
import Serving

/// `simrun serve`: a policy for clients of openpi's WebSocket protocol.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a policy to clients of openpi's WebSocket protocol.",
        discussion: """
            docs/serving.md says what clients send and get. Ctrl-C and SIGTERM let the requests \
            under way be answered, then end with exit code 130.
            """
    )

    @Argument(help: ArgumentHelp("The policy, as --policy gives it.", valueName: "policy"))
    var name: String?

    @Option(help: "A policy's name or directory.")
    var policy: String?

    @Option(help: "The address to listen on; any but this machine's own needs a key.")
    var host = "127.0.0.1"

    @Option(help: "The port; 0 takes any that is free.")
    var port = 8000

    @Option(
        help: ArgumentHelp(
            "Its first line is the key that clients must send, as Authorization: Api-Key KEY.",
            valueName: "file"
        )
    )
    var apiKeyFile: String?

    @OptionGroup(title: "Network")
    var network: NetworkOptions

    @OptionGroup(title: "Where to look")
    var paths: SearchPaths

    /// How long requests under way may take after a signal.
    private static let grace = TimeSpan.seconds(10)

    func run() throws {
        Interrupt.listen()
        let key = try apiKeyFile.map { (file) throws(InputError) in try Self.key(in: file) }
        var options = try PolicyServerOptions(host: host, port: port, apiKey: key)
        let model = try model()
        let served = try ServedModel(model)
        options.metadata = served.metadata
        let server = try PolicyServer(options: options, log: { Console.errorText($0) }) {
            served.makeSession()
        }
        let place = host.contains(":") ? "[\(host)]" : host
        Console.line("serving \(model.manifest.name) at ws://\(place):\(server.port)")
        while !Interrupt.isRequested { Thread.sleep(forTimeInterval: 0.05) }
        server.drain(within: Self.grace)
        throw Outcome.interrupted("requests under way were answered")
    }

    private func model() throws(InputError) -> UNetModel {
        guard let chosen = policy ?? name, policy == nil || name == nil else {
            throw InputError(
                key: "--policy",
                expected: "one policy",
                found: policy == nil ? "none" : "two"
            )
        }
        let directory = try PolicyLibrary(searchPaths: paths.policyFolders).directory(of: chosen)
        if try PolicyLibrary.isDiscreteDiffusion(directory) {
            throw InputError(
                key: "--policy",
                expected: "a policy without words and pictures, which are not served yet",
                found: chosen
            )
        }
        let model = try PolicyShelf.model(directory: directory, format: network.format())
        guard network.threads == 1 else {
            throw InputError(
                key: "--plan-threads",
                expected: "1: the other processors answer other clients",
                found: "\(network.threads)"
            )
        }
        return model
    }

    /// The key in a file, without the line's end.
    private static func key(in file: String) throws(InputError) -> String {
        let text = try InputFile.text(atPath: file)
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        guard !line.isEmpty else {
            throw InputError(file: file, expected: "a key in the first line", found: "none")
        }
        return line
    }
}
