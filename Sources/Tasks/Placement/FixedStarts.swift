/// Start poses drawn from a list instead of a range: SIMPLER's grids.
///
/// The seed counts through every combination of the factors, so that as many seeds in a row are the
/// source's episodes, each once. Seeds beyond the first round may be spread round the same points,
/// so that they are not the same episodes again.
public struct FixedStarts: Equatable, Sendable {
    /// One thing that is chosen.
    public enum Factor: Equatable, Sendable {
        /// Each of these objects at another place of one group, in every order, group after group.
        case places(objects: [Int], groups: [[SIMD2<Double>]])
        /// The heading of one object, in radians.
        case yaws(object: Int, angles: [Double])

        /// How many choices there are.
        var count: Int {
            switch self {
            case .places(let objects, let groups):
                groups.reduce(0) { $0 + Self.arrangements(of: $1.count, taken: objects.count) }
            case .yaws(_, let angles): angles.count
            }
        }

        /// How many ordered choices of `taken` out of `count` there are.
        static func arrangements(of count: Int, taken: Int) -> Int {
            (0..<taken).reduce(1) { $0 * max(0, count - $1) }
        }
    }

    /// What is chosen; the first changes fastest with the seed.
    public var factors: [Factor]
    /// How far from its place an object may start in seeds beyond the first round, in metres.
    public var spread: Double

    /// The number of combinations.
    public var count: Int {
        factors.reduce(1) { product, factor in
            let (next, overflow) = product.multipliedReportingOverflow(by: factor.count)
            return overflow ? Int.max : next
        }
    }

    /// What one seed chose for an object.
    struct Choice: Equatable {
        var point: SIMD2<Double>?
        var yaw: Double?
    }

    /// The choices of `seed` for each of so many objects.
    func choices(seed: UInt64, objectCount: Int) -> [Choice] {
        var choices = [Choice](repeating: Choice(), count: objectCount)
        var rest = Int(seed % UInt64(max(1, count)))
        for factor in factors {
            let index = rest % factor.count
            rest /= factor.count
            switch factor {
            case .places(let objects, let groups):
                var left = index
                for points in groups {
                    let here = Factor.arrangements(of: points.count, taken: objects.count)
                    guard left >= here else {
                        let order = Self.arrangement(left, of: points.count, taken: objects.count)
                        for (object, point) in zip(objects, order) {
                            choices[object].point = points[point]
                        }
                        break
                    }
                    left -= here
                }
            case .yaws(let object, let angles): choices[object].yaw = angles[index]
            }
        }
        return choices
    }

    /// The arrangement of this index among all ordered choices of `taken` out of `count`.
    static func arrangement(_ index: Int, of count: Int, taken: Int) -> [Int] {
        var left = Array(0..<count)
        var rest = index
        var order: [Int] = []
        for _ in 0..<taken {
            order.append(left.remove(at: rest % left.count))
            rest /= left.count + 1
        }
        return order
    }

    /// Whether the place of an object is among what is chosen.
    func choosesPlace(of object: Int) -> Bool {
        factors.contains { factor in
            if case .places(let objects, _) = factor { objects.contains(object) } else { false }
        }
    }

    /// Whether the heading of an object is among what is chosen.
    func choosesYaw(of object: Int) -> Bool {
        factors.contains { if case .yaws(object, _) = $0 { true } else { false } }
    }
}
