import Foundation
import Spatial
import Testing

@testable import Runtime

@Suite struct TemporalEnsembleTests {
    /// The mean of predictions, oldest first, by ACT's running update.
    private func mean(_ predictions: Double...) -> Double {
        let weights = predictions.indices.map { exp(-0.01 * Double($0)) }
        var average = 0.0
        var total = 0.0
        for (prediction, weight) in zip(predictions, weights) {
            average = (average * total + prediction * weight) / (total + weight)
            total += weight
        }
        return average
    }

    @Test func `each action is the mean of all predictions for its step`() throws {
        let timeline = try ExecutionTimeline(
            ScriptedLoop(execution: .ensemble, horizon: 3),
            actions: 5
        )
        #expect(timeline.ticks == [0, 1, 2, 3, 4])
        #expect(
            timeline.isClose(to: [
                0,  // the first chunk has no history
                mean(1, 10),
                mean(2, 11, 20),
                mean(12, 21, 30),  // no more predictions than the horizon
                mean(22, 31, 40),
            ])
        )
    }

    @Test func `the oldest prediction weighs most`() throws {
        #expect(abs(mean(1, 10) - (1 + 10 * exp(-0.01)) / (1 + exp(-0.01))) < 1e-12)
        #expect(mean(0, 10) < 5 && mean(10, 0) > 5)
    }

    @Test func `a delay under a period changes no action`() throws {
        let late = ScriptedLoop(
            clock: .charged,
            latency: .fixed(.milliseconds(9.5)),
            execution: .ensemble,
            horizon: 3
        )
        let timeline = try ExecutionTimeline(late, actions: 8)
        let lockstep = try ExecutionTimeline(
            ScriptedLoop(execution: .ensemble, horizon: 3),
            actions: 8
        )
        #expect(timeline.values == lockstep.values)
    }

    @Test func `a delay of exactly a period executes no step twice`() throws {
        let late = ScriptedLoop(
            clock: .charged,
            latency: .fixed(.milliseconds(10)),
            execution: .ensemble,
            horizon: 3
        )
        let timeline = try ExecutionTimeline(late, actions: 3)
        #expect(timeline.ticks == [0, 1, 2])
        #expect(timeline.isClose(to: [0, mean(1, 10), mean(2, 11, 20)]))
    }

    @Test func `an overrun stops the policy's clock, so that no row is skipped`() throws {
        let late = ScriptedLoop(
            clock: .charged,
            latency: .fixed(.milliseconds(25)),
            execution: .ensemble,
            horizon: 6
        )
        let timeline = try ExecutionTimeline(late, actions: 3)
        #expect(timeline.ticks == [0, 3, 6])
        #expect(timeline.isClose(to: [0, mean(1, 10), mean(2, 11, 20)]))
    }

    @Test func `any steps, delays and losses average what a table of all predictions would`() {
        var random = RandomStream(seed: 11)
        let draw = { (bound: UInt64) in Int(random.next() % bound) }
        for _ in 0..<50 {
            let horizon = 1 + draw(9)
            let shape = PolicyShape(horizon: horizon, actionWidth: 2)
            var ensemble = TemporalEnsemble(shape: shape)
            var chunk = ActionChunk(horizon: horizon, width: 2)
            // Predictions of component 1 for each step, oldest first.
            var table: [Int: [Double]] = [:]
            var step = 0
            for _ in 0..<40 {
                for row in 0..<horizon {
                    let value = Float(draw(2000)) / 1000 - 1
                    chunk[row, 1] = value
                    table[step + row, default: []].append(Double(value))
                }
                ensemble.accept(chunk, step: step)
                step += draw(4)
                let predictions = table[step] ?? [Double(chunk[horizon - 1, 1])]
                let newestSpeaks = step - lastStep(of: table, horizon: horizon) < horizon
                ensemble.withAction(atStep: step) { action in
                    #expect(action[0] == 0)
                    guard newestSpeaks else { return }
                    let weights = predictions.indices.map { exp(-0.01 * Double($0)) }
                    let sum = zip(predictions, weights).map { $0 * $1 }.reduce(0, +)
                    #expect(abs(Double(action[1]) - sum / weights.reduce(0, +)) < 1e-6)
                }
                step += 1
            }
        }
    }

    /// The step of the newest observation in a table of predictions.
    private func lastStep(of table: [Int: [Double]], horizon: Int) -> Int {
        (table.keys.max() ?? 0) - horizon + 1
    }
}
