"""Checks the original networks at full width end to end: checkpoint, converter, simrun, against PyTorch.

Writes each checkpoint with random weights (of bf16 values, so that storing them costs nothing), converts
it, has simrun sample two chunks from given noise, and compares with our reading of the original. Needs 2 GB
of disk and of memory, and about two minutes.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save_file

from . import convert, write_checkpoint
from .original import FULL, KINDS, Sizes

ABOUT = ["--task", "reach", "--robot", "panda", "--control-mode", "pd_ee_delta_pos", "--policy-rate-hz", "20",
         "--translation-scale-m", "0.02", "--action-names", "x", "y", "z", "gripper", "--features", "joint_positions:9",
         "--cloud-frame", "world"]
MORE = {"mp1": [], "flowpolicy": ["--epsilon", "0.01"], "dp3": ["--ddim-form", "correct"], "simple-dp3": ["--ddim-form", "legacy"]}
# Relative norm to PyTorch in float32; the weights are bf16 numbers, so that both formats hold them exactly.
TOLERANCES = {"fp32": 1e-4, "bf16": 1e-4}


class Peer:
    """simrun, evaluating a network on request."""

    def __init__(self, simrun: str):
        self.process = subprocess.Popen([simrun, "bench", "--peer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, **request) -> dict:
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("simrun ended")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def relative_norm(got: torch.Tensor, expected: torch.Tensor) -> float:
    return ((got - expected).norm() / expected.norm()).item()


def check(kind: str, simrun: str, folder: Path, candidates: int = 2) -> bool:
    """One kind; prints a line per weight format, true if all agree."""
    sizes = Sizes(kind, widths=FULL[kind])
    policy = write_checkpoint.random_policy(sizes, seed=1, rounded=True)
    path, out, inputs = folder / "latest.ckpt", folder / "policy", folder / "inputs.safetensors"
    write_checkpoint.write(policy, path)
    if convert.main([str(path), "--out", str(out), *ABOUT, *MORE[kind]]) != 0:
        return False
    path.unlink()
    cloud, state = 0.5 * torch.randn(2, sizes.points, 3), torch.randn(2, sizes.state)
    noise = torch.randn(candidates, sizes.horizon, sizes.action)
    with torch.no_grad():
        condition = policy.condition(cloud, state)
        expected = policy.sample(noise, condition.expand(candidates, -1), "legacy" if kind == "simple-dp3" else "correct")
    save_file({"cloud": cloud[1].contiguous(), "state": state[1].contiguous(), "noise": noise,
               "earlier_features": condition[0, : 2 * sizes.features].contiguous()}, inputs)
    del policy
    held, peer = True, Peer(simrun)
    for weights, tolerance in TOLERANCES.items():
        peer(load={"policy": str(out), "weights": weights, "candidates": candidates, "inputs": str(inputs)})
        times = peer(run=5)["times_us"]
        got = torch.tensor(peer(output=True)["output"]).reshape(expected.shape)
        error = relative_norm(got, expected)
        held = held and error <= tolerance
        print(f"{kind:10} {weights:5} relative norm {error:.1e} (at most {tolerance:.0e}), median {sorted(times)[len(times) // 2] / 1000:.1f} ms hot")
    peer.close()
    return held


def main() -> int:
    p = argparse.ArgumentParser(prog="python -m simrun_training.full_width", description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--simrun", required=True, help="the binary, for example ../.build/release/simrun")
    p.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    args = p.parse_args()
    held = []
    for kind in args.kinds:
        with tempfile.TemporaryDirectory() as folder:
            held.append(check(kind, args.simrun, Path(folder)))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
