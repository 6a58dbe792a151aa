#!/usr/bin/python3
"""A contract of five good runs accepts the next ones and catches faults.

usage: evaluate.py TAPEDECK [RUNS]

Prints how many held-out runs pass and how many faults of each kind are caught,
and fails below the bars.
"""
import glob
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
# The share of faults that is caught. Each breaks a rule that the runs keep; a
# note that is dropped would not, and is none of them.
BARS = {"drop": 1, "duplicate": 1, "reorder": 1, "number": 1, "rename": 1,
        "type": 1, "foreign": 1}


def make(folder, seed, count, *fault):
    subprocess.run([sys.executable, os.path.join(HERE, "runs.py"), folder,
                    str(seed), str(count), *fault], check=True)


def verdicts(tapedeck, contract, paths):
    """0 or 1 for each."""
    done = subprocess.run([tapedeck, "validate", *paths, "--contract", contract,
                           "--json"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    out = [json.loads(line) for line in done.stdout.decode().splitlines()]
    said = [one["verdict"] for one in out if one.get("verdict")]
    assert len(said) == len(paths), done.stderr.decode()
    return [int(one != "pass") for one in said]


def main():
    tapedeck = sys.argv[1]
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    bad = []
    for seed in (1, 2, 3):
        with tempfile.TemporaryDirectory() as folder:
            make(folder, seed, 5)
            contract = os.path.join(folder, "learned.yaml")
            subprocess.run([tapedeck, "learn", "-o", contract,
                            *sorted(glob.glob(folder + "/good-*"))], check=True)
            text = open(contract, encoding="utf-8").read()
            for rule in ("first: build_started", "last: build_done",
                         "count: task_done, equals: build_started.total",
                         "contiguous: task_done.done, from: 1",
                         "balanced: {open: task_started, close: task_done, by: task}",
                         "percent ~= 100 * done / total"):
                if rule not in text:
                    bad.append("seed %d: no rule %s" % (seed, rule))
            lint = subprocess.run([tapedeck, "contract", "lint", "--strict",
                                   contract], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, check=False)
            if lint.returncode:
                bad.append(lint.stdout.decode())
            make(folder, 1000 + seed, runs)
            held = verdicts(tapedeck, contract, glob.glob(folder + "/good-*"))
            line = "seed %d: accepted %d of %d" % (seed, held.count(0), len(held))
            if any(held):
                bad.append("seed %d: a good run is refused" % seed)
            for fault, bar in BARS.items():
                make(folder, 2000 + seed, runs, fault)
                seen = verdicts(tapedeck, contract,
                                glob.glob("%s/%s-*" % (folder, fault)))
                line += ", %s %d of %d" % (fault, seen.count(1), len(seen))
                if seen.count(1) < bar * len(seen):
                    bad.append("seed %d: %s is missed" % (seed, fault))
            print(line)
    print("\n".join(bad))
    return 1 if bad else 0


sys.exit(main())
