# SPDX-License-Identifier: GPL-2.0
"""Messages and queues."""
from lab import PASSWORD, SRV, server


@server('mqtt', 1883, 'mosquitto')
def mosquitto(t):
    t.setup('mosquitto_passwd -b -c pw joe %s; chmod 644 pw' % PASSWORD)
    conf = t.write('m.conf', 'listener %d 0.0.0.0\npassword_file %s\n' % (t.port, t.path('pw')))
    t.serve(['mosquitto', '-c', conf])
    t.ready()
    for version in 'mqttv31', 'mqttv311', 'mqttv5':
        at = ['-h', SRV, '-p', str(t.port), '-V', version, '-t', 'x/y', '-u', 'joe', '-P']
        t.ask(['mosquitto_pub', '-r', '-m', 'hello'] + at + [PASSWORD])
        t.ask(['mosquitto_sub', '-C', '1', '-W', '3'] + at + [PASSWORD])
        t.ask(['mosquitto_pub', '-m', 'hello'] + at + ['wrong'], fails=True)


@server('amqp', 5672, 'rabbitmq-server')
def rabbitmq(t):
    """With its own protocols between nodes, and MQTT and STOMP."""
    t.write('/etc/rabbitmq/rabbitmq.conf', 'listeners.tcp.1 = 0.0.0.0:%d\nloopback_users = none\nmqtt.listeners.tcp.default = 1883\n'
            'mqtt.allow_anonymous = true\nstomp.listeners.tcp.1 = 61613\n' % t.port)
    t.write('/etc/rabbitmq/enabled_plugins', '[rabbitmq_mqtt,rabbitmq_stomp].\n')
    t.truth('mqtt', 1883)
    t.truth('stomp', 61613)
    t.truth('epmd', 4369)
    t.truth('erlang', 25700)
    t.setup('chown -R rabbitmq /var/lib/rabbitmq /etc/rabbitmq; hostname srv')
    t.serve(['/usr/lib/rabbitmq/bin/rabbitmq-server'], user='rabbitmq', env={
        'HOME': '/var/lib/rabbitmq', 'LANG': 'C.UTF-8', 'RABBITMQ_NODENAME': 'rabbit@srv', 'RABBITMQ_DIST_PORT': '25700'})
    t.ready(within=120)
    t.ready(61613, within=30)
    at = ['-u', 'amqp://guest:guest@%s:%d/%%2f' % (SRV, t.port)]
    t.ask(['amqp-declare-queue'] + at + ['-q', 'x'])
    t.ask(['amqp-publish'] + at + ['-r', 'x', '-b', 'hello'])
    t.ask(['amqp-get'] + at + ['-q', 'x'])
    t.ask(['amqp-get', '-u', 'amqp://guest:wrong@%s:%d/%%2f' % (SRV, t.port), '-q', 'x'], fails=True)
    t.ask(['mosquitto_pub', '-h', SRV, '-u', 'guest', '-P', 'guest', '-t', 'x', '-m', 'y'], fails=None)
    t.ask('(printf "CONNECT\\naccept-version:1.2\\nhost:/\\nlogin:guest\\npasscode:guest\\n\\n\\000"; sleep 1) | nc -N %s 61613' % SRV)
    t.ask('HOME=/var/lib/rabbitmq erl -noinput -sname x@cli -setcookie $(cat /var/lib/rabbitmq/.erlang.cookie) -eval '
          "'io:format(\"~p~n\", [net_adm:ping(rabbit@srv)]), halt().'", fails=None)


@server('nats', 4222, 'nats-server')
def nats(t):
    t.serve(['nats-server', '-p', str(t.port), '--user', 'joe', '--pass', PASSWORD])
    t.ready()
    for password in PASSWORD, 'wrong':
        t.ask('(printf \'CONNECT {"verbose":true,"user":"joe","pass":"%s"}\\r\\nPUB x 5\\r\\nhello\\r\\nPING\\r\\n\'; sleep 1) | nc -N %s %d'
              % (password, SRV, t.port), fails=None)


