#!/usr/bin/python3
"""kill -9 of a writer under load: what it had flushed is on the tape, and
recover makes a whole tape of it.

usage: kill_writer.py TAPEDECK MAKE_TAPE
"""
import json
import os
import subprocess
import sys
import tempfile

TAPEDECK, MAKE_TAPE = map(os.path.abspath, sys.argv[1:3])
FLUSHES = (1, 2, 5, 17, 60, 150)  # after how many to strike


def kill_after(flushes):
    """Events that the writer said were flushed before it died."""
    writer = subprocess.Popen([MAKE_TAPE, "run.tape.gz", "0"],
                              stdout=subprocess.PIPE)
    try:
        said = [writer.stdout.readline() for _ in range(flushes)]
    finally:
        writer.kill()
        rest = writer.stdout.read().splitlines()
        writer.wait()
        writer.stdout.close()
    return int(rest[-1] if rest else said[-1])


def verify(tape):
    done = subprocess.run([TAPEDECK, "verify", "--json", "-q", tape],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          timeout=240, check=False)
    return done.returncode, json.loads(done.stdout)


def main():
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        for flushes in FLUSHES:
            flushed = kill_after(flushes)
            status, facts = verify("run.tape.gz")
            assert status == 3 and facts["torn"], (flushes, facts)
            assert facts["events"] >= flushed, (flushes, flushed, facts)
            assert not facts["bad_members"] and not facts["missing"], facts
            status = subprocess.run(
                [TAPEDECK, "recover", "-q", "run.tape.gz"],
                stderr=subprocess.DEVNULL, timeout=240, check=False).returncode
            assert status == 3, status
            status, whole = verify("run.tape.gz")
            assert status == 0 and whole["indexed"], whole
            assert whole["events"] == facts["events"], whole
            os.remove("run.tape.gz")
        os.chdir("/")


main()
