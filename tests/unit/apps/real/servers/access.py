# SPDX-License-Identifier: GPL-2.0
"""Shells and chat: what people log into."""
from lab import NAME, PASSWORD, SRV, server


def user(t):
    t.setup("id joe 2>/dev/null || useradd -m -s /bin/sh joe; echo 'joe:%s' | chpasswd" % PASSWORD)


def ssh_asks(t):
    opts = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null']
    at = ['sshpass', '-p', PASSWORD, 'ssh', '-p', str(t.port)] + opts + ['joe@' + SRV]
    t.ask(at + ['id'])
    t.ask(['sshpass', '-p', 'wrong', 'ssh', '-p', str(t.port)] + opts + ['joe@' + SRV, 'id'], fails=True)
    t.ask(['sshpass', '-p', PASSWORD, 'scp', '-O', '-P', str(t.port)] + opts + ['/etc/hosts', 'joe@%s:hosts' % SRV], fails=None)
    t.ask(['ssh-keyscan', '-p', str(t.port), SRV])
    t.ask(['dbclient', '-y', '-y', '-p', str(t.port), 'joe@' + SRV, 'id'], env={'DROPBEAR_PASSWORD': PASSWORD})


@server('ssh', 22, 'openssh-server')
def openssh(t):
    user(t)
    t.setup('mkdir -p /run/sshd; ssh-keygen -A')
    t.serve(['/usr/sbin/sshd', '-D', '-e', '-p', str(t.port)])
    t.ready()
    ssh_asks(t)


@server('ssh', 2022, 'dropbear-bin')
def dropbear(t):
    user(t)
    t.setup('mkdir -p /etc/dropbear')
    t.serve(['dropbear', '-F', '-E', '-R', '-p', str(t.port)])
    t.ready()
    ssh_asks(t)


TYPED = '(sleep 1; printf "joe\\n"; sleep 1; printf "%s\\n"; sleep 1; printf "id\\nexit\\n"; sleep 1) | ' % PASSWORD


@server('telnet', 23, 'inetutils-telnetd')
def telnetd(t):
    user(t)
    t.write('/etc/inetd.conf', '%d stream tcp nowait root /usr/sbin/telnetd telnetd\n' % t.port)
    t.serve(['inetutils-inetd', '-d', '/etc/inetd.conf'])
    t.ready()
    t.ask(TYPED + 'telnet %s %d' % (SRV, t.port), fails=None)
    t.ask(TYPED + 'busybox telnet %s %d' % (SRV, t.port), fails=None)
    t.ask('curl -s -m 3 telnet://%s:%d < /dev/null' % (SRV, t.port), fails=None)


@server('irc', 6667, 'ngircd')
def ngircd(t):
    conf = t.write('ngircd.conf', '[Global]\nName = %s\nInfo = x\nPorts = %d\nServerUID = irc\nServerGID = irc\n[Options]\nIdent = no\n'
                   'PAM = no\nDNS = no\n' % (NAME, t.port))
    t.serve(['ngircd', '-n', '-f', conf])
    t.ready()
    t.ask('(printf "NICK joe\\r\\nUSER joe 0 * :Joe\\r\\n"; sleep 1; printf "JOIN #x\\r\\nQUIT\\r\\n") | nc -N %s %d' % (SRV, t.port))
    t.client(['script', '-qc', 'irssi --home=%s/irssi -c %s -p %d -n ann' % (t.dir, SRV, t.port), '/dev/null'], env={'TERM': 'vt100'})
    t.ask(['sleep', '4'])


@server('xmpp', 5222, 'prosody')
def prosody(t):
    key, cert = t.certificate()
    t.setup('chown prosody: %s %s' % (key, cert))
    conf = t.write('prosody.cfg.lua', 'daemonize = false\nmodules_enabled = { "roster"; "saslauth"; "tls"; "disco"; "register"; }\n'
                   'authentication = "internal_plain"\nc2s_ports = { %d }\ns2s_ports = { 5299 }\nallow_unencrypted_plain_auth = true\n'
                   'data_path = "%s"\nssl = { key = "%s"; certificate = "%s"; }\nlog = { info = "*console" }\npidfile = "%s/pid"\n'
                   'VirtualHost "%s"\n' % (t.port, t.dir, key, cert, t.dir, NAME))
    t.setup(['prosodyctl', '--root', '--config', conf, 'register', 'joe', NAME, PASSWORD], user='prosody')
    t.serve(['prosody', '--config', conf, '-F'], user='prosody')
    t.ready()
    at = ['go-sendxmpp', '-u', 'joe@' + NAME, '-j', '%s:%d' % (NAME, t.port), '-n']
    t.ask(at + ['-p', PASSWORD, 'joe@' + NAME], stdin=b'hello\n', fails=None)
    t.ask(at + ['-p', 'wrong', 'joe@' + NAME], stdin=b'hello\n', fails=None)
    t.ask('echo x | openssl s_client -quiet -starttls xmpp -xmpphost %s -connect %s:%d' % (NAME, SRV, t.port), fails=None)


@server('mpd', 6600, 'mpd')
def mpd(t):
    conf = t.write('mpd.conf', 'port "%d"\nbind_to_address "0.0.0.0"\nmusic_directory "%s"\naudio_output {\n type "null"\n name "n"\n}\n'
                   % (t.port, t.dir))
    t.serve(['mpd', '--no-daemon', conf])
    t.ready()
    t.ask(['mpc', '-h', SRV, '-p', str(t.port), 'status'])
    t.ask(['mpc', '-h', SRV, '-p', str(t.port), 'add', 'nothing'], fails=None)


@server('gpsd', 2947, 'gpsd')
def gpsd(t):
    t.serve(['gpsd', '-N', '-n', '-G', '-F', t.path('ctl'), '-S', str(t.port)])
    t.ready()
    t.ask(['gpspipe', '-w', '-x', '2', '%s:%d' % (SRV, t.port)], fails=None)


@server('-', 13, 'inetutils-inetd')
def daytime(t):
    """Is none of the apps."""
    t.setup("sed -i '/^daytime/d' /etc/services; echo 'daytime %d/tcp' >> /etc/services" % t.port)
    t.write('/etc/inetd.conf', 'daytime stream tcp nowait root internal\n')
    t.serve(['inetutils-inetd', '-d', '/etc/inetd.conf'])
    t.ready()
    t.ask('nc -w 2 %s %d < /dev/null' % (SRV, t.port))


@server('irc', 6668, 'inspircd')
def inspircd(t):
    conf = t.write('i.conf', '<server name="%s" description="x" network="x"><admin name="x" nick="x" email="x@example.org"><bind address="" port="%d" type="clients">'
                   '<connect allow="*" timeout="10"><pid file="%s/pid"><log method="file" type="*" level="default" target="%s/log">\n'
                   % (NAME, t.port, t.dir, t.dir))
    t.serve(['inspircd', '--nofork', '--runasroot', '--config=' + conf])
    t.ready()
    t.ask('(printf "CAP LS 302\\r\\nNICK joe\\r\\nUSER joe 0 * :Joe\\r\\n"; sleep 1; printf "QUIT\\r\\n") | nc -N %s %d' % (SRV, t.port))
    t.client(['script', '-qc', 'irssi --home=%s/irssi -c %s -p %d -n ann' % (t.dir, SRV, t.port), '/dev/null'], env={'TERM': 'vt100'})
    t.ask(['sleep', '3'])
