#!/usr/bin/env python3
"""Writes assets/latency/*.trace: published policy latencies as traces for `--latency trace:FILE`.

Where a paper gives a spread, a trace holds 200 draws of a normal distribution, clipped at 0 and
then shifted and scaled, so that the rows have the published mean and standard deviation; otherwise
one constant row. The same seed writes the same files: `--check` compares instead of writing.
"""

import argparse
import pathlib
import random
import statistics
import sys

SEED = 2507
DRAWS = 200

MP1 = "MP1 (arXiv 2507.10543), table of inference times; one RTX 4090, batch 1"
V_GPS = "V-GPS (arXiv 2410.13816), time per action; Octo-small, K candidates ranked; machine not stated"

# name: (what, mean in ms, standard deviation in ms or None, source)
FIGURES = {
    "mp1": ("MP1, 1 evaluation", 6.8, 0.1, MP1),
    "flowpolicy": ("FlowPolicy, 1 evaluation", 12.6, 1.5, MP1),
    "simple-dp3": ("Simple DP3, 10 evaluations", 97.0, 9.2, MP1),
    "dp3": ("DP3, 10 evaluations", 132.2, 11.2, MP1),
    "pi0": ("pi0, one chunk", 86.0, None, "openpi issue 393, after the pi0 paper; RTX 4090"),
    "dd-vla": (
        "Discrete Diffusion VLA, 12 rounds, a chunk of 8",
        68.8,
        None,
        "Discrete Diffusion VLA (arXiv 2508.20072), latency on LIBERO-Goal; one H800",
    ),
    "openvla": (
        "OpenVLA, autoregressive, one action",
        240.0,
        None,
        "OpenVLA-OFT (arXiv 2502.19645), its baseline at 4.2 Hz; one A100",
    ),
    "v-gps-k10": ("V-GPS, K = 10", 96.3, None, V_GPS),
    "v-gps-k30": ("V-GPS, K = 30", 109.6, None, V_GPS),
    "v-gps-k50": ("V-GPS, K = 50", 119.6, None, V_GPS),
    "v-gps-k100": ("V-GPS, K = 100", 159.6, None, V_GPS),
}


def rows(name, mean, deviation):
    """The samples of one figure in milliseconds."""
    if deviation is None:
        return [mean]
    generator = random.Random(f"{SEED} {name}")
    normal = statistics.NormalDist(mean, deviation)
    # In the open interval (0, 1), for the inverse has no value at its ends.
    uniform = [(generator.getrandbits(32) + 0.5) / 2**32 for _ in range(DRAWS)]
    draws = [max(0.0, normal.inv_cdf(value)) for value in uniform]
    centre, spread = statistics.fmean(draws), statistics.pstdev(draws)
    return [mean + (draw - centre) * deviation / spread for draw in draws]


def text(name):
    """The whole file of one figure."""
    what, mean, deviation, source = FIGURES[name]
    made = (
        "# one constant row: the source gives no spread"
        if deviation is None
        else f"# {DRAWS} draws of a normal distribution by tools/make_latency_traces.py, seed {SEED}"
    )
    lines = [
        f"# {what}",
        f"# source: {source}",
        f"# mean_ms {mean}",
        f"# sd_ms {0.0 if deviation is None else deviation}",
        made,
        "infer_us",
        *(f"{1000 * row:.1f}" for row in rows(name, mean, deviation)),
    ]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare the files, write nothing")
    arguments = parser.parse_args()
    folder = pathlib.Path(__file__).resolve().parent.parent / "assets" / "latency"
    folder.mkdir(parents=True, exist_ok=True)
    stale = []
    for name in FIGURES:
        path = folder / f"{name}.trace"
        if not arguments.check:
            path.write_text(text(name), encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text(name):
            stale.append(path.name)
    if stale:
        sys.exit(f"not as this script writes them: {', '.join(stale)}")


if __name__ == "__main__":
    main()
