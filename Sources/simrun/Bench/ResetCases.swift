import Diagnostics
import Tasks

/// How long it takes to build each task's world anew, ready for its first tick.
struct ResetCases {
    var paths: SearchPaths

    /// One case a task that can be found.
    func cases() -> [BenchCase] {
        TaskLibrary(folders: paths.taskFolders).names.map { name in
            BenchCase(name: "reset/\(name)", dtype: "fp64") {
                var plant = try BenchScene(task: name, paths: paths).plant
                var seed: UInt64 = 0
                return BenchWork {
                    try plant.reset(seed: seed)
                    seed += 1
                }
            }
        }
    }
}
