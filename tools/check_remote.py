"""A policy over the wire gives the episodes of the same policy in the process: check_remote.py SIMRUN"""

import json
import signal
import subprocess
import sys

SIMRUN = sys.argv[1]
POLICY = "meanflow-pick-place"


def episodes(policy, *options):
    run = subprocess.run(
        [SIMRUN, "task", "pick-place", "--policy", policy, "--ci", "--json", *options],
        capture_output=True, text=True, timeout=200,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)["episodes"]


def main():
    serve = [SIMRUN, "serve", "--policy", POLICY, "--port", "0"]
    server = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True)
    try:
        address = server.stdout.readline().split()[-1]
        for strategy in sys.argv[2:] or ["replan", "chunk:2", "ensemble", "async", "rtc", "rollforward"]:
            options = ["--episodes", "2", "--execute", strategy]
            if strategy in ("replan", "chunk:2"):
                options += ["--clock", "lockstep"]
            else:
                options += ["--latency", "60ms"]
            assert episodes(POLICY, *options) == episodes(address, *options), strategy
            print(f"{strategy}: the same episodes")
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 130
    gone = subprocess.run(
        [SIMRUN, "task", "pick-place", "--policy", address], capture_output=True, text=True
    )
    assert gone.returncode == 2 and "not reachable" in gone.stderr, gone.stderr


main()
