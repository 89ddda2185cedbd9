#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""written.py VFWCTL APPS: first messages written from the protocols' specifications, each on a port that is no
hint of any app, in one capture; the apps must name them, and leave alone what only looks like them."""
import os
import struct
import sys

import frames

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
SCCRQ = H('c802 0014 0000 0000 0000 0000 8008 0000 0000 0001')
NETFLOW5 = H('0005 0001 00000001 65000000 00000001 00000000 00 00 0000') + b'\x01' * 36 + bytes(1) + b'\x01' * 9 + bytes(2)
SEND_NAME = H('0015 4e 0000000d07df7fbd 00000001 0006') + b'x@host'
KPASSWD = H('0040 0001 0030') + ber(0x6e, ber(0x30, H('a003020105 a10302010e'), bytes(30)))

# (app, protocol, what the opener says, what the other says; '' nothing; None: must be none of the apps)
TALKS = (
    ('http', 't', b'GET / HTTP/1.1\r\nHost: x\r\n\r\n', b'HTTP/1.1 200 OK\r\n\r\n'),
    ('http', 't', b'', b'HTTP/1.0 404 no\r\n'),
    ('http', 't', b'\r\n' * 9 + b'\n\rGET / HTTP/1.1\r\n\r\n', b''), ('http', 't', b'GET /' + b'x' * 4091, b''),
    ('sip', 'u', b'\r\n\r\nOPTIONS sip:x SIP/2.0\r\n', b''), ('redis', 't', b'\r\n*1\r\n$4\r\nPING\r\n', b''),
    ('rtsp', 't', b'\r\nOPTIONS * RTSP/1.0\r\n', b''),
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
    ('proxy', 't', b'PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\nGET / HTTP/1.1\r\n', b'HTTP/1.1 200 OK\r\n'),
    ('proxy', 't', b'\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c' + bytes(12), b'220 mx ESMTP\r\n'),
    ('distcc', 't', b'DIST00000001ARGC00000002ARGV00000002cc', b''), ('cvs', 't', b'BEGIN AUTH REQUEST\n/cvs\n', b''),
    ('munin', 't', b'', b'# munin node at srv\n'), ('mpd', 't', b'', b'OK MPD 0.23.5\n'),
    ('gpsd', 't', b'', b'{"class":"VERSION","release":"3.22"'), ('managesieve', 't', b'', b'"IMPLEMENTATION" "x"\r\n"SIEVE" "y"\r\n'),
    ('spamd', 't', b'PING SPAMC/1.2\r\n\r\n', b''), ('spamd', 't', b'', b'SPAMD/1.5 0 PONG\r\n'),
    ('clamd', 't', b'zINSTREAM\0', b''), ('clamd', 't', b'nPING\n', b''), ('clamd', 't', b'PING\n', b'PONG\n'),
    ('rpki', 't', H('01 02 0000 00000008'), H('01 03 0007 00000008')), ('l2tp', 'u', SCCRQ, b''),
    ('pptp', 't', H('009c 0001 1a2b3c4d 0001 0000 0100 0000') + bytes(140), b''), ('netflow', 'u', NETFLOW5, b''),
    ('netflow', 'u', H('0009 0001 00000001 65000000 00000001 00000000 0000 000c 0100 0001 0008 0004'), b''),
    ('netflow', 'u', H('000a 001c 65000000 00000001 00000000 0002 000c 0100 0001 0008 0004'), b''),
    ('relp', 't', b'1 open 85 relp_version=0\n', b''), ('collectd', 'u', H('0000 0008') + b'srv\0' + H('0008 000c') + bytes(8), b''),
    ('epmd', 't', H('0007 7a') + b'rabbit', H('77 00 6260 4d 00')), ('erlang', 't', SEND_NAME, H('0003') + b'sok'),
    ('dicom', 't', H('0100 000000cd 0001 0000') + b'ANY'.ljust(16) + b'ECHOSCU'.ljust(16), b''),
    ('firebird', 't', H('00000001 00000013 00000003 00000001 00000004') + b'/x.f', b''),
    ('nut', 't', b'LIST UPS\n', b'BEGIN LIST UPS\n'), ('beanstalk', 't', b'put 0 0 60 2\r\nhi\r\n', b'INSERTED 1\r\n'),
    ('ike', 'u', bytes(4) + b'12345678' * 2 + H('2e 20 23 08 00000001 000000d0') + ANY, b''),
    ('radius', 'u', H('0c 01 0026') + bytes(16) + H('50 12') + bytes(16), H('02 01 0014') + bytes(16)),
    ('redis', 't', b'AUTH x\r\n', b'+OK\r\n'), ('pop3', 't', b'AUTH PLAIN\r\n', b'+OK hi\r\n'),
    ('wireguard', 'u', WG[:20] + H('01 03') + WG[22:], H('02000000') + bytes(88)),
    ('socks', 't', H('05 02 00 01'), H('05 ff')), ('tftp', 'u', H('0005 0001') + b'File not found\0', b''),
    ('kerberos', 'u', KPASSWD, b''), ('kerberos', 't', struct.pack('>I', len(KPASSWD)) + KPASSWD, b''),
    ('ldap', 't', H('3005 0201 01 4200'), b''), ('gearman', 't', b'status\r\n', b'wc\t0\t0\t0\n.\n'),
    # what only looks like it
    (None, 't', b'PROXY TCP5 10.0.0.1 10.0.0.2 1 2\r\n', b''), (None, 't', b'\r\n\r\n\0\r\nQUIT\n\x11\x11', b''),
    (None, 't', b'DIST00000001ARGV00000002', b''), (None, 't', b'BEGIN AUTH\n', b''), (None, 't', b'', b'# munin\n'),
    (None, 't', b'', b'OK MPD\n'), (None, 't', b'', b'{"class":"TPV","release":"x"'), (None, 't', b'', b'"IMPLEMENTATION" "x"\r\nOK\r\n'),
    (None, 't', b'PING SPAMC\r\n', b''), (None, 't', b'zINSTREAM\n', b''), (None, 't', b'PING\n', b'PING\n'),
    (None, 't', H('01 02 0000 00000008'), H('03 03 0007 00000008')), (None, 't', H('01 02 0000 00000008'), b''),
    (None, 'u', SCCRQ[:19] + b'\x07', b''), (None, 't', H('009c 0001 1a2b3c4e 0001 0000'), b''), (None, 'u', NETFLOW5[:60] + b'\1' + NETFLOW5[61:], b''),
    (None, 'u', H('0009 0001 00000001 65000000 00000001 00000000 0000 000c 00ff 0001'), b''), (None, 't', b'1 open 85 version=0\n', b''),
    (None, 'u', H('0000 0008') + b'srv\0' + H('0002 000c'), b''), (None, 't', H('0007 7a') + b'rabbit', b'\x78\0'), (None, 't', SEND_NAME, b'\0\3nok'),
    (None, 't', H('0100 000000cd 0002 0000') + b' ' * 32, b''), (None, 't', H('00000002 00000013 00000003 00000001'), b''),
    (None, 't', b'LIST UPS\n', b'220 x\r\n'), (None, 't', b'reserve\r\n', b''), (None, 'u', b'12345678' * 2 + H('2e 20 26 08 00000001 000000d0'), b''),
    (None, 'u', H('0c 01 0026') + bytes(16) + H('50 12') + bytes(16), b''), (None, 't', H('05 02 00 01'), b''),
    (None, 'u', H('0005 0009') + b'File not found\0', b''), (None, 'u', H('0005 0001') + b'File not found', b''),
    (None, 'u', KPASSWD[:3] + b'\2' + KPASSWD[4:], b''), (None, 't', H('3005 0201 01 4300'), b''), (None, 't', b'status\r\n', b'OK\r\n'),
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


def main():
    vfwctl, apps = sys.argv[1:]
    found = frames.recognise(vfwctl, apps, [
        ((40000, 30000), {'t': 'tcp', 'u': 'udp'}[proto], [(side, x) for side, x in enumerate((ask, answer)) if x])
        for _, proto, ask, answer in TALKS])
    failed = 0
    for (app, proto, ask, answer), got in zip(TALKS, found):
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
