import CMalloc
import Diagnostics
import Glibc
import Recording
import Robots
import Runtime
import Tasks

/// What recording a tick costs the loop's thread: allocations, and processor time.
///
/// The recorder's own thread may allocate, and has a processor of its own to use.
struct RecordingGate {
    let setup: TaskSetup
    let ticks: Int

    /// Where messages go that nobody wants.
    private final class NoSink: RecordingSink {
        func begin(
            _ description: RecordingDescription,
            channels: [MCAPChannel]
        ) throws(InputError) {}
        func add(_ message: RecordedMessage) throws(InputError) {}
        func end(_ result: [String: String]) throws(InputError) {}
    }

    /// Counts ticks of the scripted expert with everything recorded, pictures and clouds too.
    func count() throws -> AllocationGate.Count {
        var loop = try makeLoop()
        let recorder = try start(loop.plant.plant, hasPictures: true)
        for _ in 0..<AllocationGate.warmUp { try tick(&loop, recorder) }
        let before = cm_allocations()
        let inStepBefore = loop.plant.allocationsInStep
        for _ in 0..<ticks { try tick(&loop, recorder) }
        let all = cm_allocations() - before
        let inside = loop.plant.allocationsInStep - inStepBefore
        try recorder.end([:])
        return AllocationGate.Count(
            task: setup.task.name,
            policy: "expert",
            mode: "lockstep, recorded",
            ticks: ticks,
            outsideStep: all - inside,
            insideStep: inside
        )
    }

    /// The median processor time of the loop's thread for one tick, physics included, without and
    /// with recording but without pictures; runs of each alternate.
    func cost() throws -> (plain: TimeSpan, recorded: TimeSpan) {
        var loop = try makeLoop()
        let recorder = try start(loop.plant.plant, hasPictures: false)
        for _ in 0..<AllocationGate.warmUp { try tick(&loop, recorder) }
        var times: [[TimeSpan]] = [[], []]
        let run = 50
        for round in 0..<max(2, 2 * (ticks / run)) {
            loop.reset(seed: UInt64(round / 2))
            for _ in 0..<run {
                let start = Self.processorTime()
                try tick(&loop, round % 2 == 0 ? nil : recorder)
                times[round % 2].append(Self.processorTime() - start)
            }
        }
        try recorder.end([:])
        let medians = times.map { $0.sorted()[$0.count / 2] }
        return (medians[0], medians[1])
    }

    private static func processorTime() -> TimeSpan {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return TimeSpan(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    private func start(
        _ plant: SimulatedPlant,
        hasPictures: Bool
    ) throws -> EpisodeRecorder {
        let recorder = EpisodeRecorder(
            layout: try layout(plant, hasPictures: hasPictures),
            sinks: [NoSink()]
        )
        try recorder.begin(
            RecordingDescription(values: [:], layout: recorder.layout, shapes: [], epoch: 0),
            poses: plant.copyFramePoses
        )
        return recorder
    }

    private func makeLoop() throws
        -> ControlLoop<CountingPlant, ExpertPolicy, MonotonicTime>
    {
        let plant = try setup.makePlant()
        var loop = ControlLoop(
            plant: CountingPlant(plant),
            policy: try setup.makeExpert(for: plant),
            observation: plant.blankObservation,
            time: MonotonicTime(),
            configuration: LoopConfiguration(
                rate: setup.rate,
                policyHertz: setup.task.rates.policy,
                clock: .lockstep,
                latency: .free,
                execution: .replan,
                controller: ActionController(try setup.controller()),
                limits: try setup.limits()
            )
        )
        loop.reset(seed: 0)
        return loop
    }

    private func tick(
        _ loop: inout ControlLoop<CountingPlant, ExpertPolicy, MonotonicTime>,
        _ recorder: EpisodeRecorder?
    ) throws {
        let acted = try loop.tick()
        _ = loop.traces.pop()
        recorder?.note(
            loop.lastTrace,
            acted: acted,
            elapsed: loop.plant.elapsed,
            status: loop.plant.status,
            observation: loop.observation,
            action: loop.lastAction,
            plan: loop.lastPlan,
            wanted: loop.wantedCommand,
            command: loop.heldCommand
        ) { poses, state in
            loop.plant.plant.copyFramePoses(into: poses)
            loop.plant.plant.copyState(into: state)
        }
    }

    private func layout(
        _ plant: SimulatedPlant,
        hasPictures: Bool
    ) throws -> EpisodeLayout {
        let blank = plant.blankObservation
        return EpisodeLayout(
            jointNames: setup.robot.armLinks.map(\.jointName),
            frameNames: plant.frameNames,
            stateNames: plant.stateNames,
            actionWidth: try setup.controller().actionWidth,
            horizon: 1,
            hasGoal: setup.task.goal != nil,
            hasConveyor: setup.task.conveyorEncoder != nil,
            cloudPoints: hasPictures ? blank.cloud.capacity : 0,
            cameras: blank.frames.filter { _ in hasPictures }.map {
                EpisodeLayout.Camera(name: $0.name, width: $0.width, height: $0.height)
            }
        )
    }
}
