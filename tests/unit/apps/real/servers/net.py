# SPDX-License-Identifier: GPL-2.0
"""Tunnels, routes, calls, machines."""
from lab import CLI, NAME, PASSWORD, SRV, server


def tun(t):
    t.setup('mkdir -p /dev/net; [ -e /dev/net/tun ] || mknod /dev/net/tun c 10 200')


def openvpn_pair(t, proto, more='', server_more='', client_more=''):
    tun(t)
    key, cert = t.certificate()
    t.setup('openvpn --genkey secret ta.key')
    both = 'dev tun\ncert %s\nkey %s\nca %s\n%s\nverb 1\n' % (cert, key, cert, more.replace('TA', t.path('ta.key')))
    t.write('srv.conf', both + 'proto %s\nport %d\ntls-server\ndh none\nmode server\nifconfig 10.8.0.1 10.8.0.2\n%s\n'
            % ('tcp-server' if proto == 'tcp' else 'udp', t.port, server_more.replace('TA', t.path('ta.key'))))
    t.write('cli.conf', both + 'proto %s\nremote %s %d\nnobind\ntls-client\npull\nconnect-retry 1\n%s\n'
            % ('tcp-client' if proto == 'tcp' else 'udp', SRV, t.port, client_more.replace('TA', t.path('ta.key'))))
    t.serve(['openvpn', t.path('srv.conf')])
    t.ready(proto=proto)
    t.client(['openvpn', t.path('cli.conf')])
    t.ask(['sleep', '3'])


@server('openvpn', 1194, 'openvpn', protocols='udp')
def openvpn(t):
    openvpn_pair(t, 'udp')


@server('openvpn', 1194, 'openvpn', name='openvpn-tcp')
def openvpn_tcp(t):
    openvpn_pair(t, 'tcp')


@server('openvpn', 1195, 'openvpn', protocols='udp', name='openvpn-auth')
def openvpn_auth(t):
    openvpn_pair(t, 'udp', server_more='tls-auth TA 0', client_more='tls-auth TA 1', more='auth SHA256')


@server('openvpn', 1195, 'openvpn', name='openvpn-auth-tcp')
def openvpn_auth_tcp(t):
    openvpn_pair(t, 'tcp', server_more='tls-auth TA 0', client_more='tls-auth TA 1')


@server('openvpn', 1196, 'openvpn', protocols='udp', name='openvpn-crypt')
def openvpn_crypt(t):
    openvpn_pair(t, 'udp', more='tls-crypt TA')


@server('openvpn', 1196, 'openvpn', name='openvpn-crypt-tcp')
def openvpn_crypt_tcp(t):
    openvpn_pair(t, 'tcp', more='tls-crypt TA')


@server('openvpn', 1197, 'openvpn', protocols='udp', name='openvpn-wrong')
def openvpn_wrong(t):
    """A server that does not answer, for the client has another key."""
    openvpn_pair(t, 'udp', server_more='tls-auth TA 0')


@server('wireguard', 51820, 'wireguard-go', protocols='udp')
def wireguard(t):
    tun(t)
    t.setup('wg genkey > srv.key; wg genkey > cli.key; wg pubkey < srv.key > srv.pub; wg pubkey < cli.key > cli.pub')
    t.serve('wireguard-go -f wg0 & sleep 1; wg set wg0 listen-port %d private-key srv.key peer $(cat cli.pub) allowed-ips 10.9.0.2/32; '
            'ip addr add 10.9.0.1/24 dev wg0; ip link set wg0 up; wait' % t.port)
    t.ready(proto='udp')
    t.client('wireguard-go -f wg1 & sleep 1; wg set wg1 private-key cli.key peer $(cat srv.pub) allowed-ips 10.9.0.0/24 endpoint %s:%d; '
             'ip addr add 10.9.0.2/24 dev wg1; ip link set wg1 up; wait' % (SRV, t.port))
    t.ask('sleep 2; curl -s -m 2 http://10.9.0.1/; sleep 1', fails=None)


