import Foundation
import Glibc
import Testing

/// Whether EGL and a driver are installed; the viewer's CI step makes sure of it.
private let hasEGL: Bool = {
    guard let library = dlopen("libEGL.so.1", RTLD_LAZY) else { return false }
    dlclose(library)
    return true
}()

@Suite struct ViewTests {
    private let run = [
        "task", "pick-place", "--policy", "expert", "--episodes", "2", "--clock", "lockstep",
        "--json",
    ]

    /// Width and height of a PNG file.
    private func size(ofPNG path: String) throws -> [Int] {
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        #expect(bytes.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        return [16, 20].map { at in
            bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
        }
    }

    @Test(.enabled(if: hasEGL, "install libegl1, libegl-mesa0 and libgl1-mesa-dri"))
    func `a picture is taken without a display and changes no episode`() throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let plain = try Simrun.run(run).json() as? [String: Any]
        let end = folder.appending(path: "end.png").path
        let middle = folder.appending(path: "middle.png").path
        for further in [
            ["--screenshot", end], ["--screenshot", middle, "--screenshot-at", "1.5", "--overlay"],
        ] {
            let pictured = try Simrun.run(run + further)
            #expect(pictured.status == 0, "\(pictured.errors)")
            let json = try pictured.json() as? [String: Any]
            let a = plain?["episodes"] as? [[String: AnyHashable]]
            let b = json?["episodes"] as? [[String: AnyHashable]]
            #expect(a == b && a?.count == 2)
        }
        #expect(try size(ofPNG: end) == [960, 720])
        #expect(try size(ofPNG: middle) == [960, 720])
        let pictures = try [end, middle].map { try Data(contentsOf: URL(filePath: $0)) }
        #expect(pictures[0] != pictures[1] && pictures.allSatisfy { $0.count > 20_000 })
    }

    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["DISPLAY"] == nil,
            "there is a display"
        ),
        arguments: [
            "task reach --policy expert --view", "collect reach --teleop keyboard --out x.hdf5",
        ]
    )
    func `without a display a window says what to do`(command: String) throws {
        let run = try Simrun.run(command.split(separator: " ").map(String.init))
        #expect(run.status == 2)
        #expect(run.output.isEmpty)
        // Which of the two depends on whether the library is installed.
        #expect(run.errors.contains("xvfb-run") || run.errors.contains("apt-get install libglfw3"))
        #expect(!FileManager.default.fileExists(atPath: "x.hdf5"))
    }
}
