# SPDX-License-Identifier: GPL-2.0
"""Files and disks, versions and builds."""
import hashlib

from lab import PASSWORD, SRV, server


def user(t):
    t.setup("id joe 2>/dev/null || useradd -m -s /bin/sh joe; echo 'joe:%s' | chpasswd" % PASSWORD)


def vsftpd_start(t):
    user(t)
    key, cert = t.certificate()
    conf = t.write('vsftpd.conf', 'listen=YES\nlisten_port=%d\nbackground=NO\nlocal_enable=YES\nwrite_enable=YES\nanonymous_enable=YES\n'
                   'ssl_enable=YES\nforce_local_data_ssl=NO\nforce_local_logins_ssl=NO\nrsa_cert_file=%s\nrsa_private_key_file=%s\n'
                   'allow_anon_ssl=YES\nseccomp_sandbox=NO\nrequire_ssl_reuse=NO\n' % (t.port, cert, key))
    t.setup('chown root: %s; mkdir -p /var/run/vsftpd/empty /srv/ftp' % conf)
    t.serve(['vsftpd', conf])
    t.ready()
    return 'ftp://%s:%d/' % (SRV, t.port)


@server('ftp', 21, 'vsftpd')
def vsftpd(t):
    """Its data connections are none of the apps."""
    at = vsftpd_start(t)
    t.truth('-')
    t.ask(['curl', '-s', '-u', 'joe:' + PASSWORD, '-T', '/etc/hosts', at])
    t.ask(['curl', '-s', '-P', '-', '-u', 'joe:' + PASSWORD, at])
    t.ask(['curl', '-s', '-u', 'joe:wrong', at], fails=True)
    t.ask(['lftp', '-u', 'joe,' + PASSWORD, '-e', 'set ftp:ssl-allow no; ls; quit', at])
    t.ask('printf "user anonymous x@y\\nls\\nquit\\n" | tnftp -n %s %d' % (SRV, t.port), fails=None)


@server('ftp', 21, 'vsftpd')
def vsftpd_tls(t):
    """AUTH TLS is not followed; its data connections are TLS from the first byte."""
    at = vsftpd_start(t)
    t.truth('tls')
    t.ask(['curl', '-s', '-k', '--ssl-reqd', '-u', 'joe:' + PASSWORD, at], fails=None)
    t.ask(['lftp', '-u', 'joe,' + PASSWORD, '-e', 'set ssl:verify-certificate no; ls; quit', at])


def tftp_start(t, command):
    t.setup('mkdir -p /srv/tftp; cp /etc/services /srv/tftp/f; chmod 644 /srv/tftp/f')
    t.serve(command)
    t.ready(proto='udp')
    t.truth('tftp', proto='udp')
    t.ask('printf "binary\\nget f\\nget nothing\\nquit\\n" | tftp %s %d' % (SRV, t.port))
    t.ask(['atftp', '-g', '-r', 'f', '-l', 'g', '--option', 'blksize 1024', SRV, str(t.port)])
    t.ask(['busybox', 'tftp', '-g', '-r', 'f', '-l', 'h', SRV, str(t.port)])
    t.ask(['curl', '-s', '-o', 'i', 'tftp://%s:%d/f' % (SRV, t.port)])


@server('tftp', 69, 'tftpd-hpa', protocols='udp')
def tftpd(t):
    tftp_start(t, ['in.tftpd', '-L', '-a', '0.0.0.0:%d' % t.port, '-s', '/srv/tftp'])


@server('tftp', 69, 'dnsmasq-base', protocols='udp', odd=False)
def dnsmasq_tftp(t):
    tftp_start(t, ['dnsmasq', '-d', '-C', '/dev/null', '--port=0', '--enable-tftp', '--tftp-root=/srv/tftp', '-u', 'root'])


