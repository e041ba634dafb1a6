import Foundation
import Testing

@Suite struct ReportCommandTests {
    private func page(of folder: URL, _ more: [String] = []) throws -> (run: Simrun, html: String) {
        let out = folder.appending(path: "page.html")
        let run = try Simrun.run(["report", folder.path, "--out", out.path] + more)
        let html = (try? String(contentsOf: out, encoding: .utf8)) ?? ""
        return (run, html)
    }

    @Test func `a sweep's page shows its failures run again, and says whose they were`() throws {
        let yaml = """
            name: late
            seeds: 0 to 1
            tasks: [conveyor-pick]
            policies: [expert]
            latencies: [free, 400 ms]
            """
        try SweepTesting.with(yaml) { sweep in
            #expect(try sweep.run().status == 0)
            let out = sweep.folder.appending(path: "page.html").path
            let run = try Simrun.run([
                "report", sweep.out, "--out", out, "--pictures", "1", "--why", "0",
            ])
            #expect(run.status == 0, "\(run.errors)")
            let html = try String(contentsOf: URL(filePath: out), encoding: .utf8)
            #expect(html.contains("2 of 4 episodes succeeded"))
            #expect(html.components(separatedBy: "data:image/jpeg;base64,").count == 7)
            #expect(html.contains("class: latency"), "the twins without latency succeeded")
            #expect(html.utf8.count < 1_000_000)
        }
    }

    @Test func `JSON and recordings of simrun task make a page`() throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let run = try Simrun.run([
            "task", "conveyor-pick", "--policy", "expert", "--episodes", "1", "--latency", "400ms",
            "--json", "--record", folder.path, "--no-record-images",
        ])
        #expect(run.status == 0, "\(run.errors)")
        // Recordings alone, then with the JSON beside them: the same episode, not another.
        let bare = try page(of: folder, ["--pictures", "0", "--why", "1"])
        #expect(bare.run.status == 0, "\(bare.run.errors)")
        #expect(bare.html.contains("0 of 1 episodes succeeded"), "\(bare.html.prefix(3000))")
        #expect(bare.html.contains("class: latency"))
        #expect(bare.html.contains("Ticks and overruns"))
        try Data(run.output.utf8).write(to: folder.appending(path: "run.json"))
        let both = try page(of: folder, ["--pictures", "1", "--why", "0"])
        #expect(both.html.contains("0 of 1 episodes succeeded"))
        #expect(both.html.contains("data:image/jpeg;base64,"))
        #expect(both.html.contains("Ticks and overruns"))
    }

    @Test func `a folder of nothing is refused`() throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(try page(of: folder).run.status == 2)
        try Data("{}".utf8).write(to: folder.appending(path: "other.json"))
        let run = try page(of: folder).run
        #expect(run.status == 2 && run.errors.contains("sweep.sqlite"), "\(run.errors)")
        #expect(try Simrun.run(["report", "/nowhere"]).status == 2)
    }
}
