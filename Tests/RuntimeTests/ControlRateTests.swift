import Diagnostics
import Testing

@testable import Runtime

@Suite struct ControlRateTests {
    @Test(arguments: [
        (60.0, 240.0, 4), (50, 240, 5), (1000, 1000, 1), (7, 240, 35), (241, 240, 1),
        (240, 241, 2), (30, 240, 8), (100, 1000, 10), (60, 1000, 17), (59.94, 240, 5),
        (0.1, 1, 10), (10_000, 60, 1),
    ])
    func `the timestep is the largest that divides the period and is no longer than the task's`(
        hertz: Double,
        physics: Double,
        expected: Int
    ) throws {
        let rate = try ControlRate(hertz: hertz, physicsHertz: physics)
        #expect(rate.substepsPerTick == expected)
        #expect(rate.physicsHertz >= physics * (1 - 1e-12))
        #expect(abs(rate.timestepSeconds * Double(expected) * hertz - 1) < 1e-15)
        if expected > 1 { #expect(hertz * Double(expected - 1) < physics) }
    }

    @Test func `a second of ticks is a second, whatever the rate`() throws {
        for hertz in stride(from: 1.0, through: 1000, by: 1) {
            let rate = try ControlRate(hertz: hertz, physicsHertz: 240)
            #expect(rate.start(ofTick: Int(hertz) * 3600) == .seconds(3600))
            #expect(rate.instant(afterSubsteps: Int(hertz) * rate.substepsPerTick) == .seconds(1))
        }
    }

    @Test(arguments: [(60.0, 240.0), (60, 1000), (7, 240), (30, 300), (59.94, 240), (1000, 7000)])
    func `any number of timesteps covers itself and a nanosecond more takes one more`(
        hertz: Double,
        physics: Double
    ) throws {
        let rate = try ControlRate(hertz: hertz, physicsHertz: physics)
        for count in 0..<3000 {
            let instant = rate.instant(afterSubsteps: count)
            let over = TimeSpan(nanoseconds: instant.nanoseconds + 1)
            #expect(rate.substeps(covering: instant) == count)
            #expect(rate.substeps(covering: over) == count + 1)
        }
    }

    @Test func `delays are rounded up to timesteps`() throws {
        let rate = try ControlRate(hertz: 60, physicsHertz: 240)
        #expect(rate.substeps(covering: .milliseconds(6.8)) == 2)
        #expect(rate.substeps(covering: .milliseconds(4.1666667)) == 1)
        #expect(rate.substeps(covering: .milliseconds(16.6666667)) == 4)
        #expect(rate.substeps(covering: TimeSpan(nanoseconds: 1)) == 1)
        #expect(rate.substeps(covering: .zero) == 0)
        #expect(rate.substeps(covering: .milliseconds(-3)) == 0)
        #expect(rate.substeps(covering: TimeSpan(nanoseconds: .max)) > 700_000_000_000)
    }

    @Test(arguments: [
        (0.0, 240.0), (-60, 240), (.nan, 240), (.infinity, 240), (20_000, 240), (60, 0),
        (60, .nan), (60, 1e9), (60, -240), (0.01, 240),
    ])
    func `rates out of range are refused`(hertz: Double, physics: Double) {
        #expect(throws: InputError.self) {
            try ControlRate(hertz: hertz, physicsHertz: physics)
        }
    }
}
