"""The discrete-diffusion policy: data, masking, network, decoder, training and export on made-up pictures."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import h5py
import numpy as np
import torch
from safetensors.torch import load_file

from simrun_training.dataset import DataError
from simrun_training.vla import data, decode, export, masking, train
from simrun_training.vla.actions import BINS, Binning
from simrun_training.vla.network import Shape, VisionLanguageAction
from simrun_training.vla.words import Vocabulary

SMALL = ["--batch", "8", "--copies", "2", "--width", "32", "--layers", "2", "--heads", "2", "--hidden", "48", "--image-size", "16",
         "--stem-channels", "6", "8", "--patch", "2", "--horizon", "4", "--words", "8", "--warmup", "5", "--every", "1000",
         "--threads", "1", "--validation", "0.2", "--shift", "1"]


def write(path: Path, demos: int, robot: str = "panda", cameras=("front", "wrist"), joints: int = 7, seed: int = 1_000_000) -> None:
    """The colour of the first picture and the instruction together say where to go."""
    rng = np.random.default_rng(seed)
    with h5py.File(path, "w") as file:
        group = file.create_group("data")
        group.attrs.update({"task": f"toy-{robot}", "robot": robot, "policy_rate_hz": 20.0, "control_mode": "pd_ee_delta_pos",
                            "translation_scale_m": 0.02})
        for i in range(demos):
            demo, steps, left = group.create_group(f"demo_{i}"), 12, bool(i % 2)
            demo.attrs["seed"], demo.attrs["instruction"] = seed + i, "go left now" if left else "go right"
            red = rng.integers(0, 256)
            x = (1 if left else -1) * red / 255
            actions = np.zeros((steps, 4), np.float32)
            actions[:, 0], actions[:, 1], actions[:, 3] = x, rng.uniform(-1, 1), np.where(np.arange(steps) < 6, 1, -1)
            demo["actions"] = actions
            for camera in cameras:
                picture = rng.integers(0, 20, (steps, 20, 24, 3))
                if camera == "front":
                    picture[..., 0] = red
                demo[f"obs/{camera}_rgb"] = picture.astype(np.uint8)
            demo["obs/tool_position"] = np.arange(steps)[:, None] * np.ones(3, np.float32) / steps
            demo["obs/gripper_opening"] = np.full((steps, 1), 0.04, np.float32)
            demo["obs/joint_positions"] = rng.normal(size=(steps, joints)).astype(np.float32)


class ActionTest(unittest.TestCase):
    def test_round_trip(self):
        rng = np.random.default_rng(0)
        actions = np.stack([rng.normal(size=500), rng.uniform(-1, 1, 500), np.full(500, 0.25), rng.choice([-1, 1], 500)], 1)
        binning = Binning.of(actions.astype(np.float32))
        self.assertEqual(binning.bins.tolist(), [BINS, BINS, 1, 2])
        inside = np.clip(actions, binning.low, binning.high)
        values = np.take_along_axis(binning.values().T, binning.encode(actions), 0)
        width = (binning.high - binning.low) / BINS / 2
        self.assertTrue((np.abs(values - inside) <= width + 1e-6).all())
        self.assertEqual(binning.low.tolist(), Binning.from_dict(json.loads(json.dumps(binning.as_dict()))).low.tolist())


class MaskingTest(unittest.TestCase):
    def test_shares(self):
        generator = torch.Generator().manual_seed(0)
        masked = masking.draw(20000, 8, 7, 0.0, generator)
        # The mean of cos(pi u / 2) is 2 / pi.
        self.assertAlmostEqual(masked.float().mean().item(), 2 / np.pi, delta=0.01)
        self.assertGreaterEqual(int(masked.sum(1).min()), 1)
        frozen = masking.draw(2000, 8, 7, 1.0, generator)
        self.assertFalse(frozen[:, :7].any())
        self.assertTrue((frozen.sum(1) >= 1).all())

    def test_loss_is_over_masked_and_legal(self):
        torch.manual_seed(0)
        logits, tokens = torch.randn(3, 4, BINS), torch.tensor([[5, 1, 0, 255]] * 3)
        legal = torch.ones(4, BINS, dtype=torch.bool)
        legal[1, 2:], legal[2, 1:] = False, False
        masked = torch.zeros(3, 4, dtype=torch.bool)
        masked[0] = True
        self.assertAlmostEqual(masking.loss(logits, tokens, masked, legal, 0.0).item(), torch.stack([
            -logits[0, 0].log_softmax(-1)[5], -logits[0, 1, :2].log_softmax(-1)[1], torch.tensor(0.0),
            -logits[0, 3].log_softmax(-1)[255]]).mean().item(), places=5)
        changed = logits.clone()
        changed[1:] = 9
        for neighbour in (0.0, 0.2):
            self.assertEqual(masking.loss(logits, tokens, masked, legal, neighbour), masking.loss(changed, tokens, masked, legal, neighbour))
        self.assertTrue(torch.isfinite(masking.loss(logits, tokens, masked, legal, 0.2)))


class NetworkTest(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)
        self.shape = Shape(vocabulary=9, state_width=5, action_width=4, horizon=3, image_size=16, words=6, width=24, layers=2,
                           heads=2, hidden=32, stem_channels=(4, 6), patch=2)
        self.inputs = (torch.tensor([[1, 2, 0], [3, 4, 5]]), torch.tensor([2, 3]), torch.randn(2, 2, 3, 16, 16), torch.randn(2, 5))

    def test_padding_and_copies_change_nothing(self):
        for packed in (False, True):
            shape = Shape.from_dict({**self.shape.as_dict(), "packed": packed})
            network = VisionLanguageAction(shape).eval()
            words, lengths, pictures, state = self.inputs
            tokens = torch.randint(BINS + 1, (4, shape.tokens))
            together = network(words, lengths, pictures, state, tokens)
            for row in range(2):
                one = network(words[row : row + 1, : lengths[row]], lengths[row : row + 1], pictures[row : row + 1], state[row : row + 1],
                              tokens[2 * row : 2 * row + 2])
                self.assertLess((one - together[2 * row : 2 * row + 2]).abs().max().item(), 1e-4)

    def test_the_prefix_sees_no_action_and_earlier_parts_no_later(self):
        network = VisionLanguageAction(self.shape).eval()
        words, lengths, pictures, state = self.inputs
        first, _ = network.encode(words, lengths, pictures, state)
        other = pictures.clone()
        other[:, 1] += 1
        second, _ = network.encode(words, lengths, other, state + 1)
        end = words.shape[1] + self.shape.image_tokens
        for (k1, v1), (k2, v2) in zip(first, second):
            self.assertTrue(torch.equal(k1[:, :, :end], k2[:, :, :end]) and torch.equal(v1[:, :, :end], v2[:, :, :end]))
        self.assertFalse(torch.equal(first[1][0][:, :, end:], second[1][0][:, :, end:]))


class DecodeTest(unittest.TestCase):
    def test_schedules(self):
        def decided(decoder, rounds):
            left = [56] + [decode.remaining(decoder, rounds, s, 56) for s in range(1, rounds + 1)]
            return [a - b for a, b in zip(left, left[1:])]

        self.assertEqual(decided(decode.Decoder(), 12), [1, 1, 3, 3, 4, 5, 5, 6, 7, 7, 7, 7])
        self.assertEqual(decided(decode.Decoder(schedule="ascending"), 6), [1, 2, 4, 8, 16, 25])

    def test_known_block_of_philox(self):
        # The vector of the paper's own test suite (kat_vectors): all bits set.
        low, high = decode.philox(2**64 - 1, 2**64 - 1, 2**64 - 1)
        self.assertEqual([low & 0xFFFFFFFF, low >> 32, high & 0xFFFFFFFF, high >> 32], [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD])

    def test_easy_first_and_prefix(self):
        values, bins = np.tile(np.linspace(-1, 1, BINS, dtype=np.float32), (2, 1)), np.array([BINS, 2])
        sure = np.zeros((6, BINS), np.float32)
        sure[np.arange(6), [9, 1, 30, 0, 50, 1]] = [3, 9, 4, 8, 5, 7]
        out = decode.decode(lambda t: sure, decode.Decoder(schedule="single", temperature="argmax"), values, bins, 3)
        order = [int((a != b).argmax()) for a, b in zip([np.full(6, decode.MASK), *out.history], out.history)]
        self.assertEqual(sorted(order[:3]), [1, 3, 5])
        self.assertEqual(order[3:], [4, 2, 0])
        held = decode.decode(lambda t: sure, decode.Decoder(), values, bins, 3, frozen=np.array([[7, 1]]))
        self.assertEqual(held.tokens[:2].tolist(), [7, 1])


class SmokeTest(unittest.TestCase):
    """Data to policy directory, with an interruption in between."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = Path(cls.folder.name)
        write(cls.root / "a.hdf5", 10)
        write(cls.root / "b.hdf5", 6, "widowx250s", ("front",), 6)
        torch.set_num_threads(1)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def arguments(self, out, *more, files=("a.hdf5", "b.hdf5")):
        return ["--data", *(str(self.root / f) for f in files), "--out", str(self.root / out), "--steps", "12", *SMALL, *more]

    def test_resumed_run_equals_one_without_a_break(self):
        self.assertEqual(train.main(self.arguments("whole")), 0)
        self.assertEqual(train.main(self.arguments("parts", "--stop-after", "5")), 0)
        self.assertEqual(train.main(self.arguments("parts")), 0)
        a, b = (torch.load(self.root / n / "checkpoint.pt", weights_only=True) for n in ("whole", "parts"))
        self.assertEqual(b["step"], 12)
        for key, value in a["model"].items():
            self.assertTrue(torch.equal(value, b["model"][key]), key)
        self.assertEqual(train.main(self.arguments("parts", "--width", "48")), 2)

    def test_export(self):
        for name, more in (("plain", []), ("packed", ["--packed"])):
            self.assertEqual(train.main(self.arguments(name, *more)), 0)
            out = self.root / f"policy-{name}"
            self.assertEqual(export.main(["--checkpoint", str(self.root / name), "--out", str(out), "--rounds", "6"]), 0)
            document = json.loads((out / "policy.json").read_text())
            self.assertEqual([s["key"] for s in document["statistics"]], ["panda", "widowx250s"])
            self.assertEqual(document["statistics"][1]["views"], ["front"])
            self.assertEqual(document["decoder"]["rounds"], 6)
            self.assertEqual(json.loads((out / "vocabulary.json").read_text())["words"], ["go", "left", "now", "right"])
            weights = load_file(out / "model.safetensors")
            self.assertEqual(sum(v.numel() for v in weights.values()), document["weights"]["parameters"])

    def test_it_learns_what_words_and_pictures_say(self):
        write(self.root / "c.hdf5", 40)
        args = self.arguments("learns", files=("c.hdf5",))
        args[args.index("--steps") + 1], args[args.index("--batch") + 1] = "120", "32"
        self.assertEqual(train.main([*args, "--lr", "2e-3", "--word-dropout", "0"]), 0)
        saved = torch.load(self.root / "learns" / "checkpoint.pt", weights_only=True)
        self.assertGreater(saved["config"]["validation"]["gripper"], 0.9)

    def test_what_is_wrong_with_a_file(self):
        write(self.root / "early.hdf5", 2, seed=5)
        write(self.root / "blind.hdf5", 2, cameras=())
        for name in ("early.hdf5", "blind.hdf5"):
            with self.assertRaises(DataError):
                data.load([str(self.root / name)], 2, 16)

    def test_resize_is_the_mean(self):
        pictures = np.random.default_rng(0).integers(0, 256, (2, 21, 30, 3)).astype(np.uint8)
        small = data.resize(pictures, 16)
        for y, x in ((0, 0), (7, 11), (15, 15)):
            rows, columns = slice(y * 21 // 16, -(-(y + 1) * 21 // 16)), slice(x * 30 // 16, -(-(x + 1) * 30 // 16))
            mean = pictures[:, rows, columns].astype(float).mean((1, 2))
            self.assertTrue((np.floor(mean + 0.5) == small[:, y, x]).all())
        self.assertTrue((data.resize(pictures[:, :16, :16], 16) == pictures[:, :16, :16]).all())

    def test_shift_repeats_the_edge(self):
        pictures = torch.arange(64, dtype=torch.uint8).view(1, 1, 8, 8, 1).expand(5, 2, 8, 8, 3).contiguous()
        moved = data.shifted(pictures, 2, torch.Generator().manual_seed(0))
        self.assertEqual(moved.shape, pictures.shape)
        self.assertFalse(torch.equal(moved, pictures))
        self.assertTrue(torch.equal(data.shifted(pictures, 0, None), pictures))

    def test_words(self):
        words = Vocabulary(["box's", "café", "put"])
        self.assertEqual(words.encode("PUT, box's--café zebra"), [3, 1, 2, 0])


if __name__ == "__main__":
    unittest.main()
