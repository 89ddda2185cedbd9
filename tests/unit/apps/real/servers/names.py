# SPDX-License-Identifier: GPL-2.0
"""Names, addresses, the time."""
from lab import CLI, SRV, server


@server('dns', 53, 'bind9', protocols='tcp udp')
def bind9(t):
    key, cert = t.certificate()
    t.setup('chmod 644 %s' % key)
    t.write('zone', '$TTL 60\n@ SOA srv root 1 60 60 60 60\n@ NS srv\nsrv A %s\nwww A %s\nwww AAAA fd77::1\n@ MX 10 srv\nlong TXT "%s"\n'
            % (SRV, SRV, '" "'.join(['x' * 200] * 8)))
    conf = t.write('named.conf', 'tls t { cert-file "%s"; key-file "%s"; };\noptions { directory "%s"; pid-file none; recursion no; '
                   'listen-on port %d { any; }; listen-on-v6 port %d { any; }; listen-on port 8853 tls t { any; }; allow-transfer { any; }; session-keyfile none; };\ncontrols {};\n'
                   'zone "example.org" { type primary; file "%s"; allow-update { any; }; };\n' % (cert, key, t.dir, t.port, t.port, t.path('zone')))
    t.setup('chown -R bind %s' % t.dir)
    t.serve(['named', '-g', '-u', 'bind', '-c', conf])
    t.ready(proto='udp')
    t.truth('tls', 8853)
    at = ['dig', '@' + SRV, '-p', str(t.port)]
    for what in (['www.example.org'], ['AAAA', 'www.example.org', '+noedns'], ['MX', 'example.org', '+tcp'], ['AXFR', 'example.org'],
                 ['TXT', 'long.example.org', '+ignore'], ['TXT', 'long.example.org'], ['nothing.example.org', '+dnssec'], ['www.example.net'],
                 ['CH', 'TXT', 'version.bind'], ['-x', SRV], ['HTTPS', 'www.example.org'], ['SRV', '_ldap._tcp.example.org', '+tcp'],
                 ['NS', '.']):
        t.ask(at + what)
    t.ask(['dig', '@' + SRV, '-p', '8853', '+tls', 'www.example.org'])
    t.ask(['dig', '@fd77::1', '-p', str(t.port), 'www.example.org'])
    t.ask(['nsupdate'], stdin=b'server %s %d\nupdate add new.example.org 60 A %s\nsend\n' % (SRV.encode(), t.port, CLI.encode()))


@server('dns', 53, 'unbound', protocols='tcp udp')
def unbound(t):
    conf = t.write('unbound.conf', 'server:\n interface: 0.0.0.0\n port: %d\n access-control: 0.0.0.0/0 allow\n chroot: ""\n username: ""\n'
                   ' use-syslog: no\n do-daemonize: no\n local-zone: "example.org." static\n local-data: "www.example.org. A %s"\n' % (t.port, SRV))
    t.serve(['unbound', '-d', '-c', conf])
    t.ready(proto='udp')
    for what in ['www.example.org'], ['www.example.org', '+tcp'], ['nothing.example.org']:
        t.ask(['dig', '@' + SRV, '-p', str(t.port)] + what)


@server('dns', 53, 'dnsmasq-base', protocols='tcp udp')
def dnsmasq(t):
    t.serve(['dnsmasq', '-d', '-C', '/dev/null', '--port=%d' % t.port, '--no-resolv', '--address=/www.example.org/' + SRV, '-u', 'root'])
    t.ready(proto='udp')
    for what in ['www.example.org'], ['www.example.org', '+tcp'], ['www.example.net']:
        t.ask(['dig', '@' + SRV, '-p', str(t.port)] + what)
    if t.port == 53:
        t.write('/etc/resolv.conf', 'nameserver %s\n' % SRV)
        t.write('/etc/nsswitch.conf', 'hosts: dns\n')
        t.ask(['getent', 'ahosts', 'www.example.org'])


@server('dhcp', 67, 'dnsmasq-base', protocols='udp', odd=False)
def dhcp(t):
    t.truth('dhcp', 68, 'udp')
    for port in 546, 547:
        t.truth('dhcpv6', port, 'udp')
    t.serve(['dnsmasq', '-d', '-C', '/dev/null', '--port=0', '--dhcp-range=10.77.0.50,10.77.0.90', '--dhcp-authoritative', '-u', 'root',
             '--dhcp-range=fd77::50,fd77::90', '--dhcp-leasefile=' + t.path('leases'), '-i', 'wire'])
    t.ready(proto='udp')
    t.ask(['udhcpc', '-i', 'wire', '-n', '-q', '-s', '/bin/true'])
    t.ask(['dhclient', '-1', '-v', '-sf', '/bin/true', '-lf', t.path('l4'), '-pf', t.path('p4'), 'wire'])
    t.ask(['dhclient', '-x', '-lf', t.path('l4'), '-pf', t.path('p4'), 'wire'], fails=None)
    t.ask(['dhclient', '-6', '-1', '-v', '-sf', '/bin/true', '-lf', t.path('l6'), '-pf', t.path('p6'), 'wire'], fails=None)