@server('ike', 500, 'strongswan-charon', protocols='udp', odd=False)
def charon(t):
    t.truth('ike', 4500, 'udp')
    for who, local, remote in ('srv', SRV, CLI), ('cli', CLI, SRV):
        t.write(who + '/ipsec.conf', 'conn x\n auto=%s\n keyexchange=ikev2\n authby=secret\n left=%s\n right=%s\n mobike=no\n'
                % ('add' if who == 'srv' else 'start', local, remote))
        t.write(who + '/swanctl.conf', 'connections {\n x {\n local_addrs = %s\n remote_addrs = %s\n version = 0\n encap = yes\n proposals = default\n'
                ' local { auth = psk\n id = %s }\n remote { auth = psk\n id = %s }\n children { x { start_action = none } }\n }\n}\n'
                'secrets { ike-x { secret = "%s" } }\n' % (local, remote, local, remote, PASSWORD))
        t.write(who + '/strongswan.conf', 'charon-systemd {\n load_modular = yes\n plugins { include /etc/strongswan.d/charon/*.conf\n vici { socket = unix://%s/%s/vici }\n }\n'
                ' filelog { x { path = %s/%s/log } }\n}\n' % (t.dir, who, t.dir, who))
    t.serve(['/usr/sbin/charon-systemd'], env={'STRONGSWAN_CONF': t.path('srv/strongswan.conf')})
    t.ready(proto='udp')
    t.client(['/usr/sbin/charon-systemd'], env={'STRONGSWAN_CONF': t.path('cli/strongswan.conf')})
    t.ask(['sleep', '2'])
    for who in 'srv', 'cli':
        t.setup(['swanctl', '--load-all', '--uri', 'unix://%s/%s/vici' % (t.dir, who), '--file', t.path(who + '/swanctl.conf')])
    t.ask(['swanctl', '--initiate', '--uri', 'unix://%s/cli/vici' % t.dir, '--ike', 'x', '--timeout', '5'], fails=None)


@server('l2tp', 1701, 'xl2tpd', protocols='udp')
def xl2tpd(t):
    t.write('srv.conf', '[global]\nport = %d\naccess control = no\n[lns default]\nip range = 10.10.0.2-10.10.0.9\nlocal ip = 10.10.0.1\n'
            'require authentication = no\n' % t.port)
    t.write('cli.conf', '[global]\nport = 1799\n[lac x]\nlns = %s:%d\nautodial = yes\nrequire authentication = no\n' % (SRV, t.port))
    t.serve(['xl2tpd', '-D', '-c', t.path('srv.conf'), '-p', t.path('srv.pid'), '-C', t.path('srv.ctl')])
    t.ready(proto='udp')
    t.client(['xl2tpd', '-D', '-c', t.path('cli.conf'), '-p', t.path('cli.pid'), '-C', t.path('cli.ctl')])
    t.ask(['sleep', '4'])


@server('pptp', 1723, 'pptpd', odd=False)
def pptpd(t):
    conf = t.write('pptpd.conf', 'option %s\nlocalip 10.11.0.1\nremoteip 10.11.0.2-9\n' % t.write('options', 'noauth\n'))
    t.serve(['pptpd', '-f', '-c', conf])
    t.ready()
    t.client(['pptp', SRV, '--nolaunchpppd', '--nohostroute'])
    t.ask(['sleep', '3'])


@server('stun', 3478, 'coturn', protocols='udp tcp')
def coturn(t):
    t.serve(['turnserver', '-n', '-p', str(t.port), '-L', SRV, '-u', 'joe:' + PASSWORD, '-r', NAME, '--lt-cred-mech', '--no-tls', '--no-dtls',
             '--allow-loopback-peers', '--no-cli', '--log-file', 'stdout'])
    t.ready(proto='udp')
    t.ask(['stun', '%s:%d' % (SRV, t.port), '1', '-p', '5555'], fails=None)
    t.ask(['turnutils_stunclient', '-p', str(t.port), SRV], fails=None)
    for more in [], ['-t']:
        t.ask(['turnutils_uclient', '-u', 'joe', '-w', PASSWORD, '-p', str(t.port), '-n', '2', '-m', '1', '-y'] + more + [SRV], fails=None)
    t.ask(['turnutils_uclient', '-u', 'joe', '-w', 'wrong', '-p', str(t.port), '-n', '2', '-y', SRV], fails=None, timeout=5)


