# SPDX-License-Identifier: GPL-2.0
"""The web, what stands before it and behind it."""
from lab import NAME, SRV, server


def nginx_start(t, body, where=None):
    conf = t.write('nginx.conf', 'daemon off;\nerror_log stderr;\npid %s/nginx.pid;\nevents {}\nhttp {\naccess_log off;\n%s\n}\n' % (t.dir, body))
    (where or t.serve)(['nginx', '-c', conf])


@server('http', 80, 'nginx')
def nginx(t):
    nginx_start(t, 'server { listen %d; root /usr/share/nginx/html; location /private { auth_basic x; auth_basic_user_file /dev/null; } }'
                % t.port)
    t.ready()
    at = 'http://%s:%d' % (SRV, t.port)
    t.ask(['curl', '-s', at + '/'])
    t.ask(['curl', '-s', '-0', at + '/nothing'])
    t.ask(['curl', '-s', '-u', 'joe:wrong', at + '/private'])
    t.ask(['curl', '-s', '-X', 'POST', '-d', 'a=b', at + '/'])
    t.ask(['curl', '-s', '-I', at + '/'])
    t.ask('printf "\\026\\003\\001 nonsense\\r\\n\\r\\n" | nc -N %s %d' % (SRV, t.port), fails=None)


@server('tls', 443, 'nginx')
def nginx_tls(t):
    key, cert = t.certificate()
    nginx_start(t, 'server { listen %d ssl http2; ssl_certificate %s; ssl_certificate_key %s; root /usr/share/nginx/html; }'
                % (t.port, cert, key))
    t.ready()
    at = 'https://%s:%d/' % (SRV, t.port)
    t.ask(['curl', '-s', '--cacert', cert, at])
    t.ask(['curl', '-s', '-k', '--http1.1', '--tls-max', '1.2', at])
    t.ask(['curl', '-s', at], fails=True)
    t.ask('echo | openssl s_client -connect %s:%d -servername %s' % (SRV, t.port, NAME))


@server('http2', 8081, 'nginx')
def nginx_http2(t):
    nginx_start(t, 'server { listen %d http2; root /usr/share/nginx/html; }' % t.port)
    t.ready()
    t.ask(['curl', '-s', '--http2-prior-knowledge', 'http://%s:%d/' % (SRV, t.port)])
    t.ask(['nghttp', '-nv', 'http://%s:%d/' % (SRV, t.port)])
    t.ask(['h2load', '-n', '4', '-c', '1', 'http://%s:%d/' % (SRV, t.port)])


@server('http', 8080, 'apache2')
def apache(t):
    """With an upgrade to HTTP/2, which is not followed."""
    t.write('/etc/apache2/ports.conf', 'Listen %d\n' % t.port)
    t.write('/etc/apache2/conf-enabled/here.conf', 'ServerName %s\nProtocols h2c http/1.1\n' % NAME)
    t.setup('a2enmod -q http2; sed -i "s/:80>/:%d>/" /etc/apache2/sites-enabled/*' % t.port)
    t.serve('. /etc/apache2/envvars; mkdir -p $APACHE_RUN_DIR $APACHE_LOCK_DIR; exec apache2 -DFOREGROUND')
    t.ready()
    t.ask(['curl', '-s', 'http://%s:%d/' % (SRV, t.port)])
    t.ask(['curl', '-s', '-v', '--http2', 'http://%s:%d/nothing' % (SRV, t.port)])


@server('ajp', 8009, 'tomcat10')
def tomcat_ajp(t):
    t.write('/var/lib/tomcat10/conf/server.xml', '<Server port="-1"><Service name="Catalina"><Connector protocol="AJP/1.3" '
            'address="0.0.0.0" port="%d" secretRequired="false"/><Engine name="Catalina" defaultHost="localhost"><Host name="localhost" '
            'appBase="webapps"/></Engine></Service></Server>' % t.port)
    t.serve(['/usr/share/tomcat10/bin/catalina.sh', 'run'], env={'CATALINA_BASE': '/var/lib/tomcat10', 'CATALINA_HOME': '/usr/share/tomcat10'})
    t.ready(within=90)
    t.write('/etc/apache2/ports.conf', 'Listen 127.0.0.1:80\n')
    t.write('/etc/apache2/conf-enabled/here.conf', 'ServerName cli\nProxyPass /t/ ajp://%s:%d/\n' % (SRV, t.port))
    t.setup('a2enmod -q proxy_ajp')
    t.client('. /etc/apache2/envvars; mkdir -p $APACHE_RUN_DIR $APACHE_LOCK_DIR; exec apache2 -DFOREGROUND')
    t.ask('sleep 2; curl -s http://127.0.0.1/t/; curl -s -d a=b http://127.0.0.1/t/nothing')


@server('fastcgi', 9000, 'php8.2-fpm')
def php_fpm(t):
    conf = t.write('fpm.conf', '[global]\nerror_log=/dev/stderr\n[www]\nuser=www-data\ngroup=www-data\nlisten=0.0.0.0:%d\npm=static\n'
                   'pm.max_children=2\npm.status_path=/status\n' % t.port)
    t.serve(['php-fpm8.2', '-F', '-y', conf])
    t.ready()
    t.write('x.php', '<?php echo 6*7;')
    t.ask(['cgi-fcgi', '-bind', '-connect', '%s:%d' % (SRV, t.port)], fails=None,
          env={'SCRIPT_FILENAME': t.path('x.php'), 'REQUEST_METHOD': 'GET', 'SCRIPT_NAME': '/x.php'})
    nginx_start(t, 'server { listen 127.0.0.1:81; location / { include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME %s; '
                'fastcgi_pass %s:%d; } }' % (t.path('x.php'), SRV, t.port), t.client)
    t.ask('sleep 1; curl -s http://127.0.0.1:81/x.php; curl -s -d a=b http://127.0.0.1:81/x.php')


