import ArgumentParser
import Diagnostics
import Foundation
import Inference
import Policies
import Robots
import Runtime
import Serving
import Tasks

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

    @Option(
        help: ArgumentHelp(
            "Keys of clients: libero, droid, aloha, so101 or a file; the policy's own by default.",
            valueName: "name"
        )
    )
    var map: String?

    @OptionGroup(title: "Where it listens")
    var door: DoorOptions

    @OptionGroup(title: "Network")
    var network: NetworkOptions

    @OptionGroup(title: "Where to look")
    var paths: SearchPaths

    /// How long requests under way may take after a signal.
    private static let grace = TimeSpan.seconds(10)

    func run() throws {
        Interrupt.listen()
        var options = try door.serverOptions(port: 8000)
        let certificate = try door.serverCertificate()
        let model = try model()
        let bound = try map.map { (name) throws(InputError) in
            try BoundMap(MapLibrary.map(name), MapContext(setup(of: model)))
        }
        let served = try ServedModel(model, map: bound)
        options.metadata = served.metadata
        let server = try PolicyServer(
            options: options,
            certificate: certificate,
            log: { Console.errorText($0) }
        ) {
            served.makeSession()
        }
        let address = door.address(port: server.port)
        Console.line("serving \(model.manifest.name) at \(address)")
        while !Interrupt.isRequested { Thread.sleep(forTimeInterval: 0.05) }
        server.drain(within: Self.grace)
        throw Outcome.interrupted("requests under way were answered")
    }

    /// The task and robot that a policy is for, which say what its numbers mean.
    private func setup(of model: UNetModel) throws(InputError) -> TaskSetup {
        try TaskSetup(
            task: TaskLibrary(folders: paths.taskFolders).task(named: model.manifest.task),
            robot: RobotLibrary(searchPaths: paths.robotFolders).load(model.manifest.robot)
        )
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
}
