import Runtime
import Spatial
import Testing

@testable import Serving

@Suite struct PolicyReplyTests {
    private func reply(_ entries: [MessagePackValue.Entry]) -> PolicyReply {
        PolicyReply(fields: .map(entries), byteCount: 0)
    }

    private func numbers(_ values: Double...) -> MessagePackValue {
        .array(values.map { .real($0) })
    }

    @Test func `lists of numbers are an action chunk too`() throws {
        let actions = try #require(
            reply([.init("actions", .array([numbers(1, 2, 3), numbers(4, 5, 6)]))]).actions
        )
        #expect(actions.shape == [2, 3])
        #expect(actions.doubles() == [1, 2, 3, 4, 5, 6])
    }

    @Test func `what is no box of numbers is no action chunk`() {
        let wrong: [MessagePackValue] = [
            .null, .string("up"), .real(1), .array([numbers(1, 2), numbers(3)]),
            .array([numbers(1), .real(2)]), .array([.real(1), numbers(2)]),
            .array([.string("up")]), .map([]),
        ]
        for value in wrong { #expect(reply([.init("actions", value)]).actions == nil, "\(value)") }
        #expect(reply([]).actions == nil)
    }

    @Test func `timings are read where they make sense`() {
        let said = reply([
            .init(
                "server_timing",
                .map([.init("infer_ms", .real(41.5)), .init("prev_total_ms", .integer(50))])
            ),
            .init("policy_timing", .map([.init("infer_ms", .ndarray(NumpyArray([40])))])),
        ])
        #expect(said.serverInfer == .milliseconds(41.5))
        #expect(said.previousRound == .milliseconds(50))
        #expect(said.policyInfer == .milliseconds(40))
        for value: MessagePackValue in [.real(.nan), .real(-1), .real(.infinity), .string("4")] {
            #expect(
                reply([.init("server_timing", .map([.init("infer_ms", value)]))]).serverInfer == nil
            )
        }
        #expect(reply([]).policyInfer == nil)
    }

    @Test func `what the policy did not take is outside`() {
        let sample = ServerProbe.Sample(
            roundTrip: .milliseconds(50),
            serverInfer: .milliseconds(41),
            policyInfer: .milliseconds(40)
        )
        #expect(sample.outside == .milliseconds(9))
        #expect(ServerProbe.Sample(roundTrip: .zero).outside == nil)
    }

    @Test func `observations have the published shapes and are drawn anew`() {
        var random = RandomStream(seed: 1)
        let first = ObservationTemplate.droid.observation(&random)
        let second = ObservationTemplate.droid.observation(&random)
        #expect(first["observation/wrist_image_left"] != second["observation/wrist_image_left"])
        #expect(first["prompt"] == second["prompt"])
        guard case .ndarray(let joints)? = first["observation/joint_position"],
            case .ndarray(let picture)? = first["observation/exterior_image_1_left"],
            case .ndarray(let state)? = ObservationTemplate.libero.observation(&random)[
                "observation/state"
            ],
            case .ndarray(let camera)? = ObservationTemplate.aloha.observation(&random)["images"]?[
                "cam_low"
            ]
        else {
            Issue.record("an array is missing")
            return
        }
        #expect(joints.description == "float32 [7]")
        #expect(joints.doubles().allSatisfy { (-1..<1).contains($0) })
        #expect(picture.description == "uint8 [224, 224, 3]")
        #expect(Set(picture.bytes).count == 256)
        #expect(state.description == "float32 [8]")
        #expect(camera.description == "uint8 [3, 224, 224]")
        let other = ObservationTemplate.aloha.with(prompt: "fold").observation(&random)
        #expect(other["prompt"] == .string("fold") && other.keys == ["state", "images", "prompt"])
    }
}
