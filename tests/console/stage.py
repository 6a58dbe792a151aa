"""A stage for the console: a tmux of its own, tapes, servers, and pictures.

Every wait is for something that can be seen; nothing sleeps for a time.
"""
import difflib
import json
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

LIMIT = 240  # seconds that anything may take
HERE = os.path.dirname(os.path.abspath(__file__))
GOLDENS = os.path.join(HERE, "scenes")

CONF = """set -g status off
set -g history-limit 20000
set -g escape-time 0
set -g default-terminal tmux-256color
"""

# What differs from run to run, and what stands for it.
MASKS = [(re.compile(p), r) for p, r in (
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b", "UUID"),
    (r"[█░]+(?= .* reconnecting, try)", "BAR"),  # as long as that leaves
    (r"(?<= old )─+", "RULE"),
    (r"\btry \d+( in \d+\.\ds)?", "try N"),
    (r"\b\d+:\d\d(\.\d)?\b", "MM:SS"),
    (r" +(\d+m\d\d|\d+(\.\d+)?)s\b", " AGE"),
    (r"\b\d+(\.\d+)?(ms|s)\b", "AGE"))]


class Failed(Exception):
    pass


def poll(what, describe):
    """The first true value of what(); describe() says what was there instead."""
    end = time.monotonic() + LIMIT
    while True:
        found = what()
        if found:
            return found
        if time.monotonic() > end:
            raise Failed(describe())
        select.select([], [], [], 0.04)


def mask_session(text):
    return re.sub(r"\b\d{8}_\d{6}_[0-9a-f]{8}\b", "SESSION", text)


def mask(text):
    """What a clock decides; screens of tapes have their own, and stay."""
    for pattern, word in MASKS:
        text = pattern.sub(word, text)
    return text


def cells(screen):
    """The signs of each line with their colors, however these were written: tmux
    ends a color on that line or on the next, and keeps blanks at the end of a
    line or not, as its cells were cleared."""
    lines, style = [], frozenset()
    for line in screen.split("\n"):
        row = []
        for part in re.split(r"(\\e\[[0-9;]*m)", line):
            if not part.startswith("\\e["):
                row += [(sign, style if sign != " " else None) for sign in part]
                continue
            for code in (int(c or 0) for c in part[3:-1].split(";")):
                style = style - set(range(30, 38)) - set(range(90, 98)) \
                    if code >= 30 else style
                style = frozenset() if code == 0 else \
                    style | ({code} - {39})
        while row and row[-1][0] == " ":
            row.pop()
        lines.append(row)
    return lines


# ---- tapes ----

def stamp(ms):
    s, ms = divmod(ms, 1000)
    return "2026-01-01T%02d:%02d:%02d.%03dZ" % (12 + s // 3600, s // 60 % 60,
                                               s % 60, ms)


class Tape:
    """Envelopes at times in milliseconds, numbered as they are put."""

    def __init__(self):
        self.events = []
        self.seq = 0

    def put(self, ms, kind, **data):
        self.seq += 1
        data["seq"] = self.seq
        self.events.append((ms, {"type": kind, "timestamp": stamp(ms),
                                 "data": data}))
        return self

    def note(self, ms, name, **said):
        """A line of a journal that is no event."""
        self.events.append((ms, {"type": name, "run": said}))
        return self

    def text(self):
        lines = [{"tape": 1, "id": "00000000-0000-4000-8000-000000000000",
                  "start": stamp(0), "clock": "monotonic", "source": "test",
                  "recorder": "test"}]
        for s, (ms, envelope) in enumerate(self.events, 1):
            lines.append({"s": s, "t": ms * 1000000, "d": "out", "c": 1,
                          **({"k": "run"} if "run" in envelope else {}),
                          "ev": envelope["type"],
                          "json": envelope.get("run", envelope)})
        names = {}
        for _, envelope in self.events:
            names[envelope["type"]] = names.get(envelope["type"], 0) + 1
        body = "".join(json.dumps(line, ensure_ascii=False,
                                  separators=(",", ":")) + "\n"
                       for line in lines)
        notes = sum("run" in envelope for _, envelope in self.events)
        last = self.events[-1][0] * 1000000 if self.events else 0
        return body + json.dumps(
            {"end": {"how": "clean", "events": len(self.events), "last": last,
                     "lost": 0, "text": len(body.encode()), "names": names,
                     "kinds": {"run": notes} if notes else {}}}, separators=(",", ":")) + "\n"


