"""The statistics of loops.py on timestamps made by hand, and its peers on a clock made by hand."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import loops


class Clock:
    """Time that passes only by sleeping, and a little too much of it."""

    def __init__(self, monkeypatch, oversleep):
        self.now = 100.0
        self.oversleep = list(oversleep)
        for name in ["perf_counter", "time"]:
            monkeypatch.setattr(loops.time, name, lambda: self.now)
        monkeypatch.setattr(loops.time, "sleep", self.sleep)

    def sleep(self, span):
        assert span > 0
        self.now += span + (self.oversleep.pop(0) if self.oversleep else 0)


def test_percentiles_are_nearest_rank():
    values = list(range(1, 1001))
    assert [loops.percentile(values, p) for p in (50, 99, 99.9, 100)] == [500, 990, 999, 1000]
    assert loops.percentile([7], 99.9) == 7
    assert loops.percentile([], 50) is None


def test_a_slice_counts_what_was_lost():
    # 10 ms periods over 0.1 s: ten due, seven started, one of them 25 ms late.
    starts = [0, 0.01, 0.02, 0.055, 0.065, 0.075, 0.085]
    late = [0, 0, 0.025, 0, 0, 0]
    one = loops.slice_of(starts, late, 100, 0.1)
    assert (one["ticks"], one["due"], one["drift"], one["misses"]) == (7, 10, 3, 2)
    assert one["late_ns"] == [0, 0, 25_000_000, 0, 0, 0]
    assert one["span_s"] == pytest.approx(0.085)


def test_slices_are_summed_and_their_samples_merged():
    one = {"ticks": 11, "due": 12, "drift": 0, "span_s": 1, "misses": 1}
    one |= {"late_ns": [1000] * 10, "stolen_ms": 3}
    two = {"ticks": 21, "due": 21, "drift": 0, "span_s": 1, "misses": 0}
    two |= {"late_ns": [3000] * 20, "stolen_ms": 0}
    both = loops.summary([one, two])
    assert both["rate_hz"] == 15 and both["ticks"] == 32
    assert (both["lost_ticks"], both["drift_ticks"]) == (1, 0)
    assert (both["misses"], both["stolen_ms"]) == (1, 3)
    assert (both["lateness_p50_us"], both["lateness_max_us"]) == (3, 3)
    assert loops.summary([]) is None


@pytest.mark.parametrize("name", loops.PEERS)
def test_a_peer_on_a_perfect_clock_is_never_late(monkeypatch, name):
    Clock(monkeypatch, [])
    # Powers of two, so that sums are exact.
    starts, late = loops.PEERS[name](1 / 64, 2)
    one = loops.slice_of(starts, late, 64, 2)
    assert (one["ticks"], one["due"], one["misses"]) == (128, 128, 0)
    assert one["late_ns"] == [0] * 127


@pytest.mark.parametrize("name", ["lerobot", "openpi"])
def test_an_anchor_taken_anew_never_makes_up_for_lateness(monkeypatch, name):
    Clock(monkeypatch, [1 / 1024] * 1000)
    starts, late = loops.PEERS[name](1 / 64, 2)
    assert starts[10] - starts[0] == 10 * (1 / 64 + 1 / 1024)
    assert set(late) == {1 / 1024}
    one = loops.slice_of(starts, late, 64, 2)
    assert one["due"] - one["ticks"] == 7


def test_a_cycle_makes_up_for_lateness_within_itself_alone(monkeypatch):
    Clock(monkeypatch, [1 / 1024, 0] * 1000)
    starts, late = loops.PEERS["lerobot-cycle"](1 / 64, 2)
    assert late[:4] == [1 / 1024, 0, 1 / 1024, 0] and len(starts) == 128
    Clock(monkeypatch, [0, 1 / 1024] * 1000)
    starts, late = loops.PEERS["lerobot-cycle"](1 / 64, 2)
    assert starts[10] - starts[0] == 5 * (2 / 64 + 1 / 1024)


def test_rows_stand_side_by_side_and_refused_ones_are_null():
    ours = dict.fromkeys(loops.KEYS, 2.0)
    peer = dict.fromkeys(loops.KEYS, 8.0)
    rows = loops.rows_of(50.0, "idle", {"simrun": ours, "lerobot": peer, "lerobot-fifo": None})
    assert [row["case"] for row in rows] == ["50hz/idle/lerobot", "50hz/idle/lerobot-fifo"]
    assert rows[0]["simrun_lateness_p99_us"] == 2 and rows[0]["peer_lateness_p99_us"] == 8
    assert rows[0]["share_p99"] == rows[0]["share_p999"] == 0.25
    assert rows[1]["peer_rate_hz"] is None and rows[1]["share_p99"] is None
    json.dumps(rows)
    assert len(loops.table(rows)) == 4


def test_a_peer_runs_in_a_process_of_its_own():
    one = loops.run_peer("lerobot", 100.0, 0.2, False)
    assert 1 <= one["ticks"] <= one["due"] == 20
    assert len(one["late_ns"]) == one["ticks"] - 1


@pytest.mark.parametrize(
    "bad", [["--rates", "fast"], ["--rates", "0"], ["--loads", "some"], ["--peers", "x"]]
)
def test_bad_arguments_are_refused(bad):
    run = subprocess.run([sys.executable, loops.__file__, *bad], capture_output=True, check=False)
    assert run.returncode == 2
