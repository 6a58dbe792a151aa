#!/usr/bin/python3
"""Recordings from end to end, with the binary.

usage: e2e.py TAPEDECK [CASE...]

A case is a function of this file that takes a Box. Without names all are run.
"""
import base64
import gzip
import json
import os
import re
import random
import resource
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zlib

import peers

SECONDS = 240
PAUSE = threading.Event()  # never set: a wait between two looks


class Box:
    """A directory, the binary in it, and what was started."""

    def __init__(self, tapedeck, directory):
        self.tapedeck = tapedeck
        self.dir = directory
        self.started = []

    def path(self, name):
        return os.path.join(self.dir, name)

    def start(self, *args, **how):
        kept = {k: v for k, v in os.environ.items()
                if k == "PATH" or k.endswith("SAN_OPTIONS")}
        process = subprocess.Popen(
            [self.tapedeck, *args], cwd=self.dir, stderr=subprocess.PIPE,
            env=dict(kept, HOME=self.dir, LC_ALL="C.UTF-8"),
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, **how})
        self.started.append(process)
        return process

    def end(self, process, data=None):
        """(exit status, stdout, stderr text)"""
        out, err = process.communicate(data, timeout=SECONDS)
        return process.returncode, out, err.decode("utf-8", "replace")

    def run(self, *args, data=None, **how):
        if data is not None:
            how["stdin"] = subprocess.PIPE
        return self.end(self.start(*args, **how), data)

    def record(self, *args, **how):
        return self.run("record", "-o", "t.tape.gz", *args, **how)

    def clean(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe:
                    pipe.close()


def same(seen, wanted):
    if seen != wanted:
        raise AssertionError(f"seen\n  {seen!r:.3000}\nwanted\n  "
                             f"{wanted!r:.3000}")


def holds(text, part):
    if part not in text:
        raise AssertionError(f"{part!r} is not in\n  {text!r:.3000}")


def flushed(data):
    """The text of a tape up to where it is torn."""
    text = []
    at = 0
    while at < len(data):
        member = zlib.decompressobj(31)
        try:
            while at < len(data) and not member.eof:
                piece = data[at:at + 65536]
                text.append(member.decompress(piece))
                at += len(piece) - len(member.unused_data)
        except zlib.error:
            break
    return b"".join(text)


def lines(data):
    text = flushed(data)
    return [json.loads(line) for line in text.split(b"\n")[:-1]]


def read(path):
    with open(path, "rb") as file:
        return file.read()


def tape(box, name="t.tape.gz"):
    return lines(read(box.path(name)))


def plain(events):
    return [e for e in events if "s" in e and "k" not in e]


def kinds(events, kind):
    return [e for e in events if e.get("k") == kind]


def payload(event):
    """The bytes of a payload whose JSON was written as json.dumps does."""
    if "b64" in event:
        return base64.b64decode(event["b64"])
    if "text" in event:
        return event["text"].encode()
    return json.dumps(event["json"], separators=(",", ":")).encode()


def sequence_is_whole(events):
    same([e["s"] for e in events if "s" in e],
         list(range(1, sum("s" in e for e in events) + 1)))


def wait_until(true, what):
    deadline = time.monotonic() + SECONDS
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for {what}")
        PAUSE.wait(0.005)


def catches(process, number):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        caught = [line for line in file if line.startswith("SigCgt")][0]
    return int(caught.split()[1], 16) >> (number - 1) & 1


def one_line(err):
    same(err.count("\n"), 1)


# ---- NDJSON -------------------------------------------------------------

HOSTILE = [b'{"type":"a","x":1.10}', b"", b"  ", b'{"a":1,"a":2}', b"-0",
           b'"\\ud800"', b"\xff\x00\xfe", b'{"n":9007199254740993}',
           "\u2028\u2029 \u00e4".encode(), b'{"x":1}\r', b"[1,", b"nul",
           b'"tab\there"', b"\x1b[31m", b'{"type":"\\u0041"}']


def ndjson_is_kept_byte_for_byte(box):
    code, _, err = box.record("-", data=b"\n".join(HOSTILE) + b"\n")
    same(code, 0)
    holds(err, f"{len(HOSTILE)} messages")
    text = flushed(read(box.path("t.tape.gz"))).split(b"\n")
    events = [json.loads(line) for line in text[:-1]]
    sequence_is_whole(events)
    seen = []
    for line, event in zip(text, events):
        if "s" not in event or "k" in event:
            continue
        if "json" in event:  # verbatim: cut it out of the line
            seen.append(line[line.index(b'"json":') + 7:-1])
        else:
            seen.append(payload(event))
    same(seen, HOSTILE)
    same([e["ev"] for e in plain(events) if "ev" in e], ["a", "A"])
    same(events[-1]["end"]["how"], "clean")


def partial_last_line_is_said(box):
    code, _, _ = box.record("-", data=b"1\n2")
    same(code, 0)
    same([payload(e) for e in plain(tape(box))], [b"1", b"2"])
    same(kinds(tape(box), "close")[0]["json"]["partial_line"], True)


def file_on_stdin(box):
    with open(box.path("in"), "wb") as file:
        file.write(b"".join(b"%d\n" % i for i in range(100000)))
    with open(box.path("in"), "rb") as file:
        code, _, _ = box.record("-", stdin=file)
    same(code, 0)
    same([e["json"] for e in plain(tape(box))], list(range(100000)))


def long_line_is_lost_and_said(box):
    data = b"1\n" + b"x" * 3000000 + b"\n2\n"
    code, _, err = box.record("--max-message", "1M", "-", data=data)
    same(code, 3)
    holds(err, "1 event was lost")
    events = tape(box)
    same([e["json"] for e in plain(events)], [1, 2])
    same([e["json"]["count"] for e in kinds(events, "lost")], [1])
    same(events[-1]["end"]["lost"], 1)


def tape_goes_to_stdout(box):
    code, out, _ = box.run("record", "-o", "-", "-", data=b"1\n2\n")
    same(code, 0)
    same([e["json"] for e in plain(lines(out))], [1, 2])
    same(gzip.decompress(out), flushed(out))


def child_is_recorded_with_its_status(box):
    code, out, err = box.record("--json", "--", "sh", "-c",
                                "echo 1; echo talk >&2; echo 2; exit 7")
    same(code, 0)
    holds(err, "talk\n")
    holds(err, "status 7")
    same(json.loads(out)["child_status"], 7)
    events = tape(box)
    same([e["json"] for e in plain(events)], [1, 2])
    same(kinds(events, "close")[0]["json"]["status"], 7)
    same(events[0]["source"], "exec:sh")


def what_is_required_is_a_status(box):
    rows = ((1, "--child-status: the command ended with status 3",
             ("--child-status", "--", "sh", "-c", "echo 1; exit 3")),
            (0, "", ("--child-status", "--require-events", "--", "echo", "1")),
            (0, "status 3", ("--", "sh", "-c", "exit 3")),
            (1, "--require-events: no event was recorded",
             ("--require-events", "--", "true")))
    for status, why, args in rows:
        code, _, err = box.record("--overwrite", *args)
        same((args, code), (args, status))
        holds(err, why)


def output_that_outlives_the_command_is_named(box):
    """The recording waits for who holds the pipe, and says so."""
    os.mkfifo(box.path("go"))
    process = box.start("record", "-o", "t.tape.gz", "--", "sh", "-c",
                        "cat <go & echo 1; exit 3", stdin=subprocess.DEVNULL)
    line = process.stderr.readline().decode()
    holds(line, "the command has ended (exit status 3), but something")
    with open(box.path("go"), "wb") as go:
        go.write(b"2\n")
    code, _, _ = box.end(process)
    same(code, 0)
    events = tape(box)
    same([payload(e) for e in plain(events)], [b"1", b"2"])
    closed = kinds(events, "close")[0]
    same(closed["json"]["status"], 3)
    waited = closed["json"]["ended_before_ns"]
    same((waited >= 10**9, waited <= closed["t"]), (True, True))


def missing_command(box):
    code, _, err = box.record("--", "/nonexistent/command")
    same(code, 4)
    same(os.listdir(box.dir), [])
    one_line(err)


def a_limit_ends_the_child(box):
    code, out, _ = box.record("--json", "--max-events", "5", "--",
                              "sh", "-c", "while :; do echo 1; done")
    same(code, 0)
    same(len(plain(tape(box))), 5)
    same(json.loads(out)["child_status"], 143)
    same(tape(box)[-1]["end"]["how"], "limit")


def sources_share_a_tape(box):
    with open(box.path("first"), "wb") as file:
        file.write(b'{"type":"x"}\n' * 10)
    with open(box.path("first"), "rb") as file:
        same(box.run("record", "-o", "a.tape.gz", "-", stdin=file)[0], 0)
    code, _, _ = box.record("tape:a.tape.gz", "-", data=b"1\n" * 20)
    same(code, 0)
    events = tape(box)
    sequence_is_whole(events)
    by_conn = {}
    for event in plain(events):
        by_conn.setdefault(event["c"], []).append(event["json"])
    same(sorted(map(len, by_conn.values())), [10, 20])
    same([e["t"] for e in events if "s" in e],
         sorted(e["t"] for e in events if "s" in e))


# ---- limits, names, redaction -------------------------------------------

def until_names_the_last_event(box):
    data = b'{"type":"go"}\n{"type":"done"}\n{"type":"late"}\n'
    code, _, err = box.record("--until", "done", "-", data=data)
    same(code, 0)
    holds(err, "--until")
    same([e["ev"] for e in plain(tape(box))], ["go", "done"])


def idle_timeout_ends_in_order(box):
    ours, its = os.pipe()
    os.write(its, b"1\n")
    process = box.start("record", "-o", "t.tape.gz", "--idle-timeout", "100ms",
                        "-", stdin=ours)
    same(process.wait(SECONDS), 0)
    os.close(its)
    os.close(ours)
    same(tape(box)[-1]["end"]["how"], "limit")
    same(len(plain(tape(box))), 1)


def max_duration_ends_in_order(box):
    process = box.start("record", "-o", "t.tape.gz", "--max-duration", "100ms",
                        "-", stdin=subprocess.PIPE)
    same(process.wait(SECONDS), 0)
    same(tape(box)[-1]["end"]["how"], "limit")


def max_size_ends(box):
    process = box.start("record", "-o", "t.tape.gz", "--max-size", "256k",
                        "--", "sh", "-c", "od -An -tx8 -v /dev/urandom")
    same(process.wait(SECONDS), 0)
    size = os.path.getsize(box.path("t.tape.gz"))
    if not 256 * 1024 <= size < 32 * 1024 * 1024:
        raise AssertionError(f"the tape has {size} bytes")
    holds(tape(box)[-1]["end"]["why"], "--max-size")


def names_come_from_a_pointer(box):
    data = b'{"method":"a.b","type":"no"}\n'
    box.record("--name", "/method", "-", data=data)
    same(plain(tape(box))[0]["ev"], "a.b")
    box.record("--no-names", "--overwrite", "-", data=data)
    same("ev" in plain(tape(box))[0], False)
    code, _, err = box.record("--name", "method", "--overwrite", "-", data=b"")
    same(code, 2)
    holds(err, "/method")


def redaction_is_marked_and_counted(box):
    with open(box.path("rules"), "w", encoding="ascii") as file:
        file.write("# rules\nkey password\nregex sk-[a-z]+\n")
    data = (b'{"password":"hunter2","n":1}\n{"q":"sk-abc"}\nplain sk-def\n')
    code, out, err = box.record("--redact", "rules", "--json", "-", data=data)
    same(code, 0)
    raw = flushed(read(box.path("t.tape.gz")))
    for secret in (b"hunter2", b"sk-abc", b"sk-def"):
        same(secret in raw, False)
    events = tape(box)
    same(events[0]["redaction"],
         {"mark": "[redacted]",
          "withheld": "[withheld]",
          "rules": ["key password", "regex in line 3"]})
    same([payload(e) for e in plain(events)],
         [b'{"password":"[redacted]","n":1}', b'{"q":"[redacted]"}',
          b"plain [redacted]"])
    same(kinds(events, "redacted")[0]["json"],
         {"values": 3, "events": 3, "withheld": 0, "rules": [1, 2]})
    same(json.loads(out)["redacted"], 3)
    same(json.loads(out)["withheld"], 0)
    holds(err, "3 values redacted;")


def snapshot_keeps_the_last_seconds(box):
    process = box.start("record", "-o", "t.tape.gz", "--snapshot", "1h", "-",
                        stdin=subprocess.PIPE)
    process.stdin.write(b"1\n2\n")
    process.stdin.flush()
    dump = box.path("t.0001.tape.gz")
    wait_until(lambda: catches(process, signal.SIGUSR1), "the handler")

    def dumped():
        process.send_signal(signal.SIGUSR1)
        files = sorted(f for f in os.listdir(box.dir))
        return any(len(plain(tape(box, f))) == 2 for f in files)
    wait_until(dumped, "a dump with both events")
    same(os.path.exists(box.path("t.tape.gz")), False)
    process.stdin.write(b"3\n")
    process.stdin.close()
    same(process.wait(SECONDS), 0)
    same([e["json"] for e in plain(tape(box))], [1, 2, 3])
    same(os.path.exists(dump), True)


def split_keeps_the_last_files(box):
    code, out, _ = box.record(
        "--json", "--split", "64k", "--chunk-size", "16k", "--max-files", "2",
        "--", "sh", "-c", "od -An -tx8 -v /dev/urandom | head -c 4000000")
    same(code, 0)
    result = json.loads(out)
    files = sorted(os.listdir(box.dir))
    same(len(files), 2)
    same(result["files"] - result["files_removed"], 2)
    same(files[-1], f"t.{result['files']:04}.tape.gz")
    for name in files:
        events = tape(box, name)
        sequence_is_whole(events)
        same("end" in events[-1], True)
    first, second = (tape(box, name) for name in files)
    same(first[0]["start"] < second[0]["start"], True)
    same(first[0]["id"] != second[0]["id"], True)


def append_adds_a_segment(box):
    box.record("-", data=b"1\n")
    code, _, _ = box.record("--append", "-", data=b"2\n")
    same(code, 0)
    same([e["json"] for e in plain(tape(box))], [1, 2])
    same(sum("tape" in e for e in tape(box)), 2)


def append_takes_only_tapes(box):
    for content in (b"hello\n", b'{"tape":1}\n'):
        with open(box.path("t.tape.gz"), "wb") as file:
            file.write(content)
        code, _, err = box.record("--append", "--", "echo", "1")
        same(code, 4)
        one_line(err)
        same(read(box.path("t.tape.gz")), content)


def append_goes_on_behind_a_torn_tape(box):
    box.record("-", data=b"1\n2\n")
    torn = read(box.path("t.tape.gz"))[:-60]
    with open(box.path("t.tape.gz"), "wb") as file:
        file.write(torn)
    code, _, err = box.record("--append", "-", data=b"3\n")
    same(code, 0)
    holds(err, "recover")
    same(read(box.path("t.tape.gz"))[:len(torn)], torn)
    _, out, _ = box.run("cat", "t.tape.gz")
    holds(out, b'"json":3}')


def what_never_begins_leaves_the_old_tape(box):
    box.record("-", data=b"1\n")
    before = read(box.path("t.tape.gz"))
    for how in ("--overwrite", "--append"):
        for source in (["ws://127.0.0.1:1/"], ["--", "/nope/cmd"]):
            if how == "--append" and source[0] != "--":
                continue  # a segment that says why nothing came
            code, _, err = box.record(how, *source)
            same((how, source, code), (how, source, 4))
            same(read(box.path("t.tape.gz")), before)
    same(sorted(os.listdir(box.dir)), ["t.tape.gz"])


def overwriting_replaces_at_the_first_event(box):
    box.record("-", data=b"1\n")
    os.chmod(box.path("t.tape.gz"), 0o600)
    os.symlink("t.tape.gz", box.path("link.tape.gz"))
    before = os.stat(box.path("t.tape.gz")).st_ino
    process = box.start("record", "-o", "link.tape.gz", "--overwrite", "-",
                        "--flush-interval", "1ms", stdin=subprocess.PIPE)
    wait_until(lambda: os.stat(box.path("t.tape.gz")).st_ino != before,
               "the new tape")
    code, _, err = box.record("--overwrite", "-", data=b"3\n")
    same(code, 4)
    holds(err, "is writing to it")
    process.stdin.write(b"2\n")
    process.stdin.flush()
    wait_until(lambda: plain(tape(box)), "an event on it")
    process.kill()
    process.wait()
    same([e["json"] for e in plain(tape(box))], [2])
    same(os.stat(box.path("t.tape.gz")).st_mode & 0o777, 0o600)
    same(sorted(os.listdir(box.dir)), ["link.tape.gz", "t.tape.gz"])


def closed_standard_descriptors_are_told(box):
    rows = [
        ("record -o x --overwrite - <&-", "standard input is closed", False),
        ("record -o x - </", "standard input is a directory", False),
        ("record -o - -- echo 1 >&-", "stdout: cannot write: it is closed",
         False),
        ("record -o x --json -- echo 1 >&-", "it is closed", True),
        ("cat x >&-", "it is closed", True),
        ("info x >&-", "it is closed", True),
        ("replay x - >&-", "it is closed", True),
        ("record -o /dev/full --overwrite -- echo 1", "free some space", True),
    ]
    for line, part, kept in rows:
        process = subprocess.run(
            ["sh", "-c", f"exec '{box.tapedeck}' {line}"], cwd=box.dir,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS)
        same((line, process.returncode, process.stdout), (line, 4, b""))
        holds(process.stderr.decode(), part)
        same((line, os.path.exists(box.path("x"))), (line, kept))
    same(sum(b'"tape"' in line for line in flushed(
        read(box.path("x"))).split(b"\n")), 1)


def a_reader_that_goes_ends_all_verbs_alike(box):
    box.record("--", "seq", "100000")
    for args in (["cat", "t.tape.gz"], ["info", "t.tape.gz"],
                 ["replay", "t.tape.gz", "-", "--speed", "max"],
                 ["record", "-o", "-", "--", "seq", "100000"], ["help"]):
        ours, theirs = os.pipe()
        os.close(ours)
        code, _, err = box.run(*args, stdout=theirs)
        os.close(theirs)
        same((args, code), (args, 4))
        same((args, "tapedeck " in err), (args, False))


def a_refused_recording_says_why_in_json(box):
    code, out, _ = box.record("--json", "ws://127.0.0.1:1/")
    result = json.loads(out)
    same((code, result["file"], result["files"], result["file_bytes"]),
         (4, None, 0, 0))
    holds(result["error"], "refused")


def too_little_space_starts_nothing(box):
    code, _, err = box.record("--min-free", "9999999G", "--", "touch",
                              box.path("started"))
    same(code, 4)
    one_line(err)
    holds(err, "--min-free")
    same(os.listdir(box.dir), [])


# Says one line, wants no end, and ends where its output is not read any more.
STUBBORN = """
import select, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
print(1, flush=True)
output = select.poll()
output.register(1, 0)
output.poll()
"""


def a_command_that_had_to_be_killed_is_named(box):
    process = box.start("record", "-o", "t.tape.gz", "--flush-interval", "1ms",
                        "--", sys.executable, "-c", STUBBORN)
    wait_until(lambda: os.path.exists(box.path("t.tape.gz")) and
               plain(tape(box)), "the first line")
    process.send_signal(signal.SIGINT)
    code, _, err = box.end(process)
    same(code, 0)
    holds(err, "killed")
    last = [e for e in tape(box) if "s" in e][-1]
    same((last["k"], last["c"]), ("close", 1))
    holds(last["json"]["reason"], "did not end")


def meta_is_in_the_header(box):
    box.record("--meta", "commit=abc", "--meta", "who=me", "-", data=b"")
    same(tape(box)[0]["meta"], {"commit": "abc", "who": "me"})


# ---- overload -----------------------------------------------------------

EVENT = b'{"n":%7d,"x":"' + b"x" * 1000 + b'"}'
COUNT = 30000


def overload(box, policy):
    """Events into a tape on a pipe that nobody reads until all were taken or
    the recorder stopped taking them: (status, lines, events it had taken, err,
    members that were stored).
    """
    read_end, write_end = os.pipe()
    process = box.start("record", "-o", "-", "--on-overload", policy, "--queue",
                        "1M", "-", stdin=subprocess.PIPE, stdout=write_end)
    os.close(write_end)
    os.set_blocking(process.stdin.fileno(), False)
    data = b"".join(EVENT % i + b"\n" for i in range(COUNT))
    sent = 0
    while sent < len(data):
        if not select.select([], [process.stdin], [], 2)[1]:
            break  # it has stopped reading
        try:
            sent += os.write(process.stdin.fileno(), data[sent:sent + 65536])
        except BrokenPipeError:
            break
    taken = sent
    out = []
    os.set_blocking(process.stdin.fileno(), True)

    def read_all():
        with os.fdopen(read_end, "rb") as file:
            out.append(file.read())
    reader = threading.Thread(target=read_all)
    reader.start()
    try:
        process.stdin.write(data[sent:])
        process.stdin.close()
    except BrokenPipeError:
        pass
    process.stdin = None
    code, _, err = box.end(process)
    reader.join(SECONDS)
    return (code, lines(out[0]), taken // (len(EVENT % 0) + 1), err,
            stored_members(out[0]))


def stored_members(data):
    """Members with the flag 1, by their heads (docs/tape-format.md)."""
    heads = re.finditer(rb"\x1f\x8b\x08\x04\0{5}\xff..TD\x70\0\x01\0(.)", data, re.S)
    return sum(head[1][0] & 1 for head in heads)


def numbers(events):
    return [e["json"]["n"] for e in plain(events)]


def lost(events):
    return sum(e["json"]["count"] for e in kinds(events, "lost"))


def block_loses_nothing(box):
    code, events, taken, _, stored = overload(box, "block")
    same(code, 0)
    same(stored, 0)
    same(numbers(events), list(range(COUNT)))
    same(kinds(events, "lost"), [])
    if taken >= COUNT:
        raise AssertionError("the recorder never stopped reading")


def drop_new_counts_what_it_drops(box):
    code, events, taken, err, _ = overload(box, "drop-new")
    same(code, 3)
    same(taken, COUNT)
    seen = numbers(events)
    same(seen, sorted(seen))
    same(seen[:1000], list(range(1000)))
    same(len(seen) + lost(events), COUNT)
    same(events[-1]["end"]["lost"], lost(events))
    holds(err, "were lost")
    for place in range(1, len(events)):  # each gap has its word in it
        if events[place].get("k") == "lost":
            before = events[place - 1]["json"]["n"]
            missing = events[place]["json"]["count"]
            after = events[place + 1]["json"].get("n", COUNT)
            same(before + missing + 1, after)


def only_who_must_not_wait_stores(box):
    """One message that is more text than may wait for deflate. The short member
    before it may have to wait as well, if the worker is late to wake."""
    for policy, may in (("block", [0]), ("drop-new", [1, 2]),
                        ("fail", [1, 2])):
        code, _, _ = box.record("--on-overload", policy, "--overwrite", "-",
                                  data=b'"' + b"x" * 10_000_000 + b'"\n')
        same(code, 0)
        same(stored_members(read(box.path("t.tape.gz"))) in may, True)


def drop_old_keeps_the_latest(box):
    code, events, taken, _, _ = overload(box, "drop-old")
    same(code, 3)
    same(taken, COUNT)
    seen = numbers(events)
    same(seen[-500:], list(range(COUNT - 500, COUNT)))
    same(len(seen) + lost(events), COUNT)
    same(events[-1]["end"]["lost"], lost(events))


def fail_ends_the_recording(box):
    code, events, _, err, _ = overload(box, "fail")
    same(code, 4)
    holds(err, "the policy is to fail")
    seen = numbers(events)
    same(seen, list(range(len(seen))))
    same(lost(events), 1)
    same(events[-1]["end"]["how"], "error")


# ---- signals, crashes, disks --------------------------------------------

def signals_end_in_order(box):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        process = box.start("record", "-o", "t.tape.gz", "--overwrite", "-",
                            stdin=subprocess.PIPE)
        process.stdin.write(b"1\n")
        process.stdin.flush()
        wait_until(lambda: os.path.exists(box.path("t.tape.gz"))
                   and plain(tape(box)), "the event on the tape")
        process.send_signal(number)
        same(process.wait(SECONDS), 0)
        same(tape(box)[-1]["end"]["how"], "signal")
        os.unlink(box.path("t.tape.gz"))


def second_sigint_aborts(box):
    os.mkfifo(box.path("go"))
    process = box.start("record", "-o", "t.tape.gz", "--", "sh", "-c",
                        "trap '' TERM; echo 1; tail -f /dev/null")
    wait_until(lambda: os.path.exists(box.path("t.tape.gz"))
               and plain(tape(box)), "the event on the tape")
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    wait_until(lambda: process.send_signal(signal.SIGINT) or
               process.poll() is not None, "the end")
    same(process.returncode, 130)


def kill_leaves_what_was_flushed(box):
    process = box.start("record", "-o", "t.tape.gz", "--flush-interval", "20ms",
                        "-", stdin=subprocess.PIPE)
    for i in range(1, 2001):
        process.stdin.write(b'{"n":%d}\n' % i)
    process.stdin.flush()
    wait_until(lambda: os.path.exists(box.path("t.tape.gz")) and
               len(plain(tape(box))) == 2000, "2000 events on the tape")
    process.kill()
    process.wait()
    same([e["json"]["n"] for e in plain(tape(box))], list(range(1, 2001)))
    same(any("end" in e for e in tape(box)), False)


def killed_under_load_recovers_what_was_flushed(box):
    """What cat --follow has shown was flushed, so it must outlive kill -9."""
    dice = random.Random(7)
    for round_ in range(10):
        process = box.start("record", "-q", "-o", "t.tape.gz", "--overwrite",
                            "--flush-interval", "5ms", "--", "seq", "100000000")
        wait_until(lambda: os.path.exists(box.path("t.tape.gz"))
                   and os.path.getsize(box.path("t.tape.gz")), "a tape")
        follower = box.start("cat", "--follow", "--no-header", "t.tape.gz")
        strike = dice.randrange(1, 60000)
        shown = [follower.stdout.readline() for _ in range(strike)]
        process.kill()
        process.wait()
        follower.kill()
        follower.communicate()
        code, _, err = box.run("recover", "-q", "t.tape.gz")
        same((round_, code, err.count("\n")), (round_, 3, 1))
        same(box.run("verify", "-q", "t.tape.gz")[0], 0)
        recovered = flushed(read(box.path("t.tape.gz"))).split(b"\n")[1:]
        same(recovered[:strike], [line[:-1] for line in shown])
        os.unlink(box.path("t.tape.gz"))


def full_disk_is_loud(box):
    def small_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300000, 300000))
    code, _, err = box.record("--", "sh", "-c",
                              "od -An -tx8 -v /dev/urandom | head -c 20000000",
                              preexec_fn=small_files)
    same(code, 4)
    holds(err, "t.tape.gz")
    holds(err, "File too large")
    holds(err, "not all on the tape")
    if len(plain(tape(box))) < 1000:
        raise AssertionError("what was flushed is not readable")


