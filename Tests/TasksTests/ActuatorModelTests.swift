import Foundation
@testable import Robots
import Runtime
import Testing

@testable import Tasks

@Suite struct ActuatorModelTests {
    private func model(
        delay: Double = 0,
        lag: Double = 0,
        physics: Double = 240
    ) throws -> ActuatorModel {
        ActuatorModel(
            timing: ActuatorTiming(delay: delay, lag: lag),
            rate: try ControlRate(hertz: 60, physicsHertz: physics),
            start: JointVector([0, 1])
        )
    }

    @Test func `without delay and lag a command acts at once`() throws {
        var model = try model()
        model.send(JointVector([1, 2]), at: 0)
        #expect(!model.isBusy)
        #expect(model.target(at: 0) == JointVector([1, 2]))
    }

    @Test func `a delay is rounded up to timesteps and keeps the order`() throws {
        var model = try model(delay: 0.012)
        var targets: [Double] = []
        for step in 0..<8 {
            if step < 4 { model.send(JointVector([Double(step + 1), 0]), at: step) }
            targets.append(model.target(at: step)[0])
        }
        #expect(targets == [0, 0, 0, 1, 2, 3, 4, 4])
        #expect(!model.isBusy)
    }

    @Test(arguments: [240.0, 1000, 6000])
    func `a lag covers the same part of the way at any physics rate`(physics: Double) throws {
        var model = try model(lag: 0.05, physics: physics)
        model.send(JointVector([1, 1]), at: 0)
        let rate = try ControlRate(hertz: 60, physicsHertz: physics)
        for step in 0..<Int(rate.physicsHertz / 10) {
            let reached = model.target(at: step)
            let time = Double(step + 1) / rate.physicsHertz
            #expect(abs(reached[0] - (1 - exp(-time / 0.05))) < 1e-9)
            #expect(abs(reached[1] - 1) < 1e-12)
        }
        #expect(model.isBusy)
    }

    @Test func `two commands a tick all arrive, however long the delay`() throws {
        var model = try model(delay: 0.5)
        var sent: [(at: Int, value: Double)] = []
        for tick in 0..<200 {
            for step in [4 * tick, 4 * tick + 2] {
                let value = Double(sent.count + 1)
                model.send(JointVector([value, 0]), at: step)
                sent.append((step, value))
                let due = sent.last { $0.at + 120 <= step }?.value ?? 0
                #expect(model.target(at: step)[0] == due)
            }
        }
    }
}
