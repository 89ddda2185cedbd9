#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""kept.py VFWCTL APPS FOLDER: what is said of the conversations that keep.py kept in FOLDER, each played on the port it was on and
on one that is no hint. Each must be named as its server is, and what is none of the apps must have no name."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
import frames
import talks

NO_HINT = 30001


def main():
    vfwctl, apps, folder = sys.argv[1:]
    kept = [one for name in sorted(os.listdir(folder)) for one in talks.read_kept(os.path.join(folder, name))]
    plays = [(one, ports) for one in kept for ports in ((one[2][0] or 40000, one[2][1] or NO_HINT), (40000, NO_HINT))]
    found = frames.recognise(vfwctl, apps, [(ports, one[1], one[6]) for one, ports in plays])
    wrong = [(one, ports, got or '-') for (one, ports), got in zip(plays, found) if (got or '-') != one[3]]
    for one, ports, got in wrong:
        print('apps: %s, %s on %d: found %s, expected %s: %r' % (one[0], one[1], ports[1], got, one[3], one[6][:2]))
    print('apps: %d conversations kept of %d real servers, each on its port and on another: %d of %d as they are' %
          (len(kept), len({one[0] for one in kept}), len(plays) - len(wrong), len(plays)))
    sys.exit(bool(wrong or not kept))


main()
