#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""table.py FLOWS APPS CORPUS: how many conversations of the corpus' captures are named rightly, by app; the table of
docs/apps.md. FLOWS is the program of that name here. captures.txt says what is in them. Fails when a name is
there that should not be, or when fewer than 95 % of those with their first payload are named. Without the corpus it is
skipped. The capture whose bytes were damaged on purpose (fuzz-2020) is counted for wrong names alone."""
import collections
import os
import subprocess
import sys

flows, apps, corpus = sys.argv[1:]
if not os.path.isdir(corpus):
    print('apps: table skipped, %s is not there' % corpus)
    sys.exit(0)

expected = collections.Counter()
with open(os.path.join(os.path.dirname(__file__), 'captures.txt'), encoding='ascii') as f:
    for line in f:
        if line.startswith('#'):
            continue
        name, *counts = line.split()
        for one in counts:
            app, n = one.split(':')
            expected[name, app] = int(n)

captures = sorted(os.path.join(corpus, x) for x in os.listdir(corpus) if '.pcap' in x)
said = subprocess.run([flows, apps] + captures, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                      universal_newlines=True).stdout
found, rest = collections.Counter(), collections.Counter()
for line in said.splitlines():
    path, _, _, _, _, app, why, _ = line.split('\t')
    if app == '-':
        rest[why] += 1
    else:
        found[os.path.basename(path), app] += 1

right, all_of, wrong = collections.Counter(), collections.Counter(), collections.Counter()
for key in set(found) | set(expected):
    right[key[1]] += min(found[key], expected[key])
    all_of[key[1]] += expected[key]
    wrong[key[1]] += max(0, found[key] - expected[key])
    if found[key] > expected[key]:
        print('apps: %s: %d of %s, expected %d' % (key[0], found[key], key[1], expected[key]))
print('| app | conversations | named | wrong |')
print('| --- | --- | --- | --- |')
for app in sorted(all_of):
    print('| %s | %d | %d | %d |' % (app, all_of[app], right[app], wrong[app]))
total, good, bad = sum(all_of.values()), sum(right.values()), sum(wrong.values())
print('| **all** | %d | %d (%.1f %%) | %d |' % (total, good, 100 * good / max(total, 1), bad))
print('none of the apps: %s' % ', '.join('%s %d' % x for x in sorted(rest.items())))
sys.exit(bad > 0 or good < 0.95 * total)
