import Foundation
import Testing

@testable import Runtime

@Suite struct StealClockTests {
    private func stolenSteps(_ text: String) -> Int64? {
        Array(text.utf8).withUnsafeBytes { StealClock.stolenSteps(in: $0) }
    }

    private func waited(_ text: String) -> Int64? {
        Array(text.utf8).withUnsafeBytes { StealClock.waited(in: $0) }
    }

    @Test func `the steal column is the eighth number of the line over all processors`() {
        let text = """
            cpu  1481792 113921 69363 609638 4516 17 1077 6224 3 4
            cpu0 735012 48962 32591 322266 1177 0 43 3078 0 0

            """
        #expect(stolenSteps(text) == 6224)
    }

    @Test(arguments: [
        "", "c", "cpu", "cpu ", "cpu  1 2 3 4 5 6 7", "cpu  1 2 3 4 5 6 7\ncpu0 8 9",
        "cpu0 1 2 3 4 5 6 7 8 9\n", "cpu  1 2 3 4 5 6 7 x 9\n", "cpu  1 2 3 4 5 6 7 62",
        "cpu  1 2 3 4 5 6 7 99999999999999999999 9\n", "intr 1 2 3 4 5 6 7 8 9\n",
    ])
    func `a text without a whole steal column gives nothing`(text: String) {
        #expect(stolenSteps(text) == nil)
    }

    @Test func `kernels without guest columns end the line at steal`() {
        #expect(stolenSteps("cpu  1 2 3 4 5 6 7 8\n") == 8)
    }

    @Test func `the run-queue delay is the second number of schedstat`() {
        #expect(waited("193128 4711 12\n") == 4711)
        #expect(waited("193128 0 12\n") == 0)
        #expect(waited("193128") == nil)
        #expect(waited("193128 47") == nil)
        #expect(waited("193128 -3 1\n") == nil)
    }

    @Test func `a step is a hundredth of a second where the kernel counts a hundred`() {
        #expect(StealClock.step(ticksPerSecond: 100) == .milliseconds(10))
        #expect(StealClock.step(ticksPerSecond: -1) == .zero)
    }

    @Test func `missing files give zero`() {
        let clock = StealClock(stat: "/nowhere/stat", schedule: "/nowhere/schedstat")
        #expect(clock.read() == (stolen: .zero, waited: .zero))
    }

    @Test func `files are read anew each time`() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "steal-\(ProcessInfo.processInfo.globallyUniqueString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let stat = folder.appending(path: "stat")
        let schedule = folder.appending(path: "schedstat")
        try Data("cpu  1 2 3 4 5 6 7 8 9 10\n".utf8).write(to: stat)
        try Data("1 2000 3\n".utf8).write(to: schedule)
        let clock = StealClock(stat: stat.path, schedule: schedule.path)
        #expect(
            clock.read().stolen == StealClock.step(ticksPerSecond: sysconf(Int32(_SC_CLK_TCK))) * 8
        )
        #expect(clock.read().waited == .microseconds(2))

        // In place: the clock keeps the file open.
        let file = try FileHandle(forWritingTo: schedule)
        try file.write(contentsOf: Data("1 9000 3\n".utf8))
        try file.close()
        #expect(clock.read().waited == .microseconds(9))
    }

    @Test func `this machine's figures never go back`() {
        let clock = StealClock()
        var last = clock.read()
        for _ in 0..<100 {
            let now = clock.read()
            #expect(now.stolen >= last.stolen && now.waited >= last.waited)
            last = now
        }
    }
}
