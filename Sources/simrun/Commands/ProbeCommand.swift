import ArgumentParser
import Diagnostics
import Foundation
import Runtime
import Serving

/// `simrun probe`: what a policy server's answers cost a loop.
struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Measure a policy server that speaks openpi's WebSocket protocol.",
        discussion: """
            The trace that --save writes is charged to a simulated world by \
            `simrun task TASK --latency trace:FILE`: each row is one round trip.

            A FILE.json for --observation holds the observation's keys. A value with a dtype is an \
            array, {"dtype": "uint8", "shape": [224, 224, 3]}, drawn anew for each request, or \
            "values": one number or a flat list. Other values stand for themselves.
            """
    )

    @Argument(help: ArgumentHelp("The server.", valueName: "ws://host:port"))
    var address: String

    @Option(help: "Requests that count.")
    var requests: Int = 100

    @Option(help: "Requests after the first that do not count; the first is reported apart.")
    var warmup: Int = 5

    @Option(help: "Requests per second, or hot: the next as soon as the reply is here.")
    var rate: String = "hot"

    @Option(help: "What is sent: droid, libero, aloha or FILE.json.")
    var observation: String = "droid"

    @Option(help: "The observation's instruction, under the key prompt.")
    var prompt: String?

    @Option(
        help: "Sent as Authorization: Api-Key KEY; better given as \(ProbeCommand.keyVariable)."
    )
    var apiKey: String?

    @Option(help: "For the connection with its metadata, and for each reply but the first.")
    var timeout: String = "10s"

    @Option(help: "For the first reply, which may wait for a compiler.")
    var firstTimeout: String = "120s"

    @Option(help: ArgumentHelp("Keep the round trips as a latency trace.", valueName: "file"))
    var save: String?

    @Option(help: "Draws the observations.")
    var seed: UInt64 = 0

    @Flag(help: "Print one JSON object and nothing else.")
    var json = false

    static let keyVariable = "SIMRUN_API_KEY"
    /// Names a PEM file of the certificates that vouch for servers of wss://.
    static let authoritiesVariable = "SIMRUN_CA_FILE"

    func run() throws {
        Interrupt.listen()
        let address = try PolicyAddress(address)
        let plan = try plan()
        let options = try PolicyConnectionOptions(
            apiKey: apiKey ?? ProcessInfo.processInfo.environment[Self.keyVariable],
            authorities: ProcessInfo.processInfo.environment[Self.authoritiesVariable],
            openTimeout: try Self.timeout(timeout, key: "--timeout")
        )
        if let save { try WholeFile.check(save) }
        let report: ProbeReport
        do throws(PolicyConnectionError) {
            report = try measure(address, options: options, plan: plan)
        } catch {
            throw Self.failure(error, address: address, hasKey: options.apiKey != nil)
        }
        json ? Console.line(try report.json()) : report.lines.forEach(Console.line)
        try keep(report)
        if report.result.wasInterrupted {
            throw Outcome.interrupted("the finished requests are above")
        }
    }

    private func measure(
        _ address: PolicyAddress,
        options: PolicyConnectionOptions,
        plan: ServerProbe.Plan
    ) throws(PolicyConnectionError) -> ProbeReport {
        let time = MonotonicTime()
        let start = time.now()
        let opening = PolicyConnection.opening(address, options: options)
        while !opening.wait(upTo: .milliseconds(100)) {
            if Interrupt.isRequested { break }
        }
        var report = ProbeReport(address: address, plan: plan, trace: save)
        guard opening.isReady else {
            report.result.wasInterrupted = true
            return report
        }
        let connection = try opening.get()
        defer { connection.close() }
        report.connect = time.now() - start
        report.metadataKeys = connection.metadata.keys
        report.result = try ServerProbe(connection: connection, plan: plan)
            .run { Interrupt.isRequested }
        return report
    }

    private static func failure(
        _ error: PolicyConnectionError,
        address: PolicyAddress,
        hasKey: Bool
    ) -> any Error {
        guard case .wrongKey(let status) = error else {
            return Outcome.fault("\(address): \(error)", lastTicks: [])
        }
        return InputError(
            key: "--api-key or \(keyVariable)",
            expected: "the key of \(address)",
            found: (hasKey ? "one that it refuses" : "none") + " (HTTP \(status))"
        )
    }

    private func keep(_ report: ProbeReport) throws(InputError) {
        guard let save, !report.result.samples.isEmpty else { return }
        try WholeFile.write(report.traceText, to: save)
        Console.errorText("round trips kept in \(save); charge them to a world with")
        Console.errorText("  " + report.replayLine)
    }
}

extension ProbeCommand {
    private func plan() throws(InputError) -> ServerProbe.Plan {
        try Self.check(requests, in: 1...100_000, key: "--requests")
        try Self.check(warmup, in: 0...100_000, key: "--warmup")
        var template = try template()
        if let prompt { template = template.with(prompt: prompt) }
        return ServerProbe.Plan(
            template: template,
            requests: requests,
            warmUps: warmup,
            period: try period(),
            firstTimeout: try Self.timeout(firstTimeout, key: "--first-timeout"),
            timeout: try Self.timeout(timeout, key: "--timeout"),
            seed: seed
        )
    }

    private func template() throws(InputError) -> ObservationTemplate {
        let published = ObservationTemplate.published
        if let known = published.first(where: { $0.name == observation }) { return known }
        if observation.contains(".") || observation.contains("/") {
            return try ObservationFile.read(observation)
        }
        throw .unknown(
            "observation, or a FILE.json",
            name: observation,
            known: published.map(\.name),
            key: "--observation"
        )
    }

    /// nil asks at once.
    private func period() throws(InputError) -> TimeSpan? {
        if rate == "hot" { return nil }
        guard let hertz = Double(rate), hertz >= 0.01, hertz <= 10_000 else {
            throw InputError(
                key: "--rate",
                expected: "hot, or requests per second from 0.01 to 10000",
                found: "\"\(rate)\""
            )
        }
        return .seconds(1 / hertz)
    }

    private static func timeout(_ text: String, key: String) throws(InputError) -> TimeSpan {
        guard let span = LatencyArgument.span(text), span > .zero, span <= .seconds(900) else {
            throw InputError(
                key: key,
                expected: "a time such as 10s, over 0 and at most 900s",
                found: "\"\(text)\""
            )
        }
        return span
    }

    private static func check(
        _ value: Int,
        in range: ClosedRange<Int>,
        key: String
    ) throws(InputError) {
        guard range.contains(value) else {
            throw InputError(
                key: key,
                expected: "\(range.lowerBound) to \(range.upperBound)",
                found: "\(value)"
            )
        }
    }
}
