import Inference

/// What one case came to.
struct BenchRow: Encodable {
    var name: String
    var dtype: String
    var threads: Int
    /// Microseconds in a tight loop.
    var hotP50: Double
    /// Paced microseconds.
    var p50: Double
    var p90: Double
    var p99: Double
    var max: Double
    /// Paced calls.
    var calls: Int
    /// Of one call; nil where nothing is counted.
    var cost: PlanCost?
    /// Hot; nil where nothing is counted.
    var share: MachineLimits.Share?

    enum CodingKeys: String, CodingKey {
        case name, dtype, threads, calls, gflops, gbps, limit, flops
        case hotP50 = "hot_p50_us"
        case p50 = "p50_us"
        case p90 = "p90_us"
        case p99 = "p99_us"
        case max = "max_us"
        case shareOfLimit = "share_of_limit"
        case weightBytes = "weight_bytes"
    }

    init(_ one: BenchCase, _ work: BenchWork, _ times: BenchTimer.Times, limits: MachineLimits) {
        name = one.name
        dtype = one.dtype
        threads = work.threads
        hotP50 = Self.percentile(times.hot, 50)
        p50 = Self.percentile(times.paced, 50)
        p90 = Self.percentile(times.paced, 90)
        p99 = Self.percentile(times.paced, 99)
        max = times.paced.last ?? 0
        calls = times.paced.count
        cost = work.cost
        if cost != nil, hotP50 > 0 {
            share = (times.limits ?? limits).share(
                of: work.phases,
                seconds: hotP50 * 1e-6,
                format: work.format,
                threads: work.threads
            )
        }
    }

    /// The least sample that so many percent of the sorted samples are at most; 0 without samples.
    static func percentile(_ sorted: [Double], _ percent: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let rank = Int((Double(sorted.count) * percent / 100).rounded(.up))
        return sorted[Swift.max(0, Swift.min(sorted.count, rank) - 1)]
    }

    func encode(to encoder: any Encoder) throws {
        var row = encoder.container(keyedBy: CodingKeys.self)
        try row.encode(name, forKey: .name)
        try row.encode(dtype, forKey: .dtype)
        try row.encode(threads, forKey: .threads)
        try row.encode(hotP50, forKey: .hotP50)
        try row.encode(p50, forKey: .p50)
        try row.encode(p90, forKey: .p90)
        try row.encode(p99, forKey: .p99)
        try row.encode(max, forKey: .max)
        try row.encode(calls, forKey: .calls)
        // Null where nothing is counted, never absent.
        try row.encode(cost?.flops, forKey: .flops)
        try row.encode(cost?.weightBytes, forKey: .weightBytes)
        try row.encode(share?.gigaflops, forKey: .gflops)
        try row.encode(share?.gigabytes, forKey: .gbps)
        try row.encode(share?.share, forKey: .shareOfLimit)
        try row.encode(share?.binding.rawValue, forKey: .limit)
    }
}

extension BenchRow {
    private static let titles = [
        "hot p50", "p50 us", "p90 us", "p99 us", "max us", "GFLOP/s", "GB/s", "of limit",
    ]

    /// The rows under their titles, as wide as the longest name.
    static func table(_ rows: [BenchRow]) -> [String] {
        let width = rows.reduce(8) { Swift.max($0, $1.name.count) } + 2
        let head = "case".left(width) + "dtype".left(9) + titles.map { $0.right(10) }.joined()
        return [head] + rows.map { $0.line(width) }
    }

    private func line(_ width: Int) -> String {
        let times = [hotP50, p50, p90, p99, max].map { $0.text($0 < 100 ? 2 : 1).right(10) }
        let name = threads == 1 ? dtype : "\(dtype) x\(threads)"
        var rest = ["-", "-", "-"].map { $0.right(10) }.joined()
        if let share {
            rest =
                share.gigaflops.text(1).right(10) + share.gigabytes.text(1).right(10)
                + "\((share.share * 100).text(0)) %".right(10) + "  \(share.binding.rawValue)"
        }
        return self.name.left(width) + name.left(9) + times.joined() + rest
    }
}
