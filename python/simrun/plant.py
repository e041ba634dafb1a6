"""A Python environment as the world of `simrun plant`.

The world is asked, one order after the other: reset, advance so many physics timesteps under a new
action or the one it holds, sense, act (its expert). `python -m simrun.plant ENVIRONMENT` connects a
registered Gymnasium environment to the address in $SIMRUN_PLANT.
"""

import argparse
import os
import sys
import traceback
from typing import Any, Callable

import numpy as np

from . import wire
from .websocket import Closed, WebSocket

ADDRESS, API_KEY, CA_FILE = "SIMRUN_PLANT", "SIMRUN_API_KEY", "SIMRUN_CA_FILE"


class World:
    """What a world must say and do. Times are in seconds, lengths in metres, angles in radians."""

    #: Its name, and its robot's as policies' files have it.
    name = "world"
    robot = "unknown"
    #: What actions mean, as policies' files have it, and metres that an action of 1 moves the tool.
    control_mode = "direct"
    translation_scale = 0.0
    #: What each number of an action is: 1 to 16 names.
    action_names: list[str] = []
    #: Control periods a second, and physics timesteps in each.
    control_hz = 20.0
    substeps = 1
    #: How long an episode lasts.
    time_limit = 10.0
    #: What it observes: parts known to simrun (docs/serving.md) and the shape of each.
    observation: dict[str, tuple[int, ...]] = {}
    #: Whether `expert_action` is there.
    has_expert = False

    def reset(self, seed: int) -> str | None:
        """Begins the episode of `seed`; returns what to do in words, or None."""
        raise NotImplementedError

    def apply(self, action: np.ndarray) -> None:
        """Takes a new action; it is held until the next."""
        raise NotImplementedError

    def step(self) -> None:
        """Lets one physics timestep pass under what is held."""
        raise NotImplementedError

    def judge(self) -> bool:
        """Whether success holds now; asked after a reset and at the end of each control period."""
        raise NotImplementedError

    def sense(self) -> dict[str, np.ndarray]:
        """What is observed now, in the keys and shapes of `observation`."""
        raise NotImplementedError

    def expert_action(self) -> np.ndarray:
        """What the world's own expert would do now."""
        raise NotImplementedError

    def state_hash(self) -> int:
        """A number of 64 bits that tells states apart; 0 where nobody reckons one."""
        return 0

    def close(self) -> None:
        """Gives back what it holds."""


class Player:
    """Carries out orders on a world: counts timesteps, so that success is judged once a control
    period of the world's own, however they are split into advances."""

    def __init__(self, world: World):
        self.world = world
        self.phase = 0
        self.holds = False

    def hello(self) -> dict[str, Any]:
        world = self.world
        return {
            "world": world.name, "robot": world.robot, "control_mode": world.control_mode,
            "translation_scale_m": float(world.translation_scale), "action_names": list(world.action_names),
            "control_hz": float(world.control_hz), "substeps": int(world.substeps),
            "time_limit_s": float(world.time_limit), "expert": bool(world.has_expert),
            "observation": {key: {"dtype": "float64", "shape": list(shape)} for key, shape in world.observation.items()},
        }

    def answer(self, order: dict[str, Any]) -> dict[str, Any]:
        match order.get("order"):
            case "reset": return self.reset(order)
            case "advance": return self.advance(order)
            case "sense": return {"observation": {key: self._array(key, value) for key, value in self.world.sense().items()}}
            case "act": return {"action": np.asarray(self.world.expert_action(), np.float32)}
            case other: raise ValueError(f"the order {other!r} is not known")

    def reset(self, order: dict[str, Any]) -> dict[str, Any]:
        instruction = self.world.reset(int(order["seed"]))
        self.phase = 0
        self.holds = bool(self.world.judge())
        return {"success": self.holds, "instruction": instruction, "state_hash": self.world.state_hash()}

    def advance(self, order: dict[str, Any]) -> dict[str, Any]:
        action = order.get("action")
        if action is not None:
            self.world.apply(np.asarray(action, np.float32))
        first = None
        for count in range(1, int(order["substeps"]) + 1):
            self.world.step()
            self.phase += 1
            if self.phase == self.world.substeps:
                self.phase = 0
                self.holds = bool(self.world.judge())
                if self.holds and first is None:
                    first = count
        return {"success": self.holds, "succeeded_after": first, "state_hash": self.world.state_hash()}

    def _array(self, key: str, value) -> np.ndarray:
        kind = np.float32 if key == "point_cloud" else np.float64
        array = np.asarray(value, kind)
        if array.shape != tuple(self.world.observation[key]):
            raise ValueError(f"{key} has the shape {array.shape}, not {self.world.observation[key]}")
        return array