def device_without_room(box):
    code, _, err = box.run("record", "-o", "-", "-", data=b"1\n" * 1000,
                           stdout=open("/dev/full", "wb"))
    same(code, 4)
    holds(err, "No space left")


def directory_that_cannot_be_written(box):
    if peers.is_root():
        directory = "/proc"
    else:
        directory = box.path("ro")
        os.mkdir(directory, 0o555)
    code, _, err = box.run("record", "-o", directory + "/t.tape.gz", "-",
                           data=b"1\n")
    same(code, 4)
    one_line(err)
    holds(err, directory)


def existing_file_is_not_touched(box):
    with open(box.path("t.tape.gz"), "wb") as file:
        file.write(b"mine")
    code, _, err = box.record("-", data=b"1\n")
    same(code, 4)
    one_line(err)
    holds(err, "--overwrite")
    same(read(box.path("t.tape.gz")), b"mine")


def usage_is_told_in_one_line(box):
    rows = [
        (["record", "-"], "-o NAME.tape.gz"),
        (["record", "-o", "a"], "no source"),
        (["record", "-o", "a", "nonsense"], "tape:FILE"),
        (["record", "-o", "a", "WS://127.0.0.1:0/"], "number from 1"),
        (["record", "-o", "a", "tape:"], "\"\": no file"),
        (["record", "-o", "", "-"], "-o: its value is empty"),
        (["info", ""], "\"\": no file"),
        (["record", "-o", "a", "--append", "--overwrite", "-"], "exclude"),
        (["record", "-o", "-", "--json", "-"], "the tape already"),
        (["record", "-o", "a", "--split", "x", "-"], "--split 100M"),
        (["record", "-o", "-", "--split", "1M", "-"], "cannot be split"),
        (["record", "-o", "a", "--max-files", "2", "-"], "--split"),
        (["record", "-o", "a", "--meta", "a=1", "--meta", "a=2", "-"], "twice"),
        (["record", "-o", "a", "--meta", "=1", "-"], "no name"),
        (["record", "-o", "a", "-", "-"], "only once"),
        (["record", "-o", "a", "--no-names", "--name", "/a", "-"], "exclude"),
        (["record", "-o", "a", "--send", "x", "-"], "--send: no source here"),
        (["record", "-o", "a", "--auth", "{}", "ws://h/"], "sio://"),
        (["record", "-o", "a", "--auth", "5", "SIO://127.0.0.1:1"], "object"),
        (["record", "-o", "a", "--ca", "/nope", "ws://h/"], "wss://"),
        (["record", "-o", "a", "--reconnect", "1", "--", "true"], "no source"),
        (["record", "-o", "a", "--max-events", "0", "-"], "more than 0"),
        (["record", "-o", "a", "--max-size", "0", "-"], "more than 0"),
        (["record", "-o", "a", "--max-duration", "0s", "-"], "more than 0"),
        (["record", "-o", "a", "--reconnect-max", "0", "ws://h/"], "more than"),
        (["record", "-o", "a", "-H", "sec-websocket-protocol: x",
          "ws://127.0.0.1:1/"], "--protocol NAME"),
        (["record", "-o", "a", "--connect-timeout", "0", "ws://h/"],
         "more than"),
        (["record", "-o", "a", "--chunk-size", "5M", "-"], "--chunk-size"),
        (["record", "-o", "a", "--max-events", "-1", "-"], "too small"),
        (["record", "-o", "a", "--max-events", "9" * 20, "-"], "too large"),
        (["squeeze", "a", "--level", "10"], "choose 0 to 9"),
        (["--json"], "no such option"),
        (["record", "-o", "a", "--auth", "5", "sio://127.0.0.1:1"], "object"),
        (["record", "-o", "a", "--send", "5", "sio://127.0.0.1:1"], "NAME"),
        (["record", "-o", "a", "sio://127.0.0.1:1?auth=@%zz"], "percent"),
    ]
    for args, part in rows:
        code, out, err = box.run(*args)
        same((args, code, out), (args, 2, b""))
        holds(err, part)
        one_line(err)
        same((args, os.listdir(box.dir)), (args, []))


