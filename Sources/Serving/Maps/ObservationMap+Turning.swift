import Diagnostics
import Robots
import Runtime
import Spatial

extension ObservationMap {
    /// An observation of ours as theirs.
    ///
    /// - Returns: Nil where it lacks a picture that the map wants.
    func theirs(_ observation: Observation, _ context: MapContext) -> [MessagePackValue.Entry]? {
        var made: [MessagePackValue.Entry] = []
        for entry in entries {
            let value: MessagePackValue
            switch entry.content {
            case .picture(let picture):
                guard let frame = observation.frames.first(where: { $0.name == picture.camera })
                else { return nil }
                value = .ndarray(picture.array(of: frame))
            case .numbers(let parts, let type):
                let numbers = parts.flatMap { Self.theirs($0, observation, context) }
                value = .ndarray(NumpyArray(type: type, shape: [numbers.count], numbers: numbers))
            case .scalar(let part):
                value = .real(Self.theirs(part, observation, context).first ?? 0)
            case .instruction: value = .string(observation.instruction ?? "")
            }
            Self.place(value, at: entry.path[...], in: &made)
        }
        return made
    }

    private static func place(
        _ value: MessagePackValue,
        at path: ArraySlice<String>,
        in entries: inout [MessagePackValue.Entry]
    ) {
        guard let key = path.first else { return }
        guard path.count > 1 else { return entries.append(.init(key, value)) }
        let index = entries.firstIndex { $0.key == key }
        var inner: [MessagePackValue.Entry] = []
        if let index, case .map(let found) = entries[index].value { inner = found }
        place(value, at: path.dropFirst(), in: &inner)
        if let index {
            entries[index].value = .map(inner)
        } else {
            entries.append(.init(key, .map(inner)))
        }
    }

    private static func theirs(
        _ part: StatePart,
        _ observation: Observation,
        _ context: MapContext
    ) -> [Double] {
        switch part {
        case .toolPosition:
            let place = observation.worldFromTool.translation
            return [place.x, place.y, place.z]
        case .toolRotation:
            let turn = observation.worldFromTool.rotation.rotationVector
            return [turn.x, turn.y, turn.z]
        case .jointPositions(let unit, let joint):
            return context.joints.indices
                .filter { joint == nil || context.joints[$0] == joint }
                .map { index in
                    unit.theirs(
                        observation.jointPositions[index],
                        context.lower[index],
                        context.upper[index]
                    )
                }
        case .gripper(let numbers):
            return [numbers.number(at: observation.gripperOpening / context.maxOpening)]
        case .constant(let values): return values
        }
    }

    /// Takes what the map has of a request in their keys into an observation of ours.
    ///
    /// Pictures are not read: no policy here looks at them.
    ///
    /// - Throws: ``Diagnostics/InputError`` naming the key that is missing or of another shape.
    func read(
        _ request: MessagePackValue,
        into observation: inout Observation,
        _ context: MapContext
    ) throws(InputError) {
        for entry in entries {
            let parts: [StatePart]
            switch entry.content {
            case .numbers(let several, _): parts = several
            case .scalar(let one): parts = [one]
            case .picture: continue
            case .instruction:
                if case .string(let words)? = Self.value(at: entry.path, in: request) {
                    observation.instruction = PolicyConnectionError.plain(words, 1000)
                }
                continue
            }
            let width = parts.reduce(0) { $0 + $1.width(joints: context.joints.count) }
            let found = Self.value(at: entry.path, in: request)
            var numbers: [Double] = []
            switch found {
            case .ndarray(let array)? where array.count == width: numbers = array.doubles()
            case let one? where width == 1: numbers = one.number.map { [$0] } ?? []
            default: break
            }
            guard numbers.count == width, numbers.allSatisfy(\.isFinite) else {
                throw InputError(
                    key: entry.path.joined(separator: " > "),
                    expected: "\(width) finite numbers",
                    found: found?.kind ?? "no such key"
                )
            }
            Self.store(numbers, parts, in: &observation, context)
        }
        observation.gripperOpening = min(max(observation.gripperOpening, 0), context.maxOpening)
    }

    private static func value(at path: [String], in request: MessagePackValue)
        -> MessagePackValue?
    {
        path.reduce(Optional(request)) { $0?[$1] }
    }

    private static func store(
        _ numbers: [Double],
        _ parts: [StatePart],
        in observation: inout Observation,
        _ context: MapContext
    ) {
        var rest = numbers[...]
        for part in parts {
            let own = Array(rest.prefix(part.width(joints: context.joints.count)))
            rest = rest.dropFirst(own.count)
            switch part {
            case .toolPosition:
                observation.worldFromTool.translation = Vector3(own[0], own[1], own[2])
            case .toolRotation:
                observation.worldFromTool.rotation = Rotation(
                    rotationVector: Vector3(own[0], own[1], own[2])
                )
            case .jointPositions(let unit, let joint):
                let indices = context.joints.indices
                    .filter { joint == nil || context.joints[$0] == joint }
                guard observation.jointPositions.count == context.joints.count else { break }
                for (number, index) in zip(own, indices) {
                    observation.jointPositions[index] = unit.ours(
                        number,
                        context.lower[index],
                        context.upper[index]
                    )
                }
            case .gripper(let convention):
                observation.gripperOpening = convention.share(of: own[0]) * context.maxOpening
            case .constant: break
            }
        }
    }
}

extension ObservationMap {
    /// One action of theirs as ours.
    func ours(_ action: ArraySlice<Double>, _ context: MapContext) -> [Double] {
        var rest = action
        var made: [Double] = []
        for part in actions {
            let own = Array(rest.prefix(part.width(joints: context.joints.count)))
            rest = rest.dropFirst(own.count)
            switch part {
            case .translation(let perOne):
                made += own.map { $0 * perOne / context.scale.translation }
            case .rotation(let perOne): made += own.map { $0 * perOne / context.scale.rotation }
            case .jointChanges(let perOne): made += own.map { $0 * perOne / context.scale.joint }
            case .jointPositions(let unit):
                made += own.enumerated().map { index, number in
                    unit.ours(number, context.lower[index], context.upper[index])
                }
            case .gripper(let numbers):
                made.append(context.closing * (1 - 2 * numbers.share(of: own[0])))
            case .ignored: break
            }
        }
        return made
    }

    /// One action of ours as theirs.
    func theirs(action: [Double], _ context: MapContext) -> [Double] {
        var rest = action[...]
        var made: [Double] = []
        for part in actions {
            let own = Array(rest.prefix(part.ours(joints: context.joints.count)))
            rest = rest.dropFirst(own.count)
            switch part {
            case .translation(let perOne):
                made += own.map { $0 * context.scale.translation / perOne }
            case .rotation(let perOne): made += own.map { $0 * context.scale.rotation / perOne }
            case .jointChanges(let perOne): made += own.map { $0 * context.scale.joint / perOne }
            case .jointPositions(let unit):
                made += own.enumerated().map { index, radians in
                    unit.theirs(radians, context.lower[index], context.upper[index])
                }
            case .gripper(let numbers):
                let share = (1 - own[0] * context.closing) / 2
                made.append(numbers.number(at: min(max(share, 0), 1)))
            case .ignored(let values): made += values
            }
        }
        return made
    }
}
