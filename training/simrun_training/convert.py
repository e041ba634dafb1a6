"""Converts a checkpoint of MP1, FlowPolicy, DP3 or Simple DP3 into a policy directory.

Which of the four it is, its widths and its normalisers are read from the checkpoint; horizon, points and
the like from the configuration stored in it. What neither says is asked for, by a flag or in a JSON file of the
same names; nothing is guessed, and what is said twice must agree. The EMA weights are taken.

The checkpoint is a pickle, which is a program. It is not run: only tensors, plain containers and configuration
are read, and a file that asks for anything else is refused by name. Use it offline all the same.
"""

import argparse
import json
import shlex
import sys
from pathlib import Path

import torch

from .checkpoint import Checkpoint, CheckpointError, TensorRecord, plain, unpickle
from .dataset import FEATURE_UNITS, sha256_of
from .detect import ARCHITECTURES, kind_of, network_shape, renaming
from .export import FORMAT, network_document, write_directory
from .network import NetworkShape

CONTROL_MODES = ("pd_joint_pos", "pd_joint_delta_pos", "pd_ee_delta_pos", "pd_ee_delta_pose", "pd_ee_pose")
# Key: type, help. Those with a path are looked for in the checkpoint's configuration first.
ASKED = {
    "task": (str, "the task it runs in"),
    "robot": (str, "the robot it moves"),
    "control_mode": (str, " or ".join(CONTROL_MODES)),
    "policy_rate_hz": (float, "actions a second"),
    "translation_scale_m": (float, "metres that an action of 1 moves the tool's target; 0 in joint modes"),
    "action_names": (list, "what each number of an action is, in order"),
    "features": (list, "the state in the network's order, each NAME:WIDTH; names: " + ", ".join(FEATURE_UNITS)),
    "cloud_frame": (str, "world: clouds in metres along the world's axes, as the network was trained on"),
}
CONFIGURED = {
    "horizon": (int, "actions in a chunk, the unexecuted first ones included", ("horizon", "policy.horizon")),
    "action_steps": (int, "actions executed of each chunk", ("n_action_steps", "policy.n_action_steps")),
    "groups": (int, "groups of the group norms (8 as published)", ("policy.n_groups",)),
    "points": (int, "points of a cloud", ("shape_meta.obs.point_cloud.shape", "policy.shape_meta.obs.point_cloud.shape")),
}
FLOW = {"epsilon": (float, "time at which FlowPolicy takes its step (0.01 as published)", ("policy.Conditional_ConsistencyFM.eps",))}
SCHEDULER = "policy.noise_scheduler."
DDIM = {
    "prediction": (str, "what the network predicts: sample", (SCHEDULER + "prediction_type",)),
    "sampling_steps": (int, "denoising steps of a plan", ("policy.num_inference_steps",)),
    "training_steps": (int, "denoising steps in training", (SCHEDULER + "num_train_timesteps",)),
    "schedule": (str, "noise schedule: squaredcos_cap_v2", (SCHEDULER + "beta_schedule",)),
}
FORM = {"ddim_form": (str, "correct, or legacy for diffusers up to 0.14, which DP3 pins (its issue 1486)")}


def at(config, path: str):
    """The value at a dotted path, or None."""
    for part in path.split("."):
        config = config.get(part) if isinstance(config, dict) else None
    return config


class Said:
    """What the user said and what the checkpoint's configuration says."""

    def __init__(self, given: dict, config: dict | None):
        self.given, self.config = given, config or {}

    def get(self, key: str, kind, help: str, paths=()):
        stored = next((v for p in paths if (v := at(self.config, p)) is not None), None)
        if key == "points" and isinstance(stored, list):
            stored = stored[0] if stored else None
        value = self.given.get(key, stored)
        if value is None:
            raise CheckpointError(f"--{key.replace('_', '-')}: the checkpoint does not say it ({help})")
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind or value == "" or value == []:
            raise CheckpointError(f"--{key.replace('_', '-')}: expected {kind.__name__}, found {value!r}")
        if stored is not None and stored != value:
            raise CheckpointError(f"--{key.replace('_', '-')}: {value} is given, the checkpoint says {stored}")
        return value

    def among(self, known, key: str, *rest):
        value = self.get(key, *rest)
        if value not in known:
            raise CheckpointError(f"--{key.replace('_', '-')}: expected {' or '.join(known)}, found {value}")
        return value


