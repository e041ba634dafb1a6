import Diagnostics
import Foundation
import Inference
import Policies
import Runtime

/// One network under the control of a benchmark in another process: a request a line on standard
/// input, an answer a line on standard output, all JSON.
///
///     {"load": {"policy": "meanflow-reach", "weights": "fp32", "candidates": 8, "threads": 1,
///               "inputs": "inputs.safetensors"}}
///     {"loaded": {"flops": …, "parameters": …, "weight_bytes": …}}
///     {"run": 20}          → {"times_us": […]}        hot, one number a call
///     {"output": true}     → {"output": […]}          normalised actions of the last call
///
/// The inputs are those of ``NetworkEvaluation``. The session ends with its input.
struct PeerSession {
    private struct Request: Decodable {
        struct Load: Decodable {
            var policy: String
            var weights: String
            var candidates: Int
            var threads: Int?
            var inputs: String
        }

        var load: Load?
        var run: Int?
        var output: Bool?
    }

    private struct Loaded: Encodable {
        var flops: Double
        var parameters: Int
        var weightBytes: Double

        enum CodingKeys: String, CodingKey {
            case flops, parameters
            case weightBytes = "weight_bytes"
        }
    }

    private static let mostCandidates = 4096
    private static let mostCalls = 1_000_000

    var paths: SearchPaths

    /// Answers until the input ends.
    ///
    /// - Throws: `InputError` for a request that cannot be met.
    func serve() throws {
        var evaluation: NetworkEvaluation?
        while let line = readLine() {
            let request = try Self.request(line)
            if let load = request.load {
                let (network, about) = try self.load(load)
                evaluation = network
                try answer(["loaded": about])
            }
            guard let evaluation else {
                throw InputError(key: "request", expected: "a load first", found: line)
            }
            if let calls = request.run { try answer(["times_us": times(calls, evaluation)]) }
            if request.output == true { try answer(["output": Array(evaluation.actions.values)]) }
        }
    }

    private static func request(_ line: String) throws(InputError) -> Request {
        do {
            return try JSONDecoder().decode(Request.self, from: Data(line.utf8))
        } catch {
            throw InputError(
                key: "request",
                expected: "load, run or output",
                found: JSONText.reason(error)
            )
        }
    }

    private func answer(_ value: some Encodable) throws {
        Console.line(try JSONText.of(value))
    }

    private func load(_ load: Request.Load) throws(InputError) -> (NetworkEvaluation, Loaded) {
        guard (1...Self.mostCandidates).contains(load.candidates) else {
            throw InputError(
                key: "candidates",
                expected: "1 to \(Self.mostCandidates)",
                found: "\(load.candidates)"
            )
        }
        let library = PolicyLibrary(searchPaths: paths.policyFolders)
        let model = try UNetModel(
            directory: library.directory(of: load.policy),
            format: WeightFormat(named: load.weights, key: "weights")
        )
        var options = NetworkOptions()
        options.threads = load.threads ?? 1
        try options.requireFits(model, clock: .charged)
        let evaluation = NetworkEvaluation(
            model: model,
            candidates: load.candidates,
            partner: options.threads == 2 ? ProductPartner() : nil
        )
        try evaluation.load(SafetensorsFile(path: load.inputs, limit: 1 << 28))
        let about = Loaded(
            flops: evaluation.cost.flops,
            parameters: model.manifest.weights.parameters,
            weightBytes: evaluation.cost.weightBytes
        )
        return (evaluation, about)
    }

    /// Microseconds of each of so many calls, one after the other.
    private func times(
        _ calls: Int,
        _ evaluation: NetworkEvaluation
    ) throws(InputError) -> [Double] {
        guard (1...Self.mostCalls).contains(calls) else {
            throw InputError(key: "run", expected: "1 to \(Self.mostCalls)", found: "\(calls)")
        }
        let time = MonotonicTime()
        return (0..<calls).map { _ in
            let start = time.now()
            evaluation.run()
            return (time.now() - start).microseconds
        }
    }
}