@server('ntp', 123, 'chrony', protocols='udp')
def chrony(t):
    conf = t.write('chrony.conf', 'local stratum 8\nallow all\nport %d\ncmdport 0\nkeyfile %s\npidfile %s/pid\nbindcmdaddress /\n'
                   % (t.port, t.write('keys', '1 SHA1 HEX:00112233445566778899aabbccddeeff00112233\n', 0o640), t.dir))
    t.serve(['chronyd', '-d', '-x', '-u', 'root', '-f', conf])
    t.ready(proto='udp')
    for more in '', ' key 1':
        t.ask(['chronyd', '-Q', '-t', '8', '-u', 'root', 'server %s port %d iburst%s' % (SRV, t.port, more), 'keyfile ' + t.path('keys'),
               'pidfile %s/p' % t.dir, 'bindcmdaddress /', 'cmdport 0'], fails=None)
    if t.port == 123:
        t.ask(['ntpdate', '-q', SRV])
        t.ask(['ntpdate', '-q', '-u', '-o', '3', SRV])
        t.ask(['busybox', 'ntpd', '-n', '-q', '-w', '-p', SRV], fails=None, timeout=5)


def avahi_start(t):
    conf = t.write('avahi.conf', '[server]\nhost-name=srv\nuse-ipv4=yes\nuse-ipv6=yes\nallow-interfaces=wire\nenable-dbus=no\n[publish]\n'
                   'publish-workstation=yes\n')
    t.write('/etc/avahi/services/x.service', '<service-group><name>x</name><service><type>_http._tcp</type><port>80</port></service></service-group>')
    t.serve(['avahi-daemon', '-f', conf, '--no-drop-root', '--no-rlimits', '--no-chroot'])
    t.ready(proto='udp')


@server('mdns', 5353, 'avahi-daemon', protocols='udp', odd=False)
def avahi(t):
    avahi_start(t)
    t.client(['avahi-daemon', '-f', t.path('avahi.conf'), '--no-drop-root', '--no-rlimits', '--no-chroot'])
    t.ask(['sleep', '4'])


@server('dns', 5353, 'avahi-daemon', protocols='udp', odd=False)
def avahi_asked(t):
    """One-shot queries (RFC 6762 5.1) are messages of DNS, and called so."""
    t.truth('mdns', 5353, 'udp', own=5353)
    avahi_start(t)
    for where in '224.0.0.251', SRV:
        t.ask(['dig', '@' + where, '-p', '5353', 'srv.local', '+time=1', '+tries=1'], fails=None)


@server('ssdp', 1900, 'minidlna', protocols='udp', odd=False)
def minidlna(t):
    t.truth('http', 8200)
    conf = t.write('minidlna.conf', 'port=8200\nnetwork_interface=wire\nmedia_dir=%s\ndb_dir=%s/db\nlog_dir=%s\nnotify_interval=3\nfriendly_name=srv\n'
                   % (t.dir, t.dir, t.dir))
    t.serve(['minidlnad', '-d', '-f', conf, '-P', t.path('pid')])
    t.ready(proto='udp')
    t.ask(['gssdp-discover', '-i', 'wire', '-n', '4'], fails=None)
    t.ask(['curl', '-s', 'http://%s:8200/rootDesc.xml' % SRV])


