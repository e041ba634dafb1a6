/// One combination of a sweep's grid: everything but the seed.
public struct SweepCell: Equatable, Sendable {
    /// What the cell runs, in the words of reports.
    public struct Run: Equatable, Sendable {
        /// The task's name.
        public var task: String
        /// The robot's name.
        public var robot: String
        /// The policy's name.
        public var policy: String
        /// `lockstep`, `charged` or `wall`.
        public var clock: String
        /// What is charged, as reports call it.
        public var latency: String
        /// The charge of each plan in milliseconds, where it is fixed.
        public var latencyMs: Double?
        /// How chunks are executed, in full.
        public var execute: String
        /// The control rate in hertz.
        public var rateHz: Double
        /// Policy actions a second.
        public var policyRateHz: Double
        /// Physics timesteps a second.
        public var physicsHz: Double
        /// In metres per second; nil where nothing moves by itself.
        public var targetSpeed: Double?
        /// The instruction of every episode; nil where the seed draws it.
        public var instruction: String?
        /// `success` or `time-limit`.
        public var until: String
        /// Further flags, with spaces between; empty for none.
        public var options: String
        /// Whether the same seed gives the same episode.
        public var isReproducible: Bool

        /// Creates a description.
        public init(
            task: String,
            robot: String,
            policy: String,
            clock: String,
            latency: String,
            latencyMs: Double?,
            execute: String,
            rateHz: Double,
            policyRateHz: Double,
            physicsHz: Double,
            targetSpeed: Double?,
            instruction: String?,
            until: String,
            options: String,
            isReproducible: Bool
        ) {
            self.task = task
            self.robot = robot
            self.policy = policy
            self.clock = clock
            self.latency = latency
            self.latencyMs = latencyMs
            self.execute = execute
            self.rateHz = rateHz
            self.policyRateHz = policyRateHz
            self.physicsHz = physicsHz
            self.targetSpeed = targetSpeed
            self.instruction = instruction
            self.until = until
            self.options = options
            self.isReproducible = isReproducible
        }
    }

    /// Digests of the files that the cell rests on.
    public struct Hashes: Equatable, Sendable {
        /// SHA-256 of the task file.
        public var task: String
        /// The robot's content hash.
        public var robot: String
        /// SHA-256 of the policy's weights; nil for scripted and random ones.
        public var policy: String?
        /// SHA-256 of the latency trace; nil without one.
        public var latency: String?

        /// Creates a set of digests.
        public init(task: String, robot: String, policy: String?, latency: String?) {
            self.task = task
            self.robot = robot
            self.policy = policy
            self.latency = latency
        }
    }

    /// What it runs.
    public var run: Run
    /// What it rests on.
    public var hashes: Hashes
    /// The arguments of `simrun task`, but for seed and number of episodes.
    public var arguments: [String]
    /// Its seeds.
    public var seeds: SeedRanges

    /// Creates a cell.
    public init(run: Run, hashes: Hashes, arguments: [String], seeds: SeedRanges) {
        self.run = run
        self.hashes = hashes
        self.arguments = arguments
        self.seeds = seeds
    }

    /// What makes it this cell and no other: everything that decides its episodes, as text.
    public var identity: String {
        [
            run.task, run.robot, run.policy, run.clock, run.latency, run.execute, "\(run.rateHz)",
            "\(run.physicsHz)", run.targetSpeed.map { "\($0)" } ?? "-", run.instruction ?? "-",
            run.until, run.options, hashes.task, hashes.robot, hashes.policy ?? "-",
            hashes.latency ?? "-",
        ]
        .map { $0.replacing("\\", with: "\\\\").replacing("\n", with: "\\n") }
        .joined(separator: "\n")
    }

    /// The same without the digests: tells a cell whose files have changed from a new one.
    public var place: String {
        identity.split(separator: "\n", omittingEmptySubsequences: false).dropLast(4)
            .joined(separator: "\n")
    }
}
