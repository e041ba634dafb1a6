"""The converter: four kinds of checkpoint against our reading of the originals; hostile and broken files."""

import contextlib
import io
import json
import os
import pickle
import sys
import tempfile
import unittest
import zipfile
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import dill
import torch
from safetensors.torch import load_file

from simrun_training import convert, original, sampling, write_checkpoint
from simrun_training.checkpoint import Checkpoint, CheckpointError, plain, unpickle
from simrun_training.network import NetworkShape, PolicyNetwork

ABOUT = {
    "task": "reach", "robot": "panda", "control_mode": "pd_ee_delta_pos", "policy_rate_hz": 20.0, "translation_scale_m": 0.02,
    "action_names": ["x", "y", "z", "gripper"], "features": ["tool_position:3", "gripper_opening:1", "goal:3"], "cloud_frame": "world",
}
EXTRA = {"mp1": {}, "flowpolicy": {"epsilon": 0.01}, "dp3": {"ddim_form": "correct"}, "simple-dp3": {"ddim_form": "legacy"}}


def run(*argv) -> tuple[int, str]:
    """Exit code of the converter and what it printed."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
        code = convert.main([str(a) for a in argv])
    return code, text.getvalue()


def network_of(folder: Path) -> tuple[dict, PolicyNetwork]:
    """The shipped layout, loaded into this folder's own network."""
    document = json.loads((folder / "policy.json").read_text())
    network = document["network"]
    shape = NetworkShape.from_dict(network | {
        "action_width": len(document["action"]["names"]), "state_width": sum(f["width"] for f in document["state"]["features"]),
        "horizon": document["horizon"], "observation_steps": document["observation_steps"]})
    policy = PolicyNetwork(shape).eval()
    policy.load_state_dict({k: v.float() for k, v in load_file(folder / "model.safetensors").items()}, strict=True)
    return document, policy


