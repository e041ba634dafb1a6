public import Runtime

/// A port straight into an emulated arm, without terminal, threads or real time: waiting for an answer
/// is what makes the arm's time pass.
///
/// The same questions get the same answers at the same times, however busy the machine is.
public final class EmulatedPort<Joints: DrivenJoints>: ServoPort {
    /// The arm.
    public let arm: EmulatedArm<Joints>
    /// Whether the cable is in; without it reading, writing and opening fail, and a port that was lost
    /// must be opened again.
    public var isPlugged = true {
        didSet { if !isPlugged { isLost = true } }
    }
    private var isLost = false
    /// What has arrived and was not read yet.
    private var input: [UInt8] = []
    private var instant: TimeSpan

    /// A port to an arm, at the arm's own time.
    public init(arm: EmulatedArm<Joints>, baud: Int) {
        self.arm = arm
        instant = .seconds(arm.time)
        super.init(named: "emulated", baud: baud)
    }

    /// The arm's time.
    public override func now() -> TimeSpan { instant }

    /// Lets the arm's time pass.
    public override func sleep(until end: TimeSpan) {
        guard end > instant else { return }
        instant = end
        arm.advance(to: end.seconds)
        input += arm.bus.arrived(by: end.seconds)
    }

    override func discardInput() throws(BusError) {
        try requirePlug()
        input.removeAll(keepingCapacity: true)
    }

    override func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(BusError) {
        try requirePlug()
        arm.bus.receive(bytes, at: instant.seconds, baud: baud)
        transcript?.record(.sent, bytes, at: instant)
    }

    override func read(
        into parser: FrameParser,
        until deadline: TimeSpan
    ) throws(BusError) -> Bool {
        try requirePlug()
        if input.isEmpty {
            let next = arm.bus.nextArrival.map { TimeSpan.seconds($0) + TimeSpan(nanoseconds: 1) }
            sleep(until: min(deadline, next ?? deadline))
        }
        guard !input.isEmpty else { return false }
        input.withUnsafeBufferPointer {
            parser.append($0)
            transcript?.record(.received, $0, at: instant)
        }
        input.removeAll(keepingCapacity: true)
        return true
    }

    override func reopen() -> Bool {
        input.removeAll()
        isLost = !isPlugged
        return isPlugged
    }

    /// `EIO`, as the system says of a port that is gone.
    private func requirePlug() throws(BusError) {
        guard !isLost else { throw .portLost(errno: 5) }
    }
}
