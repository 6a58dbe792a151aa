#!/usr/bin/python3
"""What consoles keep: killed, two at once, without a place to keep it.

usage: keeping.py TAPEDECK ROOT CASE
"""
import glob
import json
import os
import random
import re
import select
import shutil
import signal
import sqlite3
import sys

from e2e import HELD, Box, Terminal, demo_tape, holds, run_case, same

# How often a console is killed; many times more show what is rare.
ROUNDS = int(os.environ.get("TD_KILL_ROUNDS", "10"))
DONE = "(\x1b\\[K)?\r\n"  # behind a line that was done
TAPE = ("--speed", "max")


def store(box, part=""):
    return os.path.join(box.dir, "state", "tapedeck", "console.db" + part)


def rows(box, sql):
    db = sqlite3.connect(store(box))
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def open_tape(box, *words, **env):
    t = Terminal(box, "console", demo_tape(box), *TAPE, *words, **env)
    t.until("100.0%")
    t.until("tapedeck> ")
    return t


def do(t, line):
    t.type(line + "\r")
    t.until("tapedeck> " + re.escape(line) + DONE)


def leave(t, status=0):
    t.type("exit\r")
    t.ends(status)


def killed_at_any_moment_it_keeps_what_was_done(box):
    chance = random.Random(10)
    done = []
    for n in range(ROUNDS):
        t = open_tape(box)
        for i in range(chance.randrange(4)):
            do(t, "logs --query k%d_%d" % (n, i))
            done.append("logs --query k%d_%d" % (n, i))
        t.type(("logs --query last\r" * 3)[:chance.randrange(54)])
        if chance.randrange(2):
            t.read()
        t.process.send_signal(signal.SIGKILL)
        t.process.wait()
        kept = [line for line, in rows(
            box, "SELECT line FROM command WHERE status = 'ok' AND "
            "line LIKE '%k%\\_%' ESCAPE '\\' ORDER BY id")]
        same(kept, done)
        same(rows(box, "PRAGMA integrity_check"), [("ok",)])
    out, _ = box.run("console", demo_tape(box), "-c",
                     "session list --limit 1000")
    same(len(out.splitlines()), len(rows(box, "SELECT id FROM session")))


def killed_while_it_starts(box):
    chance = random.Random(11)
    for n in range(ROUNDS):
        shutil.rmtree(os.path.join(box.dir, "state"), ignore_errors=True)
        t = Terminal(box, "console", demo_tape(box), *TAPE)
        select.select([t.master], [], [], chance.random() / 20)
        t.process.send_signal(signal.SIGKILL)
        t.process.wait()
        _, err = box.run("console", demo_tape(box), "-c", "session create a")
        same(err, "")
        same(rows(box, "SELECT name FROM session"), [("a",)])


def two_at_once_and_one_writer_each(box):
    a, b = open_tape(box), open_tape(box)
    for i in range(5):
        do(a, "logs --query a%d" % i)
        do(b, "logs --query b%d" % i)
    lines = [line[0] for line in rows(box, "SELECT line FROM command ORDER BY "
                                      "session, id")]
    same(sorted(lines), ["logs --query %s%d" % (c, i) for c in "ab"
                         for i in range(5)])
    mine = rows(box, "SELECT session FROM command WHERE line LIKE '%a0'")[0][0]
    _, err = box.run("console", demo_tape(box), "--session", mine, "-c",
                     "show", status=1)
    holds(err, "session %s is open in process %d" % (mine, a.process.pid))
    b.type("session load %s\r" % mine)
    b.until("is open in process %d" % a.process.pid)
    b.type("session load %s --read-only\r" % mine)
    b.until("session %s, last used" % mine)
    do(b, "logs --query never")
    leave(a)
    leave(b)
    same(rows(box, "SELECT line FROM command WHERE line LIKE '%never'"), [])
    same(rows(box, "SELECT id FROM session WHERE owner IS NOT NULL"), [])


def history_outlives_the_console(box):
    t = open_tape(box)
    do(t, "show tokens")
    leave(t)
    t = open_tape(box)
    t.type("\x1b[A\x1b[A\r")  # exit, then the line before it
    t.until("tapedeck> show tokens" + DONE)
    leave(t)


def secrets_are_nowhere(box):
    t = open_tape(box)
    do(t, "logs --query 'token=s3cr3t'")
    t.type("\x1b[200~ logs --query h1dden\x1b[201~\r")
    t.until("h1dden" + DONE)
    do(t, "show status")
    t.type("\x1b[A\x1b[A")
    t.until("tapedeck> show status")
    t.type("\x15")
    leave(t)
    for path in glob.glob(store(box, "*")):
        with open(path, "rb") as f:
            text = f.read()
        same(b"s3cr3t" in text or b"h1dden" in text, False)
        same(os.stat(path).st_mode & 0o777, 0o600)
    same(rows(box, "SELECT line FROM command WHERE line LIKE 'show%'"),
         [("show status",)])


