# SPDX-License-Identifier: GPL-2.0
"""udpmany.py serve PORT | ask ADDRESS PORT N [mute|all]: N conversations, each of one datagram and its answer.

Asks 20 at a time, each once more a second while no answer comes, up to five times, until none of them is answered; prints how
many were. mute: asks and closes, waits for no answer. all: all are to be answered, so up to forty times.
"""
import resource
import selectors
import socket
import sys
import time

BATCH = 20


def serve(port):
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    s.bind(("::", port))
    while True:
        data, peer = s.recvfrom(2000)
        s.sendto(data, peer)


def ask(address, port, n, mute, most):
    resource.setrlimit(resource.RLIMIT_NOFILE, (n + 100, n + 100))
    selector = selectors.DefaultSelector()
    opened = [] # and left so, lest a port is used again
    answered = 0
    for done in range(0, n, BATCH):
        for _ in range(min(BATCH, n - done)):
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.connect((address, port))
            s.setblocking(False)
            s.send(b"x")
            if mute:
                s.close()
            else:
                selector.register(s, selectors.EVENT_READ)
                opened.append(s)
        before = answered
        waiting = set() if mute else set(opened[done:])
        tries = most
        while waiting:
            asked = time.monotonic()
            ready = selector.select(1)
            for key, _ in ready:
                selector.unregister(key.fileobj)
                waiting.remove(key.fileobj)
                answered += 1
            if not ready and not tries:
                break
            if not ready:
                # a second in which nobody ran is none
                tries -= time.monotonic() - asked < 1.5
                for s in waiting:
                    s.send(b"x")
        for s in waiting:
            selector.unregister(s)
        if not mute and answered == before:
            break
    print(answered)


def main(argv):
    if argv[0] == "serve":
        serve(int(argv[1]))
    ask(argv[1], int(argv[2]), int(argv[3]), argv[4:] == ["mute"], 39 if argv[4:] == ["all"] else 4)


main(sys.argv[1:])
