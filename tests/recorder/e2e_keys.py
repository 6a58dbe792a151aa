#!/usr/bin/python3
"""Keys while recording: they set markers, where the terminal is ours.

usage: e2e_keys.py TAPEDECK [CASE...]
"""
import fcntl
import inspect
import os
import pty
import select
import subprocess
import sys
import termios
import time

import e2e
from e2e import holds, kinds, same, tape


class Screen:
    """A terminal, the process that it belongs to, and what was written."""

    def __init__(self, box, *args, stdin=None, program=None):
        self.keys, inside = pty.openpty()
        self.seen = b""
        self.process = subprocess.Popen(
            [program or box.tapedeck, *args], cwd=box.dir, stdin=stdin or inside,
            stdout=subprocess.DEVNULL, stderr=inside, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(2, termios.TIOCSCTTY, 0),
            env={"PATH": os.environ["PATH"], "HOME": box.dir, "LC_ALL": "C.UTF-8"})
        self.inside = inside  # held: a close may overtake the last words
        box.started.append(self.process)

    def wait_for(self, text):
        end = time.monotonic() + e2e.SECONDS
        while text not in self.seen:
            if not select.select([self.keys], [], [], end - time.monotonic())[0]:
                raise AssertionError(f"no {text!r} in {self.seen!r}")
            self.seen += os.read(self.keys, 65536)

    def press(self, keys):
        os.write(self.keys, keys)

    def end(self):
        self.wait_for(b"tape.gz, ")
        status = self.process.wait(timeout=e2e.SECONDS)
        os.close(self.inside)
        os.close(self.keys)
        return status


LISTEN = ["record", "--listen", "127.0.0.1:0", "--to", "http://127.0.0.1:1",
          "-o", "t.tape.gz"]


def m_sets_a_marker(box):
    screen = Screen(box, *LISTEN)
    screen.wait_for(b"lag")
    screen.press(b"?")
    screen.wait_for(b"m sets a marker")
    screen.press(b"xm\x1b[A")
    screen.wait_for(b"mark +")
    screen.seen = b""
    screen.press(b"m")
    screen.wait_for(b"mark +")
    screen.press(b"\x03")
    same(screen.end(), 0)
    names = [e["json"]["name"] for e in kinds(tape(box), "marker")]
    same(len(names), 2)
    holds(names[0], "mark +")
    status, out, _ = box.run("cat", "--start", f"marker:{names[1]}", "--no-header",
                             "t.tape.gz")
    same((status, len(out.splitlines()) < len(tape(box))), (0, True))


def the_terminal_gets_its_settings_back(box):
    screen = Screen(box, *LISTEN)
    screen.wait_for(b"lag")
    same(termios.tcgetattr(screen.keys)[3] & termios.ICANON, 0)
    screen.press(b"\x03")
    screen.wait_for(b"tape.gz, ")
    same(bool(termios.tcgetattr(screen.keys)[3] & termios.ICANON), True)
    same(screen.end(), 0)


def the_keys_of_a_command_are_its_own(box):
    """What is typed goes to the command, line by line."""
    screen = Screen(box, "record", "-o", "t.tape.gz", "--", "head", "-n", "1")
    screen.press(b"mm\n")
    same(screen.end(), 0)
    same(kinds(tape(box), "marker"), [])


def without_a_terminal_nothing_is_read(box):
    with open(box.path("in"), "wb") as file:
        file.write(b"mmm\n")
    with open(box.path("in"), "rb") as keys:
        screen = Screen(box, *LISTEN, stdin=keys)
        screen.wait_for(b"lag")
        same(keys.tell(), 0)
        screen.press(b"\x03")
        same(screen.end(), 0)
    same(kinds(tape(box), "marker"), [])


def in_the_background_it_goes_on(box):
    """The shell has the terminal meanwhile, and gives it back."""
    shell = Screen(box, "PS1=ready> ", "/bin/bash", "--norc", "--noprofile", "-i",
                   program="/usr/bin/env")
    shell.wait_for(b"ready> ")
    shell.press(" ".join([box.tapedeck, *LISTEN]).encode() + b"\n")
    shell.wait_for(b"lag")
    shell.seen = b""
    shell.press(b"\x1a")
    shell.wait_for(b"ready> ")
    for line, answer in (b"bg", b""), (b"echo m$((6*7))m >&2", b"m42m"):
        shell.seen = b""
        shell.press(line + b"\n")
        shell.wait_for(answer)
        shell.wait_for(b"ready> ")
    shell.seen = b""
    shell.wait_for(b"lag")
    shell.press(b"fg\n")
    shell.press(b"m")
    shell.wait_for(b"mark +")
    shell.press(b"\x03")
    shell.wait_for(b"tape.gz, ")
    shell.press(b"exit\n")
    same(shell.process.wait(timeout=e2e.SECONDS), 0)
    os.close(shell.keys)
    same(len(kinds(tape(box), "marker")), 1)


TABLE = {name: value for name, value in list(globals().items())
         if inspect.isfunction(value) and value.__module__ == "__main__"}

if __name__ == "__main__":
    sys.exit(e2e.main(os.path.abspath(sys.argv[1]), sys.argv[2:] or TABLE,
                      TABLE))
