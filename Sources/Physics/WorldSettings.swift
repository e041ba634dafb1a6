public import Spatial

/// How a world is stepped and solved.
///
/// The defaults hold a grasp at 240 to 1000 Hz; fewer than 50 iterations let one slip.
public struct WorldSettings: Equatable, Sendable {
    /// The physics timestep in seconds, in `(0, 1]`.
    public var timestepSeconds: Double
    /// The acceleration of gravity, in metres per second squared, world frame.
    public var gravity: Vector3
    /// Iterations of projected Gauss-Seidel, `1...10000`.
    public var solverIterations: Int
    /// The share of a joint's error that one step removes, in `[0, 1]`.
    public var jointErrorReduction: Double
    /// The share of a contact's penetration that one step removes, in `[0, 1]`.
    public var contactErrorReduction: Double
    /// The share of a friction anchor's drift that one step removes, in `[0, 1]`.
    public var frictionErrorReduction: Double
    /// The penetration in metres that is left alone.
    public var linearSlop: Double
    /// The squared residual at which the iterations stop early.
    public var residualThreshold: Double
    /// The share of the last step's impulses the solver starts from, in `[0, 1]`.
    public var warmstartingFactor: Double
    /// Contacts further apart than this, in metres, are not solved.
    public var contactProcessingThreshold: Double
    /// Who iterates; `nil` for what `SIMRUN_SOLVER` says.
    public var solver: ConstraintSolver?

    /// Creates settings; only the timestep has no default.
    public init(
        timestepSeconds: Double,
        gravity: Vector3 = Vector3(0, 0, -9.81),
        solverIterations: Int = 50,
        jointErrorReduction: Double = 0.2,
        contactErrorReduction: Double = 0.08,
        frictionErrorReduction: Double = 0.2,
        linearSlop: Double = 1e-5,
        residualThreshold: Double = 1e-7,
        warmstartingFactor: Double = 0.1,
        contactProcessingThreshold: Double = 0,
        solver: ConstraintSolver? = nil
    ) {
        self.timestepSeconds = timestepSeconds
        self.gravity = gravity
        self.solverIterations = solverIterations
        self.jointErrorReduction = jointErrorReduction
        self.contactErrorReduction = contactErrorReduction
        self.frictionErrorReduction = frictionErrorReduction
        self.linearSlop = linearSlop
        self.residualThreshold = residualThreshold
        self.warmstartingFactor = warmstartingFactor
        self.contactProcessingThreshold = contactProcessingThreshold
        self.solver = solver
    }
}
