import Diagnostics
import Inference

extension PolicyManifest {
    /// The kinds of network that run here.
    ///
    /// All share one U-Net; they differ in what it predicts.
    public enum Architecture: String, CaseIterable, Sendable {
        /// The average velocity between two times: MeanFlow policies, MP1 (arXiv 2507.10543).
        case meanflow
        /// The velocity at one time, by plain flow matching (arXiv 2210.02747).
        case flowMatching = "flow-matching"
        /// The same, trained to be right in one step: FlowPolicy (arXiv 2412.04987).
        case flowpolicy
        /// The actions themselves, out of noise: DP3 (arXiv 2403.03954).
        case dp3
        /// The same with one residual block a level.
        case simpleDP3 = "simple-dp3"

        /// The kind of its sampler in `policy.json`.
        var samplerKind: String {
            switch self {
            case .meanflow: "meanflow"
            case .flowMatching, .flowpolicy: "flow"
            case .dp3, .simpleDP3: "ddim"
            }
        }

        var timeEncoders: Int { self == .meanflow ? 2 : 1 }

        var blocksPerLevel: ClosedRange<Int> {
            switch self {
            case .meanflow, .flowMatching, .flowpolicy: 1...2
            case .dp3: 2...2
            case .simpleDP3: 1...1
            }
        }
    }

    private static let widths = 1...8192

    /// Reads the network's section.
    ///
    /// - Parameter saysAll: Whether times and blocks are said; files of before the `sampler` key say
    ///   neither and have two of each.
    static func network(
        _ root: inout StrictObject,
        architecture: Architecture,
        saysAll: Bool,
        horizon: Int,
        observationSteps: Int,
        state: Int,
        action: Int,
        cloud: Int
    ) throws(InputError) -> NetworkShape {
        var object = try root.object("network")
        var shape = NetworkShape(
            actionWidth: action,
            stateWidth: state,
            cloudWidth: cloud,
            horizon: horizon,
            observationSteps: observationSteps,
            pointWidths: try object.integers("point_widths", in: widths, count: 1...16),
            pointFeatures: try object.integer("point_features", in: widths),
            stateFeatures: try object.integer("state_features", in: widths),
            timeFeatures: try object.integer("time_features", in: 4...4096),
            unetWidths: try object.integers("unet_widths", in: widths, count: 1...6),
            kernel: try object.integer("kernel", in: 1...5),
            groups: try object.integer("groups", in: widths)
        )
        if saysAll {
            let times = architecture.timeEncoders
            shape.timeEncoders = try object.integer("time_encoders", in: times...times)
            shape.blocksPerLevel =
                try object.integer("blocks_per_level", in: architecture.blocksPerLevel)
        }
        try check(shape, &object)
        let factor = 1 << (shape.unetWidths.count - 1)
        guard horizon % factor == 0 else {
            throw root.error("horizon", expected: "a multiple of \(factor)", found: "\(horizon)")
        }
        try object.requireAllTaken()
        return shape
    }

    private static func check(
        _ shape: NetworkShape,
        _ object: inout StrictObject
    ) throws(InputError) {
        guard shape.kernel % 2 == 1 else {
            throw object.error("kernel", expected: "1, 3 or 5", found: "\(shape.kernel)")
        }
        guard shape.timeFeatures % 2 == 0 else {
            throw object.error(
                "time_features",
                expected: "an even number",
                found: "\(shape.timeFeatures)"
            )
        }
        if let odd = shape.unetWidths.first(where: { $0 % shape.groups != 0 }) {
            throw object.error(
                "unet_widths",
                expected: "multiples of \(shape.groups) groups",
                found: "\(odd)"
            )
        }
    }

    /// Reads how noise becomes actions; nil in a MeanFlow file of before this key.
    static func sampler(
        _ root: inout StrictObject,
        architecture: Architecture
    ) throws(InputError) -> Sampler? {
        guard architecture != .meanflow || root.has("sampler") else { return nil }
        var object = try root.object("sampler")
        let kind = try object.string("kind")
        guard kind == architecture.samplerKind else {
            throw object.error(
                "kind",
                expected:
                    "\(architecture.samplerKind), as architecture \(architecture.rawValue) has",
                found: kind
            )
        }
        let sampler: Sampler
        switch architecture {
        case .meanflow: sampler = .meanFlow(MeanFlowSampler(steps: try steps(&object)))
        case .flowMatching, .flowpolicy: sampler = .flow(try flow(&object))
        case .dp3, .simpleDP3: sampler = .diffusion(try diffusion(&object))
        }
        try object.requireAllTaken()
        return sampler
    }

    /// Evaluations of a network that takes equal steps; one where the file says none.
    private static func steps(_ object: inout StrictObject) throws(InputError) -> Int {
        object.has("steps") ? try object.integer("steps", in: 1...100) : 1
    }

    private static func flow(_ object: inout StrictObject) throws(InputError) -> FlowSampler {
        let epsilon = try object.number("epsilon")
        guard (0...1).contains(epsilon) else {
            throw object.error("epsilon", expected: "0 to 1", found: "\(epsilon)")
        }
        let scale = try object.number("time_scale")
        guard scale > 0, scale <= 1e6 else {
            throw object.error("time_scale", expected: "above 0, to 1000000", found: "\(scale)")
        }
        return FlowSampler(epsilon: epsilon, timeScale: scale, steps: try steps(&object))
    }

    private static func diffusion(
        _ object: inout StrictObject
    ) throws(InputError) -> DiffusionSampler {
        _ = try object.choice("prediction", of: ["sample"])
        _ = try object.choice("schedule", of: ["squaredcos_cap_v2"])
        let trainingSteps = try object.integer("training_steps", in: 1...10_000)
        let steps = try object.integer("steps", in: 1...min(trainingSteps, 1000))
        let clip = Float(try object.number("clip"))
        guard clip > 0 else {
            throw object.error("clip", expected: "a positive number", found: "\(clip)")
        }
        let form: DiffusionSampler.Form = try member(&object, "form")
        return DiffusionSampler(
            steps: steps,
            trainingSteps: trainingSteps,
            clip: clip,
            form: form
        )
    }
}
