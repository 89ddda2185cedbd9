# SPDX-License-Identifier: GPL-2.0
"""segments.py WAIT MANNER,... SRC DST PORT TEXT [OTHER]: says TEXT to a TCP server, in manners no kernel has.

SRC is an address of this VM that its kernel does not know, so that nobody else answers for it; the server needs
a neighbour entry for it. One conversation for each manner, in whose TEXT and OTHER @ is the manner's name; WAIT
seconds are given to the server. Prints a line for each, "MANNER answered" or "MANNER silent".

  whole      one segment
  split      segments of one to four bytes
  reverse    the same, last one first
  overlap    segments that overlap at both ends, in no order
  again      every segment twice, after the acknowledgement with garbage
  refused    OTHER first, in a segment that the receiver refuses for its timestamp; then TEXT
  ahead      all but the first byte of TEXT, the same of OTHER, then TEXT's first byte
  reborn     all but the first byte of TEXT, that byte, the SYN once more, that byte again
  urgent     a byte of garbage in the middle, marked urgent, that the receiver takes out of the stream
  fragment   IP fragments of one segment; "disorder": the last one first; "bare": the first is a header and no data
  multipath  whole, behind a SYN that asks for multipath TCP; "mapped": TEXT itself with an option of that
  random     TEXT in pieces that overlap, some of them refused; "liar": some contradicting too

MANNER*N: N conversations.
"""
import fcntl
import ipaddress
import os
import random
import socket
import struct
import sys
import time

FIN, SYN, RST, ACK, URG = 1, 2, 4, 16, 32
OLD = 1 << 24


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


