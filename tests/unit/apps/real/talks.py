# SPDX-License-Identifier: GPL-2.0
"""Conversations: read from the captures made here, written to a text file and read from it."""
import struct

KEEP = 256  # bytes of each side of a TCP conversation
DATAGRAMS = 2  # of each side


class Conversation:
    """Ports are the opener's and the other's; `said` is (side, bytes) in order, side 0 being the opener."""

    def __init__(self, proto, ports, number=0):
        self.proto, self.ports, self.number = proto, ports, number
        self.said = []
        self.next = [None, None]  # TCP: the sequence number that comes next
        self.later = [{}, {}]
        self.opened = proto == 'udp'

    def _add(self, side, data):
        if self.proto == 'tcp' and self.said and self.said[-1][0] == side:
            data = self.said.pop()[1] + data
        room = KEEP - sum(len(d) for s, d in self.said if s == side)
        if self.proto == 'udp':
            room = len(data) if sum(s == side for s, _ in self.said) < DATAGRAMS else 0
        if room > 0:
            self.said.append((side, data[:room]))

    def datagram(self, side, data):
        if data:
            self._add(side, data)

    def segment(self, side, seq, flags, data):
        if flags & 2:
            self.opened = True
            self.next[side] = seq + 1 & 0xffffffff
            return
        if self.next[side] is None:
            self.next[side] = seq
        if data:
            self.later[side][seq] = data
        while self.next[side] in self.later[side]:
            data = self.later[side].pop(self.next[side])
            self.next[side] = self.next[side] + len(data) & 0xffffffff
            self._add(side, data)

    def first(self, side):
        return b''.join(d for s, d in self.said if s == side)


def packets(path):
    with open(path, 'rb') as f:
        raw = f.read()
    if len(raw) < 24:
        return
    magic, link = struct.unpack('<I', raw[:4])[0], struct.unpack('<I', raw[20:24])[0]
    assert magic in (0xa1b2c3d4, 0xa1b23c4d) and link == 1, 'expected tcpdump\'s Ethernet capture'
    at, number = 24, 0
    while at + 16 <= len(raw):
        size = struct.unpack('<I', raw[at + 8:at + 12])[0]
        number += 1
        yield number, raw[at + 16:at + 16 + size]
        at += 16 + size


def conversations(path):
    """The conversations of a capture, in the order of their first packets; fragments are left out."""
    found = {}
    for number, frame in packets(path):
        kind, ip = frame[12:14], frame[14:]
        if kind == b'\x08\0':
            if struct.unpack('>H', ip[6:8])[0] & 0x3fff:
                continue
            proto, ends, l4 = ip[9], (ip[12:16], ip[16:20]), ip[(ip[0] & 15) * 4:struct.unpack('>H', ip[2:4])[0]]
        elif kind == b'\x86\xdd':
            proto, ends, l4 = ip[6], (ip[8:24], ip[24:40]), ip[40:40 + struct.unpack('>H', ip[4:6])[0]]
        else:
            continue
        if proto not in (6, 17):
            continue
        ports = struct.unpack('>HH', l4[:4])
        name = 'tcp' if proto == 6 else 'udp'
        key = (name, ends, ports)
        syn = proto == 6 and l4[13] & 0x12 == 2
        side = 0
        if (name, ends[::-1], ports[::-1]) in found:
            key, side = (name, ends[::-1], ports[::-1]), 1
        if key not in found or (syn and side == 0 and found[key][-1].said):
            found.setdefault(key, []).append(Conversation(name, ports, number))
        c = found[key][-1]
        if proto == 17:
            c.datagram(side, l4[8:])
        else:
            c.segment(side, struct.unpack('>I', l4[4:8])[0], l4[13], l4[(l4[12] >> 4) * 4:])
    return sorted((c for all_of in found.values() for c in all_of), key=lambda c: c.number)


def truths(path):
    """[(protocol, ports, app, package, version)] of a .truth file; ports are 'OPENER>OTHER', of which the unknown is left out."""
    out = []
    with open(path, encoding='ascii') as f:
        for line in f:
            out.append(tuple(line.split()))
    return out


def truth_of(truth, proto, ports):
    """What a conversation is: by both ports, the port it was opened to, the opener's; or whatever else there is."""
    for at in '%d>%d' % ports, '>%d' % ports[1], '%d>' % ports[0], '>':
        for one in truth:
            if one[0] == proto and one[1] == at:
                return one
    return None


def escape(data):
    return data.decode('latin-1').encode('unicode_escape').decode('ascii')


def unescape(text):
    return text.encode('ascii').decode('unicode_escape').encode('latin-1')


def write_kept(path, kept):
    """KEPT is [(name, truth, conversation)]."""
    with open(path, 'w', encoding='ascii') as f:
        f.write('# What real servers of Debian 12 and their clients said first, kept by keep.py: capture, protocol, ports (the opener\'s > the\n'
                '# other\'s; left out: any), app ("-": none), package and version; then what the opener (>) and the other end (<) said.\n')
        for name, what, c in kept:
            f.write('%s %s\n' % (name, ' '.join(what)))
            for side, data in c.said:
                f.write('%s %s\n' % ('><'[side], escape(data)))


def read_kept(path):
    """[(name, protocol, (opener's port, other port), app, package, version, [(side, bytes)])] of such a file; port 0: any."""
    out = []
    with open(path, encoding='ascii') as f:
        for line in f.read().splitlines():
            if line.startswith(('> ', '< ')):
                out[-1][6].append((int(line[0] == '<'), unescape(line[2:])))
            elif not line.startswith('#'):
                name, proto, ports, app, package, version = line.split()
                out.append((name, proto, tuple(int(x or 0) for x in ports.split('>')), app, package, version, []))
    return out
