import Diagnostics
import Robots
import Spatial

/// The sections of a task file that say more about starts than ranges do: `fixed_starts`,
/// `separations` and `distractors`.
enum PlacementSection {
    // MARK: Fixed starts

    static func fixedStarts(
        _ root: YAMLMapping,
        names: SceneNames
    ) throws(InputError) -> FixedStarts? {
        guard let section = try root.optional("fixed_starts")?.mapping() else { return nil }
        var starts = FixedStarts(factors: [], spread: 0)
        for value in try section.list("factors", limit: 8) {
            let mapping = try value.mapping()
            starts.factors.append(try factor(mapping, names: names, before: starts))
            try mapping.finish()
        }
        if let spread = section.optional("spread") {
            starts.spread = try spread.quantity(.length, in: 0...10)
        }
        guard (1...100_000).contains(starts.count) else {
            throw try section.required("factors").mismatch("1 to 100000 combinations")
        }
        try section.finish()
        return starts
    }

    private static func factor(
        _ mapping: YAMLMapping,
        names: SceneNames,
        before: FixedStarts
    ) throws(InputError) -> FixedStarts.Factor {
        if let yaws = mapping.optional("yaws") {
            let object = try mapping.required("object")
            let index = try names.object(object)
            guard !before.choosesYaw(of: index) else {
                throw object.mismatch("an object whose yaw no other factor chooses")
            }
            var angles: [Double] = []
            for value in try yaws.list(limit: 64) { angles.append(try value.quantity(.angle)) }
            guard !angles.isEmpty else { throw yaws.mismatch("at least one angle") }
            return .yaws(object: index, angles: angles)
        }
        var objects: [Int] = []
        for value in try mapping.list("objects", limit: 8) {
            let index = try names.object(value)
            guard !objects.contains(index), !before.choosesPlace(of: index) else {
                throw value.mismatch("an object whose place nothing else chooses")
            }
            objects.append(index)
        }
        let places = try mapping.required("places")
        var groups: [[SIMD2<Double>]] = []
        if let first = try places.list(limit: 64).first, (try? first.list(limit: 64)) != nil {
            for group in try places.list(limit: 64) { groups.append(try points(group)) }
        } else {
            groups = [try points(places)]
        }
        guard !objects.isEmpty, groups.allSatisfy({ $0.count >= objects.count }) else {
            throw places.mismatch("at least as many places as objects, each of which gets another")
        }
        return .places(objects: objects, groups: groups)
    }

    private static func points(_ list: YAMLValue) throws(InputError) -> [SIMD2<Double>] {
        var points: [SIMD2<Double>] = []
        for value in try list.list(limit: 64) {
            let numbers = try value.quantities(.length, count: 2)
            points.append(SIMD2(numbers[0], numbers[1]))
        }
        return points
    }

    // MARK: Separations

    static func separations(
        _ root: YAMLMapping,
        names: SceneNames,
        goal: BoxRegion?,
        fixedStarts: FixedStarts?
    ) throws(InputError) -> [Separation] {
        guard let section = root.optional("separations") else { return [] }
        var separations: [Separation] = []
        for value in try section.list(limit: 32) {
            let mapping = try value.mapping()
            let separation = try separation(mapping, names: names)
            try mapping.finish()
            let ranges = Ranges(names: names, goal: goal, fixedStarts: fixedStarts)
            try ranges.require(separation)
            separations.append(separation)
        }
        return separations
    }

    private static func separation(
        _ mapping: YAMLMapping,
        names: SceneNames
    ) throws(InputError) -> Separation {
        var members: [Separation.Member] = []
        let of = try mapping.required("of")
        for value in try of.list(limit: 64) {
            let isGoal = try value.string() == "goal" && names.hasGoal
            let member = isGoal ? Separation.Member.goal : .object(try names.object(value))
            guard !members.contains(member) else { throw value.mismatch("each name once") }
            members.append(member)
        }
        guard members.count >= 2 else { throw of.mismatch("two names or more") }
        let distance = try mapping.required("at_least")
        return Separation(
            members: members,
            atLeast: try distance.quantity(.length, in: 1e-4...100),
            place: distance.place
        )
    }

    /// Where things may start, to see whether two of them can be far enough apart.
    private struct Ranges {
        var names: SceneNames
        var goal: BoxRegion?
        var fixedStarts: FixedStarts?

        /// Refuses a distance that two of the ranges do not have room for.
        func require(_ separation: Separation) throws(InputError) {
            for (count, first) in separation.members.enumerated() {
                for second in separation.members.dropFirst(count + 1) {
                    guard let one = region(first), let other = region(second) else { continue }
                    let farthest = pointwiseMax(one.upper - other.lower, other.upper - one.lower)
                    let most = Vector3(farthest.x, farthest.y, 0).length
                    guard most < separation.atLeast else { continue }
                    throw separation.place.error(
                        expected: "at most \((most * 1000).rounded(.down) / 1000) m, the farthest"
                            + " that \(name(first)) and \(name(second)) can start apart, or wider"
                            + " start ranges",
                        found: "\(separation.atLeast) m"
                    )
                }
            }
        }

        private func region(_ member: Separation.Member) -> BoxRegion? {
            switch member {
            case .goal: return goal
            case .object(let index):
                let isChosen = fixedStarts?.choosesPlace(of: index) ?? false
                let object = names.scene[index]
                return isChosen || object.kind == .driven ? nil : object.start.region
            }
        }

        private func name(_ member: Separation.Member) -> String {
            switch member {
            case .goal: "the goal"
            case .object(let index): names.scene[index].name
            }
        }
    }

    // MARK: Distractors

    static func distractors(
        _ root: YAMLMapping,
        names: SceneNames
    ) throws(InputError) -> Distractors? {
        guard let section = try root.optional("distractors")?.mapping() else { return nil }
        var objects: [Int] = []
        for value in try section.list("objects", limit: 64) {
            let index = try names.object(value)
            guard !objects.contains(index) else { throw value.mismatch("each name once") }
            objects.append(index)
        }
        let fewest = try section.required("at_least").integer(in: 0...objects.count)
        let most = try section.required("at_most").integer(in: fewest...objects.count)
        try section.finish()
        return Distractors(objects: objects, count: fewest...most)
    }
}
