#!/usr/bin/python3
"""A tape is gzip to everybody else: equal text from zcat, Python, Node and
ours, and the lines of the specification that read a tape work as they stand.

usage: stock_tools.py TAPEDECK MAKE_TAPE TAPE-FORMAT.MD
"""
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

TAPEDECK, MAKE_TAPE, FORMAT = map(os.path.abspath, sys.argv[1:4])
NODE = shutil.which("node") or shutil.which("nodejs")
NODE_TEXT = ("process.stdout.write(require('zlib').gunzipSync("
             "require('fs').readFileSync(process.argv[1])))")


def output(*command, status=0):
    run = subprocess.run(command, stdout=subprocess.PIPE, timeout=240)
    assert run.returncode == status, (command, run.returncode)
    return run.stdout


def same_text(tape, status=0):
    text = output("zcat", tape)
    assert gzip.open(tape).read() == text, "Python's gzip differs"
    assert output(TAPEDECK, "cat", tape, status=status) == text, "tapedeck cat differs"
    if NODE:
        assert output(NODE, "-e", NODE_TEXT, tape) == text, "Node differs"
    for line in text.splitlines():
        json.loads(line)
    return text


def twice(tape):
    """All of it is given, and that it is there twice is told."""
    with open(tape, "rb") as one, open("twice.tape.gz", "wb") as two:
        data = one.read()
        two.write(data + data)
    assert same_text("twice.tape.gz", status=3) == same_text(tape) * 2


def blocks(language):
    with open(FORMAT, encoding="utf-8") as text:
        found = re.findall("```%s\n(.*?)```" % language, text.read(), re.S)
    assert found, "no %s in the specification" % language
    return found


def documented_lines(text):
    names = "".join(json.loads(line)["ev"] + "\n" for line in text.splitlines()
                    if "ev" in json.loads(line)).encode()
    for language, command in (("sh", ["sh", "-c"]),
                              ("python", [sys.executable, "-c"]),
                              ("js", [NODE, "-e"])):
        for block in blocks(language):
            assert len(block.splitlines()) <= 3, "more than three lines"
            if command[0]:
                assert output(*command, block) == names, language


def packed_again(tape, text):
    with gzip.open("packed.gz", "wb") as packed:
        packed.write(text)
    output(TAPEDECK, "verify", "-q", "packed.gz")
    output(TAPEDECK, "reindex", "-q", "packed.gz", "-o", "again.tape.gz")
    assert same_text("again.tape.gz") == text, "reindex changed a line"
    facts = json.loads(output(TAPEDECK, "verify", "--json", "again.tape.gz"))
    assert facts["indexed"] and not facts["torn"], facts
    with open(tape, "rb") as pipe:
        piped = subprocess.run([TAPEDECK, "cat", "-"], stdin=pipe, check=True,
                               stdout=subprocess.PIPE).stdout
    assert piped == text, "a tape from a pipe differs"


def main():
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        output(MAKE_TAPE, "run.tape.gz", "20000")
        text = same_text("run.tape.gz")
        assert text.count(b"\n") == 20002
        twice("run.tape.gz")
        documented_lines(text)
        packed_again("run.tape.gz", text)
        os.chdir("/")


main()
