# SPDX-License-Identifier: GPL-2.0
"""Frames for scripts/bench ids, as a pcap file; what is in it, as JSON.

ids_frames.py make MIB SEGMENT RULES OUT
                                     TCP conversations with so much payload: HTTP in the clear (pages, JSON, images) and protocols
                                     of binary records; ten of them begin with something that made rules of RULES look for, an answer of 3 MiB ends with it;
                                     of SEGMENT bytes at most: 1460, or more, as VMs send it that leave segmentation to others
ids_frames.py take IN OUT            of a capture the TCP conversations that begin in it, and UDP, of IPv4 without fragments
ids_frames.py first IN OUT           its first frame
ids_frames.py passes N IN OUT        the frames N times, behind each other, each time as vfw_bench.ko sends pass 0, 1, ...

Who sends a conversation's first frame is VM 0, the other end VM 1: MACs are theirs. Up to 32 conversations go on at a time.
"""
import json
import random
import struct
import sys

import ids_rules

MACS = (bytes((0x52, 0x54, 1, 0, 0, 0)), bytes((0x52, 0x54, 1, 0, 0, 1)))
MSS = 1460
LONGEST = 14 + 65535
SYN, ACK, PSH, FIN = 2, 16, 8, 1
SYN_OPTIONS = bytes((2, 4, MSS >> 8, MSS & 255, 3, 3, 7, 1))
ATTACKS = 10
LONG = 3 << 20  # bytes
GAP_US = 12  # between two frames


class Writer:
    def __init__(self, path):
        self.f = open(path, "wb")
        self.f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        self.us = 1700000000 * 1000000
        self.n = 0

    def put(self, frame):
        self.f.write(struct.pack("<IIII", *divmod(self.us, 1000000), len(frame), len(frame)) + frame)
        self.us += GAP_US
        self.n += 1


def checksum(data):
    s = sum(struct.unpack(f">{len(data) // 2}H", data))
    while s >> 16:
        s = (s & 0xFFFF) + (s >> 16)
    return ~s & 0xFFFF


class Talk:
    """One TCP conversation; its methods make frames."""

    def __init__(self, rng, number, segment):
        self.segment = segment
        host = rng.randrange(200)
        self.addr = (bytes((10, 1, host >> 4, 10 + (host & 15))), bytes((10, 129, 100 + host % 7, 20)))
        self.port = (10000 + number, rng.choice((80, 80, 8080, 3000, 9200)))
        self.seq = [rng.randrange(1 << 32), rng.randrange(1 << 32)]
        self.bytes = 0

    def frame(self, side, flags, data=b""):
        options = SYN_OPTIONS if flags & SYN else b""
        ack = self.seq[1 - side] if flags & ACK else 0
        tcp = struct.pack(
            ">HHIIBBHHH", self.port[side], self.port[1 - side], self.seq[side], ack, (20 + len(options)) << 2, flags, 65535 if flags & SYN else 8192, 0, 0
        )
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp) + len(options) + len(data), 0, 0x4000, 64, 6, 0, self.addr[side], self.addr[1 - side])
        ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
        self.seq[side] = (self.seq[side] + len(data) + bool(flags & (SYN | FIN))) & 0xFFFFFFFF
        self.bytes += len(data)
        return MACS[1 - side] + MACS[side] + b"\x08\x00" + ip + tcp + options + data

    def say(self, side, data):
        """Segments as large as they come, every second one acknowledged (every one that no wire takes), and the last."""
        for i, at in enumerate(range(0, len(data), self.segment)):
            last = at + self.segment >= len(data)
            yield self.frame(side, ACK | (PSH if last else 0), data[at : at + self.segment])
            if i % 2 or last or self.segment > MSS:
                yield self.frame(1 - side, ACK)

    def frames(self, messages):
        yield self.frame(0, SYN)
        yield self.frame(1, SYN | ACK)
        yield self.frame(0, ACK)
        for side, data in messages:
            yield from self.say(side, data)
        yield self.frame(0, FIN | ACK)
        yield self.frame(1, FIN | ACK)
        yield self.frame(0, ACK)


