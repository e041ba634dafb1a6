import Diagnostics
import Foundation
import Policies
import Runtime
import Serving

extension RemoteServer {
    /// How long a reply may take.
    static let deadline = TimeSpan.seconds(30)

    /// The server of `--policy ws://HOST:PORT` or `wss://`; its key comes from the environment.
    ///
    /// - Throws: `InputError` if it cannot be had.
    convenience init(named name: String, map: BoundMap? = nil) throws(InputError) {
        let address = try PolicyAddress(name)
        let options = try PolicyConnectionOptions(
            apiKey: ProcessInfo.processInfo.environment[ProbeCommand.keyVariable],
            authorities: ProcessInfo.processInfo.environment[ProbeCommand.authoritiesVariable]
        )
        do throws(PolicyConnectionError) {
            try self.init(address, options: options, map: map)
        } catch {
            throw InputError(
                key: "--policy \(address)",
                expected: "a policy server",
                found: "\(error)"
            )
        }
    }

    /// Refuses a robot or task that the policy was not made for, as far as the server says.
    func requireFits(_ context: PolicyContext) throws(InputError) {
        func require<Value: Equatable>(
            _ key: String,
            _ found: Value?,
            _ expected: Value
        ) throws(InputError) {
            guard let found, found != expected else { return }
            throw InputError(
                file: "\(address)",
                key: key,
                expected: "the task's \(expected)",
                found: "\(found)"
            )
        }
        try require("robot", description.robot, context.robot)
        try require("control_mode", description.controlMode, context.controlMode)
        try require("policy_rate_hz", description.policyHertz, context.policyRateHz)
        try require("action_dim", Optional(shape.actionWidth), context.actionWidth)
    }
}