class Conversation:
    def __init__(self, src, dst, port, device="eth0"):
        self.src, self.dst = ipaddress.ip_address(src), ipaddress.ip_address(dst)
        self.sport, self.dport = next_port(), port
        self.isn = random.choice((random.randrange(1 << 32), (1 << 32) - random.randrange(200)))
        self.peer, self.acked, self.echo, self.ended, self.fin = 0, 0, 0, False, None
        self.clock = 1 << 28
        self.heard = {}
        self.syn_options = b""
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.sock.bind((device, 0))
        mac = open("/sys/class/net/%s/address" % device).read().strip()
        self.mac = bytes.fromhex(mac.replace(":", ""))
        self.gate = self.neighbour()

    def neighbour(self):
        """The server's MAC: the kernel learns it for us."""
        family = socket.AF_INET6 if self.dst.version == 6 else socket.AF_INET
        probe = socket.socket(family, socket.SOCK_DGRAM)
        probe.sendto(b"", (str(self.dst), 9))
        import subprocess
        for _ in range(200):
            words = subprocess.run(["ip", "neigh", "show", str(self.dst)], capture_output=True,
                                   text=True, check=True).stdout.split()
            if "lladdr" in words:
                return bytes.fromhex(words[words.index("lladdr") + 1].replace(":", ""))
            time.sleep(0.05)
        sys.exit("FAILED: did not happen in time: a neighbour %s" % self.dst)

    def header(self, length, proto, ident=0, offset=0, more=0):
        if self.dst.version == 6:
            return struct.pack("!IHBB", 6 << 28, length, proto, 64) + self.src.packed + self.dst.packed
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, ident, offset // 8 | more << 13, 64, proto, 0)
        head += self.src.packed + self.dst.packed
        return head[:10] + struct.pack("!H", checksum(head)) + head[12:]

    def frame(self, packet):
        kind = 0x86dd if self.dst.version == 6 else 0x0800
        frame = self.gate + self.mac + struct.pack("!H", kind) + packet
        self.sock.send(frame + b"\0" * max(0, 60 - len(frame)))

    def tcp(self, pos, data, flags=ACK, old=False, more=b""):
        self.clock += 1
        stamp = struct.pack("!BBBBII", 1, 1, 8, 10, self.clock - (OLD if old else 0), self.echo)
        options = (struct.pack("!BBH", 2, 4, 1400) + self.syn_options if flags & SYN else b"") + stamp + more
        size = 20 + len(options)
        seq = (self.isn + 1 + pos - (1 if flags & SYN else 0)) & 0xffffffff
        head = struct.pack("!HHIIBBHHH", self.sport, self.dport, seq, self.peer if flags & ACK else 0,
                           size // 4 << 4, flags, 65535, 0, 1 if flags & URG else 0) + options
        pseudo = self.src.packed + self.dst.packed + struct.pack("!II", size + len(data), 6)
        return head[:16] + struct.pack("!H", checksum(pseudo + head + data)) + head[18:] + data

    def send(self, pos, data, flags=ACK, old=False, more=b""):
        packet = self.tcp(pos, data, flags, old, more)
        self.frame(self.header(len(packet), 6) + packet)

    def fragments(self, pos, data, more=b"", size=48):
        packet = self.tcp(pos, data, more=more)
        ident, pieces = random.randrange(1 << 16), []
        # the first has the whole TCP header, and none but the last is less than any link's, or they would end there
        cuts = list(range(0, len(packet), size)) + [len(packet)]
        for low, high in zip(cuts, cuts[1:]):
            piece, more = packet[low:high], int(high < len(packet))
            if self.dst.version == 6:
                extra = struct.pack("!BBHI", 6, 0, low | more, ident)
                pieces.append(self.header(len(extra) + len(piece), 44) + extra + piece)
            else:
                pieces.append(self.header(len(piece), 6, ident, low, more) + piece)
        return pieces

    def listen(self, seconds, until=lambda: False):
        end = time.monotonic() + seconds
        while not until():
            left = end - time.monotonic()
            self.sock.settimeout(max(left, 0.0001))
            try:
                frame = self.sock.recv(65536)
            except (BlockingIOError, TimeoutError, socket.timeout):
                return False
            self.take(frame)
        return True

    def take(self, frame):
        kind, packet = frame[12:14], frame[14:]
        if kind == b"\x08\0" and self.dst.version == 4 and packet[9] == 6:
            ends, tcp = packet[12:20], packet[20:struct.unpack("!H", packet[2:4])[0]]
        elif kind == b"\x86\xdd" and self.dst.version == 6 and packet[6] == 6:
            ends, tcp = packet[8:40], packet[40:40 + struct.unpack("!H", packet[4:6])[0]]
        else:
            return
        if ends != self.dst.packed + self.src.packed:
            return
        sport, dport, seq, ack, off, flags = struct.unpack("!HHIIBB", tcp[:14])
        if (sport, dport) != (self.dport, self.sport):
            return
        if flags & RST:
            self.ended = True
            return
        self.acked = (ack - self.isn - 1) & 0xffffffff
        options, data = tcp[20:(off >> 4) * 4], tcp[(off >> 4) * 4:]
        while len(options) > 1 and options[0]:
            size = 1 if options[0] == 1 else max(options[1], 1)
            if options[0] == 8:
                self.echo = struct.unpack("!I", options[2:6])[0]
            options = options[size:]
        if flags & SYN:
            if self.peer:
                # it missed what was said to it
                self.send(self.acked, b"")
                return
            self.peer = (seq + 1) & 0xffffffff
            self.first = self.peer
            return
        if flags & FIN:
            self.fin = (seq + len(data)) & 0xffffffff
        if not data:
            return
        self.heard[(seq - self.first) & 0xffffffff] = data
        while (self.peer - self.first) & 0xffffffff in self.heard:
            step = len(self.heard[(self.peer - self.first) & 0xffffffff])
            self.peer = (self.peer + step) & 0xffffffff
        self.send(self.acked, b"")

    def open(self):
        for _ in range(10):
            self.send(0, b"", SYN)
            if self.listen(1, lambda: self.peer):
                self.send(0, b"")
                return
        sys.exit("FAILED: did not happen in time: an answer to the SYN of port %d" % self.sport)

    def over(self):
        return self.ended or self.fin == self.peer

def cut(text, most=4):
    pieces, pos = [], 0
    while pos < len(text):
        size = random.randint(1, most)
        pieces.append((pos, text[pos:pos + size]))
        pos += size
    return pieces


def say(c, manner, text, other, wait):
    if manner in ("whole", "multipath"):
        c.send(0, text)
    elif manner == "mapped":
        # RFC 8684 3.3: data sequence number 1, at byte 1 of the connection
        c.send(0, text, more=struct.pack("!BBBBIIHBB", 30, 14, 2 << 4, 4, 1, 1, len(text), 1, 1))
    elif manner == "split":
        for pos, data in cut(text):
            c.send(pos, data)
    elif manner == "reverse":
        for pos, data in reversed(cut(text)):
            c.send(pos, data)
    elif manner == "overlap":
        pieces = [(max(0, pos - 3), text[max(0, pos - 3):pos + len(data) + 3]) for pos, data in cut(text)]
        random.shuffle(pieces)
        for pos, data in pieces:
            c.send(pos, data)
    elif manner == "again":
        for pos, data in cut(text, 8):
            c.send(pos, data)
            c.send(pos, data)
            c.listen(1, lambda: c.acked >= pos + len(data))
            if c.acked >= pos + len(data):
                c.send(pos, b"#" * len(data))
    elif manner == "refused":
        c.send(0, other, old=True)
        c.send(0, text)
    elif manner == "ahead":
        c.send(1, text[1:])
        c.send(1, other[1:])
        c.send(0, text[:1])
    elif manner == "reborn":
        c.send(1, text[1:])
        c.send(0, text[:1])
        c.send(0, b"", SYN)
        c.send(0, text[:1])
    elif manner == "urgent":
        middle = len(text) // 2
        c.send(0, text[:middle])
        c.send(middle, b"#", ACK | URG)
        c.send(middle + 1, text[middle:])
    elif manner in ("fragment", "disorder", "bare"):
        pieces = c.fragments(0, text, b"\1" * (16 if manner == "bare" else 0))
        for packet in reversed(pieces) if manner == "disorder" else pieces:
            c.frame(packet)
    elif manner in ("random", "liar"):
        scatter(c, text, manner == "liar", wait)
    else:
        sys.exit(__doc__)


def scatter(c, text, liar, wait):
    """Pieces at random, then all of it in order."""
    for _ in range(60):
        pos = min(c.acked + random.randrange(120), len(text) - 1)
        data = text[pos:pos + random.randint(1, 60)]
        old = random.randrange(6) == 0
        if liar and random.randrange(4) == 0:
            at = random.randrange(len(data))
            data = data[:at] + b"?" + data[at + 1:]
        c.send(pos, data, old=old)
        c.listen(0)
    idle = 0
    while c.acked < len(text) and idle < max(5, 5 * wait) and not c.ended:
        before = c.acked
        c.send(c.acked, text[c.acked:c.acked + 50])
        idle = 0 if c.listen(0.2, lambda: c.acked > before) else idle + 1


def next_port():
    """Never the same twice in this VM, whichever call of this program asks: a conversation cut off is remembered for a while."""
    with open("/tmp/segments.%d.port" % os.stat("/proc/self/ns/net").st_ino, "a+") as last:
        fcntl.flock(last, fcntl.LOCK_EX)
        last.seek(0)
        port = int(last.read() or 1023) + 1
        last.truncate(0)
        last.write(str(port))
    return port


def main(argv):
    if len(argv) not in (6, 7):
        sys.exit(__doc__)
    wait, manners, src, dst, port, text = argv[:6]
    other = argv[6] if len(argv) > 6 else ""
    for manner in manners.split(","):
        manner, _, count = manner.partition("*")
        for i in range(int(count or 1)):
            random.seed("%s %u" % (manner, i))
            c = Conversation(src, dst, int(port))
            if manner == "multipath":
                # RFC 8684 3.1: capable, version 1, HMAC-SHA256
                c.syn_options = struct.pack("!BBBB", 30, 4, 1, 1)
            c.open()
            say(c, manner, *(t.replace("@", manner).encode().decode("unicode_escape").encode("latin1")
                             for t in (text, other)), float(wait))
            c.listen(float(wait), c.over)
            print(manner, "answered" if c.heard else "silent", flush=True)
            c.send(c.acked, b"", RST | ACK)


if __name__ == "__main__":
    main(sys.argv[1:])
