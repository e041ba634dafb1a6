public import Runtime
import Spatial

/// Measures a policy server from the client's side, one request after another.
public struct ServerProbe: Sendable {
    /// What is asked, how often and how fast.
    public struct Plan: Equatable, Sendable {
        /// What observations hold.
        public var template: ObservationTemplate
        /// Requests that count.
        public var requests: Int
        /// Requests after the first that do not count.
        public var warmUps: Int
        /// From one request's start to the next's; nil asks again as soon as the reply is here.
        public var period: TimeSpan?
        /// For the first reply, which may compile or load something.
        public var firstTimeout: TimeSpan
        /// For each other reply.
        public var timeout: TimeSpan
        /// Draws the observations.
        public var seed: UInt64

        /// Creates a plan.
        public init(
            template: ObservationTemplate,
            requests: Int,
            warmUps: Int,
            period: TimeSpan?,
            firstTimeout: TimeSpan,
            timeout: TimeSpan,
            seed: UInt64
        ) {
            self.template = template
            self.requests = requests
            self.warmUps = warmUps
            self.period = period
            self.firstTimeout = firstTimeout
            self.timeout = timeout
            self.seed = seed
        }
    }

    /// One request and its reply.
    public struct Sample: Equatable, Sendable {
        /// From before packing the observation until the unpacked reply is here.
        public var roundTrip: TimeSpan
        /// In the policy, as the server's loop saw it; nil if it does not say.
        public var serverInfer: TimeSpan?
        /// In the policy, as it saw itself; nil if it does not say.
        public var policyInfer: TimeSpan?

        /// All of the round trip that was not the policy: both ways on the network, packing,
        /// unpacking and waiting at both ends.
        public var outside: TimeSpan? {
            (serverInfer ?? policyInfer).map { max(.zero, roundTrip - $0) }
        }
    }

    /// What was measured.
    public struct Result: Equatable, Sendable {
        /// The first, cold request.
        public var first: Sample?
        /// The requests that count.
        public var samples: [Sample] = []
        /// The action chunk: element type and shape of the first reply.
        public var actions: String?
        /// Replies whose action chunk had another type or shape than the first.
        public var otherActions = 0
        /// Replies that held a number that is not finite.
        public var nonFiniteReplies = 0
        /// Periods in which no request could start, because a reply was late.
        public var skippedPeriods = 0
        /// Bytes of an observation.
        public var requestBytes = 0
        /// Bytes of the last reply.
        public var replyBytes = 0
        /// The caller asked to stop.
        public var wasInterrupted = false

        /// Creates the result of no requests.
        public init() {}
    }

    private let connection: PolicyConnection
    private let plan: Plan
    private let time = MonotonicTime()

    /// Creates a probe of an open connection.
    public init(connection: PolicyConnection, plan: Plan) {
        self.connection = connection
        self.plan = plan
    }

    /// Asks until the plan is done or `isStopped` says so.
    ///
    /// - Throws: ``PolicyConnectionError``, also for a reply without actions.
    public func run(isStopped: () -> Bool) throws(PolicyConnectionError) -> Result {
        var result = Result()
        var random = RandomStream(seed: plan.seed)
        var next = time.now()
        for number in 0...(plan.warmUps + plan.requests) {
            let observation = plan.template.observation(&random)
            if number > 0 {
                pace(&next, skipped: &result.skippedPeriods, counts: number > plan.warmUps)
            }
            guard let sample = try ask(observation, number, &result, isStopped) else {
                result.wasInterrupted = true
                break
            }
            switch number {
            case 0:
                result.first = sample
                result.requestBytes = observation.encoded().count
                next = time.now()
            case ...plan.warmUps: break
            default: result.samples.append(sample)
            }
        }
        return result
    }

    /// Sleeps until the next deadline that has not passed.
    private func pace(_ next: inout TimeSpan, skipped: inout Int, counts: Bool) {
        guard let period = plan.period else { return }
        next = next + period
        let late = time.now() - next
        if late > .zero {
            let periods = Int(late.nanoseconds / period.nanoseconds) + 1
            next = next + period * periods
            if counts { skipped += periods }
        }
        time.sleep(until: next)
    }

    private func ask(
        _ observation: MessagePackValue,
        _ number: Int,
        _ result: inout Result,
        _ isStopped: () -> Bool
    ) throws(PolicyConnectionError) -> Sample? {
        if isStopped() { return nil }
        let start = time.now()
        let pending = connection.begin(
            observation,
            within: number == 0 ? plan.firstTimeout : plan.timeout
        )
        while !pending.wait(upTo: .milliseconds(100)) {
            if isStopped() { return nil }
        }
        let reply = try pending.get()
        let roundTrip = time.now() - start
        try note(reply, &result)
        return Sample(
            roundTrip: roundTrip,
            serverInfer: reply.serverInfer,
            policyInfer: reply.policyInfer
        )
    }

    private func note(
        _ reply: PolicyReply,
        _ result: inout Result
    ) throws(PolicyConnectionError) {
        guard let actions = reply.actions else { throw .noActions(Self.found(in: reply)) }
        let shape = actions.description
        if result.actions == nil { result.actions = shape }
        if result.actions != shape { result.otherActions += 1 }
        if !actions.doubles().allSatisfy(\.isFinite) { result.nonFiniteReplies += 1 }
        result.replyBytes = reply.byteCount
    }

    private static func found(in reply: PolicyReply) -> String {
        if let value = reply.fields["actions"] { return "actions as \(value.kind)" }
        let keys = reply.fields.keys
        guard !keys.isEmpty else { return "an empty map" }
        let shown = keys.prefix(16).map { PolicyConnectionError.plain($0, 64) }
        return "the keys " + shown.joined(separator: ", ") + (keys.count > 16 ? ", ..." : "")
    }
}
