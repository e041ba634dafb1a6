/// One gate of a run: what it asked for, what was found, whether it held.
struct GateVerdict: Equatable {
    /// The flag that asked for it, such as `--min-success 0.9`.
    var name: String
    var held: Bool
    /// One sentence: what was found, and by how much a broken gate is broken.
    var detail: String
    /// Whether the gate judges success, and so answers for the episodes that failed.
    var judgesSuccess = false
}