@server('rsync', 873, 'rsync')
def rsyncd(t):
    conf = t.write('rsyncd.conf', '[open]\npath = /etc/apt\n[closed]\npath = /etc/apt\nauth users = joe\nsecrets file = %s\n'
                   % t.write('secrets', 'joe:%s\n' % PASSWORD, 0o600))
    t.serve(['rsync', '--daemon', '--no-detach', '--port=%d' % t.port, '--config=' + conf])
    t.ready()
    t.ask(['rsync', 'rsync://%s:%d/' % (SRV, t.port)])
    t.ask(['rsync', '-r', 'rsync://%s:%d/open/' % (SRV, t.port), 'copy'])
    t.ask(['rsync', '-r', 'rsync://joe@%s:%d/closed/' % (SRV, t.port), 'copy'], env={'RSYNC_PASSWORD': 'wrong'}, fails=True)


def samba_start(t, more=''):
    user(t)
    t.setup('mkdir -p /run/samba /var/log/samba; chmod 777 /srv')
    conf = t.write('smb.conf', '[global]\nworkgroup = LAB\nnetbios name = SRV\nlog file = %s/log.%%m\nlock directory = %s\nprivate dir = %s\n'
                   'state directory = %s\ncache directory = %s\npid directory = %s\n%s\n[share]\npath = /srv\nguest ok = yes\n'
                   'read only = no\n' % (t.dir, t.dir, t.dir, t.dir, t.dir, t.dir, more))
    t.setup("printf '%s\\n%s\\n' | smbpasswd -c %s -s -a joe" % (PASSWORD, PASSWORD, conf))
    if t.name == 'nmbd':
        t.serve(['nmbd', '-F', '--no-process-group', '--debug-stdout', '-s', conf])
        return conf
    t.serve(['smbd', '-F', '--no-process-group', '-p', str(t.port), '-s', conf])
    t.ready()
    return conf


def smbclient(t, *more, password=PASSWORD, fails=False):
    t.ask(['smbclient', '-p', str(t.port), '-U', 'joe%' + password, '//%s/share' % SRV, '-c', 'ls; put /etc/hosts hosts'] + list(more), fails=fails)


@server('smb', 445, 'samba')
def samba(t):
    samba_start(t)
    smbclient(t)
    smbclient(t, '-m', 'SMB2')
    smbclient(t, '--client-protection=encrypt')
    smbclient(t, password='wrong', fails=True)
    t.ask(['smbclient', '-p', str(t.port), '-N', '-L', SRV], fails=None)


@server('smb', 139, 'samba')
def samba_139(t):
    samba_start(t)
    smbclient(t)
    t.ask(['smbclient', '-p', str(t.port), '-N', '-L', 'SRV', '-I', SRV], fails=None)


@server('smb1', 1445, 'samba')
def samba_smb1(t):
    samba_start(t, 'server min protocol = NT1')
    smbclient(t, '-m', 'NT1', '--option=client min protocol=NT1')
    smbclient(t, '-m', 'NT1', '--option=client min protocol=NT1', password='wrong', fails=True)


@server('netbios-ns', 137, 'samba', protocols='udp', odd=False)
def nmbd(t):
    t.truth('netbios-dgm', 138, 'udp')
    conf = samba_start(t, 'interfaces = %s/24\nos level = 65\npreferred master = yes' % SRV)
    t.ready(proto='udp')
    t.ask(['nmblookup', '-s', conf, '-U', SRV, 'SRV'], fails=None)
    t.ask(['nmblookup', '-s', conf, '-A', SRV], fails=None)
    t.ask(['sleep', '8'])


@server('rpc', 111, 'rpcbind', protocols='tcp udp', odd=False)
def rpcbind(t):
    t.serve(['rpcbind', '-f', '-w'])
    t.ready()
    t.ask(['rpcinfo', '-p', SRV])
    t.ask(['rpcinfo', SRV])
    t.ask(['rpcinfo', '-T', 'udp', SRV, 'portmapper'], fails=None)


