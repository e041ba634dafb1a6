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

    // Of the metadata.
    static let observation = "observation"
    static let horizon = "action_horizon"
    static let width = "action_dim"
    static let memory = "observation_memory"
    static let type = "dtype"
    static let shape = "shape"
}
