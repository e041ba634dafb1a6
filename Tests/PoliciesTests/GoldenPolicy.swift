import Foundation
import Inference
import Policies
import Runtime
import Spatial
import Testing

/// A tiny policy that `python -m simrun_training.goldens` writes, and copies of it to break.
struct GoldenPolicy {
    let directory: String
    let file: SafetensorsFile

    /// The policy of that name, with its plans in a file beside it.
    init(_ name: String = "golden") throws {
        let goldens = try #require(
            Bundle.module.url(forResource: "Goldens", withExtension: nil)
        )
        directory = goldens.appending(path: name).path
        file = try SafetensorsFile(path: goldens.appending(path: "\(name)-plan.safetensors").path)
    }

    var json: String {
        get throws {
            try String(contentsOfFile: "\(directory)/policy.json", encoding: .utf8)
        }
    }

    var weights: [UInt8] {
        get throws {
            [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(directory)/model.safetensors")))
        }
    }

    /// Observation `index` of the golden plan.
    func observation(_ index: Int) throws -> Observation {
        func row(_ name: String) throws -> [Double] {
            let tensor = try file.tensor(name)
            let width = tensor.values.count / tensor.shape[0]
            return tensor.values[(index * width)..<((index + 1) * width)].map(Double.init)
        }
        let tool = try row("tool_position")
        let goal = try row("goal")
        let cloud = try row("point_cloud")
        var observation = Observation(jointCount: 7, cloudPoints: cloud.count / 3)
        // At the policy's 20 Hz.
        observation.capturedAt = .milliseconds(50 * Double(index))
        observation.worldFromTool = Pose(translation: Vector3(tool[0], tool[1], tool[2]))
        observation.goal = Vector3(goal[0], goal[1], goal[2])
        observation.gripperOpening = try row("gripper_opening")[0]
        observation.cloud.coordinates = cloud.map { Float($0) }
        return observation
    }

    /// A directory with these two files, removed after `body`.
    static func withDirectory<Result>(
        json: String,
        weights: [UInt8],
        _ body: (String) throws -> Result
    ) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try json.write(
            to: folder.appending(path: "policy.json"),
            atomically: false,
            encoding: .utf8
        )
        try Data(weights).write(to: folder.appending(path: "model.safetensors"))
        return try body(folder.path)
    }

    /// The manifest's text with the hash and size of other weights, so that loading gets past them.
    func json(for weights: [UInt8]) throws -> String {
        let manifest = try PolicyManifest(directory: directory)
        return
            try json
            .replacing(manifest.weights.sha256, with: ContentHash.sha256(weights))
            .replacing("\"bytes\": \(manifest.weights.bytes)", with: "\"bytes\": \(weights.count)")
    }
}
