import Diagnostics
import Foundation

/// The batch scripts of a sweep as a Slurm array: a task a shard, then the merge.
struct SlurmScript {
    let folder: SweepFolder
    let name: String
    let shards: Int
    /// Episodes side by side in one task.
    let jobs: Int
    /// Flags of `simrun sweep` that every task needs: search paths, the timeout.
    let flags: [String]
    /// The instruction set that all nodes use, so that all give the same results.
    let simd: String

    /// The program that submits, by its own path.
    static var program: String {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path
    }

    /// The script of the array's tasks.
    var array: String {
        """
        #!/bin/bash
        # Written by simrun sweep: one task for each of \(shards) shards. A task that was killed goes
        # on where it stopped when it is requeued.
        #SBATCH --job-name=simrun-\(plainName)
        #SBATCH --array=0-\(shards - 1)
        #SBATCH --ntasks=1
        #SBATCH --cpus-per-task=\(jobs)
        #SBATCH --requeue
        #SBATCH --open-mode=append
        set -eu
        \(environment)
        exec \(command(["--shard", "@/\(shards)", "--jobs", "\(jobs)"] + flags))

        """.replacing("'@/\(shards)'", with: "\"$SLURM_ARRAY_TASK_ID/\(shards)\"")
            .replacing("@/\(shards)", with: "\"$SLURM_ARRAY_TASK_ID/\(shards)\"")
    }

    /// The script of the job that merges what the tasks have left.
    var merge: String {
        """
        #!/bin/bash
        # Written by simrun sweep: merges the shards when the array has ended.
        #SBATCH --job-name=simrun-\(plainName)-merge
        #SBATCH --ntasks=1
        #SBATCH --open-mode=append
        set -eu
        \(environment)
        exec \(command(["--merge"] + flags))

        """
    }

    private var environment: String {
        """
        export SIMRUN_HOME=\(CommandText.quoted(Home.folder))
        export SIMRUN_ISA=\(simd)
        """
    }

    private func command(_ more: [String]) -> String {
        ([Self.program, "sweep", folder.copy, "--out", folder.path] + more)
            .map(CommandText.quoted).joined(separator: " ")
    }

    /// The name as Slurm's lists show it well.
    private var plainName: String {
        let plain = name.map { character in
            character.isASCII && (character.isLetter || character.isNumber || character == "-")
                ? character : "-"
        }
        return String(plain.prefix(40))
    }
}
