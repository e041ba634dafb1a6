import Foundation
import Testing

@Suite struct ClocksCommandTests {
    @Test func `the default worlds are lockstep, measured and DP3's trace`() throws {
        let run = try Simrun.run(
            ["clocks", "reach", "--policy", "expert", "--episodes", "1", "--json"]
        )
        #expect(run.status == 0, "\(run.errors)")
        let report = try #require(run.json() as? [String: Any])
        let rows = try #require(report["rows"] as? [[String: Any]])
        #expect(rows.compactMap { $0["world"] as? String } == ["lockstep", "measured", "dp3"])
        #expect(rows[0]["success_rate"] as? Double == 1)
        #expect(rows[0]["misses"] as? Int == 0)
        // 132 ms are eight periods of 1/60 s.
        #expect(rows[2]["misses"] as? Int ?? 0 > 0)
    }

    @Test func `films the first episode of each world`() throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let run = try Simrun.run([
            "clocks", "reach", "--policy", "expert", "--episodes", "2",
            "--worlds", "lockstep,40ms", "--video", folder.path,
        ])
        #expect(run.status == 0, "\(run.errors)")
        let hasProgram = FileManager.default.isExecutableFile(atPath: "/usr/bin/ffmpeg")
        if hasProgram {
            for world in ["lockstep", "40ms"] {
                let files = try FileManager.default.contentsOfDirectory(
                    atPath: folder.path + "/" + world
                )
                #expect(files == ["reach-0.mp4"])
            }
        }
        #expect(run.output.contains("2/2"))
    }
}