@server('sip', 5060, 'kamailio', protocols='udp tcp')
def kamailio(t):
    conf = t.write('kamailio.cfg', 'loadmodule "sl.so"\nlisten=udp:%s:%d\nlisten=tcp:%s:%d\nauto_aliases=no\nrequest_route {\n sl_send_reply("200", "OK");\n}\n'
                   % (SRV, t.port, SRV, t.port))
    t.serve(['kamailio', '-DD', '-E', '-f', conf, '-Y', t.dir])
    t.ready(proto='udp')
    at = 'sip:joe@%s:%d' % (SRV, t.port)
    t.ask(['sipsak', '-v', '-s', at], fails=None)
    t.ask(['sipsak', '-v', '-E', 'tcp', '-s', at], fails=None)
    t.ask(['sipsak', '-v', '-U', '-s', at], fails=None)
    t.ask(['sipsak', '-v', '-M', '-B', 'hello', '-s', at], fails=None)


@server('bgp', 179, 'bird2')
def bird(t):
    for who, own, peer, mine, other in ('srv', SRV, CLI, 65001, 65002), ('cli', CLI, SRV, 65002, 65001):
        t.write(who + '.conf', 'router id %s;\nprotocol device {}\nprotocol static { ipv4; route 192.0.2.0/24 blackhole; }\nprotocol bgp {\n'
                ' local %s port %d as %d;\n neighbor %s port %d as %d;\n %s ipv4 { import all; export all; };\n}\n'
                % (own, own, t.port, mine, peer, t.port, other, 'passive on;' if who == 'srv' else 'connect delay time 1;'))
    t.serve(['bird', '-f', '-c', t.path('srv.conf'), '-s', t.path('srv.ctl')])
    t.ready()
    t.client(['bird', '-f', '-c', t.path('cli.conf'), '-s', t.path('cli.ctl')])
    t.ask(['sleep', '5'])


@server('rpki', 8282, 'stayrtr')
def stayrtr(t):
    t.write('rpki.json', '{"metadata":{},"roas":[{"prefix":"192.0.2.0/24","maxLength":24,"asn":"AS65001"}]}')
    t.serve(['stayrtr', '-bind', ':%d' % t.port, '-cache', t.path('rpki.json'), '-checktime=false', '-metrics.addr', '127.0.0.1:9847'])
    t.ready()
    conf = t.write('bird.conf', 'router id %s;\nroa4 table r4;\nroa6 table r6;\nprotocol device {}\nprotocol rpki {\n roa4 { table r4; };\n roa6 { table r6; };\n'
                   ' remote %s port %d;\n}\n' % (CLI, SRV, t.port))
    t.client(['bird', '-f', '-c', conf, '-s', t.path('ctl')])
    t.ask(['sleep', '4'])


@server('socks', 1080, 'dante-server')
def dante(t):
    """What is behind it is not followed."""
    conf = t.write('danted.conf', 'logoutput: stderr\ninternal: %s port = %d\nexternal: lo\nclientmethod: none\nsocksmethod: username none\nuser.privileged: root\n'
                   'user.unprivileged: nobody\nclient pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }\nsocks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }\n'
                   % (SRV, t.port))
    t.serve('python3 -m http.server -b 127.0.0.1 8000')
    t.serve(['danted', '-f', conf])
    t.ready()
    for kind in 'socks5', 'socks5h', 'socks4', 'socks4a':
        t.ask(['curl', '-s', '-m', '5', '--proxy', '%s://%s:%d' % (kind, SRV, t.port), 'http://127.0.0.1:8000/'], fails=None)
    t.ask(['curl', '-s', '-m', '5', '--proxy', 'socks5://joe:wrong@%s:%d' % (SRV, t.port), 'http://127.0.0.1:8000/'], fails=None)