# ---- the network --------------------------------------------------------

def websocket_is_recorded(box):
    asked = []

    def serve(conn):
        asked.append(peers.ws_accept(conn))
        reader = peers.Reader(conn)
        same(reader.frame(), (1, b'{"type":"subscribe"}'))
        conn.sendall(peers.text(b'{"type":"a","x":1.10}') +
                     peers.frame(2, b"\x00\xff") +
                     peers.frame(1, b"he", fin=False) +
                     peers.frame(9, b"are you there") +
                     peers.frame(0, b"llo"))
        same(reader.frame(), (10, b"are you there"))
        conn.sendall(peers.close(4001, b"enough"))
        same(reader.frame()[0], 8)
    with peers.Server(serve) as server:
        code, _, _ = box.record(
            "--send", '{"type":"subscribe"}', "--header",
            "Authorization: Bearer hunter2",
            f"ws://user:pa55word@127.0.0.1:{server.port}/feed?token=s3cret")
    same(code, 4)  # 4001 is no orderly close
    holds(asked[0].decode(), "Bearer hunter2")
    holds(asked[0].decode(), "token=s3cret")
    raw = flushed(read(box.path("t.tape.gz")))
    for secret in (b"hunter2", b"pa55word", b"s3cret"):
        same(secret in raw, False)
    events = tape(box)
    same([(e["d"], e.get("k", ""), payload(e)) for e in events
          if "s" in e and e.get("k") in (None, "ping", "pong")],
         [("in", "", b'{"type":"subscribe"}'),
          ("out", "", b'{"type":"a","x":1.10}'.replace(b"1.10", b"1.1")),
          ("out", "", b"\x00\xff"),
          ("out", "ping", b"are you there"),
          ("in", "pong", b"are you there"),
          ("out", "", b"hello")])
    holds(raw.decode(), '"json":{"type":"a","x":1.10}')
    same(len(kinds(events, "open")), 1)
    same(kinds(events, "close")[-1]["json"]["code"], 4001)
    same(kinds(events, "close")[-1]["json"]["reason"], "enough")


