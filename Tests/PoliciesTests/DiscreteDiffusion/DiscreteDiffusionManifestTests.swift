import Diagnostics
import Foundation
import Inference
import Policies
import Testing

@Suite struct DiscreteDiffusionManifestTests {
    let golden: GoldenPolicy

    init() throws { golden = try GoldenPolicy("vla") }

    private func error(_ json: String) -> InputError? {
        do throws(InputError) {
            _ = try DiscreteDiffusionManifest(json: Array(json.utf8), file: "policy.json")
            return nil
        } catch { return error }
    }

    @Test func `the library lists it beside the others`() throws {
        let folder = URL(fileURLWithPath: golden.directory).deletingLastPathComponent().path
        let card = try PolicyLibrary(searchPaths: [folder]).card(of: "vla")
        #expect(card.architecture == "discrete-diffusion")
        #expect(card.task == "golden")
        #expect(
            try PolicyLibrary(searchPaths: [folder]).card(of: "golden").architecture == "meanflow"
        )
    }

    @Test func `what the file must say is refused by name when it does not`() throws {
        let json = try golden.json
        for (old, new, key) in [
            ("\"prefix-lm\"", "\"causal\"", "attention"),
            ("\"attention\"", "\"attentions\"", "attention"),
            ("\"resize\": \"area\"", "\"resize\": \"bilinear\"", "image.resize"),
            ("\"heads\": 2", "\"heads\": 5", "network.heads"),
            ("\"patch\": 2", "\"patch\": 3", "network.patch"),
            ("\"state_width\": 12", "\"state_width\": 10", "network.state_width"),
            ("\"rounds\": 12", "\"rounds\": 0", "decoder.rounds"),
            ("\"key\": \"golden\"", "\"kee\": \"golden\"", "statistics[0].key"),
            ("\"robot\": \"panda\"", "\"robots\": \"panda\"", "statistics[0].robot"),
            ("\"horizon\": 4", "\"horizon\": 65", "horizon"),
            ("\"low\": [", "\"lowest\": [", "statistics[0].action.low"),
        ] {
            #expect(json.contains(old), "\(old)")
            let found = error(json.replacing(old, with: new, maxReplacements: 1))
            #expect(found?.key == key, "\(old): \(found?.description ?? "no error")")
        }
    }

    @Test func `statistics are found by task or key, and never guessed`() throws {
        let json = try golden.json
        let manifest = try DiscreteDiffusionManifest(json: Array(json.utf8), file: "policy.json")
        #expect(try manifest.statistics(forTask: "golden", key: nil).key == "golden")
        #expect(try manifest.statistics(forTask: "other", key: "golden").key == "golden")
        #expect {
            _ = try manifest.statistics(forTask: "other", key: nil)
        } throws: { error in
            "\(error)".contains("none for the task other") && "\(error)".contains("golden")
        }
        #expect {
            _ = try manifest.statistics(forTask: "golden", key: "goldn")
        } throws: { error in
            (error as? InputError)?.nearest == ["golden"]
        }
        let start = try #require(json.range(of: "\"statistics\": ["))
        let end = try #require(json.range(of: "\"decoder\""))
        let entries = String(json[start.upperBound..<end.lowerBound])
        let entry = try #require(entries.range(of: "]", options: .backwards))
        let one = String(entries[..<entry.lowerBound])
        let two = one + "," + one.replacing("\"key\": \"golden\"", with: "\"key\": \"silver\"")
        let both = json.replacing(one, with: two)
        let double = try DiscreteDiffusionManifest(json: Array(both.utf8), file: "policy.json")
        #expect {
            _ = try double.statistics(forTask: "golden", key: nil)
        } throws: { error in
            "\(error)".contains("2 for the task golden: golden, silver")
        }
        #expect(try double.statistics(forTask: "golden", key: "silver").key == "silver")
        let twice = json.replacing(one, with: one + "," + one)
        #expect(error(twice)?.key == "statistics[1].key")
    }

    @Test func `a task with other cameras, scales or joints is refused by name`() throws {
        let manifest = try DiscreteDiffusionManifest(directory: golden.directory)
        let good = PolicyContext(
            robot: "panda",
            controlMode: "pd_ee_delta_pos",
            policyRateHz: 20,
            actionWidth: 4,
            translationScale: 0.02,
            jointCount: 7,
            cloudPoints: 512,
            hasGoal: false,
            cameras: ["wrist", "front"]
        )
        let statistics = manifest.statistics[0]
        try statistics.requireFits(good, policy: "golden-vla")
        for (key, change) in [
            ("robot", { $0.robot = "ur5" }), ("views", { $0.cameras = ["front"] }),
            ("policy_rate_hz", { $0.policyRateHz = 5 }),
            ("rotation_scale_rad", { $0.rotationScale = 0.1 }),
            ("translation_scale_m", { $0.translationScale = 0.05 }),
            ("state.features", { $0.jointCount = 6 }),
        ] as [(String, (inout PolicyContext) -> Void)] {
            var context = good
            change(&context)
            #expect {
                try statistics.requireFits(context, policy: "golden-vla")
            } throws: { error in
                (error as? InputError)?.key == "statistics golden \(key)"
            }
        }
    }

    @Test func `words and weights must be those that were exported`() throws {
        let (json, weights) = (try golden.json, try golden.weights)
        let words = try String(
            contentsOfFile: "\(golden.directory)/vocabulary.json",
            encoding: .utf8
        )
        func load(_ words: String?, _ weights: [UInt8]) throws -> InputError? {
            try GoldenPolicy.withDirectory(json: json, weights: weights) { folder in
                let path = "\(folder)/vocabulary.json"
                try words?.write(toFile: path, atomically: false, encoding: .utf8)
                do throws(InputError) {
                    _ = try DiscreteDiffusionModel(directory: folder)
                    return nil
                } catch { return error }
            }
        }
        #expect(try load(words, weights) == nil)
        #expect(
            try load(words.replacing("plate", with: "spoon"), weights)?.key == "vocabulary.sha256"
        )
        #expect(try load(nil, weights)?.file?.hasSuffix("vocabulary.json") == true)
        var broken = weights
        broken[broken.count - 1] ^= 1
        #expect(try load(words, broken)?.key == "weights.sha256")
        #expect(try load(words, Array(weights.dropLast())) != nil)
    }
}
