import Diagnostics
import Foundation
internal import GRDB
import Runtime

/// The results of a sweep in one SQLite file.
///
/// An episode is one row, unique by cell and seed, written in one transaction: whatever stops the
/// program, an episode is there whole or not at all, and never twice.
public final class SweepStore {
    /// How a file is opened.
    public enum Mode: Sendable {
        /// Made where it is missing, and written.
        case create
        /// Read and written; must be there.
        case write
        /// Read alone; must be there.
        case read
    }

    let storage: ResultsFile

    /// Opens results; `create` makes or migrates the tables.
    ///
    /// - Throws: `InputError` for a file of something else or of a newer program; ``StorageFault``.
    public init(path: String, mode: Mode) throws {
        storage = try ResultsFile(path: path, mode: mode)
        switch mode {
        case .create: try SweepSchema.migrate(storage)
        case .read, .write: try SweepSchema.check(storage, isNewAllowed: false)
        }
    }

    /// The file.
    public var path: String { storage.path }

    /// Makes the file stand alone, without a log beside it.
    public func seal() throws { try storage.seal() }

    /// Makes everything in `body` one transaction.
    public func transaction<Value>(_ body: () throws -> Value) throws -> Value {
        try storage.transaction(body)
    }

    /// How a sweep is named, and the text of its file.
    public struct Title: Equatable, Sendable {
        /// Its name.
        public var name: String
        /// The path of its file.
        public var file: String
        /// The file's text.
        public var yaml: String

        /// Creates a title.
        public init(name: String, file: String, yaml: String) {
            self.name = name
            self.file = file
            self.yaml = yaml
        }
    }

    /// The sweep's title; nil before the first plan.
    public func title() throws -> Title? {
        try storage.first("SELECT name, file, yaml FROM sweep") {
            Title(name: try $0.text(0), file: try $0.text(1), yaml: try $0.text(2))
        }
    }

    /// Writes the title over an earlier one.
    public func setTitle(_ title: Title) throws {
        try storage.run(
            """
            INSERT INTO sweep (one, name, file, yaml) VALUES (1, ?, ?, ?)
            ON CONFLICT (one) DO UPDATE SET name = excluded.name, file = excluded.file,
                yaml = excluded.yaml
            """,
            [title.name, title.file, title.yaml]
        )
    }

    // MARK: - Hosts

    /// A machine and program that ran episodes.
    public struct Host: Hashable, Sendable {
        /// The processor's name.
        public var cpu: String
        /// Its cores.
        public var cores: Int
        /// The instruction set in use.
        public var simd: String
        /// The program's version.
        public var version: String
        /// SHA-256 of the program.
        public var programSHA256: String
        /// Episodes side by side.
        public var jobs: Int

        /// Creates a host.
        public init(
            cpu: String,
            cores: Int,
            simd: String,
            version: String,
            programSHA256: String,
            jobs: Int
        ) {
            self.cpu = cpu
            self.cores = cores
            self.simd = simd
            self.version = version
            self.programSHA256 = programSHA256
            self.jobs = jobs
        }
    }

    /// The row of a host, added where it is new.
    public func id(of host: Host) throws -> Int {
        let values: StatementArguments = [
            host.cpu, host.cores, host.simd, host.version,
            host.programSHA256, host.jobs,
        ]
        try storage.run(
            """
            INSERT OR IGNORE INTO hosts (cpu, cores, simd, version, program_sha256, jobs)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            values
        )
        let id = try storage.first(
            """
            SELECT id FROM hosts WHERE cpu = ? AND cores = ? AND simd = ? AND version = ?
                AND program_sha256 = ? AND jobs = ?
            """,
            values
        ) { try $0.integer(0) }
        guard let id else { throw corrupt("hosts") }
        return id
    }

    /// Every host by its row.
    public func hosts() throws -> [Int: Host] {
        var hosts: [Int: Host] = [:]
        try storage.rows(
            "SELECT id, cpu, cores, simd, version, program_sha256, jobs FROM hosts ORDER BY id"
        ) { row in
            hosts[try row.integer(0)] = Host(
                cpu: try row.text(1),
                cores: try row.integer(2),
                simd: try row.text(3),
                version: try row.text(4),
                programSHA256: try row.text(5),
                jobs: try row.integer(6)
            )
        }
        return hosts
    }

    func corrupt(_ key: String) -> InputError {
        InputError(
            file: path,
            key: key,
            expected: "rows that simrun sweep wrote",
            found: "rows that do not fit together"
        )
    }
}