class Source:
    """What conversations say."""

    AGENTS = (
        "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
        "curl/8.5.0",
        "Go-http-client/1.1",
    )
    TAGS = ("<p>", "</p>\n", "<div class=\"row\">", "</div>\n", "<a href=\"/page/", "\">", "</a> ", "<li>", "</li>\n", "&amp;", ", ", ". ", "; ")

    def __init__(self, rng):
        self.rng = rng
        syllables = [a + b for a in ("b", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "st", "t", "th", "tr", "v", "w", "") for b in ("a", "e", "i", "o", "u", "er", "in", "on")]
        words = ["".join(rng.choices(syllables, k=rng.choice((1, 1, 2, 2, 3, 4)))) for _ in range(4000)]
        picked = rng.choices(words, weights=[1 / (i + 10) for i in range(len(words))], k=700000)
        for i in range(0, len(picked), 9):
            picked[i] += rng.choice(self.TAGS)
        self.text = " ".join(picked).encode()
        self.noise = rng.randbytes(1 << 21)

    def cut(self, blob, n):
        at = self.rng.randrange(max(1, len(blob) - n))
        return blob[at : at + n]

    def word(self, n):
        return "".join(self.rng.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=n))

    def size(self):
        return min(400000, int(self.rng.lognormvariate(9.6, 1.2)) + 200)

    def request(self, extra=b""):
        rng = self.rng
        head = (
            f"{{}} /{self.word(5)}/{self.word(8)}?id={rng.randrange(10**6)}&sort=desc HTTP/1.1\r\nHost: app{rng.randrange(20)}.test\r\n"
            f"User-Agent: {rng.choice(self.AGENTS)}\r\nAccept: text/html,application/json;q=0.9,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.5\r\n"
            f"Cookie: sid={self.word(26)}; token={self.word(32)}\r\n"
        )
        if not extra and rng.random() < 0.7:
            return (head.format("GET") + "\r\n").encode()
        body = b"name=" + self.word(8).encode() + b"&text=" + extra + self.cut(self.text, rng.randrange(50, 900))
        return (head.format("POST") + f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body

    def response(self):
        n = self.size()
        kind, blob = self.rng.choice((("text/html", self.text), ("text/html", self.text), ("application/json", self.text), ("image/png", self.noise)))
        head = f"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: {kind}\r\nContent-Length: {n}\r\nETag: \"{self.word(12)}\"\r\nConnection: keep-alive\r\n\r\n"
        return head.encode() + self.cut(blob, n)

    def http(self, attack):
        for i in range(self.rng.choice((1, 2, 3, 5))):
            yield 0, self.request(attack if not i else b"")
            yield 1, self.response()

    def long(self, attack):
        """An answer longer than any usual depth, what is looked for at its end."""
        yield 0, self.request()
        body = self.text[: LONG] + attack
        yield 1, f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    def records(self):
        """Requests and answers, each a length, a type and fields: numbers and some text."""
        for _ in range(self.rng.randint(10, 60)):
            for side, n in ((0, self.rng.randrange(20, 300)), (1, self.size() // 8)):
                body = self.cut(self.noise, n // 2) + self.cut(self.text, n - n // 2)
                yield side, struct.pack(">IBB", len(body), self.rng.randrange(40), 0) + body


def made_in(path):
    """Numbers of the made rules in a file."""
    sids = [int(ids[1]) for ids in map(ids_rules.ids_of, open(path, encoding="latin-1")) if ids]
    return [sid - ids_rules.FIRST for sid in sids if sid >= ids_rules.FIRST]


def matching(number):
    """Bytes that match a made rule once."""
    return b"%d. " % number + b" and so on ".join(ids_rules.contents(number)[0]) + b" "


def attacks(rng, numbers):
    """Of the made rules some, one to three at a time."""
    for i in range(ATTACKS):
        yield b"".join(map(matching, rng.sample(numbers, min(len(numbers), 1 + i % 3))))


def make(mib, segment, rules, path):
    rng = random.Random(20)
    source, out = Source(rng), Writer(path)
    numbers = made_in(rules)
    planned = list(attacks(rng, numbers))
    from_server = next((n for n in numbers if not ids_rules.contents(n)[2]), None)
    talk = Talk(rng, 0, segment)
    going, number, payload = [(talk, talk.frames(list(source.long(matching(from_server) if from_server is not None else b""))))], 1, 0
    while payload < mib << 20 or planned or going:
        while len(going) < 32 and (payload < mib << 20 or planned):
            talk = Talk(rng, number, segment)
            attack = planned.pop() if planned and number % 7 == 3 else b""
            messages = source.http(attack) if attack or rng.random() < 0.75 else source.records()
            going.append((talk, talk.frames(list(messages))))
            number += 1
        talk, frames = pick = rng.choice(going)
        before = talk.bytes
        for _ in range(rng.choice((1, 2, 3, 3, 6, 12))):
            frame = next(frames, None)
            if frame is None:
                going.remove(pick)
                break
            out.put(frame)
        payload += talk.bytes - before
    return {"frames": out.n, "payload": payload, "conversations": number, "segment": segment}


def records_of(path):
    data = open(path, "rb").read()
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\x3c\x4d": ">"}.get(data[:4])
    if not order or struct.unpack(order + "I", data[20:24])[0] != 1:
        sys.exit(f"ids_frames.py: {path}: expected a pcap file of Ethernet frames")
    at = 24
    while at + 16 <= len(data):
        _, _, n, wire = struct.unpack(order + "IIII", data[at : at + 16])
        yield data[at + 16 : at + 16 + n], wire
        at += 16 + n


def segment(frame):
    """(protocol, ends, payload's length, flags) of TCP or UDP over IPv4, else None."""
    if frame[12:14] != b"\x08\x00" or len(frame) < 34 or frame[14] >> 4 != 4:
        return None
    l4 = 14 + 4 * (frame[14] & 15)
    total, fragment = struct.unpack(">H", frame[16:18])[0], struct.unpack(">H", frame[20:22])[0] & 0x3FFF
    head = {6: 20, 17: 8}.get(frame[23])
    if fragment or not head or len(frame) < 14 + total or 14 + total < l4 + head:
        return None
    if head == 20:
        head = 4 * (frame[l4 + 12] >> 4)
    ends = (frame[26:30] + frame[l4 : l4 + 2], frame[30:34] + frame[l4 + 2 : l4 + 4])
    return frame[23], ends, 14 + total - l4 - head, frame[l4 + 13] if frame[23] == 6 else 0


def take(source, path):
    out, opened = Writer(path), {}
    payload = left = 0
    for frame, wire in records_of(source):
        s = segment(frame)
        if len(frame) > LONGEST or wire > len(frame):
            sys.exit(f"ids_frames.py: {source}: expected whole frames of at most {LONGEST} bytes, found one of {wire}, of which {len(frame)} are there")
        if s:
            key = (s[0],) + tuple(sorted(s[1]))
            if key not in opened and (s[0] == 17 or s[3] & (SYN | ACK) == SYN):
                opened[key] = s[1][0]
        if not s or key not in opened:
            left += 1
            continue
        side = opened[key] != s[1][0]
        out.put(MACS[1 - side] + MACS[side] + frame[12:])
        payload += s[2]
    return {"frames": out.n, "payload": payload, "conversations": len(opened), "left_out": left}


def passes(n, source, path):
    frames = [f for f, _ in records_of(source)]
    out = Writer(path)
    for k in range(n):
        for f in frames:
            head = f[14:24] + b"\0\0" + bytes((f[26], f[27] ^ k, f[28], f[29], f[30], f[31] ^ k)) + f[32 : 14 + 4 * (f[14] & 15)]
            out.put(f[:14] + head[:10] + struct.pack(">H", checksum(head)) + head[12:] + f[14 + len(head) :])
    return {"frames": out.n}


if __name__ == "__main__":
    verb = sys.argv[1] if len(sys.argv) > 3 else ""
    if verb == "make":
        print(json.dumps(make(int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:6])))
    elif verb == "take":
        print(json.dumps(take(*sys.argv[2:4])))
    elif verb == "passes":
        print(json.dumps(passes(int(sys.argv[2]), *sys.argv[3:5])))
    else:
        sys.exit(__doc__)
