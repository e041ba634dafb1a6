import CKernels
import Inference
import Processor
import Testing

/// The table of kernel cases, which benches and runs on other machines share.
@Suite struct KernelCaseTests {
    @Test func `every case of every kernel equals the reference in every set`() throws {
        for index in 0..<ck_case_count() {
            let info = ck_case_describe(index)
            let prepared = try #require(ck_case_prepare(index), "memory is short")
            defer { ck_case_release(prepared) }
            for set in InstructionSet.available where set != .scalar {
                let name = "\(set) \(String(cString: info.name))"
                let error = ck_case_compare(prepared, set.code)
                #expect(error.finite != 0, "\(name): not finite")
                #expect(error.inside != 0, "\(name): wrote outside its output")
                #expect(
                    error.holds != 0,
                    """
                    \(name): relative norm \(error.relative_norm) of \(info.tolerance) \
                    (\(String(cString: info.tolerance_name))), largest \(error.largest)
                    """
                )
            }
        }
    }

    @Test func `the reference equals itself`() throws {
        for index in stride(from: 0, to: ck_case_count(), by: 17) {
            let prepared = try #require(ck_case_prepare(index))
            defer { ck_case_release(prepared) }
            let error = ck_case_compare(prepared, InstructionSet.scalar.code)
            #expect(error.holds != 0 && error.relative_norm == 0 && error.largest == 0)
        }
    }

    @Test func `every case has a name of its own, and timed ones a count`() {
        var names: Set<String> = []
        var timed: Set<String> = []
        for index in 0..<ck_case_count() {
            let info = ck_case_describe(index)
            let name = String(cString: info.name)
            #expect(names.insert(name).inserted, "\(name) twice")
            #expect(name.hasPrefix("\(String(cString: info.kernel))/"), "\(name)")
            #expect(info.bytes > 0 && info.flop >= 0 && info.tolerance >= 0, "\(name)")
            if info.timed != 0 { timed.insert(String(cString: info.kernel)) }
            if info.timed != 0, name.hasPrefix("product") || name.hasPrefix("attention") {
                #expect(info.flop > 0, "\(name)")
            }
        }
        #expect(
            timed.isSuperset(of: ["product", "group_norm", "layer_norm", "attention", "softmax"])
        )
    }

    @Test func `benches time the table's own cases, every format of products`() throws {
        let all = KernelCase.all
        let products = all.filter {
            $0.name.hasPrefix("product") && $0.name.hasSuffix("/8x320x64")
        }
        #expect(Set(products.map(\.format)) == Set(WeightFormat.allCases))
        for one in products {
            let weights = Double(320 * 64)
            #expect(
                one.cost
                    == PlanCost(
                        flops: 16 * weights,
                        weightBytes: weights * Double(one.format.bytes)
                    )
            )
        }
        #expect(Set(all.map(\.name)).count == all.count)
        for one in all.prefix(3) {
            let run = try one.prepare()
            for _ in 0..<2 { run() }
        }
    }

    @Test func `a set that the machine has not runs nothing`() throws {
        let prepared = try #require(ck_case_prepare(0))
        defer { ck_case_release(prepared) }
        #expect(ck_case_run(prepared, 99) == 0)
        #expect(ck_case_compare(prepared, 99).holds == 0)
        for set in InstructionSet.available { #expect(ck_case_run(prepared, set.code) == 1) }
    }
}
