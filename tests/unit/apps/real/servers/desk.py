# SPDX-License-Identifier: GPL-2.0
"""Screens."""
from lab import PASSWORD, SRV, server


def screen(t, number=1):
    t.serve(['Xvfb', ':%d' % number, '-screen', '0', '320x240x24', '-nolisten', 'tcp'])
    t.setup('for i in $(seq 100); do xdpyinfo -display :%d >/dev/null && break; sleep 0.2; done' % number)


def look(t, number=2):
    """The client's own screen."""
    t.client(['Xvfb', ':%d' % number, '-screen', '0', '640x480x24', '-nolisten', 'tcp'])
    t.setup('for i in $(seq 100); do xdpyinfo -display :%d >/dev/null && break; sleep 0.2; done' % number)
    return {'DISPLAY': ':%d' % number}


@server('x11', 6000, 'xvfb', odd=False)
def x11(t):
    t.serve(['Xvfb', ':0', '-screen', '0', '320x240x24', '-listen', 'tcp', '-ac'])
    t.ready()
    t.ask(['xdpyinfo', '-display', SRV + ':0'])
    t.ask(['xwininfo', '-display', SRV + ':0', '-root'])


@server('vnc', 5900, 'x11vnc')
def x11vnc(t):
    screen(t)
    t.serve(['x11vnc', '-display', ':1', '-rfbport', str(t.port), '-passwd', PASSWORD[:8], '-forever', '-noxdamage', '-no6'])
    t.ready()
    t.setup('echo %s | vncpasswd -f > pw; echo wrong123 | vncpasswd -f > bad' % PASSWORD[:8])
    for passwd in 'pw', 'bad':
        t.ask(['vncsnapshot', '-passwd', t.path(passwd), '%s::%d' % (SRV, t.port), 'x.jpg'], fails=None)


@server('vnc', 5901, 'tigervnc-standalone-server')
def tigervnc(t):
    t.setup('echo %s | vncpasswd -f > pw' % PASSWORD[:8])
    t.serve(['Xtigervnc', ':3', '-rfbport', str(t.port), '-rfbauth', t.path('pw'), '-localhost=0', '-SecurityTypes', 'VncAuth,TLSVnc'])
    t.ready()
    t.ask(['vncsnapshot', '-passwd', t.path('pw'), '%s::%d' % (SRV, t.port), 'x.jpg'], fails=None)


def rdp_asks(t):
    env = look(t)
    for more in ['/sec:tls'], ['/sec:rdp'], ['/sec:nla'], []:
        t.ask(['xfreerdp', '/v:%s:%d' % (SRV, t.port), '/u:joe', '/p:' + PASSWORD, '/cert:ignore', '/timeout:4000'] + more, fails=None, env=env, timeout=6)


@server('rdp', 3389, 'xrdp')
def xrdp(t):
    t.setup(r'sed -i "0,/^port=.*/s//port=%d/" /etc/xrdp/xrdp.ini; mkdir -p /run/xrdp; chmod 644 /etc/ssl/private/* || :' % t.port)
    t.serve(['xrdp', '-n'])
    t.ready()
    rdp_asks(t)
