"""The bars of `tapedeck console`, on a terminal of 80x24 (pty) that is read as
fast as it comes: what a key, an event and a seek take until they are seen.

The server is tests/console/fake.py, which sends what it is told to.
"""
import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

from bars import ROOT, Bar

sys.path.insert(0, os.path.join(ROOT, "tests", "console"))
import fake  # noqa: E402  pylint: disable=wrong-import-position
from stage import Tape, stamp  # noqa: E402  pylint: disable=wrong-import-position

LIMIT_S = 120
MILLION = 1_000_000


class Screen:
    """A console on a terminal of its own, and what it wrote, with the times."""

    def __init__(self, bench, *words):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm",
               "HOME": bench.path("home"), "NO_COLOR": "1"}
        self.began = time.monotonic()
        self.process = subprocess.Popen([bench.deck, "console", *words], stdin=slave,
                                        stdout=slave, stderr=slave, env=env)
        os.close(slave)
        self.text = ""
        self.at = 0.0

    def read(self):
        if not select.select([self.master], [], [], 0.2)[0]:
            return ""
        came = os.read(self.master, 1 << 16).decode(errors="replace")
        self.at = time.monotonic()
        self.text = (self.text + came)[-20000:]
        return came

    def until(self, pattern):
        """When what matches it was there."""
        end = time.monotonic() + LIMIT_S
        while not re.search(pattern, self.text):
            if time.monotonic() > end:
                raise SystemExit(f"bench: {pattern!r} never came: {self.text[-500:]!r}")
            self.read()
        return self.at

    def type(self, keys):
        self.text = ""
        began = time.monotonic()
        os.write(self.master, keys.encode())
        return began

    def rss_mib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as f:
            return int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1)) / 1024

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        self.process.terminate()
        self.process.wait(LIMIT_S)
        os.close(self.master)


def steps(count, gap_us=1000):
    """A run of so many tasks that end one after the other."""
    run = Tape().put(0, "execution_started", execution_id="x", plan_id="many",
                     total_tasks=count)
    for n in range(1, count + 1):
        run.put(n * gap_us // 1000, "progress_update", task_id=f"T{n}", task_name="step",
                status="completed", duration_ms=1)
    return run


def prompt(bench):
    screen = Screen(bench, "--connect", f"sio://127.0.0.1:{fake.free_port()}/")
    took = (screen.until("tapedeck>") - screen.began) * 1000
    screen.close()
    return took


def at_99(values):
    return sorted(values)[int(len(values) * 0.99) - 1]


