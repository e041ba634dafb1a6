import ArgumentParser
import Diagnostics
import Results
import Robots
import Runtime

/// One value of each of a grid's lists: what becomes a cell.
struct SweepCombination {
    var task: Placed<String>
    var policy: Placed<String?>
    var robot: Placed<String?>
    var latency: Placed<String?>
    var strategy: Placed<String?>
    var speed: Placed<Double?>
    var rate: Placed<Double?>
    var instruction: Placed<String?>
    var options: Placed<[String]>
    var clock: Placed<String>
    var until: Placed<String?>
    var seeds: SeedRanges

    /// All of a grid, the last list varying fastest.
    static func all(of grid: SweepGrid) -> [SweepCombination] {
        var all: [SweepCombination] = []
        for task in grid.tasks {
            for policy in grid.policies {
                for robot in grid.robots {
                    for speed in grid.speeds {
                        for rate in grid.rates {
                            all += inner(grid, task, policy, robot, speed, rate)
                        }
                    }
                }
            }
        }
        return all
    }

    private static func inner(
        _ grid: SweepGrid,
        _ task: Placed<String>,
        _ policy: Placed<String?>,
        _ robot: Placed<String?>,
        _ speed: Placed<Double?>,
        _ rate: Placed<Double?>
    ) -> [SweepCombination] {
        grid.instructions.flatMap { instruction in
            grid.options.flatMap { options in
                grid.strategies.flatMap { strategy in
                    grid.latencies.map { latency in
                        SweepCombination(
                            task: task,
                            policy: policy,
                            robot: robot,
                            latency: latency,
                            strategy: strategy,
                            speed: speed,
                            rate: rate,
                            instruction: instruction,
                            options: options,
                            clock: grid.clock,
                            until: grid.until,
                            seeds: grid.seeds?.value ?? SeedRanges([])
                        )
                    }
                }
            }
        }
    }

    /// The arguments of `simrun task`, but for seed and number of episodes.
    func arguments(paths: SearchPaths) -> [String] {
        var arguments = [task.value]
        if let policy = policy.value { arguments.append("--policy=\(policy)") }
        if let robot = robot.value { arguments.append("--robot=\(robot)") }
        if let rate = rate.value { arguments.append("--rate=\(rate)") }
        if let speed = speed.value { arguments.append("--target-speed=\(speed)") }
        arguments.append("--clock=\(clock.value)")
        if let latency = latency.value { arguments.append("--latency=\(latency)") }
        if let strategy = strategy.value { arguments.append("--execute=\(strategy)") }
        if let instruction = instruction.value { arguments.append("--instruction=\(instruction)") }
        if let until = until.value { arguments.append("--until=\(until)") }
        arguments += options.value
        return arguments + paths.flags
    }

    /// The cell, with everything it names loaded.
    func cell(paths: SearchPaths) throws(InputError) -> SweepCell {
        let arguments = arguments(paths: paths)
        do {
            return try SweepCell(
                plan: RunPlan(sweepArguments: arguments),
                arguments: arguments,
                options: options.value.joined(separator: " "),
                seeds: seeds
            )
        } catch {
            throw Self.placed(error, at: place(of: error))
        }
    }

    /// Refuses results that no second run would give, unless the file asks for them.
    func refuseMeasured(_ cell: SweepCell, in file: SweepFile) throws(InputError) {
        guard !cell.run.isReproducible, !file.allowsMeasured else { return }
        let place = clock.value == "wall" ? clock.place : latency.place
        let found =
            clock.value == "wall" ? "the wall clock" : "\(cell.run.latency) latency"
        throw InputError(
            file: file.path,
            line: place?.line,
            key: place?.key ?? "latencies",
            expected: "latencies that every run shares (free, a time, a trace), clock: lockstep,"
                + " or measured: true",
            found: found
        )
    }

    /// The list that an option's error is about; the task where none is.
    private func place(of error: InputError) -> YAMLPlace? {
        if let file = error.file, latency.value == "trace:\(file)" { return latency.place }
        let place: YAMLPlace? =
            switch error.key {
            case "--latency": latency.place ?? clock.place
            case "--execute", "policy.json execution": strategy.place ?? policy.place
            case "target speed", "--target-speed": speed.place
            case "--rate": rate.place
            case "--instruction": instruction.place
            case "--clock", "--jobs": clock.place
            case "--policy": policy.place
            case "--robot": robot.place
            case let key? where SweepOptions.allowed.contains(key): options.place
            default: policy.place ?? robot.place
            }
        return place ?? task.place
    }

    func error(expected: String, found: String) -> InputError {
        Self.placed(InputError(expected: expected, found: found), at: task.place)
    }

    /// An error at a line of the sweep's file, unless it is about a line of another; a file that
    /// is not there at all is told at the line that names it.
    static func placed(_ error: InputError, at place: YAMLPlace?) -> InputError {
        guard error.line == nil, let place else { return error }
        var error = error
        if let file = error.file { error.found += " at \(file)" }
        error.file = place.file
        error.line = place.line
        error.key = [place.key, error.key].compactMap { $0 }.joined(separator: ": ")
        return error
    }
}

extension RunPlan {
    /// The plan of a sweep's cell: one episode, to be run with any seed.
    init(sweepArguments arguments: [String]) throws(InputError) {
        // The task last, behind what ends the flags: its name may look like one.
        let typed = ["--episodes=1"] + arguments.dropFirst() + ["--"] + arguments.prefix(1)
        let options: TaskOptions
        do {
            options = try TaskOptions.parse(typed)
        } catch {
            throw InputError(
                key: arguments.first,
                expected: "arguments of simrun task",
                found: TaskOptions.message(for: error)
            )
        }
        try self.init(options: options, arguments: typed)
    }
}
