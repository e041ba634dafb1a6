import CKernels
import Processor
import Testing

@testable import Inference

@Suite struct NormalisationKernelTests {
    /// The largest difference from the scalar reference, relative to one plus the value.
    ///
    /// Sums of up to 500 squares run in another order, fused where the machine can, and the vectors'
    /// exponential is a polynomial within 2e-7; results are of the order of one.
    static let reorderedSums: Float = 4e-6

    static let variants = InstructionSet.available.compactMap(Kernels.init)

    /// Numbers in -3...3 from a fixed stream.
    private func draw(_ count: Int, seed: UInt64) -> [Float] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return 3 * (Float(Int32(truncatingIfNeeded: state >> 33)) / Float(1 << 30) - 1)
        }
    }

    private func expectEqual(_ got: [Float], _ reference: [Float], _ name: String) {
        var worst: Float = 0
        for (a, b) in zip(got, reference) {
            worst = max(worst, a.isFinite ? abs(a - b) / (1 + abs(b)) : .infinity)
        }
        #expect(worst <= Self.reorderedSums, "\(name): \(worst)")
    }

    @Test func `group norm with Mish, FiLM and residual equals the reference`() throws {
        let scalar = try #require(Kernels(.scalar))
        for (steps, width, groups) in [
            (1, 16, 8), (2, 3, 5), (3, 7, 1), (5, 9, 3), (8, 8, 8), (4, 33, 2),
        ] {
            let channels = width * groups
            let input = draw(steps * channels, seed: UInt64(steps * channels))
            let parameters = draw(4 * channels, seed: 3)
            let residual = draw(steps * channels, seed: 5)
            for mish in [false, true] {
                for rest in [false, true] {
                    func run(_ kernels: Kernels) -> [Float] {
                        var x = input
                        x.withUnsafeMutableBufferPointer { x in
                            parameters.withUnsafeBufferPointer { p in
                                residual.withUnsafeBufferPointer { residual in
                                    guard let p = p.baseAddress else { return }
                                    var job = ck_group_norm(
                                        x: x.baseAddress,
                                        sequences: 1,
                                        sequence_stride: 0,
                                        stride: Int64(channels),
                                        steps: Int64(steps),
                                        channels: Int64(channels),
                                        groups: Int64(groups),
                                        scale: p,
                                        shift: p + channels,
                                        epsilon: 1e-5,
                                        then_mish: mish ? 1 : 0,
                                        film: rest ? p + 2 * channels : nil,
                                        residual: rest ? residual.baseAddress : nil
                                    )
                                    kernels.table.pointee.group_norm(&job)
                                }
                            }
                        }
                        return x
                    }
                    let reference = run(scalar)
                    for kernels in Self.variants {
                        let name = "\(kernels.set) \(steps)x\(channels)/\(groups) \(mish) \(rest)"
                        expectEqual(run(kernels), reference, name)
                    }
                }
            }
        }
    }

    @Test func `layer norm and the largest of rows equal the reference`() throws {
        let scalar = try #require(Kernels(.scalar))
        for (rows, width) in [(1, 2), (2, 7), (3, 8), (5, 19), (16, 64), (7, 130)] {
            let input = draw(rows * width, seed: UInt64(rows * width))
            let parameters = draw(2 * width, seed: 7)
            func run(_ kernels: Kernels, relu: Bool) -> [Float] {
                var x = input
                var largest = [Float](repeating: -.infinity, count: width)
                x.withUnsafeMutableBufferPointer { x in
                    parameters.withUnsafeBufferPointer { p in
                        guard let x = x.baseAddress, let p = p.baseAddress else { return }
                        var job = ck_layer_norm(
                            x: x,
                            rows: Int64(rows),
                            width: Int64(width),
                            scale: p,
                            shift: p + width,
                            epsilon: 1e-5,
                            then_relu: relu ? 1 : 0
                        )
                        kernels.table.pointee.layer_norm(&job)
                        kernels.table.pointee.maximum(x, Int64(rows), Int64(width), &largest)
                    }
                }
                return x + largest
            }
            for relu in [false, true] {
                let reference = run(scalar, relu: relu)
                for kernels in Self.variants {
                    expectEqual(
                        run(kernels, relu: relu),
                        reference,
                        "\(kernels.set) \(rows)x\(width)"
                    )
                }
            }
        }
    }

    @Test func `Mish holds its ends`() throws {
        // One step, one channel a group of two, no variance: the result is Mish of the shift.
        for kernels in Self.variants {
            for (shift, expected) in [
                (Float(100), Float(100)), (-100, 0), (0, 0), (1, 0.865_098_4),
            ] {
                var x: [Float] = [2, 2]
                let scale: [Float] = [1, 1]
                let shifts = [shift, shift]
                x.withUnsafeMutableBufferPointer { x in
                    scale.withUnsafeBufferPointer { scale in
                        shifts.withUnsafeBufferPointer { shifts in
                            var job = ck_group_norm(
                                x: x.baseAddress,
                                sequences: 1,
                                sequence_stride: 0,
                                stride: 2,
                                steps: 1,
                                channels: 2,
                                groups: 1,
                                scale: scale.baseAddress,
                                shift: shifts.baseAddress,
                                epsilon: 1e-5,
                                then_mish: 1,
                                film: nil,
                                residual: nil
                            )
                            kernels.table.pointee.group_norm(&job)
                        }
                    }
                }
                #expect(abs(x[0] - expected) <= 1e-6, "\(kernels.set) \(shift): \(x[0])")
            }
        }
    }
}
