import Diagnostics
import Foundation
import Testing

@testable import Processor

@Suite struct InstructionSetTests {
    @Test func `scalar and baseline are always there`() {
        #expect(InstructionSet.available.starts(with: [.scalar, .baseline]))
        #expect(InstructionSet.widest.isAvailable)
    }

    @Test func `an unset name gives the widest`() throws {
        #expect(try InstructionSet.selected(by: nil) == .widest)
        #expect(try InstructionSet.selected(by: "") == .widest)
        #expect(try InstructionSet.selected(by: "scalar") == .scalar)
    }

    @Test func `an unknown name is refused with the nearest`() {
        let error = #expect(throws: InputError.self) { try InstructionSet.selected(by: "sse3") }
        #expect(error?.key == "SIMRUN_ISA")
        #if arch(x86_64)
            #expect(error?.nearest.first == "sse2")
        #endif
    }

    @Test func `a set that the machine has not is refused, the others are taken`() throws {
        for set in InstructionSet.allCases {
            if set.isAvailable {
                #expect(try InstructionSet.resolved(set) == set)
            } else {
                #expect(throws: InputError.self) { try InstructionSet.resolved(set) }
            }
        }
    }

    @Test func `dot products of bfloat16 come with the widest vectors alone`() {
        #expect(!InstructionSet.hasBFloat16Dot || InstructionSet.avx512.isAvailable)
    }

    /// What Linux says of the processor, as a second opinion.
    @Test func `the sets agree with the system's list of flags`() throws {
        #if arch(x86_64) && os(Linux)
            let text = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("flags") })
            let flags = Set(line.split(separator: " ").map(String.init))
            #expect(InstructionSet.avx2.isAvailable == flags.isSuperset(of: ["avx2", "fma"]))
            let wide = flags.isSuperset(of: ["avx512f", "avx512bw", "avx512dq", "avx512vl"])
            #expect(InstructionSet.avx512.isAvailable == wide)
            #expect(InstructionSet.hasBFloat16Dot == (wide && flags.contains("avx512_bf16")))
        #endif
    }
}
