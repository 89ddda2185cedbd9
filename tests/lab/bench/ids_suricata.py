# SPDX-License-Identifier: GPL-2.0
"""ids_suricata.py TREE RULES PCAP FOLDER: runs the Suricata that is unpacked in TREE over a capture, in one thread.

Its alerts are in FOLDER/eve.json. Prints the CPU time of the whole process, the most memory it had, and what it complained of, as
JSON. RULES may be an empty file.
"""
import json
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    tree, rules, pcap, folder = map(os.path.abspath, sys.argv[1:5])
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    program = os.path.join(tree, "usr/bin/suricata")
    libraries = [os.path.join(tree, "usr/lib/x86_64-linux-gnu"), os.path.join(tree, "lib/x86_64-linux-gnu")]
    args = [program, "-c", os.path.join(HERE, "suricata.yaml"), "--runmode", "single", "-r", pcap, "-S", rules, "-l", folder, "-k", "none"]
    classes = os.path.join(tree, "etc/suricata")
    args += ["--set", f"classification-file={classes}/classification.config", "--set", f"reference-config-file={classes}/reference.config"]
    pid = os.fork()
    if not pid:
        null = os.open(os.devnull, os.O_RDWR)
        for fd in range(3):
            os.dup2(null, fd)
        os.execve(program, args, {"LD_LIBRARY_PATH": ":".join(libraries), "PATH": os.environ["PATH"]})
    _, status, used = os.wait4(pid, 0)
    log = os.path.join(folder, "suricata.log")
    said = open(log, encoding="utf-8", errors="replace").read().splitlines() if os.path.exists(log) else []
    if status:
        sys.exit(f"ids_suricata.py: it ended with {os.waitstatus_to_exitcode(status)}: " + "\n".join(said))
    print(json.dumps({"user_s": used.ru_utime, "system_s": used.ru_stime, "kib": used.ru_maxrss, "said": said}))


if __name__ == "__main__":
    main()
