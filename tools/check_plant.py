"""Outside worlds under `simrun plant`, and our tasks as environments: check_plant.py SIMRUN

A world that writes down what it is told proves how delays are charged; others misbehave; Gymnasium's
own checker looks at our tasks.
"""

import json
import os
import subprocess
import sys
import tempfile
import warnings

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "python"))

import numpy as np

from simrun.plant import World, connect

SIMRUN = os.path.abspath(sys.argv[1])


class Ledger(World):
    """A cart that is pushed, at 20 Hz with four timesteps each; it writes down every order."""

    name = "ledger"
    action_names = ["push", "other"]
    control_hz, substeps, time_limit = 20.0, 4, 1.0
    observation = {"state": (2,)}
    has_expert = True

    def __init__(self, path):
        self.path, self.lines = path, []

    def reset(self, seed):
        self.lines.append(["reset", seed])
        self.position, self.push, self.steps = seed / 1000, 0.0, 0
        return f"push {seed}"

    def apply(self, action):
        self.lines.append(["apply", self.steps, [round(float(number), 6) for number in action]])
        self.push = float(action[0])

    def step(self):
        self.steps += 1
        self.position += 0.01 * self.push

    def judge(self):
        return self.position > 0.5

    def sense(self):
        self.lines.append(["sense", self.steps])
        return {"state": [self.position, self.push]}

    def expert_action(self):
        return [1.0, self.steps / 100]

    def state_hash(self):
        return int(np.float64(self.position).view(np.uint64))

    def close(self):
        with open(self.path, "w") as file:
            json.dump(self.lines, file)


class Broken(Ledger):
    """Misbehaves in the way that it is told."""

    def __init__(self, path, how):
        super().__init__(path)
        self.how = how

    def sense(self):
        seen = super().sense()
        if self.steps < 4:
            return seen
        match self.how:
            case "raises": raise RuntimeError("the cart has derailed")
            case "shape": self.observation = {"state": (3,)}; return {"state": [1, 2, 3]}
            case "nan": return {"state": [float("nan"), 0]}
            case "goes": os._exit(7)
            case "lost": return {}


def plant(*options, how=None):
    """A run's report, its exit code, what it said, and the ledger."""
    with tempfile.NamedTemporaryFile("r") as ledger:
        world = [sys.executable, os.path.abspath(__file__), SIMRUN, "world", ledger.name] + ([how] if how else [])
        run = subprocess.run([SIMRUN, "plant", "--json", *options, "--", *world], capture_output=True, text=True, timeout=200)
        text = ledger.read()
    return (json.loads(run.stdout) if run.stdout else None), run.returncode, run.stderr, json.loads(text or "[]")


def delays():
    expert = ["--policy", "expert", "--episodes", "2", "--seed", "10", "--until", "time-limit"]
    report, code, errors, ledger = plant(*expert, "--clock", "lockstep")
    assert code == 0, errors
    assert report["task"] == "ledger" and report["physics_hz"] == 80 and report["rate_hz"] == 20, report
    assert [episode["seed"] for episode in report["episodes"]] == [10, 11]
    assert all(episode["ticks"] == 20 and episode["success"] for episode in report["episodes"])
    assert report["episodes"][0]["instruction"] == "push 10"
    applied = [line for line in ledger if line[0] == "apply"]
    assert [line[1] for line in applied] == 2 * list(range(0, 80, 4)), applied
    # 30 ms are three timesteps of 12.5 ms: the old action is held for so long.
    report, code, errors, ledger = plant(*expert, "--latency", "30ms")
    assert code == 0, errors
    assert [line[1] for line in ledger if line[0] == "apply"] == 2 * list(range(3, 80, 4)), ledger
    assert report["charge_us"]["applied_p50"] == 37500 and report["deadline_misses"] == 0
    # 60 ms are five: over a period, so that a tick costs two.
    report, code, errors, ledger = plant(*expert, "--latency", "60ms")
    assert code == 0, errors
    assert [line[1] for line in ledger if line[0] == "apply"] == 2 * list(range(5, 80, 8)), ledger
    assert report["deadline_misses"] == 20, report["deadline_misses"]
    first = plant(*expert, "--latency", "30ms", "--execute", "async")[0]["episodes"]
    assert first == plant(*expert, "--latency", "30ms", "--execute", "async")[0]["episodes"]
    for strategy in ("chunk:1", "ensemble", "rtc"):
        assert plant("--policy", "random", "--latency", "30ms", "--execute", strategy)[1] == 0
    report, code, errors, _ = plant("--policy", "random", "--clock", "wall", "--episodes", "1")
    assert code == 0, errors
    assert plant(*expert, "--latency", "30ms", "--min-success", "1.0")[1] == 0
    assert plant(*expert, "--latency", "400ms", "--min-success", "1.0")[1] == 1


