/// Keys of the messages between a loop and an outside plant.
enum PlantKey {
    // Of the plant's first message.
    static let world = "world"
    static let robot = "robot"
    static let controlMode = "control_mode"
    static let translationScale = "translation_scale_m"
    static let actionNames = "action_names"
    static let controlHertz = "control_hz"
    static let substeps = "substeps"
    static let timeLimit = "time_limit_s"
    static let hasExpert = "expert"

    // Of orders to the plant.
    static let order = "order"
    static let seed = "seed"
    static let action = "action"

    // Of its answers.
    static let error = "error"
    static let success = "success"
    /// After how many timesteps of this advance success was first judged; none if it was not.
    static let succeededAfter = "succeeded_after"
    static let instruction = "instruction"
    /// Any integer that tells states of the world apart.
    static let stateHash = "state_hash"

    /// What a plant may be ordered.
    enum Order: String {
        /// Begin the episode of a seed; answered with success and, where there is one, instruction.
        case reset
        /// Let timesteps pass, under a new action or the one that is held.
        case advance
        /// Say what is observed now.
        case sense
        /// Say what the plant's own expert would do now.
        case act
        /// There is no more to do.
        case end
    }
}