def features(said: Said, width: int) -> list[dict]:
    """The state's features; their widths must fill the network's state."""
    found = []
    for entry in said.get("features", *ASKED["features"]):
        name, _, size = entry.partition(":") if isinstance(entry, str) else ("", "", "")
        if name not in FEATURE_UNITS or not size.isdigit():
            raise CheckpointError(f"--features: expected NAME:WIDTH with a name of {', '.join(FEATURE_UNITS)}, found {entry!r}")
        found.append({"name": name, "width": int(size), "units": FEATURE_UNITS[name]})
    if sum(f["width"] for f in found) != width:
        raise CheckpointError(f"--features: {sum(f['width'] for f in found)} numbers, the network's state has {width}")
    return found


def sampler(kind: str, said: Said) -> dict:
    """How the network is used; see sampling.py."""
    if kind == "mp1":
        return {"kind": "meanflow"}
    if kind == "flowpolicy":
        epsilon = said.get("epsilon", *FLOW["epsilon"])
        if at(said.config, "policy.Conditional_ConsistencyFM.num_inference_step") not in (None, 1):
            raise CheckpointError("policy.Conditional_ConsistencyFM.num_inference_step: only one step is run")
        return {"kind": "flow", "epsilon": epsilon, "time_scale": 99.0}
    for key, expected in (("clip_sample", True), ("set_alpha_to_one", True), ("steps_offset", 0)):
        if (found := at(said.config, SCHEDULER + key)) not in (None, expected):
            raise CheckpointError(f"{SCHEDULER}{key}: expected {expected}, found {found}")
    steps = said.get("sampling_steps", *DDIM["sampling_steps"])
    training = said.get("training_steps", *DDIM["training_steps"])
    if not 1 <= steps <= training:
        raise CheckpointError(f"--sampling-steps: expected 1 to {training}, found {steps}")
    return {"kind": "ddim", "prediction": said.among(("sample",), "prediction", *DDIM["prediction"]), "steps": steps,
            "training_steps": training, "schedule": said.among(("squaredcos_cap_v2",), "schedule", *DDIM["schedule"]),
            "clip": 1.0, "form": said.among(("correct", "legacy"), "ddim_form", *FORM["ddim_form"])}