def secrets_come_from_files(box):
    """--header @FILE and ?auth=@FILE: nothing of them in ps or on the tape."""
    heads, joins = [], []

    def serve(conn):
        heads.append(peers.ws_accept(conn))
        reader = peers.Reader(conn)
        conn.sendall(peers.text(
            b'0{"sid":"s3ss10n","upgrades":[],"pingInterval":25000,'
            b'"pingTimeout":20000,"maxPayload":100000}'))
        joins.append(reader.frame()[1])
        conn.sendall(peers.text(b'40/chat,{"sid":"s0cket","pid":"pr1vate"}') +
                     peers.text(b'42/chat,7["hi"]'))
        same(reader.frame(), (1, b"43/chat,7[]"))
        conn.sendall(peers.close())
        reader.frame()
    with open(box.path("heads"), "wb") as file:
        file.write(b"Authorization: Bearer hunter2\r\n\nX-More: 1 \n")
    with open(box.path("who is it"), "wb") as file:
        file.write(b'{"token": "pa55word"}\n')
    with peers.Server(serve) as server:
        code, _, err = box.record(
            "--header", "@" + box.path("heads"), "--header", "X-Last: 2",
            "--transport", "websocket", "--auth", '{"token":"other"}', "--ack",
            f"sio://127.0.0.1:{server.port}/chat?room=5&auth=@" +
            box.path("who%20is%20it") + "&x=1")
    same((code, err.count("\n")), (0, 1))
    holds(heads[0].decode(), "/socket.io/?EIO=4&transport=websocket&room=5&x=1 ")
    holds(heads[0].decode(), "\r\nAuthorization: Bearer hunter2\r\n"
                             "X-More: 1\r\nX-Last: 2\r\n")
    same(joins, [b'40/chat,{"token": "pa55word"}\n'])
    raw = flushed(read(box.path("t.tape.gz")))
    for secret in (b"hunter2", b"pa55word", b"who", b"s3ss10n", b"s0cket",
                   b"pr1vate"):
        same((secret, secret in raw), (secret, False))
    same([(e["d"], e.get("id"), e.get("ack")) for e in plain(tape(box))],
         [("out", 7, None), ("in", None, 7)])


