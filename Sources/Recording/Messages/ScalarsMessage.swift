/// A message of labelled numbers, as Foxglove's plots and LeRobot's layouts read them:
/// `/observation/state`, `/action/state` and `/state`.
public struct ScalarsMessage: Decodable, Equatable, Sendable {
    /// One number and what it is.
    public struct Scalar: Decodable, Equatable, Sendable {
        /// What it is, such as `panda_joint1.pos`.
        public var label: String
        /// The number.
        public var value: Double
    }

    /// All of them, in the same order in every message of a topic.
    public var scalars: [Scalar]

    /// The schema's properties.
    static let properties =
        #""scalars":{"type":"array","items":{"type":"object","properties":"#
        + #"{"label":{"type":"string"},"value":{"type":"number"}}}}"#

    /// The message for some numbers.
    static func json(_ labels: [String], _ values: [Double]) -> [UInt8] {
        var out = JSONWriter()
        out.object {
            $0.key("scalars")
            $0.array { out in
                for (label, value) in zip(labels, values) {
                    out.object {
                        $0.key("label")
                        $0.put(label)
                        $0.put("value", value)
                    }
                }
            }
        }
        return out.bytes
    }
}

/// A message of `/action/proposed`: a plan as the policy made it.
public struct PlanMessage: Decodable, Equatable, Sendable {
    /// Shape `[horizon, width]`; row 0 is for the step of the observation planned from.
    public var actions: [[Float]]

    /// The schema's properties.
    static let properties =
        #""actions":{"type":"array","items":{"type":"array","items":{"type":"number"}}}"#

    /// The message for a plan.
    static func json(_ actions: [Float], width: Int) -> [UInt8] {
        var out = JSONWriter()
        out.object {
            $0.key("actions")
            $0.array { out in
                for row in stride(from: 0, to: actions.count, by: max(1, width)) {
                    out.array { out in
                        for value in actions[row..<min(row + width, actions.count)] {
                            out.put(value)
                        }
                    }
                }
            }
        }
        return out.bytes
    }
}
