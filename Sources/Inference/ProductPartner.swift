internal import CKernels
internal import Foundation
internal import Synchronization

typealias ProductKernel = @convention(c) (UnsafePointer<ck_product>?) -> Void

/// A second thread that shares the columns of each big product of one plan.
///
/// For networks whose weights do not fit a cache: two cores read memory faster than one. Both threads
/// take pieces of the columns until none is left, so that a second thread which the system has put
/// aside costs no more than the piece it was in. Between plans the thread sleeps; within a plan it
/// waits for the next product without giving up its core, since products follow each other within
/// microseconds. One loop owns it.
public final class ProductPartner {
    /// Products with fewer weights are not worth telling another thread about.
    let leastWeights: Int

    private let shared = SharedProduct()

    /// Starts the thread.
    ///
    /// - Parameter leastWeights: Products with fewer weights are not shared.
    public init(leastWeights: Int = 1 << 16) {
        self.leastWeights = leastWeights
        let thread = Thread { [shared] in shared.serve() }
        thread.name = "product partner"
        thread.start()
    }

    deinit { shared.tell(SharedProduct.ended) }

    /// Wakes the thread for a plan.
    func wake() { shared.tell(SharedProduct.awake) }

    /// Lets the thread sleep until the next plan.
    func rest() { shared.rest() }

    /// Computes the product.
    func run(_ whole: ck_product, _ kernel: ProductKernel, weightBytes: Int) {
        shared.run(ProductPieces(whole: whole, kernel: kernel, weightBytes: weightBytes))
    }
}

/// A product cut into pieces of columns.
private struct ProductPieces {
    let whole: ck_product
    let kernel: ProductKernel
    let weightBytes: Int
    /// Panels of a piece but the last; four are a kernel's stride.
    let piecePanels: Int64
    let count: Int

    init(whole: ck_product, kernel: ProductKernel, weightBytes: Int) {
        (self.whole, self.kernel, self.weightBytes) = (whole, kernel, weightBytes)
        let width = Int64(CK_PANEL)
        let panels = (whole.columns + width - 1) / width
        piecePanels = max(1, panels / 64) * 4
        count = Int((panels + piecePanels - 1) / piecePanels)
    }

    func compute(_ piece: Int) {
        let first = Int64(piece) * piecePanels
        let shift = Int(first) * Int(CK_PANEL)
        var job = whole
        job.columns = min(whole.columns - Int64(shift), piecePanels * Int64(CK_PANEL))
        job.weights = whole.weights + Int(first * whole.panel_stride) * weightBytes
        job.bias = whole.bias.map { $0 + shift }
        job.scale = whole.scale.map { $0 + shift }
        job.output = whole.output + shift
        kernel(&job)
    }
}

/// What the two threads share.
///
/// The owner opens a product, takes pieces, and closes it when none is left; it then waits until the
/// other thread is out of it, which has at most one piece to finish. A thread that enters late finds
/// the product closed. So the pieces change only while nobody but the owner is inside.
private final class SharedProduct: @unchecked Sendable {
    static let asleep = 0
    static let awake = 1
    static let ended = 2

    private let phase = Atomic<Int>(SharedProduct.asleep)
    private let wakeUp = DispatchSemaphore(value: 0)
    private let isOpen = Atomic<Bool>(false)
    private let isInside = Atomic<Bool>(false)
    private let next = Atomic<Int>(0)
    private var pieces: ProductPieces?

    func tell(_ phase: Int) {
        self.phase.store(phase, ordering: .releasing)
        wakeUp.signal()
    }

    func rest() { phase.store(SharedProduct.asleep, ordering: .releasing) }

    /// The owner's side.
    func run(_ pieces: ProductPieces) {
        self.pieces = pieces
        next.store(0, ordering: .relaxed)
        isOpen.store(true, ordering: .sequentiallyConsistent)
        take(pieces)
        isOpen.store(false, ordering: .sequentiallyConsistent)
        while isInside.load(ordering: .sequentiallyConsistent) {}
    }

    /// The other thread's life.
    func serve() {
        while true {
            if isOpen.load(ordering: .relaxed) {
                isInside.store(true, ordering: .sequentiallyConsistent)
                if isOpen.load(ordering: .sequentiallyConsistent), let pieces { take(pieces) }
                isInside.store(false, ordering: .sequentiallyConsistent)
                continue
            }
            switch phase.load(ordering: .acquiring) {
            case SharedProduct.ended: return
            case SharedProduct.asleep: wakeUp.wait()
            default: continue
            }
        }
    }

    private func take(_ pieces: ProductPieces) {
        while true {
            let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard piece < pieces.count else { return }
            pieces.compute(piece)
        }
    }
}
