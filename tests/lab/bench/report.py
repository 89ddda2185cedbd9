# SPDX-License-Identifier: GPL-2.0
"""report.py OUT.json COMMAND LOG...: makes JSON and a table of what tests/lab/bench/path printed.

A case costs so much for each frame: the least and the median over its repetitions, and the spread of the
middle half. Ratios are to the case without a filter, both ends of the run together, median to median. Cases that
were measured in rounds are compared round by round; the median of these ratios counts.
"""
import json
import platform
import statistics
import sys

NONE = ("none", "none-again")
SEGMENT = 1460  # bytes of payload in two of three frames of the run inspect


def quartiles(values):
    q = statistics.quantiles(values, n=4, method="inclusive")
    return q[0], q[2]


def read(path):
    """The log of one boot."""
    run = {"cases": [], "policies": [], "scans": {}}
    case = scan = None
    nth = 0
    for line in open(path, encoding="utf-8", errors="replace"):
        word, _, rest = line.strip().partition(" ")
        fields = rest.split()
        if word == "@run":
            run["kernel"], run["run"] = fields[:2]
            run["set"] = fields[2] if len(fields) > 2 else None
        elif word == "@policy":
            run["policies"].append(json.loads(rest))
        elif word == "@compiled":
            run["compiled"] = json.loads(rest)
        elif word == "@swap":
            run["swap"] = json.loads(rest)
        elif word == "@case":
            case = next((c for c in run["cases"] if c["name"] == fields[0]), None)
            if not case:
                case = {"name": fields[0], "frames": int(fields[1]), "reps": [], "rounds": []}
                run["cases"].append(case)
            case["rounds"].append((nth, len(case["reps"])))
            nth += 1
        elif word in ("ns", "instructions"):
            run["unit"] = word
        elif word == "@scan":
            scan = run["scans"].setdefault(fields[0], {}).setdefault(fields[1], [])
        elif scan is not None and word.isdigit() and len(fields) == 1:
            scan.append(int(word) / int(fields[0]))
        elif case is not None and word.isdigit() and len(fields) == 2:
            case["reps"].append([int(word)] + [int(f) for f in fields])
    return run


def judge(case):
    """Fills in the figures. Returns what is wrong with the case, if anything."""
    sent = sum(r[1] for r in case["reps"])
    received = sum(r[2] for r in case["reps"])
    case["sent"], case["received"] = sent, received
    if not case["reps"] or any(r[1] != r[2] for r in case["reps"]):
        return f"{case['name']}: {sent} frames sent, {received} arrived"
    if case["frames"]:
        each = [r[0] / r[1] for r in case["reps"]]
        case["min"], case["median"] = min(each), statistics.median(each)
        case["quartiles"] = quartiles(each)
        case["each"] = [round(v, 1) for v in each]
        ends = [first for _, first in case["rounds"][1:]] + [len(each)]
        case["rounds"] = {nth: statistics.median(each[first:end]) for (nth, first), end in zip(case["rounds"], ends)}
    return None


def relate(run):
    base = [v for c in run["cases"] if c["name"] in NONE for v in c.get("each", [])]
    if not base:
        return
    for c in run["cases"]:
        if "median" in c:
            c["ratio"] = c["median"] / statistics.median(base)
            c["ratio_min"] = c["min"] / min(base)


def find(run, name, key="median"):
    return next((c[key] for c in run["cases"] if c["name"] == name and key in c), None)


def by_round(run, name, other):
    """One case's cost to the other's, round by round."""
    rounds = zip(find(run, name, "rounds").values(), find(run, other, "rounds").values())
    return statistics.median(a / b for a, b in rounds)


def to_former(run, name, other):
    """One case's cost to the other's, which is measured right before it."""
    former = find(run, other, "rounds")
    return statistics.median(took / former[nth - 1] for nth, took in find(run, name, "rounds").items())


def wanted(run):
    """What is wanted of this run: (sentence, found, bound, met)."""
    out = []
    if run["run"] == "established" and find(run, "vfw"):
        found = find(run, "vfw", "ratio")
        out.append(("established, to no filter", found, "<= 1.15", found <= 1.15))
    if run["run"] == "new":
        sizes = sorted(int(c["name"][4:]) for c in run["cases"] if c["name"].startswith("vfw-") and "median" in c)
        if sizes and find(run, "nft-ct"):
            found = max(to_former(run, f"vfw-{n}", "nft-ct") for n in sizes)
            out.append(("new flow, to nft's ct new", found, "< 1", found < 1))
        if len(sizes) > 1:
            found = by_round(run, f"vfw-{sizes[-1]}", f"vfw-{sizes[0]}")
            out.append((f"{sizes[-1]} rules, to {sizes[0]}", found, "<= 1.10", found <= 1.10))
    if run["run"] == "inspect" and find(run, "past-depth"):
        plain = statistics.median(v for c in run["cases"] if c["name"].startswith("vfw") for v in c["each"])
        run["inspect_byte"] = (find(run, "inspect") - plain) / (SEGMENT * 2 / 3)
        out.append(("past its depth, to no inspection", find(run, "past-depth") / plain, "<= 1.01", find(run, "past-depth") <= 1.01 * plain))
    for kind, sides in run["scans"].items():
        out.append((f"scan, {kind}, {run['set']}, speed to user space's", sides["speed"], ">= 0.85", sides["speed"] >= 0.85))
    if run["run"] == "swap" and "swap" in run:
        took = run["compiled"]["compile"]["cpu_s"] + run["swap"]["load"]["wall_s"] + run["swap"]["swap"]["wall_s"]
        out.append((f"{run['swap']['rules']} rules compiled (CPU), loaded, swapped (wall), s", took, "< 5", took < 5))
    return out