@server('socks', 1081, 'microsocks')
def microsocks(t):
    t.serve('python3 -m http.server -b 127.0.0.1 8000')
    t.serve(['microsocks', '-p', str(t.port), '-u', 'joe', '-P', PASSWORD])
    t.ready()
    for who in 'joe:' + PASSWORD + '@', 'joe:wrong@', '':
        t.ask(['curl', '-s', '-m', '5', '--proxy', 'socks5://%s%s:%d' % (who, SRV, t.port), 'http://127.0.0.1:8000/'], fails=None)


@server('ipmi', 623, 'openipmi', protocols='udp')
def ipmi(t):
    t.write('lan.conf', 'name "srv"\nset_working_mc 0x20\nstartlan 1\n addr 0.0.0.0 %d\n priv_limit admin\n allowed_auths_callback none md2 md5 straight\n'
            ' allowed_auths_user none md2 md5 straight\n allowed_auths_operator none md2 md5 straight\n allowed_auths_admin none md2 md5 straight\n'
            ' guid a123456789abcdefa123456789abcdef\nendlan\nuser 1 true "" "test" user 10 none md2 md5 straight\n'
            'user 2 true "joe" "secret" admin 10 none md2 md5 straight\n' % t.port)
    t.write('cmd', 'mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr\nmc_enable 0x20\n')
    t.serve(['ipmi_sim', '-c', t.path('lan.conf'), '-f', t.path('cmd'), '-s', t.dir, '-n'])
    t.ready(proto='udp')
    for kind in 'lanplus', 'lan':
        for password in 'secret', 'wrong':
            t.ask(['ipmitool', '-I', kind, '-R', '1', '-N', '1', '-p', str(t.port), '-H', SRV, '-U', 'joe', '-P', password, 'mc', 'info'], fails=None)


@server('modbus', 502, 'python3-pymodbus')
def modbus(t):
    code = t.write('srv.py', 'from pymodbus.server import StartTcpServer\nfrom pymodbus.datastore import *\n'
                   'b=ModbusSequentialDataBlock(0,[17]*100)\nStartTcpServer(context=ModbusServerContext(slaves=ModbusSlaveContext(di=b,co=b,hr=b,ir=b),'
                   'single=True),address=("0.0.0.0",%d))\n' % t.port)
    t.serve(['python3', code])
    t.ready()
    at = ['mbpoll', '-m', 'tcp', '-p', str(t.port), '-1', '-a', '1']
    t.ask(at + ['-r', '1', '-c', '4', SRV])
    t.ask(at + ['-t', '0', '-r', '1', '-c', '8', SRV])
    t.ask(at + ['-r', '5', SRV, '42'])
    t.ask(at + ['-r', '5000', '-c', '4', SRV], fails=None)


@server('netflow', 2055, 'nfdump', protocols='udp')
def netflow(t):
    t.setup('mkdir -p flows')
    t.serve(['nfcapd', '-p', str(t.port), '-l', t.path('flows'), '-t', '60'])
    t.ready(proto='udp')
    t.truth('http', 8000)
    t.serve('python3 -m http.server 8000')
    for version in '5', '9', '10':
        t.client(['softflowd', '-d', '-i', 'wire', '-B', '65536', '-v', version, '-n', '%s:%d' % (SRV, t.port), '-c', t.path('ctl' + version),
                  '-p', t.path('pid' + version)])
    t.setup('truncate -s 6M big')
    t.ask('sleep 1; for i in 1 2 3; do curl -s http://%s:8000/big >/dev/null; done; sleep 1' % SRV)
    for version in '5', '9', '10':
        t.ask(['softflowctl', '-c', t.path('ctl' + version), 'expire-all'])


@server('-', 5201, 'iperf3', protocols='tcp udp')
def iperf3(t):
    """Is none of the apps."""
    t.serve(['iperf3', '-s', '-p', str(t.port)])
    t.ready()
    t.ask(['iperf3', '-c', SRV, '-p', str(t.port), '-n', '200K'])
    t.ask(['iperf3', '-u', '-c', SRV, '-p', str(t.port), '-n', '20K'], fails=None)
