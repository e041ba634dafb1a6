internal import CKernels
internal import Foundation
internal import Synchronization

typealias ProductKernel = @convention(c) (UnsafePointer<ck_product>?) -> Void

/// A second thread that computes half of the columns of each big product of one plan.
///
/// For networks whose weights do not fit a cache: two cores read memory faster than one. Between
/// plans the thread sleeps; within a plan it waits for the next product without giving up its core,
/// since products follow each other within microseconds. Without a free core it makes a plan slower,
/// so it is for those who ask for it. One loop owns it.
public final class ProductPartner {
    /// Products with fewer weights are not worth telling another thread about.
    let leastWeights: Int

    private let exchange = Exchange()
    private var isAwake = false

    /// Starts the thread.
    ///
    /// - Parameter leastWeights: Products with fewer weights are not shared.
    public init(leastWeights: Int = 1 << 16) {
        self.leastWeights = leastWeights
        let thread = Thread { [exchange] in exchange.serve() }
        thread.name = "product partner"
        thread.start()
    }

    deinit { exchange.tell(Exchange.ended) }

    /// Wakes the thread for a plan.
    func wake() {
        isAwake = true
        exchange.tell(Exchange.awake)
    }

    /// Lets the thread sleep until the next plan.
    func rest() {
        isAwake = false
        exchange.rest()
    }

    /// Computes the product, the last columns on the other thread if it is awake.
    func run(_ whole: inout ck_product, _ kernel: ProductKernel, weightBytes: Int) {
        let width = Int64(CK_PANEL)
        let panels = (whole.columns + width - 1) / width
        // Four panels are a kernel's stride.
        let mine = (panels / 2 + 3) / 4 * 4
        guard isAwake, mine < panels else { return kernel(&whole) }
        let shift = Int(mine * width)
        var theirs = whole
        theirs.columns -= mine * width
        theirs.weights += Int(mine * whole.panel_stride) * weightBytes
        theirs.bias = whole.bias.map { $0 + shift }
        theirs.scale = whole.scale.map { $0 + shift }
        theirs.output += shift
        exchange.begin(theirs, kernel)
        whole.columns = mine * width
        kernel(&whole)
        exchange.waitUntilDone()
    }
}

/// What the two threads share: each writes its own counter and waits on the other's.
private final class Exchange: @unchecked Sendable {
    static let asleep = 0
    static let awake = 1
    static let ended = 2

    private let begun = Atomic<Int>(0)
    private let done = Atomic<Int>(0)
    private let phase = Atomic<Int>(Exchange.asleep)
    private let wakeUp = DispatchSemaphore(value: 0)
    /// Written before `begun` rises, read after.
    private var job = ck_product()
    private var kernel: ProductKernel?

    func tell(_ next: Int) {
        phase.store(next, ordering: .releasing)
        wakeUp.signal()
    }

    func rest() { phase.store(Exchange.asleep, ordering: .releasing) }

    func begin(_ job: ck_product, _ kernel: @escaping ProductKernel) {
        self.job = job
        self.kernel = kernel
        begun.add(1, ordering: .releasing)
    }

    func waitUntilDone() {
        let number = begun.load(ordering: .relaxed)
        while done.load(ordering: .acquiring) != number {}
    }

    /// The other thread's life.
    func serve() {
        var served = 0
        while true {
            if begun.load(ordering: .acquiring) != served {
                kernel?(&job)
                served += 1
                done.store(served, ordering: .releasing)
                continue
            }
            switch phase.load(ordering: .acquiring) {
            case Exchange.ended: return
            case Exchange.asleep: wakeUp.wait()
            default: continue
            }
        }
    }
}
