#!/usr/bin/python3
"""The console on a terminal that takes little, or nothing for a while.

usage: slow.py TAPEDECK ROOT CASE
"""
import os
import re
import select
import signal
import sys
import termios
import time

import fake
from e2e import LIMIT, Terminal, run_case, same
from stage import Tape

COUNT = 99999
# What a terminal is told but text: whole sequences of those the console knows.
WHOLE = re.compile(rb"\x1b\[\??[0-9]*(;[0-9]+)*[A-Za-z]")


def steps(count):
    run = Tape().put(0, "execution_started", execution_id="x", plan_id="many",
                     total_tasks=count)
    for n in range(1, count + 1):
        run.put(n // 10, "progress_update", task_id="T%d" % n, task_name="step",
                status="completed", duration_ms=1)
    return run.events


def wait_for(happened, what):
    end = time.monotonic() + LIMIT
    while not happened():
        if time.monotonic() > end:
            raise AssertionError("%s never came" % what)
        select.select([], [], [], 0.02)


def memory_kib(pid):
    """The most it had; 0 where a sanitizer watches, which needs its own."""
    with open("/proc/%d/maps" % pid, encoding="utf-8") as f:
        if "libasan" in f.read():
            return 0
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        return int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1))


def no_sequence_is_torn(raw):
    left = WHOLE.sub(b"", raw)
    if b"\x1b" in left:
        at = left.index(b"\x1b")
        raise AssertionError("a torn sequence: %r" % left[at - 20:at + 20])


def joined(box, server):
    t = Terminal(box, "console", "--connect", server.url, "--execution", "x")
    t.until("connected")
    return t


def a_terminal_that_takes_nothing_holds_nobody_up(box):
    """All events are taken while it stands; then it shows how it stands now,
    not what there was in between."""
    server = fake.Server()
    box.started.append(server)
    t = joined(box, server)
    termios.tcflow(t.slave, termios.TCOOFF)
    server.send(steps(COUNT))
    wait_for(lambda: server.sent == COUNT + 1, "the last event")
    t.type("show tokens")
    t.raw = b""
    termios.tcflow(t.slave, termios.TCOON)
    t.until("tapedeck> show tokens")
    t.type("\r")
    t.until("tokens +0")
    t.until("%d/%d" % (COUNT, COUNT))
    wait_for(lambda: t.read() or " lines, logs shows them" in t.all,
             "how many lines were not shown")
    no_sequence_is_torn(t.raw)
    if len(t.raw) > 256 << 10:
        raise AssertionError("%d bytes were drawn" % len(t.raw))
    if memory_kib(t.process.pid) > 64 << 10:
        raise AssertionError("%d KiB of memory" % memory_kib(t.process.pid))
    t.type("\x04")
    t.ends(0)


def a_terminal_that_takes_a_little_at_a_time(box):
    """A few bytes each time the console has had its turn: keys are answered,
    what comes is whole, and it comes to the end."""
    server = fake.Server()
    box.started.append(server)
    t = joined(box, server)
    server.send(steps(COUNT), rate=20000)
    t.raw = b""
    typed = "show status"
    for key in typed:
        t.type(key)
    end = time.monotonic() + LIMIT
    # The rows are drawn again and again: what was typed stands in the last.
    while typed.encode() not in t.raw or server.sent <= COUNT:
        if time.monotonic() > end:
            raise AssertionError("never came: %r" % t.raw[-400:])
        if select.select([t.master], [], [], 0.1)[0]:
            t.raw += os.read(t.master, 16)
    t.until("%d/%d" % (COUNT, COUNT))
    t.type("\r")
    t.until("%d completed" % COUNT)
    no_sequence_is_torn(t.raw)
    t.type("exit\r")
    t.ends(0)


def facts_do_not_wait_for_the_block(box):
    """What a task came to is written between two times that the block is drawn,
    over it, and the block is not drawn again for it."""
    server = fake.Server()
    box.started.append(server)
    t = joined(box, server)
    server.send([e for i, e in enumerate(steps(COUNT)) if i < 3000], rate=100)
    t.raw = b""

    def alone():
        t.read()
        drawn = re.findall(rb"\x1b\[\?2026h(.*?)\x1b\[\?2026l", t.raw, re.S)
        return [d for d in drawn if b" step " in d and b"/%d" % COUNT not in d]

    wait_for(alone, "a fact without the block")
    if not re.search(rb"\x1b\[\d+L", t.raw):
        raise AssertionError("nothing was inserted: %r" % t.raw[-400:])
    no_sequence_is_torn(t.raw[:t.raw.rindex(b"l") + 1])
    t.type("exit\r")
    t.ends(0)


def a_terminal_that_stands_holds_no_end_up(box):
    server = fake.Server()
    box.started.append(server)
    t = joined(box, server)
    termios.tcflow(t.slave, termios.TCOOFF)
    server.send(steps(100))
    wait_for(lambda: server.sent == 101, "the last event")
    t.process.send_signal(signal.SIGTERM)
    wait_for(lambda: t.process.poll() is not None, "its end")
    same(t.process.returncode, 130)
    same(termios.tcgetattr(t.slave), t.modes)
    termios.tcflow(t.slave, termios.TCOON)


if __name__ == "__main__":
    run_case(globals(), sys.argv)
