import Foundation
public import Diagnostics

/// How masked tokens become a chunk of actions, round by round.
///
/// Source: Discrete Diffusion VLA, arXiv 2508.20072, and MaskGIT, arXiv 2202.04200.
public struct DecoderSettings: Equatable, Sendable {
    /// How many tokens are decided in each round.
    public enum Schedule: String, CaseIterable, Sendable {
        /// After round s of T a share of `cos(π s / 2T)` stays masked: few at first.
        case cosine
        /// 1, 2, 4, 8 … and in the last round the rest (arXiv 2509.23924).
        case ascending
        /// One in each round, for as many rounds as there are tokens.
        case single
    }

    /// Which tokens are decided first.
    public enum Order: String, CaseIterable, Sendable {
        /// Those of the greatest probability.
        case probability
        /// Those whose best two bins are farthest apart.
        case gap
        /// Any.
        case random
        /// The first; with ``Schedule/single`` this is autoregressive decoding.
        case sequential
    }

    /// At what temperature bins are drawn.
    public enum Temperature: String, CaseIterable, Sendable {
        /// None: the likeliest bin.
        case argmax
        /// The same in every round.
        case fixed
        /// Falling along a line to 0 in the last round.
        case decay
    }

    /// When a token that was decided is taken back.
    public enum Remasking: String, CaseIterable, Sendable {
        /// Never.
        case off
        /// When its probability is under `threshold (s - 1) / T` in round s of T. That the bound
        /// rises is our reading of the paper's appendix.
        case threshold
        /// When its probability has fallen by more than ``drop`` since it was decided. The constant
        /// was never published; the default is this project's.
        case drop
    }

    /// Rounds of a chunk without a frozen part.
    public var rounds = 12
    /// How many tokens are decided in each round.
    public var schedule = Schedule.cosine
    /// Which are decided first.
    public var order = Order.probability
    /// At what temperature bins are drawn.
    public var temperature = Temperature.decay
    /// The temperature of the first round.
    public var temperatureStart: Float = 1
    /// When a token is taken back.
    public var remasking = Remasking.off
    /// See ``Remasking/threshold``.
    public var threshold: Float = 0.5
    /// See ``Remasking/drop``.
    public var drop: Float = 0.3
    /// Whether a number is the mean of the bins within two of the decided one, weighted by their
    /// probabilities, instead of its centre.
    ///
    /// Not a part of the published method.
    public var isSubBin = false

    /// The published settings without remasking.
    public init() {}

    /// The most rounds that may be asked for.
    public static let mostRounds = 256

    /// Rounds for so many tokens of `length`: fewer for a chunk that is partly frozen.
    func rounds(masked: Int, of length: Int) -> Int {
        switch schedule {
        case .single: masked
        case .cosine, .ascending: max(1, (rounds * masked + length - 1) / length)
        }
    }

    /// Tokens that stay masked after round `round` of `rounds`, of `start` at first.
    func remaining(after round: Int, of rounds: Int, start: Int) -> Int {
        guard round < rounds else { return 0 }
        let left =
            switch schedule {
            case .cosine:
                Int((Double(start) * cos(.pi / 2 * Double(round) / Double(rounds))).rounded(.down))
            case .ascending: start - ((1 << min(round, 30)) - 1)
            case .single: start - round
            }
        return min(max(left, 1), max(start - 1, 0))
    }

    /// The temperature of a round; 0 for the likeliest bin.
    func heat(round: Int, of rounds: Int) -> Float {
        switch temperature {
        case .argmax: 0
        case .fixed: temperatureStart
        case .decay: temperatureStart * (1 - Float(round) / Float(rounds))
        }
    }

    /// Whether a token is taken back before a round, not the last.
    func takesBack(_ now: Float, decidedAt before: Float, round: Int, of rounds: Int) -> Bool {
        guard round < rounds else { return false }
        switch remasking {
        case .off: return false
        case .threshold: return now < threshold * Float(round - 1) / Float(rounds)
        case .drop: return before - now > drop
        }
    }
}

extension DecoderSettings {
    /// Reads a policy's `decoder` section.
    init(_ root: inout StrictObject) throws(InputError) {
        var object = try root.object("decoder")
        rounds = try object.integer("rounds", in: 1...Self.mostRounds)
        schedule = try PolicyManifest.member(&object, "schedule")
        order = try PolicyManifest.member(&object, "order")
        temperature = try PolicyManifest.member(&object, "temperature")
        remasking = try PolicyManifest.member(&object, "remask")
        func share(_ key: String, in range: ClosedRange<Double>) throws(InputError) -> Float {
            let value = try object.number(key)
            guard range.contains(value) else {
                throw object.error(
                    key,
                    expected: "\(range.lowerBound) to \(range.upperBound)",
                    found: "\(value)"
                )
            }
            return Float(value)
        }
        temperatureStart = try share("temperature_start", in: 0.001...10)
        threshold = try share("threshold", in: 0...1)
        drop = try share("drop", in: 0...1)
        isSubBin = try object.flag("sub_bin")
        try object.requireAllTaken()
    }

    /// Changes what a text such as `rounds=6,schedule=ascending` names.
    ///
    /// - Throws: `InputError` for an unknown name or a value out of range.
    public mutating func change(_ text: String, key: String) throws(InputError) {
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2 else {
                throw InputError(
                    key: key,
                    expected: "NAME=VALUE, separated by commas",
                    found: "\"\(part.prefix(40))\""
                )
            }
            try change(pair[0], to: pair[1], key: "\(key) \(pair[0])")
        }
    }

    private static let names = [
        "rounds", "schedule", "order", "temperature", "temperature_start", "remask", "threshold",
        "drop", "sub_bin",
    ]

    private mutating func change(
        _ name: String,
        to value: String,
        key: String
    ) throws(InputError) {
        func member<T: CaseIterable & RawRepresentable<String>>() throws(InputError) -> T {
            guard let member = T(rawValue: value) else {
                throw .unknown(
                    name,
                    name: value,
                    known: T.allCases.map(\.rawValue),
                    key: key
                )
            }
            return member
        }
        func number(in range: ClosedRange<Float>) throws(InputError) -> Float {
            guard let number = Float(value), range.contains(number) else {
                throw InputError(
                    key: key,
                    expected: "\(range.lowerBound) to \(range.upperBound)",
                    found: "\"\(value)\""
                )
            }
            return number
        }
        switch name {
        case "rounds":
            guard let count = Int(value), (1...Self.mostRounds).contains(count) else {
                throw InputError(
                    key: key,
                    expected: "1 to \(Self.mostRounds)",
                    found: "\"\(value)\""
                )
            }
            rounds = count
        case "schedule": schedule = try member()
        case "order": order = try member()
        case "temperature": temperature = try member()
        case "remask": remasking = try member()
        case "temperature_start": temperatureStart = try number(in: 0.001...10)
        case "threshold": threshold = try number(in: 0...1)
        case "drop": drop = try number(in: 0...1)
        case "sub_bin":
            guard let flag = ["true": true, "false": false][value] else {
                throw InputError(key: key, expected: "true or false", found: "\"\(value)\"")
            }
            isSubBin = flag
        default: throw .unknown("decoder setting", name: name, known: Self.names, key: key)
        }
    }
}