@server('nfs', 2049, 'nfs-ganesha')
def ganesha(t):
    t.serve(['rpcbind', '-f', '-w'])
    t.ready(111)
    conf = t.write('ganesha.conf', 'NFS_CORE_PARAM { NFS_Port = %d; MNT_Port = 20048; Protocols = 3,4; Enable_NLM = false; Enable_RQUOTA = false; }\n'
                   'NFSV4 { Grace_Period = 1; Graceless = true; RecoveryBackend = fs; }\n'
                   'EXPORT { Export_Id = 1; Path = /mem; Pseudo = /mem; Access_Type = RW; Squash = None; SecType = sys; FSAL { Name = MEM; } }\n'
                   % t.port)
    t.serve('mkdir -p /var/run/ganesha /run/ganesha /var/lib/nfs/ganesha; exec ganesha.nfsd -F -L /dev/stdout -f ' + conf)
    t.ready()
    for proto in 'tcp', 'udp':
        t.truth('rpc', 111, proto)
        t.truth('rpc', 20048, proto)
    t.ask(['nfs-ls', 'nfs://%s/mem?version=3&nfsport=%d&mountport=20048' % (SRV, t.port)], fails=None)
    t.ask(['nfs-ls', 'nfs://%s/mem?version=4&nfsport=%d' % (SRV, t.port)], fails=None)
    if t.port == 2049:
        t.ask(['nfs-ls', 'nfs://%s/mem' % SRV], fails=None)


@server('iscsi', 3260, 'tgt')
def tgt(t):
    t.setup('mkdir -p /var/run/tgtd; truncate -s 16M disk')
    t.serve(['tgtd', '-f', '--iscsi', 'portal=0.0.0.0:%d' % t.port])
    t.ready()
    t.setup('tgtadm --lld iscsi --op new --mode target --tid 1 -T iqn.2026-01.org.example:disk && '
            'tgtadm --lld iscsi --op new --mode logicalunit --tid 1 --lun 1 -b %s && '
            'tgtadm --lld iscsi --op bind --mode target --tid 1 -I ALL' % t.path('disk'))
    at = 'iscsi://%s:%d' % (SRV, t.port)
    t.ask(['iscsi-ls', '-s', at + '/'], fails=None)
    t.ask(['iscsi-inq', at + '/iqn.2026-01.org.example:disk/1'])
    t.ask(['iscsi-inq', at + '/iqn.2026-01.org.example:nothing/1'], fails=True)


@server('nbd', 10809, 'nbd-server')
def nbd(t):
    t.setup('truncate -s 4M disk')
    conf = t.write('nbd.conf', '[generic]\n allowlist = true\n port = %d\n listenaddr = 0.0.0.0\n[disk]\n exportname = %s\n' % (t.port, t.path('disk')))
    t.setup(['nbd-server', '-C', conf])
    t.ready()
    t.ask(['nbdinfo', 'nbd://%s:%d/disk' % (SRV, t.port)])
    t.ask(['nbdcopy', 'nbd://%s:%d/disk' % (SRV, t.port), t.path('copy')])
    t.ask(['nbdinfo', 'nbd://%s:%d/nothing' % (SRV, t.port)], fails=True)


@server('git', 9418, 'git')
def git(t):
    t.setup('git init -q --bare repo/x.git; touch repo/x.git/git-daemon-export-ok')
    t.serve(['git', 'daemon', '--base-path=' + t.path('repo'), '--port=%d' % t.port, '--reuseaddr'])
    t.ready()
    t.ask(['git', 'ls-remote', 'git://%s:%d/x.git' % (SRV, t.port)])
    t.ask(['git', 'clone', '-q', 'git://%s:%d/nothing.git' % (SRV, t.port)], fails=True)
    t.ask(['git', '-c', 'protocol.version=0', 'ls-remote', 'git://%s:%d/x.git' % (SRV, t.port)])


