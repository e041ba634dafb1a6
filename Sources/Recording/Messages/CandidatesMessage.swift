/// A message of `/action/candidates`: the plans that a policy drew for one observation, and what a
/// critic thought of them.
///
/// Sent before the `/action/proposed` of the same tick.
public struct CandidatesMessage: Decodable, Equatable, Sendable {
    /// The topic, which only recordings of policies that draw several plans have.
    public static let topic = "/action/candidates"

    /// The candidate that became the plan.
    public var chosen: Int
    /// What each was found worth; null for one that was dropped.
    public var values: [Float?]
    /// Shape `[candidates, horizon, width]`, rows as in ``PlanMessage``.
    public var actions: [[[Float]]]

    /// The schema's properties.
    static let properties =
        #""chosen":{"type":"integer"},"values":{"type":"array","items":{"type":["number","null"]}},"#
        + #""actions":{"type":"array","items":{"type":"array","items":{"type":"array","#
        + #""items":{"type":"number"}}}}"#

    /// The message for candidates whose numbers lie one after the other.
    static func json(
        chosen: Int,
        values: [Float],
        actions: [Float],
        horizon: Int,
        width: Int
    ) -> [UInt8] {
        var out = JSONWriter()
        out.object {
            $0.put("chosen", chosen)
            $0.key("values")
            $0.array { out in for value in values { out.put(value) } }
            $0.key("actions")
            $0.array { out in
                for candidate in values.indices {
                    out.array { out in
                        for row in 0..<horizon {
                            let at = (candidate * horizon + row) * width
                            out.array { out in
                                for value in actions[at..<at + width] { out.put(value) }
                            }
                        }
                    }
                }
            }
        }
        return out.bytes
    }
}
