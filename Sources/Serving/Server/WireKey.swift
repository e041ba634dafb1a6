/// Keys of messages: openpi's, and our own that other peers ignore.
enum WireKey {
    static let actions = "actions"
    static let policyTiming = "policy_timing"
    static let serverTiming = "server_timing"
    static let inferMilliseconds = "infer_ms"
    static let previousTotal = "prev_total_ms"

    /// Begins an episode: an integer that keys the policy's noise.
    static let seed = "simrun/seed"
    /// When the observation was taken, in whole nanoseconds since the episode began.
    static let capturedAt = "simrun/t_obs_ns"
    /// Observations of policy steps since the last request that needed no plan, oldest first.
    static let history = "simrun/history"
    /// How long after its arrival a request may still be worth a plan, in whole nanoseconds.
    static let deadline = "simrun/deadline_ns"
    /// In a reply without actions: the deadline had passed before the policy was free.
    static let expired = "simrun/expired"
    /// Any integer: the reply says it again, so that it cannot answer another request.
    static let tick = "simrun/tick"

    // Of the metadata.
    static let observation = "observation"
    static let horizon = "action_horizon"
    static let width = "action_dim"
    static let memory = "observation_memory"
    static let type = "dtype"
    static let shape = "shape"
}
