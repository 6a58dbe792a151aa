#!/usr/bin/python3
"""The console as somebody uses it: on a terminal, and with a server.

usage: e2e.py TAPEDECK ROOT CASE
"""
import contextlib
import fcntl
import gzip
import json
import os
import pty
import random
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

import fake
from stage import Tape

COLORS = re.compile("\x1b\\[[0-9;]*m")
LIMIT = 240  # seconds that anything may take

QUICK = """plan: 1
name: quick
tasks:
- {id: a, name: make it, run: 'echo x > a.txt', outputs: [a.txt]}
- {id: b, name: look at it, run: 'true', depends_on: [a]}
"""
HELD = """plan: 1
name: held
tasks:
- {id: a, name: hold, run: 'echo x > began; tail -f /dev/null', outputs: [began]}
- {id: b, run: 'true', depends_on: [a]}
"""

# Its first task reads a pipe, so it runs until the test lets it go.
ASKING = """plan: 1
name: asking
tasks:
- {id: a, name: read it, run: 'cat go'}
- {id: b, name: try it, run: 'false', retry: {attempts: 2, backoff: 60s}}
- {id: c, name: publish it, run: 'true', approval: {ask: 'now?'}}
"""


class Box:
    """A folder, and everything that was started in it."""

    def __init__(self, deck, root):
        self.deck, self.root = deck, root
        self.dir = tempfile.mkdtemp(prefix="tapedeck-console-")
        self.started = []

    def env(self, **more):
        """Nothing of who runs the tests is read or written."""
        return {**os.environ, "LC_ALL": "C.UTF-8", "HOME": self.dir,
                "XDG_STATE_HOME": os.path.join(self.dir, "state"),
                "XDG_CONFIG_HOME": os.path.join(self.dir, "config"),
                # what is preloaded comes before a sanitizer
                "ASAN_OPTIONS": "verify_asan_link_order=0", **more}

    def write(self, name, text):
        with open(os.path.join(self.dir, name), "w") as f:
            f.write(text)

    def run(self, *words, status=0, text="", **more):
        run = subprocess.run([self.deck, *words], cwd=self.dir, input=text,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True, timeout=LIMIT,
                             env=self.env(**more))
        same(run.returncode, status, run.stderr)
        return run.stdout, run.stderr

    def serve(self, port=0):
        ready = os.path.join(self.dir, "ready")
        if os.path.exists(ready):
            os.unlink(ready)
        server = subprocess.Popen(
            [self.deck, "serve", "--listen", "127.0.0.1:%d" % port, "--drain",
             "1s", "--ready-file", ready], cwd=self.dir,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.started.append(server)
        end = time.monotonic() + LIMIT
        while not os.path.exists(ready):
            if server.poll() is not None or time.monotonic() > end:
                raise AssertionError("the server did not begin")
            select.select([], [], [], 0.02)
        with open(ready) as line:
            told = json.loads(line.read())
        server.port, server.url = told["port"], told["url"]
        return server

    def left(self):
        """Who works for executions here: they outlive their server."""
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/cmdline" % pid, "rb") as f:
                    words = f.read()
                if self.dir.encode() in words or \
                        os.readlink("/proc/%s/cwd" % pid) == self.dir:
                    yield int(pid)
            except OSError:
                pass  # it has gone, or is none of ours

    def close(self):
        for process in self.started:
            if process.poll() is None:
                process.terminate()
                process.wait(LIMIT)
        for pid in self.left():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.dir, ignore_errors=True)


