"""Exports a checkpoint as a policy directory: model.safetensors (EMA, bf16) and policy.json."""

import argparse
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from .dataset import FEATURE_UNITS, sha256_of
from .network import NetworkShape

FORMAT = "simrun-policy-1"


def stored(weights: dict) -> dict:
    """Matrices in bf16; norms and biases, which are few, stay exact."""
    return {k: (v.to(torch.bfloat16) if v.ndim > 1 else v.float()).contiguous() for k, v in weights.items()}


def network_document(shape: NetworkShape) -> dict:
    """The network's widths, as far as no other key of policy.json says them."""
    return {
        "point_widths": list(shape.point_widths),
        "point_features": shape.point_features,
        "state_features": shape.state_features,
        "time_features": shape.time_features,
        "time_encoders": shape.time_encoders,
        "unet_widths": list(shape.unet_widths),
        "blocks_per_level": shape.blocks_per_level,
        "kernel": shape.kernel,
        "groups": shape.groups,
    }


def policy_document(config: dict, name: str, execute: str, noise: str) -> dict:
    """The content of policy.json but for the weights. Everything a runtime must know is said."""
    shape = NetworkShape.from_dict(config["network"])
    return {
        "format": FORMAT,
        "name": name,
        # Checkpoints of before other methods say neither.
        "architecture": config.get("architecture", "meanflow"),
        "task": config["task"],
        "robot": config["robot"],
        "control_mode": config["control_mode"],
        "policy_rate_hz": float(config["policy_rate_hz"]),
        "horizon": shape.horizon,
        "observation_steps": shape.observation_steps,
        "observation_stride": config.get("observation_stride", 1),
        "first_action": 0,
        "execute": execute,
        "attention": "none",
        "noise": noise,
        "sampler": config.get("sampler", {"kind": "meanflow"}),
        "cloud": {
            "points": config["points"],
            "frame": config["cloud_frame"],
            "units": "m",
            "normalisation": config["cloud_normalisation"],
        },
        "state": {
            "features": [
                {"name": n, "width": w, "units": FEATURE_UNITS.get(n, "1")}
                for n, w in zip(config["features"], config["feature_widths"])
            ],
            "normalisation": config["state_normalisation"],
        },
        "action": {
            "names": config["action_names"],
            "low": -1.0,
            "high": 1.0,
            "units": "1",
            "translation_scale_m": float(config["translation_scale_m"]),
            "normalisation": config["action_normalisation"],
        },
        "network": network_document(shape),
        "training": {
            key: config[key]
            for key in ("command", "data", "data_sha256", "seeds", "demonstrations", "steps", "minutes",
                        "batch", "lr", "seed", "ema", "objective", "validation", "torch")
        },
    }


def write_policy(config: dict, weights: dict, out: Path, name: str, execute: str = "replan", noise: str = "normal") -> dict:
    """Exports a network that this folder trained."""
    missing = [k for k in ("task", "robot", "control_mode", "policy_rate_hz", "translation_scale_m") if not config.get(k)]
    if missing:
        raise ValueError(f"the demonstrations do not say {', '.join(missing)}; give them as options")
    return write_directory(policy_document(config, name, execute, noise), stored(weights), out, "bf16")


def write_directory(document: dict, tensors: dict, out: Path, dtype: str, description: str = "policy.json") -> dict:
    """Writes weights and their description, each whole or not at all; returns the document with its weights."""
    out.mkdir(parents=True, exist_ok=True)
    part = out / "model.safetensors.part"
    save_file(tensors, part, metadata={"format": "pt"})
    document = document | {"weights": {
        "file": part.name.removesuffix(".part"),
        "sha256": sha256_of(str(part)),
        "bytes": part.stat().st_size,
        "dtype": dtype,
        "parameters": sum(v.numel() for v in tensors.values()),
    }}
    text = out / f"{description}.part"
    text.write_text(json.dumps(document, indent=2) + "\n")
    part.chmod(0o644)
    part.replace(out / "model.safetensors")
    text.replace(out / description)
    return document


def main(argv: list[str] | None = None) -> int:
    p = argparse.ArgumentParser(prog="python -m simrun_training.export", description=__doc__,
                                formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("--checkpoint", required=True, help="directory given to train as --out, or its checkpoint.pt")
    p.add_argument("--out", required=True, help="policy directory, for example assets/policies/meanflow-reach")
    p.add_argument("--name", help="default: the directory's name")
    p.add_argument("--execute", default="replan")
    p.add_argument("--noise", choices=("normal", "fixed", "zero"), default="normal",
                   help="fresh each plan, drawn once an episode, or none")
    p.add_argument("--steps", type=int, help="evaluations a plan, where the sampler takes several; default: as trained")
    for key in ("task", "robot", "control_mode"):
        p.add_argument("--" + key.replace("_", "-"), help="where the demonstrations do not say it")
    p.add_argument("--policy-rate-hz", type=float)
    p.add_argument("--translation-scale-m", type=float, help="metres that an action of 1 moves the target")
    args = p.parse_args(argv)
    path, out = Path(args.checkpoint), Path(args.out)
    path = path / "checkpoint.pt" if path.is_dir() else path
    saved = torch.load(path, weights_only=True)
    config = saved["config"]
    config.update({k: v for k in ("task", "robot", "control_mode", "policy_rate_hz", "translation_scale_m") if (v := getattr(args, k)) is not None})
    if args.steps is not None:
        config["sampler"] = {**config.get("sampler", {"kind": "meanflow"}), "steps": args.steps}
    try:
        document = write_policy(config, saved["ema"], out, args.name or out.resolve().name, args.execute, args.noise)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{out}: {document['weights']['parameters']} parameters, {document['weights']['bytes']} bytes, "
          f"{config['steps']} steps, validation {config['validation']['mse']:.5f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
