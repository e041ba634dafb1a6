public import Diagnostics
import Foundation
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
    public var names: [String] { places().map(\.name) }

    /// The directory of a policy.
    ///
    /// - Parameter name: A name, or a path to a directory (it holds a `/`).
    /// - Throws: `InputError` with the nearest names.
    public func directory(of name: String) throws(InputError) -> String {
        if name.contains("/") {
            guard Self.isPolicy(name) else {
                throw InputError(
                    file: name,
                    expected: "a directory with a policy.json",
                    found: "none"
                )
            }
            return name
        }
        guard let place = places().first(where: { $0.name == name }) else {
            throw .unknown("policy", name: name, known: names)
        }
        return place.directory
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

    /// Directory names with a `policy.json` in them; the first search path that has a name wins.
    private func places() -> [(name: String, directory: String)] {
        var found: [String: String] = [:]
        for path in searchPaths {
            let entries = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            for entry in entries where found[entry] == nil && !entry.hasPrefix(".") {
                let directory = path.hasSuffix("/") ? path + entry : "\(path)/\(entry)"
                if Self.isPolicy(directory) { found[entry] = directory }
            }
        }
        return found.map { (name: $0.key, directory: $0.value) }.sorted { $0.name < $1.name }
    }

    private static func isPolicy(_ directory: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(directory)/policy.json")
    }
}
