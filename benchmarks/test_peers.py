"""The statistics of peers.py on figures made by hand, and its rows."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import peers


class Steps:
    """A runtime whose calls take what they are told, and that keeps the order of slices."""

    def __init__(self, name, seconds, journal):
        self.name, self.seconds, self.journal = name, seconds, journal

    def run(self, calls):
        self.journal.append((self.name, calls))
        return [self.seconds] * calls


def test_differences_are_the_largest_and_the_norms():
    absolute, relative = peers.differences([3.0, 4.5], [3.0, 4.0])
    assert (absolute, relative) == (0.5, 0.1)
    assert peers.differences([0.0], [0.0]) == (0, 0)
    with pytest.raises(ValueError):
        peers.differences([1.0], [1.0, 2.0])


def test_slices_alternate_and_start_elsewhere_each_round():
    journal = []
    runtimes = {name: Steps(name, 0.01, journal) for name in "abc"}
    spans = peers.interleave(runtimes, rounds=2, slice_seconds=0.05)
    slices = [name for name, calls in journal if calls == 5]
    assert slices == ["a", "b", "c", "b", "c", "a"]
    # The calls that warm up are not counted.
    assert all(len(spans[name]) == 10 for name in "abc")


def test_a_slow_runtime_still_gets_a_few_calls():
    spans = peers.interleave({"slow": Steps("slow", 9.0, [])}, rounds=1, slice_seconds=0.1)
    assert len(spans["slow"]) == 3


def test_rows_hold_medians_and_null_where_a_peer_is_missing():
    spans = {"simrun-fp32": [1e-3, 2e-3, 9e-3], "torch_eager": [0.016], "onnxruntime": [0.006]}
    row = peers.row_of("x/b1", "fp32", 1, spans, (1e-6, 1e-7))
    assert row["simrun_us"] == pytest.approx(2000)
    assert row["torch_eager_us"] == pytest.approx(16_000)
    assert row["torch_compile_us"] is None
    assert row["times_faster_than_torch_eager"] == pytest.approx(8)
    assert row["times_faster_than_torch_compile"] is None
    assert row["holds"] is True
    json.dumps(row)
    assert len(peers.table([row])) == 2


@pytest.mark.parametrize(
    "dtype, errors, holds",
    [
        ("fp32", (9e-5, 1.0), True),
        ("fp32", (2e-4, 0.0), False),
        ("bf16-dot", (1.0, 1.9e-2), True),
        ("bf16", (0.0, 2.1e-2), False),
        ("int8", (math.nan, math.nan), False),
        ("fp32", (math.nan, math.nan), False),
    ],
)
def test_a_type_must_be_near_enough(dtype, errors, holds):
    assert peers.agrees(dtype, *errors) is holds


@pytest.mark.parametrize(
    "bad",
    [
        ["--cases", "meanflow-reach/b3"],
        ["--dtypes", "fp64"],
        ["--peers", "jax"],
        ["--rounds", "0"],
        ["--threads", "3"],
        ["--policy", "nowhere"],
        ["--simrun", "nowhere"],
    ],
)
def test_bad_arguments_are_refused(bad):
    run = subprocess.run([sys.executable, peers.__file__, *bad], capture_output=True, check=False)
    assert run.returncode == 2


def built():
    """The program, wherever it was built; None if nowhere."""
    wanted = [os.environ.get("SIMRUN_BINARY"), *(f".build/{kind}/simrun" for kind in ("release", "debug"))]
    found = [peers.ROOT / one for one in wanted if one and (peers.ROOT / one).is_file()]
    return str(found[0]) if found else None


@pytest.mark.skipif(built() is None, reason="simrun is not built")
def test_ours_plans_as_pytorch_does():
    pytest.importorskip("torch")
    command = [sys.executable, peers.__file__, "--json", "--rounds", "1", "--slice", "0.01"]
    command += ["--cases", "meanflow-track/b8", "--dtypes", "fp32,bf16-dot"]
    command += ["--peers", "torch_eager", "--simrun", built()]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    rows = json.loads(run.stdout)["rows"]
    assert [row["dtype"] for row in rows] == ["fp32", "bf16-dot"]
    for row in rows:
        assert row["case"] == "meanflow-track/b8" and row["threads"] == 1
        assert row["simrun_us"] > 0 and row["torch_eager_us"] > 0
        assert row["torch_compile_us"] is None and row["onnxruntime_us"] is None
    assert rows[0]["max_abs_diff"] <= 1e-4 < rows[1]["max_abs_diff"]


@pytest.mark.skipif(built() is None, reason="simrun is not built")
@pytest.mark.parametrize(
    "request_line",
    ["", "{}", '{"run": 3}', '{"load": {"policy": "meanflow-track"}}', "[" * 10_000],
)
def test_a_bad_request_is_bad_input(request_line):
    run = subprocess.run(
        [built(), "bench", "--peer"], input=request_line + "\n", capture_output=True, text=True,
        cwd=peers.ROOT, check=False,
    )
    assert run.returncode == 2 and run.stdout == "" and "expected" in run.stderr