def works_without(box, text, **env):
    """The console says why nothing is kept, and answers."""
    t = Terminal(box, "console", demo_tape(box), *TAPE, **env)
    t.until("! " + text)
    do(t, "show status")
    leave(t)
    same(text in t.all and t.all.count("working without it"), 1)


def a_newer_store_is_left_alone(box):
    t = open_tape(box)
    do(t, "show status")
    leave(t)
    db = sqlite3.connect(store(box))
    db.execute("PRAGMA user_version = 3")
    db.close()
    works_without(box, "session store is version 3, this console knows 1")
    same(rows(box, "PRAGMA user_version"), [(3,)])
    _, err = box.run("console", demo_tape(box), "-c", "session list", status=4)
    holds(err, "is version 3")


def a_broken_store_is_set_aside(box):
    os.makedirs(os.path.dirname(store(box)))
    with open(store(box), "w") as f:
        f.write("not a database " * 1000)
    t = Terminal(box, "console", demo_tape(box), *TAPE)
    t.until("session store was broken: it is kept as ")
    do(t, "show status")
    leave(t)
    same(len(rows(box, "SELECT id FROM session")), 1)
    same(os.path.exists(store(box, ".broken")), True)


def a_home_that_cannot_be_written(box):
    state = os.path.join(box.dir, "state")
    os.mkdir(state)
    os.chmod(state, 0o555)
    os.chmod(box.dir, 0o755)
    user = None if os.geteuid() else 65534
    t = Terminal(box, "console", demo_tape(box), *TAPE, user=user)
    t.until("! session store: cannot be written: Permission denied")
    do(t, "show status")
    leave(t)
    works_without(box, "session store: there is no home for it",
                  XDG_STATE_HOME="", HOME="")


def a_disk_that_fills_up(box):
    library = os.environ.get("TD_FULL")
    if not library or any(k.endswith("SAN_OPTIONS") for k in os.environ):
        return  # a sanitizer wants to be loaded first
    full = os.path.join(box.dir, "full")
    t = open_tape(box, LD_PRELOAD=library, TD_FULL_AT="1", TD_FULL_WHILE=full)
    do(t, "show status")
    box.write("full", "")
    t.type("show tokens\r")
    t.until("! session store: the disk is full: working without it")
    do(t, "logs --stats")
    os.unlink(full)
    t.type("logs\r")
    t.until("session store: works again")
    leave(t)
    same(t.all.count("the disk is full"), 1)
    same(rows(box, "SELECT line, status FROM command ORDER BY id"),
         [("show status", "ok"), ("logs", "ok"), ("exit", "ok")])
    same(rows(box, "PRAGMA integrity_check"), [("ok",)])


def a_disk_that_is_full_from_any_write_on(box):
    library = os.environ.get("TD_FULL")
    if not library or any(k.endswith("SAN_OPTIONS") for k in os.environ):
        return
    full = os.path.join(box.dir, "full")
    words = ("console", demo_tape(box), "--session", "kept", "-c",
             "show status")
    box.run("console", demo_tape(box), "-c", "session create kept")
    number, calm = 1, 0
    while calm < 3:
        box.write("full", "")
        out, err = box.run(*words, LD_PRELOAD=library, TD_FULL_WHILE=full,
                           TD_FULL_AT=str(number))
        os.unlink(full)
        holds(out, "demo")
        if err:
            holds(err, "! session store: the disk is full: working without it")
            same(len(err.splitlines()), 1, err)
        calm = 0 if err else calm + 1
        number += 1
        same(rows(box, "PRAGMA integrity_check"), [("ok",)])
    same(number > 6, True)
    same(box.run(*words)[1], "")
    same(rows(box, "SELECT count(*) FROM command WHERE status = 'running'"),
         [(0,)])


def a_full_disk_from_the_start(box):
    library = os.environ.get("TD_FULL")
    if not library or any(k.endswith("SAN_OPTIONS") for k in os.environ):
        return
    box.write("full", "")
    works_without(box, "session store: the disk is full", LD_PRELOAD=library,
                  TD_FULL_AT="1", TD_FULL_WHILE=os.path.join(box.dir, "full"))


