#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""table.py [-v] FLOWS APPS CAPTURES: what is said of the captures that `capture' made, against the truth beside them: the
table of docs/apps.md. FLOWS is the program build/tests/apps/flows. With -v each miss and each wrong name is shown."""
import collections
import os
import subprocess
import sys

import talks


def main():
    argv = [x for x in sys.argv[1:] if x != '-v']
    verbose = len(argv) < len(sys.argv) - 1
    if len(argv) != 3:
        sys.exit(__doc__)
    flows, apps, folder = argv
    captures = sorted(os.path.join(folder, x) for x in os.listdir(folder) if x.endswith('.pcap'))
    said = subprocess.run([flows, apps] + captures, check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout
    total, named, wrong, none = (collections.Counter() for _ in range(4))
    packages = collections.defaultdict(set)
    of = {}
    for line in said.splitlines():
        path, number, proto, port0, port1, app, why, _ = line.split('\t')
        if path not in of:
            of[path] = talks.truths(path[:-5] + '.truth'), {c.number: c for c in talks.conversations(path)}
        truth = talks.truth_of(of[path][0], proto, (int(port0), int(port1)))
        expected = truth[2] if truth else '-'
        if why == 'no-payload':
            continue
        if expected != '-':
            total[expected] += 1
            packages[expected].add('%s %s' % truth[3:])
        elif app == '-':
            none['none'] += 1
        if app == expected != '-':
            named[expected] += 1
        elif app != '-':
            wrong[expected] += 1
        if verbose and app != expected:
            print('%s: %s %s %s > %s: %s (%s), expected %s' % (os.path.basename(path), number, proto, port0, port1, app, why, expected))
            c = of[path][1].get(int(number))
            for side, data in (c.said if c else [])[:6]:
                print('    %s %s' % ('><'[side], talks.escape(data[:100])))
    print('| app | conversations | named | wrong | servers |')
    print('| --- | --- | --- | --- | --- |')
    for app in sorted(total):
        print('| %s | %d | %d | %d | %s |' % (app, total[app], named[app], wrong[app], ', '.join(sorted(packages[app]))))
    count, good, bad = sum(total.values()), sum(named.values()), sum(wrong.values())
    print('| **all** | %d | %d (%.1f %%) | %d | |' % (count, good, 100 * good / max(count, 1), bad))
    print('%d conversations are none of the apps, and %d of them have a name' % (none['none'] + wrong['-'], wrong['-']))
    sys.exit(bad > 0 or good < 0.95 * count)


main()
