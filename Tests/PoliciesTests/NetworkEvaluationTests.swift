import Diagnostics
import Foundation
import Inference
import Testing

@testable import Policies

@Suite struct NetworkEvaluationTests {
    /// A safetensors file of float tensors.
    private func file(_ tensors: [(name: String, values: [Float])]) throws -> SafetensorsFile {
        var header: [String] = []
        var data = Data()
        for (name, values) in tensors {
            let range = "[\(data.count),\(data.count + 4 * values.count)]"
            header.append(
                "\"\(name)\":{\"dtype\":\"F32\",\"shape\":[\(values.count)],\"data_offsets\":\(range)}"
            )
            for value in values { withUnsafeBytes(of: value) { data.append(contentsOf: $0) } }
        }
        let text = Data("{\(header.joined(separator: ","))}".utf8)
        var bytes = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
        bytes.append(text)
        bytes.append(data)
        return try SafetensorsFile(bytes: [UInt8](bytes), path: "inputs.safetensors")
    }

    @Test func `a candidate is the same alone and among others`() throws {
        let model = try UNetModel(directory: GoldenPolicy().directory)
        let many = NetworkEvaluation(model: model, candidates: 3)
        let one = NetworkEvaluation(model: model, candidates: 1)
        let size = one.noise.count
        for network in [many, one] {
            for i in 0..<network.cloud.count { network.cloud.base[i] = Float(i % 7) / 7 }
            for i in 0..<network.state.count { network.state.base[i] = Float(i) / 5 }
            for i in 0..<network.earlierFeatures.count {
                network.earlierFeatures.base[i] = Float(i % 3) - 1
            }
        }
        for i in 0..<many.noise.count { many.noise.base[i] = Float(i % 11) / 5 - 1 }
        many.run()
        for candidate in 0..<3 {
            one.noise.base.update(from: many.noise.base + candidate * size, count: size)
            one.run()
            for i in 0..<size {
                let difference = abs(one.actions.base[i] - many.actions.base[candidate * size + i])
                #expect(difference <= 1e-5)
            }
        }
        #expect(many.cost.weightBytes == one.cost.weightBytes)
        #expect(many.cost.flops > one.cost.flops)
    }

    @Test func `inputs come from a file, whole or not at all`() throws {
        let network = NetworkEvaluation(
            model: try UNetModel(directory: GoldenPolicy().directory),
            candidates: 2
        )
        var tensors = [
            (name: "cloud", values: [Float](repeating: 1, count: network.cloud.count)),
            (name: "state", values: [Float](repeating: 2, count: network.state.count)),
            (
                name: "earlier_features",
                values: [Float](repeating: 3, count: network.earlierFeatures.count)
            ),
            (name: "noise", values: [Float](repeating: 4, count: network.noise.count)),
        ]
        try network.load(file(tensors))
        #expect(network.cloud.base[0] == 1 && network.noise.base[network.noise.count - 1] == 4)
        tensors[3].values.removeLast()
        #expect(throws: InputError.self) { try network.load(file(tensors)) }
        tensors.removeLast()
        #expect(throws: InputError.self) { try network.load(file(tensors)) }
    }
}
