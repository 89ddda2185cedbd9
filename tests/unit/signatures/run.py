#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""run.py VFWCTL SIGNATURES TALKS: the shipped signatures, each on conversations that must make it speak and on
others that must not, written in TALKS/*.talks, all in one capture through `vfwctl replay'.

    SID PROTOCOL PORT [to ADDRESS]    what the lines below are about; icmp TYPE CODE instead of a port
    fires [xN] > what the client says (with xN: so many conversations, one after the other)
    quiet [xN] > ...                  this signature must not speak
    calm [xN] > ...                   none at all must speak
      > or < ...                      what the client or the server says next
      - FLAGS [seq N] [id N] [win N]  a segment of TCP with these flags, and nothing before it; -< from the server

Bytes: Python's escapes; {00*12} a byte so often, {u:text} UTF-16, {le32:N} and {be16:N} numbers."""
import codecs
import glob
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import time

LOW, HIGH = 3900001, 3909999
FLAGS = {'F': 1, 'S': 2, 'R': 4, 'P': 8, 'A': 16, 'U': 32, '0': 0}


class Talk:
    def __init__(self, where, sid, verdict, proto, port, server, times, lines):
        self.where, self.sid, self.verdict, self.proto = where, sid, verdict, proto
        self.port, self.server, self.times, self.lines = port, server, times, lines


def insert(m):
    if m[1]:
        return bytes.fromhex(m[1].decode()) * int(m[2])
    if m[3]:
        return m[3].decode().encode('utf-16-le')
    form = {b'le16': '<H', b'be16': '>H', b'le32': '<I', b'be32': '>I'}[m[4]]
    return struct.pack(form, int(m[5], 0))


def data(text):
    raw = codecs.escape_decode(text.encode())[0]
    return re.sub(rb'\{(?:([0-9a-f]{2,})\*(\d+)|u:([^}]*)|([lb]e(?:16|32)):(\w+))\}', insert, raw)


def number(address):
    return bytes(int(x) for x in address.split('.'))


def read(path):
    head, talks = None, []
    for n, line in enumerate(open(path), 1):
        line = line.rstrip('\n')
        if not line.strip() or line.startswith('#'):
            continue
        m = re.match(r'(\d{7}) (tcp|udp|icmp) (\d+)(?: (\d+))?(?: to (\S+))?$', line)
        if m:
            head = (int(m[1]), m[2], (int(m[3]), int(m[4] or 0)), number(m[5] or '10.200.0.1'))
            continue
        m = re.match(r'(?:(fires|quiet|calm)(?: x(\d+))?|) +(>|<|-<|-) ?(.*)$', line)
        if not m or not head:
            sys.exit('%s:%d: not understood' % (path, n))
        if m[1]:
            talks.append(Talk('%s:%d' % (path, n), head[0], m[1], head[1], head[2], head[3], int(m[2] or 1), []))
        talks[-1].lines.append((m[3], m[4] if m[3][0] == '-' else data(m[4])))
    return talks


class Writer:
    def __init__(self, out):
        self.out, self.time = out, 1700000000 * 1000000
        out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))

    def ip(self, src, dst, proto, body, ident=1):
        frame = bytes(12) + b'\x08\0' + struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(body), ident, 0, 64, proto, 0)
        frame += src + dst + body
        self.time += 1000
        self.out.write(struct.pack('<IIII', self.time // 1000000, self.time % 1000000, len(frame), len(frame)) + frame)

    def segment(self, ends, forth, port, flags, seq, ack, body=b'', ident=1, win=65535):
        ports, who = (port, ends) if forth else (port[::-1], ends[::-1])
        tcp = struct.pack('>HHIIBBHHH', *ports, seq & 0xffffffff, ack, 0x50, flags, win, 0, 0)
        self.ip(*who, 6, tcp + body, ident)

    def tcp(self, talk, client, port):
        ends, ports, said, open_ = (client, talk.server), (port, talk.port[0]), [1001, 5001], False
        for sign, body in talk.lines:
            forth = sign != '<' and sign != '-<'
            if sign[0] == '-':
                word = body.split()
                more = {word[i]: int(word[i + 1]) for i in range(1, len(word), 2)}
                self.segment(ends, forth, ports, sum(FLAGS[x] for x in word[0]), more.get('seq', 1000), 0,
                             ident=more.get('id', 1), win=more.get('win', 1024))
                continue
            if not open_:
                self.segment(ends, True, ports, 2, 1000, 0)
                self.segment(ends, False, ports, 18, 5000, 1001)
                self.segment(ends, True, ports, 16, 1001, 5001)
                open_ = True
            for at in range(0, len(body), 1400):
                piece = body[at:at + 1400]
                self.segment(ends, forth, ports, 24, said[not forth], said[forth], piece)
                said[not forth] += len(piece)
            self.segment(ends, not forth, ports, 16, said[forth], said[not forth])
        if open_:
            self.segment(ends, True, ports, 17, said[0], said[1])
            self.segment(ends, False, ports, 17, said[1], said[0] + 1)
            self.segment(ends, True, ports, 16, said[0] + 1, said[1] + 1)

    def talk(self, talk, client):
        for n in range(talk.times):
            port = 40000 + n
            if talk.proto == 'tcp':
                self.tcp(talk, client, port)
                continue
            for sign, body in talk.lines:
                ends = (client, talk.server) if sign == '>' else (talk.server, client)
                if talk.proto == 'udp':
                    ports = (port, talk.port[0]) if sign == '>' else (talk.port[0], port)
                    self.ip(*ends, 17, struct.pack('>HHHH', *ports, 8 + len(body), 0) + body)
                else:
                    self.ip(*ends, 1, struct.pack('>BBHHH', *talk.port, 0, 7, n) + body)


def address(n):
    return bytes((10, 9, n // 250, n % 250 + 1))


def run(vfwctl, signatures, talks):
    """What each talk's client was told about, by sid."""
    rules = sorted(glob.glob(signatures + '/*.rules'))
    with tempfile.TemporaryDirectory() as tmp:
        with open(tmp + '/all.rules', 'w') as f:
            f.write('\n'.join(open(r).read() for r in rules))
        with open(tmp + '/talks.pcap', 'wb') as f:
            w = Writer(f)
            for n, talk in enumerate(talks):
                w.talk(talk, address(n))
        subprocess.run([vfwctl, 'replay', '--pcap', tmp + '/talks.pcap', '--rules', tmp + '/all.rules', '--eve',
                        tmp + '/eve'], check=True, stdout=subprocess.DEVNULL)
        spoken = {}
        for line in open(tmp + '/eve'):
            e = json.loads(line)
            for who in (e['src_ip'], e['dest_ip']):
                spoken.setdefault(number(who), set()).add(e['alert']['signature_id'])
    return [spoken.get(address(n), set()) for n in range(len(talks))]


def shipped(vfwctl, signatures):
    """The sids, all of which must load and pass the selftest."""
    sids, wrong = {}, 0
    for path in sorted(glob.glob(signatures + '/*.rules')):
        for n, line in enumerate(open(path), 1):
            m = re.search(r'[ (;]sid:(\d+);', line)
            if not m or line.startswith('#'):
                continue
            sid = int(m[1])
            if sid in sids or not LOW <= sid <= HIGH:
                print('%s:%d: sid %d: twice, or not of %d to %d' % (path, n, sid, LOW, HIGH))
                wrong += 1
            sids[sid] = (path, 'noalert' in line)
    rules = sorted(glob.glob(signatures + '/*.rules'))
    said = json.loads(subprocess.run([vfwctl, '-o', 'json', 'sig', 'check', *rules], stdout=subprocess.PIPE).stdout)
    for note in said['notes']:
        print('%(file)s:%(line)d:%(column)d: %(fate)s: %(message)s' % note)
        wrong += 1
    said = json.loads(subprocess.run([vfwctl, '-o', 'json', 'sig', 'selftest', *rules], stdout=subprocess.PIPE).stdout)
    for note in said['notes']:
        print('%(file)s:%(line)d: sid %(sid)d: selftest: %(fate)s: %(message)s' % note)
        wrong += 1
    if said['loaded'] != len(sids) or said['passed'] != len(sids):
        print('signatures: %d rules, %d load, %d pass' % (len(sids), said['loaded'], said['passed']))
        wrong += 1
    return sids, wrong


def main():
    vfwctl, signatures, folder = sys.argv[1:]
    began = time.monotonic()
    sids, wrong = shipped(vfwctl, signatures)
    talks = [t for path in sorted(glob.glob(folder + '/*.talks')) for t in read(path)]
    for talk, spoken in zip(talks, run(vfwctl, signatures, talks)):
        bad = {'fires': talk.sid not in spoken, 'quiet': talk.sid in spoken, 'calm': bool(spoken)}[talk.verdict]
        if bad:
            print('%s: %d %s: spoken: %s' % (talk.where, talk.sid, talk.verdict, sorted(spoken) or 'none'))
            wrong += 1
    fires = {t.sid for t in talks if t.verdict == 'fires'}
    quiet = {t.sid for t in talks if t.verdict != 'fires'}
    alerting = {s for s, (_, noalert) in sids.items() if not noalert}
    for what, has in (('fires', fires), ('is quiet', quiet)):
        for sid in sorted(alerting - has):
            print('%s: sid %d has no talk on which it %s' % (os.path.basename(sids[sid][0]), sid, what))
            wrong += 1
    for sid in sorted((fires | quiet) - alerting):
        print('a talk about sid %d, which is none that alerts' % sid)
        wrong += 1
    print('signatures: %d rules, %d talks, %d wrong (%.1f s)' % (len(sids), len(talks), wrong,
                                                                time.monotonic() - began))
    sys.exit(wrong > 0)


main()