class Conversion:
    """One checkpoint and what it becomes."""

    def __init__(self, path: str, given: dict):
        self.checkpoint = Checkpoint(path)
        root = self.checkpoint.root
        states = root.get("state_dicts") if isinstance(root, dict) else None
        if not isinstance(states, dict) or "ema_model" not in states:
            found = ", ".join(map(str, states)) if isinstance(states, dict) else "none"
            raise CheckpointError(f"{path}: expected state_dicts.ema_model, found {found}")
        self.records = states["ema_model"]
        if not isinstance(self.records, dict) or not all(type(k) is str and isinstance(v, TensorRecord) for k, v in self.records.items()):
            raise CheckpointError(f"{path}: state_dicts.ema_model holds something other than tensors")
        self.shapes = {k: v.shape for k, v in self.records.items()}
        config = plain(root.get("cfg"))
        self.said = Said(given, config if isinstance(config, dict) else None)
        self.kind = kind_of(self.shapes)
        # Refused before anything is asked: no flag would mend it.
        for key, expected in (("condition_type", "film"), ("use_down_condition", True), ("use_mid_condition", True),
                              ("use_up_condition", True), ("obs_as_global_cond", True), ("use_pc_color", False)):
            if (found := at(self.said.config, f"policy.{key}")) not in (None, expected):
                raise CheckpointError(f"policy.{key}: expected {expected}, found {found}")
        horizon, groups = (self.said.get(k, *CONFIGURED[k]) for k in ("horizon", "groups"))
        if not (1 <= horizon <= 256 and 1 <= groups <= 8192):
            raise CheckpointError(f"horizon {horizon} or groups {groups} is out of range")
        self.shape = network_shape(self.kind, self.shapes, horizon, groups)
        self.names = renaming(self.shape, self.shapes)

    def weights(self, dtype: torch.dtype):
        """Our tensors, one after another; matrices in `dtype`, norms and biases exact."""
        for ours, theirs in self.names.items():
            value = self.tensor(theirs)
            yield ours, value.to(dtype) if value.ndim > 1 else value

    def tensor(self, name: str) -> torch.Tensor:
        if name not in self.records:
            raise CheckpointError(f"{name}: missing")
        value = self.checkpoint.tensor(self.records[name])
        if not value.isfinite().all():
            raise CheckpointError(f"{name}: holds a number that is not finite")
        return value

    def normalisation(self, name: str, width: int) -> dict:
        """A `limits` normaliser; clouds keep the numbers of x, y and z."""
        values = {}
        for part in ("scale", "offset"):
            key = f"normalizer.params_dict.{name}.{part}"
            value = self.tensor(key)
            if value.ndim != 1 or (len(value) < width if name == "point_cloud" else len(value) != width):
                raise CheckpointError(f"{key}: expected {width} numbers, found shape {tuple(value.shape)}")
            values[part] = value[:width].tolist()
        if 0 in values["scale"]:
            raise CheckpointError(f"normalizer.params_dict.{name}.scale: holds a zero")
        return {"kind": "limits", **values}

    def progress(self) -> dict:
        """Epoch and step, where the checkpoint says them; each is a pickle of its own."""
        stored, found = self.checkpoint.root.get("pickles"), {}
        for key in ("epoch", "global_step"):
            value = stored.get(key) if isinstance(stored, dict) else None
            value = unpickle(value) if isinstance(value, bytes) else None
            found[key] = value if type(value) is int else None
        return found

    def document(self, name: str, execute: str | None, noise: str, command: str) -> dict:
        """policy.json without the weights' section."""
        said, shape = self.said, self.shape
        first = shape.observation_steps - 1
        rows = shape.horizon - first
        steps = min(said.get("action_steps", *CONFIGURED["action_steps"]), rows)
        names = said.get("action_names", *ASKED["action_names"])
        if len(names) != shape.action_width or not all(isinstance(n, str) and n for n in names):
            raise CheckpointError(f"--action-names: expected {shape.action_width} names, found {names}")
        if steps < 1:
            raise CheckpointError(f"horizon {shape.horizon} with {shape.observation_steps} observation steps executes nothing")
        return {
            "format": FORMAT,
            "name": name,
            "architecture": ARCHITECTURES[self.kind],
            "task": said.get("task", *ASKED["task"]),
            "robot": said.get("robot", *ASKED["robot"]),
            "control_mode": said.among(CONTROL_MODES, "control_mode", *ASKED["control_mode"]),
            "policy_rate_hz": said.get("policy_rate_hz", *ASKED["policy_rate_hz"]),
            "horizon": shape.horizon,
            "observation_steps": shape.observation_steps,
            "observation_stride": 1,
            "first_action": first,
            "execute": execute or f"chunk:{steps}",
            "attention": "none",
            "noise": noise,
            "sampler": sampler(self.kind, said),
            "cloud": {
                "points": said.get("points", *CONFIGURED["points"]),
                "frame": said.among(("world",), "cloud_frame", *ASKED["cloud_frame"]),
                "units": "m",
                "normalisation": self.normalisation("point_cloud", 3),
            },
            "state": {"features": features(said, shape.state_width), "normalisation": self.normalisation("agent_pos", shape.state_width)},
            "action": {
                "names": names,
                "low": -1.0,
                "high": 1.0,
                "units": "1",
                "translation_scale_m": said.get("translation_scale_m", *ASKED["translation_scale_m"]),
                "normalisation": self.normalisation("action", shape.action_width),
            },
            "network": network_document(shape),
            "conversion": {"command": command, "checkpoint": Path(self.checkpoint.path).name,
                           "checkpoint_sha256": sha256_of(self.checkpoint.path), **self.progress()},
        }


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(prog="convert_mp1.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("checkpoint", help="a .ckpt, for example checkpoints/latest.ckpt")
    p.add_argument("--out", help="policy directory, for example assets/policies/mp1-reach; without it, only says what is in the file")
    p.add_argument("--name", help="default: the directory's name")
    p.add_argument("--about", help="JSON file with any of the keys below (underscores for dashes); flags win over it")
    p.add_argument("--dtype", choices=("bf16", "f32"), default="bf16", help="of the stored matrices")
    p.add_argument("--noise", choices=("normal", "fixed", "zero"), default="normal", help="fresh each plan, as published; drawn once an episode; or none")
    p.add_argument("--execute", help="default: chunk:N with the checkpoint's action steps, as published")
    groups = (("what no checkpoint says", ASKED | FORM), ("where the checkpoint's configuration does not say it", CONFIGURED | FLOW | DDIM))
    for title, keys in groups:
        group = p.add_argument_group(title)
        for key, (kind, help, *_) in keys.items():
            more = {"nargs": "+"} if kind is list else {"type": kind}
            group.add_argument("--" + key.replace("_", "-"), help=help, **more)
    return p


def given(args: argparse.Namespace) -> dict:
    """The flags over the file; an unknown key of the file is refused."""
    keys = set(ASKED | FORM | CONFIGURED | FLOW | DDIM)
    values = {}
    if args.about:
        try:
            values = json.loads(Path(args.about).read_text())
        except (OSError, ValueError) as error:
            raise CheckpointError(f"{args.about}: {error}") from None
        if not isinstance(values, dict) or (unknown := sorted(set(values) - keys)):
            raise CheckpointError(f"{args.about}: expected an object with keys of {', '.join(sorted(keys))}"
                                  + (f"; found {unknown[0]}" if isinstance(values, dict) else ""))
    return values | {k: v for k in keys if (v := getattr(args, k)) is not None}


def report(conversion: Conversion) -> str:
    shape = conversion.shape
    return (f"{conversion.checkpoint.path}: {conversion.kind}, {len(conversion.records)} tensors, U-Net {list(shape.unet_widths)}, "
            f"{shape.blocks_per_level} blocks a level, {shape.time_encoders} time encoders, horizon {shape.horizon}, "
            f"{shape.observation_steps} observation steps, state {shape.state_width}, action {shape.action_width}")


def main(argv: list[str] | None = None) -> int:
    args = parser().parse_args(argv)
    arguments = sys.argv[1:] if argv is None else list(argv)
    try:
        conversion = Conversion(args.checkpoint, given(args))
        print(report(conversion))
        if args.out is None:
            return 0
        out = Path(args.out)
        # Names of files, not where they lie on this machine.
        command = shlex.join(["python", "convert_mp1.py", *(Path(a).name if "/" in a else a for a in arguments)])
        document = conversion.document(args.name or out.resolve().name, args.execute, args.noise, command)
        weights = dict(conversion.weights(torch.bfloat16 if args.dtype == "bf16" else torch.float32))
        written = write_directory(document, weights, out, args.dtype)
    except (CheckpointError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{out}: {written['weights']['parameters']} parameters, {written['weights']['bytes']} bytes, architecture {written['architecture']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
