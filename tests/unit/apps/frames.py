# SPDX-License-Identifier: GPL-2.0
"""Conversations as a capture, and what vfwctl says of them."""
import json
import struct
import subprocess
import tempfile


def packet(n, ports, proto, side, tcp, data):
    """A frame from SIDE of conversation N between PORTS, the opener's first; TCP: sequence, acknowledged, flags."""
    between = ports if side == 0 else ports[::-1]
    if proto == 'tcp':
        seq, ack, flags = tcp
        l4 = struct.pack('>HHIIBBHHH', *between, seq, ack, 0x50, flags, 8192, 0, 0) + data
    else:
        l4 = struct.pack('>HHHH', *between, 8 + len(data), 0) + data
    ends = (struct.pack('>BBH', 10, 1, n), b'\x0a\0\0\x02')
    ip = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(l4), 0, 0, 64, 6 if proto == 'tcp' else 17, 0)
    return bytes(12) + b'\x08\0' + ip + (ends[0] + ends[1] if side == 0 else ends[1] + ends[0]) + l4


def conversation(n, ports, proto, said):
    """The frames of one: SAID is (side, bytes) in order. Over TCP each message comes in two segments, for no pattern may
    depend on where a segment ends."""
    if proto == 'udp':
        for side, data in said:
            yield packet(n, ports, proto, side, None, data)
        return
    yield packet(n, ports, proto, 0, (1, 0, 2), b'')
    yield packet(n, ports, proto, 1, (1, 2, 18), b'')
    yield packet(n, ports, proto, 0, (2, 2, 16), b'')
    at = [2, 2]
    for side, data in said:
        half = len(data) // 2
        for part in data[:half], data[half:]:
            if part:
                yield packet(n, ports, proto, side, (at[side], at[1 - side], 24), part)
                at[side] += len(part)


def recognise(vfwctl, apps, conversations):
    """What `vfwctl app' calls each of CONVERSATIONS, which are (ports, protocol, said): a list of names, None where it has none."""
    with tempfile.NamedTemporaryFile(suffix='.pcap') as f:
        f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        i = 0
        for n, one in enumerate(conversations):
            for frame in conversation(n, *one):
                f.write(struct.pack('<IIII', 1700000000 + i // 1000, i % 1000, len(frame), len(frame)) + frame)
                i += 1
        f.flush()
        said = json.loads(subprocess.run([vfwctl, '-o', 'json', 'app', '--pcap', f.name, apps], check=True,
                                         stdout=subprocess.PIPE).stdout)
    names = [None] * len(conversations)
    for flow in said['flows']:
        opener = next(x for x in (flow['src_ip'], flow['dest_ip']) if x.startswith('10.1.'))
        high, low = opener.split('.')[2:]
        names[int(high) * 256 + int(low)] = flow['app']
    return names
