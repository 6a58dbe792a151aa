#!/usr/bin/python3
"""The contracts of the shelf: their own tests and lint, strictly, and the
recordings of programs that nobody here wrote.

usage: shelf.py TAPEDECK FIXTURES

A recording is FIXTURES/NAME.tape.gz or FIXTURES/NAME.WORD.tape.gz, of the
contract std:NAME, or one of OTHERS. What a recording breaks stands in KNOWN.
"""
import glob
import json
import os
import subprocess
import sys

# Recordings that have another name.
OTHERS = {"cdp": ["tapes/chromium-devtools"], "cargo": ["tapes/cargo-build"],
          "node-test": ["tapes/node-test"], "json-rpc": ["shelf/mcp"]}

# Rules that recordings break, as docs/shelf.md says.
KNOWN = {"openai-responses.tape.gz": {"numbered", "logprobs", "call-name"},
         "github-webhooks.tape.gz": {"job-order", "opened-once"}}

# No specification but ours; tests/contracts/execution.py has its streams.
UNRECORDED = {"execution"}


def call(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=240,
                          check=False)


def names(tapedeck):
    listed = call(tapedeck, "contract", "list", "--json")
    assert listed.returncode == 0, listed.stderr
    return [json.loads(line)["contract"][4:] for line in listed.stdout.splitlines()]


def own_tests(tapedeck, name):
    for verb in ("test", "lint"):
        if name == "execution":
            continue # tests/contracts/execution.py has its streams
        done = call(tapedeck, "contract", verb, "--strict", "std:" + name)
        if done.returncode:
            yield f"{name}: contract {verb}:\n{done.stdout}{done.stderr}"


def recordings(fixtures, name):
    found = sorted(glob.glob(f"{fixtures}/shelf/{name}.tape.gz") +
                   glob.glob(f"{fixtures}/shelf/{name}.*.tape.gz"))
    return found + [f"{fixtures}/{tape}.tape.gz" for tape in OTHERS.get(name, [])]


def judged(tapedeck, name, tape):
    done = call(tapedeck, "validate", "--json", "--contract", "std:" + name, tape)
    try:
        verdict = json.loads(done.stdout)
    except ValueError:
        yield f"{name}: {tape}: {done.stdout}{done.stderr}"
        return
    broken = {f["rule"] for f in verdict["findings"]}
    applied = sum(r["applied"] > 0 for r in verdict["rules"])
    if broken != KNOWN.get(os.path.basename(tape), set()):
        yield f"{name}: {tape} breaks {sorted(broken)}\n{done.stdout}"
    if applied < 3:
        yield f"{name}: {tape} shows only {applied} rules at work"


def main(tapedeck, fixtures):
    wrong = []
    for name in names(tapedeck):
        tapes = recordings(fixtures, name)
        wrong += own_tests(tapedeck, name)
        if not tapes and name not in UNRECORDED:
            wrong.append(f"{name}: no recording")
        for tape in tapes:
            wrong += judged(tapedeck, name, tape)
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
