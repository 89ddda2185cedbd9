# SPDX-License-Identifier: GPL-2.0
"""fragments.py FROM TO: fragments of UDP to port 7 and what becomes of each. 10.0.0.11 and fd00::11 send,
10.0.0.12 and fd00::12 receive."""
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wire  # noqa: E402

V4 = ("10.0.0.11", "10.0.0.12")
V6 = ("fd00::11", "fd00::12")
idents = iter(range(1000, 60000))


def udp(data, length=None):
    return struct.pack("!HHHH", 40000, 7, length or 8 + len(data), 0) + data


def four(ident, start, end, more=1):
    """Bytes start to end of a datagram of many, as an IPv4 fragment."""
    whole = udp(b"\x41" * 66000, 60000)
    return wire.ip4(*V4, 17, whole[start:end], ident, start, more)


def six(ident, start, end, more=1, before=(), behind=()):
    """The same for IPv6, with extension headers before the fragment's and, in the first one, behind it."""
    kinds = list(before) + [44]
    chain = b"".join(struct.pack("!BB6x", kind, 0) for kind in kinds[1:])
    inner = list(behind) + [17]
    data = b"".join(struct.pack("!BB6x", kind, 0) for kind in inner[1:]) + udp(b"\x41" * 66000, 60000)
    chain += struct.pack("!BBHI", inner[0], 0, start | more, ident)
    return wire.ip6(*V6, kinds[0], chain + data[start:end])


def chain(n):
    """A UDP datagram behind n headers of destination options."""
    kinds = [60] * n + [17]
    return wire.ip6(*V6, kinds[0], b"".join(struct.pack("!BB6x", kind, 0) for kind in kinds[1:]) +
                    udp(b"\x42" * 50))


def cases():
    for name, make in (("IPv4", four), ("IPv6", six)):
        def told(what, *parts):
            ident = next(idents)
            return "%s, %s" % (name, what), [(make(ident, *p[1:]), p[0]) for p in parts]
        yield told("in order", (1, 0, 64), (1, 64, 128), (1, 128, 150, 0))
        yield told("out of order behind the first", (1, 0, 64), (1, 128, 150, 0), (1, 64, 128))
        yield told("nothing before the first", (0, 64, 128), (1, 0, 64), (1, 64, 128))
        yield told("the same twice", (1, 0, 64), (1, 64, 128), (0, 64, 128), (0, 0, 64),
                   (1, 128, 150, 0))
        yield told("overlaps", (1, 0, 64), (1, 128, 192), (0, 64, 136), (0, 120, 192), (0, 8, 64),
                   (0, 0, 128), (1, 64, 128))
        yield told("two ends", (1, 0, 64), (1, 64, 150, 0), (0, 152, 160, 0), (0, 152, 208))
        yield told("another end", (1, 0, 64), (1, 128, 150, 0), (0, 64, 120, 0), (0, 128, 192))
        yield told("tiny", (0, 0, 40), (1, 0, 48), (0, 48, 88), (1, 48, 56, 0))
        yield told("complete, then more of it", (1, 0, 64), (1, 64, 70, 0), (0, 64, 70, 0))
        yield told("too many gaps", (1, 0, 64),
                   *[(n < 8, 64 * (2 * n), 64 * (2 * n + 1)) for n in range(1, 10)])
        yield told("beyond the largest packet", (1, 0, 64), (0, 65528, 65600))
    n = next(idents)
    yield "extension headers around the fragment's", [
        (six(n, 0, 64, 1, (60,), (60,)), 1), (six(n, 64, 100, 0, (60,)), 1)]
    n = next(idents)
    yield "a first fragment without its UDP header", [
        (six(n, 0, 48, 1, (), (60, 60, 60, 60, 60, 60)), 0)]
    yield "eight extension headers, and nine", [(chain(8), 1), (chain(9), 0)]


def main(argv):
    w = wire.Wire(argv[0], argv[1])
    marker = wire.ip4(*V4, 17, udp(b"marker" * 10), 7)
    failed = 0
    for name, frames in cases():
        came = w.arrived([packet for packet, _ in frames], marker)
        if came != [bool(wanted) for _, wanted in frames]:
            failed += 1
            print("FAIL %s: %s" % (name, came))
        else:
            print("ok   %s" % name)
    sys.exit(failed > 0)


main(sys.argv[1:])