def compare(run):
    """User space's cost of a byte to the kernel's: 1 is as fast, less is slower."""
    for kind, sides in run["scans"].items():
        for who in list(sides):
            v = sides[who]
            sides[who] = {"min": min(v), "median": statistics.median(v), "quartiles": quartiles(v), "each": v}
        sides["speed"] = sides["user"]["median"] / sides["kernel"]["median"]
        sides["speed_min"] = sides["user"]["min"] / sides["kernel"]["min"]


def show_scan(run):
    unit = "ns" if run["kernel"].startswith("uml") else "instructions"
    print(f"\n{run['kernel']}, scan, {run['set']} ({unit} a byte)")
    for kind, sides in run["scans"].items():
        for who in ("kernel", "user"):
            c = sides[who]
            lo, hi = c["quartiles"]
            print(f"  {kind:<8} {who:<8} min {c['min']:8.3f}  median {c['median']:8.3f}  middle half {100 * (hi - lo) / c['median']:4.1f} %")
        print(f"  {kind:<8} speed of user space's: {sides['speed']:.2f} (of the least {sides['speed_min']:.2f})")


def show(run):
    print(f"\n{run['kernel']}, {run['run']}" + (f" ({run['unit']} a frame)" if run["run"] != "swap" else ""))
    for c in run["cases"]:
        if "median" in c:
            lo, hi = c["quartiles"]
            print(
                f"  {c['name']:<14} min {c['min']:8.0f}  median {c['median']:8.0f}  middle half"
                f" {100 * (hi - lo) / c['median']:4.1f} %  ratio {c['ratio']:5.2f} (of the least {c['ratio_min']:5.2f})"
                f"  frames {c['received']}/{c['sent']}"
            )
        else:
            print(f"  {c['name']:<14} frames {c['received']}/{c['sent']} while it went on")
    if "compiled" in run:
        print(f"  {run['compiled']['rules']} rules: compiled in {run['compiled']['compile']['cpu_s']:.2f} s of CPU")
    for p in list({p["rules"]: p for p in run["policies"]}.values()) + ([run["swap"]] if "swap" in run else []):
        steps = ", ".join(f"{s} {p[s]['wall_s']:.2f} s" for s in ("load", "swap"))
        print(
            f"  {p['rules']} rules: {p['pairs']} pairs, {p['cells']} cells; {steps};"
            f" module {p['module_bytes'] / 1048576:.1f} MiB"
        )


def main():
    out, command, logs = sys.argv[1], sys.argv[2], sys.argv[3:]
    cpu = next((l.split(":", 1)[1].strip() for l in open("/proc/cpuinfo", encoding="utf-8") if l.startswith("model name")), "?")
    report = {"command": command.strip(), "machine": {"cpu": cpu, "kernel": platform.release()}, "runs": [], "wanted": []}
    wrong = []
    print(f"{report['command']}\n{cpu}")
    for path in logs:
        run = read(path)
        for case in run["cases"]:
            complaint = judge(case)
            if complaint:
                wrong.append(f"{run['kernel']}, {run['run']}, {complaint}")
        relate(run)
        compare(run)
        report["runs"].append(run)
        if run["scans"]:
            show_scan(run)
        else:
            show(run)
        found_wanted = wanted(run)
        if "inspect_byte" in run:
            print(f"  a payload byte inspected: {run['inspect_byte']:.3f} {run['unit']}")
        for what, found, bound, met in found_wanted:
            report["wanted"].append({"kernel": run["kernel"], "what": what, "found": found, "bound": bound, "met": met})
    print()
    for w in report["wanted"]:
        print(f"{'met   ' if w['met'] else 'MISSED'} {w['kernel']}: {w['what']}: {w['found']:.3f}, wanted {w['bound']}")
    for w in wrong:
        print(f"WRONG  {w}")
    with open(out, "w", encoding="utf-8") as f:
        json.dump(report, f, indent=1)
        f.write("\n")
    return 1 if wrong or not report["runs"] else 0


sys.exit(main())
