import Foundation
import Runtime

/// One cell of a latency grid: what a delay, a strategy and a speed came to.
struct LatencyRow: Codable, Equatable {
    /// What tells cells of one task and policy apart.
    struct Key: Hashable {
        var latencyMs: Double
        var strategy: String
        var targetSpeed: Double?
        var rateHz: Double
        var seed: UInt64
        var episodes: Int
    }

    /// The charge of each plan, in milliseconds.
    var latencyMs: Double
    /// The strategy as it was asked for.
    var execute: String
    /// The strategy in full, such as `chunk:8`.
    var strategy: String
    /// In metres per second; nil where nothing moves by itself.
    var targetSpeed: Double?
    /// The control rate.
    var rateHz: Double
    /// The first seed.
    var seed: UInt64
    var episodes: Int
    var successes: Int
    /// Control periods lost over all episodes.
    var misses: Int
    /// Seeds of the episodes that failed, ascending.
    var failedSeeds: [UInt64]

    var key: Key {
        Key(
            latencyMs: latencyMs,
            strategy: strategy,
            targetSpeed: targetSpeed,
            rateHz: rateHz,
            seed: seed,
            episodes: episodes
        )
    }

    var interval: WilsonInterval { WilsonInterval(successes: successes, trials: episodes) }

    var successRate: Double { Double(successes) / Double(episodes) }

    /// Whether the numbers can be of one run; a file may hold anything.
    var isSound: Bool {
        latencyMs.isFinite && latencyMs >= 0 && rateHz.isFinite
            && (1...1_000_000).contains(episodes) && (0...episodes).contains(successes)
            && failedSeeds.count == episodes - successes && misses >= 0
    }

    enum CodingKeys: String, CodingKey {
        case execute, strategy, seed, episodes, successes, misses, ci95
        case latencyMs = "latency_ms"
        case targetSpeed = "target_speed"
        case rateHz = "rate_hz"
        case successRate = "success_rate"
        case failedSeeds = "failed_seeds"
    }
}

extension LatencyRow {
    init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            latencyMs: try row.decode(Double.self, forKey: .latencyMs),
            execute: try row.decode(String.self, forKey: .execute),
            strategy: try row.decode(String.self, forKey: .strategy),
            targetSpeed: try row.decodeIfPresent(Double.self, forKey: .targetSpeed),
            rateHz: try row.decode(Double.self, forKey: .rateHz),
            seed: try row.decode(UInt64.self, forKey: .seed),
            episodes: try row.decode(Int.self, forKey: .episodes),
            successes: try row.decode(Int.self, forKey: .successes),
            misses: try row.decode(Int.self, forKey: .misses),
            failedSeeds: try row.decode([UInt64].self, forKey: .failedSeeds)
        )
    }

    func encode(to encoder: any Encoder) throws {
        var row = encoder.container(keyedBy: CodingKeys.self)
        try row.encode(latencyMs, forKey: .latencyMs)
        try row.encode(execute, forKey: .execute)
        try row.encode(strategy, forKey: .strategy)
        // Null, not left out, where nothing moves by itself.
        try row.encode(targetSpeed, forKey: .targetSpeed)
        try row.encode(rateHz, forKey: .rateHz)
        try row.encode(seed, forKey: .seed)
        try row.encode(episodes, forKey: .episodes)
        try row.encode(successes, forKey: .successes)
        try row.encode(successRate, forKey: .successRate)
        try row.encode([interval.lower, interval.upper], forKey: .ci95)
        try row.encode(misses, forKey: .misses)
        try row.encode(failedSeeds, forKey: .failedSeeds)
    }
}
