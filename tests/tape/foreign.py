#!/usr/bin/python3
"""A tape that another program writes, by the specification's first three
sections alone, is a tape to every verb.

usage: foreign.py TAPEDECK
"""
import gzip
import json
import os
import subprocess
import sys
import tempfile

TAPEDECK = os.path.abspath(sys.argv[1])
LINES = [b'{"tape":1,"id":"by hand","start":"2026-01-31T12:00:00.000000000Z",'
         b'"clock":"monotonic","unknown":[1]}',
         b'{"s":1,"t":0,"d":"in","c":1,"k":"open","json":{}}',
         b'{"s":2,"t":1000,"d":"out","c":1,"ev":"a","json":{"n":1.10}}',
         b'{"s":3,"t":2000,"d":"out","c":1,"later":{"x":1},"ev":"a",'
         b'"text":"\\u00e4\\n"}',
         b'{"note":"an object of a later version"}',
         b'{"s":4,"t":3000,"d":"out","c":1,"b64":"AP8="}',
         b'{"end":{"how":"clean","events":4,"last":3000,"lost":0}}']

END_OF_TWO = b'{"end":{"how":"clean","events":2,"last":2000,"lost":0}}'


def run(*args):
    done = subprocess.run([TAPEDECK, *args], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=240, check=False)
    assert done.returncode == 0, (args, done.returncode, done.stderr)
    return done.stdout


def check(tape, text):
    facts = json.loads(run("info", "--json", tape))
    assert facts["events"] == 4 and facts["header"]["id"] == "by hand", facts
    assert not facts["torn"] and facts["bad_lines"] == 0, facts
    assert run("cat", tape) == text
    assert run("replay", "-q", tape, "-", "--speed", "max") == (
        b'{"n":1.10}\n"\xc3\xa4\\n"\n{"b64":"AP8="}\n'), tape
    run("verify", "-q", tape)
    run("validate", "-q", tape)
    run("reindex", "-q", tape, "-o", "ours.tape.gz", "--overwrite")
    ours = gzip.open("ours.tape.gz").read().split(b"\n")
    assert ours[:4] == LINES[:4] and ours[4] == LINES[5], ours
    assert json.loads(run("verify", "--json", "ours.tape.gz"))["indexed"]


def check_between(text):
    """A tape of ours between two of another program without their last LF."""
    with open("ours.tape.gz", "rb") as file:
        ours = file.read()
    text = text.rstrip(b"\n")
    others = [gzip.compress(text.replace(b"by hand", name))
              for name in (b"first", b"third")]
    with open("three.tape.gz", "wb") as file:
        file.write(others[0] + ours + others[1])
    facts = json.loads(run("info", "--json", "three.tape.gz"))
    assert facts["events"] == 12 and facts["bad_lines"] == 0, facts
    assert not facts["torn"] and facts["segments"] == 3, facts


def check_padding():
    """Zeroes behind the last gzip member are no part of lines, or of a tape."""
    for lines in (b'{"a":1}\n{"a":2}\n',
                  b"".join(line + b"\n" for line in LINES)):
        with open("padded.gz", "wb") as file:
            file.write(gzip.compress(lines) + bytes(5000))
        run("validate", "padded.gz")
        with open("padded.gz", "ab") as file:
            file.write(b"x")
        done = subprocess.run([TAPEDECK, "validate", "padded.gz"], timeout=240,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False)
        assert done.returncode != 0, lines


def kilobytes(*args):
    """Run it; the most memory it had, and its exit status."""
    child = subprocess.Popen([TAPEDECK, *args], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss, child.returncode


def check_long():
    """A line that is none takes no room, however long; an event of 129 MiB
    stays what it is."""
    zeros = gzip.compress(bytes(1 << 26), 1)
    with open("zeros.gz", "wb") as file:
        file.write(zeros * 2)
    with open("between.gz", "wb") as file:
        file.write(gzip.compress(LINES[0] + b"\n") + zeros * 2 +
                   gzip.compress(b"\n" + b"\n".join(LINES[1:]) + b"\n"))
    for verb, *rest in (("verify",), ("cat",), ("info",),
                        ("recover", "-o", "mended.gz", "--overwrite")):
        for tape, expected in (("zeros.gz", 4), ("between.gz", 3)):
            used, status = kilobytes(verb, tape, *rest)
            assert status == expected, (verb, tape, status)
            # A sanitizer's own shadow is larger than this.
            assert used < 64 << 10 or "ASAN_OPTIONS" in os.environ, (verb, used)
    line = b'{"s":2,"t":2000,"d":"in","c":1,"json":"%s"}' % (b"x" * (129 << 20))
    with gzip.open("long.gz", "wb", 1) as file:
        file.write(b"\n".join(LINES[:2] + [line, END_OF_TWO]) + b"\n")
    run("recover", "long.gz", "-o", "l.gz")
    assert run("cat", "--seq", "2", "l.gz") == line + b"\n"
    facts = subprocess.run([TAPEDECK, "info", "--json", "between.gz"],
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                           timeout=240, check=False)
    facts = json.loads(facts.stdout)
    assert facts["events"] == 4 and facts["bad_lines"] == 1, facts


def main():
    text = b"".join(line + b"\n" for line in LINES)
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        with gzip.open("one.tape.gz", "wb") as tape:
            tape.write(text)
        with open("lines.tape.gz", "wb") as tape:
            for line in text.splitlines(keepends=True):
                tape.write(gzip.compress(line))
        with open("odd.tape.gz", "wb") as tape:  # members end inside lines
            for at in range(0, len(text), 37):
                tape.write(gzip.compress(text[at:at + 37]))
        with open("plain.ndjson", "wb") as tape:
            tape.write(text)
        for tape in sorted(os.listdir(".")):
            check(tape, text)
        check_between(text)
        check_padding()
        check_long()
        os.chdir("/")


main()
