#!/usr/bin/python3
"""What a real shell makes of words and a TAB, after sourcing our script.

usage: complete.py TAPEDECK

Each shell runs on a terminal of its own, with a function in the place of
tapedeck that prints its words; the words of a row are typed, then TAB and
return. Prints one line per breach; exits 1 if there is any.
"""
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

SECONDS = 240
SHELLS = {
    "bash": (["bash", "--norc", "-i"], "tapedeck() { echo \"<$*>\"; }\n"),
    "zsh": (["zsh", "-f", "-i"], "tapedeck() { print -r -- \"<$*>\" }\n"),
    "fish": (["fish", "--no-config", "-i"],
             "function tapedeck; echo \"<$argv>\"; end\n"),
}
PLAN = b"""plan: 1
name: greeting
tasks:
- {id: words, run: "true"}
- {id: shout, run: "true"}
"""
# What is typed before the TAB, and the words that come of it.
ROWS = [
    ("vali", "validate"),
    ("contract lin", "contract lint"),
    ("contr exp", "contr explain"),
    ("config e", "config explain"),
    ("completion z", "completion zsh"),
    ("help squ", "help squeeze"),
    ("record --on-overload drop-n", "record --on-overload drop-new"),
    ("recor --max-du", "recor --max-duration"),
    ("replay --max-late", "replay --max-lateness"),
    ("info --color=al", "info --color=always"),
    ("record -o th", "record -o this.tape.gz"),
    ("info th", "info this.tape.gz"),
    # What is in the folder: an execution, its tape, its tasks.
    ("info .tapedeck/x1.", "info .tapedeck/x1.tape.gz"),
    ("conso .tapedeck/x1.", "conso .tapedeck/x1.tape.gz"),
    ("resume x", "resume x1"),
    ("logs x1 sh", "logs x1 shout"),
    ("approve x1 wo", "approve x1 words"),
    ("cancel x1 wo", "cancel x1 words"),
    ("retry x1 --from wo", "retry x1 --from words"),
]


class Terminal:
    """A shell that is typed into."""

    def __init__(self, command, folder):
        self.seen = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe(command[0], command, dict(
                PATH=folder + "/bin:" + os.environ["PATH"], HOME=folder, TERM="dumb",
                LC_ALL="C.UTF-8", COLUMNS="200", PS1="$ "))

    def type(self, text):
        os.write(self.fd, text.encode())

    def wait(self, pattern):
        """The first match in what has not been looked at; None: it ended."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            match = re.search(pattern, self.seen)
            if match:
                self.seen = self.seen[match.end():]
                return match
            if select.select([self.fd], [], [], 1)[0]:
                try:
                    self.seen += os.read(self.fd, 65536).decode("utf-8",
                                                                "replace")
                except OSError:
                    return None
        return None

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def ask(shell, tapedeck, folder):
    command, stand_in = SHELLS[shell]
    script = os.path.join(folder, "script." + shell)
    with open(script, "wb") as file:
        subprocess.run([tapedeck, "completion", shell], stdout=file, check=True)
    with open(script, "a", encoding="utf-8") as file:
        file.write(stand_in)
    terminal = Terminal(command, folder)
    try:
        # The quotes are in what is typed, not in what is printed.
        terminal.type(". %s; echo rea''dy\n" % script)
        if not terminal.wait("ready"):
            yield "%s: does not start: %r" % (shell, terminal.seen)
            return
        for typed, want in ROWS:
            terminal.type("tapedeck %s\t\n" % typed)
            got = terminal.wait(r"<([^>\n]*)>")
            words = got.group(1).strip() if got else None
            if words != want:
                yield "%s: %r became %r, not %r" % (shell, typed, words, want)
            if got is None:
                return
    finally:
        terminal.close()


def main(tapedeck):
    bad = []
    with tempfile.TemporaryDirectory() as folder:
        open(os.path.join(folder, "this.tape.gz"), "wb").close()
        os.mkdir(os.path.join(folder, "bin"))
        os.symlink(tapedeck, os.path.join(folder, "bin", "tapedeck"))
        subprocess.run([tapedeck, "run", "-", "--quiet"], cwd=folder,
                       input=PLAN, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=True)
        tape = os.path.join(".tapedeck", "x1.tape.gz")
        made = subprocess.run(
            [tapedeck, "console", tape, "-c", "session create shop"],
            cwd=folder, stdout=subprocess.PIPE, encoding="utf-8", check=True,
            env=dict(PATH=os.environ["PATH"], HOME=folder, LC_ALL="C.UTF-8"))
        session = re.search(r"2\d{7}_\d{6}_[0-9a-f]+", made.stdout).group()
        ROWS.append(("console --session 2", "console --session " + session))
        for shell in SHELLS:
            bad += ask(shell, tapedeck, folder)
    print("\n".join(bad) if bad else "%d words in %d shells" % (
        len(ROWS), len(SHELLS)))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
