internal import CKernels

/// What products need beside weights, inputs and outputs; one loop's own.
public final class ProductWorkspace {
    /// Room for an input narrowed to bfloat16.
    private let halves: UnsafeMutablePointer<UInt16>
    private let capacity: Int
    /// The second thread, where one was asked for.
    let partner: ProductPartner?

    /// Allocates.
    ///
    /// - Parameters:
    ///   - inputs: Numbers in the largest input of a product, padding included.
    ///   - partner: A second thread for big products.
    public init(inputs: Int, partner: ProductPartner? = nil) {
        capacity = max(1, inputs)
        halves = .allocate(capacity: capacity)
        halves.initialize(repeating: 0, count: capacity)
        self.partner = partner
    }

    deinit { halves.deallocate() }

    /// Rounds the numbers to bfloat16 into ``narrowed``.
    @discardableResult
    func narrow(
        _ numbers: UnsafeBufferPointer<Float>,
        _ kernels: Kernels
    ) -> UnsafePointer<UInt16> {
        precondition(numbers.count <= capacity, "the product's input is larger than its workspace")
        kernels.table.pointee.narrow(numbers.baseAddress, Int64(numbers.count), halves)
        return narrowed
    }

    /// What was last narrowed.
    var narrowed: UnsafePointer<UInt16> { UnsafePointer(halves) }
}
