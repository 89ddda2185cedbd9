# SPDX-License-Identifier: GPL-2.0
"""ids_suricata.py TREE RULES PCAP PASSES FOLDER: runs the Suricata that is unpacked in TREE over a capture of so many equal passes, in one thread.

Meanwhile its CPU time and how far it has read are looked at again and again: so what each pass costs is known by itself, and what the
process takes to start and to end is no part of it. The clock of another process moves at the kernel's ticks: a pass is known to some 4 ms. Its alerts are in FOLDER/eve.json. Prints the CPU time of each pass but the first, the most memory the
process had, and what it complained of, as JSON. RULES may be an empty file.
"""
import json
import os
import shutil
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
HEADER = 24  # bytes of a pcap file before its first frame
EVERY_S = 0.002


def start(tree, rules, source, folder):
    program = os.path.join(tree, "usr/bin/suricata")
    libraries = [os.path.join(tree, "usr/lib/x86_64-linux-gnu"), os.path.join(tree, "lib/x86_64-linux-gnu")]
    args = [program, "-c", os.path.join(HERE, "suricata.yaml"), "--runmode", "single", "-r", source, "-S", rules, "-l", folder, "-k", "none"]
    classes = os.path.join(tree, "etc/suricata")
    args += ["--set", f"classification-file={classes}/classification.config", "--set", f"reference-config-file={classes}/reference.config"]
    pid = os.fork()
    if not pid:
        null = os.open(os.devnull, os.O_RDWR)
        for fd in range(3):
            os.dup2(null, fd)
        os.execve(program, args, {"LD_LIBRARY_PATH": ":".join(libraries), "PATH": os.environ["PATH"]})
    return pid


def clock_of(pid):
    """The clock of all that a process's threads have run: include/linux/posix-timers.h has its number. What clock_getcpuclockid() says."""
    return ~pid << 3 | 2


def ended(pid):
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def position(pid, path, known):
    """How far it has read in a file, in bytes; 0 if it has not opened it. known: a list for the number of its descriptor."""
    try:
        if not known:
            known += [fd for fd in os.listdir(f"/proc/{pid}/fd") if os.readlink(f"/proc/{pid}/fd/{fd}") == path]
        with open(f"/proc/{pid}/fdinfo/{known[0]}", encoding="ascii") as f:
            return int(f.readline().split()[1])
    except (OSError, IndexError):
        known.clear()
        return 0


def watched(pid, path):
    """(bytes read, ns of CPU time) again and again, until all is read or the process ends."""
    size, clock, known, seen = os.path.getsize(path), clock_of(pid), [], []
    while not ended(pid) and (not seen or seen[-1][0] < size):
        at = position(pid, path, known)
        if at:
            seen.append((at, time.clock_gettime_ns(clock)))
        time.sleep(EVERY_S)
    return seen


def at_position(seen, wanted, most):
    """CPU time when so much was read: between the two looks around it, no more than most bytes apart, in proportion."""
    for (at, ns), (at2, ns2) in zip(seen, seen[1:]):
        if at < wanted <= at2 <= at + most:
            return ns + (ns2 - ns) * (wanted - at) // (at2 - at)
    sys.exit(f"ids_suricata.py: nobody looked when {wanted} bytes were read")


def costs_of(seen, size, passes):
    each, rest = divmod(size - HEADER, passes)
    if rest:
        sys.exit(f"ids_suricata.py: expected {passes} passes of equal size, found {size} bytes")
    # Each an eighth of its length early: behind the last one the file is closed, and cleaning up begins.
    ends = [at_position(seen, HEADER + each * i - each // 8, each) for i in range(1, passes + 1)]
    return [b - a for a, b in zip(ends, ends[1:])]


def main():
    tree, rules, pcap, folder = map(os.path.abspath, sys.argv[1:4] + sys.argv[5:6])
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    pid = start(tree, rules, pcap, folder)
    seen = watched(pid, pcap)
    _, status, used = os.wait4(pid, 0)
    log = os.path.join(folder, "suricata.log")
    said = open(log, encoding="utf-8", errors="replace").read().splitlines() if os.path.exists(log) else []
    if status:
        sys.exit(f"ids_suricata.py: it ended with {os.waitstatus_to_exitcode(status)}: " + "\n".join(said))
    costs = costs_of(seen, os.path.getsize(pcap), int(sys.argv[4]))
    print(json.dumps({"cpu_ns": costs, "kib": used.ru_maxrss, "said": said}))


if __name__ == "__main__":
    main()
