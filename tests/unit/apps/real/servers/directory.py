# SPDX-License-Identifier: GPL-2.0
"""Who is who: LDAP, Kerberos, RADIUS, Diameter."""
from lab import NAME, PASSWORD, SRV, server


def slapd_start(t, scheme):
    key, cert = t.certificate()
    conf = t.write('slapd.conf', 'include /etc/ldap/schema/core.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\nTLSCertificateFile %s\n'
                   'TLSCertificateKeyFile %s\ndatabase mdb\nsuffix "dc=example,dc=org"\nrootdn "cn=joe,dc=example,dc=org"\nrootpw %s\n'
                   'directory %s/db\n' % (cert, key, PASSWORD, t.dir))
    t.setup('mkdir -p %s/db; chown openldap %s/db' % (t.dir, t.dir))
    t.serve(['slapd', '-f', conf, '-h', '%s://0.0.0.0:%d/' % (scheme, t.port), '-d', '0', '-u', 'openldap', '-g', 'openldap'])
    t.ready()
    return ['-H', '%s://%s:%d' % (scheme, SRV, t.port), '-x'], {'LDAPTLS_REQCERT': 'never'}


@server('ldap', 389, 'slapd')
def slapd(t):
    """With STARTTLS, which is not followed."""
    at, env = slapd_start(t, 'ldap')
    joe = ['-D', 'cn=joe,dc=example,dc=org', '-w', PASSWORD]
    t.ask(['ldapadd'] + at + joe, stdin=b'dn: dc=example,dc=org\nobjectClass: dcObject\nobjectClass: organization\no: x\ndc: example\n')
    t.ask(['ldapsearch'] + at + ['-b', 'dc=example,dc=org'])
    t.ask(['ldapsearch'] + at + ['-D', 'cn=joe,dc=example,dc=org', '-w', 'wrong', '-b', 'dc=example,dc=org'], fails=True)
    t.ask(['ldapwhoami', '-ZZ'] + at + joe, env=env)
    t.ask(['ldapsearch'] + at + ['-P', '2', '-b', '', '-s', 'base'], fails=None)
    t.ask(['ldapwhoami'] + at[:2] + ['-Y', 'DIGEST-MD5', '-U', 'joe', '-w', 'wrong'], fails=True)


@server('tls', 636, 'slapd')
def slapd_tls(t):
    at, env = slapd_start(t, 'ldaps')
    t.ask(['ldapsearch'] + at + ['-b', '', '-s', 'base'], env=env)


def realm(t):
    t.write('/etc/krb5.conf', '[libdefaults]\n default_realm = EXAMPLE.ORG\n udp_preference_limit = 1400\n dns_lookup_kdc = false\n'
            ' rdns = false\n[realms]\n EXAMPLE.ORG = {\n  kdc = %s:%d\n  admin_server = %s:%d\n  kpasswd_server = %s:%d\n }\n'
            % (SRV, t.port if t.name == 'krb5kdc' else 88, NAME, t.port if t.name == 'kadmind' else 749, NAME,
               t.port if t.name == 'kpasswd' else 464))
    t.setup('sed "s/udp_preference_limit = .*/udp_preference_limit = 1/" /etc/krb5.conf > %s' % t.path('tcp.conf'))
    t.write('/etc/krb5kdc/kdc.conf', '[kdcdefaults]\n kdc_ports = %d\n kdc_tcp_ports = %d\n[realms]\n EXAMPLE.ORG = {\n'
            '  database_name = %s/principal\n  key_stash_file = %s/stash\n  acl_file = %s\n  kadmind_port = %d\n  kpasswd_port = %d\n }\n'
            % (t.port if t.name == 'krb5kdc' else 88, t.port if t.name == 'krb5kdc' else 88, t.dir, t.dir,
               t.write('acl', 'joe/admin@EXAMPLE.ORG *\n'), t.port if t.name == 'kadmind' else 749, t.port if t.name == 'kpasswd' else 464))
    t.setup(['kdb5_util', 'create', '-s', '-r', 'EXAMPLE.ORG', '-P', 'x'])
    for who in 'joe', 'joe/admin':
        t.setup(['kadmin.local', '-q', 'addprinc +requires_preauth -pw %s %s' % (PASSWORD, who)])
    t.setup(['kadmin.local', '-q', 'addprinc -randkey host/' + NAME])
    t.serve(['krb5kdc', '-n'])


