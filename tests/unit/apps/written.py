#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""written.py VFWCTL APPS: first messages written from the protocols' specifications, each on a port that is no
hint of any app, in one capture; the apps must name them, and leave alone what only looks like them."""
import json
import os
import struct
import subprocess
import sys
import tempfile

H = bytes.fromhex
ANY = b'x' * 60


def rpc(prog, vers):
    return struct.pack('>IIIIIIIIII', 7, 0, 2, prog, vers, 0, 0, 0, 0, 0)


def ber(tag, *parts):
    body = b''.join(parts)
    return bytes([tag, len(body)]) + body


def label(name):
    return b''.join(bytes([len(x)]) + x for x in name.split(b'.')) + b'\0'


def mbap(n, *body):
    return struct.pack('>HHH', n, 0, len(body)) + bytes(body)


QUERY = H('1234 0100 0001 0000 0000 0000') + label(b'www.example.org') + H('0001 0001')
NETBIOS = H('1234 0110 0001 0000 0000 0000 20') + b'CK' + b'A' * 30 + H('00 0021 0001')
HELLO = H('16 0301 0040 01 00003c 0303') + ANY
DTLS = H('16 feff 0000 000000000000 0040 01 000034 0000 000000 000034 fefd') + ANY
RADIUS = H('01 01 0030') + bytes(16) + H('01 06') + b'alice'
SMB1 = H('00 000054') + b'\xffSMB\x72' + bytes(60)
SMB2 = H('00 000054') + b'\xfeSMB\x40\0' + bytes(60)
BOOTP = H('01 01 06 00 12345678') + bytes(228) + H('63825363 35 01 01')
MONGO = struct.pack('<IIIIIB', 60, 1, 0, 2013, 0, 0) + struct.pack('<I', 39) + b'\x10ismaster\0' + bytes(30)
TDS = H('12 01 002f 0000 01 00 00 001a 0006 01 0020 0001') + ANY
KRB = ber(0x6a, ber(0x30, H('a103020105 a20302010a'), bytes(40)))
BIND = ber(0x30, H('020101'), ber(0x60, H('020103'), ber(4, b'cn=x'), ber(0x80, b'pw')))
SNMP = ber(0x30, H('020101'), ber(4, b'public'), ber(0xa0, H('02017f 020100 020100'), bytes(12)))
GREETING = H('4a000000 0a') + b'8.0.36\0' + bytes(range(1, 13)) + b'\0' + ANY
IKE = b'12345678' + bytes(8) + H('21 20 22 08 00000000 00000100') + ANY
STARTUP = struct.pack('>II', 20, 196608) + b'user\0joe\0\0'
CQL = H('04 00 0000 01 00000016 0001 000b') + b'CQL_VERSION' + H('0005') + b'3.0.0'
KAFKA = H('00000020 0003 0009 00000001 0007') + b'consume' + ANY
ZOO = H('0000002c 00000000') + bytes(8) + H('00007530') + bytes(8) + H('00000010') + bytes(16)
OPENVPN = H('38 0102030405060708 00 00000000')
WG = H('01000000') + b'k' * 128 + bytes(16)
ISCSI = H('43 87 00 00 00 0000 40') + b'\x40' + bytes(39) + b'InitiatorName=iqn.x\0'
COOKIE = H('03 00 0013 0e e0 0000 0000 00 01 00 0800 03000000')
BGP = b'\xff' * 16 + H('001d 01 04 fde8 00b4 0a000001 00')
TNS = H('00 46 0000 01 00 0000 013b 012c') + ANY
DNP3 = H('05 64 0e c4 0100 0300 abcd c1 c1 01') + bytes(4)

# (app, protocol, what the opener says, what the other says; '' nothing; None: must be none of the apps)
TALKS = (
    ('http', 't', b'GET / HTTP/1.1\r\nHost: x\r\n\r\n', b'HTTP/1.1 200 OK\r\n\r\n'),
    ('http', 't', b'', b'HTTP/1.0 404 no\r\n'),
    ('http2', 't', b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', b''),
    ('websocket', 't', b'GET / HTTP/1.1\r\n\r\n', b'HTTP/1.1 101 go\r\nA: b\r\nUpgrade: WebSocket\r\n\r\n'),
    ('tls', 't', HELLO, b''), ('dtls', 'u', DTLS, b''),
    ('ssh', 't', b'', b'SSH-2.0-x\r\n'), ('ssh', 't', b'SSH-2.0-x\r\n', b''),
    ('dns', 'u', QUERY, b''), ('dns', 't', struct.pack('>H', len(QUERY)) + QUERY, b''),
    ('netbios-ns', 'u', NETBIOS, b''), ('dhcp', 'u', BOOTP, b''), ('ntp', 'u', b'\x23' + bytes(47), b''),
    ('smb1', 't', SMB1, SMB1), ('smb', 't', SMB1, SMB2), ('smb', 't', SMB2, b''),
    ('nfs', 'u', rpc(100003, 3), b''), ('rpc', 'u', rpc(100000, 2), b''),
    ('nfs', 't', H('80000028') + rpc(100003, 4), b''), ('ldap', 't', BIND, b''),
    ('kerberos', 'u', KRB, b''), ('kerberos', 't', struct.pack('>I', len(KRB)) + KRB, b''),
    ('rdp', 't', COOKIE, b''), ('vnc', 't', b'', b'RFB 003.008\n'),
    ('smtp', 't', b'', b'220 mx ESMTP ready\r\n'), ('smtp', 't', b'EHLO x\r\n', b'220 mx\r\n'),
    ('imap', 't', b'a1 LOGIN x y\r\n', b'* OK ready\r\n'), ('pop3', 't', b'USER x\r\n', b'+OK hi\r\n'),
    ('ftp', 't', b'USER x\r\n', b'220 (vsFTPd 3.0.3)\r\n'), ('mysql', 't', b'', GREETING),
    ('postgresql', 't', STARTUP, b''), ('postgresql', 't', H('00000008 04d2162f'), b'N'),
    ('tds', 't', TDS, b''), ('oracle', 't', TNS, b''), ('mongodb', 't', MONGO, b''),
    ('redis', 't', b'*1\r\n$4\r\nPING\r\n', b''), ('redis', 't', b'ping\r\n', b'+PONG\r\n'),
    ('memcached', 't', b'set a 0 0 1\r\n', b''), ('memcached', 't', b'get a\r\n', b'END\r\n'),
    ('cassandra', 't', CQL, b''), ('kafka', 't', KAFKA, b''),
    ('amqp', 't', b'AMQP\0\0\x09\x01', b''), ('mqtt', 't', H('10 10 0004') + b'MQTT\x04\x02' + ANY, b''),
    ('zookeeper', 't', ZOO, b''), ('nats', 't', b'', b'INFO {"server_id":"x"}\r\n'),
    ('sip', 'u', b'REGISTER sip:x SIP/2.0\r\n', b''), ('stun', 'u', H('0001 0000 2112a442') + bytes(12), b''),
    ('quic', 'u', H('c3 00000001 08') + ANY, b''), ('wireguard', 'u', WG, b''), ('ike', 'u', IKE, b''),
    ('openvpn', 'u', OPENVPN, b''), ('openvpn', 't', H('000e') + OPENVPN, b''), ('snmp', 'u', SNMP, b''),
    ('syslog', 'u', b'<34>Oct 11 22:14:15 x su: y', b''), ('tftp', 'u', H('0001') + b'f\0octet\0', b''),
    ('iscsi', 't', ISCSI, b''), ('rmi', 't', b'JRMI\0\x02K', b''), ('jdwp', 't', b'JDWP-Handshake', b''),
    ('bgp', 't', BGP, b''), ('modbus', 't', mbap(1, 1, 3, 0, 0, 0, 1), mbap(1, 1, 3, 2, 0, 9)),
    ('dnp3', 't', DNP3, b''), ('irc', 't', b'NICK x\r\nUSER x 0 * :x\r\n', b''),
    ('telnet', 't', b'', H('fffd18 fffd20 fffd23')), ('rsync', 't', b'', b'@RSYNCD: 31.0\n'),
    ('bittorrent', 't', b'\x13BitTorrent protocol' + bytes(48), b''), ('radius', 'u', RADIUS, b''),
    ('xmpp', 't', b"<?xml version='1.0'?><stream:stream to='x'>", b''),
    ('socks', 't', H('05 01 00 05 01 00 01 0a000001 0050'), H('05 00')),
    # what only looks like it
    (None, 't', b'GET / HTTP/9\r\n', b''), (None, 't', b'x GET / HTTP/1.1\r\n', b''),
    (None, 't', b'get a\r\n', b''), (None, 't', b'USER x\r\n', b''), (None, 't', b'', b'220 hi\r\n'),
    (None, 't', mbap(1, 1, 3, 0, 0, 0, 1), b''), (None, 't', H('00000008 04d21600'), b''),
    (None, 'u', QUERY[:-4], b''), (None, 'u', b'\x23' + bytes(46), b''), (None, 'u', OPENVPN + b'\0', b''),
    (None, 'u', WG + b'\0', b''), (None, 'u', H('0001 0001 2112a442') + bytes(12), b''),
    (None, 't', H('16 0301 0040 05 00003c 0303') + ANY, b''), (None, 'u', b'<192>Oct 11 22:14:15 x', b''),
    (None, 't', b'SSH-3.0-x\r\n', b''), (None, 't', bytes(200), bytes(200)), (None, 'u', bytes(200), bytes(200)),
    (None, 't', b'\xff' * 200, b'\xff' * 200), (None, 'u', b'\xff' * 200, b'\xff' * 200),
    # both at once: nobody can tell
    (None, 't', b'GET / HTTP/1.1\r\n', b'SSH-2.0-x\r\n'),
)


def packet(n, proto, client, tcp, data):
    ports = (40000 + n, 30000) if client else (30000, 40000 + n)
    if proto == 't':
        seq, ack, flags = tcp
        l4 = struct.pack('>HHIIBBHHH', *ports, seq, ack, 0x50, flags, 8192, 0, 0) + data
    else:
        l4 = struct.pack('>HHHH', *ports, 8 + len(data), 0) + data
    ends = (b'\x0a\0\0\x01', b'\x0a\0\0\x02')
    ip = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(l4), 0, 0, 64, 6 if proto == 't' else 17, 0)
    return bytes(12) + b'\x08\0' + ip + (ends[0] + ends[1] if client else ends[1] + ends[0]) + l4


def frames():
    for n, (_, proto, ask, answer) in enumerate(TALKS):
        if proto == 'u':
            if ask:
                yield packet(n, 'u', True, None, ask)
            if answer:
                yield packet(n, 'u', False, None, answer)
            continue
        yield packet(n, 't', True, (1, 0, 2), b'')
        yield packet(n, 't', False, (1, 2, 18), b'')
        yield packet(n, 't', True, (2, 2, 16), b'')
        if ask:
            half = len(ask) // 2  # no pattern may depend on where a segment ends
            yield packet(n, 't', True, (2, 2, 24), ask[:half])
            yield packet(n, 't', True, (2 + half, 2, 24), ask[half:])
        if answer:
            yield packet(n, 't', False, (2, 2 + len(ask), 24), answer)


def main():
    vfwctl, apps = sys.argv[1:]
    with tempfile.NamedTemporaryFile(suffix='.pcap') as f:
        f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i, frame in enumerate(frames()):
            frame = frame[:12] + frame[12:]
            f.write(struct.pack('<IIII', 1700000000 + i // 1000, i % 1000, len(frame), len(frame)) + frame)
        f.flush()
        said = json.loads(subprocess.run([vfwctl, '-o', 'json', 'app', '--pcap', f.name, apps], check=True,
                                         stdout=subprocess.PIPE).stdout)
    found = {flow['src_port'] if flow['src_port'] != 30000 else flow['dest_port']: flow for flow in said['flows']}
    failed = 0
    for n, (app, proto, ask, answer) in enumerate(TALKS):
        got = found.get(40000 + n, {}).get('app')
        if got != app:
            failed += 1
            print('apps: %s over %s, %r / %r: found %s' % (app or 'none', proto, ask[:24], answer[:24], got))
    names = {t[0] for t in TALKS if t[0]}
    known = {os.path.splitext(x)[0] for x in os.listdir(apps)}
    print('apps: %d conversations written here, of %d apps: %d as expected' %
          (len(TALKS), len(names), len(TALKS) - failed))
    if names - known:
        print('apps: unknown names: %s' % ' '.join(sorted(names - known)))
        failed += 1
    sys.exit(failed > 0)


main()
