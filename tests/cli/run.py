#!/usr/bin/python3
"""Run the binary and compare all that it says.

usage: run.py [--bless] TAPEDECK CASE.sh...

A case is CASE.sh, run by sh -e in an empty directory with $TAPEDECK (the
binary), $SOURCE (this tree) and nothing else of the caller's settings, beside

    CASE.stdout   what must be on stdout, byte for byte
    CASE.stderr   what must be on stderr, where * stands for any text in a line;
                  without this file stderr is not looked at
    CASE.exit     the exit status; without this file 0

The path of the directory is DIR in what is compared. Everything a case started
is killed when it ends, or after a minute. --bless writes what was seen into the
files (CASE.stderr only if it is there and differs).
"""
import difflib
import os
import re
import signal
import subprocess
import sys
import tempfile

SECONDS = 240


def environment(tapedeck, source, home):
    kept = {k: v for k, v in os.environ.items()
            if k in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS",
                     "LSAN_OPTIONS")}
    return dict(kept, HOME=home, TAPEDECK=tapedeck, SOURCE=source,
                LC_ALL="C.UTF-8", TERM="dumb")


def end_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run(script, tapedeck, source):
    """(stdout, stderr, exit status) as text; a hang is the status "hangs"."""
    with tempfile.TemporaryDirectory() as home:
        home = os.path.realpath(home)
        process = subprocess.Popen(
            ["sh", "-e", script], cwd=home, start_new_session=True,
            env=environment(tapedeck, source, home), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, err = process.communicate(timeout=SECONDS)
            status = str(process.returncode)
        except subprocess.TimeoutExpired:
            end_group(process)
            out, err = process.communicate()
            status = "hangs"
        end_group(process)
        return (out.decode("utf-8", "replace").replace(home, "DIR"),
                err.decode("utf-8", "replace").replace(home, "DIR"),
                status + "\n")


def read(path, otherwise):
    if not os.path.exists(path):
        return otherwise
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def matches(pattern, text):
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text)


def differs(what, expected, seen):
    """The lines of a difference; none when they agree."""
    if what == "stderr" and matches(expected, seen) or expected == seen:
        return []
    return list(difflib.unified_diff(
        expected.split("\n"), seen.split("\n"), what + " expected",
        what + " seen", lineterm=""))


def check(case, seen):
    expected = (read(case + ".stdout", ""), read(case + ".stderr", None),
                read(case + ".exit", "0\n"))
    report = []
    for what, want, got in zip(("stdout", "stderr", "exit"), expected, seen):
        if want is not None:
            report += differs(what, want, got)
    if report and expected[1] is None:
        report += ["--- stderr", seen[1]]
    return report


def bless(case, seen):
    write(case + ".stdout", seen[0])
    if seen[2] != "0\n" or os.path.exists(case + ".exit"):
        write(case + ".exit", seen[2])
    old = read(case + ".stderr", None)
    if old is not None and not matches(old, seen[1]):
        write(case + ".stderr", seen[1])


def main(words):
    blessing = words[:1] == ["--bless"]
    words = words[1:] if blessing else words
    tapedeck = os.path.realpath(words[0])
    source = os.path.dirname(os.path.dirname(os.path.dirname(
        os.path.realpath(__file__))))
    failed = 0
    for script in map(os.path.realpath, words[1:]):
        case = os.path.splitext(script)[0]
        seen = run(script, tapedeck, source)
        if blessing:
            bless(case, seen)
        report = check(case, seen)
        if report:
            failed += 1
            print("\n".join([os.path.basename(case) + ":"] + report))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
