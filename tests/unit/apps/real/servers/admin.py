# SPDX-License-Identifier: GPL-2.0
"""What watches and logs."""
from lab import SRV, server


@server('syslog', 514, 'rsyslog', protocols='tcp udp')
def rsyslog(t):
    conf = t.write('rsyslog.conf', 'module(load="imudp")\nmodule(load="imtcp")\ninput(type="imudp" port="%d")\ninput(type="imtcp" port="%d")\n'
                   '*.* action(type="omfile" file="%s/got")\n' % (t.port, t.port, t.dir))
    t.serve(['rsyslogd', '-n', '-f', conf, '-i', t.path('pid')])
    t.ready()
    at = ['logger', '-n', SRV, '-P', str(t.port), '-t', 'su']
    for more in ['-d'], ['-T'], ['-d', '--rfc3164'], ['-T', '--octet-count'], ['-d', '--rfc5424=notime'], ['-d', '--rfc5424=notime,notq,nohost']:
        t.ask(at + more + ['it is here'])
    cli = t.write('cli.conf', 'module(load="imuxsock" SysSock.Use="off")\ninput(type="imuxsock" socket="%s/log")\n*.* @%s:%d\n*.* @@%s:%d\n'
                  '*.* @%s:%d;RSYSLOG_SyslogProtocol23Format\n*.* @@%s:%d;RSYSLOG_SyslogProtocol23Format\n'
                  % (t.dir, SRV, t.port, SRV, t.port, SRV, t.port, SRV, t.port))
    t.client(['rsyslogd', '-n', '-f', cli, '-i', t.path('cpid')])
    t.ask('sleep 2; logger -u %s/log -t su hello; sleep 1' % t.dir)


@server('relp', 2514, 'rsyslog-relp')
def relp(t):
    conf = t.write('srv.conf', 'module(load="imrelp")\ninput(type="imrelp" port="%d")\n*.* action(type="omfile" file="%s/got")\n' % (t.port, t.dir))
    t.serve(['rsyslogd', '-n', '-f', conf, '-i', t.path('pid')])
    t.ready()
    cli = t.write('cli.conf', 'module(load="imuxsock" SysSock.Use="off")\nmodule(load="omrelp")\ninput(type="imuxsock" socket="%s/log")\n'
                  '*.* action(type="omrelp" target="%s" port="%d")\n' % (t.dir, SRV, t.port))
    t.client(['rsyslogd', '-n', '-f', cli, '-i', t.path('cpid')])
    t.ask('sleep 2; logger -u %s/log -t su hello; sleep 1' % t.dir)


@server('collectd', 25826, 'collectd-core', protocols='udp')
def collectd(t):
    for who, what in ('srv', 'Listen "%s" "%d"' % (SRV, t.port)), ('cli', 'Server "%s" "%d"' % (SRV, t.port)):
        t.write(who + '.conf', 'Hostname "%s"\nFQDNLookup false\nInterval 1\nPIDFile "%s/%s.pid"\nBaseDir "%s"\nLoadPlugin load\nLoadPlugin network\n'
                '<Plugin network>\n %s\n</Plugin>\n' % (who, t.dir, who, t.dir, what))
    t.serve(['collectd', '-f', '-C', t.path('srv.conf')])
    t.ready(proto='udp')
    t.ask(['timeout', '4', 'collectd', '-f', '-C', t.path('cli.conf')], fails=None)


@server('munin', 4949, 'munin-node')
def munin(t):
    conf = t.write('node.conf', 'log_file /dev/stderr\npid_file %s/pid\nbackground 0\nsetsid 0\nuser root\ngroup root\nhost *\nport %d\nallow ^10\\.77\\..*$\n'
                   'host_name srv\n' % (t.dir, t.port))
    t.serve(['munin-node', '--config', conf])
    t.ready()
    t.ask('(printf "list\\n"; sleep 0.5; printf "quit\\n") | nc %s %d' % (SRV, t.port))


@server('zabbix', 10050, 'zabbix-agent')
def zabbix(t):
    conf = t.write('agent.conf', 'LogType=console\nServer=0.0.0.0/0\nListenPort=%d\nHostname=srv\nPidFile=%s/pid\n' % (t.port, t.dir))
    t.setup('chown -R zabbix %s' % t.dir)
    t.serve(['zabbix_agentd', '-f', '-c', conf], user='zabbix')
    t.ready()
    t.ask(r"printf 'ZBXD\001\012\000\000\000\000\000\000\000agent.ping' | nc -N %s %d" % (SRV, t.port))


@server('nut', 3493, 'nut-server')
def nut(t):
    etc = '/etc/nut/'
    t.write(etc + 'nut.conf', 'MODE=netserver\n')
    t.write(etc + 'ups.conf', '[ups]\n driver = dummy-ups\n port = %s\n' % t.write('ups.dev', 'ups.status: OL\nbattery.charge: 90\n'))
    t.write(etc + 'upsd.conf', 'LISTEN 0.0.0.0 %d\n' % t.port)
    t.write(etc + 'upsd.users', '[joe]\n password = x\n upsmon slave\n')
    t.setup('mkdir -p /run/nut; chown nut /run/nut; chmod 644 /etc/nut/*')
    t.serve(['/lib/nut/dummy-ups', '-a', 'ups', '-D'])
    t.serve(['upsd', '-D'])
    t.ready()
    t.ask(['upsc', '-l', '%s:%d' % (SRV, t.port)], fails=None)
    t.ask(['upsc', 'ups@%s:%d' % (SRV, t.port)], fails=None)
    t.ask('(printf "USERNAME joe\\nPASSWORD wrong\\nLOGIN ups\\nVER\\nLOGOUT\\n"; sleep 0.5) | nc -N %s %d' % (SRV, t.port), fails=None)


@server('tls', 5666, 'nagios-nrpe-server')
def nrpe(t):
    conf = t.write('nrpe.cfg', 'server_port=%d\nserver_address=0.0.0.0\nnrpe_user=nagios\nnrpe_group=nagios\nallowed_hosts=10.77.0.0/24\n'
                   'command[check_x]=/bin/true\n' % t.port)
    t.serve(['nrpe', '-f', '-c', conf])
    t.ready()
    t.ask(['/usr/lib/nagios/plugins/check_nrpe', '-H', SRV, '-p', str(t.port)], fails=None)
    t.ask(['/usr/lib/nagios/plugins/check_nrpe', '-H', SRV, '-p', str(t.port), '-c', 'check_x'], fails=None)
