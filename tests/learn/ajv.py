#!/usr/bin/python3
"""Ajv agrees with the schemas that were learned, and with what proves that two
sides do not take each other's messages.

usage: ajv.py TAPEDECK FIXTURES MODULES

Schemas are learned of good runs; each message of good runs and of runs with a
fault in a message is judged by the learned schema, by Ajv and by us. Then pairs
of recordings are audited beside each other: each proof is a message that the one
side's schema accepts and the other's refuses, for Ajv too. Skipped without
MODULES (77).
"""
import glob
import json
import os
import random
import subprocess
import sys
import tempfile

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
ODD = [None, True, 0, -1, 1.5, "", "text", [], {}, "2026-13-01", "task-x"]


def run(args, **more):
    return subprocess.run(args, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False, **more)


def spoil(rng, value):
    """The same value with one member gone, added, or of another kind."""
    text = json.loads(json.dumps(value))
    at = text
    while isinstance(at, dict) and at and rng.random() < 0.5:
        key = rng.choice(list(at))
        if not isinstance(at[key], (dict, list)):
            break
        at = at[key]
    if isinstance(at, dict) and at:
        key = rng.choice(list(at))
        if rng.random() < 0.3:
            del at[key]
        else:
            at[key] = rng.choice(ODD)
    elif isinstance(at, list):
        at.append(rng.choice(ODD))
    return text


def say(tapedeck, folder, schema, messages):
    """What we say of each message by that schema."""
    path = os.path.join(folder, "one.schema.json")
    with open(path, "w", encoding="utf-8") as out:
        json.dump(schema, out)
    text = "".join(json.dumps(m) + "\n" for m in messages)
    done = run([tapedeck, "validate", "-", "--schema", path, "--output", "flag",
                "--format-assertion"], input=text.encode())
    said = [json.loads(line)["valid"] for line in done.stdout.splitlines()]
    assert len(said) == len(messages), done
    return said


def learned(tapedeck, folder, tapes):
    """Rows of all events of a contract that is learned of the tapes."""
    rng = random.Random(len(tapes))
    contract = yaml.safe_load(run([tapedeck, "learn", *tapes]).stdout)
    within = contract.get("stream", {}).get("data", "").strip("/")
    rows = []
    for name, event in (contract.get("events") or {}).items():
        messages = []
        for tape in tapes:
            for line in open(tape, encoding="utf-8"):
                message = json.loads(line)
                if message.get("type") == name:
                    messages.append(message[within] if within else message)
        messages = messages[:60]
        messages += [spoil(rng, rng.choice(messages)) for _ in range(60)]
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema",
                  **event["schema"]}
        said = say(tapedeck, folder, schema, messages)
        rows += [{"schema": schema, "message": m, "says": s}
                 for m, s in zip(messages, said)]
    return rows


def proofs(tapedeck, old, now):
    done = run([tapedeck, "audit", now, "--against", old, "--json"])
    found = json.loads(done.stdout)["compatibility"]
    for way in ("backward", "forward"):
        for proof in found[way]["proofs"]:
            yield {"schema": proof["accepted_by"], "message": proof["message"],
                   "says": True}
            yield {"schema": proof["refused_by"], "message": proof["message"],
                   "says": False}


def main():
    tapedeck, fixtures, modules = sys.argv[1:]
    if not os.path.isdir(os.path.join(modules, "ajv")):
        return 77
    good = os.path.join(fixtures, "execution", "good")
    dialects = [os.path.join(good, n + ".ndjson")
                for n in ("seed", "doc", "clean", "rough", "failed")]
    with tempfile.TemporaryDirectory() as folder:
        run([sys.executable, os.path.join(HERE, "runs.py"), folder, "7", "5"])
        rows = learned(tapedeck, folder, sorted(glob.glob(folder + "/good-*")))
        for tape in dialects:
            rows += learned(tapedeck, folder, [tape])
    shown = [row for old in dialects for now in dialects if old != now
             for row in proofs(tapedeck, old, now)]
    text = "".join(json.dumps(row) + "\n" for row in rows + shown)
    done = run(["node", os.path.join(HERE, "ajv.mjs"), modules],
               input=text.encode())
    lines = done.stdout.decode().splitlines()
    print("\n".join(lines[-5:]))
    print("learned %d, of proofs %d" % (len(rows), len(shown)))
    valid = sum(row["says"] for row in rows)
    return 0 if (len(lines) == 1 and shown and 0 < valid < len(rows)) else 1


sys.exit(main())