def file_of_secrets_is_missing(box):
    for words in (["--header", "@missing", "ws://127.0.0.1:1/"],
                  ["--auth", "@missing", "sio://127.0.0.1:1/"],
                  ["sio://127.0.0.1:1/?auth=@missing"]):
        code, _, err = box.record(*words)
        same(code, 4)
        holds(err, "missing")
        one_line(err)
        same(os.listdir(box.dir), [])


def hundred_megabytes_in_one_message(box):
    size = 100 * 1000 * 1000

    def serve(conn):
        peers.ws_accept(conn)
        conn.sendall(peers.text(b'{"type":"big","x":"' + b"x" * size + b'"}') +
                     peers.text(b'{"type":"small"}') + peers.close())
        peers.Reader(conn).frame()
    with peers.Server(serve) as server:
        code, _, _ = box.record(f"ws://127.0.0.1:{server.port}/")
    same(code, 0)
    same([e["ev"] for e in plain(tape(box))], ["big", "small"])
    same(len(plain(tape(box))[0]["json"]["x"]), size)


def message_over_the_limit(box):
    def serve(conn):
        peers.ws_accept(conn)
        conn.sendall(peers.text(b'{"type":"small"}') +
                     peers.text(b"x" * 2000000))
        opcode, body = peers.Reader(conn).frame()
        same((opcode, body[:2]), (8, b"\x03\xf1"))

    def stream(conn):
        peers.read_head(conn)
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                     b"Connection: close\r\n\r\n"
                     b'data: {"type":"small"}\n\ndata: ' + b"x" * 2000000)
        while conn.recv(65536):
            pass
    for scheme, peer in (("ws", serve), ("http", stream)):
        with peers.Server(peer) as server:
            code, out, err = box.record(
                "--overwrite", "--json", "--max-message", "1M",
                f"{scheme}://127.0.0.1:{server.port}/")
        same((code, json.loads(out)["lost"]), (4, 1))
        same([e["ev"] for e in plain(tape(box))], ["small"])
        lost, = kinds(tape(box), "lost")
        same(lost["json"], {"count": 1, "why": kinds(tape(box), "bad")[0]
                            ["json"]["why"]})
        same(tape(box)[-1]["end"]["how"], "error")


