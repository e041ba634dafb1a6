import Diagnostics
import Testing

@testable import Inference

@Suite struct KernelSetTests {
    @Test func `scalar and baseline are always there`() {
        #expect(KernelSet.scalar.kernels != nil)
        #expect(KernelSet.sse2.kernels != nil)
    }

    @Test func `an unset name gives the widest`() throws {
        let widest = KernelSet.allCases.last { $0.kernels != nil }
        #expect(try KernelSet.selected(by: nil).set == widest)
        #expect(try KernelSet.selected(by: "").set == widest)
        #expect(try KernelSet.selected(by: "scalar").set == .scalar)
    }

    @Test func `an unknown name is refused with the nearest`() {
        let error = #expect(throws: InputError.self) { try KernelSet.selected(by: "sse3") }
        #expect(error?.nearest.first == "sse2")
        #expect(error?.key == "SIMRUN_ISA")
    }
}
