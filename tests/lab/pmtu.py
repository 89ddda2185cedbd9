# SPDX-License-Identifier: GPL-2.0
"""pmtu.py learn VM ADDRESS MTU: the VM, whose UDP to that address (port 7 echoes) may not be fragmented, is told that MTU.
pmtu.py forge: true and forged errors of routers on the net of 99-pmtu.sh, and which of them arrive.
"""
import os
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wire  # noqa: E402

PATIENCE = 60
# socket options that Python has no names for: IP_MTU_DISCOVER and IP_MTU, of IPv4 and IPv6; IP_PMTUDISC_DO
OPTIONS = {4: (socket.IPPROTO_IP, 10, 14), 6: (socket.IPPROTO_IPV6, 23, 24)}
ALWAYS = 2

ADDRESS = {
    4: {"host": "10.0.0.1", "host1": "10.1.0.1", "a": "10.0.0.11", "n": "10.0.0.12", "b": "10.1.0.11", "c": "10.1.0.12",
        "gw": "10.0.0.254", "far": "10.9.0.11", "rt": "10.0.0.253", "d": "10.2.0.11"},
    6: {"host": "fd00::1", "host1": "fd01::1", "a": "fd00::11", "n": "fd00::12", "b": "fd01::11", "c": "fd01::12",
        "gw": "fd00::254", "far": "fd09::11", "rt": "fd00::253", "d": "fd02::11"},
}


def version(address):
    return 6 if ":" in address else 4


def in_time(what, tried):
    end = time.monotonic() + PATIENCE
    while not tried():
        if time.monotonic() > end:
            sys.exit("FAILED: did not happen in time: " + what)


def learn(vm, address, mtu):
    level, discover, known = OPTIONS[version(address)]
    family = socket.AF_INET6 if level == socket.IPPROTO_IPV6 else socket.AF_INET
    s = wire.in_netns(vm, lambda: socket.socket(family, socket.SOCK_DGRAM))
    s.setsockopt(level, discover, ALWAYS)
    s.settimeout(2)
    s.connect((address, 7))

    def echoed(data):
        try:
            s.send(data)
            return s.recv(2000) == data
        except OSError:
            return False

    def told():
        try:
            s.send(bytes(1440))
        except OSError:
            pass  # it is too big, as is known by then
        time.sleep(0.1)
        return s.getsockopt(level, known) == int(mtu)
    in_time("an echo of few bytes", lambda: echoed(b"hello"))
    if s.getsockopt(level, known) != 1500:
        sys.exit("FAILED: an MTU of %d before anything was sent" % s.getsockopt(level, known))
    in_time("an MTU of " + mtu, told)
    in_time("an echo of what fits", lambda: echoed(bytes(1200)))


class Net:
    """Sends from the stacks of VMs, so that what they send takes the way there as theirs does."""
    def __init__(self):
        self.out, self.into, self.failed = {}, {}, 0

    def send(self, netns, packet):
        six = packet[0] >> 4 == 6
        if (netns, six) not in self.out:
            self.out[netns, six] = wire.in_netns(netns, lambda: socket.socket(
                socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW))
        dst = socket.inet_ntop(socket.AF_INET6, packet[24:40]) if six else socket.inet_ntoa(packet[16:20])
        self.out[netns, six].sendto(packet, (dst, 0))

    def arrived(self, sender, receiver, packets, marker):
        """As wire.Wire does, but routers on the way change what is before the payload."""
        if receiver not in self.into:
            self.into[receiver] = wire.packet_socket(receiver)[0]
        into, came = self.into[receiver], []
        for packet in packets + [marker]:
            self.send(sender, packet)
        into.settimeout(PATIENCE)
        while True:
            try:
                frame, address = into.recvfrom(65536)
            except socket.timeout:
                sys.exit("FAILED: did not happen in time: what %s sends last and must arrive at %s" % (sender or "the host", receiver))
            if address[2] == socket.PACKET_OUTGOING:
                continue
            if payload(frame[14:]) == payload(marker):
                return [payload(p) in came for p in packets]
            came.append(payload(frame[14:]))

    def judge(self, what, sender, receiver, cases, marker):
        """cases: name, reason (None: it passes), packet. The marker is sent last and must arrive."""
        cases = list(cases)
        words = {reason for _, reason, _ in cases if reason}
        before = {word: wire.reason(word) for word in words}
        came = self.arrived(sender, receiver, [packet for _, _, packet in cases], marker)
        wrong = [name for (name, reason, _), c in zip(cases, came) if c != (reason is None)]
        for word in words:
            n, wanted = wire.reason(word) - before[word], sum(reason == word for _, reason, _ in cases)
            if n < wanted:
                wrong.append("%d of %d for %s" % (n, wanted, word))
        self.failed += bool(wrong)
        print("%s %s%s" % ("FAIL" if wrong else "ok  ", what, ": " + ", ".join(wrong) if wrong else ""))