@server('snmp', 161, 'snmpd', protocols='udp')
def snmpd(t):
    conf = t.write('snmpd.conf', 'agentAddress udp:%d\nrocommunity public\nrwcommunity private\ncreateUser joe SHA Sup3rs3cret AES Sup3rs3cret\nrouser joe priv\n'
                   'sysContact x\n' % t.port)
    t.serve(['snmpd', '-f', '-Lo', '-C', '-c', conf])
    t.ready(proto='udp')
    at = '%s:%d' % (SRV, t.port)
    for version in '1', '2c':
        t.ask(['snmpget', '-v', version, '-c', 'public', at, '1.3.6.1.2.1.1.5.0'])
    t.ask(['snmpwalk', '-v', '2c', '-c', 'public', at, '1.3.6.1.2.1.1'])
    t.ask(['snmpbulkwalk', '-v', '2c', '-c', 'public', at, '1.3.6.1.2.1.1'])
    t.ask(['snmpset', '-v', '2c', '-c', 'private', at, '1.3.6.1.2.1.1.6.0', 's', 'here'], fails=None)
    t.ask(['snmpget', '-v', '2c', '-c', 'wrong', '-r', '0', '-t', '1', at, '1.3.6.1.2.1.1.5.0'], fails=True)
    t.ask(['snmpget', '-v', '3', '-u', 'joe', '-l', 'authPriv', '-a', 'SHA', '-A', 'Sup3rs3cret', '-x', 'AES', '-X', 'Sup3rs3cret', at,
           '1.3.6.1.2.1.1.5.0'])
    t.ask(['snmpget', '-v', '3', '-u', 'ann', '-l', 'noAuthNoPriv', at, '1.3.6.1.2.1.1.5.0'], fails=True)


@server('snmp', 162, 'snmptrapd', protocols='udp')
def snmptrapd(t):
    conf = t.write('trapd.conf', 'disableAuthorization yes\n')
    t.serve(['snmptrapd', '-f', '-Lo', '-C', '-c', conf, 'udp:%d' % t.port])
    t.ready(proto='udp')
    at = '%s:%d' % (SRV, t.port)
    t.ask(['snmptrap', '-v', '2c', '-c', 'public', at, '', '1.3.6.1.6.3.1.1.5.1'])
    t.ask(['snmptrap', '-v', '1', '-c', 'public', at, '1.3.6.1.4.1.1', CLI, '6', '1', ''])
    t.ask(['snmpinform', '-v', '2c', '-c', 'public', at, '', '1.3.6.1.6.3.1.1.5.1'])


@server('dns', 53, 'knot', protocols='tcp udp')
def knot(t):
    t.write('example.org.zone', '@ 60 SOA srv root 1 60 60 60 60\n@ 60 NS srv\nsrv 60 A %s\n' % SRV)
    conf = t.write('knot.conf', 'server:\n  listen: %s@%d\n  rundir: %s\ndatabase:\n  storage: %s\nlog:\n  - target: stderr\n    any: info\n'
                   'acl:\n  - id: x\n    action: transfer\nzone:\n  - domain: example.org\n    file: %s/example.org.zone\n    acl: x\n'
                   % (SRV, t.port, t.dir, t.dir, t.dir))
    t.serve(['knotd', '-c', conf])
    t.ready(proto='udp')
    for what in ['srv.example.org'], ['AXFR', 'example.org'], ['nothing.example.org', '+tcp'], ['ANY', 'example.org', '+dnssec']:
        t.ask(['dig', '@' + SRV, '-p', str(t.port)] + what)


@server('dns', 53, 'nsd', protocols='tcp udp')
def nsd(t):
    t.write('zone', '$ORIGIN example.org.\n@ 60 SOA srv root 1 60 60 60 60\n@ 60 NS srv\nsrv 60 A %s\n' % SRV)
    conf = t.write('nsd.conf', 'server:\n username: ""\n chroot: ""\n zonesdir: "%s"\n ip-address: %s@%d\n pidfile: "%s/pid"\nremote-control:\n control-enable: no\n'
                   'zone:\n name: example.org\n zonefile: zone\n' % (t.dir, SRV, t.port, t.dir))
    t.serve(['nsd', '-d', '-c', conf])
    t.ready(proto='udp')
    for what in ['srv.example.org'], ['MX', 'example.org', '+tcp'], ['nothing.example.org']:
        t.ask(['dig', '@' + SRV, '-p', str(t.port)] + what)


@server('dhcp', 67, 'isc-dhcp-server', protocols='udp', odd=False)
def dhcpd(t):
    t.truth('dhcp', 68, 'udp')
    conf = t.write('dhcpd.conf', 'authoritative;\nsubnet 10.77.0.0 netmask 255.255.255.0 {\n range 10.77.0.50 10.77.0.90;\n option routers %s;\n}\n' % SRV)
    t.setup('touch leases; chmod 666 leases')
    t.serve(['dhcpd', '-f', '-cf', conf, '-lf', t.path('leases'), '-pf', t.path('pid'), 'wire'])
    t.ready(proto='udp')
    t.ask(['udhcpc', '-i', 'wire', '-n', '-q', '-s', '/bin/true'], fails=None)
    t.ask(['dhclient', '-1', '-v', '-sf', '/bin/true', '-lf', t.path('l4'), '-pf', t.path('p4'), 'wire'], fails=None)
