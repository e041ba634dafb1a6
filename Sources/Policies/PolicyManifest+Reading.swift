import Diagnostics
import Inference

/// Reading of the keys that several sections share, of the state and of the action.
extension PolicyManifest {
    static let controlModes = [
        "pd_joint_pos", "pd_joint_delta_pos", "pd_ee_delta_pos", "pd_ee_delta_pose", "pd_ee_pose",
    ]

    static func member<T: CaseIterable & RawRepresentable>(
        _ object: inout StrictObject,
        _ key: String
    ) throws(InputError) -> T where T.RawValue == String {
        let text = try object.choice(key, of: T.allCases.map(\.rawValue))
        guard let value = T(rawValue: text) else {
            throw object.error(key, expected: "a known name", found: text)
        }
        return value
    }

    /// `replan`, `chunk`, `chunk:N` with N up to a plan's actions, or another strategy's name.
    static func execution(
        _ root: inout StrictObject,
        actions: Int
    ) throws(InputError) -> String {
        let text = try root.string("execute")
        if text.hasPrefix("chunk:") {
            guard let count = Int(text.dropFirst(6)), (1...actions).contains(count) else {
                throw root.error("execute", expected: "chunk:1 to chunk:\(actions)", found: text)
            }
            return text
        }
        return try root.choice(
            "execute",
            of: ["replan", "chunk", "async", "ensemble", "rtc", "rollforward"]
        )
    }

    static func normalisation(
        _ object: inout StrictObject,
        count: Int
    ) throws(InputError) -> Normalisation {
        var normalisation = try object.object("normalisation")
        _ = try normalisation.choice("kind", of: ["limits"])
        let scale = try normalisation.floats("scale", count: count)
        let offset = try normalisation.floats("offset", count: count)
        guard scale.allSatisfy({ $0 != 0 }) else {
            throw normalisation.error("scale", expected: "no zero", found: "one")
        }
        try normalisation.requireAllTaken()
        return Normalisation(scale: scale, offset: offset)
    }

    static func state(
        _ root: inout StrictObject
    ) throws(InputError) -> ([StateFeature], Normalisation) {
        var object = try root.object("state")
        var features: [StateFeature] = []
        for var entry in try object.objects("features") {
            let name: StateFeature.Name = try member(&entry, "name")
            let width = try entry.integer(
                "width",
                in: name.fixedWidth.map { $0...$0 } ?? 1...64
            )
            _ = try entry.choice("units", of: [name.units])
            try entry.requireAllTaken()
            guard !features.contains(where: { $0.name == name }) else {
                throw entry.error("name", expected: "each feature once", found: name.rawValue)
            }
            features.append(StateFeature(name: name, width: width))
        }
        guard !features.isEmpty else {
            throw object.error("features", expected: "at least one", found: "none")
        }
        let width = features.reduce(0) { $0 + $1.width }
        let normalisation = try normalisation(&object, count: width)
        try object.requireAllTaken()
        return (features, normalisation)
    }

    static func action(
        _ root: inout StrictObject
    ) throws(InputError) -> ([String], Double, Normalisation) {
        var object = try root.object("action")
        let names = try object.strings("names")
        guard (1...64).contains(names.count) else {
            throw object.error("names", expected: "1 to 64 names", found: "\(names.count)")
        }
        for (key, bound) in [("low", -1.0), ("high", 1.0)] {
            let value = try object.number(key)
            guard value == bound else {
                throw object.error(key, expected: "\(bound)", found: "\(value)")
            }
        }
        _ = try object.choice("units", of: ["1"])
        let scale = try object.number("translation_scale_m")
        guard (0...10).contains(scale) else {
            throw object.error("translation_scale_m", expected: "0 to 10 m", found: "\(scale)")
        }
        let normalisation = try normalisation(&object, count: names.count)
        try object.requireAllTaken()
        return (names, scale, normalisation)
    }
}
