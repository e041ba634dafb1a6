"""Policies in other conventions' keys: check_maps.py SIMRUN

A server in openpi's manner that knows LIBERO-like keys acts in a task of ours through --map, and
clients with such keys get from `simrun serve --map` what plain clients get, in their numbers.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading

import numpy as np
import websockets
import websockets.sync.server
from openpi_client import msgpack_numpy
from openpi_client.websocket_client_policy import WebsocketClientPolicy

SIMRUN = os.path.abspath(sys.argv[1])
MAP = """
name: check
source: tools/check_maps.py
observation:
  - {key: observation/image, camera: front, height: 32, width: 48, layout: hwc, rotate: 180 deg}
  - {key: [images, high], camera: front, height: 16, width: 16, layout: chw, rotate: 0 deg}
  - key: observation/state
    type: float32
    numbers: [{is: tool_position, unit: m}, {is: gripper, closed: 1, open: 0}, {is: joint_positions, unit: deg}]
  - {key: gripper.pos, scalar: {is: gripper, closed: 0, open: 100}}
  - {key: prompt, text: instruction}
actions:
  mode: pd_ee_delta_pos
  horizon: 2
  numbers: [{is: translation, per_one: 0.05 m}, {is: gripper, closed: -1, open: 1}, {is: ignored, values: [7]}]
"""
#: simrun's: an action of 1 moves the hand by so much.
OURS = 0.02


class Reacher:
    """A policy server without a word of metadata, which moves the hand to a place."""

    def __init__(self, place):
        self.place, self.seen = np.array(place), []
        self.server = websockets.sync.server.serve(self.talk, "127.0.0.1", 0, compression=None, max_size=None)
        self.port = self.server.socket.getsockname()[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def talk(self, socket):
        socket.send(msgpack_numpy.packb({}))
        while True:
            try:
                data = socket.recv()
            except websockets.ConnectionClosed:
                return
            seen = msgpack_numpy.unpackb(data)
            self.seen.append(seen)
            way = (self.place - seen["observation/state"][:3]) * 0.2
            action = np.concatenate([np.clip(way, -OURS, OURS) / 0.05, [1.0, 7.0]])
            # More than the map takes: the rest is left.
            socket.send(msgpack_numpy.packb({"actions": np.stack([action] * 5).astype(np.float32)}))


def task(*options):
    return subprocess.run([SIMRUN, "task", "reach", "--json", "--episodes", "1", *options], capture_output=True, text=True, timeout=200)


def drives(map_file):
    # Where seed 0 has its goal, as the environment says.
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "python"))
    os.environ["SIMRUN"] = SIMRUN
    from simrun.env import SimrunEnv

    env = SimrunEnv("reach", clock="lockstep")
    goal = env.reset(seed=0)[0]["goal"]
    env.close()
    server = Reacher(goal)
    address = f"ws://127.0.0.1:{server.port}"
    run = task("--policy", address, "--map", map_file, "--clock", "lockstep")
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)
    assert report["episodes"][0]["success"], report["episodes"]
    seen = server.seen[0]
    assert seen["observation/image"].shape == (32, 48, 3) and seen["observation/image"].dtype == np.uint8
    assert seen["images"]["high"].shape == (3, 16, 16)
    assert seen["observation/image"].std() > 1, "a picture of something"
    state = seen["observation/state"]
    assert state.shape == (11,) and state.dtype == np.float32 and abs(state[4:]).max() > 10, state
    assert abs(seen["gripper.pos"] / 100 - (1 - state[3])) < 1e-6
    assert seen["prompt"] == report["episodes"][0]["instruction"]
    server.server.shutdown()
    without = task("--policy", f"ws://127.0.0.1:{Reacher(goal).port}")
    assert without.returncode == 2 and "action_horizon" in without.stderr, without.stderr
    for shipped in ("libero", "droid", "aloha", "so101"):
        refused = task("--policy", address, "--map", shipped)
        assert refused.returncode == 2 and "map" in refused.stderr, (shipped, refused.stderr)
    assert task("--policy", address, "--map", "liberal").returncode == 2
    assert task("--policy", "expert", "--map", map_file).returncode == 2


class Served:
    """`simrun serve` of a policy, until the block ends."""

    def __init__(self, *options):
        self.process = subprocess.Popen([SIMRUN, "serve", "--policy", "meanflow-reach", "--port", "0", *options],
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])

    def __enter__(self):
        return WebsocketClientPolicy("127.0.0.1", self.port)

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 130


def serves(map_file):
    random = np.random.default_rng(0)
    with Served() as plain, Served("--map", map_file) as mapped:
        fields = plain.get_server_metadata()["observation"]
        assert "tool_position" in fields and "tool_position" not in mapped.get_server_metadata()["observation"]
        ours = {key: random.uniform(-0.1, 0.1, field["shape"]).astype(np.float32) for key, field in fields.items()}
        ours["gripper_opening"] = np.array([0.02], np.float32)
        theirs = {key: value for key, value in ours.items() if key not in ("tool_position", "gripper_opening")}
        share = 0.02 / 0.08
        theirs |= {
            "observation/state": np.concatenate([ours["tool_position"], [1 - share], np.zeros(7)]).astype(np.float32),
            "gripper.pos": 100 * share, "prompt": "reach",
        }
        expected, found = plain.infer(ours | {"simrun/seed": 1})["actions"], mapped.infer(theirs | {"simrun/seed": 1})["actions"]
        assert found.shape == (expected.shape[0], 5), found.shape
        assert np.allclose(found[:, :3], expected[:, :3] * OURS / 0.05, atol=1e-4)
        assert np.allclose(found[:, 3], -np.clip(expected[:, 3], -1, 1), atol=1e-4) and (found[:, 4] == 7).all()
        try:
            mapped.infer({key: value for key, value in theirs.items() if key != "gripper.pos"})
        except RuntimeError as error:
            assert "gripper.pos" in str(error), error
        else:
            raise AssertionError("a key that lacks was not missed")


def main():
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(MAP)
        file.flush()
        for check in (drives, serves):
            check(file.name)
            print(check.__name__, flush=True)


main()