# ---- the stage ----

class Stage:
    """A folder, a tmux server, and everything that was started."""

    def __init__(self, deck, root, name, bless=False, pictures=None):
        self.deck, self.root, self.name = deck, root, name
        self.bless, self.pictures = bless, pictures
        self.dir = tempfile.mkdtemp(prefix="td-%s-" % name[:20])
        self.socket = os.path.join(self.dir, "tmux")
        self.started = []
        self.shots = {}
        self.panes = 0
        self.tmux_server = None
        self.live = False  # the clock is the machine's

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)
        return name

    def run(self, *words, text="", env=None):
        return subprocess.run([self.deck, *words], cwd=self.dir, input=text,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              encoding="utf-8", timeout=LIMIT,
                              env=self.env(env), check=False)

    def env(self, more=None):
        env = {"PATH": os.environ["PATH"], "HOME": self.dir,
               "LC_ALL": "C.UTF-8", "TERM": "tmux-256color", "SHELL": "/bin/sh",
               "HISTFILE": "/dev/null",
               "XDG_STATE_HOME": self.path("state"),
               "XDG_CONFIG_HOME": self.path("config"), **(more or {})}
        return {k: v for k, v in env.items() if v is not None}

    def start(self, words, **how):
        process = subprocess.Popen(words, cwd=self.dir, env=self.env(), **how)
        self.started.append(process)
        return process

    def serve(self, *more, port=0):
        self.live = True
        ready = self.path("ready")
        if os.path.exists(ready):
            os.unlink(ready)
        server = self.start(
            [self.deck, "serve", "--listen", "127.0.0.1:%d" % port, "--drain",
             "1s", "--ready-file", ready, *more], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        poll(lambda: os.path.exists(ready) or server.poll() is not None,
             lambda: "the server did not begin")
        with open(ready, encoding="utf-8") as line:
            server.port = json.loads(line.read())["port"]
        server.url = "sio://127.0.0.1:%d/" % server.port
        return server

    def tmux(self, *words):
        done = subprocess.run(["tmux", "-S", self.socket, *words],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              encoding="utf-8", timeout=LIMIT, env=self.env(),
                              check=False)
        if done.returncode:
            raise Failed("tmux %s: %s" % (words[0], done.stderr))
        return done.stdout

    def open_tmux(self):
        if self.tmux_server:
            return
        self.write("tmux.conf", CONF)
        self.tmux_server = self.start(
            ["tmux", "-D", "-S", self.socket, "-f", self.path("tmux.conf")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        poll(lambda: os.path.exists(self.socket), lambda: "tmux did not begin")

    def pane(self, *words, size=(80, 24), env=None):
        """The console in a terminal of this size; without words a shell."""
        self.open_tmux()
        self.panes += 1
        name = "p%d" % self.panes
        # By env, because tmux has a TERM of its own; the status by a file,
        # because tmux does not always notice an end, and scrolls when it does.
        names = ["%s=%s" % pair for pair in self.env(env).items()]
        command = [self.deck, "console", *words] if words else \
            ["/bin/bash", "--norc", "--noprofile"]
        self.tmux("new-session", "-d", "-s", name, "-x", str(size[0]), "-y",
                  str(size[1]), "-c", self.dir, "--", "/bin/sh", "-c",
                  '"$@"; echo $? >"$0"; exec tail -f /dev/null',
                  self.path(name + ".status"),
                  "env", "-i", *names, *command)
        return Pane(self, name)

    def close(self):
        for process in reversed(self.started):
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)

    # ---- goldens ----

    def golden(self):
        return os.path.join(GOLDENS, self.name + ".txt")

    def expected(self):
        """Its golden: label to screen."""
        if not os.path.exists(self.golden()):
            return {}
        with open(self.golden(), encoding="utf-8") as f:
            parts = re.split(r"(?m)^== (.*)\n", f.read())
        return dict(zip(parts[1::2], parts[2::2]))

    def save(self):
        with open(self.golden(), "w", encoding="utf-8") as f:
            for label, screen in self.shots.items():
                f.write("== %s\n%s" % (label, re.sub(r"(?m) +$", "", screen)))


class Pane:
    """A terminal with a program in it."""

    def __init__(self, stage, name):
        self.stage, self.name = stage, name

    def tmux(self, command, *words):
        return self.stage.tmux(command, "-t", self.name, *words)

    def capture(self, colors=False, history=False):
        return self.tmux("capture-pane", "-p", *(["-e"] if colors else []),
                         *(["-S", "-"] if history else []))

    def ask(self, what):
        return self.tmux("display-message", "-p", "#{%s}" % what).strip()

    def until(self, pattern, history=False):
        """Wait for what matches the pattern to be on the screen."""
        compiled = re.compile(pattern, re.M)
        return poll(lambda: compiled.search(self.capture(history=history)),
                    lambda: "%r never came:\n%s" % (pattern, self.capture()))

    def gone(self, pattern):
        """Wait until nothing on the screen matches the pattern."""
        compiled = re.compile(pattern, re.M)
        poll(lambda: not compiled.search(self.capture()),
             lambda: "%r stayed:\n%s" % (pattern, self.capture()))

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def keys(self, *names):
        """Keys as tmux names them: Enter, C-c, Left."""
        self.tmux("send-keys", *names)

    def enter(self, text):
        self.type(text)
        self.keys("Enter")

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def status(self):
        try:
            with open(self.stage.path(self.name + ".status"),
                      encoding="ascii") as f:
                return f.read().strip()
        except FileNotFoundError:
            return ""

    def pid(self):
        """Of the program."""
        shell = self.ask("pane_pid")
        with open("/proc/%s/task/%s/children" % (shell, shell),
                  encoding="ascii") as f:
            return int(f.read().split()[0])

    def ends(self, status):
        """Wait for the program's end."""
        found = poll(self.status,
                     lambda: "it does not end:\n" + self.capture())
        if found != str(status):
            raise Failed("status %s, not %d:\n%s" % (found, status,
                                                     self.capture()))

    def screen(self):
        text = self.capture(colors=True).rstrip("\n") + "\n"
        text = text.replace("\x1b[0m\x1b[39m\x1b[49m", "\x1b[0m")
        text = text.replace("\x1b", "\\e").replace("\x0f", "")
        text = mask_session(text)
        return mask(text) if self.stage.live else text

    def screen_plain(self):
        return mask(self.capture())

    def shows(self, label):
        """The whole screen, with colors, is that of the golden."""
        stage = self.stage
        want = stage.expected().get(label)
        if stage.bless:
            want = self.still()
        if stage.pictures:
            self.still()
            stage.pictures(stage.name + "-" + label.replace(" ", "-"),
                           self.capture(colors=True))
        if want is None:
            raise Failed("no golden %r; see --bless" % label)
        poll(lambda: cells(self.screen()) == cells(want), lambda: "\n".join(
            difflib.unified_diff(want.split("\n"), self.screen().split("\n"),
                                 "golden", "screen", lineterm="")))
        stage.shots[label] = want

    def still(self):
        """The screen once it stands as long as ages take to be drawn again."""
        seen = [None, time.monotonic()]

        def settled():
            now = self.screen()
            if now != seen[0]:
                seen[:] = [now, time.monotonic()]
            return time.monotonic() - seen[1] > 0.8
        poll(settled, lambda: "it never stands still")
        return seen[0]
