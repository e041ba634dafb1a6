import Runtime
import Testing

@testable import Viewer

@Suite struct ViewPaceTests {
    /// Waits after ticks of 20 ms until two episode seconds have passed.
    private func run(_ controls: ViewControls, _ time: ManualTime) -> TimeSpan {
        var pace = ViewPace(controls: controls, time: time)
        let start = time.now()
        for tick in 0...100 { pace.wait(elapsed: .milliseconds(20) * tick) }
        return time.now() - start
    }

    @Test(arguments: [(0, 2.0), (-2, 8.0), (1, 1.0), (-9, 64.0), (7, 0.5)])
    func `two episode seconds take their time at each speed`(steps: Int, seconds: Double) {
        let controls = ViewControls(isWallClock: false)
        controls.changeSpeed(by: steps)
        #expect(abs(run(controls, ManualTime()).seconds - seconds) < 1e-6)
    }

    @Test func `a machine that is too slow is not made to catch up`() {
        let controls = ViewControls(isWallClock: false)
        let time = ManualTime()
        var pace = ViewPace(controls: controls, time: time)
        pace.wait(elapsed: .zero)
        time.advance(by: .seconds(5))
        pace.wait(elapsed: .milliseconds(20))
        let late = time.now()
        // From here the pace starts anew.
        pace.wait(elapsed: .milliseconds(40))
        pace.wait(elapsed: .milliseconds(1040))
        #expect(time.now() - late == .seconds(1))
    }

    @Test func `while paused each permission lets one tick run`() {
        let controls = ViewControls(isWallClock: false)
        let time = ManualTime()
        var pace = ViewPace(controls: controls, time: time)
        for _ in 0..<3 { controls.allowTick() }
        #expect(controls.isPaused)
        for tick in 0..<3 { pace.wait(elapsed: .milliseconds(20) * tick) }
        #expect(!controls.takeTick())
        // No permission is left: only the end lets the loop go.
        controls.quit()
        pace.wait(elapsed: .seconds(1))
        #expect(time.now() == .zero)
    }

    @Test func `going on forgets the ticks that were still allowed`() {
        let controls = ViewControls(isWallClock: false)
        controls.allowTick()
        controls.togglePause()
        #expect(!controls.isPaused && !controls.takeTick())
    }

    @Test func `the wall clock waits for nobody`() {
        let controls = ViewControls(isWallClock: true)
        controls.togglePause()
        controls.allowTick()
        controls.changeSpeed(by: -3)
        #expect(!controls.isPaused && controls.speed == 1)
        #expect(run(controls, ManualTime()) == .zero)
    }
}
