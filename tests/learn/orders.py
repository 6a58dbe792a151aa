#!/usr/bin/python3
"""What is learned of made-up state machines is kept by what it was learned of.

usage: orders.py TAPEDECK [MACHINES]

Each machine has random steps between up to nine events. Its runs have several
keys whose events come in any order, and some end early. Every rule that held is
written (--all), and each run must keep them all: a rule that does not hold, an
expression that is no legal one and a lint error are failures.
"""
import json
import os
import random
import subprocess
import sys
import tempfile


def walk(rng, machine, most):
    at = rng.choice(machine["starts"])
    out = [at]
    while len(out) < most and machine["next"][at]:
        if at in machine["ends"] and rng.random() < 0.2:
            break
        at = rng.choice(machine["next"][at])
        out.append(at)
    return out


def machine_of(rng):
    names = ["e%d" % i for i in range(rng.randint(2, 9))]
    steps = rng.choice([1, 2, 2, 3])
    return {"next": {a: rng.sample(names, min(len(names), rng.randint(0, steps)))
                     for a in names},
            "starts": rng.sample(names, rng.randint(1, 2)),
            "ends": rng.sample(names, rng.randint(1, len(names)))}


def run(rng, machine):
    keys = [[{"type": event, "id": "k%d" % key, "n": key}
             for event in walk(rng, machine, rng.randint(1, 30))]
            for key in range(rng.choice([1, 1, 3, 8]))]
    while keys:
        key = rng.choice(keys)
        yield key.pop(0)
        keys = [key for key in keys if key]


def fails(tapedeck, seed):
    rng = random.Random(seed)
    machine = machine_of(rng)
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for n in range(rng.randint(1, 4)):
            paths.append(os.path.join(folder, "%d.ndjson" % n))
            with open(paths[-1], "w", encoding="utf-8") as out:
                for event in run(rng, machine):
                    out.write(json.dumps(event) + "\n")
        contract = os.path.join(folder, "c.yaml")
        for words in (["learn", "--all", *paths, "-o", contract],
                      ["validate", *paths, "--contract", contract],
                      ["contract", "lint", contract]):
            done = subprocess.run([tapedeck, *words], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, check=False)
            if done.returncode:
                return "machine %d: %s" % (seed, done.stdout.decode())
    return None


def main():
    machines = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    bad = [text for text in (fails(sys.argv[1], seed) for seed in range(machines))
           if text]
    print("\n".join(bad[:3]))
    print("%d machines, %d of them learned wrongly" % (machines, len(bad)))
    return 1 if bad else 0


sys.exit(main())
