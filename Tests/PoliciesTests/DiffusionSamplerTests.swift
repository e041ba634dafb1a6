import Testing

@testable import Policies

@Suite struct DiffusionSamplerTests {
    private func sampler(_ form: DiffusionSampler.Form, steps: Int = 10) -> DiffusionSampler {
        DiffusionSampler(steps: steps, trainingSteps: 100, clip: 1, form: form)
    }

    @Test func `noise levels are those of diffusers' schedule`() {
        let products = DiffusionSampler.products(100)
        let listed = [
            0.01954, 0.08515, 0.19073, 0.32612, 0.47826, 0.63252, 0.77401, 0.88910, 0.96672,
            0.99937,
        ]
        for (i, expected) in listed.enumerated() {
            #expect(abs(products[90 - 10 * i] - expected) < 5e-6)
        }
        #expect(
            sampler(.correct).times.map(\.t) == stride(from: 90, through: 0, by: -10).map { $0 }
        )
    }

    @Test func `noise and data known, the correct form walks along their mixtures`() {
        // With x = sqrt(a) x0 + sqrt(1 - a) e, a step keeps x0 and e and moves a.
        let products = DiffusionSampler.products(100)
        let (data, noise) = (0.3, -1.7)
        func mixture(_ a: Double) -> Double { a.squareRoot() * data + (1 - a).squareRoot() * noise }
        let steps = sampler(.correct).steps
        for (i, step) in steps.enumerated() {
            let x = Float(mixture(products[90 - 10 * i]))
            let next = step.keep * x + (step.clean + step.clipped) * Float(data)
            let expected = i + 1 < steps.count ? mixture(products[80 - 10 * i]) : data
            #expect(abs(next - Float(expected)) < 1e-5, "step \(i)")
        }
    }

    @Test func `the legacy form forgets the sample and scales the data`() {
        for step in sampler(.legacy).steps {
            #expect(step.keep == 0)
            #expect((1...1.415).contains(step.clean + step.clipped))
        }
    }

    @Test func `the last step ends at the data, however many there are`() {
        for form in DiffusionSampler.Form.allCases {
            for count in [1, 2, 7, 100] {
                let steps = sampler(form, steps: count).steps
                #expect(steps.count == count && steps.last?.time == 0)
                #expect(steps.last?.keep == 0 && steps.last?.clean == 0 && steps.last?.clipped == 1)
            }
        }
    }
}
