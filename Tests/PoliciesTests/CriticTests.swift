import Diagnostics
import Foundation
import Inference
import Runtime
import Testing

@testable import Policies

@Suite struct CriticTests {
    private let golden: GoldenPolicy
    private let directory: String
    private let file: SafetensorsFile

    init() throws {
        golden = try GoldenPolicy()
        directory = golden.directory + "-critic"
        file = try SafetensorsFile(path: directory + "-values.safetensors")
    }

    private func chunks() throws -> [ActionChunk] {
        let actions = try file.tensor("actions").values
        return (0..<5).map { index in
            var chunk = ActionChunk(horizon: 2, width: 4)
            chunk.values = Array(actions[(4 * index)..<(4 * index + 4)]) + [9, 9, 9, 9]
            return chunk
        }
    }

    private func context() -> PolicyContext {
        PolicyContext(
            robot: "panda",
            controlMode: "pd_ee_delta_pos",
            policyRateHz: 20,
            actionWidth: 4,
            translationScale: 0.02,
            jointCount: 7,
            cloudPoints: 24,
            hasGoal: true
        )
    }

    @Test(arguments: [5, 2])
    func `values of every observation agree with PyTorch, whatever the wave`(wave: Int) throws {
        let model = try CriticModel(directory: directory)
        let evaluation = CriticEvaluation(model: model, most: wave)
        let expected = try file.tensor("values").values
        let chunks = try chunks()
        for step in 0..<3 {
            try evaluation.observe(golden.observation(step))
            var values = [Float](repeating: 0, count: 5)
            for first in stride(from: 0, to: 5, by: wave) {
                evaluation.value(chunks, first..<min(5, first + wave), into: &values)
            }
            for index in 0..<5 {
                let heads = (0..<2).map { expected[(step * 2 + $0) * 5 + index] }
                let least = try #require(heads.min())
                #expect(abs(values[index] - least) <= 1e-5 * (1 + abs(least)))
            }
        }
    }

    @Test func `the best is taken at temperature 0, and others the oftener the warmer`() throws {
        let model = try CriticModel(directory: directory)
        let chunks = try chunks()
        var counts: [Int] = []
        for temperature in [0, 0.3, 1e6] {
            var rule = ValueGuidance(critic: model, temperature: temperature, wave: 5)
            rule.reset(seed: 4)
            try rule.begin(golden.observation(0))
            var values = [Float](repeating: 0, count: 5)
            try rule.value(chunks, 0..<5, into: &values)
            let best = try #require(values.indices.max { values[$0] < values[$1] })
            counts.append((0..<500).count { _ in rule.choose(chunks, &values, count: 5) == best })
        }
        #expect(counts[0] == 500)
        #expect(counts[0] > counts[1] && counts[1] > counts[2])
        #expect((60..<140).contains(counts[2]), "a fifth of 500 when all are alike")
    }

    @Test func `a value that is not finite is never chosen`() throws {
        let model = try CriticModel(directory: directory)
        let chunks = try chunks()
        for temperature in [0.0, 1.0] {
            var rule = ValueGuidance(critic: model, temperature: temperature, wave: 5)
            rule.reset(seed: 1)
            var values: [Float] = [.nan, -3, .infinity, -2, .nan]
            for _ in 0..<100 {
                #expect([1, 3].contains(rule.choose(chunks, &values, count: 5)))
            }
        }
    }

    @Test(
        arguments: [
            ("\"task\": \"golden\"", "\"task\": \"push\"", "task"),
            ("\"robot\": \"panda\"", "\"robot\": \"so101\"", "robot"),
            ("\"pd_ee_delta_pos\"", "\"pd_ee_pose\"", "control_mode"),
            (
                "\"translation_scale_m\": 0.02", "\"translation_scale_m\": 0.03",
                "translation_scale_m"
            ),
            ("\"actions\": 1", "\"actions\": 9", "actions"),
        ]
    )
    func `a critic of something else is refused by name`(
        old: String,
        new: String,
        key: String
    ) throws {
        let path = directory + "/critic.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains(old))
        let error = #expect(throws: InputError.self) {
            let json = Array(text.replacing(old, with: new).utf8)
            try CriticManifest(json: json, file: path)
                .requireFits(task: "golden", context(), horizon: 8)
        }
        #expect(error?.description.contains(key) == true, "\(String(describing: error))")
    }

    @Test func `what the file does not say, or says too much, is refused`() throws {
        let path = directory + "/critic.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for (old, new) in [
            ("\"discount\": 0.98", "\"discount\": 1.5"), ("\"heads\": 2", "\"heads\": 0"),
            ("\"heads\": 2", "\"head\": 2"), ("\"actions\": 1", "\"actions\": 1, \"extra\": 2"),
        ] {
            #expect(text.contains(old))
            #expect(throws: InputError.self) {
                try CriticManifest(json: Array(text.replacing(old, with: new).utf8), file: path)
            }
        }
    }
}
