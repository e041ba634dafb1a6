import ArgumentParser
import Diagnostics
import Foundation
import Results

/// `simrun report`: one page of a sweep or of runs.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write one self-contained HTML page about a sweep or about runs.",
        discussion: """
            DIR is the folder of a sweep, or one with what simrun task --json, --record and --video \
            wrote. The page needs no network. Failed episodes of reproducible runs are run again for \
            pictures, and some are looked into as simrun why does.
            """
    )

    /// The largest page.
    private static let maximumBytes = 10_000_000

    @Argument(help: "The folder of a sweep, or of runs.")
    var dir: String

    @Option(help: ArgumentHelp("The page.", valueName: "file.html"))
    var out: String = "report.html"

    @Option(help: "Failed episodes that get pictures; 0 for none.")
    var pictures: Int = 12

    @Option(help: "Failed episodes that are classed by re-runs, as simrun why does; 0 for none.")
    var why: Int = 4

    func run() throws {
        Interrupt.listen()
        guard (0...1000).contains(why) else {
            throw InputError(key: "--why", expected: "0 to 1000", found: "\(why)")
        }
        guard (0...100).contains(pictures) else {
            throw InputError(key: "--pictures", expected: "0 to 100", found: "\(pictures)")
        }
        try WholeFile.check(out)
        do {
            var data = try read()
            if pictures > 0 { try FrameStrips.add(to: &data, limit: pictures) }
            try FailureKinds.add(to: &data, limit: why)
            let html = ReportPage(data: data).html
            guard html.utf8.count <= Self.maximumBytes else {
                throw InputError(
                    file: dir,
                    expected: "a page of at most \(Self.maximumBytes) bytes; take fewer --pictures,"
                        + " or a smaller sweep",
                    found: "\(html.utf8.count)"
                )
            }
            try WholeFile.write(html, to: out)
        } catch let fault as StorageFault {
            throw Outcome.fault(fault.description, lastTicks: [])
        }
        Console.errorText("\(out) is written")
    }

    private func read() throws -> ReportData {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: dir, isDirectory: &isFolder),
            isFolder.boolValue
        else {
            throw InputError(file: dir, expected: "a folder", found: "none")
        }
        let results = SweepFolder(path: dir, file: nil).results
        guard FileManager.default.fileExists(atPath: results) else {
            return try ReportData(runsIn: dir)
        }
        return try ReportData(sweep: SweepStore(path: results, mode: .read), source: dir)
    }
}