@server('zookeeper', 2181, 'zookeeper')
def zookeeper(t):
    conf = t.write('zoo.cfg', 'tickTime=2000\ndataDir=%s\nclientPort=%d\nadmin.enableServer=false\n4lw.commands.whitelist=*\n' % (t.path('zoo'), t.port))
    t.serve('exec java -cp "/etc/zookeeper/conf:/usr/share/java/*" org.apache.zookeeper.server.quorum.QuorumPeerMain ' + conf)
    t.ready(within=90)
    t.ask(['python3', '-c', 'from kazoo.client import KazooClient\nk=KazooClient("%s:%d")\nk.start(10)\nk.ensure_path("/x")\nprint(k.get_children("/"))\nk.stop()'
           % (SRV, t.port)])
    for word in 'ruok', 'srvr', 'mntr':
        t.ask('printf %s | nc -N %s %d' % (word, SRV, t.port))


@server('gearman', 4730, 'gearman-job-server')
def gearmand(t):
    t.serve(['gearmand', '-p', str(t.port), '-l', 'stderr', '-L', '0.0.0.0'])
    t.ready()
    t.client(['gearman', '-h', SRV, '-p', str(t.port), '-w', '-c', '1', '-f', 'wc', '--', 'wc', '-l'])
    t.ask('sleep 1; gearman -h %s -p %d -f wc < /etc/hosts' % (SRV, t.port), fails=None)
    t.ask(['gearadmin', '-h', SRV, '-p', str(t.port), '--status'], fails=None)


@server('beanstalk', 11300, 'beanstalkd')
def beanstalkd(t):
    t.serve(['beanstalkd', '-l', '0.0.0.0', '-p', str(t.port)])
    t.ready()
    t.ask('(printf "use x\\r\\nput 0 0 60 5\\r\\nhello\\r\\n"; sleep 0.3; printf "stats\\r\\nquit\\r\\n") | nc %s %d' % (SRV, t.port))
    t.ask('(printf "put 1 0 60 2\\r\\nhi\\r\\n"; sleep 0.3; printf "reserve\\r\\nquit\\r\\n") | nc %s %d' % (SRV, t.port))


@server('zmtp', 5555, 'python3-zmq')
def zmq(t):
    code = t.write('srv.py', 'import zmq\ns=zmq.Context().socket(zmq.REP)\ns.bind("tcp://0.0.0.0:%d")\nwhile 1:\n s.send(s.recv())\n' % t.port)
    t.serve(['python3', code])
    t.ready()
    t.ask(['python3', '-c', 'import zmq\ns=zmq.Context().socket(zmq.REQ)\ns.connect("tcp://%s:%d")\ns.send(b"x")\nprint(s.recv())' % (SRV, t.port)])


@server('activemq', 61616, 'activemq')
def activemq(t):
    conf = t.write('amq.xml', '<beans xmlns="http://www.springframework.org/schema/beans" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                   'xsi:schemaLocation="http://www.springframework.org/schema/beans http://www.springframework.org/schema/beans/spring-beans.xsd '
                   'http://activemq.apache.org/schema/core http://activemq.apache.org/schema/core/activemq-core.xsd"><broker '
                   'xmlns="http://activemq.apache.org/schema/core" brokerName="x" persistent="false" useJmx="false" dataDirectory="%s"><transportConnectors>'
                   '<transportConnector uri="tcp://0.0.0.0:%d"/></transportConnectors></broker></beans>' % (t.dir, t.port))
    t.serve('exec java -Dactivemq.home=/usr/share/activemq -Dactivemq.base=%s -jar /usr/share/activemq/bin/activemq.jar start xbean:file:%s' % (t.dir, conf))
    t.ready(within=90)
    t.ask('java -jar /usr/share/activemq/bin/activemq.jar producer --brokerUrl tcp://%s:%d --messageCount 1' % (SRV, t.port), fails=None, timeout=40)
    t.ask('sleep 1 | nc -N %s %d' % (SRV, t.port), fails=None)
