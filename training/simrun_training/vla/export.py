"""Exports a checkpoint of the discrete-diffusion policy: model.safetensors (EMA, bf16), vocabulary.json, policy.json."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

import torch

from ..dataset import FEATURE_UNITS, sha256_of
from ..export import FORMAT, stored, write_directory
from .decode import ORDERS, REMASKS, SCHEDULES, TEMPERATURES, Decoder
from .words import Vocabulary


def statistics(entry: dict) -> dict:
    """One embodiment: what it is, and what its numbers mean."""
    return {
        **{k: entry[k] for k in ("key", "robot", "tasks", "control_mode", "policy_rate_hz", "translation_scale_m",
                                 "rotation_scale_rad", "views")},
        "state": {
            "features": [{"name": n, "width": w, "units": FEATURE_UNITS[n]}
                         for n, w in zip(entry["features"], entry["feature_widths"])],
            "normalisation": entry["state_normalisation"],
        },
        "action": {"names": entry["action_names"], "units": "1", **entry["action_binning"]},
    }


def policy_document(config: dict, name: str, execute: str, decoder: Decoder, vocabulary: dict) -> dict:
    network = dict(config["network"])
    return {
        "format": FORMAT,
        "name": name,
        "architecture": "discrete-diffusion",
        "attention": "prefix-lm",
        "horizon": network.pop("horizon"),
        "execute": execute,
        "vocabulary": vocabulary,
        "image": {"size": network.pop("image_size"), "resize": "area", "low": -1.0, "high": 1.0},
        "statistics": [statistics(e) for e in config["statistics"]],
        "decoder": asdict(decoder),
        "network": {k: v for k, v in network.items() if k not in ("vocabulary", "action_width")},
        "training": {
            key: config[key]
            for key in ("command", "data", "data_sha256", "seeds", "demonstrations", "steps", "minutes",
                        "batch", "lr", "seed", "ema", "objective", "validation", "torch")
        },
    }


def write_policy(config: dict, weights: dict, out: Path, name: str, execute: str, decoder: Decoder, dtype: str = "bf16") -> dict:
    out.mkdir(parents=True, exist_ok=True)
    part = out / "vocabulary.json.part"
    Vocabulary(config["words"]).write(part)
    vocabulary = {"file": "vocabulary.json", "sha256": sha256_of(str(part))}
    part.replace(out / "vocabulary.json")
    document = policy_document(config, name, execute, decoder, vocabulary)
    tensors = stored(weights) if dtype == "bf16" else {k: v.float().contiguous() for k, v in weights.items()}
    return write_directory(document, tensors, out, dtype)


def add_decoder_options(p: argparse.ArgumentParser) -> None:
    p.add_argument("--rounds", type=int, default=Decoder.rounds)
    p.add_argument("--schedule", choices=SCHEDULES, default=Decoder.schedule)
    p.add_argument("--order", choices=ORDERS, default=Decoder.order)
    p.add_argument("--temperature", choices=TEMPERATURES, default=Decoder.temperature)
    p.add_argument("--temperature-start", type=float, default=Decoder.temperature_start)
    p.add_argument("--remask", choices=REMASKS, default=Decoder.remask)
    p.add_argument("--threshold", type=float, default=Decoder.threshold, help="of the threshold check in the last round")
    p.add_argument("--drop", type=float, default=Decoder.drop, help="of confidence since it was committed")
    p.add_argument("--sub-bin", action="store_true", help="probability-weighted mean over two bins each side")


def main(argv: list[str] | None = None) -> int:
    p = argparse.ArgumentParser(prog="python -m simrun_training.vla.export", description=__doc__,
                                formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("--checkpoint", required=True, help="directory given to train as --out, or its checkpoint.pt")
    p.add_argument("--out", required=True, help="policy directory, for example assets/policies/vla-language")
    p.add_argument("--name", help="default: the directory's name")
    p.add_argument("--execute", default="chunk:4")
    add_decoder_options(p)
    args = p.parse_args(argv)
    path, out = Path(args.checkpoint), Path(args.out)
    path = path / "checkpoint.pt" if path.is_dir() else path
    saved = torch.load(path, weights_only=True, map_location="cpu")
    decoder = Decoder(**{k: getattr(args, k) for k in asdict(Decoder())})
    try:
        document = write_policy(saved["config"], saved["ema"], out, args.name or out.resolve().name, args.execute, decoder)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{out}: {document['weights']['parameters']} parameters, {document['weights']['bytes']} bytes, "
          f"{saved['config']['steps']} steps, held out {saved['config']['validation']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
