# SPDX-License-Identifier: GPL-2.0
"""sequences.py: says between the VMs a and b, whose own stacks are silent, what the tables on standard input say, a line a packet.

  = NAME                                a conversation of its own, on ports of its own
  WHO FLAGS SEQ ACK BYTES FATE STATE    a TCP segment; FLAGS as S, SA, FA, ".": none; ACK "-": none
  WHO KIND OFF - BYTES FATE STATE       udp, request or reply (ICMP echo); OFF is added to b's port, or the identifier

FATE: "passes", or the reason for which it is dropped; STATE: what `vfwctl flow list' says of it then, "-" if it is not there.
TCP's numbers count from shortly below 2^32, so that they wrap within the conversation. Prints what fares otherwise.
"""
import collections
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wire  # noqa: E402

ADDRESS = {"a": "10.0.0.21", "b": "10.0.0.22"}
BASE = {"a": (1 << 32) - 150, "b": (1 << 32) - 310}
WINDOW = 65535


def vfwctl(*words):
    return json.loads(subprocess.run(("vfwctl", "-o", "json") + words, check=True, stdout=subprocess.PIPE).stdout)


def reasons():
    counts = {}
    for entry in vfwctl("status")["reasons"]:
        counts[entry["reason"]] = counts.get(entry["reason"], 0) + entry["packets"]
    return counts


class Talk:
    def __init__(self):
        self.wires = {"a": wire.Wire("a", "b"), "b": wire.Wire("b", "a")}
        self.number, self.name, self.failed = 0, "", 0
        # behind those of other calls, which are still remembered
        self.sport = max([19999] + [f["src_port"] for f in vfwctl("flow", "list")["flows"]])
        self.dropped, self.counts = collections.Counter(), reasons()

    def fail(self, why):
        self.failed += 1
        print("FAIL %s: %s" % (self.name, why), flush=True)

    def begin(self, name):
        self.name = name
        self.sport += 1

    def end(self):
        """So many were dropped for each reason as the table says, no more."""
        before, self.counts = self.counts, reasons()
        for word, wanted in self.dropped.items():
            found = self.counts.get(word, 0) - before.get(word, 0)
            if found != wanted:
                self.fail("%u dropped for %s: found %u" % (wanted, word, found))
        self.dropped.clear()

    def ip(self, who, proto, payload):
        other = "b" if who == "a" else "a"
        self.number += 1
        return wire.ip4(ADDRESS[who], ADDRESS[other], proto, payload, self.number & 0xffff)

    def datagram(self, who, sport, off, data):
        ports = (sport, 53) if who == "a" else (53 + off, sport)
        return self.ip(who, 17, b"".join(n.to_bytes(2, "big") for n in ports + (8 + len(data), 0)) + data)

    def packet(self, who, kind, seq, ack, data):
        if kind == "udp":
            return self.datagram(who, self.sport, seq, data)
        if kind in ("request", "reply"):
            head, rest = bytes((8 if kind == "request" else 0, 0)), (self.sport + seq).to_bytes(2, "big") + b"\0\1" + data
            return self.ip(who, 1, head + wire.checksum(head + b"\0\0" + rest).to_bytes(2, "big") + rest)
        flags = sum(1 << "FSRPAU".index(c) for c in kind if c != ".")
        other = "b" if who == "a" else "a"
        ports = (self.sport, 80) if who == "a" else (80, self.sport)
        ack = 0 if ack == "-" else BASE[other] + int(ack)
        return self.ip(who, 6, wire.tcp4(ADDRESS[who], ADDRESS[other], ports, BASE[who] + seq, ack, flags, data,
                                         window=WINDOW))

    def state(self, kind):
        proto = {"udp": "udp", "request": "icmp", "reply": "icmp"}.get(kind, "tcp")
        # opened by a always, whoever sent last
        flows = vfwctl("flow", "list", "--from", "a", "--to", "b", "--proto", proto)["flows"]
        return " ".join(f["state"] for f in flows if f["src_port"] == self.sport) or "-"

    def say(self, line):
        who, kind, seq, ack, size, fate, state = line.split()
        packet = self.packet(who, kind, int(seq), ack, b"d" * int(size))
        # in nobody's way, and behind the packet: a opens it, b answers
        came = self.wires[who].arrived([packet], self.datagram(who, 9, 0, b"marker"))[0]
        now = self.state(kind)
        if fate != "passes":
            self.dropped[fate] += 1
        if came != (fate == "passes") or now != state:
            self.fail("%s: found %s %s" % (" ".join(line.split()), "passes" if came else "dropped", now))


def main(lines):
    talk = Talk()
    talk.wires["a"].arrived([], talk.datagram("a", 9, 0, b"marker"))
    for line in lines:
        if line.startswith("="):
            talk.end()
            talk.begin(line[1:].strip())
        elif line.strip():
            talk.say(line)
    talk.end()
    sys.exit(talk.failed > 0)


main(sys.stdin)
