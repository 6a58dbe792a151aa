#!/usr/bin/python3
"""Random events through everything that writes or reads a tape: all of it must
tell the same story, event by event and byte by byte.

usage: differential.py TAPEDECK MAKE_RANDOM [SEED...]

A failure names its seed. MAKE_RANDOM also says what it put on the tape; the
judge is Python's gzip and json, which know nothing of this project.
"""
import base64
import gzip
import json
import os
import subprocess
import sys
import tempfile

TAPEDECK, MAKE = map(os.path.abspath, sys.argv[1:3])
SEEDS = [int(seed) for seed in sys.argv[3:]] or range(1, 13)
KEYS = ("d", "c", "k", "ns", "id", "ack", "ev")


def run(*args, status=0):
    done = subprocess.run([TAPEDECK, *args], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=240, check=False)
    assert done.returncode == status, (args, done.returncode, done.stderr)
    return done.stdout


def unhex(word):
    return bytes.fromhex(word[1:])


def wanted(lines):
    """What the maker put: (t, (d, c, k, ns, id, ack, ev), form, payload)"""
    events = []
    for line in lines.splitlines():
        t, d, c, *texts, form, payload = line.decode().split(" ")
        payload = unhex(payload)
        if form == "text" and not valid_utf8(payload):
            form = "b64"
        events.append((int(t), (d.encode(), c.encode(), *map(unhex, texts)),
                       form, payload))
    return events


def valid_utf8(data):
    try:
        data.decode()
        return True
    except UnicodeDecodeError:
        return False


def raw_value(line, key):
    """The bytes of a key's value on a line, without quotes; "" if absent.

    The envelope is parsed as JSON by the judge; the spelling is looked up in
    the line, because escapes are part of what must stay."""
    at = line.find(b'"%s":' % key.encode())
    end = at + len(key) + 3
    if line[end:end + 1] != b'"':
        return line[end:line.index(b",", end)]
    stop = end + 1
    while line[stop:stop + 1] != b'"':
        stop += 2 if line[stop:stop + 1] == b"\\" else 1
    return line[end + 1:stop]


def event_of(line):
    """An event line by Python's eyes, in the form of wanted()."""
    event = json.loads(line)
    form = [f for f in ("json", "text", "b64") if f in event]
    assert len(form) == 1 and list(event)[-1] == form[0], line
    head = line[:line.index(b'"%s":' % form[0].encode())]
    texts = tuple(raw_value(head, key) if key in event else b""
                  for key in KEYS)
    value = event[form[0]]
    if form[0] == "json":
        payload = line[len(head) + 7:-1]
        assert json.loads(payload) == value or value != value, line
    else:
        payload = (base64.b64decode(value) if form[0] == "b64"
                   else value.encode())
    return event["t"], texts, form[0], payload


def story(text):
    return [event_of(line) for line in text.split(b"\n")
            if line.startswith(b'{"s":')]


def numbers(text):
    return [json.loads(line)["s"] for line in text.split(b"\n")
            if line.startswith(b'{"s":')]


def unpacked(path):
    with gzip.open(path) as tape:
        return tape.read()


def same(name, seen, expected):
    assert len(seen) == len(expected), (name, len(seen), len(expected))
    for i, (a, b) in enumerate(zip(seen, expected)):
        assert a == b, (name, i, a, b)


def cut_and_merged(count, at):
    """The tape in two parts and back; merge numbers connections afresh."""
    run("cut", "-q", "--keep-times", "--end", f"seq:{at}", "tape", "-o",
        "first")
    run("cut", "-q", "--keep-times", "--start", f"seq:{at + 1}", "tape", "-o",
        "second")
    run("merge", "-q", "first", "second", "-o", "merged")
    return unpacked("first"), unpacked("second"), unpacked("merged")


def renumbered(event, tape):
    t, (d, c, *rest), form, payload = event
    conn = int(c)
    if conn > 0:
        conn = ((conn - 1) * 2 + tape + 1) % (1 << 32)
    return t, (d, str(conn).encode(), *rest), form, payload


def parts(truth):
    at = len(truth) // 2
    while truth[at - 1][0] == truth[at][0]:
        at += 1  # merge orders by time: do not cut through one instant
    first, second, merged = cut_and_merged(len(truth), at)
    same("cut, first part", story(first), truth[:at])
    same("cut, second part", [e[1:] for e in story(second)],
         [e[1:] for e in truth[at:]])
    both = ([renumbered(e, 0) for e in truth[:at]] +
            [renumbered(e, 1) for e in truth[at:]])
    same("merge", [e[1:] for e in story(merged)], [e[1:] for e in both])
    assert numbers(merged) == list(range(1, len(truth) + 1)), "merge: numbers"


def check(seed):
    member = 600 + seed * 977 % 60000
    made = subprocess.run([MAKE, "tape", str(seed), "900", str(member)],
                          stdout=subprocess.PIPE, check=True, timeout=240)
    truth = wanted(made.stdout)
    text = unpacked("tape")
    same("gzip and json", story(text), truth)
    assert numbers(text) == list(range(1, 901)), "numbers"
    assert run("cat", "tape") == text, "cat"
    with gzip.open("packed", "wb") as packed:
        packed.write(text)
    for verb, tape in (("squeeze", "tape"), ("reindex", "packed"),
                       ("recover", "tape"), ("recover", "packed")):
        run(verb, "-q", tape, "-o", "copy", "--overwrite")
        assert unpacked("copy") == text, (verb, tape)
        facts = json.loads(run("verify", "--json", "copy"))
        assert facts["ok"] and facts["indexed"], (verb, facts)
    plain = [e for e in truth if not e[1][2]]
    envelope = run("replay", "-q", "tape", "-", "--speed", "max", "--dir",
                   "both", "--envelope")
    same("replay", story(envelope), plain)
    some = run("cat", "--no-header", "--start", "seq:451", "tape")
    same("seek", story(some), truth[450:])
    parts(truth)


def main():
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as place:
            os.chdir(place)
            try:
                check(seed)
            except AssertionError as wrong:
                sys.exit(f"seed {seed}: {str(wrong):.2000}")
            finally:
                os.chdir("/")


main()
