# SPDX-License-Identifier: GPL-2.0
"""A server and its clients, each in a network namespace of its own with a cable between them, and what went over it.

Runs inside the root that `capture` made, in namespaces of its own, so whatever is left running ends with it. A server
is a function with @server: what it starts with Talk.serve() is the server, what it asks with Talk.ask() are clients.
What the conversations with a port speak is what that function says of the server it started, by construction."""
import os
import re
import shutil
import subprocess
import sys
import time

SRV, CLI = '10.77.0.1', '10.77.0.2'
SRV6, CLI6 = 'fd77::1', 'fd77::2'
NAME = 'srv.example.org'
PASSWORD = 'Sup3r-s3cret'
SERVERS = {}  # name: (function, package, app, protocols, port, odd port)


def server(app, port, package, protocols='tcp', odd=True, name=None):
    """Registers a function: what it starts is of PACKAGE, and speaks APP on PORT and, if it can, on an odd one."""
    def add(function):
        at = name or function.__name__.rstrip('_').replace('_', '-')
        assert at not in SERVERS, at
        SERVERS[at] = (function, package, app, protocols.split(), port, 20000 + port % 9973 if odd else 0)
        return function
    return add


def run(*command, **kw):
    return subprocess.run(command, check=True, **kw)


class Talk:
    """One run: a server on a port."""

    def __init__(self, name, port):
        self.name, self.port, self.dir = name, port, '/tmp/%s' % name
        self.truths, self.failures = [], []
        os.makedirs(self.dir, exist_ok=True)
        os.chmod(self.dir, 0o777)
        self.log = open('/out/%s-%d.log' % (name, port), 'w', encoding='utf-8')

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text, mode=0o644):
        """A file of this run (or, with a path, anywhere); returns its path."""
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def say(self, text):
        print(text, file=self.log, flush=True)

    def _start(self, command, user, env, stdin=None):
        if isinstance(command, str):
            command = ['sh', '-c', command]
        if user:
            command = ['setpriv', '--reuid=' + user, '--regid=' + user, '--init-groups'] + command
        self.say('$ ' + ' '.join(command))
        return subprocess.Popen(command, stdin=stdin or subprocess.DEVNULL, stdout=self.log, stderr=self.log, cwd=self.dir,
                                env={**os.environ, 'HOME': self.dir, **(env or {})}, start_new_session=True)

    def serve(self, command, user=None, env=None):
        return self._start(command, user, env)

    def setup(self, command, user=None, env=None, timeout=60):
        """What a server needs done before it is asked; on its side of the cable."""
        rc = self._start(command, user, env).wait(timeout)
        if rc:
            self.failures.append('%s ended with %d' % (command, rc))

    def ready(self, port=None, proto='tcp', within=20):
        """Waits until something listens on the server's side, without asking it anything."""
        end, port = time.time() + within, port or self.port
        while time.time() < end:
            listening = subprocess.run(['ss', '-Hln' + proto[0], 'sport = :%d' % port], stdout=subprocess.PIPE,
                                       check=False).stdout
            if listening.strip():
                time.sleep(0.2)
                return
            time.sleep(0.1)
        self.failures.append('nothing listens on %s %d' % (proto, port))

    def client(self, command, user=None, env=None):
        """A client that goes on."""
        if isinstance(command, str):
            command = ['sh', '-c', command]
        return self._start(['ip', 'netns', 'exec', 'client'] + command, user, env)

    def ask(self, command, fails=False, stdin=None, env=None, timeout=20):
        """A client that ends; what it gets is in the log. It must fail if FAILS (None: it may)."""
        if isinstance(command, str):
            command = ['sh', '-c', command]
        self.say('> ' + ' '.join(command))
        try:
            done = subprocess.run(['ip', 'netns', 'exec', 'client'] + command, input=stdin, stdout=subprocess.PIPE, timeout=timeout,
                                  stderr=subprocess.STDOUT, cwd=self.dir, env={**os.environ, 'HOME': self.dir, **(env or {})},
                                  check=False, **({} if stdin else {'stdin': subprocess.DEVNULL}))
            rc, out = done.returncode, done.stdout
        except subprocess.TimeoutExpired as e:
            rc, out = 'no end', e.stdout or b''
        self.say(out.decode('utf-8', 'replace')[:3000] + '\n= %s' % rc)
        if fails is not None and bool(rc) != fails:
            self.failures.append('%s ended with %s' % (' '.join(command)[:120], rc))

    def truth(self, app, port='', proto='tcp', own=''):
        """What else this server speaks: APP on PORT, to a client on its OWN; '-': nothing that is an app. Without both: the rest."""
        self.truths.append((proto, '%s>%s' % (own, port), app))
        if port and not own:
            self.truths.append((proto, '%s>' % port, app))

    def certificate(self):
        """A key and a certificate of the server; the paths of both."""
        key, cert = self.path('key.pem'), self.path('cert.pem')
        if not os.path.exists(key):
            run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=' + NAME,
                '-addext', 'subjectAltName=DNS:%s,DNS:cli.example.org,IP:%s' % (NAME, SRV), '-keyout', key, '-out', cert,
                stdout=self.log, stderr=self.log)
            os.chmod(key, 0o644)
        return key, cert


