import Foundation
import Inference
import Runtime
import Testing

@testable import simrun

@Suite struct BenchTests {
    private static let limits = MachineLimits(
        floatGigaflops: 10,
        bfloat16DotGigaflops: nil,
        bandwidths: [.init(bytes: 1e6, gigabytes: 10)]
    )

    @Test func `percentiles are of the nearest rank`() {
        let values = (1...1000).map(Double.init)
        #expect(BenchRow.percentile(values, 50) == 500)
        #expect(BenchRow.percentile(values, 99) == 990)
        #expect(BenchRow.percentile(values, 100) == 1000)
        #expect(BenchRow.percentile([7], 1) == 7)
        #expect(BenchRow.percentile([], 50) == 0)
    }

    @Test func `a row's share comes from the hot median`() throws {
        let work = BenchWork(phases: [PlanCost(flops: 1e6, weightBytes: 1e5)]) { _ in .zero }
        let row = BenchRow(
            BenchCase(name: "kernel/x", dtype: "fp32") { work },
            work,
            BenchTimer.Times(hot: [100, 200, 400], paced: [1, 2, 3, 1000]),
            limits: Self.limits
        )
        // 1 MFLOP in 200 us: 5 GFLOP/s of 10.
        #expect(abs((row.share?.share ?? 0) - 0.5) < 1e-9)
        #expect(row.share?.binding == .compute)
        #expect([row.p50, row.p90, row.max] == [2, 1000, 1000])
        #expect(BenchRow.table([row]).count == 2)
    }

    @Test func `what is not counted is null`() throws {
        let work = BenchWork { _ in .zero }
        let row = BenchRow(
            BenchCase(name: "physics/x", dtype: "fp64") { work },
            work,
            BenchTimer.Times(hot: [1], paced: [1]),
            limits: Self.limits
        )
        let json = try JSONSerialization.jsonObject(with: Data(JSONText.of(row).utf8))
        let fields = try #require(json as? [String: Any])
        for key in ["gflops", "gbps", "share_of_limit", "limit"] {
            #expect(fields[key] is NSNull, "\(key)")
        }
    }

    @Test func `work without a figure is called again and short work repeated`() throws {
        var calls = 0
        var most = 0
        let work = BenchWork { together in
            calls += 1
            most = max(most, together)
            return calls % 3 == 0 ? TimeSpan(nanoseconds: 1000 * Int64(together)) : nil
        }
        let times = try BenchTimer(seconds: 0.01, rate: 1000).measure(work)
        #expect(times.paced == [Double](repeating: 1, count: 10))
        #expect(times.hot.allSatisfy { $0 == 1 } && times.hot.count >= 3)
        #expect(most == 20)
        var single = work
        single.isRepeatable = false
        most = 0
        _ = try BenchTimer(seconds: 0.01, rate: 1000).measure(single)
        #expect(most == 1)
    }
}

@Suite struct BenchCommandTests {
    private static let rowKeys: Set<String> = [
        "name", "dtype", "threads", "hot_p50_us", "p50_us", "p90_us", "p99_us", "max_us", "calls",
        "flops", "weight_bytes", "gflops", "gbps", "share_of_limit", "limit",
    ]

    private func report(_ line: String) throws -> [String: Any] {
        // Without real time, which would stop the loops of tests beside it.
        let arguments = ["bench", "--no-realtime", "--json", "--seconds", "0.02"]
        let run = try Simrun.run(arguments + line.split(separator: " ").map(String.init))
        #expect(run.status == 0, "\(run.errors)")
        return try #require(try run.json() as? [String: Any])
    }

