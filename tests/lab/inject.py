# SPDX-License-Identifier: GPL-2.0
"""labvm inject NAME [--nic N] [FIELD=VALUE...] HEX...: hands frames to the VM's process."""
import socket
import struct
import sys

FIELDS = {"flags": 0, "gso_type": 0, "hdr_len": 0, "gso_size": 0, "csum_start": 0,
          "csum_offset": 0, "num_buffers": 0}


def main(argv):
    name, rest, nic = argv[0], argv[1:], 0
    if rest[:1] == ["--nic"]:
        nic, rest = int(rest[1]), rest[2:]
    while "=" in rest[0]:
        key, value = rest.pop(0).split("=", 1)
        if key not in FIELDS:
            sys.exit("labvm inject: expected one of %s, found %s" % (", ".join(FIELDS), key))
        FIELDS[key] = int(value, 0)
    header = struct.pack("<BBHHHHH", *FIELDS.values())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        s.connect("\0labvm/" + name)
        for frame in rest:
            s.send(bytes([nic]) + header + bytes.fromhex(frame))


main(sys.argv[1:])