@server('svn', 3690, 'subversion')
def svnserve(t):
    t.setup('mkdir repo; svnadmin create repo/x')
    t.serve(['svnserve', '-d', '--foreground', '-r', t.path('repo'), '--listen-port', str(t.port)])
    t.ready()
    t.ask(['svn', '--non-interactive', 'info', 'svn://%s:%d/x' % (SRV, t.port)])
    t.ask(['svn', '--non-interactive', 'mkdir', '-m', 'x', 'svn://%s:%d/x/d' % (SRV, t.port)], fails=True)


@server('cvs', 2401, 'cvs')
def cvs(t):
    user(t)
    t.setup('mkdir -p /srv/cvs; cvs -d /srv/cvs init; chown -R joe /srv/cvs')
    t.serve('socat TCP-LISTEN:%d,fork,reuseaddr EXEC:"cvs -f --allow-root=/srv/cvs pserver"' % t.port)
    t.ready()
    t.ask('cvs -d :pserver:joe:%s@%s:%d/srv/cvs login; cvs -d :pserver:joe:%s@%s:%d/srv/cvs rls' % (PASSWORD, SRV, t.port, PASSWORD, SRV, t.port),
          fails=None)
    t.ask('cvs -d :pserver:joe:wrong@%s:%d/srv/cvs login' % (SRV, t.port), fails=None)


@server('distcc', 3632, 'distcc')
def distccd(t):
    t.setup('ln -sf ../../bin/distcc /usr/lib/distcc/gcc; printf "#!/bin/sh\\nexit 0\\n" > /usr/local/bin/gcc; chmod 755 /usr/local/bin/gcc')
    t.serve(['distccd', '--no-detach', '--daemon', '--log-stderr', '--port', str(t.port), '-a', '10.77.0.0/24', '--enable-tcp-insecure'])
    t.ready()
    t.write('x.c', 'int x;\n')
    t.ask('DISTCC_HOSTS=%s:%d DISTCC_FALLBACK=0 distcc gcc -c x.c -o x.o' % (SRV, t.port), fails=None)
    t.ask('DISTCC_HOSTS=%s:%d,lzo,cpp DISTCC_FALLBACK=0 distcc gcc -c x.c -o x.o' % (SRV, t.port), fails=None)


@server('dicom', 11112, 'dcmtk')
def dicom(t):
    t.serve(['storescp', '--output-directory', t.dir, str(t.port)])
    t.ready()
    t.ask(['echoscu', SRV, str(t.port)])


@server('bittorrent', 6881, 'aria2')
def aria2(t):
    """Two that find each other by local discovery."""
    t.truth('bittorrent', 6771, 'udp')
    t.setup('mkdir -p seeds got; head -c 200000 /dev/urandom > seeds/seed')
    with open(t.path('seeds/seed'), 'rb') as f:
        data = f.read()
    pieces = b''.join(hashlib.sha1(data[i:i + 32768]).digest() for i in range(0, len(data), 32768))
    with open(t.path('seed.torrent'), 'wb') as f:
        f.write(b'd4:infod6:lengthi%de4:name4:seed12:piece lengthi32768e6:pieces%d:%see' % (len(data), len(pieces), pieces))
    more = ['--enable-dht=false', '--bt-enable-lpd=true', '--bt-lpd-interface=wire', 'seed.torrent']
    t.serve(['aria2c', '-V', '--seed-ratio=0', '--listen-port=%d' % t.port, '-d', t.path('seeds')] + more)
    t.ready()
    t.ask(['aria2c', '--seed-time=0', '--listen-port=7777', '--bt-stop-timeout=15', '-d', t.path('got')] + more, fails=None)


@server('nbd', 10809, 'nbdkit')
def nbdkit(t):
    t.serve(['nbdkit', '-f', '-p', str(t.port), 'memory', '4M'])
    t.ready()
    t.ask(['nbdinfo', 'nbd://%s:%d' % (SRV, t.port)])
    t.serve(['nbdkit', '-f', '-o', '-p', '10811', 'memory', '4M'])
    t.truth('nbd', 10811)
    t.ready(10811)
    t.ask(['nbdinfo', 'nbd://%s:10811' % SRV])
