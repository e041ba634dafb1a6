import Diagnostics
import Foundation
import Results
import Robots

/// A sweep as its YAML file describes it; documented in docs/sweeps.md.
struct SweepFile {
    /// The most that a name may have.
    private static let nameLength = 100

    let path: String
    /// The text that was read.
    let text: String
    let name: String
    let grids: [SweepGrid]
    /// How many of each cell's first seeds keep every tick's stages.
    let keepsTicks: Int
    /// Whether results may depend on the machine: measured latency, the wall clock.
    let allowsMeasured: Bool

    /// Reads and checks all that needs no other file.
    ///
    /// - Throws: `InputError` with file, line and key.
    init(path: String) throws(InputError) {
        let text = try InputFile.text(atPath: path)
        try self.init(text: text, path: path)
    }

    init(text: String, path: String) throws(InputError) {
        let root = try YAMLMapping.parse(text, file: path)
        self.path = path
        self.text = text
        name = try Self.name(root.required("name"))
        keepsTicks = try root.optional("keep_ticks")?.integer(in: 0...1_000_000) ?? 10
        allowsMeasured = try root.optional("measured")?.bool() ?? false
        let common = try SweepGrid(root, over: nil)
        if let list = root.optional("grids") {
            var grids: [SweepGrid] = []
            for entry in try list.list(limit: 100) {
                let mapping = try entry.mapping()
                grids.append(try SweepGrid(mapping, over: common))
                try mapping.finish()
            }
            guard !grids.isEmpty else {
                throw list.place.error(expected: "at least one grid", found: "none")
            }
            self.grids = grids
        } else {
            grids = [common]
        }
        try root.finish()
        for grid in grids { try grid.requireWhole(root) }
    }

    private static func name(_ value: YAMLValue) throws(InputError) -> String {
        let name = try value.string()
        guard !name.isEmpty, name.count <= nameLength, !name.contains(where: \.isNewline) else {
            throw value.mismatch("a name of one line, at most \(nameLength) characters")
        }
        return name
    }
}

/// A value with its place in the file, for errors that only show when it is used.
struct Placed<Value> {
    var value: Value
    var place: YAMLPlace?
}

/// One grid of a sweep: its cells are all combinations of its lists.
struct SweepGrid {
    /// The word for what the task or the policy itself says.
    static let ownWord = "default"

    var tasks: [Placed<String>]
    /// Nil in a list stands for the task's own.
    var policies: [Placed<String?>]
    var robots: [Placed<String?>]
    var latencies: [Placed<String?>]
    var strategies: [Placed<String?>]
    var speeds: [Placed<Double?>]
    var rates: [Placed<Double?>]
    var instructions: [Placed<String?>]
    var options: [Placed<[String]>]
    var clock: Placed<String>
    var until: Placed<String?>
    var seeds: Placed<SeedRanges>?

    /// Reads a mapping's lists; what it does not say is as in `base`.
    init(_ mapping: YAMLMapping, over base: SweepGrid?) throws(InputError) {
        tasks = try Self.names(mapping.optional("tasks")) ?? base?.tasks ?? []
        policies = try Self.named(mapping.optional("policies")) ?? base?.policies ?? Self.own
        robots = try Self.named(mapping.optional("robots")) ?? base?.robots ?? Self.own
        latencies =
            try Self.latencies(mapping.optional("latencies")) ?? base?.latencies ?? Self.own
        strategies = try Self.named(mapping.optional("execute")) ?? base?.strategies ?? Self.own
        speeds =
            try Self.quantities(mapping.optional("target_speeds"), .velocity)
            ?? base?.speeds ?? [Placed(value: nil)]
        rates =
            try Self.quantities(mapping.optional("rates"), .frequency)
            ?? base?.rates ?? [Placed(value: nil)]
        instructions =
            try Self.named(mapping.optional("instructions")) ?? base?.instructions ?? Self.own
        options =
            try SweepOptions.read(mapping.optional("options")) ?? base?.options
            ?? [Placed(value: [])]
        clock =
            try Self.word(mapping.optional("clock"), of: ["charged", "lockstep", "wall"])
            ?? base?.clock ?? Placed(value: "charged")
        until =
            try Self.word(mapping.optional("until"), of: ["success", "time-limit"])
            .map { Placed(value: $0.value, place: $0.place) } ?? base?.until ?? Placed(value: nil)
        seeds =
            try mapping.optional("seeds").map { value throws(InputError) in
                Placed(value: try SweepSeeds.read(value), place: value.place)
            } ?? base?.seeds
    }

