import Diagnostics
import Foundation
import Results
import Synchronization

/// Worker processes that run a sweep's episodes, one thread here for each.
///
/// An episode that crashes its worker, hangs or hits a fault is tried once more on a fresh worker;
/// then it counts as broken. The others do not notice.
final class WorkerPool: Sendable {
    /// An episode to run.
    struct Job: Sendable {
        var request: SweepRequest
        /// How often it has been tried.
        var attempts = 0
    }

    /// An episode that is done with.
    struct Done: Sendable {
        var job: Job
        var episode: SweepEpisode
    }

    private struct State {
        /// The next job comes last.
        var waiting: [Job]
        var done: [Done] = []
        var failure: (any Error)?
        var running = 0
    }

    /// How often an episode is tried before it counts as broken.
    static let attempts = 2

    private let state: Mutex<State>
    private let stopped = Atomic<Bool>(false)
    private let changed = DispatchSemaphore(value: 0)
    private let timeout: Double

    /// - Parameters:
    ///   - requests: In the order in which they are begun.
    ///   - timeout: After so many seconds an episode counts as hung.
    init(requests: [SweepRequest], timeout: Double) {
        state = Mutex(State(waiting: requests.reversed().map { Job(request: $0) }))
        self.timeout = timeout
    }

    /// Runs everything; hands over on this thread what is done, several at a time.
    ///
    /// Stops early when the user interrupts: episodes under way are then given up.
    ///
    /// - Throws: What a worker says of bad input, or what `finished` throws.
    func run(jobs: Int, finished: ([Done]) throws -> Void) throws {
        state.withLock { $0.running = jobs }
        for _ in 0..<jobs {
            let thread = Thread { [self] in work() }
            thread.start()
        }
        var failure: (any Error)?
        var isRunning = true
        while isRunning {
            _ = changed.wait(timeout: .now() + .milliseconds(200))
            if Interrupt.isRequested { stopped.store(true, ordering: .relaxed) }
            let done = state.withLock { state in
                defer { state.done.removeAll() }
                isRunning = state.running > 0
                failure = failure ?? state.failure
                return state.done
            }
            do {
                // Also without news, for the progress.
                if failure == nil { try finished(done) }
            } catch {
                failure = error
            }
            if failure != nil { stopped.store(true, ordering: .relaxed) }
        }
        if let failure { throw failure }
    }

    private var isStopped: Bool { stopped.load(ordering: .relaxed) }

    /// One thread's share.
    private func work() {
        var worker: WorkerProcess?
        do {
            while !isStopped, let job = state.withLock({ $0.waiting.popLast() }) {
                let used = try worker ?? WorkerProcess()
                worker = used
                let started = ContinuousClock.now
                let answer = used.ask(job.request, within: timeout) { self.isStopped }
                let seconds = (ContinuousClock.now - started).seconds
                switch answer {
                case .stopped:
                    worker = nil
                case .broken(let reason):
                    worker = nil
                    if !isStopped { fail(job, reason, seconds: seconds) }
                case .reply(let reply):
                    try take(reply, for: job, seconds: seconds)
                }
            }
        } catch {
            state.withLock { if $0.failure == nil { $0.failure = error } }
        }
        worker = nil
        state.withLock { $0.running -= 1 }
        changed.signal()
    }

    private func take(_ reply: SweepReply, for job: Job, seconds: Double) throws {
        if let badInput = reply.badInput {
            throw InputError(
                key: "a worker",
                expected: "the files that were checked at the start",
                found: badInput
            )
        }
        guard let finished = reply.finished else {
            fail(job, reply.fault ?? "an empty answer", seconds: seconds)
            return
        }
        deliver(
            job,
            SweepEpisode(
                seed: job.request.seed,
                outcome: .finished(finished),
                timing: reply.timing,
                attempts: job.attempts + 1,
                wallSeconds: reply.wallSeconds ?? seconds
            )
        )
    }

    /// Puts a job back, or gives it up.
    private func fail(_ job: Job, _ reason: String, seconds: Double) {
        var job = job
        job.attempts += 1
        guard job.attempts >= Self.attempts else {
            let again = job
            state.withLock { $0.waiting.append(again) }
            return
        }
        deliver(
            job,
            SweepEpisode(
                seed: job.request.seed,
                outcome: .broken(reason),
                timing: nil,
                attempts: job.attempts,
                wallSeconds: seconds
            )
        )
    }

    private func deliver(_ job: Job, _ episode: SweepEpisode) {
        state.withLock { $0.done.append(Done(job: job, episode: episode)) }
        changed.signal()
    }
}