def faults():
    for how, words in (("raises", "derailed"), ("shape", "state"), ("nan", "finite"), ("goes", "gone"), ("lost", "state")):
        _, code, errors, _ = plant("--policy", "random", how=how)
        assert code == 3 and words in errors and "seed 0" in errors, (how, code, errors)
    for wrong in (["--policy", "meanflow-reach"], ["--policy", "random", "--execute", "rollforward"],
                  ["--policy", "random", "--latency", "fast"], ["--policy", "nobody"]):
        assert plant(*wrong)[1] == 2, wrong
    run = subprocess.run([SIMRUN, "plant", "--policy", "random", "--", "false"], capture_output=True, text=True, timeout=60)
    assert run.returncode == 3 and "no world connected" in run.stderr, run
    run = subprocess.run([SIMRUN, "plant", "--policy", "random", "--", "/no/such/thing"], capture_output=True, text=True, timeout=60)
    assert run.returncode in (2, 3), run


def gymnasium_world():
    """A registered environment with a Box of actions, its steps as physics."""
    import gymnasium  # noqa: F401

    world = [sys.executable, "-m", "simrun.plant", "Pendulum-v1", "--seconds", "0.05"]
    environment = os.environ | {"PYTHONPATH": os.path.join(ROOT, "python")}
    run = subprocess.run([SIMRUN, "plant", "--json", "--policy", "random", "--latency", "60ms", "--episodes", "2", "--ci", "--", *world],
                         capture_output=True, text=True, timeout=100, env=environment)
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)
    assert report["task"] == "Pendulum-v1" and report["episodes"][0]["ticks"] == 100, report["episodes"]


def environments():
    """Our tasks as gymnasium.Env."""
    import gymnasium
    from gymnasium.utils.env_checker import check_env

    os.environ["SIMRUN"] = SIMRUN
    from simrun.env import SimrunEnv

    with warnings.catch_warnings():
        # It would like bounds of everything that is observed, and pictures.
        warnings.simplefilter("ignore")
        env = SimrunEnv("reach", latency="6.8ms")
        check_env(env, skip_render_check=True)
    rewards = act(env, 0)
    assert rewards[-1] == 1.0, "the goal is reached by going there"
    assert act(env, 0) == rewards, "an episode in the middle of which another began"
    try:
        env.step(np.zeros(env.action_space.shape, np.float32))
    except gymnasium.error.ResetNeeded:
        pass
    else:
        raise AssertionError("a step after the end")
    env.close()
    # Who thinks for longer than the episode lasts finds it over.
    env = SimrunEnv("reach", latency="60s")
    env.reset(seed=3)
    _, _, terminated, truncated, info = env.step(np.zeros(env.action_space.shape, np.float32))
    assert truncated and not terminated and info["misses"] > 10, info
    env.close()


def act(env, seed):
    """Goes to the goal; the rewards of the episode."""
    env.reset(seed=1_000_000)
    env.step(env.action_space.sample())
    seen, info = env.reset(seed=seed)
    assert info["seed"] == seed
    rewards, is_over = [], False
    while not is_over:
        action = np.zeros(env.action_space.shape, np.float32)
        action[:3] = np.clip((seen["goal"] - seen["tool_position"]) / 0.1, -1, 1)
        seen, reward, terminated, truncated, _ = env.step(action)
        rewards.append(reward)
        is_over = terminated or truncated
    return rewards


def main():
    for check in (delays, faults, gymnasium_world, environments):
        check()
        print(check.__name__, flush=True)


if len(sys.argv) > 2 and sys.argv[2] == "world":
    WORLD = Broken(sys.argv[3], sys.argv[4]) if len(sys.argv) > 4 else Ledger(sys.argv[3])
    try:
        connect(WORLD)
    finally:
        WORLD.close()
else:
    main()
