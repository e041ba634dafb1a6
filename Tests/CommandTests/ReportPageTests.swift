import Foundation
import FoundationXML
import Results
import Runtime
import Testing

@testable import simrun

@Suite struct ReportPageTests {
    private static let hostile =
        "</title><script>alert(1)</script>\u{202E}\"'&<img src=x onerror=y>\u{0}"

    private func data(task: String = "reach") -> ReportData {
        var cell = ReportData.Cell(
            run: SweepCell.Run(
                task: task,
                robot: task,
                policy: task,
                clock: "charged",
                latency: "40ms",
                latencyMs: 40,
                execute: "replan",
                rateHz: 60,
                policyRateHz: 20,
                physicsHz: 240,
                targetSpeed: 0.1,
                instruction: task,
                until: "success",
                options: task,
                isReproducible: true
            ),
            hashes: SweepCell.Hashes(task: task, robot: task, policy: task, latency: task),
            arguments: [task, "--instruction=" + task],
            seeds: SeedRanges([0, 1, 2, 9])
        )
        cell.tally.add(seed: 0, success: true, misses: 3)
        cell.tally.add(seed: 1, success: false, misses: 1)
        cell.failures = [
            ReportData.Failure(
                seed: 1,
                cause: task,
                kind: "latency",
                elapsed: 2,
                stateHash: "0",
                pictures: .strip([(seconds: 1.5, jpeg: Data([1, 2, 3]))])
            )
        ]
        cell.stages.add(7, toBucket: 120, of: .tick)
        cell.timelines = [
            ReportData.Timeline(
                seed: 1,
                isSuccess: false,
                ticks: (0..<50).map { index in
                    SweepTick(
                        tick: 3 * index,
                        planned: true,
                        sense: 10,
                        infer: 500,
                        rerank: 0,
                        act: 5,
                        step: 100,
                        charge: 40_000,
                        misses: 2
                    )
                }
            )
        ]
        var other = cell
        other.run.latencyMs = 0
        other.run.latency = "free"
        return ReportData(title: task, source: task, cells: [cell, other], hosts: [])
    }

    @Test func `data never becomes markup`() {
        let html = ReportPage(data: data(task: Self.hostile)).html
        #expect(!html.contains("<script>alert"))
        #expect(!html.contains("<img src=x"))
        #expect(!html.contains("\u{202E}") && !html.contains("\u{0}"))
        #expect(html.components(separatedBy: "<script>").count == 2)
        #expect(html.components(separatedBy: "</script>").count == 2)
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    }

    @Test func `the page is well-formed, and every name in it is there once`() throws {
        for task in ["reach", Self.hostile] {
            let html = ReportPage(data: data(task: task)).html
            let xml = try Self.closingVoids(html)
            let parser = XMLParser(data: Data(xml.utf8))
            let reader = IDReader()
            parser.delegate = reader
            #expect(
                parser.parse(),
                "\(String(describing: parser.parserError)) \(parser.lineNumber)"
            )
            #expect(Set(reader.ids).count == reader.ids.count)
            #expect(Set(reader.links).subtracting(reader.ids).isEmpty, "\(reader.links)")
        }
    }

    @Test func `the page loads nothing and runs its own script alone`() throws {
        let html = ReportPage(data: data()).html
        #expect(html.contains("default-src &#39;none&#39;"))
        #expect(html.contains("sha256-\(ReportScript.digest)"))
        let script = try #require(
            html.components(separatedBy: "<script>").last?.components(separatedBy: "</script>")
                .first
        )
        #expect(script == ReportScript.text, "the digest is of these very bytes")
        for word in ["http://", "https://", "url(", "@import", "src=\"/"] {
            #expect(!html.contains(word), "\(word)")
        }
    }

    @Test func `what a reader looks for is there`() {
        let html = ReportPage(data: data()).html
        for words in [
            "Skip to the results", "<caption", "scope=\"col\"", "scope=\"row\"", "role=\"img\"",
            "prefers-color-scheme: dark", "alt=\"reach, seed 1", "data:image/jpeg;base64,AQID",
            "--seed 1 --episodes 1", "--seed 0 --episodes 3", "--seed 9 --episodes 1",
            "50 ticks lost 100 control periods", "Wilson",
        ] {
            #expect(html.contains(words), "\(words) is missing")
        }
    }

    @Test func `commands are what a shell reads back`() throws {
        let cell = data(task: "it's; rm -rf $HOME").cells[0]
        let command = CommandSection.command(cell, seed: 3, episodes: 2)
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "set -- \(command); printf '%s\\n' \"$@\""]
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let words = String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(
            words == [
                "simrun", "task", "it's; rm -rf $HOME", "--instruction=it's; rm -rf $HOME",
                "--seed", "3", "--episodes", "2",
            ]
        )
    }

    @Test func `a command line is taken apart and put together`() {
        let argv = [
            "simrun", "task", "--episodes", "5", "reach", "--policy", "expert", "--json",
            "--latency=40ms", "--record", "out", "--live", "--jobs=2", "--seed", "7",
        ]
        #expect(TaskArguments.plain(argv) == ["reach", "--policy=expert", "--latency=40ms"])
        #expect(TaskArguments.jobs(of: argv) == 2)
        #expect(TaskArguments.plain(["simrun", "latency", "reach", "x"]).isEmpty)
    }

    /// HTML as XML: the elements that HTML leaves open are closed.
    private static func closingVoids(_ html: String) throws -> String {
        var text = html.replacing("<!DOCTYPE html>", with: "")
        text = text.replacing(/<((?:meta|link|img|br)\b[^>]*)>/) { "<\($0.output.1)/>" }
        text = text.replacing(" hidden>", with: " hidden=\"\">")
            .replacing("<video controls ", with: "<video controls=\"\" ")
        // Script and style hold what XML would read as markup.
        return text.replacing(/(?s)<script>.*?<\/script>/, with: "")
            .replacing(/(?s)<style>.*?<\/style>/, with: "")
    }

    private final class IDReader: NSObject, XMLParserDelegate {
        var ids: [String] = []
        var links: [String] = []

        func parser(
            _ parser: XMLParser,
            didStartElement elementName: String,
            namespaceURI: String?,
            qualifiedName: String?,
            attributes: [String: String]
        ) {
            if let id = attributes["id"] { ids.append(id) }
            for name in ["aria-labelledby", "data-of"] {
                links += (attributes[name] ?? "").split(separator: " ").map(String.init)
            }
            if let link = attributes["href"], link.hasPrefix("#") {
                links.append(String(link.dropFirst()))
            }
        }
    }
}