@server('kerberos', 88, 'krb5-kdc', protocols='tcp udp')
def krb5kdc(t):
    realm(t)
    t.ready(proto='udp')
    for env in {}, {'KRB5_CONFIG': t.path('tcp.conf')}:
        t.ask(['kinit', 'joe'], stdin=(PASSWORD + '\n').encode(), env=env)
        t.ask(['kvno', 'host/' + NAME], env=env)
        t.ask(['kinit', 'joe'], stdin=b'wrong\n', fails=True, env=env)
        t.ask(['kinit', 'nobody'], stdin=b'wrong\n', fails=True, env=env)


@server('rpc', 749, 'krb5-admin-server')
def kadmind(t):
    """Its own protocol is ONC RPC with GSS."""
    realm(t)
    t.truth('kerberos', 88, 'udp')
    t.truth('kerberos', 88)
    t.serve(['kadmind', '-nofork'])
    t.ready()
    t.ask(['kadmin', '-p', 'joe/admin', '-w', PASSWORD, '-q', 'listprincs'])


@server('kerberos', 464, 'krb5-admin-server', protocols='tcp udp')
def kpasswd(t):
    realm(t)
    t.truth('kerberos', 88, 'udp')
    t.truth('kerberos', 88)
    t.serve(['kadmind', '-nofork'])
    t.ready()
    for env in {}, {'KRB5_CONFIG': t.path('tcp.conf')}:
        t.ask(['kpasswd', 'joe'], stdin=('%s\n%s\n%s\n' % (PASSWORD, 'N3w-s3cret', 'N3w-s3cret')).encode(), env=env, fails=None)


@server('radius', 1812, 'freeradius', protocols='udp')
def freeradius(t):
    base = '/etc/freeradius/3.0/'
    t.setup("echo 'joe Cleartext-Password := \"%s\"' > /tmp/u; cat /tmp/u %susers > /tmp/v; cat /tmp/v > %susers" % (PASSWORD, base, base))
    with open(base + 'clients.conf', 'a', encoding='ascii') as f:
        f.write('client cli {\n ipaddr = 10.77.0.0/24\n secret = testing123\n}\n')
    t.setup(r'sed -i "0,/^[[:space:]]*port = 0/s//port = %d/" %ssites-enabled/default' % (t.port, base))
    acct = 1813
    t.serve(['freeradius', '-f', '-l', 'stdout'])
    t.ready(proto='udp')
    t.ask(['radtest', 'joe', PASSWORD, '%s:%d' % (SRV, t.port), '0', 'testing123'])
    t.ask(['radtest', 'joe', 'wrong', '%s:%d' % (SRV, t.port), '0', 'testing123'], fails=True)
    t.ask(['radtest', '-t', 'mschap', 'joe', PASSWORD, '%s:%d' % (SRV, t.port), '0', 'testing123'], fails=None)
    t.truth('radius', acct, 'udp')
    t.ask('echo "Acct-Status-Type=Start,Acct-Session-Id=1,User-Name=joe" | radclient -t 2 -r 1 %s:%d acct testing123' % (SRV, acct), fails=None)
    t.ask('echo "Message-Authenticator=0x00" | radclient -t 2 -r 1 %s:%d status testing123' % (SRV, t.port), fails=None)


@server('diameter', 3868, 'freediameter')
def freediameter(t):
    key, cert = t.certificate()
    t.setup('openssl dhparam -out %s 768' % t.path('dh.pem'))
    for who, port, peer in ('srv', t.port, 'cli'), ('cli', 3999, 'srv'):
        t.write(who + '.conf', 'Identity = "%s.example.org";\nRealm = "example.org";\nPort = %d;\nSecPort = 0;\nNo_SCTP;\nNo_IPv6;\n'
                'TLS_Cred = "%s", "%s";\nTLS_CA = "%s";\nTLS_DH_File = "%s";\nTcTimer = 5;\nConnectPeer = "%s.example.org" { %s No_TLS; };\n'
                % (who, port, cert, key, cert, t.path('dh.pem'), peer,
                   'ConnectTo = "%s"; Port = %d;' % (SRV, t.port) if who == 'cli' else 'ConnectTo = "127.0.0.1"; Port = 9;'))
    t.serve(['freeDiameterd', '-c', t.path('srv.conf')])
    t.ready()
    t.client(['freeDiameterd', '-c', t.path('cli.conf')])
    t.ask(['sleep', '5'])
