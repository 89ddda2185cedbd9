# SPDX-License-Identifier: GPL-2.0
"""Databases and caches."""
from lab import NAME, PASSWORD, SRV, server


def postgres(t, port):
    etc = '/etc/postgresql/15/main'
    with open(etc + '/pg_hba.conf', 'a', encoding='ascii') as f:
        f.write('host all all all scram-sha-256\n')
    t.serve(['/usr/lib/postgresql/15/bin/postgres', '-D', '/var/lib/postgresql/15/main', '-c', 'config_file=%s/postgresql.conf' % etc,
             '-p', str(port), '-h', '*'], user='postgres')
    t.ready(port)
    t.setup(['psql', '-p', str(port), '-c', "CREATE ROLE joe LOGIN PASSWORD '%s'" % PASSWORD], user='postgres')
    t.setup(['psql', '-p', str(port), '-c', 'CREATE DATABASE shop OWNER joe'], user='postgres')


def psql(t, mode, password, fails=False):
    t.ask(['psql', 'host=%s port=%d user=joe dbname=shop sslmode=%s' % (SRV, t.port, mode), '-c', 'SELECT version()'],
          env={'PGPASSWORD': password}, fails=fails)


@server('postgresql', 5432, 'postgresql-15')
def postgresql(t):
    postgres(t, t.port)
    psql(t, 'prefer', PASSWORD)
    psql(t, 'disable', PASSWORD)
    psql(t, 'disable', 'wrong', fails=True)
    t.ask(['pg_dump', '-h', SRV, '-p', str(t.port), '-U', 'joe', 'shop'], env={'PGPASSWORD': PASSWORD})
    t.ask(['pg_isready', '-h', SRV, '-p', str(t.port)])


@server('postgresql', 6432, 'pgbouncer')
def pgbouncer(t):
    postgres(t, 5433)
    t.write('users.txt', '"joe" "%s"\n' % PASSWORD)
    ini = t.write('pgbouncer.ini', '[databases]\nshop = host=127.0.0.1 port=5433\n[pgbouncer]\nlisten_addr = *\nlisten_port = %d\n'
                  'auth_type = plain\nauth_file = %s\nunix_socket_dir =\n' % (t.port, t.path('users.txt')))
    t.serve(['pgbouncer', ini], user='postgres')
    t.ready()
    psql(t, 'prefer', PASSWORD)
    psql(t, 'disable', 'wrong', fails=True)


@server('mysql', 3306, 'mariadb-server')
def mariadb(t):
    key, cert = t.certificate()
    t.serve(['mariadbd', '--user=mysql', '--port=%d' % t.port, '--bind-address=0.0.0.0', '--ssl-key=' + key, '--ssl-cert=' + cert])
    t.ready()
    t.setup(['mariadb', '-e', "CREATE DATABASE shop; CREATE USER joe@'%%' IDENTIFIED BY '%s'; GRANT ALL ON shop.* TO joe@'%%'" % PASSWORD])
    base = ['mariadb', '-h', SRV, '-P', str(t.port), '-u', 'joe', 'shop', '-e', 'SELECT VERSION()']
    t.ask(base + ['-p' + PASSWORD])
    t.ask(base + ['-p' + PASSWORD, '--ssl'])
    t.ask(base + ['-pwrong'], fails=True)
    t.ask(['mariadb-dump', '-h', SRV, '-P', str(t.port), '-u', 'joe', '-p' + PASSWORD, 'shop'])


@server('redis', 6379, 'redis-server')
def redis(t):
    t.serve(['redis-server', '--port', str(t.port), '--bind', '0.0.0.0', '--requirepass', PASSWORD, '--dir', t.dir], user='redis')
    t.ready()
    base = ['redis-cli', '-h', SRV, '-p', str(t.port)]
    t.ask(base + ['-a', PASSWORD, 'SET', 'price', '42'])
    t.ask(base + ['-a', PASSWORD, '-3', 'HGETALL', 'nothing'])
    t.ask(base + ['-a', 'wrong', 'GET', 'price'], fails=None)
    t.ask(base + ['PING'])
    t.ask('printf "AUTH %s\\r\\nINFO server\\r\\nQUIT\\r\\n" | nc -N %s %d' % (PASSWORD, SRV, t.port), fails=None)
    t.ask('redis-benchmark -h %s -p %d -a %s -n 20 -t set,get,lpush -q' % (SRV, t.port, PASSWORD))
    t.client(['redis-server', '--port', '7000', '--replicaof', SRV, str(t.port), '--masterauth', PASSWORD, '--dir', t.dir])
    t.ask(['sleep', '2'])


