public import Diagnostics
import Inference
import Robots

/// One policy in a list of them.
public struct PolicyCard: Equatable, Sendable {
    /// The name under which it is found.
    public let name: String
    /// The directory it lies in.
    public let directory: String
    /// The architecture, for example `meanflow`.
    public let architecture: String
    /// The task it was trained for.
    public let task: String
    /// The robot it was trained for.
    public let robot: String
    /// Numbers in its weights.
    public let parameters: Int
    /// Bytes of its weights.
    public let bytes: Int
}

/// The policies in a list of directories.
public struct PolicyLibrary: Sendable {
    /// Directories that hold policy directories; earlier ones win.
    public let searchPaths: [String]

    /// Creates a library over directories; those that do not exist are passed over.
    public init(searchPaths: [String]) {
        self.searchPaths = searchPaths
    }

    /// The names of all policies, sorted.
    public var names: [String] { folders.names }

    /// The directory of a policy.
    ///
    /// - Parameter name: A name, or a path to a directory (it holds a `/`).
    /// - Throws: `InputError` with the nearest names.
    public func directory(of name: String) throws(InputError) -> String {
        try folders.directory(of: name)
    }

    private var folders: ModelFolders {
        ModelFolders(kind: "policy", marker: "policy.json", searchPaths: searchPaths)
    }

    /// What one policy says about itself.
    ///
    /// - Throws: `InputError` for an unknown name or a manifest that cannot be read.
    public func card(of name: String) throws(InputError) -> PolicyCard {
        let directory = try directory(of: name)
        if try Self.isDiscreteDiffusion(directory) {
            return try discreteDiffusionCard(name, directory)
        }
        let manifest = try PolicyManifest(directory: directory)
        return PolicyCard(
            name: name,
            directory: directory,
            architecture: manifest.architecture.rawValue,
            task: manifest.task,
            robot: manifest.robot,
            parameters: manifest.weights.parameters,
            bytes: manifest.weights.bytes
        )
    }

    private func discreteDiffusionCard(
        _ name: String,
        _ directory: String
    ) throws(InputError) -> PolicyCard {
        let manifest = try DiscreteDiffusionManifest(directory: directory)
        return PolicyCard(
            name: name,
            directory: directory,
            architecture: DiscreteDiffusionManifest.architecture,
            task: manifest.statistics.flatMap(\.tasks).joined(separator: ","),
            robot: manifest.statistics.map(\.robot).joined(separator: ","),
            parameters: manifest.weights.parameters,
            bytes: manifest.weights.bytes
        )
    }

    /// Whether the `architecture` of a policy's directory is ``DiscreteDiffusionManifest/architecture``;
    /// other manifests have other keys.
    ///
    /// - Throws: `InputError` for a `policy.json` that is not there or not JSON.
    public static func isDiscreteDiffusion(_ directory: String) throws(InputError) -> Bool {
        let path = directory.hasSuffix("/") ? directory + "policy.json" : directory + "/policy.json"
        let text = Array(try InputFile.text(atPath: path).utf8)
        guard case .object(let members) = try JSONParser.parse(text, file: path).value,
            let member = members.first(where: { $0.key == "architecture" }),
            case .string(let architecture) = member.node.value
        else { return false }
        return architecture == DiscreteDiffusionManifest.architecture
    }
}
