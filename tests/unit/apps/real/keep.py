#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""keep.py CAPTURES FOLDER: keeps the first bytes of the conversations that `capture` made on default ports, with what their
servers are, as the texts that kept.py plays. Of a capture's conversations that begin alike one is kept. What they are
comes from the truth beside the captures, never from vfw."""
import collections
import os
import sys

import lab
import servers
import talks

SAME = 10  # conversations whose sides begin with as many equal bytes are alike
MOST = 5  # of a capture, an app and a protocol
KERNEL = os.uname().release.encode()  # is this machine's, and no one's business


def main():
    if len(sys.argv) != 3 or not servers:
        sys.exit(__doc__)
    folder, out = sys.argv[1:]
    kept = collections.defaultdict(list)  # by the kind of server
    for name, (function, _, _, _, port, _) in sorted(lab.SERVERS.items()):
        stem = os.path.join(folder, '%s-%d' % (name, port))
        if not os.path.exists(stem + '.truth'):
            continue
        truth, seen = talks.truths(stem + '.truth'), {}
        for c in talks.conversations(stem + '.pcap'):
            is_ = talks.truth_of(truth, c.proto, c.ports)
            if not is_ or not c.said or not c.opened:
                continue
            c.said = [(side, data.replace(KERNEL, b'6.1.0-x'.ljust(len(KERNEL), b'x')[:len(KERNEL)])) for side, data in c.said]
            like = c.proto, is_[2], c.first(0)[:SAME], c.first(1)[:SAME]
            of_app = sum(x[1] == is_[2] and x[0] == c.proto for x in seen)
            if like not in seen and of_app < MOST:
                seen[like] = c
                kept[function.__module__.split('.')[-1]].append((name, is_, c))
    os.makedirs(out, exist_ok=True)
    for kind, of_kind in kept.items():
        path = os.path.join(out, kind + '.txt')
        talks.write_kept(path, of_kind)
        print('%s: %d conversations, %d bytes' % (path, len(of_kind), os.path.getsize(path)))


main()