    @Test func `a report holds the machine, its limits and whole rows`() throws {
        let report = try report("--filter policy/meanflow-track/b8 --weights bf16")
        #expect(Set(report.keys) == ["host", "limits", "results", "realtime", "paced_hz", "load"])
        let limits = try #require(report["limits"] as? [String: Any])
        #expect(try #require(limits["gflops_1core"] as? Double) > 0)
        #expect(try #require(limits["gbps_1core"] as? Double) > 0)
        let rows = try #require(report["results"] as? [[String: Any]])
        #expect(rows.count == 1)
        let row = try #require(rows.first)
        #expect(Set(row.keys) == Self.rowKeys)
        #expect(row["name"] as? String == "policy/meanflow-track/b8")
        #expect(row["dtype"] as? String == "bf16")
        for key in ["hot_p50_us", "p50_us", "max_us", "gflops", "gbps", "share_of_limit"] {
            #expect(try #require(row[key] as? Double) > 0, "\(key)")
        }
    }

    @Test func `arithmetic grows with the candidates and weights do not`() throws {
        let report = try report("--filter policy/meanflow-track --weights fp32")
        let rows = try #require(report["results"] as? [[String: Any]])
        #expect(
            rows.map { $0["name"] as? String }
                == [1, 8, 32, 50].map {
                    "policy/meanflow-track/b\($0)"
                }
        )
        let flops = rows.compactMap { $0["flops"] as? Double }
        let bytes = rows.compactMap { $0["weight_bytes"] as? Double }
        #expect(Set(bytes).count == 1)
        // Encoder and FiLM are computed once, the rest for each candidate.
        #expect(
            flops.count == 4 && abs((flops[2] - flops[1]) / 24 - (flops[3] - flops[2]) / 18) < 1
        )
        #expect(flops[1] < 8 * flops[0])
    }

    @Test func `the floating-point operations of a linear layer are counted by hand`() throws {
        // 1 row by 128 x 512: a multiplication and an addition a weight.
        let report = try report("--filter kernel/product_bf16/1x128x512 --weights bf16")
        let row = try #require((report["results"] as? [[String: Any]])?.first)
        #expect(row["flops"] as? Double == 131_072.0)
        #expect(row["weight_bytes"] as? Double == 131_072.0)
    }

    @Test func `sensors, physics and the loop are timed without a share`() throws {
        for name in ["sensor", "physics", "episode", "loop"] {
            let rows = try #require(
                try report("--filter \(name)/ --weights fp32")["results"] as? [[String: Any]]
            )
            #expect(rows.count == ["sensor": 2, "physics": 3, "episode": 1, "loop": 1][name])
            for row in rows {
                #expect(row["share_of_limit"] is NSNull)
                #expect(try #require(row["p50_us"] as? Double) > 0)
            }
        }
    }

    @Test func `the names of the contract are there`() throws {
        let run = try Simrun.run(["bench", "--list", "--weights", "bf16"])
        #expect(run.status == 0)
        for name in [
            "kernel/", "policy/meanflow-pick-place/b1 ", "policy/meanflow-reach/b50 ",
            "sensor/raycast-128 ", "sensor/cloud-512 ", "physics/pick-place ", "loop/pick-place ",
            "physics/pick-place-expert ", "physics/pick-place-expert-9-boxes ",
            "episode/pick-place ",
        ] {
            #expect(run.output.contains(name), "\(name)")
        }
    }

    @Test func `an interrupted bench prints no half report`() throws {
        let run = try Simrun.run(
            [
                "bench", "--no-realtime", "--json", "--seconds", "60", "--filter",
                "sensor/raycast-128",
            ],
            interruptAfter: 3
        )
        #expect(run.status == 130, "\(run.errors)")
        #expect(run.output.isEmpty)
    }

    @Test(arguments: [
        ("--filter sensor/cloud-513", "sensor/cloud-512"), ("--weights fp23", "fp32"),
        ("--seconds 0", "--seconds"), ("--seconds nan", "--seconds"), ("--rate 0", "--rate"),
        ("--threads 3", "--threads"), ("--threads 2", "50000000"),
        ("--policy meanflow-reech", "meanflow-reach"),
    ])
    func `bad input is refused in one sentence`(line: String, word: String) throws {
        let run = try Simrun.run(
            ["bench", "--no-realtime"] + line.split(separator: " ").map(String.init)
        )
        #expect(run.status == 2)
        #expect(run.errors.contains(word), "\(run.errors)")
        #expect(run.output.isEmpty)
    }
}
