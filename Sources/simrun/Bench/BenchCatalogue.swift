import Diagnostics
import Inference
import Policies
import Processor

/// Every case that a `simrun bench` could time, and the choice among them.
struct BenchCatalogue {
    private(set) var cases: [BenchCase]

    /// Gathers the cases.
    ///
    /// - Parameters:
    ///   - paths: Where policies, tasks and robots lie.
    ///   - policies: Names or directories; empty for all, with kernels, sensors, physics and loop.
    ///   - weights: The format asked for; nil for each that this machine computes by itself.
    ///   - threads: Of one plan.
    init(
        paths: SearchPaths,
        policies: [String],
        weights: WeightFormat?,
        threads: Int
    ) throws(InputError) {
        let formats = weights.map { [$0] } ?? Self.formats
        let all = PolicyLibrary(searchPaths: paths.policyFolders).names
        cases = try PolicyCases(
            paths: paths,
            policies: policies.isEmpty ? all : policies,
            formats: formats,
            threads: threads
        ).cases()
        guard policies.isEmpty, threads == 1 else { return }
        let kernels = KernelCase.all.filter { one in
            formats.contains { $0.rawValue == one.dtype }
        }
        cases = kernels.map(Self.kernel) + cases
        cases += try SceneCases(paths: paths, format: weights).cases()
        cases += ResetCases(paths: paths).cases()
    }

    /// Those that a filter means: the cases of that very name, else those that have it in theirs.
    ///
    /// - Throws: `InputError` with the nearest names.
    func chosen(by filter: String?) throws(InputError) -> [BenchCase] {
        guard let filter else { return cases }
        let exact = cases.filter { $0.name == filter }
        let found = exact.isEmpty ? cases.filter { $0.name.contains(filter) } : exact
        guard !found.isEmpty else {
            throw .unknown(
                "case",
                name: filter,
                known: Array(Set(cases.map(\.name))),
                key: "--filter"
            )
        }
        return found
    }

    /// Rounding inputs pays only where the machine multiplies pairs.
    private static var formats: [WeightFormat] {
        WeightFormat.allCases.filter { $0 != .bfloat16Dot || InstructionSet.hasBFloat16Dot }
    }

    private static func kernel(_ one: KernelCase) -> BenchCase {
        BenchCase(name: "kernel/" + one.name, dtype: one.dtype) {
            let run = try one.prepare()
            return BenchWork(phases: [one.cost], format: one.format) { run() }
        }
    }
}
