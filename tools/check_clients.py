"""Many of openpi's clients at once against `simrun serve`: check_clients.py SIMRUN SECONDS [CLIENTS]

Each gets the replies to what it sent and no others, none waits much longer than the rest, the server's
memory stays where it was, and its loop ends well.
"""

import faulthandler
import signal
import subprocess
import sys
import threading
import time

import numpy as np
from openpi_client.websocket_client_policy import WebsocketClientPolicy

SIMRUN, SECONDS = sys.argv[1], float(sys.argv[2])
CLIENTS = int(sys.argv[3]) if len(sys.argv) > 3 else 16
POLICY = "meanflow-reach"

faulthandler.dump_traceback_later(SECONDS + 180, exit=True)


def resident(pid):
    """MiB of memory that the process holds."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


class Client(threading.Thread):
    """Asks the same few things again and again: what it is told is known from the first time."""

    def __init__(self, port, number, end):
        super().__init__(daemon=True)
        self.client = WebsocketClientPolicy("127.0.0.1", port)
        random = np.random.default_rng(number)
        fields = self.client.get_server_metadata()["observation"]
        self.questions = [
            {key: random.uniform(-0.1, 0.1, field["shape"]).astype(field["dtype"]) for key, field in fields.items()}
            | {"simrun/seed": 1000 * number + index}
            for index in range(4)
        ]
        self.answers = [self.client.infer(question)["actions"] for question in self.questions]
        self.end, self.asked, self.longest, self.error = end, 0, 0.0, None

    def run(self):
        try:
            while time.monotonic() < self.end:
                index = self.asked % len(self.questions)
                start = time.monotonic()
                reply = self.client.infer(self.questions[index] | {"simrun/tick": self.asked})
                self.longest = max(self.longest, time.monotonic() - start)
                assert reply["simrun/tick"] == self.asked, "a reply to another request"
                assert (reply["actions"] == self.answers[index]).all(), "another client's reply"
                self.asked += 1
        except BaseException as error:
            self.error = error


def main():
    server = subprocess.Popen([SIMRUN, "serve", "--policy", POLICY, "--port", "0"], stdout=subprocess.PIPE, text=True)
    port = int(server.stdout.readline().rsplit(":", 1)[1])
    try:
        end = time.monotonic() + SECONDS
        clients = [Client(port, number, end) for number in range(CLIENTS)]
        different = {answer.tobytes() for client in clients for answer in client.answers}
        assert len(different) == 4 * CLIENTS, "questions that cannot be told apart"
        for client in clients:
            client.start()
        time.sleep(min(10, SECONDS / 4))
        before = resident(server.pid)
        for client in clients:
            client.join()
        after = resident(server.pid)
        for client in clients:
            if client.error:
                raise client.error
        asked = sorted(client.asked for client in clients)
        print(f"{CLIENTS} clients, {sum(asked)} requests, {asked[0]} to {asked[-1]} each, longest wait "
              f"{max(client.longest for client in clients):.2f} s, memory {before:.1f} to {after:.1f} MiB")
        assert asked[0] * 4 > asked[-1], "a client was starved"
        assert after < before + 8, "memory grows"
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 130, server.returncode


main()
