import Bridge
import Robots
import Runtime
import Tasks

/// A real arm with, where cameras are mirrored, the simulation that follows it.
struct ArmPlant: Plant {
    /// The arm.
    var serial: SerialPlant
    /// The simulation that follows it; nil where nothing is mirrored.
    private(set) var mirror: MirroredScene?
    /// What stops the arm when this process dies; nil where the servos see to it, or nobody.
    private let lifeline: Lifeline?
    let instruction: String?
    private var opening: Double

    init(
        serial: SerialPlant,
        mirror: MirroredScene?,
        lifeline: Lifeline?,
        instruction: String?
    ) {
        self.serial = serial
        self.mirror = mirror
        self.lifeline = lifeline
        self.instruction = instruction
        opening = serial.jointState.gripperOpening
    }

    var elapsed: TimeSpan { serial.elapsed }
    var jointState: JointState { serial.jointState }
    var status: EpisodeStatus { mirror?.plant.status ?? serial.status }
    var movesByItself: Bool { true }
    var trouble: LoopFault? {
        serial.trouble
            ?? (lifeline?.hasTakenOver == true
                ? .plant(what: "the loop was silent: its guard has stopped the arm, or is gone")
                : nil)
    }

    mutating func sense(into observation: inout Observation) throws(LoopFault) {
        let (state, now) = (serial.jointState, serial.elapsed)
        try mirror?.follow(state, gripperCommand: opening, to: now)
        observation.instruction = instruction
        mirror?.sense(into: &observation)
        // Last: joints, tool and the observation's age are the arm's.
        try serial.sense(into: &observation)
    }

    mutating func advance(holding command: JointCommand, substeps: Int) throws(LoopFault) {
        opening = command.gripperOpening
        lifeline?.beat()
        // An arm that its guard has stopped is the guard's.
        if lifeline?.hasTakenOver == true { return }
        try serial.advance(holding: command, substeps: substeps)
    }
}
