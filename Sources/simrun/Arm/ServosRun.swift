import Bridge
import Diagnostics
import Robots
import Runtime
import Tasks

/// An emulated arm on a pseudo terminal, from its start to its end.
final class ServosRun {
    let terminal: ServoTerminal<SceneJoints>
    /// Joints and goals over time, when asked for.
    private(set) var trace: ServoTrace?
    private var events: ArraySlice<(time: Double, event: FaultOptions.Event)>
    private let clock = MonotonicTime()

    /// - Parameters:
    ///   - servos: The arm's servos.
    ///   - scene: The world that they move.
    ///   - link: A name for the terminal; nil for none.
    ///   - faults: What goes wrong.
    ///   - seed: Draws what goes wrong.
    ///   - keepsTrace: Whether to keep where the joints were.
    init(
        servos: ArmServos,
        scene: PoweredScene,
        link: String?,
        faults: FaultOptions,
        seed: UInt64,
        keepsTrace: Bool
    ) throws(InputError) {
        let arm = EmulatedArm(map: servos, joints: SceneJoints(scene), seed: seed)
        arm.bus.faults = try faults.wire()
        for id in faults.silent { try arm.silence(id, true) }
        events = try faults.events()[...]
        terminal = try ServoTerminal(arm: arm, link: link)
        if keepsTrace { trace = ServoTrace(joints: servos.all.map(\.joint)) }
    }

    /// The world.
    var scene: PoweredScene { terminal.arm.joints.scene }

    /// Serves the bus for `seconds`, or until the user ends it.
    func serve(for seconds: Double) throws {
        // It stands for hardware, which no other program can hold up: before the loop, if it may.
        let wish = RealTimeWish(priority: 60, locksMemory: false, core: .any)
        var grants = RealTimeGrants.request(wish)
        defer { grants.giveBack() }
        let start = clock.now()
        var next = start
        while !Interrupt.isRequested {
            let elapsed = (clock.now() - start).seconds
            guard elapsed < seconds else { return }
            while let first = events.first, first.time <= elapsed {
                try happen(first.event)
                events = events.dropFirst()
            }
            trace?.note(terminal.arm, at: clock.now())
            if let fault = scene.fault { throw Outcome.fault("\(fault)", lastTicks: []) }
            next = next + ServoTrace.period
            terminal.turn(for: max(.milliseconds(1), next - clock.now()))
        }
    }

    private func happen(_ event: FaultOptions.Event) throws(InputError) {
        switch event {
        case .unplug: terminal.unplug()
        case .plug: try terminal.plug()
        case .brownOut: terminal.arm.brownOut()
        }
    }
}

/// Where the servos were and where they were told to be, a line every 5 ms: seconds of the monotonic
/// clock, seconds for which the joints have moved (those that a busy computer lost are none), each
/// servo's step, each servo's goal.
struct ServoTrace {
    static let period = TimeSpan.milliseconds(5)
    private(set) var text: String

    init(joints: [String]) {
        let goals = joints.map { $0 + ".goal" }
        text = (["seconds", "motion"] + joints + goals).joined(separator: ",") + "\n"
    }

    mutating func note(_ arm: EmulatedArm<SceneJoints>, at time: TimeSpan) {
        let servos = arm.bus.servos.prefix(arm.jointNames.count)
        text += time.seconds.text(4) + "," + arm.motionTime.text(4)
        for name in [RegisterName.presentPosition, .goalPosition] {
            for servo in servos { text += ",\(servo[name])" }
        }
        text += "\n"
    }
}
