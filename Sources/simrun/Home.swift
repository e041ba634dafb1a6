import Diagnostics
import Foundation

/// Where the shipped robots, tasks and policies lie.
///
/// `SIMRUN_HOME`, else the working directory, else the nearest folder above the program that
/// holds them.
enum Home {
    static let folder: String = {
        if let named = ProcessInfo.processInfo.environment["SIMRUN_HOME"] { return named }
        let working = FileManager.default.currentDirectoryPath
        if holdsHouse(working) { return working }
        var folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        while folder.path != "/" {
            folder = folder.deletingLastPathComponent()
            if holdsHouse(folder.path) { return folder.path }
        }
        return working
    }()

    private static func holdsHouse(_ folder: String) -> Bool {
        ["tasks", "robots", "assets/policies"].allSatisfy {
            FileManager.default.fileExists(atPath: folder + "/" + $0)
        }
    }
}