def refused_port(box):
    code, _, err = box.record(f"ws://127.0.0.1:{peers.unused_port()}/")
    same(code, 4)
    one_line(err)
    holds(err, "127.0.0.1")
    same(os.listdir(box.dir), [])


def unknown_host(box):
    code, _, err = box.record("ws://no-such-host.invalid/")
    same(code, 4)
    one_line(err)
    holds(err, "no-such-host.invalid")
    same(os.listdir(box.dir), [])


def garbage_server(box):
    def serve(conn):
        peers.read_head(conn)
        conn.sendall(b"\x00\x01garbage\r\n\r\n" * 100)
    for scheme in ("ws", "http", "sio"):
        with peers.Server(serve) as server:
            code, _, err = box.record("--overwrite",
                                      f"{scheme}://127.0.0.1:{server.port}/")
        same((scheme, code), (scheme, 4))
        holds(err, "127.0.0.1")


def garbage_behind_the_handshake(box):
    def serve(conn):
        peers.ws_accept(conn)
        conn.sendall(peers.text(b'{"type":"fine"}') + b"\xff" * 64)
        peers.Reader(conn).frame()
    with peers.Server(serve) as server:
        code, _, err = box.record(f"ws://127.0.0.1:{server.port}/")
    same(code, 4)
    events = tape(box)
    same([e["ev"] for e in plain(events)], ["fine"])
    same(len(kinds(events, "bad")), 1)
    same(events[-1]["end"]["how"], "error")


