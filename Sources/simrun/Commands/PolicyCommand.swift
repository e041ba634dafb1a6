import ArgumentParser
import Diagnostics
import Foundation
import Inference
import Policies

/// `simrun policy`: one policy in detail.
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Look into a policy.",
        subcommands: [InspectPolicy.self]
    )
}

/// `simrun policy inspect DIR`.
struct InspectPolicy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Check a policy directory and print what it holds."
    )

    @Argument(help: "A policy's name or directory.") var policy: String
    @Flag(
        help: """
            Also compute every weight format on \(WeightAccuracy.inputs) inputs drawn from the \
            policy's ranges, and print how far its actions are from those with fp32 weights.
            """
    )
    var accuracy = false
    @OptionGroup(title: "Where to look") var paths: SearchPaths

    func run() throws {
        let library = PolicyLibrary(searchPaths: paths.policyFolders)
        let directory = try library.directory(of: policy)
        if try PolicyLibrary.isDiscreteDiffusion(directory) {
            guard !accuracy else {
                throw InputError(
                    key: "--accuracy",
                    expected: "a policy whose actions are numbers, not tokens",
                    found: policy
                )
            }
            LanguagePolicyCard(model: try DiscreteDiffusionModel(directory: directory))
                .print(directory: directory)
            return
        }
        let manifest = try UNetModel(directory: directory).manifest
        let network = manifest.network
        Console.line("\(manifest.name)  (\(directory))")
        Self.field("architecture", manifest.architecture.rawValue)
        let widths = network.unetWidths.map(String.init).joined(separator: "-")
        Self.field("network", "U-Net \(widths), \(manifest.sampler.evaluations) evaluations a plan")
        Self.field("task, robot", "\(manifest.task), \(manifest.robot)")
        Self.field("control", "\(manifest.controlMode) at \(manifest.policyRateHz.text(1)) Hz")
        Self.field("execute", "\(manifest.execute), horizon \(manifest.plannedActions)")
        Self.field("noise", manifest.noise.rawValue)
        Self.field(
            "cloud",
            "\(manifest.cloud.points) points, \(manifest.cloud.frame.rawValue) frame"
        )
        Self.field("actions", manifest.actionNames.joined(separator: ", "))
        for (feature, row) in zip(manifest.features, ranges(manifest)) {
            Self.field("state", "\(feature.name.rawValue) [\(feature.width)] \(row)")
        }
        Self.field(
            "weights",
            "\(manifest.weights.parameters) in \(manifest.weights.bytes) bytes,"
                + " sha256 \(manifest.weights.sha256)"
        )
        Self.origin(manifest.origin)
        Console.line("all tensors present, of the right shape, finite")
        if accuracy { try printAccuracy(directory) }
    }

    /// A line for each weight format.
    private func printAccuracy(_ directory: String) throws {
        Console.line("")
        Console.line(
            "weights".left(12) + "MiB read".right(10) + "relative norm".right(16)
                + "largest".right(12)
        )
        for row in try WeightAccuracy.all(directory: directory) {
            Console.line(
                row.format.rawValue.left(12)
                    + (row.weightBytes / 1_048_576).text(2).right(10)
                    + row.relativeNorm.scientific.right(16) + row.largest.scientific.right(12)
            )
        }
        Console.line("against fp32, in normalised actions; weights as a plan reads them")
    }

    /// The range of each state feature in its unit: what -1 and 1 mean.
    private func ranges(_ manifest: PolicyManifest) -> [String] {
        var column = 0
        return manifest.features.map { feature in
            let columns = column..<column + feature.width
            column += feature.width
            return columns.map { index in
                let scale = Double(manifest.stateNormalisation.scale[index])
                let offset = Double(manifest.stateNormalisation.offset[index])
                return "\(((-1 - offset) / scale).text(3))…\(((1 - offset) / scale).text(3))"
            }.joined(separator: " ") + " " + feature.name.units
        }
    }

    /// Where the weights come from.
    static func origin(_ origin: PolicyManifest.Origin) {
        switch origin {
        case .trained(let command, let dataSHA256, let seeds):
            Self.field("trained by", command)
            Self.field("data sha256", dataSHA256)
            Self.field("seeds", "\(seeds.lowerBound) to \(seeds.upperBound)")
        case .converted(let command, let checkpoint, let sha256, let epoch):
            Self.field("converted by", command)
            Self.field(
                "from",
                "\(checkpoint), \(epoch.map { "epoch \($0), " } ?? "")sha256 \(sha256)"
            )
        }
    }

    static func field(_ name: String, _ value: String) {
        Console.line("  " + name.left(14) + value)
    }
}