def lead(user):
    """A session of its own, whose terminal is stdin."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    if user is not None:
        os.setuid(user)


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, box, *words, rows=24, columns=80, user=None, **env):
        self.seen = ""  # not taken yet, without colors
        self.all = ""
        self.raw = b""
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))
        self.slave = slave
        self.modes = termios.tcgetattr(slave)
        names = box.env(**{"TERM": "xterm", **env})
        names.pop("CI", None)
        self.process = subprocess.Popen(
            [box.deck, *words], cwd=box.dir, stdin=slave, stdout=slave,
            stderr=slave, preexec_fn=lambda: lead(user), env=names)
        box.started.append(self.process)

    def read(self):
        ready, _, _ = select.select([self.master], [], [], 0.1)
        if not ready:
            return
        try:
            came = os.read(self.master, 65536)
        except OSError:  # the last one that had the terminal has gone
            return
        self.raw += came
        text = COLORS.sub("", came.decode(errors="replace"))
        self.seen += text
        self.all += text

    def until(self, pattern, limit=LIMIT):
        """Wait for what matches the pattern, and take all up to it."""
        end = time.monotonic() + limit
        found = re.search(pattern, self.seen)
        while not found:
            if time.monotonic() > end:
                raise AssertionError("%r never came: %r" % (pattern, self.seen))
            self.read()
            found = re.search(pattern, self.seen)
        self.seen = self.seen[found.end():]
        return found

    def type(self, keys):
        os.write(self.master, keys.encode())

    def ends(self, status):
        end = time.monotonic() + LIMIT
        while self.process.poll() is None and time.monotonic() < end:
            self.read()
        same(self.process.returncode, status)
        self.read()
        same(termios.tcgetattr(self.slave), self.modes)


def same(found, expected, why=""):
    if found != expected:
        raise AssertionError("found %r, expected %r %s" % (found, expected, why))


def holds(text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError("%r is not in %r" % (part, text))


def holds_true(fact, why):
    if not fact:
        raise AssertionError(why)


def demo_tape(of):
    return os.path.join(of.root, "fixtures/tapes/socketio-build.tape.gz")


# ---- a tape on a terminal ----

def a_tape_is_played_and_asked(box):
    t = Terminal(box, "console", demo_tape(box), "--speed", "max")
    t.until(r"tape \S+  77 events, 00:01\.4, verified")
    t.until("from a tape")
    t.until("100.0%")
    t.until("seq 77/77 ")
    t.type("show tok\t\r")
    t.until("show tokens")
    t.until("unknown")
    t.type("exceute\r")
    t.until('did you mean "execute"?')
    t.type("cancel\r")
    t.until("this is a tape; it works on a live run")
    t.type("exit\r")
    t.ends(0)
    if b"\x1b[2J" in t.raw or b"\x1b[?1049h" in t.raw:
        raise AssertionError("the screen was cleared")


def a_long_tape_is_verified_beside_the_loop(box):
    """One that is not small, and then one with a byte of it turned."""
    noise = random.Random(1)
    lines = [{"type": "execution_started", "data": {
        "execution_id": "x7", "total_tasks": 1}}]
    lines += [{"type": "log_message", "data": {
        "message": "%0500x" % noise.getrandbits(2000)}} for _ in range(2000)]
    box.run("record", "-", "-o", "long.tape.gz",
            text="".join(json.dumps(line) + "\n" for line in lines))
    path = os.path.join(box.dir, "long.tape.gz")
    with open(path, "rb") as f:
        data = bytearray(f.read())
    holds_true(len(data) > 256 << 10, len(data))
    t = Terminal(box, "console", "long.tape.gz")
    # The thread may have come to its end before the first line is said.
    hello = t.until(r"tape long\.tape\.gz  2,003 events, [\d:.]+(, verified|\x1b)")
    if hello.group(1) == "\x1b":
        t.until(r"tape long\.tape\.gz  verified")
    t.type("exit\r")
    t.ends(0)
    data[len(data) // 2] ^= 1
    with open(path, "wb") as f:
        f.write(data)
    t = Terminal(box, "console", "long.tape.gz")
    t.until(r"! long\.tape\.gz: is not whole: \S+")
    t.type("exit\r")
    t.ends(0)


def keys_move_in_a_tape(box):
    t = Terminal(box, "console", demo_tape(box), "--speed", "0.05")
    t.until("from a tape")
    t.type(" ")
    seq = int(t.until("❚❚.*?seq ([0-9]+)").group(1))
    t.type(".")
    t.until(r"seq %d\b" % (seq + 1))
    t.type("+")
    t.until(r"0\.10x")
    t.type("\x1b[C")
    t.until(r"100\.0%")
    t.type("0")
    t.until(r" 0\.0%")
    t.type("\x04")
    t.ends(0)


def a_long_way_holds_nobody_up(box):
    """A tape without an index is looked through, and what lies between is read,
    while keys are answered; another key leads elsewhere, as if there had been
    none before it."""
    run = Tape().put(0, "execution_started", execution_id="x", plan_id="long",
                     total_tasks=40000)
    for n in range(1, 40001):
        run.put(n, "progress_update", task_id="T%d" % n, task_name="step",
                status="completed", duration_ms=1)
    box.write("torn.tape", run.text()[:-200])
    t = Terminal(box, "console", "torn.tape", "--speed", "0.001")
    t.until("from a tape")
    t.type("@seq:30000\r")
    t.until("looking for seq:30000, at seq [1-9]")
    t.type("abc")
    t.until("tapedeck> abc")
    t.until(r"❚❚.* seq 30,000 ")
    t.type("\x15@50%\r")
    t.until("looking for 50%, at seq [1-9]")
    t.until(r"❚❚.* seq (19,999|20,00[0-9]) ")
    t.type(" ")
    t.until("▶ 0.00x")
    t.type("@seq:39000\r")
    t.until("looking for seq:39000")
    t.type("\x1b[H")
    t.until(r"▶ 0.00x .* seq [01] ")
    t.type("@seq:50000\r")
    t.until("@: there is no seq 50000")
    t.type("\x04")
    t.ends(0)


def a_tape_at_its_end_leads_back(box):
    t = Terminal(box, "console", demo_tape(box), "--speed", "max")
    t.until("■")
    t.type("\x1b[D")
    t.until("▶")
    t.type("\x04")
    t.ends(0)


def control_c_asks_first(box):
    t = Terminal(box, "console", demo_tape(box))
    t.until("from a tape")
    t.type("abc\x03")
    t.type("\x03")
    t.until("exit leaves")
    t.type("\x03")
    t.ends(130)


def signals_give_the_terminal_back(box):
    for number in (signal.SIGTERM, signal.SIGHUP):
        t = Terminal(box, "console", demo_tape(box))
        t.until("tapedeck>")
        t.process.send_signal(number)
        t.ends(130)


def a_paste_does_not_submit(box):
    t = Terminal(box, "console", demo_tape(box))
    t.until(r"tapedeck> ")
    t.type("\x1b[200~show\nstatus\x1b[201~")
    t.until("show status")
    t.type("\x15exit\r")
    t.ends(0)


def a_small_terminal_and_one_of_ascii(box):
    t = Terminal(box, "console", demo_tape(box), "--speed", "max", rows=5,
                 columns=20)
    t.until("tapedeck>")
    t.type("exit\r")
    t.ends(0)
    t = Terminal(box, "console", demo_tape(box), "--speed", "max",
                 NO_COLOR="1", LC_ALL="C")
    t.until("tapedeck>")
    t.until("100.0%")
    t.type("exit\r")
    t.ends(0)
    same(t.raw.isascii(), True)
    if re.search(COLORS.pattern.encode(), t.raw):
        raise AssertionError("NO_COLOR has colors")


def no_terminal_no_sequence(box):
    out, _ = box.run("console", demo_tape(box))
    holds(out, "[40/40] done")
    if "\x1b" in out:
        raise AssertionError("a pipe gets sequences")


def lines_on_stdin_are_done(box):
    tape = demo_tape(box)
    expected, _ = box.run("console", tape, "-c", "show status")
    out, _ = box.run("console", tape, text="# a remark\n\nshow status\n")
    same(out, expected)
    out, _ = box.run("console", tape, text="show status\nnonsense\nshow logs",
                     status=2)
    same(out, expected)
    out, _ = box.run("console", tape, "-c", "show status", text="nonsense")
    same(out, expected)
    out, _ = box.run("console", text="session list\n")
    _, err = box.run("console", status=2)
    holds(err, "name a tape")


def a_torn_tape_is_said(box):
    with gzip.open(demo_tape(box)) as f:
        text = f.read()
    with open(os.path.join(box.dir, "torn.tape"), "wb") as f:
        f.write(text[:len(text) * 3 // 4])
    for words in (["-c", "show status"], []):
        out, err = box.run("console", "torn.tape", *words, status=3)
        holds(out, "demo")
        holds(err, "torn.tape")
    with open(demo_tape(box), "rb") as f:
        text = f.read()
    for end in (400, len(text) // 8):
        with open(os.path.join(box.dir, "early.tape.gz"), "wb") as f:
            f.write(text[:end])
        for words in (["-c", "show status"], [],
                      ["--export", "x.cast", "--overwrite"]):
            _, err = box.run("console", "early.tape.gz", *words, status=3)
            holds(err, "early.tape.gz", "torn")
        t = Terminal(box, "console", "early.tape.gz", "--speed", "max")
        t.until("! early.tape.gz: .*torn")
        t.type("exit\r")
        t.ends(0)
    t = Terminal(box, "console", "torn.tape", "--speed", "max")
    t.until("! torn.tape: .*torn")
    t.type("exit\r")
    t.ends(0)


# ---- a server ----

def commands_run_a_plan(box):
    box.write("held.yaml", HELD)
    server = box.serve()
    out, _ = box.run("console", "--connect", server.url, "-c",
                     "execute held.yaml --detach", "-c", "pause", "-c",
                     "resume", "-c", "cancel")
    same(out.splitlines()[0], "x1")
    holds(out, "x1 starts nothing more; ", " of its tasks run to "
          "their end\n", "x1 goes on", "x1 is cancelled")


def one_task_is_cancelled(box):
    """By its id; what needs it is skipped."""
    box.write("held.yaml", HELD)
    server = box.serve()
    out, _ = box.run("console", "--connect", server.url, "-c",
                     "execute held.yaml --detach", "-c", "cancel a")
    holds(out, "a of x1 is cancelled")
    box.run("console", "--connect", server.url, "--execution", "x1", status=1)
    out, _ = box.run("console", "--connect", server.url, "--execution", "x1",
                     "-c", "show status")
    holds(out, "2 skipped")
    _, err = box.run("console", "--connect", server.url, "--execution", "x1",
                     "-c", "cancel a", status=1)
    holds(err, "x1 does not run")


def a_cancel_may_have_a_grace_of_its_own(box):
    """Of tasks that heed no SIGTERM and have an hour: one, all, and what was
    cancelled before; by the console and by the verb."""
    box.write("deaf.yaml", "plan: 1\nname: deaf\ndefaults: {grace: 1h}\n"
              "tasks:\n" + "".join(
                  "- {id: %s, run: \"trap '' TERM; echo x > up_%s; while :; do "
                  "tail -f /dev/null; done\"}\n" % (name, name)
                  for name in "ab"))
    server = box.serve()
    ask = ["console", "--connect", server.url]

    def begin(name):
        for task in "ab":
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(box.dir, "up_" + task))
        out, _ = box.run(*ask, "-c", "execute deaf.yaml --detach")
        same(out.strip(), name)
        end = time.monotonic() + LIMIT
        while not all(os.path.exists(os.path.join(box.dir, "up_" + task))
                      for task in "ab"):
            same(time.monotonic() < end, True, "it began")
            select.select([], [], [], 0.02)

    begin("x1")
    box.run(*ask, "--execution", "x1", "-c", "cancel a --grace 1ms", "-c",
            "cancel b", "-c", "cancel b --grace 0s")
    out, _ = box.run(*ask, "--execution", "x1", status=1)
    holds(out, "done    failed")
    begin("x2")
    box.run("cancel", "x2")
    box.run("cancel", "x2", "--grace", "1ms")
    box.run(*ask, "--execution", "x2", status=130)
    _, err = box.run(*ask, "-c", "cancel --grace soon", status=2)
    holds(err, "--grace wants a duration")


def lines_wait_for_the_events_there_are(box):
    """Of a run that is named, and of one that a line has begun."""
    box.write("quick.yaml", QUICK)
    box.write("held.yaml", HELD)
    server = box.serve()
    out, _ = box.run("console", "--connect", server.url, "-c",
                     "execute held.yaml --detach", "-c", "show status", "-c",
                     "cancel")
    holds(out, "x1  held")
    box.run("console", "--connect", server.url, "-c", "execute quick.yaml")
    box.run("console", "--connect", server.url, "--execution", "x2")
    out, _ = box.run("console", "--connect", server.url, "--execution", "x2",
                     "-c", "show status", "-c", "show artifacts")
    holds(out, "x2  quick", "2 completed", "a.txt")


def lines_wait_for_the_end_of_what_they_begin(box):
    """With its gates; what did not go well ends them. One that waits for an
    answer alone gives way to the line behind it."""
    box.write("quick.yaml", QUICK)
    box.write("bad.yaml", "plan: 1\nname: bad\ntasks:\n"
              "- {id: a, run: 'exit 3'}\n")
    box.write("ask.yaml", "plan: 1\nname: ask\ntasks:\n"
              "- {id: a, run: 'true'}\n"
              "- {id: b, run: 'true', approval: {ask: 'now?'}}\n")
    server = box.serve()
    ask = ["console", "--connect", server.url]
    out, _ = box.run(*ask, "-c", "execute quick.yaml", "-c", "validate")
    same(len(re.findall("^x1 quick: 2 tasks", out, re.M)), 1, out)
    holds(out, "[2/2] done    completed", "passed 1 gate",
          "x1 quick: 2 tasks, 2 waves, 1 artifact expected\n")
    out, _ = box.run(*ask, "--json", "-c", "execute quick.yaml", "-c",
                     "show status")
    answers = [json.loads(line) for line in out.splitlines()]
    same([a.get("command") for a in answers],
         ["execute quick.yaml", None, "show status"])
    same(answers[1]["result"], {
        "execution_id": "x2", "status": "completed", "exit": 0,
        "verdict": "pass", "completed": 2, "failed": 0, "skipped": 0})
    holds(answers[2]["output"], "x2  quick  completed")
    out, err = box.run(*ask, "-c", "execute bad.yaml", "-c", "show status",
                       status=1)
    holds(out, "[1/1] done    failed")
    holds(err, "x3: 0 of 1 tasks completed")
    same("x3  bad" in out, False, out)
    out, _ = box.run(*ask, "-c", "execute ask.yaml", "-c", "approve b no")
    holds(out, "approve ", "no by ")


def what_has_not_ended_says_so(box):
    """Under way, or cut short; it goes on only where it stands still, and what
    goes on after it was cut short is waited for as what begins."""
    box.write("wait.yaml", "plan: 1\ntasks:\n- {id: a, run: cat go}\n")
    os.mkfifo(os.path.join(box.dir, "go"))
    for number, words in enumerate((["-c", "resume x1"],
                                    ["--execution", "x2", "-c", "resume"],
                                    ["-c", "resume x3 --detach"]), 1):
        server = box.serve()
        live = ["console", "--connect", server.url]
        ask = [*live, "--execution", "x%d" % number, "-c"]
        box.run(*live, "-c", "execute wait.yaml --detach")
        out, err = box.run(*ask, "validate", status=3)
        holds(out, "open  under way: nothing has failed so far")
        holds(err, "validate: it is under way; its verdict comes with its end")
        holds(box.run(*ask, "resume", status=1)[1],
              "resume: x%d is not paused" % number)
        holds(box.run(*ask, "pause", "-c", "resume")[0],
              "x%d goes on" % number)
        server.kill()
        server.wait(LIMIT)
        with open(os.path.join(box.dir, ".tapedeck/x%d/lock" % number),
                  "r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            server = box.serve()  # so it leaves that alone
            ask[2] = live[2] = server.url
            holds(box.run(*ask, "validate", status=3)[1], "it is under way")
        holds(box.run(*ask, "validate", status=3)[1],
              "it was cut short; its verdict comes with its end: resume")
        lines = subprocess.Popen(
            [box.deck, *live, *words, "-c", "show status"], cwd=box.dir,
            stdout=subprocess.PIPE, text=True, env=box.env())
        box.started.append(lines)
        same(lines.stdout.readline(), "x%d goes on\n" % number)
        if number == 3:
            same("done    completed" in lines.communicate(timeout=LIMIT)[0],
                 False)
        with open(os.path.join(box.dir, "go"), "wb"):
            pass
        if number < 3:
            holds(lines.communicate(timeout=LIMIT)[0],
                  "[1/1] done    completed", "x%d  wait  completed" % number)
        same(lines.returncode, 0)
        server.terminate()
        server.wait(LIMIT)


def a_run_ends_the_lines_as_it_would_a_command(box):
    """With its status: gates that fail, a question that nobody answers in time,
    a task that may fail; and what is named wrong is status 2."""
    box.write("quick.yaml", QUICK)
    box.write("soft.yaml", "plan: 1\nname: soft\ntasks:\n"
              "- {id: a, run: 'exit 3', soft_fail: true}\n"
              "- {id: b, run: 'true'}\n")
    box.write("late.yaml", "plan: 1\nname: late\ntasks:\n"
              "- {id: a, run: 'true', approval: {ask: 'now?', expires: 1ms}}\n")
    server = box.serve()
    ask = ["console", "--connect", server.url]
    for line, code, said in (
            ("execute soft.yaml", 0, "partial_success"),
            ("execute late.yaml", 5, "0 of 1 tasks completed"),
            ("execute none.yaml", 2, "none.yaml: cannot open"),
            ("run frobnicate", 2, "choose a blueprint"),
            ("resume x77", 2, 'there is no execution "x77"'),
            ("# no comment", 2, 'unknown command "#"')):
        out, err = box.run(*ask, "-c", line, status=code)
        holds(out + err, said)
    out, _ = box.run(*ask, "--json", "-c", "run frobnicate", status=2)
    same(json.loads(out)["exit"], 2)
    out, _ = box.run(*ask, "--json",
                     text="# a comment\nshow executions # and one behind\n")
    same([json.loads(line)["command"] for line in out.splitlines()],
         ["show executions"])
    os.makedirs(os.path.join(box.dir, ".tapedeck"), exist_ok=True)
    box.write(".tapedeck/gates.yaml", "gates: 1\nchecks:\n  size: {kind: "
              "custom, run: 'false'}\n")
    out, err = box.run(*ask, "-c", "execute quick.yaml", "-c", "show tokens",
                       status=1)
    holds(out, "✗ size", "failed 1 of 2 gates")
    holds(err, "all tasks completed; its verdict is fail")
    out, _ = box.run(*ask, "--json", "-c", "execute quick.yaml", status=1)
    result = json.loads(out.splitlines()[-1])["result"]
    same((result["status"], result["exit"], result["verdict"]),
         ("completed", 1, "fail"))
    _, err = box.run(*ask, "--execution", result["execution_id"], status=1)
    holds(err, "its verdict is fail")
    out, _ = box.run(*ask, "--execution", result["execution_id"],
                     "-c", "logs --source gate")
    begins, ends = (out.find("gate size: " + word) for word in ("begins", "fail"))
    same(0 <= begins < ends, True, out)


def what_a_plan_takes_by_default_is_told(box):
    """Of a specification that is not answered, and of a sentence."""
    server = box.serve()
    ask = ["console", "--connect", server.url]
    for lines in (["-c", "spec API for wine", "-c", "plan generate"],
                  ["-c", "plan generate API for wine"]):
        out, _ = box.run(*ask, *lines)
        holds(out, "by the blueprint rest-c", "default   auth: none",
              "! the specification is 0 % complete")
    answers = [("users", "staff"), ("features", "list wines"),
               ("auth", "none"), ("scale", "small"), ("timeline", "asap"),
               ("data", "wine(name: text)")]
    words = [word for name, text in answers
             for word in ("-c", "spec answer %s %s" % (name, text))]
    out, _ = box.run(*ask, *words, "-c", "plan generate")
    plan = out[out.index("by the blueprint"):]
    same("not answered" in plan or "complete" in plan, False, plan)


def a_retry_may_be_left_alone(box):
    box.write("bad.yaml", "plan: 1\nname: bad\ntasks:\n"
              "- {id: a, run: 'false'}\n")
    server = box.serve()
    ask = ["console", "--connect", server.url]
    box.run(*ask, "-c", "execute bad.yaml", status=1)
    out, _ = box.run(*ask, "--execution", "x1", "-c", "retry --detach", "-c",
                     "show executions")
    same(out.splitlines()[0], "x2")
    box.run(*ask, "--execution", "x2", status=1)
    _, err = box.run(*ask, "--execution", "x1", "-c", "retry", status=1)
    holds(err, "x3: 0 of 1 tasks completed")


def budgets_are_told_where_they_are_wanted(box):
    """At percentages of the line, or of the settings; and it may go on."""
    use = "read -r t; echo '{\\\"usage\\\":{\\\"tokens_in\\\":50," \
        "\\\"tokens_out\\\":0}}'"
    box.write("use.yaml", "plan: 1\nname: use\ntasks:\n"
              "- {id: a, provider: command, run: \"%s\"}\n"
              "- {id: b, provider: command, run: \"%s\", depends_on: [a]}\n"
              "- {id: c, run: 'true', depends_on: [b]}\n" % (use, use))
    server = box.serve()
    ask = ["console", "--connect", server.url]
    line = "execute use.yaml --budget-tokens 100 --on-limit "
    out, _ = box.run(*ask, "-c", line + "warn --budget-warn 40 "
                     "--budget-critical 60")
    holds(out, "alert   tokens 50/100 (50%)", "alert   tokens 100/100 (100%)",
          "done    completed")
    out, _ = box.run(*ask, "--budget-warn", "45", "-c", line + "stop",
                     status=1)
    holds(out, "alert   tokens 50/100 (50%)")
    _, err = box.run(*ask, "-c", line + "go", status=2)
    holds(err, "--on-limit wants pause, stop or warn")


def a_batch_creates_a_session(box):
    """What comes behind it is of that session, here and in the server."""
    box.write("quick.yaml", QUICK)
    server = box.serve()
    base = ["console", "--connect", server.url]
    box.run(*base, "-c", "execute quick.yaml")
    out, _ = box.run(*base, "-c", "session create shop", "-c",
                     "execute quick.yaml", "-c", "show executions")
    holds(out, "session 20", "x2")
    out, _ = box.run("console", text="session info shop\n")
    holds(out, "shop", "execute quick.yaml")
    out, _ = box.run(*base, "--session", "shop", "-c", "show executions")
    holds(out, "x2")
    if "x1" in out:
        raise AssertionError("an execution of another session: " + out)
    out, _ = box.run("console", "-c", "session create bare")
    holds(out, "session 20")
    box.run(*base, "-c", "session create last")


def a_run_is_followed_to_its_end(box):
    box.write("quick.yaml", QUICK)
    server = box.serve()
    box.run("console", "--connect", server.url, "-c", "execute quick.yaml")
    out, _ = box.run("console", "--connect", server.url, "--execution", "x1")
    holds(out, "x1 quick: 2 tasks", "[2/2] ok      task_002 look at it",
          "[2/2] done    completed: completed 2, failed 0")
    lines, _ = box.run("console", "--connect", server.url, "--execution", "x1",
                       "--json")
    lines = [json.loads(line) for line in lines.splitlines()]
    same(lines.pop()["result"]["exit"], 0)
    seqs = [line[1]["data"]["seq"] for line in lines
            if "sub" not in line[1]["data"]]
    same(seqs, list(range(1, len(seqs) + 1)))


def gates_that_are_never_told_hold_nobody_up(box):
    """A run that has ended is over, whatever its validate phase does."""
    server = fake.Server()
    box.started.append(server)
    server.send([(0, {
        "type": kind, "timestamp": "2026-01-01T00:00:0%d.000Z" % at,
        "data": {"execution_id": "x1", "seq": at + 1, **data}})
        for at, (kind, data) in enumerate((
            ("execution_started", {"plan_id": "p", "total_tasks": 0}),
            ("phase_started", {"phase": 4, "name": "Validation"}),
            ("execution_completed", {"status": "completed"})))])
    out, _ = box.run("console", "--connect", server.url, "--execution", "x1")
    holds(out, "done    completed")


def a_live_run_on_a_terminal(box):
    box.write("quick.yaml", QUICK)
    server = box.serve()
    t = Terminal(box, "console", "--connect", server.url)
    t.until("connected")
    t.type("execute quick.yaml\r")
    t.until("completed in")
    t.type("show artifacts\r")
    t.until("1 of 1 artifact, 2 B")
    t.type("exit\r")
    t.ends(0)


def a_gate_is_told_while_it_runs(box):
    box.write("quick.yaml", QUICK)
    os.makedirs(os.path.join(box.dir, ".tapedeck"))
    box.write(".tapedeck/gates.yaml", "gates: 1\nchecks:\n  slow: {kind: "
              "custom, shell: true, run: 'read line < go'}\n")
    os.mkfifo(os.path.join(box.dir, "go"))
    server = box.serve()
    t = Terminal(box, "console", "--connect", server.url)
    t.until("connected")
    t.type("execute quick.yaml\r")
    t.until("▶ gate slow: begins")
    box.write("go", "on\n")
    t.until("✓ gate slow: pass")
    t.until("completed in")
    t.type("exit\r")
    t.ends(0)


def a_task_runs_and_another_asks(box):
    box.write("asking.yaml", ASKING)
    os.mkfifo(os.path.join(box.dir, "go"))
    server = box.serve()
    t = Terminal(box, "console", "--connect", server.url)
    t.until("connected")
    t.type("execute asking.yaml\r")
    # what comes before the plan was told has its id on the wire
    t.until("(c|task_003) publish it  waits for approve x1/c")
    t.until(r"b try it +(\S+s +)?attempt 1 of 2")
    t.until("▶ Execution 0/3")
    t.until(r"\? c publish it: now\? +approve x1/c \[y/n/show\]")
    t.until(r"↻ b try it: attempt 1 of 2, exit status 1 +again in \d+\.\ds")
    t.until(r"▶ a read it +shell +\d+s")
    t.type("approve x1/c yes\r")
    t.until("yes by ")
    t.until("✓ c publish it")
    t.type("plan --state running\r")
    t.until("a +read it +running")
    with open(os.path.join(box.dir, "go"), "w"):
        pass
    t.until("✓ a read it")
    if t.all.count("waits for approve") != 1:
        raise AssertionError("asked twice: " + t.all)
    t.type("cancel\r")
    t.until("x1 is cancelled")
    t.type("exit\r")
    t.ends(0)


def an_answer_of_another_console_is_seen(box):
    box.write("asking.yaml", ASKING)
    os.mkfifo(os.path.join(box.dir, "go"))
    server = box.serve()
    box.run("console", "--connect", server.url, "-c",
            "execute asking.yaml --detach")
    t = Terminal(box, "console", "--connect", server.url, "--execution", "x1")
    t.until("waits for approve x1/c")
    other = Terminal(box, "console", "--connect", server.url, "--no-autoload")
    other.until("1 execution, 1 running: show executions --all")
    other.type("exit\r")
    other.ends(0)
    _, err = box.run("console", "--connect", server.url, "--execution", "x1",
                     "-c", "approve d", status=2)
    holds(err, 'there is no task "d"')
    box.run("console", "--connect", server.url, "-c", "approve x1/c no")
    t.until("✗ c publish it")
    _, err = box.run("console", "--connect", server.url, "-c",
                     "approve x1/c yes", status=1)
    holds(err, "does not wait for an approval")
    out, _ = box.run("console", ".tapedeck/x1.tape.gz", "-c", "plan --state "
                     "running")
    holds(out, "▶  a     read it")
    t.type("exit\r")
    t.ends(0)


def a_server_that_is_killed_is_waited_for(box):
    box.write("held.yaml", HELD)
    server = box.serve()
    t = Terminal(box, "console", "--connect", server.url)
    t.until("connected")
    t.type("execute held.yaml\r")
    t.until("x1  held  2 tasks")
    server.kill()
    server.wait()
    t.until("connection lost")
    t.type("show status\r")
    t.until("running")
    box.serve(server.port)
    t.until("connected again")
    t.type("cancel\r")
    t.until("x1 is cancelled")
    t.until("in ")
    t.type("exit\r")
    t.ends(0)


def nothing_that_is_there_is_replaced(box):
    tape = demo_tape(box)
    with open(os.path.join(box.dir, tape), "rb") as f:
        text = f.read()
    box.write("kept", "mine\n")
    for words, status in ((["--export", tape], 2), (["--export", "kept"], 4),
                          (["-c", "logs --export " + tape], 4),
                          (["-c", "logs --export kept"], 4)):
        _, err = box.run("console", tape, *words, status=status)
        holds(err, "choose another name")
    _, err = box.run("console", "-c", "session create one", "-c",
                     "session export one kept", status=4)
    holds(err, "is there already")
    with open(os.path.join(box.dir, tape), "rb") as f:
        same(f.read() == text, True)
    with open(os.path.join(box.dir, "kept")) as f:
        same(f.read(), "mine\n")
    box.run("console", tape, "--export", "kept", "--overwrite")
    with open(os.path.join(box.dir, "kept")) as f:
        holds(f.readline(), '"version":2')
    box.run("console", tape, "-c", "logs --export fresh")


def what_cannot_be_is_said(box):
    server = box.serve()
    for words, status, text in (
            (["-c", "pause"], 2, "no execution is named"),
            (["-c", "execute nothere.yaml"], 2, "nothere.yaml"),
            (["-c", "execute"], 2, "none was generated"),
            (["-c", "execute a b"], 2,
             'execute: "b" is one word too many; usage: execute [PLAN]'),
            (["-c", "approve a perhaps"], 2, "approve: wants ID"),
            (["-c", "snapshot rollback 1"], 2, "say it with --yes"),
            (["-c", "plan why"], 2, "plan: why wants a task"),
            (["-c", "spec ready"], 2, "nothing is specified yet"),
            (["-c", "logs --output"], 2, "--output wants the task"),
            (["-c", "execute --max-workers many"], 2, "wants 1..256"),
            (["-c", "execute --budget-cost 1,5"], 2, "wants dollars"),
            (["-c", "show artefacts"], 2, 'did you mean "artifacts"?'),
            (["-c", "frobnicate"], 2, "unknown command"),
            (["--execution", "x9"], 2, 'no execution "x9"')):
        _, err = box.run("console", "--connect", server.url, *words,
                         status=status)
        holds(err, text)
        same(len(err.splitlines()), 1, err)
    server.terminate()
    server.wait()
    _, err = box.run("console", "--connect", server.url, "-c", "pause",
                     status=4)
    holds(err, "refused")
    box.run("console", "--connect", "nonsense", "-c", "pause", status=2)
    _, err = box.run("console", status=2)
    holds(err, "name a tape, or a server")
    _, err = box.run("console", "-c", "show status", status=1)
    holds(err, "there is neither a tape nor a server")
    _, err = box.run("console", demo_tape(box), "--connect", server.url,
                     status=2)
    holds(err, "one of them")


# ---- the prompt ----

def a_menu_says_what_a_word_may_become(box):
    t = Terminal(box, "console", demo_tape(box), "--speed", "max")
    t.until("100.0%")
    t.type("show --view\x15")
    t.type("s\t")
    t.until("  show +status pipeline")
    t.until("  snapshot +keep and restore")
    t.type("\x1b[B\x1b[B")
    t.until("> snapshot|> show")
    t.type("\x1b")  # alone: the menu closes, and the line stays
    t.until(r"\x1b\[J")
    t.type("\x15logs --l\t")
    t.until("  --limit +at most so many lines")
    t.type("\t\r")
    t.until("tapedeck> logs --l[a-z]+ ")
    t.type("\x15plan --view tim\t\r")
    t.until("tapedeck> plan --view timeline")
    t.until("waves")
    t.type("exit\r")
    t.ends(0)


def earlier_lines_are_searched(box):
    t = Terminal(box, "console", demo_tape(box), "--speed", "max")
    t.until("100.0%")
    for line in ("show tokens", "plan --view stats", "show status"):
        t.type(line + "\r")
        t.until("tapedeck> " + line)
    t.type("\x12VIEW")
    t.until('search "VIEW": plan --view stats')
    t.type("\x07")
    t.until("tapedeck> ")
    t.type("\x12show\x12")
    t.until('search "show": show tokens')
    t.type("\r")
    t.until("tapedeck> show tokens")
    t.type("\r")
    t.until("cost")
    t.type("exit\r")
    t.ends(0)


def a_log_is_followed(box):
    box.write("asking.yaml", ASKING)
    os.mkfifo(os.path.join(box.dir, "go"))
    server = box.serve()
    t = Terminal(box, "console", "--connect", server.url)
    t.until("connected")
    t.type("execute asking.yaml\r")
    t.until("attempt 1 of 2")
    t.type("logs --follow --level warn\r")
    t.until("WARN +task b +exit_status: exit status 1")
    t.until("logs: warn and above; / search")
    t.type("/STATUS\r")
    t.until("WARN +task b +exit_status")
    t.type("n")
    t.until("no older line has it")
    t.type("ffor good\r")
    t.until('logs: warn and above, "for good"')
    t.type("fcancelled\r")
    t.until('above, "cancelled"')
    box.run("console", "--connect", server.url, "--execution", "x1", "-c",
            "cancel")
    t.until("ERROR +task [ab] +cancelled")
    t.type("q")
    t.until("tapedeck> ")
    t.type("exit\r")
    t.ends(0)


def a_specification_is_left_and_taken_up_again(box):
    server = box.serve()
    t = Terminal(box, "console", "--connect", server.url)
    t.until("connected")
    t.type('spec "API for wine"\r')
    t.until("complete +0%")
    t.until("questions +Ctrl-C leaves them")
    t.until(r"\r(users)> ")
    t.type("sommeliers\r")
    t.until("users +sommeliers +complete +16%")
    t.until(r"\rfeatures> ")
    t.type("/help exit\r")  # a command, which answers nothing
    t.until("leave; what runs in the server goes on")
    t.type("/spec show\r")  # the question stays
    t.until("missing +features, auth, scale, timeline +complete +16%")
    t.type("/searching\r")  # no command
    t.until("features +/searching +complete +32%")
    t.type("\x03")
    t.until("spec is kept; 3 answers are missing: auth, scale, timeline. "
            "Go on: spec")
    t.type("spec answer features make wine\r")  # one, and no dialogue
    t.until("features +make wine +complete +32%")
    t.type("spec show me a dashboard\r")  # a description, not the verb
    t.until("spec: one is open")
    t.type("spec\r")
    t.until("1 none   2 password   3 token   4 oauth")
    t.until(r"\rauth> ")
    t.type("3\r")
    t.until("auth +token +complete +48%")
    t.until(r"\rscale> ")
    t.type("banana\r")
    t.until('"banana" is no amount')
    t.type("small\r")
    t.until("scale +small +complete +64%")
    t.until(r"\rtimeline> ")
    t.type("3 weeks\r")
    t.until("timeline +3 weeks +complete +80%")
    t.type("spec ready\r")
    t.until("next +plan generate")
    t.type("exit\r")
    t.ends(0)


# ---- commands of a server ----

def commands_act_on_the_server(box):
    """Each does what it says: looked at by its effect, not by its words."""
    box.write("quick.yaml", QUICK)
    server = box.serve()

    def do(*lines, status=0):
        words = [w for line in lines for w in ("-c", line)]
        return box.run("console", "--connect", server.url, "--execution", "x1",
                       *words, status=status)

    out, _ = box.run("console", "--connect", server.url, "-c",
                     "execute quick.yaml --max-workers 1 --schedule waves",
                     "-c", "show executions")
    same(re.findall(r"^x1$|^  x1 ", out, re.M), ["x1", "  x1 "])
    box.run("console", "--connect", server.url, "--execution", "x1")
    other = ["console", "--connect", server.url, "-c", "session create other"]
    out, _ = box.run(*other, "-c", "show executions")
    holds(out, "no execution of this session", "1 of other sessions: show")
    out, _ = box.run(*other, "-c", "show executions --all")
    holds(out, "of another session")
    same(len(re.findall("^  x1 ", out, re.M)), 1, out)
    out, _ = do("show artifact a.txt", "logs --task a --output",
                "plan show --format dot",
                "plan why b", "plan lint quick.yaml")
    holds(out, "a.txt", "   1  x", "digraph", "quick: 2 tasks")
    out, _ = do("snapshot create before", "snapshot")
    holds(out, "before: 1 file, 2 bytes", "1  before", " 1 file, 2 B  ",
          "1 snapshot")
    box.write("a.txt", "changed")
    do("snapshot rollback before --yes")
    with open(os.path.join(box.dir, "a.txt")) as f:
        same(f.read(), "x\n")
    do("snapshot delete 1 --yes")
    holds(do("snapshot list")[0], "0 snapshots")
    _, err = do("retry b", status=1)
    holds(err, "retry: b has not failed (done); to run it all the same: "
          "retry --from b")
    _, err = do("retry b --from b", status=2)
    holds(err, "a task, or --from TASK: one of them")
    out, _ = do("retry --from b --attempts 3", "show status")
    holds(out, "x2")
    same(len(re.findall("^x2$", out, re.M)), 1, out)
    holds(out.split("x2", 1)[1], "x2")
    out, _ = do("validate")
    holds(out, "execution", "pass")
    out, _ = do("show results --html")
    page = re.search(r"^  page  (.*report\.html)$", out, re.M).group(1)
    with open(page) as f:
        holds(f.read(), "<!DOCTYPE html>", "execution")
    os.unlink(page)
    os.mkdir(page)  # it cannot be written there
    _, err = do("show results --html", status=1)
    holds(err, "the page could not be written")
    _, err = do("show artifact b.txt", status=2)
    holds(err, 'no artifact "b.txt"; did you mean "a.txt"?')
    _, err = do("plan why c", status=2)
    holds(err, 'there is no task "c"')
    out, _ = box.run("console", "--connect", server.url, "--json", "-c",
                     "plan show quick.yaml --view tasks")
    answer = json.loads(out)
    same([t["id"] for t in answer["data"]["task_list"]], ["a", "b"])


def budgets_and_approvals_of_an_execution(box):
    box.write("asking.yaml", ASKING.replace("cat go", "true"))
    server = box.serve()
    t = Terminal(box, "console", "--connect", server.url)
    t.until("connected")
    t.type("execute asking.yaml --auto-approve --budget-tokens 100 "
           "--budget-cost 1.50 --budget-time 1h\r")
    t.until("✓ c publish it")
    t.type("plan\r")
    t.until(r"budget +100 tokens, \$1\.50, 1h00m")
    t.type("cancel\r")
    t.until("x1 is cancelled")
    t.type("exit\r")
    t.ends(0)
    with gzip.open(os.path.join(box.dir, ".tapedeck/x1.tape.gz")) as f:
        holds(f.read().decode(), '"by":"auto-approve"')


def begun_with(box, execution):
    """The plan and the options of an execution, by its journal."""
    with gzip.open(os.path.join(box.dir, ".tapedeck", execution + ".tape.gz"),
                   "rt") as f:
        line = json.loads(next(x for x in f if '"created"' in x))
    return line["json"]["plan"], line["json"]["options"]


def settings_are_what_a_run_wants(box):
    box.write("quick.yaml", QUICK)
    box.write(".tapedeck.yaml", "console: {budget-tokens: 900, budget-cost: 1.5, "
              "budget-time: 1h, on-limit: pause, model: small-1, "
              "bar: minimal, log-file: seen.log}\n")
    server = box.serve()
    ask = ["console", "--connect", server.url]
    out, err = box.run(*ask, "-c", "execute quick.yaml", "-c", "show status",
                       "-c", "execute quick.yaml --budget-tokens 5 "
                       "--on-limit stop --model other", "-c", "show status")
    holds(err, "log-file", "is not taken from a project's file")
    box.run(*ask, "--execution", "x1")
    out, _ = box.run(*ask, "--execution", "x1", "-c", "show status")
    holds(out, "──", "100.0%")
    same("█" in out, False)
    plan, options = begun_with(box, "x1")
    same((plan["budget"]["tokens"], plan["budget"]["cost"],
          plan["budget"]["wall"], plan["budget"]["on"], options["model"]),
         (900, 1.5, "1h", "pause", "small-1"))
    plan, options = begun_with(box, "x2")
    same((plan["budget"]["tokens"], plan["budget"].get("on"),
          options["model"]), (5, None, "other"))
    _, err = box.run(*ask, "--budget-cost", "much", "-c", "help", status=2)
    holds(err, '--budget-cost: "much" is not an amount of dollars; write it '
          "like 2 or 2.50")


def an_answer_is_not_waited_for_without_end(box):
    server = fake.Server()
    box.started.append(server)
    server.mute = ("pause",)
    ask = ["console", "--connect", server.url]
    _, err = box.run(*ask, "--timeout", "250ms", "-c", "pause", "-c", "resume",
                     status=5)
    holds(err, "pause: no answer in 250ms; it may be done all the same")
    t = Terminal(box, *ask, "--timeout", "50ms")
    t.until("connected")
    t.type("pause\r")
    t.until("no answer in 50ms")
    server.mute = ()
    t.type("pause\rexit\r")  # another one is answered
    t.ends(0)


def a_long_answer_goes_to_a_pager(box):
    t = Terminal(box, "console", demo_tape(box), "--speed", "max", "--pager",
                 "sed s/^/PAGE/; read key </dev/tty; echo GONE $key")
    t.until("100.0%")
    t.type("show status\r")  # it is short
    t.until("progress")
    same("PAGE" in t.all, False)
    t.type("plan --view tasks --all\r")
    t.until(r"PAGE.*40 of 40 tasks")
    t.type("for the pager\r")  # it has the keys, with echo
    t.until("GONE for the pager")
    t.until("tapedeck> ")
    t.type("show tokens\r")
    t.until("cost +unknown")
    t.type("exit\r")
    t.ends(0)
    t = Terminal(box, "console", demo_tape(box), "--speed", "max", "--pager",
                 "nosuchpager")
    t.until("100.0%")
    t.type("plan --view tasks --all\r")
    t.until("pager: nosuchpager: exit status 127")
    t.until("40 of 40 tasks")
    t.type("exit\r")
    t.ends(0)
    t = Terminal(box, "console", demo_tape(box), "--speed", "max", "--pager",
                 "cat; tail -f /dev/null")
    t.until("100.0%")
    t.type("plan --view tasks --all\r")
    t.until("40 of 40 tasks")
    t.process.terminate()  # the pager ends with it
    t.ends(130)


def the_log_goes_to_a_file(box):
    box.write("bad.yaml", "plan: 1\nname: bad\ntasks:\n"
              "- {id: a, run: 'echo no; exit 3'}\n")
    server = box.serve()
    ask = ["console", "--connect", server.url]
    box.run(*ask, "-c", "execute bad.yaml --detach", "-c", "show status")
    look = [*ask, "--execution", "x1"]
    out, _ = box.run(*look, "--log-file", "seen.log", "--verbosity", "error",
                     status=1)
    same("ok " in out, False)
    with open(os.path.join(box.dir, "seen.log")) as f:
        lines = f.read()
    same(len(re.findall(r"(?m)^\d{4}-\d\d-\d\dT[\d:.]+Z ERROR x1 a: .*$",
                        lines)), 1, lines)
    box.run(*look, "--log-file", "seen.log", status=1)
    with open(os.path.join(box.dir, "seen.log")) as f:
        same(f.read(), lines + lines)
    _, err = box.run(*look, "--log-file", "/dev/full", status=4)
    holds(err, "/dev/full: cannot write")
    t = Terminal(box, *look, "--log-file", "/dev/full")
    t.until("! log file: ")
    t.type("show status\r")  # the console works without
    t.until("errors +1 error")
    t.type("exit\r")
    t.ends(0)
    os.mkdir(os.path.join(box.dir, "folder"))
    box.run(*look, "--log-file", "folder", status=4)
    os.makedirs(os.path.join(box.dir, "config/tapedeck"))
    box.write("config/tapedeck/config.yaml", "console: {log-file: ../../folder}\n")
    _, err = box.run(*look, status=1)
    holds(err, "warning: --log-file")


def a_journal_has_names_before_they_are_told(box):
    box.write("quick.yaml", QUICK)
    box.run("run", "quick.yaml")
    out, _ = box.run("console", ".tapedeck/x1.tape.gz", "-c",
                     "plan show --view dependencies", "-c",
                     "plan --view tasks", "-c", "show results")
    holds(out, "✓ a make it", "└─ ✓ b look at it",
          "1 root, 2 tasks, 1 edge;", "gate execution: pass")
    for form in ("dot", "mermaid", "json"):
        out, _ = box.run("console", ".tapedeck/x1.tape.gz", "-c",
                         "plan --format " + form)
        same(out, box.run("plan", "show", "quick.yaml", "--format", form)[0])
    t = Terminal(box, "console", ".tapedeck/x1.tape.gz", "--speed", "0.01")
    t.until("from a tape")
    t.type("  plan --view tasks\r")
    t.until("b +look at it +waits +a")
    t.type("exit\r")
    t.ends(0)


def filters_of_a_plan_choose_its_view(box):
    box.write("quick.yaml", QUICK.replace("name: make it,",
                                          "name: make it, phase: 2,"))
    box.run("run", "quick.yaml")
    server = box.serve()
    live = ["console", "--connect", server.url]
    tape = ["console", ".tapedeck/x1.tape.gz"]
    for line, there, missing in (
            ("plan show quick.yaml --phase PLANNING", "make it", "look at it"),
            ("plan show quick.yaml --phase Execution", "look at it", "make it"),
            ("plan show quick.yaml --from b", "look at it", "make it")):
        for console, line in ((live, line),
                              (tape, line.replace(" quick.yaml", ""))):
            out, _ = box.run(*console, "-c", line)
            holds(out, there)
            if missing in out:
                raise AssertionError("%s: %s" % (line, out))
    for line, status, text in (
            ("plan show --phase planing", 2, "no phase"),
            ("plan --view stats --phase planning", 2,
             "--phase is of --view tasks, not of stats"),
            ("plan --phase planning --from a", 2, "--from is of --view dep"),
            ("plan --format dot --state done", 2, "leave out --state"),
            ("plan lint --phase planning", 2, "--phase is of plan show"),
            ("plan --blueprint x", 2, "is of plan generate"),
            ("plan frobnicate", 2, '"frobnicate" is one word too many'),
            ("plan show a b", 2, '"b" is one word too many'),
            ("show status now", 2, '"now" is one word too many')):
        holds(box.run(*tape, "-c", line, status=status)[1], text)


def what_came_to_nothing_fails(box):
    box.write("quick.yaml", QUICK)
    server = box.serve()
    live = ["console", "--connect", server.url, "--execution", "x1"]
    box.run(*live[:3], "-c", "execute quick.yaml")
    box.run(*live)
    for line, status, text in (
            ("validate", 0, ""),
            ("validate --check lint", 1, "no gate of this kind was run"),
            ("test", 1, "nothing was tested"),
            ("test cart", 1, "nothing was tested"),
            ("validate x9", 2, 'there is no execution "x9"'),
            ("context clear", 1, "there is nothing to clear"),
            ("context empty", 2, "wants show or stats")):
        holds(box.run(*live, "-c", line, status=status)[1], text)
        out, _ = box.run(*live, "--json", "-c", line, status=status)
        same(json.loads(out)["success"], status == 0, line)


def a_gate_that_could_not_run_has_a_status_of_its_own(box):
    box.write("quick.yaml", QUICK)
    os.mkdir(os.path.join(box.dir, ".tapedeck"))
    gates = os.path.join(box.dir, ".tapedeck/gates.yaml")
    lint = "gates: 1\nchecks:\n  lint: {kind: lint, run: no_such_tool, " \
           "reads: {gcc: $OUT/x}}\n"
    for text, runs in ((lint, "x1"), (lint + "  build: {kind: custom, run: 'false'}\n", "x2")):
        with open(gates, "w") as f:
            f.write(text)
        server = box.serve()
        live = ["console", "--connect", server.url]
        out, _ = box.run(*live, "-c", "execute quick.yaml",
                         status=7 if runs == "x1" else 1)
        holds(out, "✗ lint")
        ask = [*live, "--execution", runs, "-c"]
        _, err = box.run(*ask, "validate --check lint", status=7)
        holds(err, "validate: could not be judged")
        box.run(*ask, "validate", status=7 if runs == "x1" else 1)
        box.run(*ask, "validate --check syntax",
                status=7 if runs == "x1" else 1)
        server.terminate()
        server.wait(LIMIT)


def another_tape_is_played(box):
    shutil.copy(demo_tape(box), os.path.join(box.dir, "other.tape.gz"))
    t = Terminal(box, "console", demo_tape(box), "--speed", "max")
    t.until("100.0%")
    t.type("replay nothere.tape\r")
    t.until("nothere.tape")
    t.type("replay oth\t--speed 0.05\r")
    t.until(r"0\.05x")
    t.until(" 0/40")
    t.type("replay oth\t--step\r")
    t.until(r"❚❚ 1x +00:00\.0")
    t.type("replay oth\t--start seq:20\r")
    t.until(r"[▶■] 1x .*seq [2-7]\d/")
    t.type("replay oth\t--start 50% --step\r")
    t.until(r"❚❚ 1x +00:00\.7")
    t.type("replay oth\t--start there\r")
    t.until('@ wants .*got "there"')
    t.type("exit\r")
    t.ends(0)
    _, err = box.run("console", demo_tape(box), "-c",
                     "replay other.tape.gz --step", status=1)
    holds(err, "--step and --start are of a terminal")
    out, _ = box.run("console", demo_tape(box), "-c", "replay other.tape.gz")
    holds(out, "[40/40] done")


# ---- somebody who has read nothing ----

def help_and_tab_are_enough(box):
    """help names the commands, Tab their words, each answer what comes next."""
    server = box.serve()
    t = Terminal(box, "console", "--connect", server.url, rows=40, columns=110)
    t.until("connected")
    t.type("help\r")
    t.until("spec +say what to build, answer questions")
    t.until("Tab complete")
    t.type("sp\t")
    t.until("tapedeck> spec ")
    t.type("\"Command-line tool for wine\"\r")
    for answer in ("users> the cellar", "features> list, add", "auth> 1",
                   "scale> small", "timeline> 3 weeks"):
        question, text = answer.split("> ")
        t.until(r"\r" + question + "> ")
        t.type(text + "\r")
        t.until(question + " ")
    t.until("next +spec ready, then plan generate")
    t.type("spec r\t\r")
    t.until("next +plan generate")
    t.type("plan \t")
    for verb in ("show", "generate", "review", "lint", "why"):
        t.until("  %s +" % verb)
    t.type("g\t\r")
    t.until(r"\d+ tasks in \d+ waves, \d+ files, by the blueprint cli-c")
    t.type("plan show --view \t")
    t.until("dependencies")
    t.type("ti\t\r")
    t.until("Execution +0/")
    t.type("exe\t\r")
    t.until("✓ completed in", 100)
    t.until(r"tasks +(\d+) of \1, 0 retries, 0 failed")
    t.type("show artifact src/\t")
    t.until(r"  src/\w+\.c ")
    t.type("main.c\r")
    t.until("src/main.c  file, ")
    t.until(r"   1  ")
    t.type("val\t\r")
    for gate in ("build", "tests", "execution"):
        t.until("✓ %s +pass" % gate)
    t.until("passed [0-9]+ gates")
    t.type("test\r")
    t.until(r"[0-9]+ tests?, 0 failed")
    t.type("exit\r")
    t.ends(0)


def run_case(cases, argv):
    deck, root, name = argv[1:]
    box = Box(os.path.abspath(deck), root)
    try:
        cases[name](box)
    finally:
        box.close()


if __name__ == "__main__":
    run_case(globals(), sys.argv)
