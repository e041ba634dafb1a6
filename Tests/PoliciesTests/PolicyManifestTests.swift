import Diagnostics
import Foundation
import Policies
import Testing

@Suite struct PolicyManifestTests {
    /// An edit of a right manifest, and what the error must say.
    struct Edit: CustomTestStringConvertible, Sendable {
        let old: String
        let new: String
        let says: String
        var testDescription: String { new }

        init(_ old: String, _ new: String, _ says: String) {
            (self.old, self.new, self.says) = (old, new, says)
        }
    }

    static let edits = [
        Edit("simrun-policy-1", "simrun-policy-9", "format"),
        Edit(
            "\"architecture\": \"meanflow\"",
            "\"architecture\": \"meanflwo\"",
            "known names: meanflow"
        ),
        Edit("\"horizon\": 8", "\"horizn\": 8", "nearest known names: horizn"),
        Edit("\"horizon\": 8", "\"horizon\": 6", "horizon: expected a multiple of 4"),
        Edit("\"horizon\": 8", "\"horizon\": 8.5", "horizon: expected 1 to 256, found 8.5"),
        Edit("\"horizon\": 8", "\"horizon\": 1000000000000", "horizon"),
        Edit("\"horizon\": 8", "\"horizon\": 8, \"horizn\": 8", "horizn: expected a known key"),
        Edit(
            "\"observation_stride\": 1",
            "\"observation_stride\": 0",
            "observation_stride: expected 1 to 32, found 0"
        ),
        Edit("\"first_action\": 0", "\"first_action\": 2", "first_action: expected 0 to 1"),
        Edit("\"first_action\": 0", "\"first_action\": -1", "first_action: expected 0 to 1"),
        Edit("\"kind\": \"meanflow\"", "\"kind\": \"ddim\"", "sampler.kind: expected meanflow"),
        Edit("\"kind\": \"meanflow\"", "\"steps\": 2", "sampler.kind: expected the key"),
        Edit(
            "\"kind\": \"meanflow\"",
            "\"kind\": \"meanflow\", \"steps\": 0",
            "sampler.steps: expected 1 to 100, found 0"
        ),
        Edit(
            "\"kind\": \"meanflow\"",
            "\"kind\": \"meanflow\", \"epsilon\": 0.01",
            "sampler.epsilon: expected a known key"
        ),
        Edit("\"sampler\"", "\"simpler\"", "expected a known key"),
        Edit(
            "\"architecture\": \"meanflow\"",
            "\"architecture\": \"dp3\"",
            "sampler.kind: expected ddim, as architecture dp3 has, found meanflow"
        ),
        Edit(
            "\"time_encoders\": 2",
            "\"time_encoders\": 1",
            "network.time_encoders: expected 2, found 1"
        ),
        Edit(
            "\"blocks_per_level\": 2",
            "\"blocks_per_level\": 3",
            "network.blocks_per_level: expected 1 to 2, found 3"
        ),
        Edit("\"execute\": \"replan\"", "\"execute\": \"chunk:9\"", "chunk:1 to chunk:8"),
        Edit("\"execute\": \"replan\"", "\"execute\": \"replane\"", "known names: replan"),
        Edit("\"noise\": \"zero\"", "\"noise\": \"none\"", "noise: expected a known noise"),
        Edit(
            "\"policy_rate_hz\": 20.0",
            "\"policy_rate_hz\": \"20\"",
            "policy_rate_hz: expected a finite"
        ),
        Edit("\"policy_rate_hz\": 20.0", "\"policy_rate_hz\": 0", "policy_rate_hz"),
        Edit("\"policy_rate_hz\": 20.0", "\"policy_rate_hz\": 1e999", "policy_rate_hz"),
        Edit("pd_ee_delta_pos", "pd_ee_delta_posx", "known names: pd_ee_delta_pos"),
        Edit("\"frame\": \"world+tool\"", "\"frame\": \"camera\"", "cloud.frame"),
        Edit("\"points\": 24", "\"points\": 0", "cloud.points"),
        Edit("\"world_scale\": 2.0", "\"world_scale\": -2.0", "cloud.normalisation.world_scale"),
        Edit("\"kind\": \"isotropic\"", "\"kind\": \"gaussian\"", "cloud.normalisation.kind"),
        Edit("\"units\": \"m\"", "\"units\": \"mm\"", "cloud.units"),
        Edit(
            "\"name\": \"tool_position\"",
            "\"name\": \"object_position\"",
            "state.features[0].name"
        ),
        Edit("\"name\": \"goal\"", "\"name\": \"tool_position\"", "each feature once"),
        Edit("\"scale\": [", "\"scale\": [ 1.0,", "expected 7 numbers, found 8"),
        Edit("\"names\": [", "\"names\": [ \"w\",", "expected 5 numbers, found 4"),
        Edit("\"kernel\": 5", "\"kernel\": 4", "network.kernel: expected 1, 3 or 5"),
        Edit("\"groups\": 8", "\"groups\": 7", "network.unet_widths: expected multiples of 7"),
        Edit(
            "\"file\": \"model.safetensors\"",
            "\"file\": \"../model.safetensors\"",
            "weights.file"
        ),
        Edit("\"file\": \"model.safetensors\"", "\"file\": \"/etc/x.safetensors\"", "weights.file"),
        Edit("\"sha256\": \"", "\"sha256\": \"G", "64 lower-case hexadecimal"),
        Edit(
            "\"sha256\": \"",
            "\"storage\": \"int4\", \"sha256\": \"",
            "weights.storage: expected a known"
        ),
        Edit("\"attention\": \"none\"", "\"attention\": \"causal\"", "attention"),
        Edit(
            "\"weights\": {",
            "\"weights\": null, \"x\": {",
            "weights: expected an object, found null"
        ),
    ]