def payload(packet):
    if packet[0] >> 4 == 4:
        return packet[20:int.from_bytes(packet[2:4], "big")]
    return packet[40:40 + int.from_bytes(packet[4:6], "big")]


def udp(src, dst, sport, dport, size=16, proto=17):
    data = struct.pack("!HHHH", sport, dport, 8 + size, 0) + bytes(size)
    return wire.ip6(src, dst, proto, data) if version(src) == 6 else wire.ip4(src, dst, proto, data)


def forge(net, v):
    at = ADDRESS[v]
    a, b, sport = at["a"], at["b"], 30000 + v

    def told(what):
        return "IPv%d, %s" % (v, what)

    # the flows that are quoted
    for receiver, vm in (("b", "b"), ("far", "far"), ("d", "d")):
        net.judge(told("a speaks to " + vm), "a", receiver, [], udp(a, at[vm], sport, 7))

    def router(name, netns, end, strangers):
        """Errors to a about what it sends to `end', by a router on the way."""
        e = at[end]

        def error(quoted, to=a):
            return wire.too_big(at[name], to, quoted, 1300)
        net.judge(told("%s to a about %s" % (name, end)), netns, "a", [
            ("a long quote", None, error(udp(a, e, sport, 7, 1400))),
            ("another port of a's", "default", error(udp(a, e, sport + 100, 7))),
            ("another port of the other's", "default", error(udp(a, e, sport, 8))),
            ("another protocol", "default", error(udp(a, e, sport, 7, proto=136))),
            ("ports exchanged", "default", error(udp(a, e, 7, sport))),
            ("addresses exchanged", "invalid-state", error(udp(e, a, 7, sport))),
            ("somebody else's packet", "invalid-state", error(udp(at["n"], e, sport, 7))),
        ] + [("one for %s, with whom there is no flow" % s, "default", error(udp(a, at[s], sport, 7))) for s in strangers],
            error(udp(a, e, sport, 7)))
    router("host", "", "b", ("c", "d", "n"))
    router("gw", "gw", "far", ("c", "gw"))
    # a flow of others does not go by way of a VM, though that routes
    router("rt", "rt", "d", ("b", "far"))

    back = udp(b, a, 7, sport)
    net.judge(told("host to b about what b sends to a"), "", "b", [
        ("what a sent", "invalid-state", wire.too_big(at["host1"], b, udp(a, b, sport, 7), 1300)),
        ("another port", "default", wire.too_big(at["host1"], b, udp(b, a, 8, sport), 1300)),
    ], wire.too_big(at["host1"], b, back, 1300))

    right = udp(a, b, sport, 7)
    for vm in ("n", "c"):
        net.judge(told("%s, a VM that has nothing to do with it" % vm), vm, "a", [
            ("by its own address", "invalid-state", wire.too_big(at[vm], a, right, 1300)),
            ("by the other end's", "spoof-ip", wire.too_big(b, a, right, 1300)),
            ("by the router's", "spoof-ip", wire.too_big(at["host" if vm == "n" else "host1"], a, right, 1300)),
        ], udp(at[vm], a, 40000, 9))
    net.judge(told("a VM that routes, by the host's address: a router may bear it, but the flow is not by way of it"), "rt", "a", [
        ("it", "default", wire.too_big(at["host"], a, right, 1300)),
    ], wire.too_big(at["rt"], a, udp(a, at["d"], sport, 7), 1300))
    net.judge(told("who gets it himself"), "b", "a", [], wire.too_big(b, a, right, 1300))


def main(argv):
    if argv[0] == "learn":
        learn(*argv[1:])
        return
    net = Net()
    for v in (4, 6):
        forge(net, v)
    sys.exit(net.failed > 0)


main(sys.argv[1:])
