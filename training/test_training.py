"""Smoke and property tests of the training: `python -m unittest discover training`."""

import json
import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parent))

import h5py
import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn

from simrun_training import dataset, export, meanflow, methods, network, sampling, synthetic, train

SMALL = ["--batch", "32", "--point-widths", "16", "16", "32", "--unet-widths", "16", "32", "64",
         "--points", "48", "--warmup", "5", "--every", "1000", "--validation", "0.25", "--pretrain", "0"]


class SmokeTest(unittest.TestCase):
    """Data to policy directory, with an interruption in between."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = Path(cls.folder.name)
        cls.data = cls.root / "toy.hdf5"
        synthetic.write(str(cls.data), demos=8, steps=16, points=64)
        torch.set_num_threads(1)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def arguments(self, out, *more):
        return ["--data", str(self.data), "--out", str(self.root / out), "--steps", "20", *SMALL, *more]

    def residuals(self, out):
        lines = (self.root / out / "loss.csv").read_text().splitlines()[1:]
        return [float(line.split(",")[4]) for line in lines]

    def test_trains_resumes_and_exports(self):
        self.assertEqual(train.main(self.arguments("run", "--stop-after", "10")), 0)
        self.assertEqual(train.main(self.arguments("run")), 0)
        first, second = self.residuals("run")
        self.assertTrue(np.isfinite([first, second]).all())
        self.assertLess(second, first)

        policy = self.root / "policy"
        self.assertEqual(export.main(["--checkpoint", str(self.root / "run"), "--out", str(policy)]), 0)
        document = json.loads((policy / "policy.json").read_text())
        self.assertEqual(document["weights"]["sha256"], dataset.sha256_of(str(policy / "model.safetensors")))
        self.assertEqual(document["training"]["seeds"], [1_000_000, 1_000_007])
        self.assertEqual(document["training"]["steps"], 20)
        self.assertFalse(list(policy.glob("*.part")))
        # The exported tensors are exactly the network's, none missing and none more.
        saved = torch.load(self.root / "run" / "checkpoint.pt", weights_only=True)
        shape = network.NetworkShape.from_dict(saved["config"]["network"])
        tensors = load_file(policy / "model.safetensors")
        network.PolicyNetwork(shape).load_state_dict(tensors, strict=True)

    def test_an_interrupted_run_equals_a_whole_one(self):
        train.main(self.arguments("whole", "--pretrain", "4"))
        train.main(self.arguments("halves", "--pretrain", "4", "--stop-after", "7"))
        train.main(self.arguments("halves", "--pretrain", "4"))
        a, b = (torch.load(self.root / n / "checkpoint.pt", weights_only=True)["ema"] for n in ("whole", "halves"))
        self.assertTrue(all(torch.equal(a[k], b[k]) for k in a))

    def test_every_method_trains_and_exports_what_a_runtime_needs(self):
        expected = {"flow": ("flow-matching", 1, 2, 10), "flowpolicy": ("flowpolicy", 1, 2, None),
                    "dp3": ("dp3", 1, 2, 10), "simple-dp3": ("simple-dp3", 1, 1, 10), "meanflow": ("meanflow", 2, 2, None)}
        for name, (architecture, times, blocks, steps) in expected.items():
            out, policy = f"method-{name}", self.root / f"policy-{name}"
            self.assertEqual(train.main([*self.arguments(out, "--method", name), "--steps", "4"]), 0)
            self.assertEqual(export.main(["--checkpoint", str(self.root / out), "--out", str(policy)]), 0)
            document = json.loads((policy / "policy.json").read_text())
            self.assertEqual(document["architecture"], architecture)
            self.assertEqual((document["network"]["time_encoders"], document["network"]["blocks_per_level"]), (times, blocks))
            self.assertEqual(document["sampler"].get("steps"), steps)
            self.assertEqual(document["training"]["objective"]["method"], name)
        self.assertEqual(train.main(self.arguments("method-dp3", "--method", "flowpolicy")), 2)
        two = self.root / "policy-two"
        export.main(["--checkpoint", str(self.root / "method-meanflow"), "--out", str(two), "--steps", "2"])
        self.assertEqual(json.loads((two / "policy.json").read_text())["sampler"], {"kind": "meanflow", "steps": 2})

    def test_refuses_to_resume_on_other_data(self):
        train.main(self.arguments("mixed", "--stop-after", "1"))
        other = self.root / "other.hdf5"
        synthetic.write(str(other), demos=4, steps=8, points=64)
        argv = self.arguments("mixed")
        argv[1] = str(other)
        self.assertEqual(train.main(argv), 2)

    def test_refuses_evaluation_seeds(self):
        bad = self.root / "bad.hdf5"
        synthetic.write(str(bad), demos=2, steps=8, points=64, first_seed=999_999)
        with self.assertRaisesRegex(dataset.DataError, "demo_0: seed 999999 is below 1000000"):
            dataset.Demonstrations(str(bad))

    def test_refuses_a_missing_feature_and_nan(self):
        with self.assertRaisesRegex(dataset.DataError, "goal"):
            dataset.Demonstrations(str(self.data), ["goal"])
        bad = self.root / "nan.hdf5"
        synthetic.write(str(bad), demos=2, steps=8, points=64)
        with h5py.File(bad, "a") as file:
            file["data/demo_1/actions"][3, 0] = np.nan
        with self.assertRaisesRegex(dataset.DataError, "demo_1: actions holds a number that is not finite"):
            dataset.Demonstrations(str(bad))

    def test_windows_repeat_the_first_frame_and_the_last_action(self):
        demos = dataset.Demonstrations(str(self.data))
        same = dataset.Normalisation(np.float32(1), np.float32(0))
        cloud = dataset.CloudNormalisation((0, 0, 0), 1.0, 1.0)
        windows = dataset.Windows(demos, [2], 8, "world", same, same, cloud, 64)
        points, state, actions = windows.batch(torch.tensor([0, 5, 15]), augment=False)
        begin = demos.begins[2]
        self.assertTrue(torch.equal(state[0, 0], state[0, 1]))
        self.assertTrue(torch.equal(points[1, 0], demos.clouds[begin + 4]))
        self.assertTrue(torch.equal(points[1, 1], demos.clouds[begin + 5]))
        self.assertTrue(np.array_equal(actions[1, 0], demos.actions[begin + 5]))
        self.assertTrue(torch.equal(actions[2], actions[2, :1].expand(8, -1)))
        further = dataset.Windows(demos, [2], 8, "world", same, same, cloud, 64, stride=4)
        points, state, _ = further.batch(torch.tensor([3, 5]), augment=False)
        self.assertTrue(torch.equal(points[0, 0], demos.clouds[begin]))
        self.assertTrue(torch.equal(points[1, 0], demos.clouds[begin + 1]))
        self.assertTrue(torch.equal(points[1, 1], demos.clouds[begin + 5]))


class NetworkTest(unittest.TestCase):
    """Truths about the network."""

    def test_only_winning_points_carry_value_and_gradient(self):
        torch.manual_seed(0)
        encoder = network.PointEncoder(network.NetworkShape(4, 4))
        cloud = torch.randn(5, 64, 3)
        with torch.no_grad():
            plain = encoder(cloud)
        torch.testing.assert_close(encoder(cloud), plain, rtol=1e-5, atol=1e-6)
        a = torch.autograd.grad(encoder(cloud).square().sum(), encoder.layers[0].linear.weight)[0]
        whole = encoder.projection(encoder.per_point(cloud).max(dim=-2).values)
        b = torch.autograd.grad(whole.square().sum(), encoder.layers[0].linear.weight)[0]
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


class Toy(nn.Module):
    """An unconditional average velocity over one 2-D action."""

    def __init__(self, width=128):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, width), nn.Mish(), nn.Linear(width, width), nn.Mish(),
                                    nn.Linear(width, width), nn.Mish(), nn.Linear(width, 2))

    def forward(self, z, t, r, condition=None, taps=None):
        t, r = (t / 99, torch.zeros_like(t)) if r is None else (t, r)
        return self.layers(torch.cat([z[:, 0], t[:, None], r[:, None]], -1))[:, None]


class ObjectiveTest(unittest.TestCase):
    """The objective's tangent and what it learns."""

    def test_the_difference_is_the_derivative(self):
        torch.manual_seed(0)
        toy, h = Toy().double(), 5e-3
        z, v = torch.randn(2, 16, 1, 2, dtype=torch.float64)
        t, r = torch.rand(16, dtype=torch.float64), torch.zeros(16, dtype=torch.float64)

        with torch.no_grad():
            value, exact = torch.func.jvp(lambda z, t: toy(z, t, r), (z, t), (v, torch.ones_like(t)))
            difference = meanflow.time_derivative(toy, z, t, r, v, value, h)
        self.assertLess((difference - exact).abs().max().item(), 2e-2 * exact.abs().max().item())

    def test_times_are_ordered_and_half_are_equal(self):
        t, r, equal = meanflow.draw_times(128, meanflow.Objective())
        self.assertEqual(equal, 64)
        self.assertTrue((t >= r).all() and torch.equal(t[:64], r[:64]) and (t[64:] > r[64:]).all())

    def two_modes(self, method, steps=None):
        """Trains on two modes; the share of samples near one, and that of the first mode."""
        torch.manual_seed(0)
        torch.set_num_threads(1)
        modes = torch.tensor([[-0.7, 0.3], [0.6, -0.5]])
        toy = Toy()
        optimiser = torch.optim.AdamW(toy.parameters(), 2e-3, betas=(0.95, 0.999))
        condition = torch.zeros(256, 1)
        for step in range(800):
            for group in optimiser.param_groups:
                group["lr"] = 2e-3 * (1 - step / 800)
            x = modes[torch.randint(2, (256,))] + 0.03 * torch.randn(256, 2)
            loss, _ = method.loss(toy, x[:, None], condition)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(toy.parameters(), 1.0)
            optimiser.step()
        sampler = method.sampler if steps is None else {**method.sampler, "steps": steps}
        with torch.no_grad():
            samples = sampling.sample(SimpleNamespace(unet=toy), sampler, torch.randn(2000, 1, 2), None)[:, 0]
        distances = torch.cdist(samples, modes)
        return (distances.min(1).values < 0.15).float().mean().item(), (distances.argmin(1) == 0).float().mean().item()

    def test_learns_two_modes_in_one_step(self):
        objective = meanflow.Objective(dispersive=0.0, power=1.0, time_mean=-0.4, endpoint_share=0.25)
        near, share = self.two_modes(methods.MeanFlow(objective))
        self.assertGreater(near, 0.7)
        self.assertTrue(0.35 < share < 0.65, share)

    def test_without_average_velocities_one_step_collapses(self):
        """The negative control: with every r = t it is plain flow matching, whose one step hits the mean."""
        near, _ = self.two_modes(methods.MeanFlow(meanflow.Objective(dispersive=0.0, power=1.0, time_mean=-0.4, equal_share=1.0)))
        self.assertLess(near, 0.1)

    def test_rivals_learn_two_modes_in_their_steps(self):
        for name, steps in (("flow", 10), ("dp3", 10)):
            near, share = self.two_modes(methods.method(name, meanflow.Objective(), steps))
            self.assertGreater(near, 0.5, name)
            self.assertTrue(0.3 < share < 0.7, (name, share))

    def test_a_consistent_velocity_costs_nothing(self):
        """Where all data are one point, v = x - e is exact for FlowPolicy, and its loss is 0."""
        x = torch.tensor([0.2, -0.4]).expand(64, 1, 2)
        method = methods.FlowPolicy()

        def exact(z, t, r, condition=None, taps=None):
            return (x - z) / (1 - t / method.time_scale).clamp(min=1e-3)[:, None, None]

        loss, _ = method.loss(exact, x, torch.zeros(64, 1), torch.Generator().manual_seed(3))
        self.assertLess(loss.item(), 1e-6)

    def test_several_steps_of_an_exact_velocity_end_at_the_data(self):
        x = torch.tensor([[[0.3, -0.6]]])
        velocity = SimpleNamespace(unet=lambda z, t, r, c: (x - z) / (1 - t / 99)[:, None, None])
        average = SimpleNamespace(unet=lambda z, t, r, c: (z - x) / t[:, None, None])
        for steps in (1, 2, 5):
            flow = sampling.sample(velocity, {"kind": "flow", "epsilon": 0.0, "time_scale": 99.0, "steps": steps}, torch.randn(1, 1, 2), None)
            mean = sampling.sample(average, {"kind": "meanflow", "steps": steps}, torch.randn(1, 1, 2), None)
            torch.testing.assert_close(flow, x, atol=1e-5, rtol=0)
            torch.testing.assert_close(mean, x, atol=1e-5, rtol=0)


if __name__ == "__main__":
    unittest.main()
