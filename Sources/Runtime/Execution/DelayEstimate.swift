/// How many policy steps a plan takes to land: the 95th percentile of the last few.
///
/// Used to condition plans alone, never to index actions. Windowed, so that a slow first plan is
/// forgotten; a running maximum would carry it for the whole episode.
struct DelayEstimate: Equatable, Sendable {
    /// How many plans are remembered.
    static let window = 20

    /// Delays in policy steps, as a ring.
    private var delays = [Int](repeating: 0, count: DelayEstimate.window)
    private var sorted = [Int](repeating: 0, count: DelayEstimate.window)
    private var count = 0
    private var next = 0

    /// The nearest rank of 95 % among the last plans; 0 before any has landed.
    private(set) var steps = 0

    mutating func clear() {
        count = 0
        next = 0
        steps = 0
    }

    /// Adds the steps between a plan's observation and its landing.
    mutating func add(_ delay: Int) {
        delays[next] = delay
        next = (next + 1) % Self.window
        count = min(count + 1, Self.window)
        // By insertion: at most 20 numbers, and nothing is allocated.
        for index in 0..<count {
            var place = index
            while place > 0, sorted[place - 1] > delays[index] {
                sorted[place] = sorted[place - 1]
                place -= 1
            }
            sorted[place] = delays[index]
        }
        steps = sorted[(count * 95 + 99) / 100 - 1]
    }
}
