# SPDX-License-Identifier: GPL-2.0
"""deliver.py SECONDS NETNS COMMAND...: runs COMMAND, which sends a frame and prints it in hex, and succeeds if
that very frame arrives at eth0 of the network namespace within SECONDS.

Compared are the first 34 bytes behind the tags (MACs, type, the IPv4 header): what lies behind may be changed by
segmentation and checksums that are filled in on the way.
"""
import ctypes
import os
import select
import socket
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3
COMPARED = 34


def untagged(frame):
    while frame[12:14] in (b"\x81\x00", b"\x88\xa8"):
        frame = frame[:12] + frame[16:]
    return frame[:COMPARED]


def main(argv):
    seconds, netns, command = float(argv[0]), argv[1], argv[2:]
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open("/run/netns/" + netns, os.O_RDONLY)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(there, CLONE_NEWNET):
        sys.exit("deliver.py: setns: %s" % os.strerror(ctypes.get_errno()))
    sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    sniffer.bind(("eth0", 0))
    libc.setns(here, CLONE_NEWNET)
    sent = bytes.fromhex(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.decode())
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not select.select([sniffer], [], [], max(0, end - time.monotonic()))[0]:
            break
        frame, address = sniffer.recvfrom(65536)
        if address[2] != socket.PACKET_OUTGOING and untagged(frame) == untagged(sent):
            return
    sys.exit(1)


main(sys.argv[1:])
