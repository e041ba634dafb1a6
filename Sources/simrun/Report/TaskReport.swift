import Foundation
import Runtime
import Sensing
import Tasks

/// The JSON object of `simrun task --json`; its keys are a published contract.
struct TaskReport: Encodable {
    struct Hashes: Codable {
        var task: String
        var robot: String
        var policy: String?
        var critic: String?

        enum CodingKeys: String, CodingKey { case task, robot, policy, critic }

        func encode(to encoder: any Encoder) throws {
            // Absent hashes are printed as null, not left out.
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(task, forKey: .task)
            try container.encode(robot, forKey: .robot)
            try container.encode(policy, forKey: .policy)
            try container.encode(critic, forKey: .critic)
        }
    }

    struct Episode: Encodable {
        var seed: UInt64
        var success: Bool
        var successAtEnd: Bool
        var successOnce: Bool
        var successAtS: Double?
        /// Whether the condition stayed true for 0.5 s from the first time it held; null where that
        /// was not seen.
        var steady: Bool?
        var endReason: String
        var cause: String?
        var ticks: Int
        var misses: Int
        var stateHash: String
        var instruction: String?
        /// Episode time at its end.
        var elapsedS: Double

        enum CodingKeys: String, CodingKey {
            case seed, success, steady, ticks, misses, instruction, cause
            case elapsedS = "elapsed_s"
            case successAtEnd = "success_at_end"
            case successOnce = "success_once"
            case successAtS = "success_at_s"
            case endReason = "end_reason"
            case stateHash = "state_hash"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(seed, forKey: .seed)
            try container.encode(success, forKey: .success)
            try container.encode(successAtEnd, forKey: .successAtEnd)
            try container.encode(successOnce, forKey: .successOnce)
            try container.encode(successAtS, forKey: .successAtS)
            try container.encode(steady, forKey: .steady)
            try container.encode(endReason, forKey: .endReason)
            try container.encode(cause, forKey: .cause)
            try container.encode(ticks, forKey: .ticks)
            try container.encode(misses, forKey: .misses)
            try container.encode(stateHash, forKey: .stateHash)
            try container.encode(instruction, forKey: .instruction)
            try container.encode(elapsedS, forKey: .elapsedS)
        }
    }

    struct Charge: Encodable {
        var p50: Double
        var p99: Double
        var max: Double
        var appliedP50: Double
        /// The physics timestep in microseconds.
        var resolution: Double

        enum CodingKeys: String, CodingKey {
            case p50, p99, max, resolution
            case appliedP50 = "applied_p50"
        }
    }

    struct Age: Encodable {
        var p50: Double
        var p99: Double
        var max: Double
    }

    struct Recordings: Encodable {
        /// One for each of `episodes`.
        var files: [String]
        /// Ticks, plans and pictures that found no room.
        var dropped: Int
    }

    struct Host: Codable {
        var cpu: String
        var cores: Int
        var simd: String
    }

    /// How plans were chosen among candidates.
    struct Rerank: Encodable {
        var rule: String
        /// Asked for; a budget may allow fewer.
        var candidates: Int
        var meanCandidates: Double
        var dropped: Int
        var fallbacks: Int

        enum CodingKeys: String, CodingKey {
            case rule, candidates, dropped, fallbacks
            case meanCandidates = "mean_candidates"
        }
    }

    var argv: [String]
    var task: String
    var robot: String
    var policy: String
    var hashes: Hashes
    var rerank: Rerank?
    var clock: String
    var latency: String
    var execute: String
    var rateHz: Double
    var policyRateHz: Double
    var effectiveRateHz: Double
    var physicsHz: Double
    var reproducible: Bool
    var episodes: [Episode]
    /// 99th percentiles by row, one for each of `episodes`: measured, so never part of those.
    var episodeP99Us: [String: [Double]]
    var recordings: Recordings?
    var successRate: Double
    var successCI95: [Double]
    var ticks: Int
    var deadlineMisses: Int
    var gatedTicks: Int
    /// Ticks that began a policy step without an action, because no plan had landed.
    var starvedTicks: Int
    /// Wall clock: ticks in which the host took time, and the misses among them.
    var stolenTicks: Int
    var stolenMisses: Int
    var latencyUs: [String: LatencySummary]
    /// The same as coarse counts, which add up and can be drawn.
    var latencyBuckets: LatencyBuckets
    var chargeUs: Charge
    var observationAgeUs: Age
    var wallS: Double
    var host: Host
    var version: String

    enum CodingKeys: String, CodingKey {
        case argv, task, robot, policy, hashes, clock, latency, execute, reproducible, episodes
        case ticks, host, version
        case recordings, rerank
        case episodeP99Us = "episode_p99_us"
        case rateHz = "rate_hz"
        case policyRateHz = "policy_rate_hz"
        case effectiveRateHz = "effective_rate_hz"
        case physicsHz = "physics_hz"
        case successRate = "success_rate"
        case successCI95 = "success_ci95"
        case deadlineMisses = "deadline_misses"
        case gatedTicks = "gated_ticks"
        case starvedTicks = "starved_ticks"
        case stolenTicks = "stolen_ticks"
        case stolenMisses = "stolen_misses"
        case latencyUs = "latency_us"
        case latencyBuckets = "latency_buckets"
        case chargeUs = "charge_us"
        case observationAgeUs = "observation_age_us"
        case wallS = "wall_s"
    }

    /// The report as one line of JSON with sorted keys.
    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

extension TaskReport.Hashes {
    /// What a plan rests on.
    init(_ plan: RunPlan) {
        self.init(
            task: plan.setup.task.hash,
            robot: plan.robotHash,
            policy: plan.policyHash,
            critic: plan.reranking?.criticHash
        )
    }
}
