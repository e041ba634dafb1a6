import Runtime
import Tasks

/// Where a thread's seeds come from, and where its episodes go.
struct SeedLine {
    /// The next seed; nil ends the work.
    var next: () -> UInt64?
    /// Takes an episode that ran to its end, with what was journalled of it.
    var deliver: (RunResult.Episode, EpisodeJournal) -> Void
    /// Read once a tick: whether to leave the present episode.
    var isStopped: () -> Bool = { false }
    /// Sees the world after each tick.
    var watch: (SimulatedPlant) -> Void = { _ in }
    /// Whether to journal every tick of a seed.
    var keepsTicks: (UInt64) -> Bool = { _ in false }
}
