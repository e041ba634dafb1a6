import Diagnostics
import Foundation
import Testing

@testable import Recording

/// What h5py sees of a file, so that training scripts see what was recorded.
@Suite struct PythonReaderTests {
    static let python = ProcessInfo.processInfo.environment["SIMRUN_PYTHON"]

    /// Reads as robomimic's dataset class does, and prints what it finds as JSON.
    private static let script = """
        import sys, json, h5py, numpy as np
        f = h5py.File(sys.argv[1], "r")
        meta = json.loads(f["data"].attrs["env_args"])
        assert set(meta) == {"env_name", "type", "env_kwargs"}, meta
        demos = sorted(f["data"].keys(), key=lambda name: int(name[5:]))
        out = {"env": meta, "total": int(f["data"].attrs["total"]),
               "task": f["data"].attrs["task"].decode("utf-8"), "demos": [],
               "train": [n.decode("utf-8") for n in np.array(f["mask/train"][:])]}
        for name in demos:
            d = f["data/" + name]
            assert d["actions"].dtype == np.float32 and d["states"].dtype == np.float64
            assert d["timing/sense"].dtype == np.int64 and d["obs/front_image"].dtype == np.uint8
            assert d["obs/front_image"].compression == "gzip"
            assert d["obs/front_image"].shape[1:] == (6, 8, 3)
            assert len(d["dones"]) == d.attrs["num_samples"] == d["actions"].shape[0]
            out["demos"].append({
                "samples": int(d.attrs["num_samples"]), "seed": str(d.attrs["seed"]),
                "success": int(d.attrs["success"]), "goal": d.attrs["goal"].tolist(),
                "cause": d.attrs["cause"].decode("utf-8"),
                "actions": d["actions"][()].astype(np.float64).ravel().tolist(),
                "states": d["states"][()].ravel().tolist(),
                "point_cloud": d["obs/point_cloud"][()].astype(np.float64).ravel().tolist(),
                "sense": d["timing/sense"][()].tolist(),
                "image": d["obs/front_image"][()].ravel().tolist()})
        json.dump(out, open(sys.argv[2], "w"))
        """

    struct Seen: Decodable {
        struct Environment: Decodable {
            var env_name: String
            var env_kwargs: Arguments
        }
        struct Arguments: Decodable {
            var robot: String
            var rate_hertz: Double
        }
        struct Demonstration: Decodable {
            var samples: Int
            var seed: String
            var success: Int
            var goal: [Double]
            var cause: String
            var actions: [Double]
            var states: [Double]
            var point_cloud: [Double]
            var sense: [Int64]
            var image: [UInt8]
        }
        var env: Environment
        var total: Int
        var task: String
        var train: [String]
        var demos: [Demonstration]
    }

    private static func run(_ script: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(python))
        process.arguments = ["-c", script] + arguments
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    /// Each changes a whole file so that part of it would lie elsewhere or not fit.
    @Test(
        .enabled(if: python != nil, "SIMRUN_PYTHON names no Python with h5py"),
        arguments: [
            "d['obs/x'] = h5py.ExternalLink('/etc/passwd', '/')",
            "d['obs/x'] = h5py.SoftLink('/data/demo_1')",
            "d.create_dataset('obs/x', (8,), 'u1', external=[('/etc/passwd', 0, 8)])",
            "del d['actions']; d['actions'] = np.zeros((3, 4), 'f4')",
            "del d['actions']",
            "del d.attrs['num_samples']",
            "d.attrs['num_samples'] = -1",
            "d.attrs['num_samples'] = 'many'",
            "f['data'].attrs['total'] = 99",
            "del f['data']",
        ]
    )
    func filesThatLieAreRefused(change: String) throws {
        let folder = try Folder()
        let path = folder.path("demos.hdf5")
        try write(path, episodes: [(1, 2), (2, 2)])
        let script = """
            import sys, h5py, numpy as np
            f = h5py.File(sys.argv[1], "r+", libver="latest")
            d = f["data/demo_0"]
            \(change)
            f.close()
            """
        try Self.run(script, [path])
        #expect(throws: InputError.self) { try DemonstrationReader(path: path) }
    }

    @Test(.enabled(if: python != nil, "SIMRUN_PYTHON names no Python with h5py"))
    func anEndlessDatasetIsRefusedBeforeItIsAllocated() throws {
        let folder = try Folder()
        let path = folder.path("demos.hdf5")
        try write(path, episodes: [(1, 2)])
        let script = """
            import sys, h5py
            f = h5py.File(sys.argv[1], "r+", libver="latest")
            f["data/demo_0"].create_dataset("obs/x", (1 << 40, 1 << 20), "f8", chunks=(1, 1))
            f.close()
            """
        try Self.run(script, [path])
        let reader = try DemonstrationReader(path: path)
        #expect(throws: InputError.self) {
            try reader.read("obs/x", of: "demo_0", as: Double.self)
        }
    }

    @Test(.enabled(if: python != nil, "SIMRUN_PYTHON names no Python with h5py"))
    func pythonReadsTheSameNumbers() throws {
        let folder = try Folder()
        let path = folder.path("demos.hdf5")
        let episodes: [(seed: UInt64, steps: Int)] = [(1_000_000, 7), (.max, 1), (1_000_007, 12)]
        try write(path, episodes: episodes)

        let seenPath = folder.path("seen.json")
        try Self.run(Self.script, [path, seenPath])
        let seen = try JSONDecoder().decode(
            Seen.self,
            from: Data(contentsOf: URL(fileURLWithPath: seenPath))
        )

        #expect(seen.env.env_name == "pick-place")
        #expect(seen.env.env_kwargs.robot == "panda")
        #expect(seen.env.env_kwargs.rate_hertz == 30)
        #expect(seen.task == "pick-place")
        #expect(seen.total == 20)
        #expect(seen.train == ["demo_0", "demo_1"])
        #expect(seen.demos.count == 3)
        for (found, written) in zip(seen.demos, episodes) {
            let table = try episode(seed: written.seed, steps: written.steps)
            #expect(found.samples == written.steps)
            #expect(found.seed == "\(written.seed)")
            #expect(found.success == 1)
            #expect(found.goal == [0.5, -0.25, 1])
            #expect(found.cause == "none")
            #expect(found.actions == numbers(table, "actions", as: Float.self).map(Double.init))
            #expect(found.states == numbers(table, "states"))
            #expect(
                found.point_cloud
                    == numbers(table, "obs/point_cloud", as: Float.self).map(Double.init)
            )
            #expect(found.sense == numbers(table, "timing/sense"))
            #expect(found.image == numbers(table, "obs/front_image"))
        }
    }
}
