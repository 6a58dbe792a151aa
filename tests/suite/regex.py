#!/usr/bin/python3
"""Patterns mean to us what they mean to V8, the engine that most of those who
write schemas have tried theirs with.

usage: regex.py TAPEDECK
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SEED, COUNT, AT_ONCE = 20, 6000, 500


def ask_node():
    made = subprocess.run(
        ["node", os.path.join(HERE, "regex.mjs"), str(SEED), str(COUNT)],
        stdout=subprocess.PIPE, check=True, timeout=240)
    return [json.loads(line) for line in made.stdout.splitlines()]


def validate(tapedeck, schema, value):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "schema.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(schema, file)
        return subprocess.run(
            [tapedeck, "validate", "--schema", path, "--json",
             "--max-findings", str(COUNT), "-"],
            input=json.dumps(value) + "\n", stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, universal_newlines=True, check=False,
            timeout=240)


def check_matches(tapedeck, rows):
    """A property for each pattern: those that do not match are findings."""
    got = validate(
        tapedeck,
        {"properties": {str(i): {"pattern": row["pattern"]}
                        for i, row in enumerate(rows)}},
        {str(i): row["text"] for i, row in enumerate(rows)})
    assert got.returncode in (0, 1), got.stderr
    findings = json.loads(got.stdout)["findings"]
    wrong = {int(finding["path"][1:]) for finding in findings}
    for i, row in enumerate(rows):
        assert (i in wrong) == (row["says"] == "none"), row


def check_errors(tapedeck, rows):
    """What is no pattern does not have the format, what is has it."""
    got = validate(tapedeck, {"items": {"format": "regex"}},
                   [row["pattern"] for row in rows])
    findings = json.loads(got.stdout)["findings"]
    wrong = {int(finding["path"][1:]) for finding in findings}
    for i, row in enumerate(rows):
        assert (i in wrong) == (row["says"] == "error"), row


def main():
    if not shutil.which("node"):
        print("skipped: there is no node")
        sys.exit(77)
    rows = ask_node()
    good = [row for row in rows if row["says"] != "error"]
    for i in range(0, len(good), AT_ONCE):
        check_matches(sys.argv[1], good[i:i + AT_ONCE])
    check_errors(sys.argv[1], rows)
    print(f"{len(good)} patterns match the same, {len(rows) - len(good)} are "
          "none")


main()
