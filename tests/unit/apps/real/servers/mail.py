# SPDX-License-Identifier: GPL-2.0
"""Mail. STARTTLS is not followed: the conversations are what they begin as."""
from lab import NAME, PASSWORD, SRV, server


def postfix_start(t, extra=''):
    key, cert = t.certificate()
    t.write('/etc/postfix/main.cf', 'compatibility_level = 3.6\nmyhostname = %s\nmydestination = %s, localhost\ninet_interfaces = all\n'
            'smtpd_tls_key_file = %s\nsmtpd_tls_cert_file = %s\nsmtpd_tls_security_level = may\nalias_maps =\nalias_database =\n'
            'mynetworks = 127.0.0.0/8\n' % (NAME, NAME, key, cert))
    t.setup(r'sed -i "s/^smtp      inet.*/%d inet n - n - - smtpd%s/" /etc/postfix/master.cf' % (t.port, extra))
    t.setup('postfix start')
    t.ready()


@server('smtp', 25, 'postfix')
def postfix(t):
    postfix_start(t)
    base = ['swaks', '--server', '%s:%d' % (SRV, t.port), '--from', 'joe@cli.example.org']
    t.ask(base + ['--to', 'root@' + NAME])
    t.ask(base + ['--to', 'root@' + NAME, '--tls'])
    t.ask(base + ['--to', 'ann@example.net'], fails=True)
    t.ask(base + ['--to', 'root@' + NAME, '--helo', 'x', '--protocol', 'SMTP'])
    t.ask('printf "NOOP\\r\\nQUIT\\r\\n" | nc %s %d' % (SRV, t.port))
    t.ask('echo QUIT | openssl s_client -quiet -starttls smtp -connect %s:%d' % (SRV, t.port), fails=None)
    t.ask(['curl', '-s', 'smtp://%s:%d' % (SRV, t.port), '--mail-from', 'a@b.org', '--mail-rcpt', 'root@' + NAME, '-T', '/etc/hosts'])


@server('tls', 465, 'postfix')
def postfix_smtps(t):
    postfix_start(t, ' -o smtpd_tls_wrappermode=yes')
    t.ask(['swaks', '--server', '%s:%d' % (SRV, t.port), '--tlsc', '--to', 'root@' + NAME, '--from', 'a@b.org'])


def dovecot_start(t, protocol, listener):
    key, cert = t.certificate()
    t.setup('id joe || useradd -m joe')
    conf = t.write('dovecot.conf', 'protocols = %s\nbase_dir = /run/dovecot\nssl = yes\nssl_cert = <%s\nssl_key = <%s\nlog_path = /dev/stderr\n'
                   'disable_plaintext_auth = no\nmail_location = maildir:~/Maildir\npassdb {\n driver = static\n args = password=%s\n}\n'
                   'userdb {\n driver = passwd\n}\nservice %s {\n inet_listener %s {\n  port = %d\n  %s\n }\n %s\n}\n'
                   % (protocol, cert, key, PASSWORD, listener[0], listener[1], t.port, listener[2],
                      '' if len(listener) < 4 else 'inet_listener %s {\n  port = 0\n }\n' % listener[3]))
    t.serve(['dovecot', '-F', '-c', conf])
    t.ready()


@server('imap', 143, 'dovecot-imapd')
def imap(t):
    dovecot_start(t, 'imap', ('imap-login', 'imap', '', 'imaps'))
    at = 'imap://%s:%d/' % (SRV, t.port)
    t.ask(['curl', '-s', '-u', 'joe:' + PASSWORD, at])
    t.ask(['curl', '-s', '-u', 'joe:wrong', at], fails=True)
    t.ask(['curl', '-s', '-k', '--ssl-reqd', '-u', 'joe:' + PASSWORD, at + 'INBOX', '-X', 'STATUS INBOX (MESSAGES)'])
    t.ask('echo a logout | openssl s_client -quiet -starttls imap -connect %s:%d' % (SRV, t.port), fails=None)


@server('tls', 993, 'dovecot-imapd')
def imaps(t):
    dovecot_start(t, 'imap', ('imap-login', 'imaps', 'ssl = yes', 'imap'))
    t.ask(['curl', '-s', '-k', '-u', 'joe:' + PASSWORD, 'imaps://%s:%d/' % (SRV, t.port)])


@server('pop3', 110, 'dovecot-pop3d')
def pop3(t):
    dovecot_start(t, 'pop3', ('pop3-login', 'pop3', '', 'pop3s'))
    at = 'pop3://%s:%d/' % (SRV, t.port)
    t.ask(['curl', '-s', '-u', 'joe:' + PASSWORD, at])
    t.ask(['curl', '-s', '-u', 'joe:wrong', at], fails=True)
    t.ask(['curl', '-s', '-k', '--ssl-reqd', '-u', 'joe:' + PASSWORD, at])
    t.ask('printf "USER joe\\r\\nPASS %s\\r\\nQUIT\\r\\n" | nc %s %d' % (PASSWORD, SRV, t.port))
    t.ask('echo QUIT | openssl s_client -quiet -starttls pop3 -connect %s:%d' % (SRV, t.port), fails=None)


@server('smtp', 24, 'dovecot-lmtpd')
def lmtp(t):
    dovecot_start(t, 'lmtp', ('lmtp', 'lmtp', ''))
    t.ask(['swaks', '--server', '%s:%d' % (SRV, t.port), '--protocol', 'LMTP', '--to', 'joe', '--from', 'a@b.org'])


@server('managesieve', 4190, 'dovecot-managesieved')
def managesieve(t):
    dovecot_start(t, 'sieve', ('managesieve-login', 'sieve', ''))
    t.ask('echo LOGOUT | openssl s_client -quiet -starttls sieve -connect %s:%d' % (SRV, t.port), fails=None)
    t.ask('printf "CAPABILITY\\r\\nLOGOUT\\r\\n" | nc %s %d' % (SRV, t.port))


@server('spamd', 783, 'spamd')
def spamd(t):
    t.serve(['spamd', '-L', '-i', '0.0.0.0', '-A', '10.77.0.0/24', '-p', str(t.port), '-x'])
    t.ready(within=90)
    t.ask('printf "Subject: x\\n\\nhello\\n" | spamc -d %s -p %d' % (SRV, t.port), timeout=60)
    t.ask(['spamc', '-d', SRV, '-p', str(t.port), '-K'])


@server('clamd', 3310, 'clamav-daemon')
def clamd(t):
    t.write('db/x.ndb', 'Test:0:*:deadbeefcafebabe0011223344\n')
    conf = t.write('clamd.conf', 'TCPSocket %d\nTCPAddr 0.0.0.0\nForeground yes\nDatabaseDirectory %s/db\nUser root\n' % (t.port, t.dir))
    t.serve(['clamd', '-c', conf])
    t.ready(within=60)
    cli = t.write('cli.conf', 'TCPSocket %d\nTCPAddr %s\n' % (t.port, SRV))
    t.ask(['clamdscan', '-c', cli, '--stream', '/etc/hosts'])
    t.ask(['clamdscan', '-c', cli, '--ping', '2'])
    t.ask('printf "PING\\n" | nc -N %s %d' % (SRV, t.port))
