#!/usr/bin/python3
"""A bless or an accept that is killed leaves every golden whole.

usage: golden_kill.py TAPEDECK

`tapedeck test` is killed (kill -9, by strace) at each of its writes, syncs and
renames in turn. After each the golden is, byte for byte, the old one, or after an
accept the old or the new one, and what is pending is whole or not there. Exit
status 77: strace is not there or may not trace.
"""
import os
import shutil
import subprocess
import sys
import tempfile

SECONDS = 240
CALLS = ("openat", "write", "fsync", "rename")
AT_MOST = 12  # of each call; those before them are of the start


def lines(n):
    return "".join('{"type":"tick","n":%d,"x":"%s"}\n' % (i, "y" * (i % 50))
                   for i in range(n))


def read(path):
    if not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        return file.read()


class Box:
    def __init__(self, tapedeck, home):
        self.tapedeck = tapedeck
        self.home = home
        self.golden = os.path.join(home, "g", "a.golden.tape.gz")
        self.pending = os.path.join(home, "g", "a.pending.tape.gz")
        os.mkdir(os.path.join(home, "g"))
        for name, text in (("g/a.golden.yaml", "golden: 1\n"),
                           ("old.ndjson", lines(300)),
                           ("new.ndjson", lines(400))):
            with open(os.path.join(home, name), "w", encoding="utf-8") as file:
                file.write(text)

    def run(self, *words, before=()):
        kept = {k: v for k, v in os.environ.items()
                if k == "PATH" or k.endswith("SAN_OPTIONS")}
        return subprocess.run(
            [*before, self.tapedeck, "test", "g", "a", *words], cwd=self.home,
            env=kept, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=SECONDS, check=False).returncode

    def killed(self, call, at, *words):
        """Whether it came so far that it was killed."""
        trace = ["strace", "-o", "/dev/null", "-e", "trace=" + call, "-e",
                 f"inject={call}:signal=KILL:when={at}"]
        return self.run(*words, before=trace) == -9 or False

    def bless(self):
        return self.run("--tape", "new.ndjson", "--bless")


def is_whole(box, path):
    return subprocess.run([box.tapedeck, "verify", path], capture_output=True,
                          check=False).returncode == 0


def check_bless(box, old):
    for call in CALLS:
        for at in range(1, AT_MOST + 1):
            if os.path.exists(box.pending):
                os.unlink(box.pending)
            if not box.killed(call, at, "--tape", "new.ndjson", "--bless"):
                break
            assert read(box.golden) == old, (call, at)
            assert read(box.pending) is None or is_whole(box, box.pending), \
                (call, at)
            yield call


def check_accept(box, old):
    assert box.bless() == 1
    new = read(box.pending)
    for call in CALLS:
        for at in range(1, AT_MOST + 1):
            with open(box.golden, "wb") as file:
                file.write(old)
            with open(box.pending, "wb") as file:
                file.write(new)
            if not box.killed(call, at, "--accept"):
                break
            seen = (read(box.golden), read(box.pending))
            assert seen in ((old, new), (new, None)), (call, at)
            yield call


def may_trace():
    return shutil.which("strace") is not None and subprocess.run(
        ["strace", "-o", "/dev/null", "true"], capture_output=True,
        check=False).returncode == 0


def main(tapedeck):
    if not may_trace():
        print("strace is not there, or may not trace")
        return 77
    with tempfile.TemporaryDirectory() as home:
        box = Box(os.path.abspath(tapedeck), home)
        box.run("--tape", "old.ndjson", "--bless")
        assert box.run("--accept") == 0
        old = read(box.golden)
        kills = list(check_bless(box, old))
        assert "rename" in kills and "write" in kills and "fsync" in kills, kills
        with open(box.golden, "wb") as file:
            file.write(old)
        if os.path.exists(box.pending):
            os.unlink(box.pending)
        kills = list(check_accept(box, old))
        assert "rename" in kills, kills
        assert box.run("--tape", "new.ndjson") == 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
