# SPDX-License-Identifier: GPL-2.0
"""labvm inject NAME [--nic N] [FIELD=VALUE...] HEX: hands a frame to the VM's process."""
import socket
import struct
import sys

FIELDS = {"flags": 0, "gso_type": 0, "hdr_len": 0, "gso_size": 0, "csum_start": 0,
          "csum_offset": 0, "num_buffers": 0}


def main(argv):
    name, rest, nic = argv[0], argv[1:], 0
    if rest[:1] == ["--nic"]:
        nic, rest = int(rest[1]), rest[2:]
    for word in rest[:-1]:
        key, value = word.split("=", 1)
        if key not in FIELDS:
            sys.exit("labvm inject: expected one of %s, found %s" % (", ".join(FIELDS), key))
        FIELDS[key] = int(value, 0)
    header = struct.pack("<BBHHHHH", *FIELDS.values())
    frame = bytes.fromhex(rest[-1])
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        s.connect("\0labvm/" + name)
        s.send(bytes([nic]) + header + frame)


main(sys.argv[1:])