    private static var own: [Placed<String?>] { [Placed(value: nil)] }

    /// How many cells it has.
    var cellCount: Int {
        [
            tasks.count, policies.count, robots.count, latencies.count, strategies.count,
            speeds.count, rates.count, instructions.count, options.count,
        ].reduce(1) { $0.multipliedReportingOverflow(by: $1).overflow ? .max : $0 * $1 }
    }

    /// Refuses a grid without tasks or seeds, and what does not go together.
    func requireWhole(_ root: YAMLMapping) throws(InputError) {
        if tasks.isEmpty { _ = try root.required("tasks") }
        if seeds == nil { _ = try root.required("seeds") }
        if clock.value != "charged", let latency = latencies.first(where: { $0.value != nil }) {
            throw (latency.place ?? root.place).error(
                expected: "no latency with clock: \(clock.value), which charges none",
                found: latency.value ?? ""
            )
        }
    }

    // MARK: - Lists

    private static func names(_ list: YAMLValue?) throws(InputError) -> [Placed<String>]? {
        guard let list else { return nil }
        return try each(list) { value throws(InputError) in try value.string() }
    }

    /// Names, of which `default` is the task's own.
    private static func named(_ list: YAMLValue?) throws(InputError) -> [Placed<String?>]? {
        guard let list else { return nil }
        return try each(list) { value throws(InputError) in
            let name = try value.string()
            return name == ownWord ? nil : name
        }
    }

    /// `free`, `measured`, `40 ms` or `trace:FILE`, as `--latency` takes them.
    private static func latencies(_ list: YAMLValue?) throws(InputError) -> [Placed<String?>]? {
        guard let list else { return nil }
        return try each(list) { value throws(InputError) in
            let text = try value.string()
            if text == ownWord { return nil }
            let isName = text == "free" || text == "measured" || text.hasPrefix("trace:")
            let typed = isName ? text : text.filter { $0 != " " }
            guard isName || LatencyArgument.span(typed) != nil else {
                throw value.mismatch("free, measured, a time such as 40 ms, or trace:FILE")
            }
            return typed
        }
    }

    private static func quantities(
        _ list: YAMLValue?,
        _ dimension: Robots.Dimension
    ) throws(InputError) -> [Placed<Double?>]? {
        guard let list else { return nil }
        return try each(list) { value throws(InputError) in
            if (try? value.string()) == ownWord { return nil }
            return try value.quantity(dimension)
        }
    }

    private static func word(
        _ value: YAMLValue?,
        of words: [String]
    ) throws(InputError) -> Placed<String>? {
        guard let value else { return nil }
        let word = try value.string()
        guard words.contains(word) else {
            throw value.mismatch("one of " + words.joined(separator: ", "))
        }
        return Placed(value: word, place: value.place)
    }

    /// The values of a list, each once.
    static func each<Value: Equatable>(
        _ list: YAMLValue,
        _ read: (YAMLValue) throws(InputError) -> Value
    ) throws(InputError) -> [Placed<Value>] {
        var values: [Placed<Value>] = []
        for entry in try list.list() {
            let value = try read(entry)
            guard !values.contains(where: { $0.value == value }) else {
                throw entry.mismatch("each value once")
            }
            values.append(Placed(value: value, place: entry.place))
        }
        guard !values.isEmpty else {
            throw list.place.error(expected: "at least one value", found: "an empty list")
        }
        return values
    }
}