def busy(count, every):
    """A run of so many events; one in `every` is the end of a task."""
    run = Tape().put(0, "execution_started", execution_id="x", plan_id="many",
                     total_tasks=count // every)
    for n in range(1, count + 1):
        if n % every:
            run.put(n, "log_message", level="info", message=f"line {n}")
        else:
            run.put(n, "progress_update", task_id=f"T{n // every}", task_name="step",
                    status="completed", duration_ms=1)
    return run


def event_to_screen(bench, every, pattern):
    """The ends of tasks among 1,000 events a second: when each was to be seen, by
    the last number that the pattern finds."""
    server = fake.Server()
    server.send(busy(10000, every).events, rate=1000)
    screen = Screen(bench, "--connect", server.url, "--execution", "x")
    waits, seen, tail = [], 0, ""
    while seen < 10000 // every:
        tail = (tail + screen.read())[-4000:]
        found = re.findall(pattern, tail)
        now = int(found[-1]) if found else 0
        for n in range(seen + 1, now + 1):
            waits.append((screen.at - server.began - (n * every + 1) / 1000) * 1000)
        seen = max(seen, now)
    screen.close()
    server.terminate()
    return at_99(waits)


def flood(bench):
    """The slowest of 40 keys that are typed while 10,000 events a second come."""
    server = fake.Server()
    server.send(steps(80000).events, rate=10000)
    screen = Screen(bench, "--connect", server.url, "--execution", "x")
    screen.until("lines, logs shows them")
    waits = []
    for i in range(40):
        began = screen.type(chr(ord("a") + i % 26))
        waits.append((screen.until(r"tapedeck> \w{%d}" % (i + 1)) - began) * 1000)
    screen.close()
    server.terminate()
    return max(waits)


def idle(bench):
    """Of one core, while a task runs and nothing comes."""
    server = fake.Server()
    run = Tape().put(0, "execution_started", execution_id="x", plan_id="idle", total_tasks=9)
    run.put(1, "task_started", task_id="T1", task_name="waits", attempt=1)
    server.send(run.events)
    screen = Screen(bench, "--connect", server.url, "--execution", "x")
    screen.until("T1")
    cpu, began = screen.cpu_s(), time.monotonic()
    while time.monotonic() - began < 10:
        screen.read()
    took = (screen.cpu_s() - cpu) / (time.monotonic() - began) * 100
    screen.close()
    server.terminate()
    return took


def million(bench):
    """A tape of a million events: 1,000 tasks in a second of each a thousand."""
    path = bench.path("console-1m.tape.gz")
    if os.path.exists(path):
        return path
    text = path + ".text"
    with open(text, "w", encoding="utf-8") as out:
        out.write('{"tape":1,"id":"many","start":"2026-01-01T12:00:00Z","clock":"monotonic"}\n')
        for s in range(1, MILLION + 1):
            data = {"execution_id": "x", "plan_id": "many", "total_tasks": 1000}
            kind, ms = "execution_started", 0
            if s > 1:
                ms = s * 10
                kind = "log_message" if s % 1000 else "progress_update"
                data = {"task_id": f"T{s // 1000}", "message": f"line {s}", "level": "info"}
                if kind == "progress_update":
                    data = {"task_id": f"T{s // 1000}", "task_name": "step",
                            "status": "completed", "duration_ms": 10}
            data["seq"] = s
            event = {"type": kind, "timestamp": stamp(ms), "data": data}
            out.write('{"s":%d,"t":%d,"d":"out","c":1,"ev":"%s","json":%s}\n' % (
                s, ms * 1000000, kind, json.dumps(event, separators=(",", ":"))))
        out.write('{"end":{"how":"clean","events":%d,"last":%d,"lost":0}}\n' % (
            MILLION, MILLION * 10000000))
    bench.run([bench.deck, "reindex", text, "-o", path, "-q"])
    os.unlink(text)
    return path


def seek(bench, which):
    """Far into the tape, once; and then 5 s back."""
    screen = Screen(bench, million(bench), "--speed", "0.001")
    screen.until("from a tape")
    screen.type(" ")
    screen.until(r"\|\||❚❚")
    for _ in range(100):  # 500 s of 10,000
        began = screen.type("\x1b[C")
        screen.until(r"seq \d")
    began = screen.type("\x1b[D" if which == "back" else "\x1b[C")
    took = (screen.until(r"seq \d") - began) * 1000
    peak = screen.rss_mib()
    screen.close()
    return peak if which == "memory" else took


def to_the_end(bench):
    """How the run of a tape stands at its end, and out again."""
    path = million(bench)
    began = time.monotonic()
    bench.run([bench.deck, "console", path, "-c", "show status"])
    return (time.monotonic() - began) * 1000


BARS = [
    Bar("console-prompt", "to the prompt, while nothing listens", "ms", {"tapedeck": prompt},
        20, False),
    Bar("console-event", "the end of a task to its line, at 1,000 events a second, p99", "ms",
        {"tapedeck": lambda bench: event_to_screen(bench, 10, r"T(\d+) step ")}, 50, False, 3),
    Bar("console-count", "the same to the count in the block, drawn 15 times a second, p99", "ms",
        {"tapedeck": lambda bench: event_to_screen(bench, 1, r"(\d+)/10000")}, 100, False, 3),
    Bar("console-flood", "key to screen at 10,000 events a second, slowest of 40", "ms",
        {"tapedeck": flood}, 50, False, 3),
    Bar("console-idle", "processor while a task runs, percent of a core", "%",
        {"tapedeck": idle}, 5, False, 3),
    Bar("console-open", "the end of a tape of 1 M events", "ms", {"tapedeck": to_the_end}, 300,
        False, 3),
    Bar("console-seek", "5 s back, 500 s into a tape of 1 M events in 10,000 s", "ms",
        {"tapedeck": lambda bench: seek(bench, "back")}, 50, False, 3),
    Bar("console-memory", "most memory of that", "MiB",
        {"tapedeck": lambda bench: seek(bench, "memory")}, 64, False, 1),
]
