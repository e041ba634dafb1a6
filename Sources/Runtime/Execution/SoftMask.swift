import Glibc

/// How much of the previous chunk each row of a new one keeps: 1 up to the step at which the new
/// chunk lands, then falling to 0 where the previous chunk ends.
///
/// Real-Time Chunking (arXiv 2506.07339), `get_prefix_weights` with the schedules `linear` and
/// `exp`.
struct SoftMask: Equatable, Sendable {
    /// Rows before this one keep the previous chunk.
    let start: Int
    /// Rows from this one on have no previous row.
    let end: Int

    /// Creates a mask; a `start` past `end` is moved down to it.
    init(start: Int, end: Int) {
        self.start = min(start, end)
        self.end = end
    }

    /// The weight of the previous chunk on a straight line, in `[0, 1]`.
    func linear(atRow row: Int) -> Double {
        guard row < end else { return 0 }
        return min(max(Double(start - 1 - row) / Double(end - start + 1) + 1, 0), 1)
    }

    /// The weight of the previous chunk on the schedule `exp`, in `[0, 1]`.
    func exponential(atRow row: Int) -> Double {
        let weight = linear(atRow: row)
        return weight * expm1(weight) / expm1(1)
    }
}