    @Test(arguments: edits)
    func `a wrong manifest is refused by line and key`(edit: Edit) throws {
        let json = try GoldenPolicy().json
        let at = try #require(json.range(of: edit.old), "the manifest no longer has \(edit.old)")
        let broken = json.replacingCharacters(in: at, with: edit.new)
        let error = #expect(throws: InputError.self) {
            try PolicyManifest(json: Array(broken.utf8), file: "policy.json")
        }
        let text = error?.description ?? ""
        #expect(text.hasPrefix("policy.json:") && text.contains(edit.says), "\(text)")
    }

    static let convertedEdits: [(String, Edit)] = [
        (
            "mp1",
            Edit("\"first_action\": 1", "\"first_action\": 2", "first_action: expected 0 to 1")
        ),
        ("mp1", Edit("\"chunk:3\"", "\"chunk:4\"", "chunk:1 to chunk:3, found chunk:4")),
        ("mp1", Edit("\"frame\": \"world\"", "\"frame\": \"tool\"", "cloud.frame: expected world")),
        ("mp1", Edit("\"checkpoint\"", "\"chekpoint\"", "conversion.checkpoint: expected the key")),
        ("mp1", Edit("\"epoch\": 7", "\"epoch\": \"7\"", "conversion.epoch")),
        (
            "mp1",
            Edit(
                "\"conversion\": {",
                "\"training\": {}, \"conversion\": {",
                "training: expected a known key"
            )
        ),
        (
            "flowpolicy",
            Edit("\"kind\": \"flow\"", "\"kind\": \"ddim\"", "sampler.kind: expected flow")
        ),
        (
            "flowpolicy",
            Edit("\"epsilon\": 0.01", "\"epsilon\": 2", "sampler.epsilon: expected 0 to 1")
        ),
        (
            "flowpolicy",
            Edit(
                "\"time_scale\": 99.0",
                "\"time_scale\": 0",
                "sampler.time_scale: expected above 0"
            )
        ),
        (
            "flowpolicy",
            Edit(
                "\"time_encoders\": 1",
                "\"time_encoders\": 2",
                "network.time_encoders: expected 1"
            )
        ),
        ("dp3", Edit("\"sampler\": {", "\"smapler\": {", "sampler: expected the key \"sampler\"")),
        (
            "dp3",
            Edit("\"prediction\": \"sample\"", "\"prediction\": \"epsilon\"", "sampler.prediction")
        ),
        ("dp3", Edit("\"squaredcos_cap_v2\"", "\"linear\"", "sampler.schedule")),
        (
            "dp3",
            Edit("\"form\": \"correct\"", "\"form\": \"corect\"", "nearest known names: correct")
        ),
        (
            "dp3",
            Edit("\"steps\": 10", "\"steps\": 101", "sampler.steps: expected 1 to 100, found 101")
        ),
        ("dp3", Edit("\"clip\": 1.0", "\"clip\": 0", "sampler.clip: expected a positive number")),
        (
            "dp3",
            Edit(
                "\"blocks_per_level\": 2",
                "\"blocks_per_level\": 1",
                "network.blocks_per_level: expected 2"
            )
        ),
        (
            "simple-dp3",
            Edit(
                "\"architecture\": \"simple-dp3\"",
                "\"architecture\": \"dp3\"",
                "network.blocks_per_level: expected 2"
            )
        ),
    ]

    @Test(arguments: convertedEdits)
    func `a wrong manifest of a converted policy is refused`(name: String, edit: Edit) throws {
        let json = try GoldenPolicy(name).json
        let at = try #require(json.range(of: edit.old), "the manifest no longer has \(edit.old)")
        let broken = json.replacingCharacters(in: at, with: edit.new)
        let error = #expect(throws: InputError.self) {
            try PolicyManifest(json: Array(broken.utf8), file: "policy.json")
        }
        let text = error?.description ?? ""
        #expect(text.hasPrefix("policy.json:") && text.contains(edit.says), "\(text)")
    }

    @Test func `a MeanFlow file of before the sampler key reads as before`() throws {
        let now = try PolicyManifest(directory: GoldenPolicy().directory)
        var json = try GoldenPolicy().json
        for line in [
            #""sampler": \{\s*"kind": "meanflow"\s*\},"#, #""time_encoders": 2,"#,
            #""blocks_per_level": 2,"#,
        ] {
            let at = try #require(json.range(of: line, options: .regularExpression))
            json.removeSubrange(at)
        }
        #expect(try PolicyManifest(json: Array(json.utf8), file: "policy.json") == now)
    }

    @Test func `a converted policy says where it comes from`() throws {
        let manifest = try PolicyManifest(directory: GoldenPolicy("dp3").directory)
        #expect(manifest.architecture == .dp3)
        let origin = PolicyManifest.Origin.converted(
            command: "python -m simrun_training.goldens",
            checkpoint: "latest.ckpt",
            sha256: String(repeating: "0", count: 64),
            epoch: 7
        )
        #expect(manifest.origin == origin)
        let json = try GoldenPolicy("dp3").json.replacing("\"epoch\": 7", with: "\"epoch\": null")
        let silent = try PolicyManifest(json: Array(json.utf8), file: "policy.json")
        #expect(silent.origin != origin)
    }

    @Test func `without a stride the steps are neighbours`() throws {
        let json = try GoldenPolicy().json.replacing("\"observation_stride\": 1,", with: "")
        let manifest = try PolicyManifest(json: Array(json.utf8), file: "policy.json")
        #expect(manifest.observationStride == 1)
    }

    @Test func `a conveyor's encoder is read only where the task has one`() throws {
        // The opening's one number, called the conveyor's.
        let json = try GoldenPolicy().json.replacing("gripper_opening", with: "conveyor_speed")
        let at = try #require(json.range(of: "conveyor_speed"))
        let units = try #require(json.range(of: "\"m\"", range: at.upperBound..<json.endIndex))
        let whole = json.replacingCharacters(in: units, with: "\"m/s\"")
        let manifest = try PolicyManifest(json: Array(whole.utf8), file: "policy.json")
        #expect(manifest.features[1].name == .conveyorSpeed)
        var context = PolicyContext(
            robot: "panda",
            controlMode: "pd_ee_delta_pos",
            policyRateHz: 20,
            actionWidth: 4,
            translationScale: 0.02,
            jointCount: 7,
            cloudPoints: 24,
            hasGoal: true
        )
        let error = #expect(throws: InputError.self) { try manifest.requireFits(context) }
        #expect(error?.key == "state.features")
        context.hasConveyorEncoder = true
        try manifest.requireFits(context)
    }

    @Test func `random changes of the text are read or refused, never a trap`() throws {
        let whole = Array(try GoldenPolicy().json.utf8)
        var state: UInt64 = 11
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        var refused = 0
        for _ in 0..<200 {
            var bytes = whole
            let at = Int(next() % UInt64(bytes.count))
            if next() % 2 == 0 {
                bytes[at] = UInt8(truncatingIfNeeded: next())
            } else {
                bytes.removeSubrange(at..<min(bytes.count, at + Int(next() % 9)))
            }
            do throws(InputError) { _ = try PolicyManifest(json: bytes, file: "p") } catch {
                refused += 1
            }
        }
        #expect(refused > 50)
    }

    @Test func `a manifest that fits is let through, another robot's is not`() throws {
        let manifest = try PolicyManifest(directory: GoldenPolicy().directory)
        let fits = PolicyContext(
            robot: "panda",
            controlMode: "pd_ee_delta_pos",
            policyRateHz: 20,
            actionWidth: 4,
            translationScale: 0.02,
            jointCount: 7,
            cloudPoints: 24,
            hasGoal: true
        )
        try manifest.requireFits(fits)
        let changes: [(String, (inout PolicyContext) -> Void)] = [
            ("robot", { $0.robot = "so101" }),
            ("control_mode", { $0.controlMode = "pd_joint_pos" }),
            ("policy_rate_hz", { $0.policyRateHz = 30 }), ("action.names", { $0.actionWidth = 7 }),
            ("action.translation_scale_m", { $0.translationScale = 0.05 }),
            ("cloud.points", { $0.cloudPoints = 512 }), ("state.features", { $0.hasGoal = false }),
        ]
        for (key, change) in changes {
            var context = fits
            change(&context)
            let error = #expect(throws: InputError.self) { try manifest.requireFits(context) }
            #expect(error?.key == key)
        }
    }
}