@server('tls', 6380, 'redis-server')
def redis_tls(t):
    key, cert = t.certificate()
    t.serve(['redis-server', '--port', '0', '--tls-port', str(t.port), '--tls-key-file', key, '--tls-cert-file', cert, '--bind', '0.0.0.0',
             '--tls-ca-cert-file', cert, '--tls-auth-clients', 'no', '--requirepass', PASSWORD], user='redis')
    t.ready()
    t.ask(['redis-cli', '-h', SRV, '-p', str(t.port), '--tls', '--cacert', cert, '-a', PASSWORD, 'PING'])


@server('memcached', 11211, 'memcached', protocols='tcp udp')
def memcached(t):
    t.serve(['memcached', '-u', 'memcache', '-l', '0.0.0.0', '-p', str(t.port), '-U', str(t.port)])
    t.ready()
    t.write('key', 'value\n')
    at = '--servers=%s:%d' % (SRV, t.port)
    for kind in [], ['--binary']:
        t.ask(['memccp', at, 'key'] + kind)
        t.ask(['memccat', at, 'key'] + kind)
        t.ask(['memcstat', at] + kind)
        t.ask(['memccat', at, 'nothing'] + kind, fails=None)
        t.ask(['memcrm', at, 'key'] + kind, fails=None)
    t.ask('printf "version\\r\\nquit\\r\\n" | nc -N %s %d' % (SRV, t.port))
    t.ask(r'printf "\000\001\000\000\000\001\000\000stats\r\n" | nc -u -w 1 %s %d' % (SRV, t.port), fails=None)


@server('firebird', 3050, 'firebird3.0-server')
def firebird(t):
    t.setup('cd /etc/firebird/3.0; grep -v "^Remote" firebird.conf > new; printf "RemoteServicePort = %d\\nRemoteBindAddress =\\n" >> new; '
            'cat new > firebird.conf' % t.port)
    t.setup("echo \"create or alter user sysdba password '%s';\" | isql-fb -user sysdba /var/lib/firebird/3.0/system/security3.fdb"
            % PASSWORD)
    t.setup('chown -R firebird: /var/lib/firebird /tmp/firebird || :')
    t.serve(['firebird', '-t'], user='firebird')
    t.ready()
    t.ask('echo "create database \'%s/%d:/tmp/new.fdb\' user \'sysdba\' password \'%s\';" | isql-fb' % (SRV, t.port, PASSWORD), fails=None)
    t.ask('echo "show database;" | isql-fb -user sysdba -password wrong %s/%d:employee' % (SRV, t.port), fails=None)


@server('tarantool', 3301, 'tarantool')
def tarantool(t):
    lua = t.write('srv.lua', "box.cfg{listen='0.0.0.0:%d', work_dir='%s'}\nbox.schema.user.grant('guest','super')\n"
                  "require('fiber').sleep(60)\n" % (t.port, t.dir))
    t.serve(['tarantool', lua])
    t.ready()
    t.ask(['tarantool', t.write('cli.lua', "local c=require('net.box').connect('%s:%d')\nprint(c:ping())\nc:close()\n"
                                "local d=require('net.box').connect('joe:wrong@%s:%d')\nprint(d:ping())\nos.exit(0)\n"
                                % (SRV, t.port, SRV, t.port))])


@server('http', 8086, 'influxdb')
def influxdb(t):
    conf = t.write('influx.conf', 'bind-address = "127.0.0.1:8088"\n[meta]\n  dir = "%s/meta"\n[data]\n  dir = "%s/data"\n'
                   '  wal-dir = "%s/wal"\n[http]\n  bind-address = ":%d"\n' % (t.dir, t.dir, t.dir, t.port))
    t.serve(['influxd', '-config', conf])
    t.ready()
    at = 'http://%s:%d' % (SRV, t.port)
    t.ask(['curl', '-s', at + '/query', '--data-urlencode', 'q=CREATE DATABASE shop'])
    t.ask(['curl', '-s', at + '/write?db=shop', '--data-binary', 'price,item=x value=42'])
    t.ask(['curl', '-s', at + '/query?db=nothing&q=x'])


@server('http2', 2379, 'etcd-server')
def etcd(t):
    t.serve(['etcd', '--data-dir', t.path('etcd'), '--listen-client-urls', 'http://0.0.0.0:%d' % t.port,
             '--advertise-client-urls', 'http://%s:%d' % (NAME, t.port), '--listen-peer-urls', 'http://127.0.0.1:2380'])
    t.ready()
    base = ['etcdctl', '--endpoints=http://%s:%d' % (SRV, t.port)]
    for what in ['put', 'price', '42'], ['get', 'price'], ['endpoint', 'status']:
        t.ask(base + what, env={'ETCDCTL_API': '3'})
