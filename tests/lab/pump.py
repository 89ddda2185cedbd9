# SPDX-License-Identifier: GPL-2.0
"""pump.py listen PORT FILE | connect ADDRESS PORT N FILE: TCP conversations that never end, both ways at once.

FILE holds how many are open, the fewest and the most bytes that any of them has brought, and those of all; it is
replaced every 200 ms. Each side sends all it can, a little at a time. Who connects ends with the last of
them.
"""
import errno
import os
import selectors
import socket
import sys
import time

CHUNK = b"x" * 1000


class Pump:
    def __init__(self, path):
        self.path = path
        self.got = {}
        self.selector = selectors.DefaultSelector()
        self.listener = None

    def add(self, conn):
        conn.setblocking(False)
        self.got[conn] = 0
        self.selector.register(conn, selectors.EVENT_READ)

    def close(self, conn):
        self.selector.unregister(conn)
        del self.got[conn]
        conn.close()

    def tell(self):
        counts = list(self.got.values()) or [0]
        with open(self.path + ".new", "w") as f:
            f.write("%d %d %d %d\n" % (len(self.got), min(counts), max(counts), sum(counts)))
        os.rename(self.path + ".new", self.path)

    def receive(self, conn):
        try:
            data = conn.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.got[conn] += len(data)
        else:
            self.close(conn)

    def send(self, conn):
        try:
            conn.send(CHUNK)
        except BlockingIOError:
            pass
        except OSError:
            self.close(conn)

    def run(self):
        while True:
            end = time.monotonic() + 0.2
            while time.monotonic() < end:
                for key, _ in self.selector.select(max(0, end - time.monotonic())):
                    if key.fileobj is self.listener:
                        self.add(self.listener.accept()[0])
                    else:
                        self.receive(key.fileobj)
            for conn in list(self.got):
                self.send(conn)
            self.tell()
            if not self.got and not self.listener:
                return


def connect(address):
    """A neighbour may be found too late where the processor is busy: asks again for a minute."""
    end = time.monotonic() + 60
    while True:
        try:
            return socket.create_connection(address, 60)
        except OSError as e:
            if e.errno != errno.EHOSTUNREACH or time.monotonic() > end:
                raise


def main(argv):
    pump = Pump(argv[-1])
    if argv[0] == "listen":
        pump.listener = socket.create_server(("::", int(argv[1])), family=socket.AF_INET6,
                                             dualstack_ipv6=True, backlog=128)
        pump.selector.register(pump.listener, selectors.EVENT_READ)
    else:
        for _ in range(int(argv[3])):
            pump.add(connect((argv[1], int(argv[2]))))
    pump.run()


main(sys.argv[1:])