def server_sent_events(box):
    def serve(conn):
        peers.read_head(conn)
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                     b"Connection: close\r\n\r\n"
                     b"id: 1\nevent: tick\ndata: {\"n\":1}\n\n"
                     b"id: 2\n\nid\ndata: plain\ndata: text\n\n")
    with peers.Server(serve) as server:
        code, _, _ = box.record(f"http://127.0.0.1:{server.port}/events")
    same(code, 0)
    same([(e["id"], e["text"]) for e in kinds(tape(box), "id")], [("2", "")])
    events = plain(tape(box))
    same([e["id"] for e in events], ["1", ""])
    same([payload(e) for e in events], [b'{"n":1}', b"plain\ntext"])
    same(events[0]["ev"], "tick")


def what_is_cut_is_kept_and_counted(box):
    """A stream that ends within a message, however it is carried."""
    def stream(conn):
        peers.read_head(conn)
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                     b"Connection: close\r\n\r\n"
                     b"data: whole\n\nevent: half\ndata: a\ndata: b")

    def no_data_yet(conn):
        peers.read_head(conn)
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                     b"Connection: close\r\n\r\n"
                     b"data: whole\n\nid: 7\nevent: half\n")

    def fragments(conn):
        peers.ws_accept(conn)
        conn.sendall(peers.text(b"whole") + peers.frame(1, b"hal", fin=False)
                     + peers.close())
        peers.Reader(conn).frame()

    def frame(conn):
        peers.ws_accept(conn)
        conn.sendall(peers.text(b"whole") + peers.text(b"half of it")[:6])

    def attachments(conn):
        sio_server(conn, b'42["whole"]',
                   b'451-["half",{"_placeholder":true,"num":0}]')
    rows = (("http", stream, 3, b"event: half\ndata: a\ndata: b"),
            ("http", no_data_yet, 3, b"id: 7\nevent: half\n"),
            ("ws", fragments, 3, b"hal"), ("ws", frame, 4, b"half"),
            ("sio", attachments, 3,
             b'51-["half",{"_placeholder":true,"num":0}]'))
    for scheme, serve, status, came in rows:
        how = ("--transport", "websocket") if scheme == "sio" else ()
        with peers.Server(serve) as server:
            code, out, _ = box.record(
                "--overwrite", "--json", *how, f"{scheme}://127.0.0.1:{server.port}/")
        same((serve.__name__, code, json.loads(out)["lost"]),
             (serve.__name__, status, 1))
        events = tape(box)
        same(len(plain(events)), 1)
        same([base64.b64decode(e["json"]["b64"])
              for e in kinds(events, "bad")], [came])
        same([e["json"]["count"] for e in kinds(events, "lost")], [1])
        same(events[-1]["end"]["lost"], 1)
        for verb in ("cat", "info", "verify", "validate"):
            code, _, err = box.run(verb, "t.tape.gz")
            same((serve.__name__, verb, code), (serve.__name__, verb, 3))
            holds(err, "lossy" if verb == "validate" else "1 lost while recording")


