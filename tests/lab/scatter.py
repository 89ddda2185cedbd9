# SPDX-License-Identifier: GPL-2.0
"""scatter.py MODE SEED COUNT MAC [ALERTS]: segments at random from this VM to a TCP server of VM b's kernel.

This plays the TCP of VM a's addresses, which its kernel must not have, and reads the server's sockets too, so that a seed
repeats a run but for the kernels' timing. What a socket's reader gets is checked as one string of bytes.

  prevent   hostile and honest senders by turns: no reader gets a match of the pattern, in whatever order and copies
            it was sent; what an honest one says comes whole, to its end
  detect    honest ones, whose words have matches: all of it comes, and ALERTS has as many alerts for that port
  control   hostile ones, where nothing is dropped: that readers get matches shows that the test can fail

Honest is who contradicts itself only where no receiver listens: behind a wrong checksum, below what is acknowledged,
far outside of the window. Segments overlap, come in any order, twice, with an old timestamp, around the numbers' wrap, with data
in the SYN and with the FIN, for a reader that sleeps. The hostile one says two things at each place, in URG, RST and
FIN too, and behind them.
"""
import ctypes
import os
import random
import re
import socket
import struct
import sys
import time

from segments import ACK, FIN, RST, SYN, URG, Conversation

PATTERN = re.compile(rb"evil[0-9]{4}end")
PORT = 8000
FAR = 1 << 30
kinds = {}


def did(kind):
    kinds[kind] = kinds.get(kind, 0) + 1


def inside(vm, make):
    """What make returns, made in the network of that VM."""
    libc = ctypes.CDLL(None, use_errno=True)
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open("/var/run/netns/%s" % vm, os.O_RDONLY)
    for fd in (there, here):
        if libc.setns(fd, 0x40000000):
            sys.exit("scatter.py: setns: %s" % os.strerror(ctypes.get_errno()))
        if fd == there:
            made = make()
        os.close(fd)
    return made


def server():
    s = socket.socket(socket.AF_INET6)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.setsockopt(socket.IPPROTO_TCP, 23, 64)  # TCP_FASTOPEN
    s.bind(("::", PORT))
    s.listen(64)
    return s


class Talk(Conversation):
    def __init__(self, listener, mac, six, room):
        self.mac_there = mac
        ends = ("fd00::1", "fd00::2") if six else ("10.0.0.1", "10.0.0.2")
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        super().__init__(*ends, PORT)
        self.listener, self.socket, self.asleep, self.eof = listener, None, False, False
        self.got = b""

    def neighbour(self):
        return bytes.fromhex(self.mac_there.replace(":", ""))

    def send_bad(self, pos, data):
        """With a wrong checksum."""
        packet = bytearray(self.tcp(pos, data))
        packet[16] ^= 0x55
        self.frame(self.header(len(packet), 6) + bytes(packet))

    def greet(self, data):
        """Opens, with data in the SYN; true when the server has it."""
        for _ in range(8):
            self.send(0, data, SYN)
            if self.listen(2, lambda: self.peer or self.ended):
                break
        if not self.peer:
            return False
        self.send(0, b"")
        self.listener.settimeout(20)
        while not self.socket:
            try:
                s, end = self.listener.accept()
            except (TimeoutError, socket.timeout):
                return False
            if end[1] == self.sport:
                self.socket = s
                s.setblocking(False)
            else:
                s.close()
        return True

    def read(self):
        while not self.asleep and not self.eof:
            try:
                data = self.socket.recv(65536)
            except BlockingIOError:
                return
            except ConnectionError:
                data = b""
            self.got += data
            self.eof = not data

    def close(self):
        self.asleep = False
        if self.socket:
            self.read()
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.socket.close()
        self.send(self.acked, b"", RST | ACK)
        self.sock.close()


def noise(n):
    return bytes(random.choices(b"evil0123456789end ", k=n))


def harmless(n):
    text = noise(n)
    while PATTERN.search(text):
        text = PATTERN.sub(b"lives here.", text)
    return text


def attacked(text, every):
    """The same with attacks in it."""
    text = bytearray(text)
    for pos in range(random.randrange(every), len(text) - 11, every):
        text[pos:pos + 11] = b"evil%04dend" % random.randrange(10000)
    return bytes(text)


def place(c, size, longest):
    """Where a segment may begin and end: around what the server waits for, mostly."""
    acked = min(c.acked, size)
    pos = acked + random.choice((0, 0, random.randrange(40), random.randrange(300), random.randrange(size),
                                 -random.randrange(30)))
    pos = min(max(pos, 0), size - 1)
    return pos, min(pos + random.randint(1, longest), size)


