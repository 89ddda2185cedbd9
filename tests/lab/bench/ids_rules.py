# SPDX-License-Identifier: GPL-2.0
"""Rules for scripts/bench ids.

ids_rules.py make N OUT [FILE...]     the rules of these files (or of *.rules in archives), and N made ones, one sid each
ids_rules.py keep RULES KEPT OUT      those of RULES whose "GID SID" stand in KEPT

A made rule looks for what an attack's rule looks for: a path, a header's value, a command, a few bytes of a program. It is one
content (two thirds), two in order, or bytes that are no text; every second one minds no case. They are the same every time.
"""
import random
import re
import sys
import tarfile

FIRST = 9000001
LETTERS = "abcdefghijklmnopqrstuvwxyz"
STARTS = ("/cgi-bin/", "/admin/", "/wp-content/", "User-Agent: ", "cmd=", "Host: ", "../", "/api/v1/", "eval(", "exec ", "", "", "", "")
ENDS = (".php?id=", ".asp", "=1&", " HTTP/1.", ".exe", "();", "", "", "", "", "")


def word(rng, least, most):
    return "".join(rng.choices(LETTERS + "0123456789_-", k=rng.randint(least, most)))


def contents(number):
    """What rule number (from 0) looks for: (contents in order, case does not count, only to the server)."""
    rng = random.Random(number * 2654435761 + 17)
    kind = rng.random()
    if kind < 0.15:
        found = [bytes(rng.randrange(256) for _ in range(rng.randint(6, 20)))]
    elif kind < 0.33:
        found = [(rng.choice(STARTS) + word(rng, 5, 10)).encode(), (word(rng, 4, 12) + rng.choice(ENDS)).encode()]
    else:
        found = [(rng.choice(STARTS) + word(rng, 6, 14) + rng.choice(ENDS)).encode()]
    return found, bool(number % 2), number % 3 != 0


def written(data):
    return "".join(chr(c) if c in (LETTERS + LETTERS.upper() + "0123456789/.-_=&() ").encode() else f"|{c:02x}|" for c in data)


def rule(number):
    found, nocase, to_server = contents(number)
    flow = "established,to_server" if to_server else "established"
    out = f'alert tcp any any -> any any (msg:"bench {number}"; flow:{flow};'
    for i, data in enumerate(found):
        out += f' content:"{written(data)}";' + (" nocase;" if nocase else "") + (" distance:0;" if i else "")
    return out + f" sid:{FIRST + number}; rev:1;)"


def lines_of(path):
    if not re.search(r"\.tar(\.\w+)?$", path):
        yield from open(path, encoding="latin-1")
        return
    with tarfile.open(path) as archive:
        for member in archive:
            if member.name.endswith(".rules"):
                yield from (line.decode("latin-1") for line in archive.extractfile(member))


def ids_of(line):
    sid = re.search(r"[(;]\s*sid:\s*(\d+)", line)
    gid = re.search(r"[(;]\s*gid:\s*(\d+)", line)
    return (gid[1] if gid else "1", sid[1]) if sid else None


def make(n, out, files):
    seen = set()
    with open(out, "w", encoding="latin-1") as f:
        for path in files:
            for line in lines_of(path):
                ids = ids_of(line) if re.match(r"\s*(alert|drop|reject)\s", line) else None
                if ids and ids not in seen:
                    seen.add(ids)
                    f.write(line.rstrip("\n") + "\n")
        for number in range(n):
            f.write(rule(number) + "\n")


def keep(rules, kept, out):
    wanted = {tuple(line.split()) for line in open(kept, encoding="ascii")}
    n = 0
    with open(out, "w", encoding="latin-1") as f:
        for line in open(rules, encoding="latin-1"):
            if ids_of(line) in wanted:
                f.write(line)
                n += 1
    if n != len(wanted):
        sys.exit(f"ids_rules.py: {rules}: expected {len(wanted)} rules, one a line, found {n}")


if __name__ == "__main__":
    if len(sys.argv) >= 4 and sys.argv[1] == "make":
        make(int(sys.argv[2]), sys.argv[3], sys.argv[4:])
    elif len(sys.argv) == 5 and sys.argv[1] == "keep":
        keep(*sys.argv[2:])
    else:
        sys.exit(__doc__)