def a_session_is_gone_on_with(box):
    box.write("held.yaml", HELD)
    server = box.serve()
    words = ("console", "--connect", server.url, "--autosave", "100ms")
    t = Terminal(box, *words)
    session = t.until(r"session (\S+) \(new\)").group(1)
    t.until("connected")
    t.type("execute held.yaml\r")
    t.until("x1  held  2 tasks")
    while not rows(box, "SELECT id FROM session WHERE seq > 0"):
        t.read()
    t.process.send_signal(signal.SIGKILL)
    t.process.wait()
    t = Terminal(box, *words)
    t.until(r"session %s, last used .*; x1 held: running, 0 of 2 tasks, seq "
            % session)
    t.until("connected")
    t.until("x1  held  2 tasks")
    t.type("session create\r")
    other = t.until(r"session (2[0-9a-f_]+)").group(1)
    t.until("connected")
    t.type("show\r")
    t.until("nothing has run here yet; execute begins a run")
    t.type("session load %s\r" % session[-8:])
    t.until("x1 held: running")
    t.until("x1  held  2 tasks")
    t.type("cancel\r")
    t.until("x1 is cancelled")
    t.until("failed in")
    t.type("exit\r")
    t.until("saved. Back: tapedeck console --connect %s --session %s" %
            (server.url, session[-8:]))
    t.ends(0)
    same(rows(box, "SELECT status FROM session WHERE id = '%s'" % session),
         [("failed",)])
    same(rows(box, "SELECT execution FROM session WHERE id = '%s'" % other),
         [(None,)])
    t = Terminal(box, *words)  # a run that has ended is not gone on with
    t.until("session 2")
    holds(t.all, other)
    t.until("connected")
    leave(t)


def widest(t):
    return max(len(rule) for rule in re.findall("── demo[^\x1b\r]*", t.all))


def settings_of_files_are_used(box):
    folder = os.path.join(box.dir, "config", "tapedeck")
    os.makedirs(folder)
    with open(os.path.join(folder, "config.yaml"), "w") as f:
        f.write("console: {tips: false, width: 62, connect: sio://a:1/}\n")
    t = open_tape(box)
    do(t, "config width")
    t.until(r"width = 62  \(user file: ")
    t.type("config width 70\r")
    t.until("width = 70 ")
    t.until("from the next start on")
    leave(t)
    same("help: help" in t.all, False)
    same(widest(t), 61)
    t = open_tape(box)
    leave(t)
    same(widest(t), 69)
    t = open_tape(box, "--width", "0", "--tips")
    leave(t)
    same("help: help or Tab" in t.all, True)
    same(widest(t), 79)


def sessions_are_offered(box):
    for name in ("shelf", "other"):
        box.run("console", "-c", "session create " + name)
    t = Terminal(box, "console", demo_tape(box), "--speed", "max")
    t.until("100.0%")
    t.type("session load \t")
    t.until(r"  other +[0-9]{8}_")
    t.until(r"  shelf +[0-9]{8}_")
    t.type("o\t")
    t.until("session load other")
    t.type("\x15exit\r")
    t.ends(0)


def sessions_are_handled_by_commands(box):
    words = ("console", demo_tape(box), "-c")
    same(box.run(*words, "session")[0], "no session is kept yet\n")
    same(box.run("console", "-c", "session")[0], "no session is kept yet\n")
    holds(box.run("console", "-c", "config tips")[0], "tips = true")
    _, err = box.run("console", "-c", "cancel", status=1)
    holds(err, "cancel: ")
    box.run(*words, "session create shop")
    box.run("console", demo_tape(box), "--session", "shop", "-c",
            "show status", "-c", "session save other")
    out, _ = box.run(*words, "session info other")
    holds(out, "  ok       show status", "demo: ended, 40 of 40 tasks")
    holds(box.run(*words, "session stats")[0], "1 session, 2 commands, "
          "0 failed, 0 lost")
    box.run(*words, "session export other kept.json")
    with open(os.path.join(box.dir, "kept.json")) as f:
        kept = json.load(f)
    same([c["line"] for c in kept["commands"]],
         ["show status", "session save other"])
    same(kept["commands"][0]["call"], {"args": ["status"], "options": {}})
    for line, status, text in (
            ("session load", 2, "load wants"),
            ("session load zz", 2, 'no session "zz"; newest: 2'),
            ("session frob", 2, 'no action "frob"'),
            ("session list a", 2, 'list takes no "a"'),
            ("session info", 1, "nothing of this session is kept yet"),
            ("session delete", 2, "delete wants"),
            ("session create " + "x" * 65, 2, "more than 64 bytes")):
        _, err = box.run(*words, line, status=status)
        holds(err, "session: ", text)
    _, err = box.run("console", demo_tape(box), "--session", "shop", "-c",
                     "show", status=2)
    holds(err, 'no session "shop"')
    holds(box.run(*words, "session delete other")[0], " is deleted")
    same(rows(box, "SELECT count(*) FROM command"), [(0,)])


if __name__ == "__main__":
    run_case(globals(), sys.argv)