def folders(path):
    """What a package wants under /run, which systemd would make."""
    with open(path, encoding='utf-8') as f:
        for line in f:
            word = line.split()
            if len(word) >= 5 and word[0][0] in 'dD' and re.match(r'(/var)?/run/', word[1]) and '%' not in word[1]:
                at = word[1].replace('/var/run', '/run')
                os.makedirs(at, exist_ok=True)
                if word[3] != '-':
                    shutil.chown(at, word[3], word[4] if word[4] != '-' else None)


def wire():
    """This namespace is the server's; the client's gets a name."""
    run('ip', 'link', 'set', 'lo', 'up')
    run('ip', 'netns', 'add', 'client')
    run('ip', 'link', 'add', 'wire', 'type', 'veth', 'peer', 'name', 'wire', 'netns', 'client')
    for where, own, own6 in ((), SRV, SRV6), (('-n', 'client'), CLI, CLI6):
        run('ip', *where, 'link', 'set', 'lo', 'up')
        run('ip', *where, 'addr', 'add', own + '/24', 'dev', 'wire')
        run('ip', *where, 'addr', 'add', own6 + '/64', 'dev', 'wire', 'nodad')
        run('ip', *where, 'link', 'set', 'wire', 'up')
        run('ip', *where, 'route', 'add', 'default', 'dev', 'wire')
    for conf in sorted(os.listdir('/usr/lib/tmpfiles.d')):
        folders('/usr/lib/tmpfiles.d/' + conf)
    with open('/etc/hosts', 'w', encoding='ascii') as f:
        f.write('127.0.0.1 localhost\n%s %s srv\n%s cli.example.org cli\n' % (SRV, NAME, CLI))
    with open('/etc/resolv.conf', 'w', encoding='ascii') as f:
        f.write('')
    with open('/etc/nsswitch.conf', 'w', encoding='ascii') as f:
        f.write('passwd: files\ngroup: files\nshadow: files\nhosts: files\nservices: files\nprotocols: files\n')


def talk(name, port):
    """Runs one server on one port; its capture and its truth go to /out."""
    function, package, app, protocols, _, _ = SERVERS[name]
    wire()
    t = Talk(name, port)
    stem = '/out/%s-%d' % (name, port)
    dump = subprocess.Popen(['tcpdump', '-i', 'wire', '-w', stem + '.pcap', '-U', '--immediate-mode', '-B', '65536', '-s', '0',
                             '-Z', 'root', 'ip or ip6'], stdout=t.log, stderr=subprocess.PIPE)
    dump.stderr.readline()  # it listens
    try:
        function(t)
    except Exception as e:  # a server that does not start is one of the results
        t.failures.append('%s: %s' % (type(e).__name__, e))
    time.sleep(0.5)
    dump.terminate()
    counts = dump.communicate()[1].decode()
    if '\n0 packets dropped by kernel' not in counts:
        t.failures.append('the capture has gaps: ' + counts.strip().replace('\n', ', '))
    version = subprocess.run(['dpkg-query', '-W', '-f', '${Version}', package], stdout=subprocess.PIPE, check=True).stdout.decode()
    for proto in protocols:
        t.truth(app, port, proto)
    with open(stem + '.truth', 'w', encoding='ascii') as f:
        for proto, at, what in t.truths:
            f.write('%s %s %s %s %s\n' % (proto, at, what, package, version))
    for failure in t.failures:
        print('%s on %d: %s' % (name, port, failure), flush=True)
    sys.exit(bool(t.failures))


def main():
    import servers  # registers them
    assert servers
    if sys.argv[1] == '--list':
        for name, (_, _, _, _, port, odd) in SERVERS.items():
            print(name, port, odd or '')
    else:
        talk(sys.argv[1], int(sys.argv[2]))


if __name__ == '__main__':
    sys.modules['lab'] = sys.modules['__main__']
    main()
