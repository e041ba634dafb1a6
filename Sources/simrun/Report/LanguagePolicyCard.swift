import Diagnostics
import Inference
import Policies

/// What `simrun policy inspect` prints of a discrete-diffusion policy.
struct LanguagePolicyCard {
    let model: DiscreteDiffusionModel

    private var manifest: DiscreteDiffusionManifest { model.manifest }

    /// Prints it.
    func print(directory: String) {
        let shape = model.network.shape
        Console.line("\(manifest.name)  (\(directory))")
        InspectPolicy.field("architecture", DiscreteDiffusionManifest.architecture)
        InspectPolicy.field(
            "network",
            "transformer of \(shape.layers) blocks, width \(shape.width), \(shape.heads) heads,"
                + " hidden \(shape.hidden)\(shape.isPacked ? ", packed" : "")"
        )
        InspectPolicy.field("attention", "prefix-lm: the prefix is computed once an observation")
        InspectPolicy.field(
            "tokens",
            "up to \(shape.words) words, \(shape.imageTokens) a picture of \(shape.imageSize) pixels,"
                + " 1 for the state, \(shape.trunkTokens) for \(shape.chunkTokens) numbers"
        )
        InspectPolicy.field("words", "\(model.vocabulary.words.count)")
        InspectPolicy.field("execute", "\(manifest.execute), horizon \(shape.horizon)")
        InspectPolicy.field("decoder", decoder)
        for entry in manifest.statistics { show(entry) }
        InspectPolicy.field(
            "weights",
            "\(manifest.weights.parameters) in \(manifest.weights.bytes) bytes,"
                + " sha256 \(manifest.weights.sha256)"
        )
        InspectPolicy.origin(manifest.origin)
        Console.line("all tensors present, of the right shape, finite")
    }

    private var decoder: String {
        let decoder = manifest.decoder
        var text = "\(decoder.rounds) rounds, \(decoder.schedule.rawValue)"
        text += ", by \(decoder.order.rawValue), \(decoder.temperature.rawValue)"
        if decoder.temperature != .argmax { text += " from \(decoder.temperatureStart)" }
        text += ", remasking \(decoder.remasking.rawValue)"
        return decoder.isSubBin ? text + ", sub-bin" : text
    }

    /// What the numbers mean on one robot, in their units.
    private func show(_ entry: EmbodimentStatistics) {
        InspectPolicy.field("statistics", entry.key)
        InspectPolicy.field(
            "  for",
            "\(entry.robot), \(entry.controlMode) at \(entry.policyRateHz.text(1)) Hz:"
                + " \(entry.tasks.joined(separator: ", "))"
        )
        InspectPolicy.field("  views", entry.views.joined(separator: ", "))
        for (i, name) in entry.actionNames.enumerated() {
            let (low, high) = (Double(entry.bins.low[i]), Double(entry.bins.high[i]))
            InspectPolicy.field(
                "  action",
                "\(name) \(low.text(3))…\(high.text(3)) in \(entry.bins.counts[i]) bins\(unit(name, entry))"
            )
        }
        var column = 0
        for feature in entry.features {
            let ranges = (column..<column + feature.width).map { i in
                let scale = Double(entry.stateNormalisation.scale[i])
                let offset = Double(entry.stateNormalisation.offset[i])
                return "\(((-1 - offset) / scale).text(3))…\(((1 - offset) / scale).text(3))"
            }
            column += feature.width
            InspectPolicy.field(
                "  state",
                "\(feature.name.rawValue) [\(feature.width)] \(ranges.joined(separator: " "))"
                    + " \(feature.name.units)"
            )
        }
    }

    /// What an action of 1 does, where that is a length or an angle.
    private func unit(_ name: String, _ entry: EmbodimentStatistics) -> String {
        if ["x", "y", "z"].contains(name), entry.translationScale > 0 {
            return ", 1 is \(entry.translationScale.text(3)) m"
        }
        if name.hasPrefix("rotation"), entry.rotationScale > 0 {
            return ", 1 is \(entry.rotationScale.text(3)) rad"
        }
        return ""
    }
}
