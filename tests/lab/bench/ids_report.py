# SPDX-License-Identifier: GPL-2.0
"""ids_report.py OUT.json COMMAND FOLDER: makes JSON and tables of what scripts/bench ids left in FOLDER.

machine.json; for each kind of frames a folder with frames.json (of one pass), passes (their number), suricata.jsonl (a run a line: what it was, and the CPU time of each pass but the first), lab.log (of the user-mode kernel), suricata/eve.json and vfw.json (alerts); load.jsonl (the compiler's runs), load.log. Ends with 1 when the alerts differ, when a frame or an event was
lost, or when not all was scanned.
"""
import collections
import json
import os
import statistics
import sys

NONE, FILTER = ("none", "none-again"), ("vfw", "vfw-again")
KINDS = ("wire", "offload", "pcap")
WANTED = 2.0  # Suricata's cost to vfw's


def read_lab(path):
    lab = {"cases": {}, "policies": [], "reasons": [], "profiles": [], "loads": []}
    reps = None
    for line in open(path, encoding="utf-8", errors="replace"):
        word, _, rest = line.strip().partition(" ")
        fields = rest.split()
        if word == "@case":
            reps = lab["cases"].setdefault(fields[0], [])
        elif word in ("@policy", "@reasons", "@profile"):
            lab[{"@policy": "policies"}.get(word, word[1:] + ("s" if word == "@profile" else ""))].append(json.loads(rest))
        elif word == "@load":
            lab["loads"].append({"file": fields[0], **json.loads(rest.partition(" ")[2])})
        elif reps is not None and word.isdigit() and len(fields) == 2:
            reps.append([int(word)] + [int(f) for f in fields])
    return lab


def alerts_of(path, passes):
    """How often each signature spoke in each conversation; and how many events were lost."""
    seen, lost = collections.Counter(), 0
    for line in open(path, encoding="utf-8"):
        e = json.loads(line)
        if e["event_type"] == "anomaly":
            lost += e.get("anomaly", {}).get("count", 1) if isinstance(e.get("anomaly"), dict) else 1
        if e["event_type"] != "alert":
            continue
        ends = tuple(sorted(((e["src_ip"], e["src_port"]), (e["dest_ip"], e["dest_port"]))))
        seen[(e["alert"]["gid"], e["alert"].get("signature_id", 0), e["proto"], ends)] += e.get("vfw", {}).get("count", 1)
    return seen, lost


def differences(ours, theirs):
    out = []
    for key in sorted(set(ours) | set(theirs)):
        if ours[key] != theirs[key]:
            ends = " and ".join(f"{a}:{p}" for a, p in key[3])
            out.append(f"sid {key[1]} between {ends}: vfw {ours[key]}, Suricata {theirs[key]}")
    return out


def spread(values):
    return {"min": min(values), "median": statistics.median(values), "each": values}


def less(a, b):
    """What a costs more than b: of the least and of the medians."""
    return {"min": a["min"] - b["min"], "median": a["median"] - b["median"]}


def contest(folder, wrong):
    frames = json.load(open(os.path.join(folder, "frames.json"), encoding="utf-8"))
    passes = int(open(os.path.join(folder, "passes"), encoding="ascii").read())
    lab = read_lab(os.path.join(folder, "lab.log"))
    payload, total = frames["payload"], frames["payload"] * passes
    costs = {}
    for name, reps in lab["cases"].items():
        if len(reps) != passes or any(r[1] != frames["frames"] or r[1] != r[2] for r in reps):
            wrong.append(f"{name}: {sum(r[1] for r in reps)} frames sent, {sum(r[2] for r in reps)} arrived, of {passes} passes of {frames['frames']}")
        costs[name] = [r[0] / payload for r in reps[1:]]
    both = lambda names: spread([v for n in names for v in costs[n]])
    vfw = {"none": both(NONE), "filter": both(FILTER), "inspect": both(("inspect",))}
    runs = collections.defaultdict(list)
    said = set()
    for line in open(os.path.join(folder, "suricata.jsonl"), encoding="utf-8"):
        r = json.loads(line)
        runs[r["run"]] += [ns / payload for ns in r["cpu_ns"]]
        said |= {s.partition("] ")[2].split(" ", 2)[-1] for s in r["said"]}
    suricata = {k: spread(v) for k, v in runs.items()}
    result = {
        "frames": frames,
        "passes": passes,
        "rules": lab["policies"][1]["rules"],
        "vfw_ns": vfw,
        "suricata_ns": suricata,
        "suricata_said": sorted(said),
        "vfw": less(vfw["inspect"], vfw["none"]),
        "vfw_total": {k: vfw["inspect"][k] for k in ("min", "median")},
        "vfw_inspection": less(vfw["inspect"], vfw["filter"]),
        "policies": lab["policies"],
        "reasons": lab["reasons"],
        "profile": lab["profiles"][0],
    }
    ours, lost = alerts_of(os.path.join(folder, "vfw.json"), passes)
    theirs, _ = alerts_of(os.path.join(folder, "suricata", "eve.json"), passes)
    result["alerts"] = {"vfw": sum(ours.values()), "suricata": sum(theirs.values())}
    found = differences(ours, theirs)
    result["differences"] = found
    wrong += found[:20] + ([f"and {len(found) - 20} more differences of alerts"] if len(found) > 20 else [])
    if lost:
        wrong.append(f"vfw: {lost} events were lost")
    # Others' captures may repeat segments, and need not bring any alert.
    made, scanned, left = "segment" in frames, result["profile"]["bytes"], result["profile"]["overloads"]
    if made and not ours and result["rules"]:
        wrong.append("no alert at all: what was made brings some")
    if left or (scanned != total if made else scanned < 0.95 * total):
        wrong.append(f"vfw scanned {scanned} bytes of {total}, and left {left} frames unscanned")
    result["ratio"] = {k: suricata["rules"][k] / result["vfw"][k] for k in ("min", "median")}
    show_contest(os.path.basename(folder), result)
    return result


