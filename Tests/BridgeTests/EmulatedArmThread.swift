import Foundation
import Robots
import Runtime
import Synchronization

@testable import Bridge

/// Joints without mass that go where they are told, no faster than 5 rad/s.
struct LightJoints: DrivenJoints {
    var state: JointState
    let timestepSeconds = 2e-3
    /// Joints that are held by a hand: they stay, whatever they are told.
    var blocked: Set<Int> = []

    init(_ positions: [Double], opening: Double = 0) {
        state = JointState(positions: JointVector(positions), gripperOpening: opening)
    }

    mutating func advance(_ drive: JointDrive) {
        for joint in state.positions.indices {
            let way = drive.command.arm[joint] - state.positions[joint]
            let most = 5 * timestepSeconds
            let moves = drive.torque[joint] > 0 && !blocked.contains(joint)
            let step = moves ? min(max(way, -most), most) : 0
            state.positions[joint] += step
            state.velocities[joint] = step / timestepSeconds
        }
        if drive.gripperTorque > 0 { state.gripperOpening = drive.command.gripperOpening }
    }
}

/// An emulated arm on a thread of its own, for as long as it is kept.
final class EmulatedArmThread {
    typealias Terminal = ServoTerminal<LightJoints>

    let path: String
    private let work: Work

    /// What the two threads share; the terminal is touched under the lock alone.
    private final class Work: @unchecked Sendable {
        let lock = NSLock()
        let terminal: Terminal
        let stops = Atomic<Bool>(false)
        let done = DispatchSemaphore(value: 0)
        init(_ terminal: Terminal) { self.terminal = terminal }
    }

    init(_ servos: ArmServos, joints: LightJoints, seed: UInt64 = 0) throws {
        let arm = EmulatedArm(map: servos, joints: joints, seed: seed)
        let terminal = try Terminal(arm: arm, link: nil)
        path = terminal.path ?? ""
        let work = Work(terminal)
        self.work = work
        Thread.detachNewThread {
            while !work.stops.load(ordering: .relaxed) {
                work.lock.withLock { work.terminal.turn(for: .milliseconds(2)) }
                // A lock taken again at once would keep others out.
                usleep(20)
            }
            work.done.signal()
        }
    }

    /// Looks at the arm, or changes it.
    func with<Value>(_ body: (Terminal) throws -> Value) rethrows -> Value {
        try work.lock.withLock { try body(work.terminal) }
    }

    deinit {
        work.stops.store(true, ordering: .relaxed)
        work.done.wait()
    }
}

extension ArmServos {
    /// Servos numbered from 1 up, of one model.
    static func row(_ count: Int, _ table: ControlTable) -> ArmServos {
        ArmServos(
            wire: table.wire,
            baud: 1_000_000,
            joints: (0..<count).map { index in
                JointServo(joint: "joint\(index + 1)", id: UInt8(index + 1), table: table)
            }
        )
    }

    static let feetech = row(6, STS3215.table)
    static let dynamixel = row(6, DynamixelX.models[4])

    static func six(_ wire: ServoProtocol) -> ArmServos { wire == .feetech ? feetech : dynamixel }
}
