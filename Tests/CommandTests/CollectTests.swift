import Foundation
import Testing

@Suite struct CollectTests {
    private static let python = ProcessInfo.processInfo.environment["SIMRUN_PYTHON"]

    @Test(.enabled(if: python != nil, "set SIMRUN_PYTHON to a Python with h5py"))
    func `h5py reads back what collect wrote, with training seeds only`() throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "reach.hdf5").path
        let run = try Simrun.run([
            "collect", "reach", "--episodes", "2", "--noise", "0.1", "--images", "--out", file,
        ])
        #expect(run.status == 0, "\(run.errors)")
        let script = """
            import sys, h5py, numpy as np
            data = h5py.File(sys.argv[1])["data"]
            assert data.attrs["total"] == sum(len(data[d]["actions"]) for d in data)
            for name in data:
                demo = data[name]
                n = int(demo.attrs["num_samples"])
                assert int(demo.attrs["seed"]) >= 1_000_000
                assert demo["actions"].shape == (n, 4) and np.abs(demo["actions"]).max() <= 1
                assert demo["obs/point_cloud"].shape == (n, 256, 3)
                assert demo["obs/front_rgb"].shape == (n, 128, 128, 3)
                assert demo["dones"][-1] == 1 and demo["dones"][:-1].sum() == 0
                assert demo["rewards"][-1] == 1
                # Captures and observations are 50 ms apart, as the policy's rate is 20 Hz.
                steps = np.diff(demo["timing/observed_at_ns"])
                assert np.abs(steps - 50_000_000).max() <= 1, steps
                # The executed action differs from the intended one by the noise alone.
                gap = demo["actions_executed"][:] - demo["actions"][:]
                assert 0 < np.abs(gap[:, :3]).max() < 1 and np.all(gap[:, 3] == 0)
            print("read", len(data))
            """
        let process = Process()
        process.executableURL = URL(filePath: Self.python ?? "")
        process.arguments = ["-c", script, file]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
