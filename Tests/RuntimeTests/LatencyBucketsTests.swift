import Foundation
import Testing

@testable import Runtime

@Suite struct LatencyBucketsTests {
    @Test func `every value lies in its bucket, and edges ascend without gap`() {
        for bucket in 0..<LatencyBuckets.maximum - 1 {
            let edge = LatencyBuckets.lowerEdge(ofBucket: bucket)
            let next = LatencyBuckets.lowerEdge(ofBucket: bucket + 1)
            #expect(edge < next)
            #expect(LatencyBuckets.bucket(ofNanoseconds: edge) == bucket)
            #expect(LatencyBuckets.bucket(ofNanoseconds: next - 1) == bucket)
            if bucket >= 8 { #expect(Double(next) / Double(edge) <= 1.125) }
        }
        #expect(LatencyBuckets.bucket(ofNanoseconds: -5) == 0)
        #expect(
            LatencyBuckets.bucket(ofNanoseconds: 86_400_000_000_000) < LatencyBuckets.maximum
        )
    }

    @Test func `an account's buckets hold every sample`() throws {
        var account = LatencyAccount()
        for index in 1...100 {
            var trace = TickTrace()
            trace.stages.set(.sense, to: .microseconds(Double(index)))
            trace.planned = index % 2 == 0
            account.record(trace)
        }
        let buckets = account.buckets
        #expect(buckets.counts[.sense]?.values.reduce(0, +) == 100)
        #expect(buckets.counts[.infer]?.values.reduce(0, +) == 50)
        var twice = buckets
        twice.add(buckets)
        #expect(twice.counts[.sense]?.values.reduce(0, +) == 200)
        let text = try JSONEncoder().encode(buckets)
        #expect(try JSONDecoder().decode(LatencyBuckets.self, from: text) == buckets)
    }

    @Test(
        arguments: [
            #"{"sense":{"400":1}}"#, #"{"sense":{"-1":1}}"#, #"{"sense":{"3":-1}}"#,
            #"{"noise":{"3":1}}"#, #"{"sense":3}"#, "[]",
        ]
    )
    func `counts that cannot be are refused`(text: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(LatencyBuckets.self, from: Data(text.utf8))
        }
    }
}
