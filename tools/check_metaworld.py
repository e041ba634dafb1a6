"""Meta-World through `simrun plant` in lockstep is Meta-World by itself: check_metaworld.py SIMRUN [TASK...]

For each task its own expert runs the same seeds both ways: the same steps of success and the same final
state, to the last bit. Then demonstrations are collected, read by training, and a few steps are trained.
"""

import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SIMRUN = os.path.abspath(sys.argv[1])
TASKS = sys.argv[2:] or ["reach-v3", "window-open-v3", "hammer-v3", "coffee-pull-v3", "push-v3",
                         "pick-place-v3", "shelf-place-v3", "disassemble-v3"]
EPISODES = 5
ENVIRONMENT = os.environ | {
    "PYTHONPATH": os.pathsep.join([os.path.join(ROOT, "python"), os.path.join(ROOT, "training")]),
    "PYTHONWARNINGS": "ignore", "MUJOCO_GL": os.environ.get("MUJOCO_GL", "egl"),
}
WORLD = [sys.executable, "-m", "simrun.metaworld"]


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=1800, env=ENVIRONMENT, **options)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def lockstep(task):
    native = json.loads(run([*WORLD, "native", task, "--episodes", str(EPISODES)]))["episodes"]
    report = json.loads(run([SIMRUN, "plant", "--json", "--ci", "--policy", "expert", "--clock", "lockstep",
                             "--episodes", str(EPISODES), "--", *WORLD, "plant", task, "--points", "16"]))
    for theirs, ours in zip(native, report["episodes"], strict=True):
        step = ours["success_at_s"] and round(ours["success_at_s"] * report["rate_hz"])
        assert (theirs["step"], theirs["state_hash"]) == (step, ours["state_hash"]), (task, theirs, ours)
    print(f"{task}: {sum(episode['step'] is not None for episode in native)} of {EPISODES} both ways", flush=True)


def demonstrations(folder):
    data = os.path.join(folder, "reach.hdf5")
    run([*WORLD, "collect", "reach-v3", "--episodes", "2", "--points", "128", "--out", data])
    out = os.path.join(folder, "policy")
    run([sys.executable, "-m", "simrun_training.train", "--data", data, "--out", out, "--steps", "2", "--batch", "4",
         "--points", "128", "--pretrain", "0"])
    print("demonstrations are trained on", flush=True)


def main():
    for task in TASKS:
        lockstep(task)
    with tempfile.TemporaryDirectory() as folder:
        demonstrations(folder)


main()
