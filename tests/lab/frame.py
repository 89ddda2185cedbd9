# SPDX-License-Identifier: GPL-2.0
"""frame.py KIND [KEY=VALUE...]: prints an Ethernet frame in hex, for labvm inject.

Kinds: ether (type, data), arp (op, sha, spa, tha, tpa), ip (proto, data, ttl, id, frag, mf, options),
ip6 (proto, data, hop), udp (sport, dport, data), tcp (sport, dport, flags, seq, ack, data),
icmp (type, code, data), icmp6 (type, code, data). Addresses: src, dst (IPv4 or IPv6 text), smac, dmac.
Everything else hex or decimal. partial=1 leaves in the L4 checksum what CHECKSUM_PARTIAL wants there,
sum=bad what is wrong.
"""
import ipaddress
import struct
import sys


def number(text):
    return int(text, 0)


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


class Frame:
    def __init__(self, words):
        self.words = dict(word.split("=", 1) for word in words)

    def text(self, key, default):
        return self.words.pop(key, default)

    def num(self, key, default):
        return number(self.words.pop(key, str(default)))

    def data(self):
        return bytes.fromhex(self.words.pop("data", ""))

    def ether(self, kind, payload):
        head = mac(self.text("dmac", "ffffffffffff")) + mac(self.text("smac", "000000000000"))
        tag = self.words.pop("tag", None)
        if tag is not None:
            head += struct.pack("!HH", 0x8100, number(tag))
        frame = head + struct.pack("!H", kind) + payload
        return frame + b"\0" * max(0, 60 - len(frame))

    def ends(self):
        return (ipaddress.ip_address(self.text("src", "0.0.0.0")),
                ipaddress.ip_address(self.text("dst", "255.255.255.255")))

    def network(self, src, dst, proto, payload):
        if src.version == 6:
            head = struct.pack("!IHBB", 6 << 28, self.num("length", len(payload)), proto,
                               self.num("hop", 64))
            return self.ether(0x86dd, head + src.packed + dst.packed + payload)
        options = bytes.fromhex(self.text("options", ""))
        frag = self.num("frag", 0) // 8 | (self.num("mf", 0) << 13)
        head = struct.pack("!BBHHHBBH", 0x45 + len(options) // 4, 0,
                           self.num("length", 20 + len(options) + len(payload)),
                           self.num("id", 1), frag, self.num("ttl", 64), proto, 0)
        head += src.packed + dst.packed + options
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
        return self.ether(0x0800, head + payload)

    def summed(self, src, dst, proto, segment, place):
        pseudo = src.packed + dst.packed
        pseudo += struct.pack("!IHBB", len(segment), 0, 0, proto) if src.version == 6 else \
            struct.pack("!BBH", 0, proto, len(segment))
        partial = self.num("partial", 0)
        value = ~checksum(pseudo) & 0xffff if partial else checksum(pseudo + segment)
        if self.text("sum", "") == "bad":
            value ^= 0x5555
        return segment[:place] + struct.pack("!H", value) + segment[place + 2:]

    def build(self, kind):
        if kind == "ether":
            return self.ether(self.num("type", 0x88b5), self.data())
        if kind == "arp":
            body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, self.num("op", 1))
            smac = self.words.get("smac", "000000000000")
            body += mac(self.text("sha", smac)) + ipaddress.ip_address(self.text("spa", "0.0.0.0")).packed
            body += mac(self.text("tha", "000000000000"))
            body += ipaddress.ip_address(self.text("tpa", "0.0.0.0")).packed
            return self.ether(0x0806, body)
        src, dst = self.ends()
        if kind in ("ip", "ip6"):
            return self.network(src, dst, self.num("proto", 253), self.data())
        if kind == "udp":
            ports = struct.pack("!HH", self.num("sport", 40000), self.num("dport", 9))
            body = self.data()
            segment = ports + struct.pack("!HH", 8 + len(body), 0) + body
            return self.network(src, dst, 17, self.summed(src, dst, 17, segment, 6))
        if kind == "tcp":
            segment = struct.pack("!HHIIBBHHH", self.num("sport", 40000), self.num("dport", 80),
                                  self.num("seq", 1), self.num("ack", 0), 0x50, self.num("flags", 2),
                                  65535, 0, 0) + self.data()
            return self.network(src, dst, 6, self.summed(src, dst, 6, segment, 16))
        if kind == "icmp":
            segment = struct.pack("!BBH", self.num("type", 8), self.num("code", 0), 0) + self.data()
            segment = segment[:2] + struct.pack("!H", checksum(segment)) + segment[4:]
            return self.network(src, dst, 1, segment)
        if kind == "icmp6":
            segment = struct.pack("!BBH", self.num("type", 128), self.num("code", 0), 0) + self.data()
            return self.network(src, dst, 58, self.summed(src, dst, 58, segment, 2))
        sys.exit("frame.py: unknown kind %s" % kind)


def main(argv):
    frame = Frame(argv[1:])
    built = frame.build(argv[0])
    if frame.words:
        sys.exit("frame.py: unknown keys %s" % ", ".join(frame.words))
    print(built.hex())


main(sys.argv[1:])