def connect(world: World, address: str | None = None, api_key: str | None = None, ca_file: str | None = None) -> None:
    """Is the world of the `simrun plant` at `address`, until that has no more to do."""
    address = address or os.environ.get(ADDRESS)
    if not address:
        raise ValueError(f"expected an address, given or in ${ADDRESS}")
    player = Player(world)
    with WebSocket(address, api_key or os.environ.get(API_KEY), ca_file or os.environ.get(CA_FILE)) as socket:
        about = wire.unpack(socket.receive())
        if about.get("simrun") != "plant" or about.get("protocol") != 1:
            raise Closed(f"{address} wants no world: it says {about}")
        socket.send(wire.pack(player.hello()))
        while True:
            order = wire.unpack(socket.receive())
            if order.get("order") == "end":
                return
            try:
                answer = player.answer(order)
            except Exception:
                traceback.print_exc()
                answer = {"error": traceback.format_exc()[-4000:]}
            socket.send(wire.pack(answer))


class GymnasiumWorld(World):
    """A Gymnasium environment with a Box of actions: one `step` is one physics timestep.

    An environment of MuJoCo made with `frame_skip=1` and `substeps` of what it had is as fine as its
    physics; any other moves in whole steps. While an action is held it is given again, unless `hold`
    makes another of it, as it must where actions are changes.
    """

    def __init__(self, env, seconds: float, substeps: int = 1, time_limit: float | None = None,
                 success: str = "is_success", hold: Callable[[np.ndarray], np.ndarray] | None = None):
        self.env = env
        self.name = env.spec.id if env.spec else type(env.unwrapped).__name__
        width = int(np.prod(env.action_space.shape))
        self.action_names = [f"action_{index}" for index in range(width)]
        self.control_hz = 1.0 / (seconds * substeps)
        self.substeps = substeps
        steps = env.spec.max_episode_steps if env.spec and env.spec.max_episode_steps else 1000
        self.time_limit = time_limit or steps * seconds
        self.success = success
        self.hold = hold or (lambda action: action)
        parts = getattr(env.observation_space, "spaces", None)
        # Not a dictionary of parts that simrun knows: one flat vector.
        self.observation = ({key: tuple(space.shape) for key, space in parts.items()} if isinstance(parts, dict)
                            else {"state": (int(np.prod(env.observation_space.shape)),)})
        self.seen, self.info, self.is_over, self.is_fresh = None, {}, False, False
        self.action = np.zeros(env.action_space.shape, env.action_space.dtype)

    def reset(self, seed: int) -> str | None:
        self.seen, self.info = self.env.reset(seed=seed % (1 << 32))
        self.is_over, self.is_fresh = False, False
        self.action = np.zeros(self.env.action_space.shape, self.env.action_space.dtype)
        return None

    def apply(self, action: np.ndarray) -> None:
        space = self.env.action_space
        self.action = np.clip(action.reshape(space.shape), space.low, space.high).astype(space.dtype)
        self.is_fresh = True

    def step(self) -> None:
        if self.is_over:
            return
        action = self.action if self.is_fresh else self.hold(self.action)
        self.is_fresh = False
        self.seen, _, terminated, truncated, self.info = self.env.step(action)
        self.is_over = bool(terminated or truncated)

    def judge(self) -> bool:
        return bool(self.info.get(self.success, False))

    def sense(self) -> dict[str, np.ndarray]:
        return self.seen if isinstance(self.seen, dict) else {"state": np.ravel(self.seen)}

    def close(self) -> None:
        self.env.close()


def main(argv: list[str] | None = None) -> int:
    import gymnasium

    parser = argparse.ArgumentParser(prog="python -m simrun.plant", description=__doc__)
    parser.add_argument("environment", help="a registered id, such as Pendulum-v1")
    parser.add_argument("--seconds", type=float, required=True, help="how long one step lasts")
    parser.add_argument("--substeps", type=int, default=1, help="steps in a control period")
    parser.add_argument("--success", default="is_success", help="the key of info that says so")
    parser.add_argument("--address", help=f"of simrun plant; default ${ADDRESS}")
    args = parser.parse_args(argv)
    world = GymnasiumWorld(gymnasium.make(args.environment), args.seconds, args.substeps, success=args.success)
    try:
        connect(world, args.address)
    except (Closed, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        world.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
