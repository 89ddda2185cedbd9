# SPDX-License-Identifier: GPL-2.0
"""The oracle's packets as frames through the module, each the first of a conversation of its own.

In the lab are PLACES VMs vm0, vm1 ... of this host, a port `stranger' of nobody, the host by its bridge, and behind an uplink
`world', where all other addresses are. Each of them has one packet socket, by which it sends and hears. What has no VM and no
stranger at either end (host and world among themselves), or stays within one, is no business of the bridge's ports.

VMs and the stranger have more addresses than packets are sent: none comes twice, so no frame belongs to a flow that was
there before, or to another's, and each is told by its bytes. Nobody there answers: no end but the host has a stack with addresses.
"""
import collections
import ipaddress
import os
import select
import struct
import sys
import time

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../lab'))

from wire import packet_socket

from model import HOST, UNMANAGED, Vm

PLACES = 8
STRANGER = 50  # its place among the addresses
WORLD = 'world'
HOST_AT = {4: ipaddress.ip_address('10.200.0.1').packed, 6: ipaddress.ip_address('fd00:200::1').packed}
AT_ONCE = 50  # frames between two looks at what arrived: queues hold hundreds
PATIENCE = 10

# Answers pass as part of what they answer only, never by a rule; redirects and router advertisements are the guard's to judge.
NOT_OPENING = {1: {0, 5, 9, 14, 16, 18, 43}, 58: {129, 161}}


def places():
    """The addresses of each VM, as the inventory declares them."""
    return [[ipaddress.ip_network(f'10.{100 + i}.0.0/16'), ipaddress.ip_network(f'fd00:0:0:{100 + i}::/64')]
            for i in range(PLACES)]


class Frames:
    def __init__(self):
        self.at = {i: packet_socket(f'vm{i}') for i in range(PLACES)}
        self.at |= {UNMANAGED: packet_socket('stranger'), WORLD: packet_socket('world'), HOST: packet_socket(None, 'br0')}
        self.poll = select.poll()
        for s, _ in self.at.values():
            s.setblocking(False)
            self.poll.register(s, select.POLLIN)
        self.place_of = {s.fileno(): place for place, (s, _) in self.at.items()}
        self.n = 0  # frames sent, ever

    def place(self, end):
        if isinstance(end, Vm):
            return int(end.uuid[-2:], 16)
        return end if end in (HOST, UNMANAGED) else WORLD

    def can(self, s, d, version, key, app):
        a, b = self.place(s), self.place(d)
        return a != b and {a, b} != {HOST, WORLD} and key[1] >> 8 not in NOT_OPENING.get(key[0], ())

    def address(self, end, version):
        """Of a VM or stranger one that nobody had before."""
        place = self.place(end)
        if place == WORLD:
            return end.packed
        if place == HOST:
            return HOST_AT[version]
        i = 100 + (STRANGER if place == UNMANAGED else place)
        return (struct.pack('>BBH', 10, i, self.n) if version == 4 else
                ipaddress.ip_address(f'fd00:0:0:{i}::').packed[:8] + struct.pack('>Q', self.n))

    def send(self, packet, inventor):
        """Sends it as a frame of a new conversation; the place it is for, and its bytes."""
        s, d, version, key, _ = packet
        self.n += 1
        if self.n > 65535:
            sys.exit('no address is left: fewer packets, and another seed')
        out, smac = self.at[self.place(s)]
        rest = (inventor.ip(self.address(s, version), self.address(d, version), version, key) if version else
                inventor.other(key[1], self.n))
        frame = self.at[self.place(d)][1] + smac + rest
        out.send(frame)
        return self.place(d), frame

    def hear(self, waiting, seconds):
        """What of waiting (frames, at their places) arrives, until nothing does for as long."""
        came = set()
        while True:
            ready = self.poll.poll(seconds * 1000)
            if not ready:
                return came
            for fd, _ in ready:
                place = self.place_of[fd]
                came |= {(place, f) for f in self.received(self.at[place][0]) if (place, f) in waiting}

    def received(self, s):
        while True:
            try:
                yield s.recv(2000)
            except BlockingIOError:
                return


def counters(s, d, want):
    """
    What a packet of s to d counts for, and what it may count for: the rule that decided, monitors (the default is counted once if
    it is both), and why. Two remote VMs that claim an address make it unmanaged for the policy, but the reason of that word
    speaks of ports. A stranger to whom no rule opens anything is stopped at its own port, before rules are asked.
    """
    why = 'rule' if not want.label.endswith('default') else 'unmanaged' if UNMANAGED in (s, d) else 'default'
    found = [*{want.label, *want.monitors}, 'reason ' + why]
    if s == UNMANAGED and want.verdict == 'block' and not want.monitors:
        return ['frames'], [*found, 'reason unmanaged']
    return ['frames', *found], []


class Round:
    """Packets of one policy, by number, sent as frames, and what became of them."""

    def __init__(self, frames, inventor, vfwd, packets, counts, passing):
        """counts: what each of them counts for; passing: the numbers of those that should arrive."""
        self.frames, self.vfwd, self.counts, self.passing = frames, vfwd, counts, passing & set(packets)
        self.least = collections.Counter(k for n in packets for k in counts[n][0])
        self.most = self.least + collections.Counter(k for n in packets for k in counts[n][1])
        self.sent = {}  # (place, frame): number of the packet
        self.arrived = set()  # numbers of packets
        self.before = vfwd.counts()
        for i, (n, packet) in enumerate(packets.items(), 1):
            self.sent[frames.send(packet, inventor)] = n
            if not i % AT_ONCE:
                self.hear(0)
        self.settle()

    def hear(self, seconds):
        self.arrived |= {self.sent[f] for f in self.frames.hear(self.sent, seconds)}

    def count(self):
        """How often each rule and reason counted since the beginning, and how many frames did."""
        self.found = collections.Counter({k: n - self.before.get(k, 0) for k, n in self.vfwd.counts().items()})
        self.found['frames'] = sum(n for k, n in self.found.items() if k.startswith('reason '))

    def settle(self):
        """Waits until all is there that should be."""
        end = time.monotonic() + PATIENCE
        while True:
            self.hear(0.02)
            self.count()
            self.short = {k for k, n in self.least.items() if self.found[k] < n}
            if not self.short | (self.passing - self.arrived) or time.monotonic() > end:
                return

    def lost(self):
        """Numbers of what arrived not, or did not count as often as it should."""
        return {n for n in self.sent.values() if n in self.passing - self.arrived or self.short & set(self.counts[n][0])}

    def excess(self):
        """What happened that must not, as words: by packet, and counts."""
        return ({n: 'its frame arrived' for n in self.arrived - self.passing},
                [f'{k} counted {n} times, not {self.most[k]}' for k, n in self.found.items() if n > self.most[k]])

    def lack(self):
        return ({n: 'its frame did not arrive' for n in self.passing - self.arrived},
                [f'{k} counted {self.found[k]} times, not {self.least[k]}' for k in self.short])


def differences(frames, inventor, vfwd, packets, counts, passing):
    """
    What is otherwise than it should be, as words, by packet and of counts; how many packets were sent again: a frame may be lost
    before the module saw it, but not twice.
    """
    first = Round(frames, inventor, vfwd, packets, counts, passing)
    wrong, odd = first.excess()
    again = {n: packets[n] for n in first.lost()}
    if again:
        second = Round(frames, inventor, vfwd, again, counts, passing)
        for more_wrong, more_odd in (second.excess(), second.lack()):
            wrong |= more_wrong
            odd += more_odd
    return wrong, odd, len(again)