@server('http', 3128, 'squid')
def squid(t):
    """As a proxy, with CONNECT, which is not followed."""
    key, cert = t.certificate()
    nginx_start(t, 'server { listen 127.0.0.1:443 ssl; listen 127.0.0.1:80; ssl_certificate %s; ssl_certificate_key %s; }' % (cert, key))
    t.ready(443)
    conf = t.write('squid.conf', 'http_port %d\nhttp_access deny manager\nhttp_access allow all\ncache deny all\nhttp_port_dummy\n'
                   .replace('http_port_dummy\n', '') % t.port)
    t.serve(['squid', '-N', '-f', conf])
    t.ready()
    at = ['curl', '-s', '-k', '-x', 'http://%s:%d' % (SRV, t.port)]
    t.ask(at + ['http://127.0.0.1/'])
    t.ask(at + ['https://127.0.0.1/'])
    t.ask(at + ['http://127.0.0.1:1/'])


@server('websocket', 8088, 'websocketd')
def websocketd(t):
    t.serve(['websocketd', '--port=%d' % t.port, 'cat'])
    t.ready()
    t.ask(['python3', '-c', 'import websocket\nw=websocket.create_connection("ws://%s:%d/")\nw.send("hello")\nprint(w.recv())\nw.close()'
           % (SRV, t.port)])


@server('tls', 4433, 'stunnel4')
def stunnel(t):
    key, cert = t.certificate()
    nginx_start(t, 'server { listen 127.0.0.1:80; }')
    conf = t.write('stunnel.conf', 'foreground=yes\npid=\n[x]\naccept=0.0.0.0:%d\nconnect=127.0.0.1:80\nkey=%s\ncert=%s\n' % (t.port, key, cert))
    t.serve(['stunnel4', conf])
    t.ready()
    t.ask(['curl', '-s', '-k', 'https://%s:%d/' % (SRV, t.port)])
    t.ask('echo GET / | openssl s_client -quiet -tls1_2 -connect %s:%d' % (SRV, t.port), fails=None)


@server('proxy', 8082, 'haproxy')
def haproxy(t):
    """What a proxy says of its client before the rest, in both versions."""
    nginx_start(t, 'server { listen %d proxy_protocol; root /usr/share/nginx/html; }' % t.port)
    t.ready()
    conf = t.write('haproxy.cfg', 'defaults\n mode tcp\n timeout connect 5s\n timeout client 5s\n timeout server 5s\n'
                   'listen a\n bind 127.0.0.1:91\n server s %s:%d send-proxy\nlisten b\n bind 127.0.0.1:92\n server s %s:%d send-proxy-v2\n'
                   % (SRV, t.port, SRV, t.port))
    t.client(['haproxy', '-db', '-f', conf])
    t.ask('sleep 1; curl -s http://127.0.0.1:91/; curl -s http://127.0.0.1:92/')


def lighttpd_start(t):
    conf = t.write('l.conf', 'server.port = %d\nserver.document-root = "/usr/share/nginx/html"\n' % t.port)
    t.serve(['lighttpd', '-D', '-f', conf])
    t.ready()
    return 'http://%s:%d/' % (SRV, t.port)


@server('http', 8083, 'lighttpd')
def lighttpd(t):
    at = lighttpd_start(t)
    t.ask(['curl', '-s', at])
    t.ask(['curl', '-s', '-X', 'PUT', '-d', 'x', at + 'nothing'])


@server('http2', 8083, 'lighttpd')
def lighttpd_http2(t):
    """The same server and port, asked by who knows that it speaks HTTP/2."""
    t.ask(['curl', '-s', '--http2-prior-knowledge', lighttpd_start(t)])


@server('http', 8888, 'tinyproxy-bin')
def tinyproxy(t):
    nginx_start(t, 'server { listen 127.0.0.1:80; }')
    conf = t.write('t.conf', 'Port %d\nListen %s\nBasicAuth joe secret\n' % (t.port, SRV))
    t.serve(['tinyproxy', '-d', '-c', conf])
    t.ready()
    for who in 'joe:secret', 'joe:wrong':
        t.ask(['curl', '-s', '-x', 'http://%s@%s:%d' % (who, SRV, t.port), 'http://127.0.0.1/'])


@server('http', 6081, 'varnish')
def varnish(t):
    nginx_start(t, 'server { listen 127.0.0.1:80; }')
    t.serve(['varnishd', '-F', '-a', ':%d' % t.port, '-b', '127.0.0.1:80', '-n', t.path('v')])
    t.ready()
    t.ask(['curl', '-s', '-I', 'http://%s:%d/' % (SRV, t.port)])


@server('tls', 5556, 'gnutls-bin')
def gnutls(t):
    key, cert = t.certificate()
    t.serve(['gnutls-serv', '--http', '-p', str(t.port), '--x509keyfile', key, '--x509certfile', cert])
    t.ready()
    t.ask(['curl', '-s', '-k', 'https://%s:%d/' % (SRV, t.port)], fails=None)
    t.ask('echo | gnutls-cli --no-ca-verification -p %d %s' % (t.port, SRV), fails=None)