class Folder(unittest.TestCase):
    """A folder, a small checkpoint in it, and a file that says what it does not."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.path, self.out = self.root / "latest.ckpt", self.root / "policy"
        torch.set_num_threads(1)

    def write(self, kind="mp1", change=None, config=None, **sizes):
        """A checkpoint of random weights, changed before it is saved."""
        policy = write_checkpoint.random_policy(replace(write_checkpoint.SMALL, kind=kind, **sizes), seed=3, rounded=True)
        saved = write_checkpoint.checkpoint(policy, config)
        if change is not None:
            change(saved)
        torch.save(saved, self.path, pickle_module=dill)
        return policy

    def convert(self, *more, about=ABOUT, kind="mp1"):
        file = self.root / "about.json"
        file.write_text(json.dumps(about | EXTRA[kind]))
        return run(self.path, "--out", self.out, "--about", file, *more)

    def refused(self, says, *more, about=ABOUT, kind="mp1"):
        code, text = self.convert(*more, about=about, kind=kind)
        self.assertEqual(code, 2, text)
        self.assertIn(says, text)
        self.assertFalse(self.out.exists())


class LayoutTest(unittest.TestCase):
    """What our reading of the originals has, against the published figures."""

    def test_full_width_has_the_published_tensors(self):
        published = {"mp1": (200, 255_798_519), "flowpolicy": (196, 255_666_807), "dp3": (188, 255_138_422), "simple-dp3": (128, 7_439_222)}
        for kind, expected in published.items():
            with torch.device("meta"):
                state = original.OriginalPolicy(original.Sizes(kind, widths=original.FULL[kind])).state_dict()
            self.assertEqual((len(state), sum(v.numel() for v in state.values())), expected, kind)
            conversion_shape = {k: tuple(v.shape) for k, v in state.items()}
            self.assertEqual(convert.kind_of(conversion_shape), kind)
            shape = convert.network_shape(kind, conversion_shape, 4, 8)
            self.assertEqual(shape.unet_widths, original.FULL[kind])
            convert.renaming(shape, conversion_shape)

    def test_noise_levels_are_the_schedulers(self):
        products = sampling.alpha_products(100)
        listed = [0.01954, 0.08515, 0.19073, 0.32612, 0.47826, 0.63252, 0.77401, 0.88910, 0.96672, 0.99937]
        self.assertEqual([round(products[t], 5) for t in range(90, -1, -10)], listed)


class EqualTest(Folder):
    """Converted and original predict the same."""

    def check(self, kind, *flags, dtype="f32", form="correct", tolerance=2e-5, **sizes):
        policy = self.write(kind, **sizes)
        code, text = self.convert("--dtype", dtype, *flags, kind=kind)
        self.assertEqual(code, 0, text)
        self.assertIn(kind, text)
        document, network = network_of(self.out)
        torch.manual_seed(1)
        size = policy.sizes
        cloud, state = torch.randn(size.steps, 30, 3), torch.randn(size.steps, size.state)
        noise = torch.randn(1, size.horizon, size.action)
        with torch.no_grad():
            condition, expected = policy.condition(cloud, state), policy.actions(noise, policy.condition(cloud, state), form)
            parts = [torch.tensor(document[k]["normalisation"][p]) for k in ("cloud", "state", "action") for p in ("scale", "offset")]
            ours = network.encoder((cloud * parts[0] + parts[1])[None], (state * parts[2] + parts[3])[None])
            sample = sampling.sample(network, document["sampler"], noise, ours)
            actions = ((sample - parts[5]) / parts[4])[0, document["first_action"]:]
        torch.testing.assert_close(ours, condition, rtol=tolerance, atol=tolerance)
        torch.testing.assert_close(actions, expected, rtol=10 * tolerance, atol=10 * tolerance)
        self.assertEqual(len(actions), size.horizon - size.steps + 1)
        return document

    def test_mp1(self):
        document = self.check("mp1")
        self.assertEqual((document["architecture"], document["first_action"], document["execute"]), ("meanflow", 1, "chunk:3"))
        self.assertEqual((document["cloud"]["points"], document["network"]["time_encoders"]), (24, 2))
        self.assertEqual((document["conversion"]["epoch"], document["conversion"]["global_step"]), (7, 120))
        self.assertNotIn(str(self.root), json.dumps(document))

    def test_mp1_of_three_steps_and_a_wide_horizon_in_bf16(self):
        document = self.check("mp1", dtype="bf16", steps=3, horizon=16)
        self.assertEqual((document["first_action"], document["execute"]), (2, "chunk:4"))

    def test_flowpolicy(self):
        document = self.check("flowpolicy")
        self.assertEqual(document["sampler"], {"kind": "flow", "epsilon": 0.01, "time_scale": 99.0})

    def test_dp3(self):
        document = self.check("dp3")
        self.assertEqual((document["architecture"], document["network"]["blocks_per_level"]), ("dp3", 2))

    def test_simple_dp3_with_the_old_scheduler(self):
        document = self.check("simple-dp3", form="legacy")
        self.assertEqual((document["architecture"], document["network"]["blocks_per_level"]), ("simple-dp3", 1))

    def test_every_block_agrees(self):
        policy = self.write()
        self.convert("--dtype", "f32")
        _, network = network_of(self.out)
        seen = {}

        def watch(model, kind):
            for name, module in model.named_modules():
                if type(module).__name__ == kind:
                    module.register_forward_hook(lambda _m, _i, out, key=(kind, name): seen.__setitem__(key, out))

        watch(policy.model, "Block")
        watch(network.unet, "ResidualBlock")
        noise, condition = torch.randn(1, 4, 4), torch.randn(1, network.shape.condition_width)
        with torch.no_grad():
            policy.sample(noise, condition)
            network.sample(noise, condition)
        pairs = [(f"{a}_modules.{i}.{j}", f"{a}.{i}.blocks.{j}") for a, n in (("down", 3), ("up", 2)) for i in range(n) for j in range(2)]
        for theirs, ours in [*pairs, ("mid_modules.0", "mid.0"), ("mid_modules.1", "mid.1")]:
            torch.testing.assert_close(seen["ResidualBlock", ours], seen["Block", theirs], rtol=2e-5, atol=2e-5)


class AskedTest(Folder):
    """What the checkpoint does not say is asked for, what is said twice must agree."""

    def test_each_missing_fact_is_refused_by_name(self):
        self.write()
        for key in ABOUT:
            self.refused(f"--{key.replace('_', '-')}: the checkpoint does not say it", about={k: v for k, v in ABOUT.items() if k != key})

    def test_what_a_kind_needs_is_asked(self):
        for kind, flag in (("flowpolicy", "--epsilon"), ("dp3", "--ddim-form")):
            self.write(kind)
            code, text = run(self.path, "--out", self.out, "--about", self.about())
            self.assertEqual((code, flag in text), (2, True), text)

    def about(self):
        file = self.root / "about.json"
        file.write_text(json.dumps(ABOUT))
        return file

    def test_without_a_configuration_flags_say_it(self):
        self.write("dp3", change=lambda saved: saved.pop("cfg"))
        self.refused("--horizon: the checkpoint does not say it", kind="dp3")
        flags = {"horizon": 4, "groups": 8}
        flags |= {"action-steps": 3, "points": 24, "prediction": "sample", "sampling-steps": 10, "training-steps": 100,
                  "schedule": "squaredcos_cap_v2"}
        code, text = self.convert(*[x for k, v in flags.items() for x in (f"--{k}", v)], kind="dp3")
        self.assertEqual(code, 0, text)

    def test_contradictions_and_wrong_values_are_refused(self):
        self.write()
        self.refused("--horizon: 8 is given, the checkpoint says 4", "--horizon", 8)
        self.refused("--features: 6 numbers, the network's state has 7", about=ABOUT | {"features": ["tool_position:3", "goal:3"]})
        self.refused("--features: expected NAME:WIDTH", about=ABOUT | {"features": ["finger:7"]})
        self.refused("--action-names: expected 4 names", about=ABOUT | {"action_names": ["x"]})
        self.refused("--control-mode: expected pd_joint_pos or", about=ABOUT | {"control_mode": "velocity"})
        self.refused("--cloud-frame: expected world", about=ABOUT | {"cloud_frame": "camera"})
        self.refused("--policy-rate-hz: expected float", about=ABOUT | {"policy_rate_hz": "20"})
        self.refused("found robt", about=ABOUT | {"robt": "panda"})

    def test_a_configuration_of_another_network_is_refused(self):
        for change, says in (({"prediction_type": "epsilon"}, "--prediction: expected sample"),
                             ({"clip_sample": False}, "policy.noise_scheduler.clip_sample"),
                             ({"beta_schedule": "linear"}, "--schedule: expected squaredcos_cap_v2")):
            config = write_checkpoint.configuration(replace(write_checkpoint.SMALL, kind="dp3"))
            config["policy"]["noise_scheduler"] |= change
            self.write("dp3", config=config)
            self.refused(says, kind="dp3")
        config = write_checkpoint.configuration(write_checkpoint.SMALL)
        config["policy"]["use_up_condition"] = False
        self.write(config=config)
        self.refused("policy.use_up_condition: expected True")


class BrokenTest(Folder):
    """Files that are no whole checkpoint."""

    def test_tensors_missing_left_over_or_of_another_shape(self):
        key, bias = "model.mid_modules.0.cond_encoder.1.weight", "obs_encoder.state_mlp.0.bias"

        def tensors(edit):
            return lambda saved: edit(saved["state_dicts"]["ema_model"])

        for change, says in ((lambda t: t.pop(key), f"{key}: missing"),
                             (lambda t: t.update({key: t[key][:, :-1]}), f"{key}: expected shape"),
                             (lambda t: t.update({"model.extra.weight": t[key]}), "model.extra.weight: not a tensor"),
                             (lambda t: t.update({bias: t[bias] * float("nan")}), f"{bias}: holds a number that is not finite"),
                             (lambda t: t.pop("normalizer.params_dict.action.scale"), "normalizer.params_dict.action.scale: missing"),
                             (lambda t: t.pop("obs_encoder.extractor.mlp.0.weight"), "obs_encoder.extractor.mlp.0.weight: missing"),
                             (lambda t: t.clear(), "missing")):
            self.write(change=tensors(change))
            self.refused(says)
        self.write(change=lambda saved: saved["state_dicts"].pop("ema_model"))
        self.refused("expected state_dicts.ema_model, found model, optimizer")

    def test_no_zip_no_pickle_no_file(self):
        self.path.write_bytes(b"not a checkpoint")
        self.refused("not a zip archive")
        torch.save({"a": torch.ones(2)}, self.path, _use_new_zipfile_serialization=False)
        self.refused("not a zip archive")
        with zipfile.ZipFile(self.path, "w") as archive:
            archive.writestr("archive/data.pkl", b"\x80\x02]")
        self.refused("the pickle cannot be read")
        self.path.unlink()
        self.refused("not a zip archive")

    def test_a_storage_cut_short_is_refused(self):
        self.write()
        short = self.root / "short.ckpt"
        with zipfile.ZipFile(self.path) as whole, zipfile.ZipFile(short, "w") as cut:
            for name in whole.namelist():
                data = whole.read(name)
                cut.writestr(name, data[:-4] if "/data/" in name and len(data) > 4 else data)
        short.replace(self.path)
        self.refused("a tensor of it needs other")

    def test_random_changes_are_read_or_refused(self):
        self.write()
        with zipfile.ZipFile(self.path) as archive:
            whole = archive.read(next(n for n in archive.namelist() if n.endswith("data.pkl")))
        generator = torch.Generator().manual_seed(5)
        refused = 0
        for _ in range(300):
            data = bytearray(whole)
            for _ in range(3):
                data[int(torch.randint(len(data), (1,), generator=generator))] = int(torch.randint(256, (1,), generator=generator))
            try:
                plain(unpickle(bytes(data)))
            except CheckpointError:
                refused += 1
        self.assertGreater(refused, 50)


class Call:
    """Pickles as a call of a function."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


