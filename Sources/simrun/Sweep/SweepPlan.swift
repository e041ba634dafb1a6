import Diagnostics
import Foundation
import Policies
import Results
import Robots
import Runtime
import Tasks

/// A sweep's cells, all of them loaded and checked before the first episode.
struct SweepPlan {
    static let maximumCells = 10_000
    static let maximumEpisodes = 10_000_000

    let file: SweepFile
    /// In the order of tables: grid by grid, the last list varies fastest.
    let cells: [SweepCell]

    /// Loads what every cell names.
    ///
    /// - Throws: `InputError` at the line that asks for what cannot be.
    init(file: SweepFile, paths: SearchPaths) throws(InputError) {
        self.file = file
        try Self.requireSize(file)
        var cells: [SweepCell] = []
        var places: [String: YAMLPlace?] = [:]
        for grid in file.grids {
            try Self.requireNames(grid, paths: paths)
            for combination in SweepCombination.all(of: grid) {
                let cell = try combination.cell(paths: paths)
                try combination.refuseMeasured(cell, in: file)
                guard places.updateValue(combination.task.place, forKey: cell.identity) == nil
                else {
                    throw combination.error(
                        expected: "each cell once",
                        found: "\(cell.run.words) again"
                    )
                }
                cells.append(cell)
            }
        }
        self.cells = cells
    }

    /// Episodes of all cells.
    var episodeCount: Int { cells.reduce(0) { $0 + $1.seeds.seeds.count } }

    /// Whether every cell gives the same results on each run.
    var isReproducible: Bool { cells.allSatisfy(\.run.isReproducible) }

    private static func requireSize(_ file: SweepFile) throws(InputError) {
        var cells = 0
        var episodes = 0
        for grid in file.grids {
            cells += min(grid.cellCount, maximumCells + 1)
            episodes += min(grid.cellCount, maximumCells + 1) * (grid.seeds?.value.seeds.count ?? 0)
        }
        guard cells <= maximumCells, episodes <= maximumEpisodes else {
            throw InputError(
                file: file.path,
                expected: "at most \(maximumCells) cells and \(maximumEpisodes) episodes",
                found: cells > maximumCells ? "more cells" : "\(episodes) episodes"
            )
        }
    }

    /// Loads each name of a grid by itself, so that a mistake is told at its own line.
    private static func requireNames(
        _ grid: SweepGrid,
        paths: SearchPaths
    ) throws(InputError) {
        let tasks = TaskLibrary(folders: paths.taskFolders)
        let robots = RobotLibrary(searchPaths: paths.robotFolders)
        let policies = PolicyLibrary(searchPaths: paths.policyFolders)
        for task in grid.tasks {
            try at(task.place) { () throws(InputError) in _ = try tasks.task(named: task.value) }
        }
        for robot in grid.robots {
            guard let name = robot.value else { continue }
            try at(robot.place) { () throws(InputError) in _ = try robots.load(name) }
        }
        for policy in grid.policies {
            guard let name = policy.value, !["expert", "random"].contains(name),
                !name.contains("://")
            else { continue }
            try at(policy.place) { () throws(InputError) in _ = try policies.directory(of: name) }
        }
    }

    private static func at(
        _ place: YAMLPlace?,
        _ body: () throws(InputError) -> Void
    ) throws(InputError) {
        do {
            try body()
        } catch {
            throw SweepCombination.placed(error, at: place)
        }
    }
}