def what_is_broken_within_a_message_loses_it(box):
    """A wrong frame, or a wrong chunk, before the end of a message has come."""
    def nested(conn):
        peers.ws_accept(conn)
        conn.sendall(peers.text(b"whole") + peers.frame(1, b"hal", fin=False)
                     + peers.frame(0, b"f of", fin=False))
        conn.sendall(peers.text(b"another"))
        peers.Reader(conn).frame()

    def reserved(conn):
        peers.ws_accept(conn)
        conn.sendall(peers.text(b"whole") + peers.frame(2, b"half of", fin=False)
                     + b"\xc1\x00")
        peers.Reader(conn).frame()

    def not_utf8(conn):
        peers.ws_accept(conn)
        conn.sendall(peers.text(b"whole") + peers.text(b"\xff\xfe"))
        peers.Reader(conn).frame()

    def attachments(conn):
        sio_server(conn, b'42["whole"]', b'451-["half of",{"_placeholder":true,"num":0}]',
                   last=peers.frame(3, b""))

    def chunk(conn):
        peers.read_head(conn)
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                     b"Transfer-Encoding: chunked\r\n\r\n"
                     b"1a\r\ndata: whole\n\ndata: half of\n\r\nzz\r\n")
    rows = (("ws", nested, 1, b"half of"), ("ws", reserved, 1, b"half of"),
            ("ws", not_utf8, 0, b"\xff\xfe"), ("http", chunk, 1, b"data: half of"),
            ("sio", attachments, 1, b'51-["half of",{"_placeholder":true,"num":0}]'))
    for scheme, serve, lost, came in rows:
        how = ("--transport", "websocket") if scheme == "sio" else ()
        with peers.Server(serve) as server:
            code, out, _ = box.record("--overwrite", "--json", *how,
                                      f"{scheme}://127.0.0.1:{server.port}/")
        same((serve.__name__, code, json.loads(out)["lost"]), (serve.__name__, 4, lost))
        events = tape(box)
        bad = [base64.b64decode(e["json"]["b64"]) for e in kinds(events, "bad")]
        same((serve.__name__, len(plain(events)), len(bad)), (serve.__name__, 1, 1 + lost))
        assert came in bad[0], (serve.__name__, bad)
        same(sum(e["json"]["count"] for e in kinds(events, "lost")), lost)
        same(events[-1]["end"]["lost"], lost)


def what_is_interrupted_is_kept_and_counted(box):
    """An event that waits for its attachment when other text comes."""
    with peers.Server(lambda conn: sio_server(
            conn, b'42["whole"]', b'451-["half",{"_placeholder":true,"num":0}]',
            b'42["late"]')) as server:
        code, out, _ = box.record("--json", "--transport", "websocket",
                                  f"sio://127.0.0.1:{server.port}/")
    same((code, json.loads(out)["lost"]), (4, 1))
    same([base64.b64decode(e["json"]["b64"])
          for e in kinds(tape(box), "bad")],
         [b'51-["half",{"_placeholder":true,"num":0}]', b'2["late"]'])
    same([e["json"]["why"] for e in kinds(tape(box), "lost")],
         ["something else came within a message"])


def sio_server(conn, *messages, last=peers.close()):
    """Socket.IO over one WebSocket: these messages, then a close in order, all
    in one segment."""
    peers.ws_accept(conn)
    conn.sendall(peers.text(b'0{"sid":"s","upgrades":[],"pingInterval":25000,'
                            b'"pingTimeout":20000,"maxPayload":1000000}'))
    reader = peers.Reader(conn)
    same(reader.frame()[1][:2], b"40")
    conn.sendall(b"".join(peers.text(x) for x in
                          (b'40{"sid":"n"}', *messages)) + last)
    reader.frame()


def what_comes_behind_a_broken_packet_is_no_end_in_order(box):
    for behind in b"41", b"1":
        with peers.Server(lambda conn, last=behind: sio_server(
                conn, b'42["a",]', last)) as server:
            code, _, err = box.record("--overwrite", "--transport",
                                      "websocket",
                                      f"sio://127.0.0.1:{server.port}/")
        same((behind, code), (behind, 4))
        holds(err, "the payload is not JSON")
        same(len(kinds(tape(box), "bad")), 1)
        same(tape(box)[-1]["end"]["how"], "error")


def a_namespace_no_packet_can_carry_is_our_own_error(box):
    with peers.Server(quiet_sio) as server:
        code, _, err = box.record("--transport", "websocket",
                                  f"sio://127.0.0.1:{server.port}/a,b")
    same(code, 2)
    holds(err, "a namespace that no packet can carry")


def quiet_sio(conn):
    peers.ws_accept(conn)
    conn.sendall(peers.text(b'0{"sid":"s","upgrades":[],"pingInterval":25000,'
                            b'"pingTimeout":20000,"maxPayload":1000000}'))
    conn.recv(65536)


def reconnecting_numbers_connections(box):
    count = [0]

    def serve(conn):
        peers.ws_accept(conn)
        count[0] += 1
        conn.sendall(peers.text(b'{"type":"c%d"}' % count[0]))
        if count[0] == 3:
            conn.sendall(peers.close())
            peers.Reader(conn).frame()
    with peers.Server(serve) as server:
        code, _, _ = box.record("--reconnect", "5", "--reconnect-max", "10ms",
                                "--until", "c3",
                                f"ws://127.0.0.1:{server.port}/")
    same(code, 0)
    same([(e["c"], e["ev"]) for e in plain(tape(box))],
         [(1, "c1"), (2, "c2"), (3, "c3")])


# -------------------------------------------------------------------------

def cases():
    helpers = {"same", "holds", "flushed", "lines", "read", "tape", "plain",
               "kinds", "payload", "sequence_is_whole", "wait_until", "catches",
               "one_line", "overload", "numbers", "lost", "sio_server", "quiet_sio",
               "cases", "main"}
    return [name for name, value in globals().items()
            if callable(value) and getattr(value, "__module__", "") ==
            "__main__" and name not in helpers and name != "Box"]


def main(tapedeck, names, table):
    """Run the cases of these names, functions in table; the exit status."""
    failed = 0
    for name in names:
        with tempfile.TemporaryDirectory() as directory:
            box = Box(tapedeck, os.path.realpath(directory))
            try:
                table[name](box)
                print(f"{name}: ok", flush=True)
            except Exception as error:
                failed += 1
                print(f"{name}: {type(error).__name__}: {error}", flush=True)
            finally:
                box.clean()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), sys.argv[2:] or cases(),
                  globals()))
