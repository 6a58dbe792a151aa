#!/usr/bin/python3
"""The contracts of the shelf: their own tests and lint, strictly, the recordings of
programs that nobody here wrote, and that docs/shelf.md tells of each what its head does.

usage: shelf.py TAPEDECK FIXTURES DOCS

A recording is FIXTURES/NAME.tape.gz or FIXTURES/NAME.WORD.tape.gz, of the
contract std:NAME, or one of OTHERS. What a recording breaks stands in KNOWN.
"""
import glob
import json
import os
import re
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


def section(text, title):
    """The cells of the rows of a table, by the contract or contracts in the first."""
    rows = {}
    for line in text.split(f"\n## {title}\n")[1].split("\n## ")[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        for name in re.findall(r"`(?:std:)?([a-z-]+)`", cells[0]) if line.startswith("| `") else []:
            rows[name] = cells[1:]
    return rows


def told(tapedeck, docs, name):
    """Its head and the page say where it is from, and what it cannot say."""
    head = call(tapedeck, "contract", "show", "std:" + name).stdout.split("\ncontract: 1\n")[0]
    for word in ("# Specification:", "# Checks:", "# Cannot say:"):
        if word not in head:
            yield f"{name}: no {word} in its head"
    made_from = section(docs, "What there is").get(name)
    if not made_from:
        yield f"{name}: not in docs/shelf.md"
        return
    for version in re.findall(r"\b(?:\d+(?:\.\d+)+|\d{4}-\d\d-\d\d|[0-9a-f]{7})\b", made_from[0]):
        if version not in head:
            yield f"{name}: docs/shelf.md says {version}, its head does not"
    if name not in section(docs, "What they cannot say"):
        yield f"{name}: docs/shelf.md does not tell what it cannot say"


def main(tapedeck, fixtures, docs):
    wrong = []
    with open(os.path.join(docs, "shelf.md"), encoding="utf-8") as file:
        page = file.read()
    there = names(tapedeck)
    gone = set(section(page, "What there is")) | set(section(page, "What they cannot say"))
    wrong += [f"{name}: in docs/shelf.md and not on the shelf" for name in gone - set(there)]
    for name in there:
        wrong += told(tapedeck, page, name)
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
