import Foundation
import Diagnostics
import Spatial
import Testing

@testable import Robots

/// More rounds for the long tests: `SIMRUN_FUZZ_SCALE` times as many.
private let fuzzScale =
    ProcessInfo.processInfo.environment["SIMRUN_FUZZ_SCALE"].flatMap { Int($0) } ?? 1

/// Mutated robot files are read or refused; none traps, hangs or throws anything else.
@Suite struct RobotFuzzTests {
    /// One to four edits: a byte replaced, a run deleted, doubled, or a token put in.
    static func mutated(_ text: String, _ random: inout RandomStream) -> String {
        var bytes = Array(text.utf8)
        let tokens = [
            "nan", "1e999", "-", "<", ">", "\"", "/>", "<link name=\"", "[", "{", "]", ": ", "\n",
            "\t", "&a", "*a", "- - -", "'", "?", "0", "\u{1F916}", "\0", "--", "|", "<!--", "%",
        ]
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let at = Int.random(in: 0..<bytes.count, using: &random)
            let end = min(bytes.count, at + Int.random(in: 1...60, using: &random))
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[at] = UInt8.random(in: 1...126, using: &random)
            case 1: bytes.removeSubrange(at..<end)
            case 2: bytes.insert(contentsOf: bytes[at..<end], at: at)
            case 3:
                let token = tokens[Int.random(in: 0..<tokens.count, using: &random)]
                bytes.insert(contentsOf: token.utf8, at: at)
            default: bytes.removeSubrange(at...)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func mutatedURDFNeverTraps() throws {
        let yaml = try Panda.text("robot.yaml")
        let urdf = try Panda.text("robot.urdf")
        var random = RandomStream(seed: 11)
        var refused = 0
        for _ in 0..<200 * fuzzScale {
            do throws(InputError) {
                let text = Self.mutated(urdf, &random)
                let robot = try RobotModel.parse(name: "panda", yaml: yaml, urdf: text)
                #expect(robot.links.count == 9)
            } catch {
                refused += 1
                #expect(error.file != nil, "\(error)")
            }
        }
        #expect(refused > 100)
    }

    @Test func mutatedYAMLNeverTraps() throws {
        let yaml = try Panda.text("robot.yaml")
        let urdf = try Panda.text("robot.urdf")
        var random = RandomStream(seed: 12)
        var refused = 0
        for _ in 0..<200 * fuzzScale {
            do throws(InputError) {
                let text = Self.mutated(yaml, &random)
                _ = try RobotModel.parse(name: "panda", yaml: text, urdf: urdf)
            } catch {
                refused += 1
                #expect(error.file != nil, "\(error)")
            }
        }
        #expect(refused > 100)
    }
}
