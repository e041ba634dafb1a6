import Bridge
import Robots
import Runtime
import Sensing
import Spatial
import Tasks

/// A real arm with, where cameras are mirrored, the simulation that follows it.
struct ArmPlant: Plant {
    /// The arm.
    var serial: SerialPlant
    /// The simulation that follows it; nil where nothing is mirrored.
    private(set) var mirror: MirroredScene?
    /// What stops the arm when this process dies; nil where the servos see to it, or nobody.
    private let lifeline: Lifeline?
    /// The cameras that are there; nil where there are none.
    private var cameras: ArmCameras?
    /// What makes the task's cloud of a real camera's depths; nil where none is there.
    private let cloud: RealCloud?
    let instruction: String?
    /// The task's scene as it stands for recordings where nothing is mirrored.
    private let scene: SimulatedPlant?
    private var opening: Double

    init(
        serial: SerialPlant,
        mirror: MirroredScene?,
        lifeline: Lifeline?,
        instruction: String?,
        scene: SimulatedPlant? = nil,
        cameras: ArmCameras? = nil,
        cloud: RealCloud? = nil
    ) {
        self.serial = serial
        self.mirror = mirror
        self.lifeline = lifeline
        self.instruction = instruction
        self.scene = scene
        self.cameras = cameras
        self.cloud = cloud
        opening = serial.jointState.gripperOpening
    }

    /// Starts an episode's clock.
    mutating func begin() {
        serial.begin()
        cameras?.begin()
    }

    var elapsed: TimeSpan { serial.elapsed }
    var jointState: JointState { serial.jointState }
    /// The operator's word, else what the mirrored scene says.
    var status: EpisodeStatus {
        serial.isJudged ? serial.status : mirror?.plant.status ?? serial.status
    }
    var movesByItself: Bool { true }
    var trouble: LoopFault? {
        serial.trouble ?? cameras?.trouble
            ?? (lifeline?.hasTakenOver == true
                ? .plant(what: "the loop was silent: its guard has stopped the arm, or is gone")
                : nil)
    }

    mutating func sense(into observation: inout Observation) throws(LoopFault) {
        let (state, now) = (serial.jointState, serial.elapsed)
        try mirror?.follow(state, gripperCommand: opening, to: now)
        observation.instruction = instruction
        mirror?.sense(into: &observation)
        if cameras != nil {
            var fresh: UInt64 = 0
            cameras?.sense(into: &observation, freshDepths: &fresh)
            cloud?.build(fresh: fresh, into: &observation)
        }
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

extension ArmPlant: RecordedPlant {
    private var pictured: SimulatedPlant {
        guard let scene = mirror?.plant ?? scene else {
            preconditionFailure("an arm is recorded with a scene round it")
        }
        return scene
    }

    var frameNames: [String] { pictured.frameNames }
    var stateNames: [String] { pictured.stateNames }
    var frameShapes: [SimulatedPlant.FrameShape] { pictured.frameShapes }
    var flatState: [Double] { pictured.flatState }
    var blankObservation: Observation { pictured.blankObservation }

    func copyFramePoses(into poses: UnsafeMutableBufferPointer<Pose>) {
        pictured.copyFramePoses(into: poses)
    }

    func copyState(into state: UnsafeMutableBufferPointer<Double>) {
        pictured.copyState(into: state)
    }
}
