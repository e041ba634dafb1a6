import Foundation
import Testing

@testable import Bridge

/// What is found is what was put in, by a model written a second time here.
@Suite struct ActuatorFitTests {
    /// A joint behind a delay and a lag, looked at and told every `period` seconds.
    private func record(
        delay: Double,
        lag: Double,
        timeConstant: Double,
        period: Double,
        noise: Double = 0
    ) -> MotionRecord {
        var record = MotionRecord(timeConstant: timeConstant)
        let motion = Excitation(amplitude: 0.1)
        let step = 1e-4
        var sent: [(time: Double, goal: Double)] = []
        var (lagged, joint, next) = (0.0, 0.0, 0.0)
        for index in 0..<Int(Excitation.duration / step) {
            let time = Double(index) * step
            if time >= next {
                let jitter = sin(Double(index) * 12.9898) * noise
                record.see(joint + jitter, at: time)
                record.send(motion.offset(at: time), at: time)
                sent.append((time, motion.offset(at: time)))
                next += period
            }
            let aim = sent.last { $0.time + delay <= time }?.goal ?? 0
            lagged += lag > 0 ? (aim - lagged) * (1 - exp(-step / lag)) : aim - lagged
            joint += (lagged - joint) * (1 - exp(-step / timeConstant))
        }
        return record
    }

    @Test(arguments: [(0, 0), (4, 0), (12, 20), (30, 5), (3, 60)])
    func `delay and lag are told apart`(delayMs: Int, lagMs: Int) throws {
        let (delay, lag) = (Double(delayMs) / 1000, Double(lagMs) / 1000)
        let records = [0.034, 0.08].map {
            record(delay: delay, lag: lag, timeConstant: $0, period: 0.01)
        }
        let fit = try #require(ActuatorFit(records))
        // One may stand in for a little of the other; their sum may not.
        #expect(abs(fit.delay - delay) < 3e-3 && abs(fit.lag - lag) < 4e-3, "\(fit)")
        #expect(abs(fit.delay + fit.lag - delay - lag) < 1.5e-3, "\(fit)")
        #expect(fit.error < 1e-3)
    }

    @Test func `an encoder's steps do not matter`() throws {
        // 0.09 degrees, an encoder's step.
        let noisy = record(
            delay: 0.01,
            lag: 0.015,
            timeConstant: 0.034,
            period: 0.01,
            noise: 1.5e-3
        )
        let fit = try #require(ActuatorFit([noisy]))
        #expect(abs(fit.delay - 0.01) < 3e-3 && abs(fit.lag - 0.015) < 4e-3, "\(fit)")
    }

    @Test func `without a record there is no fit`() { #expect(ActuatorFit([]) == nil) }

    @Test func `the motion starts and ends where it began`() {
        let motion = Excitation(amplitude: -0.1)
        #expect(motion.offset(at: 0) == 0)
        #expect(motion.offset(at: Excitation.duration) == 0)
        #expect(motion.offset(at: 0.5) == -0.1)
        for step in 0...500 { #expect(abs(motion.offset(at: Double(step) / 100)) <= 0.1) }
    }
}
