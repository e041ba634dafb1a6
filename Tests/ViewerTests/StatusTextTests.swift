import Runtime
import Testing

@testable import Viewer

@Suite struct StatusTextTests {
    private let caption = ViewCaption(
        task: "reach",
        robot: "panda",
        actor: "expert",
        timing: "lockstep, replan",
        episodes: 10,
        period: .milliseconds(10)
    )

    @Test func `the text says what a person asks first`() {
        var frame = ViewFrame()
        frame.episode = 2
        frame.seed = 1_000_002
        frame.elapsed = .milliseconds(1234.6)
        frame.tick = 74
        frame.misses = 3
        frame.status.succeededAt = .seconds(1)
        let lines = StatusText.lines(caption, frame, pace: StatusText.Pace(speed: 0.25))
        #expect(
            lines == [
                "reach on panda, expert", "lockstep, replan", "episode 3 of 10, seed 1000002",
                "1.23 s, tick 74, 3 missed", "success at 1.00 s", "speed 0.250x   h: keys",
            ]
        )
    }

    @Test func `an instruction stands under the task`() {
        var frame = ViewFrame()
        frame.instruction = "lift the cube " + String(repeating: "very ", count: 20)
        let lines = StatusText.lines(caption, frame, pace: StatusText.Pace())
        #expect(lines.count == 7)
        #expect(lines[1].hasPrefix("\"lift the cube very") && lines[1].count == 62)
    }

    @Test func `success is told as it stands`() {
        var status = EpisodeStatus()
        #expect(StatusText.success(status) == "success: not yet")
        status.heldOnce = true
        #expect(StatusText.success(status) == "success: held once")
        status.holdsNow = true
        #expect(StatusText.success(status) == "success: holds now")
    }

    @Test(arguments: [
        (0.0, 2, "0.00"), (1.005, 1, "1.0"), (-0.04, 1, "0.0"), (-2.75, 1, "-2.8"),
        (16.666, 1, "16.7"), (12, 0, "12"), (0.03125, 3, "0.031"),
    ])
    func `numbers have fixed digits`(number: Double, digits: Int, text: String) {
        #expect(number.fixed(digits) == text)
    }

    @Test func `all text can be drawn and every key does one thing`() {
        let texts =
            ViewKey.list + TeleoperationDevice.allCases.flatMap { $0.help + $0.hints }
        for line in texts { #expect(line.utf8.allSatisfy { (32...126).contains($0) }) }
        #expect(Set(ViewKey.allCases.map(\.code)).count == ViewKey.allCases.count)
    }

    @Test func `the chart keeps the last ticks of one episode`() {
        var chart = StripChart(period: .milliseconds(10))
        for tick in 0..<500 {
            var trace = TickTrace()
            trace.tick = tick
            chart.add(trace)
        }
        #expect(chart.traces.count == StripChart.length)
        #expect(chart.traces.last?.tick == 499)
        chart.add(TickTrace())
        #expect(chart.traces.count == 1)
        #expect(chart.share(of: .milliseconds(10)) == 0.5)
        #expect(chart.share(of: .seconds(1)) == 1)
    }
}
