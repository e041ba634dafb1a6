import Foundation
import Inference
import Policies
import Robots
import Runtime
import Spatial
import Testing

/// A tiny discrete-diffusion policy that `python -m simrun_training.goldens` writes.
struct GoldenLanguagePolicy {
    let golden: GoldenPolicy
    let model: DiscreteDiffusionModel

    /// What the golden plans were told.
    static let text = "Put the RED can, box's zebra."

    init(format: WeightFormat? = .float32) throws {
        golden = try GoldenPolicy("vla")
        model = try DiscreteDiffusionModel(directory: golden.directory, format: format)
    }

    var statistics: EmbodimentStatistics { model.manifest.statistics[0] }

    func policy(
        _ settings: String? = nil,
        limit: PlanLimit = .none,
        time: ManualTime = ManualTime()
    ) throws -> DiscreteDiffusionPolicy<ManualTime> {
        var decoder = model.manifest.decoder
        if let settings { try decoder.change(settings, key: "test") }
        return try DiscreteDiffusionPolicy(
            model: model,
            statistics: statistics,
            settings: decoder,
            limit: limit,
            time: time
        )
    }

    /// Observation `index` of the golden plans; its cameras are listed in another order than the
    /// policy's, with one more.
    func observation(_ index: Int) throws -> Observation {
        func row(_ name: String) throws -> [Float] {
            let tensor = try golden.file.tensor(name)
            let width = tensor.values.count / tensor.shape[0]
            return Array(tensor.values[(index * width)..<((index + 1) * width)])
        }
        let frames = try [("other", 4, 4), ("wrist", 16, 16), ("front", 30, 21)].map {
            (name, width, height) in
            var frame = CameraFrame(name: name, width: width, height: height)
            if name != "other" { frame.rgb = try row(name).map { UInt8($0) } }
            return frame
        }
        var observation = Observation(jointCount: 7, cloudPoints: 0, frames: frames)
        let tool = try row("tool_position").map(Double.init)
        observation.worldFromTool = Pose(translation: Vector3(tool[0], tool[1], tool[2]))
        observation.gripperOpening = Double(try row("gripper_opening")[0])
        observation.jointPositions = JointVector(try row("joint_positions").map(Double.init))
        observation.instruction = Self.text
        return observation
    }

    var chunk: ActionChunk {
        ActionChunk(
            horizon: model.network.shape.horizon,
            width: model.network.shape.actionWidth
        )
    }

    /// The settings for which there are golden plans of a kind, `decode` or `frozen`.
    func settings(_ kind: String) throws -> [String] {
        let found = golden.file.names.compactMap { name -> String? in
            let parts = name.split(separator: "/").map(String.init)
            return parts.count == 4 && parts[0] == kind && parts[1] == "0" && parts[3] == "values"
                ? parts[2] : nil
        }
        try #require(found.count >= 10)
        return found
    }
}
