#!/usr/bin/env python3
"""Tests of the window and of headless pictures: what a display, a keyboard and EGL really do.

Runs the built program under Xvfb, presses keys with xdotool, and looks at the pictures. Needs the
Debian packages that `make test` installs (xvfb, xdotool, libglfw3, EGL, ffmpeg) and h5py.

Usage: tools/test_viewer.py [PATH OF simrun]
"""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

import h5py

ROOT = pathlib.Path(__file__).resolve().parent.parent
SIMRUN = str(pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else ROOT / ".build/release/simrun").resolve())
WIDTH, HEIGHT = 960, 720
# Generous: the machine may be busy, and Mesa draws on the processor.
PATIENCE = 120
EXPERT = ["task", "pick-place", "--policy", "expert", "--clock", "lockstep", "--episodes", "1", "--json"]


class Picture:
    """Red, green and blue bytes of a PNG file, decoded by ffmpeg."""

    def __init__(self, path):
        self.rgb = subprocess.run(
            ["ffmpeg", "-loglevel", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
            check=True, stdout=subprocess.PIPE).stdout
        assert len(self.rgb) == WIDTH * HEIGHT * 3, f"{path} has another size"

    def pixel(self, x, y):
        at = 3 * (y * WIDTH + x)
        return tuple(self.rgb[at:at + 3])

    def pixels(self):
        return zip(self.rgb[0::3], self.rgb[1::3], self.rgb[2::3])

    def difference(self, other):
        """The share of pixels that differ by more than 2 of 255 in a channel."""
        far = 0
        row = 3 * WIDTH
        for start in range(0, HEIGHT * row, row):
            a, b = self.rgb[start:start + row], other.rgb[start:start + row]
            if a == b:
                continue
            off = [abs(x - y) > 2 for x, y in zip(a, b)]
            far += sum(map(max, zip(off[0::3], off[1::3], off[2::3])))
        return far / (WIDTH * HEIGHT)


class Display:
    """An X server without a screen."""

    def __enter__(self):
        reading, writing = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"],
            pass_fds=[writing], stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        self.environment = {**os.environ, "DISPLAY": f":{number}"}
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()

    def xdotool(self, *arguments):
        return subprocess.run(["xdotool", *map(str, arguments)], env=self.environment, check=True,
                              stdout=subprocess.PIPE, text=True, timeout=PATIENCE).stdout

    def key(self, *keys):
        self.xdotool("key", "--delay", "20", *keys)

    def focus(self, title):
        window = self.xdotool("search", "--sync", "--onlyvisible", "--name", title).split()[0]
        self.xdotool("windowfocus", "--sync", window)


def headless():
    return {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}


def simrun(*arguments, environment=None, folder=None):
    return subprocess.run([SIMRUN, *arguments], env=environment or headless(), cwd=folder or ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=4 * PATIENCE)


def until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


@contextlib.contextmanager
def started(display, title, *arguments, folder):
    """A running simrun whose window has the keyboard."""
    with open(pathlib.Path(folder) / "errors", "w") as errors:
        process = subprocess.Popen([SIMRUN, *arguments], env=display.environment, cwd=folder,
                                   stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            display.focus(title)
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()


class ViewerTests(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def episodes(self, run):
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout)["episodes"]

    def test_window_and_egl_show_the_same_scene(self):
        plain = self.episodes(simrun(*EXPERT))
        alone = self.episodes(simrun(*EXPERT, "--screenshot", self.path("egl.png")))
        with Display() as display:
            viewed = self.episodes(simrun(*EXPERT, "--view", "--screenshot", self.path("window.png"),
                                          environment=display.environment))
        self.assertEqual(alone, plain)
        self.assertEqual(viewed, plain)
        egl, window = Picture(self.path("egl.png")), Picture(self.path("window.png"))
        self.assertLess(egl.difference(window), 0.002)
        self.look_at(egl)

    def look_at(self, picture):
        """The end of a pick-place episode: the table in the light, and a red cube."""
        # (0.72, 0.62, 0.50) by Lambert's law: 0.4 + 0.6 cos of 37 degrees.
        for place in [(300, 420), (480, 540)]:
            for seen, due in zip(picture.pixel(*place), (161, 139, 112)):
                self.assertAlmostEqual(seen, due, delta=2)
        pixels = list(picture.pixels())
        self.assertGreater(len(set(pixels)), 1000)
        red = sum(1 for r, g, b in pixels if r > 90 and r > 3 * g and r > 3 * b)
        self.assertGreater(red, 300)
        table = sum(1 for r, g, b in pixels if 20 < r - b < 80 and r > g > b)
        self.assertGreater(table, 50_000)

    def test_viewing_changes_no_charged_episode(self):
        run = ["task", "conveyor-pick", "--episodes", "1", "--latency", "40ms", "--execute", "async",
               "--json"]
        plain = self.episodes(simrun(*run))
        with Display() as display:
            viewed = self.episodes(simrun(*run, "--view", environment=display.environment))
        self.assertEqual(viewed, plain)

    def test_a_recording_is_replayed_in_the_window(self):
        """Seen in real time, paused like any episode, and bit for bit what was recorded."""
        run = simrun("task", "reach", "--episodes", "1", "--latency", "40ms", "--record", self.folder,
                     "--screenshot", self.path("at.png"), "--screenshot-at", "0.5", "--json")
        seen = self.episodes(run)[0]
        recording = json.loads(run.stdout)["recordings"]["files"][0]
        with Display() as display:
            with started(display, "simrun: reach", "replay", recording, "--view", "--json",
                         folder=self.folder) as run:
                output, _ = run.communicate(timeout=PATIENCE)
                self.assertEqual(run.returncode, 0)
            report = json.loads(output)
            self.assertEqual((report["check"]["holds"], report["check"]["compared"]), (True, "all"))
            self.assertEqual(report["check"]["ticks"], seen["ticks"])
            with started(display, "simrun: reach", "replay", recording, "--view",
                         folder=self.folder) as run:
                display.key("space")
                display.key("p")
                name = self.path("simrun-reach-1.png")
                until(lambda: os.path.exists(name), name)
                self.assertGreater(len(set(Picture(name).pixels())), 1000)
                display.key("Escape")
                self.assertEqual(run.wait(timeout=PATIENCE), 130)
        run = simrun("replay", recording, "--view")
        self.assertEqual(run.returncode, 2)
        self.assertIn("xvfb-run", run.stderr)

    def test_no_display_says_what_to_do(self):
        run = simrun("task", "reach", "--policy", "expert", "--view")
        self.assertEqual(run.returncode, 2)
        self.assertEqual(run.stdout, "")
        self.assertIn("xvfb-run", run.stderr)
        self.assertIn("--screenshot", run.stderr)

    def test_keys(self):
        """Pause, layers, single ticks, camera and the end, each seen in a picture."""
        count = 0

        def picture():
            nonlocal count
            count += 1
            display.key("p")
            name = self.path(f"simrun-pick-place-{count}.png")
            until(lambda: os.path.exists(name), name)
            return Picture(name)

        with Display() as display, started(
                display, "simrun: pick-place", "task", "pick-place", "--clock", "lockstep",
                "--until", "time-limit", "--episodes", "1", "--view", folder=self.folder) as run:
            display.key("space")
            time.sleep(0.5)
            still = picture()
            self.assertEqual(still.difference(picture()), 0, "paused, yet something moves")
            for layer in "1234567":
                display.key(layer)
                changed = picture()
                # Without contact there may be none to show; links always have frames.
                if layer != "1":
                    self.assertGreater(still.difference(changed), 0, f"key {layer} shows nothing")
                display.key(layer)
                self.assertEqual(still.difference(picture()), 0, f"key {layer} does not toggle")
            display.key("h")
            self.assertGreater(still.difference(picture()), 0.02)
            display.key("h")
            display.key(*["period"] * 30)
            time.sleep(2)
            moved = picture()
            self.assertGreater(still.difference(moved), 0.0005)
            display.xdotool("mousemove", 500, 400, "mousedown", 1, "mousemove", 600, 430,
                            "mousemove", 700, 450, "mouseup", 1, "click", 4)
            turned = picture()
            self.assertGreater(moved.difference(turned), 0.1)
            display.key("0")
            self.assertEqual(moved.difference(picture()), 0)
            display.key("Escape")
            self.assertEqual(run.wait(timeout=PATIENCE), 130)

    def test_keys_record_a_demonstration(self):
        """Held keys drive the tool to the goal of a known seed; the file says so."""
        expert = self.path("expert.hdf5")
        run = simrun("collect", "reach", "--episodes", "1", "--out", expert)
        self.assertEqual(run.returncode, 0, run.stderr)
        with h5py.File(expert) as file:
            demonstration = file["data/demo_0/obs"]
            way = demonstration["goal"][0] - demonstration["tool_position"][0]
        out = self.path("person.hdf5")
        with Display() as display, started(
                display, "simrun: reach", "collect", "reach", "--teleop", "keyboard", "--episodes", "1",
                "--out", out, folder=self.folder) as run:
            # Paused, so that the machine's speed does not matter: ticks are given one by one.
            display.key("space")
            time.sleep(0.5)
            free = 1
            # From the front camera, +x comes out of the picture and +y is to its right.
            for distance, (plus, minus) in zip(way, [("s", "w"), ("d", "a"), ("e", "q")]):
                # An action every third tick, of 0.25 m/s for 1/20 s.
                actions = round(abs(distance) / 0.0125)
                if actions == 0:
                    continue
                key = plus if distance > 0 else minus
                display.xdotool("keydown", key)
                # The first command begins the episode with a tick of its own.
                time.sleep(0.5)
                display.key(*["period"] * (3 * actions - free))
                free = 0
                time.sleep(3)
                display.xdotool("keyup", key)
                time.sleep(0.3)
            display.key("space")
            errors = pathlib.Path(self.path("errors"))
            until(lambda: "success after" in errors.read_text(), "success")
            display.key("Return")
            self.assertEqual(run.wait(timeout=PATIENCE), 0)
        with h5py.File(out) as file:
            self.assertEqual(file["data"].attrs["operator"].decode(), "keyboard")
            demonstration = file["data/demo_0"]
            self.assertEqual(demonstration.attrs["success"], 1)
            self.assertEqual(demonstration.attrs["seed"], 1_000_000)
            speeds = {round(abs(float(v)), 3) for v in demonstration["actions"][:, :3].ravel()}
            self.assertEqual(speeds, {0.0, 0.625})


if __name__ == "__main__":
    unittest.main(verbosity=2)
