# SPDX-License-Identifier: GPL-2.0
"""chains.py FROM TO [ah]: IPv6 extension header chains before UDP and what becomes of each, and of ICMPv6 errors that
quote them. fd00::11 sends and fd00::12 answers; the policy lets nothing pass but UDP to port 7 from the one to the
other, and with `ah' protocol 51.
"""
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wire  # noqa: E402

A, B = "fd00::11", "fd00::12"
HOP, UDP, ROUTING, FRAGMENT, ESP, AH, ICMP6, NONE, DEST = 0, 17, 43, 44, 50, 51, 58, 59, 60
# The longest chain before UDP: no header may end beyond the frame's first 512 bytes, kmod/core/frame.h.
CHAIN_MAX = (512 - 14 - 40 - 8) // 8 * 8


def padded(n):
    """n bytes of PadN."""
    out = b""
    while n:
        part = min(n, 200)
        part = n - 2 if n - part == 1 else part
        out += bytes([1, part - 2]) + bytes(part - 2)
        n -= part
    return out


def ext(kind, data, length=None):
    """An extension header of which the next header's number is still to be put before."""
    return kind, bytes([(len(data) + 2) // 8 - 1 if length is None else length]) + data


def dest(n=8):
    return ext(DEST, padded(n - 2))


def routing(kind, left, data=bytes(4)):
    return ext(ROUTING, bytes([kind, left]) + data)


pad = ext(HOP, padded(6))
alert = ext(HOP, bytes.fromhex("050200000100"))
atomic = ext(FRAGMENT, bytes(6), 0)
auth = ext(AH, struct.pack("!HII12x", 0, 0x1234, 1), 4)
via = bytes(4) + bytes.fromhex("fd" + "00" * 14 + "12")
type0, type2 = routing(0, 1, via), routing(2, 1, via)


def first(ident):
    return ext(FRAGMENT, struct.pack("!HI", 1, ident), 0)


def udp(sport, dport):
    return struct.pack("!HHHH", sport, dport, 64, 0) + b"\x43" * 56


def packet(chain, last=UDP, data=b""):
    kinds = [kind for kind, _ in chain] + [last]
    return wire.ip6(A, B, kinds[0], b"".join(bytes([k]) + body for k, (_, body) in zip(kinds[1:], chain)) + data)


LEGAL = (
    ("hop-by-hop, PadN", pad),
    ("hop-by-hop, router alert", alert),
    ("hop-by-hop, 24 bytes with an option nobody knows", ext(HOP, b"\x1e\x08" + bytes(8) + padded(12))),
    # Not looked at: a receiver that still obeys type 0 (RFC 5095) hands it on through its own port, where it is judged.
    ("routing, type 0", type0),
    ("routing, type 2", type2),
    ("routing, type 2, nothing left", routing(2, 0, via)),
    ("routing, type 4 (segments)", routing(4, 0, via)),
    ("routing, a type nobody knows", routing(253, 0)),
    ("an atomic fragment", atomic),
    ("a first fragment behind padding", pad, dest(), first(500)),
    ("options after a first fragment's header", first(501), dest(), dest(16)),
    ("each kind once", alert, dest(), type0, atomic, dest(16)),
    ("seven of 8 bytes and one of 24", pad, *[dest()] * 6, dest(24)),
    ("destination options, 80 bytes", dest(80)),
)

# Of these the UDP header ends behind the packet's first 128 bytes: an error that quotes one must be read beyond them.
LONG = (
    ("destination options, 96 bytes", dest(96)),
    ("destination options, 264 bytes", dest(264)),
    ("two headers of 104 bytes", ext(HOP, padded(102)), dest(104)),
    ("eight headers of all kinds", alert, dest(24), type0, dest(), type2, atomic, dest(32), dest()),
    ("as long as may be", dest(CHAIN_MAX)),
)


def malformed():
    """Packets that the parser refuses."""
    u = udp(40002, 7)

    def told(what, *chain, last=UDP, data=u):
        return what, packet(chain, last, data)

    def cut(what, n, *chain):
        """The packet says that it ends n bytes after its header; the frame has more."""
        whole = packet(chain, UDP, u)
        return what, whole[:4] + struct.pack("!H", n) + whole[6:]
    yield told("nine headers", pad, *[dest()] * 8)
    yield told("nine headers, an atomic fragment among them", *[dest()] * 4, atomic, *[dest()] * 4)
    yield told("8 bytes longer than may be", dest(CHAIN_MAX + 8))
    yield told("two headers, together longer than may be", ext(HOP, padded(254)), dest(256))
    yield told("hop-by-hop behind destination options", dest(), pad)
    yield told("hop-by-hop twice", pad, pad)
    yield told("two fragment headers", atomic, dest(), atomic)
    yield told("an option longer than its header", ext(HOP, b"\x01\x05" + bytes(4)))
    yield told("an option of which only the type is there", ext(HOP, bytes(5) + b"\x05"))
    yield told("a jumbogram that is none", ext(HOP, b"\xc2\x04" + struct.pack("!I", 72)))
    for kind, what in (HOP, "hop-by-hop"), (ROUTING, "routing"), (DEST, "destination options"):
        yield told(what + " longer than the packet", ext(kind, padded(6), 30))
        yield told(what + " of 2048 bytes", ext(kind, padded(6), 255))
        yield told(what + ", the packet's end within it", (kind, bytes(3)), data=b"")
        yield cut(what + ", the packet's end within it, not the frame's", 12, dest(), ext(kind, padded(6)))
    yield told("the second one longer than the packet", dest(), ext(DEST, padded(14), 20))
    yield told("no UDP header behind the chain", dest(24), data=b"")
    yield cut("none within the packet", 8, dest())
    yield cut("half of one within the packet", 28, dest(24))
    yield told("a fragment header of 4 bytes", (FRAGMENT, bytes(3)), data=b"")
    yield told("a first fragment, its chain longer than it", first(502), ext(DEST, padded(6), 20), data=u[:48])
    yield told("ICMPv6's number, and no whole header of it", dest(), last=ICMP6, data=bytes(2))
    yield told("IPv4's ICMP", dest(), last=1)


def by_number():
    """What is no extension header here is a protocol of its own, whatever is in it."""
    for kind, what in ((135, "mobility"), (139, "host identity"), (140, "shim6"), (253, "experimental")):
        yield what + " before UDP", packet([dest(), ext(kind, padded(6))], UDP, udp(40003, 7))
    yield "ESP's number before UDP", packet([dest()], ESP, udp(40003, 7))
    yield "AH before UDP", packet([pad, auth], UDP, udp(40003, 7))
    yield "no next header", packet([dest()], NONE, udp(40003, 7))


def odd_fragments():
    """First fragments whose receiver may not take what stands before their header."""
    for chain in ((routing(253, 0),), (dest(96),), (pad, type0), (alert,)):
        yield "before a first fragment's header: " + ", ".join(str(kind) for kind, _ in chain), \
            packet([*chain, first(503)], UDP, udp(40004, 7))


class Test:
    def __init__(self, sender, receiver):
        self.there, self.back = wire.Wire(sender, receiver), wire.Wire(receiver, sender)
        self.failed = 0
        self.pass_all("plain UDP", [("UDP", packet([], UDP, udp(40001, 7)))])

    def says(self, what, ok, wrong):
        self.failed += not ok
        print("%s %s%s" % ("ok  " if ok else "FAIL", what, "" if ok else ": " + wrong))

    def pass_all(self, what, named, back=False):
        self.judge(what, named, back, True)

    def drop_all(self, what, named, reason, back=False):
        """None arrives, and as many as they are ended for that reason."""
        before = wire.reason(reason)
        self.judge(what, named, back, False)
        n = wire.reason(reason) - before
        self.says("%s: the reason" % what, n >= len(named), "%d of %d for %s" % (n, len(named), reason))

    def judge(self, what, named, back, wanted):
        named = list(named)
        w, ends, ports = (self.back, (B, A), (7, 40000)) if back else (self.there, (A, B), (40000, 7))
        came = w.arrived([p for _, p in named], wire.ip6(*ends, UDP, udp(*ports)))
        self.says(what, all(c == wanted for c in came) and came,
                  ", ".join("'%s'" % name for (name, _), c in zip(named, came) if c != wanted))


def chains(t, what, named, port):
    """One kind of legal chains; each has a source port of its own, from `port' on."""
    def made(dport, sport=port):
        return [(name, packet(chain, UDP, udp(sport + i, dport))) for i, (name, *chain) in enumerate(named)]

    def errors(*args):
        return [(name, wire.too_big(B, A, p, 1280)) for name, p in made(*args)]
    answers = [(name, wire.ip6(B, A, UDP, udp(7, port + i))) for i, (name, *_) in enumerate(named)]
    t.drop_all(what + ", an answer to none", answers, "default", True)
    t.drop_all(what + ", another port", made(8), "default")
    t.pass_all(what, made(7))
    t.pass_all(what + ", an answer by the ports", answers, True)
    t.drop_all(what + ", an error that quotes another port", errors(8), "default", True)
    t.drop_all(what + ", an error that quotes nobody's port", errors(7, port + 1000), "default", True)
    t.pass_all(what + ", an error that quotes it", errors(7), True)


def ah_passes(t):
    """AH by a rule that names it: a flow of the two ends, without ports."""
    told = packet([pad, auth], UDP, udp(40003, 8))
    t.pass_all("AH that a rule lets pass", [("AH", told)])
    t.pass_all("an error that quotes it", [("AH", wire.too_big(B, A, told, 1280))], True)
    esp = packet([pad], ESP, udp(40003, 8))
    t.drop_all("one that quotes ESP", [("ESP", wire.too_big(B, A, esp, 1280))], "default", True)


def main(argv):
    t = Test(argv[0], argv[1])
    if argv[2:] == ["ah"]:
        ah_passes(t)
    else:
        chains(t, "chains", LEGAL, 41000)
        chains(t, "long chains", LONG, 43000)
        t.drop_all("no such chains", list(malformed()), "malformed")
        t.drop_all("another protocol", list(by_number()), "default")
        t.drop_all("fragments", list(odd_fragments()), "fragment")
        sent = packet([dest()], UDP, udp(41000, 7))
        t.drop_all("an error to who did not send it", [("it", wire.too_big(A, B, sent, 1280))], "invalid-state")
    sys.exit(t.failed > 0)


main(sys.argv[1:])
