"""The bars of `tapedeck audit`, `learn` and `diff`, beside what npm has for them.

json-diff and jsondiffpatch compare the same events as two arrays, from the same
files; the time is that of reading and comparing, without the start of Node.
genson-js and quicktype make the schemas of the same good runs, and Ajv judges by
them. A plain miner of pairs learns rules where the truth is known
(tests/learn/truth.py).
"""
import glob
import json
import os
import subprocess
import sys
import time

import bars_validate
from bars import ROOT, Bar, node

FEW = 10_000
FEWER = 1_000  # for json-diff, whose time grows with the square
MANY = 1_000_000
SHORT = 100_000
FAULTS = ("drop", "duplicate", "reorder", "number", "rename", "type", "foreign")
RUNS = 20


def seconds(bench, command, statuses=(0,)):
    start = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    took = time.monotonic() - start
    if done.returncode not in statuses:
        raise SystemExit(f"bench: {command[1]} ended with {done.returncode}: {done.stderr.decode()}")
    return took


# --- audit and learn ----------------------------------------------------------

def audit(bench):
    return MANY / seconds(bench, [bench.deck, "audit", bars_validate.tape_of(bench, MANY)])


def audit_memory(count):
    return lambda bench: bench.peak_mib([bench.deck, "audit", bars_validate.tape_of(bench, count)],
                                        stdout=subprocess.DEVNULL)


def spent(verb):
    """Seconds of all cores together."""
    def side(bench):
        used = bench.used([bench.deck, verb, bars_validate.tape_of(bench, MANY)], stdout=subprocess.DEVNULL)
        return used.ru_utime + used.ru_stime
    return side


# --- the shelf ----------------------------------------------------------------

def shelf(bench):
    """The contract of the shelf that takes longest to load."""
    lines = bench.run([bench.program("load_shelf")]).splitlines()
    return max(json.loads(line)["ms"] for line in lines)


# --- diff -----------------------------------------------------------------------

def pair(bench, count):
    """Two files of events: of the second each hundredth differs, some are gone."""
    paths = [bench.path(f"diff-{count}-{side}.ndjson") for side in "ab"]
    if not os.path.exists(paths[1]):
        with open(paths[0], "wb") as out:
            bench.run([bench.program("gen_events"), str(count), "7"], stdout=out)
        with open(paths[0], encoding="utf-8") as text, \
                open(paths[1] + ".part", "w", encoding="utf-8") as out:
            for n, line in enumerate(text):
                if n % 1000 == 500:
                    continue
                if n % 100 == 50:
                    event = json.loads(line)
                    event["timestamp"] = f"changed {n}"
                    line = json.dumps(event, separators=(",", ":")) + "\n"
                out.write(line)
        os.rename(paths[1] + ".part", paths[1])
    return paths


def tapes(bench, count):
    found = []
    for path in pair(bench, count):
        tape = path.replace(".ndjson", ".tape.gz")
        if not os.path.exists(tape):
            with open(path, "rb") as text:
                bench.run([bench.deck, "record", "-", "-q", "-o", tape], stdin=text)
        found.append(tape)
    return found


def ours(count):
    return lambda bench: count / seconds(bench, [bench.deck, "diff", *pair(bench, count)], (1,))


def npm(how, count):
    def side(bench):
        seen = json.loads(bench.run(node("diff_stream.mjs", how, *pair(bench, count))))
        if seen["equal"]:
            raise SystemExit(f"bench: {how} saw no difference")
        return count / seen["seconds"]
    return side


def large(bench):
    return seconds(bench, [bench.deck, "diff", *tapes(bench, MANY)], (1,))


def large_memory(bench):
    with subprocess.Popen([bench.deck, "diff", *tapes(bench, MANY)], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_maxrss / 1024


# --- what a learned contract catches ----------------------------------------------

def runs(bench):
    folder = bench.path("learn-runs")
    if not os.path.isdir(folder):
        os.makedirs(folder + ".part", exist_ok=True)
        script = os.path.join(ROOT, "tests", "learn", "runs.py")
        bench.run([sys.executable, script, folder + ".part", "1", "5"])
        for fault in FAULTS:
            bench.run([sys.executable, script, folder + ".part", "2", str(RUNS), fault])
        os.rename(folder + ".part", folder)
    good = sorted(glob.glob(folder + "/good-*"))
    return good, sorted(path for path in glob.glob(folder + "/*") if path not in good)


def caught(bench):
    good, bad = runs(bench)
    contract = bench.path("learned.yaml")
    bench.run([bench.deck, "learn", *good, "-o", contract, "--overwrite"])
    done = subprocess.run([bench.deck, "validate", *bad, "--contract", contract, "--json"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    return 100 * sum(one.get("verdict") == "fail" for one in said) / len(bad)


def schemas(how):
    def side(bench):
        good, bad = runs(bench)
        seen = json.loads(bench.run(node("schemas.mjs", how, *good, "--", *bad)))
        return 100 * seen["refused"] / len(bad)
    return side


def truth(side, what, of):
    """Per cent, of all sources together."""
    def share(bench):
        script = os.path.join(ROOT, "tests", "learn", "truth.py")
        if "truth" not in kept:
            kept["truth"] = json.loads(bench.run([sys.executable, script, bench.deck, "--json"]))
        sides = [source[side] for source in kept["truth"].values()]
        return 100 * sum(one[what] for one in sides) / sum(one[of] for one in sides)
    return share


kept = {}  # the same every time

BARS = [
    Bar("A1", f"audit of a tape of {MANY:,} events, all cores, at least", "events/s",
        {"tapedeck audit": audit}, 1_000_000),
    Bar("A1 flat", f"memory of audit for {MANY:,} events; for {SHORT:,}", "MiB",
        {"audit, long": audit_memory(MANY), "audit, short": audit_memory(SHORT)}, 1.25, False, 1),
    Bar("L1", "CPU time of learn; of audit", "s",
        {"tapedeck learn": spent("learn"), "tapedeck audit": spent("audit")}, 3, False),
    Bar("L2", "runs with one fault that a contract of five good runs refuses; genson-js, quicktype with Ajv", "%",
        {"tapedeck learn": caught, "genson-js": schemas("genson-js"), "quicktype": schemas("quicktype")},
        1.2, True, 1),
    Bar("L3", "precision: rules learned of ten runs that forty further ones keep; a miner of pairs", "%",
        {"tapedeck learn": truth("learn", "right", "rules"), "pairs": truth("pairs", "right", "rules")}, 1, True, 1),
    Bar("L3 recall", "runs with one fault, refused by who made them, that are refused; a miner of pairs", "%",
        {"tapedeck learn": truth("learn", "caught", "faults"),
         "pairs": truth("pairs", "caught", "faults")}, 2, True, 1),
    Bar("S1", "processor time of loading a contract of the shelf, the slowest of all, less than", "ms",
        {"std:NAME": shelf}, 10, False),
    Bar("D1", f"diff of two files of {FEWER:,} events; json-diff", "events/s",
        {"tapedeck diff": ours(FEWER), "json-diff": npm("json-diff", FEWER)}, 10, True, 1),
    Bar("D2", f"diff of two files of {FEW:,} events; jsondiffpatch", "events/s",
        {"tapedeck diff": ours(FEW), "jsondiffpatch": npm("jsondiffpatch", FEW)}, 10, True, 1),
    Bar("D3", f"diff of two tapes of {MANY:,} events, at most", "s", {"tapedeck diff": large}, 3, False),
    Bar("D3 memory", "the same, at most", "MiB", {"tapedeck diff": large_memory}, 256, False, 1),
]
