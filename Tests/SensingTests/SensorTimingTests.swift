import Diagnostics
import Runtime
import Spatial
import Testing

@testable import Sensing

@Suite struct SensorTimingTests {
    @Test func aSensorWithoutARateCapturesWhenAsked() {
        for nanoseconds in [0, 1, 33_333_333, 7_000_000_001] as [Int64] {
            let now = TimeSpan(nanoseconds: nanoseconds)
            #expect(SensorTiming.immediate.newestCapture(arrivedBy: now)?.capturedAt == now)
        }
        #expect(SensorTiming.immediate.newestCapture(arrivedBy: TimeSpan(nanoseconds: -1)) == nil)
    }

    @Test(arguments: [1, 7, 29.97, 30, 60, 240, 1000, 12_345.678])
    func theDelayIsExact(rate: Double) throws {
        let delay = TimeSpan(nanoseconds: 41_000_003)
        let timing = try SensorTiming(rateHertz: rate, delay: delay)
        let tick = TimeSpan(nanoseconds: 1)
        for index in 0..<500 {
            let captured = try #require(timing.captureTime(index))
            #expect(captured.nanoseconds == Int64((Double(index) * 1e9 / rate).rounded()))
            let arrival = captured + delay
            #expect(timing.arrivalTime(index) == arrival)
            let newest = timing.newestCapture(arrivedBy: arrival)
            #expect(newest?.index == index)
            #expect(newest?.capturedAt == captured)
            let before = timing.newestCapture(arrivedBy: arrival - tick)
            #expect(before?.index == (index == 0 ? nil : index - 1))
            #expect(timing.captureCount(through: captured) == index + 1)
            #expect(timing.captureCount(through: captured - tick) == index)
        }
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func arrivalsKeepOrderAndJitterKeepsItsBounds(seed: UInt64) throws {
        // The jitter spans several captures, so that many would overtake.
        let delay = TimeSpan.milliseconds(5)
        let jitter = TimeSpan.milliseconds(47)
        let timing = try SensorTiming(rateHertz: 100, delay: delay, jitter: jitter, seed: seed)
        var last = TimeSpan.zero
        var jitters = Set<Int64>()
        for index in 0..<300 {
            let captured = try #require(timing.captureTime(index))
            let arrival = try #require(timing.arrivalTime(index))
            #expect(arrival >= last)
            #expect(arrival >= captured + delay)
            #expect(arrival <= captured + delay + jitter)
            jitters.insert((arrival - captured).nanoseconds)
            last = arrival
        }
        #expect(jitters.count > 50)
    }

    @Test func theNewestCaptureIsTheLastThatArrived() throws {
        let timing = try SensorTiming(
            rateHertz: 60,
            delay: .milliseconds(12),
            jitter: .milliseconds(40),
            seed: 3,
            stream: 2
        )
        let arrivals = try (0..<200).map { try #require(timing.arrivalTime($0)) }
        for step in 0..<3000 {
            let now = TimeSpan.milliseconds(Double(step))
            let expected = arrivals.lastIndex { $0 <= now }
            #expect(timing.newestCapture(arrivedBy: now)?.index == expected)
        }
    }

    @Test func theScheduleDependsOnSeedAndStreamAlone() throws {
        func arrivals(seed: UInt64, stream: UInt32) throws -> [TimeSpan?] {
            let timing = try SensorTiming(
                rateHertz: 30,
                delay: .milliseconds(20),
                jitter: .milliseconds(8),
                stream: stream
            ).seeded(seed)
            return (0..<50).reversed().map { timing.arrivalTime($0) }
        }
        #expect(try arrivals(seed: 1, stream: 0) == arrivals(seed: 1, stream: 0))
        #expect(try arrivals(seed: 1, stream: 0) != arrivals(seed: 2, stream: 0))
        #expect(try arrivals(seed: 1, stream: 0) != arrivals(seed: 1, stream: 1))
    }

    @Test func extremeTimesDoNotTrap() throws {
        let timing = try SensorTiming(rateHertz: 1e6)
        #expect(timing.newestCapture(arrivedBy: TimeSpan(nanoseconds: .max)) != nil)
        #expect(timing.newestCapture(arrivedBy: TimeSpan(nanoseconds: -1)) == nil)
    }

    @Test(arguments: [0, -30, .nan, .infinity, 1e7])
    func aRateOutOfRangeIsRefused(rate: Double) {
        #expect(throws: InputError.self) { try SensorTiming(rateHertz: rate) }
    }

    @Test func spansOutOfRangeAreRefused() {
        #expect(throws: InputError.self) {
            try SensorTiming(rateHertz: 30, delay: .seconds(-1))
        }
        #expect(throws: InputError.self) {
            try SensorTiming(rateHertz: 30, jitter: .seconds(11))
        }
        #expect(throws: InputError.self) {
            try SensorTiming(rateHertz: nil, delay: .milliseconds(1))
        }
        #expect(throws: InputError.self) {
            try SensorTiming(rateHertz: 1e6, jitter: .seconds(1))
        }
    }
}
