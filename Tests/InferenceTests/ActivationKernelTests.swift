import CKernels
import Processor
import Testing

@testable import Inference

@Suite struct ActivationKernelTests {
    /// Far below zero an activation is zero, far above its argument, at zero zero; and 1.
    @Test(arguments: InstructionSet.available)
    func `activations hold their ends`(set: InstructionSet) throws {
        let kernels = try #require(Kernels(set))
        for kind in Activation.Kind.allCases {
            let atOne: Float =
                switch kind {
                case .silu: 0.731_058_58
                case .geluTanh: 0.841_191_99
                case .gelu: 0.841_344_75
                case .mish: 0.865_098_4
                }
            for (x, expected) in [
                (Float(100), Float(100)), (-100, 0), (3e4, 3e4), (-3e4, 0), (0, 0), (1, atOne),
            ] {
                var values = [x]
                Activation(kind, kernels: kernels).forward(&values, count: 1)
                #expect(abs(values[0] - expected) <= 2e-6, "\(set) \(kind) of \(x)")
            }
        }
    }

    @Test(arguments: InstructionSet.available)
    func `what is not a number stays so`(set: InstructionSet) throws {
        let kernels = try #require(Kernels(set))
        for kind in Activation.Kind.allCases {
            var values: [Float] = [1, .nan, -1]
            Activation(kind, kernels: kernels).forward(&values, count: 3)
            #expect(values.map(\.isNaN) == [false, true, false], "\(set) \(kind)")
        }
    }
}
