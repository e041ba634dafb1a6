public import Runtime
import Spatial

/// Drives the loop by a scripted expert, through the same controller and gate as any policy.
///
/// Holds the plant's true state, so it lives beside the tasks and never among the policies.
public struct ExpertPolicy: Policy {
    /// The part of the error covered by one action.
    ///
    /// The arm follows its target about 0.12 s late, 2.4 actions at 20 Hz; a gain well under 1/2.4
    /// keeps that loop from ringing.
    static let gain = 0.15
    /// The most that an action may differ from the one before, so that the motion asked for stays
    /// within what the arm's acceleration limits let through.
    static let slew = 0.3

    private let expert: Expert
    private let state: SceneState
    private let translationScale: Double
    private let periodSeconds: Double
    private let closingSign: Float
    private let noise: Double
    private var random = RandomStream(seed: 0)
    private var lastMotion = Vector3.zero
    /// The action that the expert meant, before noise: the label to learn from.
    public private(set) var intended: ActionChunk

    /// One action at a time.
    public let shape: PolicyShape

    init(
        expert: Expert,
        state: SceneState,
        translationScale: Double,
        periodSeconds: Double,
        closingSign: Float,
        noise: Double
    ) {
        self.expert = expert
        self.state = state
        self.translationScale = translationScale
        self.periodSeconds = periodSeconds
        self.closingSign = closingSign
        self.noise = noise
        shape = PolicyShape(horizon: 1, actionWidth: 4)
        intended = ActionChunk(horizon: 1, width: 4)
    }

    /// Keys the noise by `seed`.
    public mutating func reset(seed: UInt64) {
        random = RandomStream(seed: seed, stream: 0x6e6f_6973)
        lastMotion = .zero
    }

    /// One proportional step towards the expert's intent, along with its motion, with noise on the motion if asked for.
    public mutating func plan(_ observation: Observation, into chunk: inout ActionChunk) {
        let intent = expert.intent(in: state)
        let error = intent.toolTarget - state.worldFromTool.translation
        let step = error * Self.gain + intent.toolVelocity * periodSeconds
        let wanted = (step / translationScale).limited(to: 1)
        let motion = lastMotion + (wanted - lastMotion).limited(to: Self.slew)
        lastMotion = motion
        intended[0, 0] = Float(motion.x)
        intended[0, 1] = Float(motion.y)
        intended[0, 2] = Float(motion.z)
        intended[0, 3] = intent.closes ? closingSign : -closingSign
        for component in 0..<4 { chunk[0, component] = intended[0, component] }
        guard noise > 0 else { return }
        for component in 0..<3 {
            let noisy = chunk[0, component] + Float(noise * random.normal())
            chunk[0, component] = min(max(noisy, -1), 1)
        }
    }
}
