import Robots
import Testing

@testable import Runtime

@Suite struct StopSwitchTests {
    @Test func `the first cause is kept`() {
        let stop = StopSwitch()
        #expect(stop.cause == nil)
        stop.stop(.file)
        stop.stop(.key)
        #expect(stop.cause == .file)
        #expect(stop.fault == .stopped(by: "emergency stop by a file"))
    }

    @Test(arguments: StopSwitch.Cause.allCases)
    func `every cause has its words`(cause: StopSwitch.Cause) {
        let stop = StopSwitch()
        stop.stop(cause)
        #expect(stop.fault?.description.contains("\(cause)") == true)
    }
}

@Suite struct SafetyMonitorTests {
    private let following = FollowingError(angle: 0.2, time: 0.1)

    private func monitor() -> SafetyMonitor {
        SafetyMonitor(jointCount: 2, motorCount: 3, lostTicksToStop: 5, following: following)
    }

    @Test func `five silent ticks in a row are a fault and four are none`() {
        var monitor = monitor()
        for _ in 0..<10 {
            for _ in 0..<4 { monitor.note(answered: 0) }
            monitor.note(answered: 7)
        }
        #expect(monitor.fault == nil)
        for _ in 0..<5 { monitor.note(answered: 0) }
        #expect(monitor.fault != nil)
        #expect(monitor.culprit == nil)
        // Latched.
        monitor.note(answered: 7)
        #expect(monitor.fault != nil)
    }

    @Test func `one silent motor is named`() {
        var monitor = monitor()
        for _ in 0..<5 { monitor.note(answered: 5) }
        #expect(monitor.culprit == 1)
    }

    @Test func `a lag must last`() {
        var monitor = monitor()
        let told = JointVector([0.5, 0])
        let there = JointVector([0.45, 0])
        let behind = JointVector([0.2, 0])
        for _ in 0..<50 {
            for _ in 0..<9 { monitor.note(measured: behind, commanded: told, seconds: 0.01) }
            monitor.note(measured: there, commanded: told, seconds: 0.01)
        }
        #expect(monitor.fault == nil)
        for _ in 0..<12 { monitor.note(measured: behind, commanded: told, seconds: 0.01) }
        #expect(monitor.culprit == 0)
    }

    @Test func `the first complaint is kept`() {
        var monitor = monitor()
        monitor.note(complaint: "hot", motor: 2)
        monitor.note(complaint: "overloaded", motor: 1)
        #expect(monitor.fault == .plant(what: "hot"))
        #expect(monitor.culprit == 2)
    }
}
