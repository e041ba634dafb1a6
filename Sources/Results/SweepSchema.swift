import Diagnostics
internal import GRDB

/// The tables of a sweep's file, and the steps from each version of them to the next.
///
/// GRDB keeps the names of the steps that a file has taken in its table `grdb_migrations`;
/// `application_id` tells a sweep from other databases. The tables are documented, with queries, in
/// docs/sweeps.md.
enum SweepSchema {
    /// "smrn".
    static let application = 0x736D_726E

    /// Takes the steps that the file lacks.
    ///
    /// - Throws: `InputError` for a database of something else, or of a newer program.
    static func migrate(_ storage: ResultsFile) throws {
        try check(storage, isNewAllowed: true)
        try storage.migrate(by: migrator)
    }

    /// Checks that a file is a sweep's and that this program knows its tables.
    ///
    /// - Parameter isNewAllowed: Whether a database without any table will do.
    /// - Throws: `InputError` for a database of something else, or of another program's version.
    static func check(_ storage: ResultsFile, isNewAllowed: Bool) throws {
        try storage.access { database in
            let owner = try Int.fetchOne(database, sql: "PRAGMA application_id")
            let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema")
            let isNew = owner == 0 && tables == 0
            if isNew, isNewAllowed { return }
            guard owner == application else {
                throw InputError(
                    file: storage.path,
                    expected: "results that simrun sweep wrote",
                    found: "another database"
                )
            }
            let taken = try migrator.appliedIdentifiers(database)
            if let strange = taken.subtracting(migrator.migrations).min() {
                throw mismatch(storage, found: "the step \"\(strange)\", by another simrun")
            }
            let missing = migrator.migrations.first { !taken.contains($0) }
            // A sweep's file without any step is older than the steps.
            if let missing, !isNewAllowed || taken.isEmpty {
                throw mismatch(storage, found: "none of the step \"\(missing)\"")
            }
        }
    }

    private static func mismatch(_ storage: ResultsFile, found: String) -> InputError {
        InputError(
            file: storage.path,
            key: "grdb_migrations",
            expected: "tables after the steps " + migrator.migrations.joined(separator: ", "),
            found: found
        )
    }

    /// The steps, in order.
    ///
    /// A step that was released is never changed.
    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("cells and episodes") { database in
            try database.execute(
                sql: """
                    PRAGMA application_id = 0x736D726E;

                    CREATE TABLE sweep (
                        one INTEGER PRIMARY KEY CHECK (one = 1),
                        name TEXT NOT NULL,
                        file TEXT NOT NULL,
                        yaml TEXT NOT NULL
                    );

                    CREATE TABLE cells (
                        id INTEGER PRIMARY KEY,
                        ordinal INTEGER NOT NULL,
                        key TEXT NOT NULL UNIQUE,
                        task TEXT NOT NULL,
                        robot TEXT NOT NULL,
                        policy TEXT NOT NULL,
                        clock TEXT NOT NULL,
                        latency TEXT NOT NULL,
                        latency_ms REAL,
                        execute TEXT NOT NULL,
                        rate_hz REAL NOT NULL,
                        policy_rate_hz REAL NOT NULL,
                        physics_hz REAL NOT NULL,
                        target_speed REAL,
                        instruction TEXT,
                        until TEXT NOT NULL,
                        options TEXT NOT NULL,
                        reproducible INTEGER NOT NULL,
                        task_sha256 TEXT NOT NULL,
                        robot_hash TEXT NOT NULL,
                        policy_sha256 TEXT,
                        latency_sha256 TEXT,
                        arguments TEXT NOT NULL,
                        seeds TEXT NOT NULL,
                        planned INTEGER NOT NULL
                    );

                    CREATE TABLE hosts (
                        id INTEGER PRIMARY KEY,
                        cpu TEXT NOT NULL,
                        cores INTEGER NOT NULL,
                        simd TEXT NOT NULL,
                        version TEXT NOT NULL,
                        program_sha256 TEXT NOT NULL,
                        jobs INTEGER NOT NULL,
                        UNIQUE (cpu, cores, simd, version, program_sha256, jobs)
                    );

                    CREATE TABLE episodes (
                        id INTEGER PRIMARY KEY,
                        cell_id INTEGER NOT NULL REFERENCES cells (id),
                        seed INTEGER NOT NULL,
                        host_id INTEGER NOT NULL REFERENCES hosts (id),
                        attempts INTEGER NOT NULL,
                        broken TEXT,
                        success INTEGER,
                        success_at_end INTEGER,
                        success_once INTEGER,
                        success_at_s REAL,
                        end_reason TEXT,
                        cause TEXT,
                        instruction TEXT,
                        ticks INTEGER,
                        misses INTEGER,
                        elapsed_s REAL,
                        state_hash TEXT,
                        tick_p50_us REAL,
                        tick_p99_us REAL,
                        tick_max_us REAL,
                        infer_p50_us REAL,
                        infer_p99_us REAL,
                        infer_max_us REAL,
                        stages TEXT,
                        wall_s REAL NOT NULL,
                        UNIQUE (cell_id, seed),
                        CHECK ((broken IS NULL) = (success IS NOT NULL))
                    );

                    CREATE TABLE ticks (
                        episode_id INTEGER NOT NULL REFERENCES episodes (id) ON DELETE CASCADE,
                        tick INTEGER NOT NULL,
                        planned INTEGER NOT NULL,
                        sense_us REAL NOT NULL,
                        infer_us REAL NOT NULL,
                        rerank_us REAL NOT NULL,
                        act_us REAL NOT NULL,
                        step_us REAL NOT NULL,
                        charge_us REAL NOT NULL,
                        misses INTEGER NOT NULL,
                        PRIMARY KEY (episode_id, tick)
                    ) WITHOUT ROWID;

                    CREATE VIEW results AS
                    SELECT c.ordinal, c.task, c.robot, c.policy, c.clock, c.latency, c.execute, c.rate_hz,
                        c.target_speed, c.options, c.until, e.seed, e.broken IS NOT NULL AS broken,
                        e.success, e.success_at_end, e.success_once, e.success_at_s, e.end_reason, e.cause,
                        e.instruction, e.ticks, e.misses, e.elapsed_s, e.state_hash
                    FROM episodes AS e JOIN cells AS c ON c.id = e.cell_id
                    ORDER BY c.ordinal, e.seed;

                    CREATE VIEW success AS
                    SELECT c.ordinal, c.task, c.robot, c.policy, c.clock, c.latency, c.execute, c.rate_hz,
                        c.target_speed, c.instruction, c.options, c.until, c.planned,
                        count(e.id) AS episodes, coalesce(sum(e.success), 0) AS successes,
                        coalesce(sum(e.broken IS NOT NULL), 0) AS broken,
                        coalesce(sum(e.misses), 0) AS misses
                    FROM cells AS c LEFT JOIN episodes AS e ON e.cell_id = c.id
                    GROUP BY c.id ORDER BY c.ordinal;
                    """
            )
        }
        return migrator
    }
}