def line(name, values):
    print(f"  {name:<52} {values['min']:8.3f} {values['median']:8.3f}")


def show_contest(kind, r):
    f = r["frames"]
    print(
        f"\n{kind}: {f['frames']} frames, {f['conversations']} conversations, {f['payload'] / 1048576:.1f} MiB of payload, {r['passes']} passes;"
        f" {r['rules']} rules; alerts: vfw {r['alerts']['vfw']}, Suricata {r['alerts']['suricata']}\n"
    )
    print(f"  {'CPU ns a payload byte':<52} {'least':>8} {'median':>8}")
    line("bridge without filter", r["vfw_ns"]["none"])
    line("with vfw, nothing inspected", r["vfw_ns"]["filter"])
    line("with vfw, all inspected", r["vfw_ns"]["inspect"])
    line("vfw, inspection alone", r["vfw_inspection"])
    line("vfw: all that it adds to the bridge (quoted)", r["vfw"])
    line("Suricata without rules", r["suricata_ns"]["bare"])
    line("Suricata, whole process (quoted)", r["suricata_ns"]["rules"])
    print(f"\n  Suricata's cost to vfw's: {r['ratio']['median']:.2f} of the medians, {r['ratio']['min']:.2f} of the least; to the whole of vfw's path, bridge and all: {r['suricata_ns']['rules']['median'] / r['vfw_total']['median']:.2f}")


def load(folder, report):
    runs = [json.loads(x) for x in open(os.path.join(folder, "load.jsonl"), encoding="utf-8")]
    lab = read_lab(os.path.join(folder, "load.log"))
    for k, p in zip(lab["loads"], lab["profiles"]):
        k["profile_bytes"] = p["memory"]
    report["load"] = {"compiler": runs, "kernel": lab["loads"]}
    print(f"\n  {'rules':<34} {'read CPU s':>10} {'databases CPU s, wall s':>24} {'memory MiB, with the compiler':>30} {'databases MiB':>14}")
    for r in runs:
        cpu = r["databases"]["cpu_s"] + r.get("compiler_cpu_s", 0)
        name = f"{r['name']}: {r['rules']} {'cached' if r['cached'] else 'cold'}"
        print(
            f"  {name:<34} {r['read']['cpu_s']:10.2f} {cpu:14.2f} {r['databases']['wall_s']:9.2f} {r['kib'] / 1024:15.0f} {r.get('compiler_kib', 0) / 1024:14.0f}"
            f" {(r['stream_bytes'] + r['block_bytes']) / 1048576:14.1f}"
        )
    for k in lab["loads"]:
        print(
            f"  in the kernel, {os.path.basename(k['file'])}: {k['load']['wall_s']:.2f} s (its thread {k['load']['kernel_s']:.2f} s of CPU), swap {k['swap']['wall_s']:.3f} s;"
            f" module {k['module_bytes'] / 1048576:.1f} MiB, of which the profile {k['profile_bytes'] / 1048576:.1f}"
        )


def main():
    out, command, folder = sys.argv[1:4]
    report = {"command": command.strip(), **json.load(open(os.path.join(folder, "machine.json"), encoding="utf-8"))}
    wrong = []
    print(f"{report['command']}\n{report['machine']}, load before {report['load_average']}; {report['suricata']}")
    report["contests"] = {k: contest(os.path.join(folder, k), wrong) for k in KINDS if os.path.exists(os.path.join(folder, k, "vfw.json"))}
    if os.path.exists(os.path.join(folder, "load.jsonl")):
        load(folder, report)
    print()
    for kind, r in report["contests"].items():
        found = r["ratio"]["median"]
        print(f"{'met   ' if found >= WANTED else 'MISSED'} {kind}: Suricata's cost to vfw's: {found:.2f}, wanted >= {WANTED}")
    report["wrong"] = wrong
    for w in wrong:
        print(f"WRONG  {w}")
    with open(out, "w", encoding="utf-8") as f:
        json.dump(report, f, indent=1)
        f.write("\n")
    return 1 if wrong else 0


sys.exit(main())
