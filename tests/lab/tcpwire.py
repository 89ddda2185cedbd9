# SPDX-License-Identifier: GPL-2.0
"""tcpwire.py FROM TO SEED N: random TCP segments by a packet socket from the VM FROM (whose own stack is silent) to a
real listener on port 80 of TO, which hands back nothing and says at the end what it took.

Every segment's fate is foretold from the receiver's own acknowledgements and windows, without the module's code: what lies in
the window must arrive, what lies beyond any window must not. At last everything is sent in order; the listener
must have got exactly that, whatever was tried in between, for no legal transfer may be hurt.
"""
import hashlib
import os
import random
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wire  # noqa: E402

SRC, DST = "10.0.0.21", "10.0.0.12"
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
LISTENER = """
import hashlib, socket
s = socket.create_server(("10.0.0.12", 80))
print("ready", flush=True)
c, _ = s.accept()
h = hashlib.sha256()
n = 0
try:
    while True:
        data = c.recv(65536)
        if not data:
            break
        h.update(data)
        n += len(data)
except OSError as e:
    print(e)
print(n, h.hexdigest(), flush=True)
"""


def content(start, n):
    return bytes((start + i) * 7 % 251 for i in range(n))


class Conversation:
    def __init__(self, sender, receiver, seed):
        self.wire = wire.Wire(sender, receiver)
        self.back = self.wire.out
        self.rng = random.Random(seed)
        self.sport = 20000 + seed
        self.isn = self.rng.getrandbits(32)
        self.una = (self.isn + 1) & 0xffffffff
        self.peer = 0
        self.window = 0
        self.scale = 0
        self.n = 0

    def segment(self, seq, ack, flags, data=b"", options=b"", window=20000):
        self.n += 1
        tcp = wire.tcp4(SRC, DST, (self.sport, 80), seq, ack, flags, data, options, window)
        return wire.ip4(SRC, DST, 6, tcp, self.n & 0xffff)

    def listen(self):
        """Takes in what the receiver has sent; the last acknowledgement and window count."""
        flags = 0
        while True:
            self.back.settimeout(0.02)
            try:
                frame, address = self.back.recvfrom(65536)
            except (socket.timeout, BlockingIOError):
                return flags
            ip = frame[14:]
            if address[2] == socket.PACKET_OUTGOING or frame[12:14] != b"\x08\0" or ip[9] != 6:
                continue
            tcp = ip[20:]
            if struct.unpack("!HH", tcp[:4]) != (80, self.sport):
                continue
            seq, ack, _, now, win = struct.unpack("!IIBBH", tcp[4:16])
            flags |= now
            if now & SYN:
                self.peer = (seq + 1) & 0xffffffff
                options = tcp[20:(tcp[12] >> 4) * 4]
                while options and options[0]:
                    size = 1 if options[0] == 1 else options[1]
                    if options[0] == 3:
                        self.scale = options[2]
                    options = options[size:]
                self.window = win
            elif now & ACK:
                self.window = win << self.scale
            if now & ACK and (ack - self.una) & 0xffffffff < 1 << 31:
                self.una = ack

    def marker(self):
        # in nobody's way: UDP
        return wire.ip4(SRC, DST, 17, struct.pack("!HHHH", 9, 9, 8 + 40, 0) + b"m" * 40)

    def open(self):
        options = bytes((2, 4, 5, 0xb4, 1, 3, 3, 7))
        for _ in range(20):
            self.wire.send(self.segment(self.isn, 0, SYN, b"", options))
            for _ in range(100):
                if self.listen() & SYN:
                    self.wire.send(self.segment(self.una, self.peer, ACK))
                    return
        sys.exit("FAILED: did not happen in time: an answer to the SYN")

    def random_segment(self):
        """A segment, and what must become of it: True arrives, False does not, None either."""
        rng = self.rng
        kind = rng.randrange(8)
        sent = (self.una - self.isn - 1) & 0xffffffff
        n = rng.choice((0, 1, 10, 500, 1400))
        if kind < 3: # in the window, in order or not
            off = rng.choice((0, 0, n, 1400, 5000)) if self.window > 8000 else 0
            return self.segment(self.una + off, self.peer, ACK, content(sent + off, n)), True
        if kind == 3: # far beyond
            off = rng.randrange(1 << 27, 1 << 30)
            return self.segment(self.una + off, self.peer, ACK | rng.choice((0, PSH, FIN)),
                                content(sent + off, n)), False
        if kind == 4: # RST where nobody takes it: beyond the window, or far below
            off = rng.choice((1, -1)) * rng.randrange(1 << 27, 1 << 30)
            return self.segment(self.una + off, self.peer, RST | rng.choice((0, ACK))), False
        if kind == 5: # acknowledges what was never sent
            return self.segment(self.una, self.peer + rng.randrange(1, 1 << 30), ACK,
                                content(sent, n)), False
        if kind == 6: # flags that no TCP sends
            return self.segment(self.una, self.peer, rng.choice((0, FIN, SYN | FIN, SYN | RST,
                                                                FIN | RST, PSH))), False
        if rng.randrange(2): # a SYN in the middle: a challenge at most
            return self.segment(rng.getrandbits(32), 0, SYN), True
        return self.segment(self.una, self.peer - rng.randrange(1 << 27, 1 << 30), ACK), False


def main(argv):
    seed, n = int(argv[2]), int(argv[3])
    listener = subprocess.Popen(["ip", "netns", "exec", argv[1], "python3", "-c", LISTENER],
                                stdout=subprocess.PIPE, text=True)
    if listener.stdout.readline() != "ready\n":
        sys.exit("no listener")
    talk = Conversation(argv[0], argv[1], seed)
    talk.open()
    talk.listen()
    passed = stopped = failed = 0
    for i in range(n):
        packet, must = talk.random_segment()
        came = talk.wire.arrived([packet], talk.marker())[0]
        passed += came
        stopped += not came
        if must is not None and came != must:
            failed += 1
            print("FAIL segment %d: %s, expected %s: %s" % (i, came, must, packet[20:40].hex()))
        talk.listen()
    # everything, in order, from what has been taken on
    total = ((talk.una - talk.isn - 1) & 0xffffffff) + 100000
    end = time.monotonic() + 100
    while time.monotonic() < end:
        at = (talk.una - talk.isn - 1) & 0xffffffff
        if at >= total:
            break
        talk.wire.send(talk.segment(talk.una, talk.peer, ACK, content(at, min(1400, total - at))))
        talk.listen()
    at = (talk.una - talk.isn - 1) & 0xffffffff
    talk.wire.send(talk.segment(talk.una, talk.peer, FIN | ACK))
    said = listener.communicate(timeout=100)[0].split()
    want = [str(at), hashlib.sha256(content(0, at)).hexdigest()]
    print("%d segments arrived, %d did not; %d bytes taken" % (passed, stopped, at))
    if at < total or said != want:
        failed += 1
        print("FAIL the listener says %s, sent were %s" % (said, want))
    sys.exit(failed > 0 or not stopped or not passed)


main(sys.argv[1:])
