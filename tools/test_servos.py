#!/usr/bin/env python3
"""Feetech's and ROBOTIS' own Python libraries as masters of emulated servos.

    test_servos.py SIMRUN
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time

import dynamixel_sdk as dxl
import scservo_sdk as scs

# However busy the machine is: the libraries wait 34 ms at most, and none of this is about time.
TRIES = 20


@contextlib.contextmanager
def servos(program, robot):
    """An emulated arm; gives its port."""
    with tempfile.TemporaryDirectory() as folder:
        link = os.path.join(folder, "arm")
        command = [program, "servos", "--robot", robot, "--link", link, "--seconds", "300"]
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            for _ in range(200):
                if os.path.exists(link):
                    break
                time.sleep(0.05)
            # Servos take 200 ms to start.
            time.sleep(0.5)
            yield link
        finally:
            run.send_signal(signal.SIGINT)
            assert run.wait(timeout=20) == 0, "simrun servos must end cleanly"


def again(ask, good):
    """Asks until the answer is good; the last answer is returned."""
    answer = None
    for _ in range(TRIES):
        answer = ask()
        if good(answer):
            break
        time.sleep(0.05)
    return answer


def is_success(answer):
    return answer[-2] == scs.COMM_SUCCESS


class Feetech:
    GOAL, TORQUE, LOCK, PRESENT, OFFSET = 42, 40, 55, 56, 31

    def __init__(self, path):
        self.port = scs.PortHandler(path)
        assert self.port.openPort(), "scservo_sdk opens the port"
        self.packets = scs.PacketHandler(0)

    def once(self, what, *arguments):
        # The library's clearPort leaves late answers in the buffer and takes them for the next ones.
        self.port.ser.reset_input_buffer()
        try:
            return getattr(self.packets, what)(self.port, *arguments)
        except IndexError:
            # What it does with an answer that is too short.
            return 0, scs.COMM_RX_CORRUPT, 0

    def ask(self, what, *arguments):
        answer = again(lambda: self.once(what, *arguments), is_success)
        assert is_success(answer), f"{what}{arguments}: {self.packets.getTxRxResult(answer[-2])}"
        assert answer[-1] == 0, f"{what}{arguments}: error {answer[-1]}"
        return answer[0] if len(answer) == 3 else None

    def ping(self):
        for servo in range(1, 7):
            assert self.ask("ping", servo) == 777
        _, result, _ = self.once("ping", 42)
        assert result == scs.COMM_RX_TIMEOUT, "nobody has the number 42"

    def read(self):
        assert self.ask("read2ByteTxRx", 1, 3) == 777
        assert self.ask("read1ByteTxRx", 4, 5) == 4, "its own number"
        assert self.ask("read1ByteTxRx", 1, 7) == 250, "the factory's return delay"
        assert self.ask("read1ByteTxRx", 1, 62) == 120, "12.0 V"
        # Robot.yaml's home: 1.524062 rad are 994 steps from the middle.
        assert abs(self.ask("read2ByteTxRx", 4, self.PRESENT) - 3042) < 12

    def write(self):
        here = self.ask("read2ByteTxRx", 1, self.PRESENT)
        self.ask("write2ByteTxRx", 1, self.GOAL, here)
        self.ask("write1ByteTxRx", 1, self.TORQUE, 1)
        self.ask("write2ByteTxRx", 1, self.GOAL, here + 150)
        moved = again(
            lambda: self.ask("read2ByteTxRx", 1, self.PRESENT), lambda at: abs(at - here - 150) < 8
        )
        assert abs(moved - here - 150) < 8, f"at {moved}, not {here + 150}"

    def lock(self):
        """EEPROM is written only while the lock is open; bit 11 is the offset's sign."""
        self.ask("write2ByteTxRx", 6, self.OFFSET, 85 | 1 << 11)
        assert self.ask("read2ByteTxRx", 6, self.OFFSET) == 0, "locked"
        before = self.ask("read2ByteTxRx", 6, self.PRESENT)
        self.ask("write1ByteTxRx", 6, self.LOCK, 0)
        self.ask("write2ByteTxRx", 6, self.OFFSET, 85 | 1 << 11)
        self.ask("write1ByteTxRx", 6, self.LOCK, 1)
        after = again(
            lambda: self.ask("read2ByteTxRx", 6, self.PRESENT), lambda at: abs(at - before - 85) < 4
        )
        assert abs(after - before - 85) < 4, "present = encoder - offset"

    def registered(self):
        here = self.ask("read2ByteTxRx", 2, self.PRESENT)
        goal = [scs.SCS_LOBYTE(here), scs.SCS_HIBYTE(here)]
        self.ask("regWriteTxRx", 2, self.GOAL, 2, goal)
        assert self.ask("read2ByteTxRx", 2, self.GOAL) == 0, "not before the action"
        self.packets.action(self.port, scs.BROADCAST_ID)
        taken = again(lambda: self.ask("read2ByteTxRx", 2, self.GOAL), lambda at: at == here)
        assert taken == here

    def sync(self):
        read = scs.GroupSyncRead(self.port, self.packets, self.PRESENT, 2)
        for servo in range(1, 7):
            assert read.addParam(servo)
        assert again(read.txRxPacket, lambda result: result == scs.COMM_SUCCESS) == scs.COMM_SUCCESS
        here = {servo: read.getData(servo, self.PRESENT, 2) for servo in range(1, 7)}
        write = scs.GroupSyncWrite(self.port, self.packets, self.GOAL, 2)
        wanted = {servo: here[servo] + 10 * servo for servo in (3, 4, 5)}
        for servo, goal in wanted.items():
            assert write.addParam(servo, [scs.SCS_LOBYTE(goal), scs.SCS_HIBYTE(goal)])
        assert write.txPacket() == scs.COMM_SUCCESS
        for servo, goal in wanted.items():
            assert self.ask("read2ByteTxRx", servo, self.GOAL) == goal
        time.sleep(0.5)
        assert again(read.txRxPacket, lambda result: result == scs.COMM_SUCCESS) == scs.COMM_SUCCESS
        for servo, goal in wanted.items():
            assert abs(read.getData(servo, self.PRESENT, 2) - goal) < 8, f"servo {servo}"

    def tests(self):
        return [self.ping, self.read, self.write, self.lock, self.registered, self.sync]


