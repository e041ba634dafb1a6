"""A policy over the wire gives the episodes of the same policy in the process: check_remote.py SIMRUN

And a server that is killed in the middle of an episode is found again when it comes back, or the robot
is brought to rest.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

SIMRUN = sys.argv[1]
POLICY = "meanflow-pick-place"


def episodes(policy, *options):
    run = subprocess.run(
        [SIMRUN, "task", "pick-place", "--policy", policy, "--ci", "--json", *options],
        capture_output=True, text=True, timeout=200,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)["episodes"]


def serve(port=0, *options):
    command = [SIMRUN, "serve", "--policy", POLICY, "--port", str(port), *options]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    return server, server.stdout.readline().split()[-1]


def killed(episodes, *options, returns):
    """A run whose server is killed in its second episode: its exit code and what it said."""
    server, address = serve()
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.Popen(
            [SIMRUN, "task", "pick-place", "--policy", address, "--episodes", str(episodes), "--record", folder, "--json", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        # A recording is begun with its episode.
        while run.poll() is None and len(os.listdir(folder)) < 2:
            time.sleep(0.01)
        assert run.poll() is None, run.communicate()
        server.kill()
        server.wait()
        if returns:
            server, _ = serve(address.rsplit(":", 1)[1])
        out, errors = run.communicate(timeout=200)
        if returns:
            server.send_signal(signal.SIGTERM)
            assert server.wait(30) == 130
    return run.returncode, out, errors


def secure():
    """The same episodes over TLS; a server that nobody vouches for is not asked."""
    fixtures = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../Tests/ServingTests/Fixtures")
    certificate, key = (os.path.join(fixtures, name) for name in ("server.pem", "server-key.pem"))
    server, address = serve(0, "--certificate", certificate, "--certificate-key", key)
    try:
        assert address.startswith("wss://"), address
        options = ["--episodes", "1", "--clock", "lockstep"]
        os.environ["SIMRUN_CA_FILE"] = certificate
        assert episodes(POLICY, *options) == episodes(address, *options)
        del os.environ["SIMRUN_CA_FILE"]
        stranger = subprocess.run([SIMRUN, "task", "pick-place", "--policy", address], capture_output=True, text=True, timeout=60)
        assert stranger.returncode == 2 and "no secure connection" in stranger.stderr, stranger.stderr
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 130
    wrong = [SIMRUN, "serve", "--policy", POLICY, "--certificate", certificate, "--certificate-key", certificate]
    refused = subprocess.run(wrong, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 2 and "private key" in refused.stderr, refused.stderr
    print("the same episodes over TLS")


def mortal():
    code, out, errors = killed(40, "--latency", "6.8ms", returns=True)
    assert code == 0 and len(json.loads(out)["episodes"]) == 40, errors
    report = json.loads(out)["latency_us"]
    # Whoever looks at the trace sees where the time went: in the server little, on the way all of it.
    assert report["infer_server"]["p50"] > 0 and report["infer_network"]["max"] > 50_000, report
    code, _, errors = killed(4, "--clock", "wall", returns=False)
    assert code == 3 and "brought to rest" in errors and "ws://" in errors, (code, errors)
    print("a killed server: found again, or the robot at rest")


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
    secure()
    mortal()


main()
