"""Tasks of simrun as gymnasium.Env: simrun runs the world, and charges the time until `step` is called.

    env = SimrunEnv("pick-place", latency="measured")
    observation, info = env.reset(seed=0)

A step is one action at the task's policy rate. With latency "measured" the world moves on while the
caller thinks, as a real one would; with "6.8ms" it moves for that long, whatever the caller takes.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np

from . import wire
from .websocket import WebSocket

PROGRAM = "SIMRUN"


def program() -> str:
    """The program: $SIMRUN, else simrun on the PATH, else this repository's release build."""
    built = Path(__file__).resolve().parents[2] / ".build/release/simrun"
    found = os.environ.get(PROGRAM) or shutil.which("simrun") or (str(built) if built.exists() else None)
    if not found:
        raise FileNotFoundError(f"expected simrun on the PATH, or its path in ${PROGRAM}")
    return found


class SimrunEnv(gymnasium.Env):
    """One task. Rewards are 1 where success holds after the step, else 0."""

    metadata = {"render_modes": []}

    def __init__(self, task: str, latency: str = "measured", clock: str = "charged", robot: str | None = None,
                 until: str | None = None, options: list[str] | None = None):
        command = [program(), "gym", task, f"--clock={clock}"]
        command += [f"--latency={latency}"] if clock == "charged" else []
        command += [f"--robot={robot}"] if robot else []
        command += [f"--until={until}"] if until else []
        self.process = subprocess.Popen(command + (options or []), stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if " at ws" not in line:
            raise RuntimeError(f"simrun gym ended with {self.process.wait()}")
        self.socket = WebSocket(line.split()[-1])
        about = wire.unpack(self.socket.receive())
        if about.get("simrun") != "gym" or about.get("protocol") != 1:
            raise RuntimeError(f"not a simrun that this package knows: {about}")
        self.about = about
        self.metadata = {**self.metadata, "render_fps": about["policy_rate_hz"]}
        self.observation_space = gymnasium.spaces.Dict({
            key: gymnasium.spaces.Box(-np.inf, np.inf, tuple(field["shape"]), np.dtype(field["dtype"]))
            for key, field in about["observation"].items()
        })
        # Absolute targets have the robot's own bounds, which the loop's safety gate keeps.
        bound = 1.0 if "delta" in about["control_mode"] else np.inf
        self.action_space = gymnasium.spaces.Box(-bound, bound, (about["action_dim"],), np.float32)
        self.is_over = True

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None):
        super().reset(seed=seed)
        # Drawn seeds are those of training data; evaluation names its own, below a million.
        number = seed if seed is not None else 1_000_000 + int(self.np_random.integers(0, 1 << 31))
        told = self._ask({"order": "reset", "seed": int(number)})
        self.is_over = False
        return told["observation"], self._info(told) | {"seed": int(number)}

    def step(self, action):
        if self.is_over:
            raise gymnasium.error.ResetNeeded("the episode is over: call reset")
        told = self._ask({"action": np.asarray(action, np.float32)})
        self.is_over = told["end"] is not None
        return (told["observation"], float(told["success"]), told["end"] == "success",
                told["end"] == "time-limit", self._info(told))

    @staticmethod
    def _info(told: dict) -> dict[str, Any]:
        return {key: told[key] for key in ("is_success", "elapsed_s", "misses", "instruction") if told.get(key) is not None}

    def _ask(self, request: dict) -> dict:
        self.socket.send(wire.pack(request))
        told = wire.unpack(self.socket.receive())
        if "error" in told:
            raise RuntimeError(told["error"])
        return told

    def close(self):
        if self.process.poll() is None:
            try:
                self.socket.send(wire.pack({"order": "close"}))
                self.process.wait(10)
            except (OSError, subprocess.TimeoutExpired):
                self.process.kill()
        self.socket.close()
        self.process.stdout.close()
        self.process.wait()