class HostileTest(Folder):
    """A pickle that would run code runs nothing and is refused by the name it asks for."""

    def test_calls_are_refused_by_name(self):
        marker = self.root / "ran"
        hostile = {
            "posix.system": Call(os.system, f"touch {marker}"),
            "builtins.eval": Call(eval, f"open({str(marker)!r}, 'w')"),
            "builtins.exec": Call(exec, f"open({str(marker)!r}, 'w')"),
            "builtins.getattr": Call(getattr, os, "system"),
            "dill._dill._create_": lambda: marker.touch(),
            "torch.serialization.load": Call(torch.load, str(self.path)),
            "pathlib": marker,
        }
        for name, value in hostile.items():
            for place in ("cfg", "optimizer"):
                def change(saved):
                    (saved if place == "cfg" else saved["state_dicts"])[place] = value
                self.write(change=change)
                self.refused(name)
                self.refused("which is not allowed")
        self.assertFalse(marker.exists())

    def test_a_pickle_within_the_checkpoint_is_read_as_strictly(self):
        self.write(change=lambda saved: saved["pickles"].update(epoch=pickle.dumps(Call(os.system, "true"))))
        self.refused("posix.system")

    def test_names_written_by_hand(self):
        for code, name in ((b"cos\nsystem\n(S'true'\ntR.", "os.system"), (b"(S'true'\nios\nsystem\n.", "os.system"),
                           (b"c__builtin__\neval\n(S'1'\ntR.", "builtins.eval"),
                           (b"ctorch\nFloatStorage.from_file\n(S'x'\ntR.", "torch.FloatStorage.from_file"),
                           (b"\x80\x04\x8c\x0acollections\x8c\x0bOrderedDict\x93.", None)):
            try:
                unpickle(code)
                self.assertIsNone(name)
            except CheckpointError as error:
                self.assertIn(name or "cannot be read", str(error))

    def test_stand_ins_do_nothing(self):
        # A class of OmegaConf's by name; called, set and changed, it only keeps what it is given.
        found = unpickle(b"comegaconf.base\nos.system\n(S'true'\ntR(dS'_content'\nI1\nsb.")
        self.assertEqual((found.arguments, found.state), (("true",), {"_content": 1}))
        # Functions that a pickle may call cannot be changed by it.
        with self.assertRaisesRegex(CheckpointError, "change a function"):
            unpickle(b"ctorch._utils\n_rebuild_tensor_v2\n(dS'_call'\nI1\nsb.")

    def test_a_memo_of_billions_is_refused_before_it_is_made(self):
        with self.assertRaisesRegex(CheckpointError, "numbers more values"):
            unpickle(b"\x80\x02Nr\xff\xff\xff\xff.")

    def test_tensor_records_are_checked(self):
        self.write()
        whole = Checkpoint(str(self.path))
        record = whole.root["state_dicts"]["ema_model"]["obs_encoder.state_mlp.0.bias"]
        for change in ({"shape": (1 << 40,)}, {"offset": 1 << 40}, {"stride": (1 << 40,)}, {"shape": (17,)}):
            with self.assertRaises(CheckpointError):
                whole.tensor(replace(record, **change))


if __name__ == "__main__":
    unittest.main()