def nonsense(c, text, honest):
    """A segment that the server must ignore, by honest senders; with other bytes all the same."""
    low, high = place(c, len(text), 60)
    kind = random.randrange(4)
    if kind == 0:
        did("wrong checksums")
        c.send_bad(low, attacked(text, 20)[low:high])
    elif kind == 1 and c.acked:
        did("keep-alives")
        c.send(min(c.acked, len(text)) - 1, b"?")
    elif kind == 2:
        did("outside of the window")
        c.send(low + FAR + random.randrange(FAR // 2), attacked(text, 20)[low:high])
    else:
        did("old timestamps")
        c.send(low, (text if honest else attacked(text, 20))[low:high], old=True)


def misbehave(c, text, other):
    """A hostile sender's segment: of one text or the other."""
    low, high = place(c, len(text), random.choice((6, 6, 10, 60)))
    data = random.choice((text, text, other))[low:high]
    kind = random.randrange(60)
    if kind == 0:
        did("FINs")
        c.send(low, data, ACK | FIN)
    elif kind == 1:
        did("RSTs with data")
        c.send(c.acked + random.choice((1, 5, 1000)), data, ACK | RST)
    elif kind in (2, 3):
        did("urgent ones")
        c.send(low, data, ACK | URG)
    elif kind == 4:
        did("SYNs again")
        c.send(0, other[:random.randrange(20)], SYN)
    elif kind == 5:
        did("just behind the window")
        c.send(low + 80000, data)
    else:
        c.send(low, data)


def hostile(c):
    text = harmless(600)
    other = attacked(text, 40)
    if not c.greet(random.choice((b"", b"", text[:9], other[:7]))):
        return
    for _ in range(random.randrange(40, 90)):
        if c.ended or c.eof:
            break
        if random.randrange(5):
            misbehave(c, text, other)
        else:
            nonsense(c, text, False)
        if not random.randrange(12):
            c.asleep = not c.asleep
        c.listen(random.choice((0, 0, 0.002)))
        c.read()
    # the truth, which may still be told
    for _ in range(4):
        c.send(c.acked, random.choice((text, other))[c.acked:c.acked + 60])
        c.listen(0.02)
    c.asleep = False
    c.read()


def wait_for(c, what):
    """Up to a second for the server; true if it came."""
    end = time.monotonic() + 1
    while not what() and time.monotonic() < end:
        c.listen(0.02, what)
        c.read()
    return what()


def honest(c, text):
    """Says text in disorder, then what is missing; what is wrong about how it came, or nothing."""
    early = text[:random.choice((0, 0, 0, 30))]
    if early:
        did("data in the SYN")
    if not c.greet(early):
        return "no connection"
    for _ in range(random.randrange(20, 50)):
        if random.randrange(4):
            low, high = place(c, len(text), random.choice((5, 40, 400)))
            c.send(low, text[low:high])
            if not random.randrange(5):
                did("repeated")
                c.send(low, text[low:high])
        else:
            nonsense(c, text, True)
        if not random.randrange(12):
            did("naps of the reader")
            c.asleep = not c.asleep
        c.listen(random.choice((0, 0, 0.002)))
        c.read()
    c.asleep = False
    tries = 0
    while c.acked < len(text) and tries < 40 and not c.ended:
        before = c.acked
        low, high = c.acked, min(c.acked + 500, len(text))
        c.send(low, text[low:high], ACK | (FIN if high == len(text) else 0))
        c.read()
        tries = 0 if wait_for(c, lambda: c.acked > before) else tries + 1
    for _ in range(20):
        if c.eof:
            break
        c.send(len(text), b"", ACK | FIN)
        wait_for(c, lambda: c.eof)
    if c.got == text and c.eof:
        return None
    return "%u of %u bytes came%s, %u acknowledged%s" % (
        len(c.got), len(text), "" if c.got == text[:len(c.got)] else ", others", c.acked,
        ", reset" if c.ended else "" if c.eof else ", no end")


def alerts(path, wanted):
    """Waits until there is an alert for each match; what is missing."""
    for _ in range(300):
        told = {}
        for line in open(path):
            words = dict(w.split("=") for w in line.split() if "=" in w)
            if "sport" in words:
                port = int(words["sport"])
                told[port] = told.get(port, 0) + int(words["count"])
        missing = {p: (n, told.get(p, 0)) for p, n in wanted.items() if told.get(p, 0) < n}
        if not missing:
            return None
        time.sleep(0.2)
    return missing


def main(argv):
    if len(argv) not in (4, 5) or argv[0] not in ("prevent", "detect", "control"):
        sys.exit(__doc__)
    mode, seed, count, mac = argv[0], int(argv[1]), int(argv[2]), argv[3]
    random.seed("%s %u" % (mode, seed))
    listener = inside("b", server)
    heard, matched, whole, wanted, wrong = 0, 0, 0, {}, []
    for i in range(count):
        fair = mode == "detect" or (mode == "prevent" and i % 2)
        room = random.choice((2000, 100000))
        c = Talk(listener, mac, i % 4 > 1, room)
        text = harmless(random.choice((300, 1500, 4000)))
        if fair:
            text = attacked(text, 700) if mode == "detect" else text
            said = honest(c, text)
            whole += not said
            if said:
                wrong.append("conversation %u (port %u, IPv%u): %s" % (i, c.sport, c.dst.version, said))
        else:
            hostile(c)
        c.close()
        heard += len(c.got)
        found = PATTERN.findall(c.got)
        matched += bool(found)
        if mode == "prevent" and found:
            wrong.append("conversation %u (port %u): the reader got %s" % (i, c.sport, found))
        if mode == "detect" and found:
            wanted[c.sport] = len(found)
    if mode == "detect":
        missing = alerts(argv[4], wanted)
        if missing:
            wrong.append("matches without an alert (port, delivered, told): %s" % missing)
    print("%s, seed %u: %u conversations, %u of honest senders whole; %u bytes read; readers that got a match: %u" % (
        mode, seed, count, whole, heard, matched))
    print("   " + ", ".join("%s %u" % k for k in sorted(kinds.items())))
    if mode != "prevent" and not matched:
        wrong.append("nobody got a match, so nothing is shown")
    sys.exit("\n".join(wrong) or None)


if __name__ == "__main__":
    main(sys.argv[1:])