class Captured:
    """A port that keeps what a library writes."""

    is_using = False

    def __init__(self):
        self.bytes = b""

    def clearPort(self):
        pass

    def writePort(self, packet):
        self.bytes = bytes(packet)
        return len(packet)


class Dynamixel:
    GOAL, TORQUE, PRESENT, MODEL, PROFILE = 116, 64, 132, 0, 112
    IDS = (1, 2, 4, 6, 7, 8, 9)

    def __init__(self, path):
        self.port = dxl.PortHandler(path)
        assert self.port.openPort() and self.port.setBaudRate(1_000_000)
        self.packets = dxl.PacketHandler(2.0)

    def ask(self, what, *arguments):
        answer = again(lambda: getattr(self.packets, what)(self.port, *arguments), is_success)
        assert is_success(answer), f"{what}{arguments}: {self.packets.getTxRxResult(answer[-2])}"
        assert answer[-1] == 0, f"{what}{arguments}: {self.packets.getRxPacketError(answer[-1])}"
        return answer[0] if len(answer) == 3 else None

    def ping(self):
        for servo in self.IDS[:5]:
            assert self.ask("ping", servo) == 1020
        assert self.ask("ping", 8) == 1060
        _, result, _ = self.packets.ping(self.port, 42)
        assert result == dxl.COMM_RX_TIMEOUT, "nobody has the number 42"
        everybody = again(
            lambda: self.packets.broadcastPing(self.port)[0], lambda found: len(found) == 9
        )
        assert sorted(everybody) == list(range(1, 10)), sorted(everybody)

    def read(self):
        assert self.ask("read1ByteTxRx", 4, 7) == 4, "its own number"
        assert self.ask("read1ByteTxRx", 1, 9) == 250, "the factory's return delay"
        assert self.ask("read2ByteTxRx", 1, 144) == 120, "12.0 V"
        assert self.ask("read4ByteTxRx", 1, self.PRESENT) == 2048

    def write(self):
        self.ask("write4ByteTxRx", 1, self.GOAL, 2048)
        self.ask("write1ByteTxRx", 1, self.TORQUE, 1)
        self.ask("write4ByteTxRx", 1, self.GOAL, 2200)
        moved = again(
            lambda: self.ask("read4ByteTxRx", 1, self.PRESENT), lambda at: abs(at - 2200) < 8
        )
        assert abs(moved - 2200) < 8, f"at {moved}"

    def refusals(self):
        result, error = again(
            lambda: self.packets.write4ByteTxRx(self.port, 1, self.GOAL, 5000),
            lambda answer: answer[0] == dxl.COMM_SUCCESS,
        )
        assert (result, error) == (dxl.COMM_SUCCESS, 6), "beyond the limits of one turn"
        result, error = again(
            lambda: self.packets.write1ByteTxRx(self.port, 1, 11, 1),
            lambda answer: answer[0] == dxl.COMM_SUCCESS,
        )
        assert (result, error) == (dxl.COMM_SUCCESS, 7), "EEPROM while torque is on"

    def sync(self):
        read = dxl.GroupSyncRead(self.port, self.packets, self.PRESENT, 4)
        fast = dxl.GroupSyncRead(self.port, self.packets, self.PRESENT, 4)
        for servo in self.IDS:
            assert read.addParam(servo) and fast.addParam(servo)
        good = lambda result: result == dxl.COMM_SUCCESS
        assert again(read.txRxPacket, good) == dxl.COMM_SUCCESS
        here = {servo: read.getData(servo, self.PRESENT, 4) for servo in self.IDS}
        if hasattr(fast, "fastSyncRead"):
            assert again(fast.fastSyncRead, good) == dxl.COMM_SUCCESS
            for servo in self.IDS:
                assert abs(fast.getData(servo, self.PRESENT, 4) - here[servo]) <= 4
        write = dxl.GroupSyncWrite(self.port, self.packets, self.GOAL, 4)
        wanted = {servo: here[servo] + 10 * servo for servo in (6, 7, 8)}
        for servo, goal in wanted.items():
            assert write.addParam(servo, list(goal.to_bytes(4, "little")))
        assert write.txPacket() == dxl.COMM_SUCCESS
        for servo, goal in wanted.items():
            assert self.ask("read4ByteTxRx", servo, self.GOAL) == goal

    def stuffing(self):
        """The Python library forgets to stuff what it sends; the specification is followed here."""
        value = 0xFDFDFFFF
        port = Captured()
        self.packets.write4ByteTxOnly(port, 2, self.PROFILE, value)
        sent = port.bytes
        assert sent[8:].startswith(bytes([self.PROFILE, 0, 0xFF, 0xFF, 0xFD, 0xFD])), sent.hex(" ")
        assert sent[5] == 9, "the library stuffs after all: this test can go, to everybody's joy"
        # What a servo by the book makes of that: one FD is taken for stuffing, three bytes are left.
        self.packets.write4ByteTxRx(self.port, 2, self.PROFILE, value)
        assert self.ask("read4ByteTxRx", 2, self.PROFILE) != value
        # The same, by the book.
        body = [0xFF, 0xFF, 0xFD, 0, 2, 10, 0, 3, self.PROFILE, 0, 0xFF, 0xFF, 0xFD, 0xFD, 0xFD]
        crc = self.packets.updateCRC(0, body, len(body))
        for _ in range(TRIES):
            self.port.ser.reset_input_buffer()
            self.port.ser.write(bytes(body + [crc & 0xFF, crc >> 8]))
            time.sleep(0.1)
            self.port.ser.reset_input_buffer()
            if self.ask("read4ByteTxRx", 2, self.PROFILE) == value:
                return
        raise AssertionError("a stuffed packet is taken as it was meant")

    def tests(self):
        return [self.ping, self.read, self.write, self.refusals, self.sync, self.stuffing]


def main():
    program = sys.argv[1]
    for robot, master in (("so101", Feetech), ("widowx250s", Dynamixel)):
        with servos(program, robot) as path:
            library = master(path)
            for test in library.tests():
                test()
                print(f"{robot}: {test.__name__}")
            library.port.closePort()


if __name__ == "__main__":
    main()
