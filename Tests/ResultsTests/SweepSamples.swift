import Foundation
import Runtime

@testable import Results

/// Made-up cells and episodes.
enum SweepSamples {
    static func cell(
        task: String = "reach",
        latencyMs: Double = 40,
        seeds: some Sequence<Int> = 0..<10,
        policyHash: String = "p1"
    ) -> SweepCell {
        SweepCell(
            run: SweepCell.Run(
                task: task,
                robot: "panda",
                policy: "expert",
                clock: "charged",
                latency: "\(latencyMs)ms",
                latencyMs: latencyMs,
                execute: "replan",
                rateHz: 60,
                policyRateHz: 20,
                physicsHz: 240,
                targetSpeed: nil,
                instruction: "say \"hello\"; DROP TABLE episodes; --",
                until: "success",
                options: "",
                isReproducible: true
            ),
            hashes: SweepCell.Hashes(
                task: "t1",
                robot: "r1",
                policy: policyHash,
                latency: nil
            ),
            arguments: [task, "--policy=expert", "--latency=\(latencyMs)ms"],
            seeds: SeedRanges(seeds)
        )
    }

    static func episode(_ seed: Int, success: Bool = true) -> SweepEpisode {
        var buckets = LatencyBuckets()
        buckets.add(seed + 1, toBucket: 100, of: .tick)
        return SweepEpisode(
            seed: seed,
            outcome: .finished(
                SweepEpisode.Finished(
                    success: success,
                    successAtEnd: success,
                    successOnce: success,
                    successAtS: success ? 1.25 : nil,
                    endReason: success ? "success" : "time-limit",
                    cause: success ? nil : "dropped",
                    instruction: "née 'x'",
                    ticks: 100 + seed,
                    misses: seed % 3,
                    elapsedS: 2.5,
                    stateHash: String(repeating: "a", count: 15) + "\(seed % 10)"
                )
            ),
            timing: SweepEpisode.Timing(
                tick: SweepEpisode.Percentiles(p50: 1, p99: 2, max: 3),
                infer: SweepEpisode.Percentiles(p50: 4, p99: 5, max: 6),
                stages: buckets,
                ticks: []
            ),
            attempts: 1,
            wallSeconds: 0.25
        )
    }

    static let host = SweepStore.Host(
        cpu: "a processor",
        cores: 2,
        simd: "avx2",
        version: "0.1.0",
        programSHA256: "abc",
        jobs: 2
    )

    /// A folder that is removed after `body`.
    static func withFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "simrun-results-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder.path)
    }
}
