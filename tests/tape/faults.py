#!/usr/bin/python3
"""Calls that write fail or fall short: what is said of the tape is true.

usage: faults.py TAPEDECK FAULT_LIBRARY
"""
import errno
import os
import subprocess
import sys
import tempfile

TAPEDECK, LIBRARY = map(os.path.abspath, sys.argv[1:3])
LINES = b"".join(b'{"type":"a","n":%d}\n' % n for n in range(200))
OLD = None  # bytes of the tape that is mended in place

RECORD = ("record", "-", "-o", "new.tape.gz")
RECOVER = ("recover", "old.tape.gz")

# verb, call, which, errno, path, exit status,
# a word of stderr, a word that must not be there, the tape afterwards
ROWS = (
    (RECORD, "write", 1, errno.EIO, "new.tape", 4, "Input/output error",
     "flushed", "none"),
    (RECORD, "write", 1, errno.ENOSPC, "new.tape", 4, "free some space",
     "flushed", "none"),
    (RECORD, "write", 2, errno.EIO, "new.tape", 4, "what was flushed",
     None, "torn"),
    (RECORD, "write", 0, 0, "new.tape", 0, "", "error", "whole"),
    (RECORD + ("--overwrite",), "write", 1, errno.EIO, "new.tape", 4,
     "Input/output error", "flushed", "none"),
    (RECOVER, "write", 1, errno.EIO, "old.tape", 4, "is as it was", "flushed",
     "old"),
    (RECOVER, "write", 2, errno.ENOSPC, "old.tape", 4, "is as it was",
     "flushed", "old"),
    (RECOVER, "write", 0, 0, "old.tape", 0, "", "error", "whole"),
    (RECOVER, "fsync", 1, errno.EIO, "old.tape", 4, "is as it was", "durable",
     "old"),
    (RECOVER, "fsyncdir", 0, errno.EIO, "faults", 0, "power cut",
     None, "whole"),
)


def tapedeck(*args, **env):
    return subprocess.run([TAPEDECK, *args], input=LINES, timeout=240,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=dict(os.environ, **env), check=False)


def state_of(tape):
    if not os.path.exists(tape):
        return "none"
    with open(tape, "rb") as file:
        if file.read() == OLD:
            return "old"
    return {0: "whole", 3: "torn"}.get(tapedeck("verify", tape).returncode,
                                       "broken")


def check(verb, call, nth, number, path, status, word, no_word, after):
    tape = "old.tape.gz" if verb is RECOVER else "new.tape.gz"
    if verb is RECOVER:
        with open(tape, "wb") as file:
            file.write(OLD)
    done = tapedeck(*verb, LD_PRELOAD=LIBRARY, FAULT_CALL=call,
                    FAULT_NTH=str(nth), FAULT_ERRNO=str(number),
                    FAULT_PATH=path)
    said = done.stderr.decode()
    row = (verb, call, nth, number, done.returncode, said, state_of(tape))
    assert done.returncode == status, row
    assert word in said, row
    assert not no_word or no_word not in said, row
    assert state_of(tape) == after, row
    assert not [name for name in os.listdir(".") if name.endswith(".part")], row
    if os.path.exists("new.tape.gz"):
        os.unlink("new.tape.gz")


def main():
    global OLD
    with tempfile.TemporaryDirectory(prefix="faults") as place:
        os.chdir(place)
        assert tapedeck("record", "-", "-o", "old.tape.gz").returncode == 0
        with open("old.tape.gz", "rb") as file:
            OLD = file.read() + bytes(64)  # padded: mended, it is another file
        for row in ROWS:
            check(*row)
        os.chdir("/")


main()
