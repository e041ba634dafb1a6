/// Counts of latencies in buckets an eighth of an octave wide or less: coarse, small, and made to be
/// added up and drawn.
///
/// Bucket `b` from 8 up begins at `(8 + b mod 8) · 2^(b / 8 - 1)` nanoseconds, with the quotient
/// rounded down, and ends where the next one begins; below, each bucket holds one nanosecond.
public struct LatencyBuckets: Equatable, Sendable {
    /// The buckets that a day needs.
    public static let maximum = 400

    /// Counts by row and bucket; rows without samples are absent.
    public private(set) var counts: [LatencyAccount.Row: [Int: Int]]

    /// No counts.
    public init() {
        counts = [:]
    }

    /// The bucket that holds so many nanoseconds; negative ones count as 0.
    public static func bucket(ofNanoseconds nanoseconds: Int64) -> Int {
        let value = UInt64(max(0, nanoseconds))
        guard value >= 8 else { return Int(value) }
        let exponent = 63 - value.leadingZeroBitCount
        return (exponent - 2) * 8 + Int((value >> UInt64(exponent - 3)) & 7)
    }

    /// The least nanoseconds in a bucket.
    public static func lowerEdge(ofBucket bucket: Int) -> Int64 {
        guard bucket >= 8 else { return Int64(max(0, bucket)) }
        return Int64(8 + bucket % 8) << Int64(bucket / 8 - 1)
    }

    /// Adds samples of one bucket.
    public mutating func add(_ count: Int, toBucket bucket: Int, of row: LatencyAccount.Row) {
        counts[row, default: [:]][bucket, default: 0] += count
    }

    /// Adds all counts of others.
    public mutating func add(_ other: LatencyBuckets) {
        for (row, buckets) in other.counts {
            for (bucket, count) in buckets { add(count, toBucket: bucket, of: row) }
        }
    }
}

extension LatencyBuckets: Codable {
    /// Reads `{"sense":{"120":4}}`.
    ///
    /// - Throws: `DecodingError` for unknown rows, buckets out of range or counts below 0.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let raw = try container.decode([String: [Int: Int]].self)
        var read: [LatencyAccount.Row: [Int: Int]] = [:]
        for (name, buckets) in raw {
            let isSound = buckets.allSatisfy { bucket, count in
                (0..<Self.maximum).contains(bucket) && (0...1_000_000_000).contains(count)
            }
            guard let row = LatencyAccount.Row(rawValue: name), isSound else {
                throw DecodingError.dataCorruptedError(
                    in: container,
                    debugDescription: "no counts of a latency row"
                )
            }
            read[row] = buckets
        }
        counts = read
    }

    /// Writes `{"sense":{"120":4}}`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(
            Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) })
        )
    }
}

extension LatencyAccount {
    /// The rows' samples in coarse buckets.
    public var buckets: LatencyBuckets {
        var buckets = LatencyBuckets()
        for row in Row.allCases {
            eachSample(of: row) { nanoseconds, count in
                let bucket = LatencyBuckets.bucket(ofNanoseconds: nanoseconds)
                buckets.add(count, toBucket: bucket, of: row)
            }
        }
        return buckets
    }
}
