import Diagnostics
import Foundation
import Results
import Runtime

/// A worker process of a sweep: reads requests on standard input, runs their episodes, and answers
/// on standard output until the input ends.
final class SweepWorker {
    private let inbox: SweepInbox
    private let output: FileHandle

    init() {
        // Ctrl-C reaches the whole group; the sweep decides what it means, and the end of the input
        // ends the worker.
        signal(SIGINT, SIG_IGN)
        signal(SIGTERM, SIG_IGN)
        // Standard output belongs to the answers; whatever else is printed goes to standard error.
        output = FileHandle(fileDescriptor: dup(STDOUT_FILENO), closeOnDealloc: false)
        dup2(STDERR_FILENO, STDOUT_FILENO)
        inbox = SweepInbox(descriptor: STDIN_FILENO)
    }

    /// Never returns: the end of the input ends the process.
    func run() -> Never {
        while true { runCell(of: inbox.peek()) }
    }

    /// Runs requests for as long as they are of one cell.
    private func runCell(of first: SweepRequest) {
        do {
            let plan = try plan(for: first)
            var request = first
            var started = ContinuousClock.now
            try EpisodeRunner(plan: plan).work(
                SeedLine(
                    next: { [inbox] in
                        request = inbox.peek()
                        started = .now
                        return request.cell == first.cell ? UInt64(request.seed) : nil
                    },
                    deliver: { [self] episode, journal in
                        inbox.take()
                        answer(
                            SweepReply(
                                seed: request.seed,
                                finished: SweepEpisode.Finished(episode),
                                timing: SweepEpisode.Timing(journal),
                                wallSeconds: (ContinuousClock.now - started).seconds
                            )
                        )
                    },
                    keepsTicks: { _ in request.keepsTicks }
                )
            )
        } catch {
            refuse(error)
        }
    }

    /// The plan of a request's cell, which must still be what the sweep planned.
    private func plan(for request: SweepRequest) throws(InputError) -> RunPlan {
        let plan = try RunPlan(sweepArguments: request.arguments)
        let cell = try SweepCell(
            plan: plan,
            arguments: request.arguments,
            options: request.options,
            seeds: SeedRanges([])
        )
        guard cell.identity == request.identity else {
            throw InputError(
                key: cell.run.words,
                expected: "the files that the sweep was planned with",
                found: "others: one has changed since"
            )
        }
        return plan
    }

    /// Answers the present request with what went wrong.
    private func refuse(_ error: any Error) {
        var reply = SweepReply(seed: inbox.peek().seed)
        switch error {
        case Outcome.fault(let what, _): reply.fault = what
        case let error as InputError: reply.badInput = error.description
        default: reply.fault = "\(error)"
        }
        inbox.take()
        answer(reply)
    }

    private func answer(_ reply: SweepReply) {
        do {
            try output.write(contentsOf: SweepLines.line(reply))
        } catch {
            // Nobody listens any more.
            exit(0)
        }
    }
}

/// Requests as they come in, read by a thread that ends the process with the input: a worker whose
/// sweep has died does not outlive it, even in an episode that hangs.
final class SweepInbox: @unchecked Sendable {
    private let condition = NSCondition()
    private var waiting: [SweepRequest] = []

    init(descriptor: Int32) {
        let thread = Thread { [self] in
            var lines = SweepLines(descriptor: descriptor)
            while let line = try? lines.next(within: .infinity),
                let request = try? JSONDecoder().decode(SweepRequest.self, from: Data(line))
            {
                condition.withLock {
                    waiting.append(request)
                    condition.signal()
                }
            }
            _exit(0)
        }
        thread.start()
    }

    /// The oldest request, waited for; it stays.
    func peek() -> SweepRequest {
        condition.withLock {
            while waiting.isEmpty { condition.wait() }
            return waiting[0]
        }
    }

    /// Removes the oldest request.
    func take() {
        condition.withLock { _ = waiting.removeFirst() }
    }
}

extension SweepEpisode.Finished {
    /// What is kept of an episode.
    init(_ episode: RunResult.Episode) {
        let result = episode.result
        self.init(
            success: result.success,
            successAtEnd: result.status.holdsNow,
            successOnce: result.status.heldOnce,
            successAtS: result.status.succeededAt?.seconds,
            endReason: result.endReason.rawValue,
            cause: episode.cause,
            instruction: episode.instruction,
            ticks: result.ticks,
            misses: result.misses,
            elapsedS: result.elapsed.seconds,
            stateHash: episode.stateHash.hexadecimal
        )
    }
}

extension SweepEpisode.Timing {
    /// How long the ticks of a journal took.
    init(_ journal: EpisodeJournal) {
        let account = journal.account
        self.init(
            tick: SweepEpisode.Percentiles(account.summary(of: .tick)),
            infer: SweepEpisode.Percentiles(account.summary(of: .infer)),
            stages: account.buckets,
            ticks: (journal.ticks ?? []).map(SweepTick.init)
        )
    }
}

extension SweepEpisode.Percentiles {
    init(_ summary: LatencySummary) {
        self.init(p50: summary.p50, p99: summary.p99, max: summary.max)
    }
}

extension SweepTick {
    /// The stages of a trace, in microseconds.
    init(_ trace: TickTrace) {
        self.init(
            tick: trace.tick,
            planned: trace.planned,
            sense: trace.stages.sense.microseconds,
            infer: trace.stages.infer.microseconds,
            rerank: trace.stages.rerank.microseconds,
            act: trace.stages.act.microseconds,
            step: trace.stages.step.microseconds,
            charge: trace.charge.microseconds,
            misses: Int(trace.missedPeriods)
        )
    }
}

extension Duration {
    /// In seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
