# SPDX-License-Identifier: GPL-2.0
"""Frames from one light VM to another, and which of them arrive: for programs of scenarios.

A VM's own stack is passed by: frames leave by a packet socket on its eth0, and are seen by one on the other's.
"""
import ctypes
import json
import os
import socket
import struct
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def in_netns(netns, make):
    """What make() makes in a network namespace; "" is the one we are in."""
    if not netns:
        return make()
    libc = ctypes.CDLL(None, use_errno=True)
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open("/run/netns/" + netns, os.O_RDONLY)
    if libc.setns(there, CLONE_NEWNET):
        sys.exit("wire.py: setns: %s" % os.strerror(ctypes.get_errno()))
    made = make()
    libc.setns(here, CLONE_NEWNET)
    os.close(here)
    os.close(there)
    return made


def packet_socket(netns, device="eth0"):
    """A packet socket on a device of a network namespace ("": of this one), and that device's MAC."""
    def make():
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        s.bind((device, ETH_P_ALL))
        return s
    s = in_netns(netns, make)
    return s, s.getsockname()[4]


def ip4(src, dst, proto, payload, ident=1, frag=0, more=0, ttl=64):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), ident, more << 13 | frag // 8,
                       ttl, proto, 0, socket.inet_aton(src), socket.inet_aton(dst))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def ip6(src, dst, proto, payload):
    return struct.pack("!IHBB", 6 << 28, len(payload), proto, 64) + \
        socket.inet_pton(socket.AF_INET6, src) + socket.inet_pton(socket.AF_INET6, dst) + payload


def tcp4(src, dst, ports, seq, ack, flags, data=b"", options=b"", window=20000):
    segment = struct.pack("!HHIIBBHHH", *ports, seq & 0xffffffff, ack & 0xffffffff, (5 + len(options) // 4) << 4, flags,
                          window, 0, 0) + options + data
    pseudo = socket.inet_aton(src) + socket.inet_aton(dst) + struct.pack("!HH", 6, len(segment))
    return segment[:16] + struct.pack("!H", checksum(pseudo + segment)) + segment[18:]


def too_big(src, dst, quoted, mtu):
    """The ICMP error by which src tells dst that its packet is too big: RFC 1191, RFC 4443 3.2."""
    if quoted[0] >> 4 == 4:
        said = struct.pack("!BBHI", 3, 4, 0, mtu) + quoted[:548]
        return ip4(src, dst, 1, said[:2] + struct.pack("!H", checksum(said)) + said[4:])
    said = struct.pack("!BBHI", 2, 0, 0, mtu) + quoted[:1232]
    pseudo = ip6(src, dst, 58, b"")[8:40] + struct.pack("!II", len(said), 58)
    return ip6(src, dst, 58, said[:2] + struct.pack("!H", checksum(pseudo + said)) + said[4:])


def reason(word):
    """How many packets ended for that reason."""
    out = subprocess.run(["vfwctl", "-o", "json", "status"], check=True, stdout=subprocess.PIPE).stdout
    return sum(r["packets"] for r in json.loads(out)["reasons"] if r["reason"] == word)


class Wire:
    def __init__(self, sender, receiver):
        self.out, self.smac = packet_socket(sender)
        self.into, self.dmac = packet_socket(receiver)

    def frame(self, packet):
        kind = 0x86dd if packet[0] >> 4 == 6 else 0x0800
        frame = self.dmac + self.smac + struct.pack("!H", kind) + packet
        return frame + b"\0" * max(0, 60 - len(frame))

    def send(self, packet):
        self.out.send(self.frame(packet))

    def heard(self, seconds):
        """The next packet the receiver is given by the sender, or None."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.into.settimeout(max(0.001, end - time.monotonic()))
            try:
                frame, address = self.into.recvfrom(65536)
            except socket.timeout:
                return None
            if address[2] != socket.PACKET_OUTGOING and frame[6:12] == self.smac:
                return frame[14:]
        return None

    def arrived(self, packets, marker, seconds=20):
        """Sends packets, then a marker that is sure to pass; which of the packets came before it."""
        for packet in packets:
            self.send(packet)
        self.send(marker)
        came = []
        while True:
            packet = self.heard(seconds)
            if packet is None:
                sys.exit("FAILED: did not happen in time: the marker that must arrive")
            if packet[:len(marker)] == marker:
                break
            came += [p for p in packets if packet[:len(p)] == p][:1]
        told = []
        for packet in packets:
            told.append(bool(came) and came[0] == packet)
            came = came[told[-1]:]
        return told
