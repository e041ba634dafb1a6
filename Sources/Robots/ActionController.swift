/// Turns policy actions into commands: by a robot's kinematics, or as they are.
///
/// One of the two for the life of a loop.
public struct ActionController: Sendable {
    /// The controller of a robot that is known; nil where actions pass as they are.
    public private(set) var arm: ArmController?
    private var direct: DirectController?

    /// Actions go through a robot's controller.
    public init(_ arm: ArmController) { self.arm = arm }

    /// Actions go to a plant that knows itself what they mean.
    public init(_ direct: DirectController) { self.direct = direct }

    /// How many numbers an action has.
    public var actionWidth: Int { arm?.actionWidth ?? direct?.width ?? 0 }

    /// Whether the last command is what the action asked for.
    public var hasConverged: Bool { arm?.lastSolve.converged ?? true }

    /// Makes the target be where the robot is and forgets the past.
    public mutating func reset(to state: JointState) {
        arm?.reset(to: state)
        direct?.reset()
    }

    /// Takes a new action `[actionWidth]`.
    public mutating func accept(_ action: UnsafeBufferPointer<Float>) {
        arm?.accept(action)
        direct?.accept(action)
    }

    /// The command at a moment of the policy period; see ``ArmController/command(fraction:)``.
    public mutating func command(fraction: Double) -> JointCommand {
        if let command = arm?.command(fraction: fraction) { return command }
        guard let command = direct?.command else { preconditionFailure("one of the two is there") }
        return command
    }
}

/// Hands actions over as they are: what they mean is known to the plant alone.
///
/// An action is held until the next one comes.
public struct DirectController: Sendable {
    /// How many numbers an action has.
    public let width: Int
    /// What is held; before the first action zeros, numbered 0.
    public private(set) var command: JointCommand

    /// Creates a controller of actions of `width` numbers, from 1 to ``JointVector/capacity``.
    public init(width: Int) {
        precondition((1...JointVector.capacity).contains(width), "an action fits a command")
        self.width = width
        command = JointCommand(arm: JointVector(count: width), gripperOpening: 0)
    }

    mutating func reset() { self = DirectController(width: width) }

    /// Takes a new action; one with a number that is not finite is refused.
    mutating func accept(_ action: UnsafeBufferPointer<Float>) {
        precondition(action.count == width)
        for number in action where !number.isFinite { return }
        for index in 0..<width { command.arm[index] = Double(action[index]) }
        command.action &+= 1
    }
}
