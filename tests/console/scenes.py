#!/usr/bin/python3
"""Scenes of the console, played in tmux and held against their screens.

usage: scenes.py [--bless] [--pictures DIR] [--jobs N] TAPEDECK ROOT [SCENE...]

Each scene has a terminal of its own in a tmux of its own, types keys, waits for
what it can see, and compares whole screens, with their colors, with those of
scenes/SCENE.txt; times, ports and ids are masked. --bless writes these files;
--pictures renders each screen as DIR/SCENE-LABEL.png, to be looked at.

Which rows of "The 40 scenes" of the design are played where:

 here (its function)                         elsewhere
  1, 2 offline                               4-6, 12, 17, 27 unit tests of
  3 help                                       console/words, text, panel
  10 plan_views                              24 e2e.py (SIGTERM, SIGHUP)
  13, 14 block                               28 hostile: unit tests, and here
  15, 16 flood                               32 json: e2e.py
  18, 19 approve
  20 ctrl_c
  21, 22 ctrl_c_live
  23 suspend
  25, 26 resize
  30 ascii
  31 plain
  36 gone_back
  37 half_open
  38 tape
  40 ten

 waiting for what they show: 7-9 the spec dialogue, 22 (S22) the completion
 menu, 33 logs --follow, 34 and 35 alerts and prices, 39 the session store.
"""
import argparse
import concurrent.futures
import json
import os
import re
import signal
import sys
import time

import fake
import picture
from stage import Failed, Stage, Tape, poll

SIZES = {"80x24": (80, 24), "120x40": (120, 40), "40x12": (40, 12)}
PHASES = [("Discovery", 5), ("Analysis", 15), ("Planning", 20),
          ("Execution", 70), ("Validation", 10)]

# Its first task reads a pipe, so it runs until the scene lets it go.
ASKING = """plan: 1
name: asking
tasks:
- {id: a, name: read it, run: 'cat go'}
- {id: b, name: try it, run: 'false', retry: {attempts: 2, backoff: 60s}}
- {id: c, name: publish it, run: 'true', approval: {ask: 'now?'}}
"""
HELD = """plan: 1
name: held
tasks:
- {id: a, name: hold, run: 'echo x > began; tail -f /dev/null'}
- {id: b, name: after it, run: 'true', depends_on: [a]}
"""


# ---- the run of the design's screens ----

def ended(tape, ms, n, name, phase, took, **more):
    tape.put(ms, "progress_update", task_id="T%03d" % n, task_name=name,
             phase=phase, status="completed", duration_ms=took,
             provider="shell", **more)


def shop(until_ms=133400):
    """Up to 37.5 %: three waves, and a fourth in which all kinds of things are
    under way."""
    tape = Tape()
    tape.put(0, "execution_started", execution_id="exec_7q2m", plan_id="shop-api",
             total_tasks=120, total_waves=9, expected_artifacts=45,
             phases=[{"phase": i, "name": name, "task_count": n}
                     for i, (name, n) in enumerate(PHASES)])
    n = 0
    for wave, (count, end, took) in enumerate(
            ((5, 8400, 8400), (15, 39400, 31000), (20, 92100, 52700)), 1):
        tape.put(end - took, "wave_started", wave_number=wave,
                 tasks_in_wave=count)
        for i in range(count):
            n += 1
            ended(tape, end - (count - i) * 100, n, "step %d" % n, wave - 1,
                  took // count)
        tape.put(end, "wave_completed", wave_number=wave, tasks_in_wave=count,
                 successful_tasks=count, duration_ms=took)
    tape.put(92100, "wave_started", wave_number=4, tasks_in_wave=18)
    for i in range(16):
        tape.put(93000 + i, "artifact_created", size_bytes=5000,
                 file_path="include/part%d.h" % i, artifact_type="h",
                 task_id="T043")
    names = ["write src/product.c", "compile src/product.c",
             "write include/order.h", "write src/order.c",
             "compile src/order.c"]
    for i, (name, took) in enumerate(zip(names, (3900, 800, 2200, 4100, 900))):
        ended(tape, 100000 + 5000 * i, 41 + i, name, 3, took,
              tokens_used=13490, cost_usd=0.076)
        if name == "write src/order.c":
            tape.put(115001, "artifact_created", file_path="src/order.c",
                     artifact_type="c", size_bytes=6349, task_id="T044")
    tape.put(112400, "approval_request", task_id="T050",
             task_name="apply migration 003", batch_id="A-1")
    for ms, n, name, provider in (
            (127400, 46, "write src/customer.c", "openai"),
            (130400, 47, "write tests/test_order.c", "openai"),
            (132400, 48, "compile src/商品カタログ.c", "shell")):
        tape.put(ms, "task_started", task_id="T%03d" % n, task_name=name,
                 phase=3, attempt=1, provider=provider,
                 **({"model": "claude-sonnet-4"} if provider == "openai"
                    else {}))
    tape.put(133000, "error", task_id="T049", task_name="test order_store",
             phase=3, error_type="test_failed", recoverable=True,
             error_message="exit 1: test_order_store.c:88: expected 3, got 2",
             max_retries=3, will_retry=True, retry_in_ms=2000)
    tape.put(133400, "context_update", task_id="T046", total_tokens=0,
             cost_usd=0.0)
    tape.events = [e for e in tape.events if e[0] <= until_ms]
    return tape


def shop_ended():
    tape = shop()
    ms = 134000
    tape.put(ms, "approval_answered", task_id="T050", approved=True)
    for n in range(46, 121):
        ms += 2500
        ended(tape, ms, n, "step %d" % n, 3 if n <= 110 else 4, 2100)
    tape.put(ms, "wave_completed", wave_number=4, tasks_in_wave=18,
             successful_tasks=18, duration_ms=40000)
    tape.put(ms + 10, "execution_completed", execution_id="exec_7q2m",
             status="completed", total_duration_ms=ms + 10)
    return tape


def play(stage, tape, *more, **how):
    """The tape, and its end: no age grows any more."""
    stage.write("run.tape", tape.text())
    pane = stage.pane("run.tape", "--speed", "max", *more, **how)
    pane.until("■|^= |^ = ")
    return pane


# ---- scenes of tapes ----

def block(stage):
    for label, size in SIZES.items():
        play(stage, shop(), size=size).shows(label)


def end_of_run(stage):
    for label, size in SIZES.items():
        play(stage, shop_ended(), size=size).shows(label)


def help(stage):  # pylint: disable=redefined-builtin
    """Each command is there at each size, and none of its words is lost."""
    listed = stage.run("console", "-c", "help",
                       stage.write("run.tape", shop().text())).stdout
    for size in SIZES.values():
        pane = play(stage, shop(), size=size)
        pane.enter("help")
        for line in listed.splitlines():
            pane.until(r"\s*".join(map(re.escape, line.replace(" ", ""))),
                       history=True)
    pane.enter("help logs")
    pane.until("--level", history=True)
    pane.until("logs --stats", history=True)


def plan_views(stage):
    pane = play(stage, shop(), size=(80, 40))
    for view in ("overview", "timeline", "tasks", "stats"):
        pane.keys("C-l")
        more = " --limit 9" if view == "tasks" else ""
        pane.enter("plan show --view %s%s" % (view, more))
        pane.until(r"tapedeck> plan show --view %s" % view)
        pane.shows(view)


def planned():
    """A run whose plan is known, half done, with two models and a budget."""
    tape = Tape()
    needs = {2: [1], 3: [1], 4: [2, 3], 5: [4], 6: [4], 7: [5, 6], 8: [7],
             9: [7]}
    names = ["read spec", "domain model", "choose tables", "plan modules",
             "write src/order.c", "write src/deeply/nested/folder/customer.c",
             "test order_store", "apply migration 003", "write README.md"]
    phases = ["discovery", "analysis", "analysis", "planning", "execution",
              "execution", "validation", "validation", "validation"]
    asks = (2, 4, 5, 6, 9)
    tape.note(0, "created", options={"max_workers": 3}, plan={
        "name": "shop", "budget": {"tokens": 20000, "cost_usd": 2,
                                   "on": "pause"},
        "tasks": [{"id": "t%d" % n, "name": name, "phase": phases[n - 1],
                   "provider": "openai" if n in asks else "shell",
                   "usual_ms": 4000 * n,
                   "depends_on": ["t%d" % i for i in needs.get(n, [])]}
                  for n, name in enumerate(names, 1)]})
    tape.put(0, "execution_started", execution_id="x7", plan_id="shop",
             total_tasks=9, total_waves=6, expected_artifacts=5,
             task_ids=["task_%03d" % n for n in range(1, 10)],
             phases=[{"phase": i, "name": name, "task_count": count}
                     for i, (name, count) in enumerate(
                         (("Discovery", 1), ("Analysis", 2), ("Planning", 1),
                          ("Execution", 2), ("Validation", 3)))])
    for n, begin, took, model, used in (
            (1, 0, 1000, "", 0), (2, 1000, 9000, "claude-sonnet-4", 2110),
            (3, 1000, 3000, "", 0), (4, 10000, 8000, "local-coder", 4000)):
        tape.note(begin, "launch", task=n, attempt=1,
                  **({"model": model} if model else {}))
        if used and model == "local-coder":
            tape.note(begin + took - 1, "usage", task=n, attempt=1,
                      tokens=used, tokens_in=used - 880, tokens_out=880,
                      model=model)
        elif used:
            tape.note(begin + took - 1, "usage", task=n, attempt=1,
                      tokens=used, cost_usd=used * 6e-6, tokens_in=used - 500,
                      tokens_out=500, model=model, price_in=3, price_out=15)
        tape.put(begin + took, "progress_update", task_id="task_%03d" % n,
                 phase=("discovery", "analysis", "planning").index(phases[n - 1]),
                 status="completed", duration_ms=took, **(
                     {"tokens_used": used} if used else {}))
    for wave, ms in ((1, 1000), (2, 10000), (3, 18000)):
        tape.put(ms, "wave_completed", wave_number=wave,
                 tasks_in_wave=(1, 2, 1)[wave - 1],
                 successful_tasks=(1, 2, 1)[wave - 1], duration_ms=8000)
    tape.put(18000, "artifact_created", file_path="docs/plan.md",
             artifact_type="documentation", size_bytes=6349, task_id="task_004")
    tape.note(18000, "launch", task=5, attempt=1, model="claude-sonnet-4")
    tape.note(18000, "launch", task=6, attempt=1, model="claude-sonnet-4")
    tape.note(18000, "usage", task=5, attempt=1, tokens=12140, cost_usd=0.12,
              tokens_in=8140, tokens_out=4000, model="claude-sonnet-4",
              price_in=3, price_out=15)
    tape.note(18000, "budget_warning", of="tokens", percent=90)
    tape.put(24000, "log_message", message="so far", level="info")
    return tape


def models(stage):
    """What models have used, and how a plan stands that is known."""
    for label, size in (("120x40", (120, 40)), ("80x24", (80, 24))):
        pane = play(stage, planned(), size=size)
        pane.shows(label)
    pane = play(stage, planned(), size=(80, 40))
    for view in ("show tokens", "plan show", "plan show --view timeline",
                 "plan show --view tasks --limit 8", "plan show --view stats",
                 "plan show --view dependencies --depth 3"):
        pane.enter(view)
        pane.until("tapedeck> %s" % view)
        pane.shows(view)


def views(stage):
    pane = play(stage, shop(), size=(80, 40))
    for view in ("status", "tokens", "artifacts --stats",
                 "artifacts --limit 3", "logs", "pipeline"):
        pane.enter("show " + view)
        pane.until("tapedeck> show %s" % view)
        pane.shows(view)


def tape(stage):
    """Keys while the line is empty; letters begin a command."""
    stage.write("run.tape", shop_ended().text())
    pane = stage.pane("run.tape", "--speed", "0.01")
    pane.until("from a tape")
    pane.type(" ")
    pane.until("❚❚")
    pane.type("0")
    pane.until(r"00:00\.0")
    pane.keys("Right")
    pane.until("00:05")
    pane.type("+")
    pane.until("0.02x")
    for _ in range(25):
        pane.keys("Right")
    pane.until(r"37\.5%")
    pane.shows("moved")
    pane.keys("F2")
    pane.gone(r"▶ T046|artifacts 17")
    pane.keys("F2")
    pane.shows("moved")
    pane.type(".")
    pane.until("seq 73")
    pane.enter("cancel")
    pane.until("works on a live run")
    pane.shows("cancel")
    pane.keys("Home")
    pane.until(r"^ ❚❚ .*00:00\.0")
    pane.keys("End")
    pane.until(r"^ ❚❚ .*05:21\.[0-9]  seq 154")
    pane.until("120/120")
    pane.keys("Home")
    pane.until(r"^ ❚❚ .*00:00\.0")
    jumps(pane)
    pane.keys("C-d")
    pane.ends(0)


def jumps(pane):
    """From the start, paused: waves, errors, an event, a minute, a place."""
    for keys, there in (("]", r"wave 2/9  00:08$"), ("]", r"wave 3/9  00:39$"),
                        ("[", r"wave 2/9  00:08$"), ("[", r"00:00\.0  seq"),
                        ("!", r"02:13\.0  seq 75 "), (",", r"02:1.\.\d  seq 7[1-4] "),
                        (".", r"seq 7[2-5] ")):
        pane.type(keys)
        pane.until(there)
    pane.type("!")
    pane.type("!")
    pane.until("^no error follows$")
    pane.keys("S-Right")
    pane.until(r"03:13\.0  seq")
    pane.keys("S-Left")
    pane.until(r"02:13\.0  seq")
    for typed, there in (("@50%", r"02:40\.\d  seq"), ("@seq:9", r"seq 9 "),
                         ("@+10s", r"00:18\.4"), ("@-10s", r"00:08\.4"),
                         ("@02:13", r"02:13\.0"), ("@1m40s", r"01:40\.0"),
                         ("@100%", "120/120"), ("@0s", r"00:00\.0"),
                         ("@seq:0", '^@ wants .* got "seq:0"$'),
                         ("@seq:9999", "^@: there is no seq 9999$"),
                         ("@101%", '^@ wants .* got "101%"$'),
                         ("@+", r'^@ wants .* got "\+"$')):
        pane.enter(typed)
        pane.until(there)


def growing(stage):
    """A tape without an end line is played, and what is torn is told."""
    text = shop().text()
    stage.write("run.tape", text[:text.rindex("{\"end\"")])
    pane = stage.pane("run.tape", "--speed", "max")
    pane.until(r"37\.5%")
    pane.keys("C-d")
    pane.ends(0)


def hostile(stage):
    """Names that would steer a terminal, and names of every width."""
    names = ["商品カタログ.c", "👩‍💻 pair", "🇪🇸 flag", "e\u0301te\u0301",
             "⚙️ gear", "مرحبا", "สวัสดี", "\x1b[2Jwipe", "\x1b]52;c;aGk=\x07",
             "\r\n over", "\u202eright", "x" * 100000]
    run = Tape().put(0, "execution_started", execution_id="x",
                     plan_id="\x1b[31mred", total_tasks=len(names))
    for i, name in enumerate(names, 1):
        run.put(i, "task_started", task_id="T%d" % i, task_name=name,
                provider="shell\x1b[0m")
    pane = play(stage, run, size=(80, 40))
    pane.shows("block")
    pane.enter("plan --view tasks")
    pane.until("plan --view tasks")
    pane.shows("tasks")


def ascii(stage):  # pylint: disable=redefined-builtin
    for label, env in (("c", {"LC_ALL": "C"}), ("no color", {"NO_COLOR": "1"}),
                       ("both", {"LC_ALL": "C", "NO_COLOR": "1"})):
        pane = play(stage, shop(), env=env)
        text = pane.capture(colors=True)
        if "LC_ALL" in env and not text.isascii():
            raise Failed("not ASCII:\n" + text)
        if "NO_COLOR" in env and "\x1b[3" in text:
            raise Failed("has colors:\n" + repr(text))
        pane.shows(label)


def plain(stage):
    stage.write("run.tape", shop_ended().text())
    for label, words, env in (
            ("dumb", (), {"TERM": "dumb"}), ("ci", (), {"CI": "1"}),
            ("plain", ("--plain",), {})):
        pane = stage.pane("run.tape", *words, env=env, size=(120, 40))
        pane.ends(0)
        pane.until(r"\[120/120\] done")
        pane.shows(label)
    out = stage.run("console", "run.tape").stdout
    if "\x1b" in out or "[120/120] done" not in out:
        raise Failed("a pipe gets " + repr(out[-300:]))


def resize(stage):
    """What happened, and what was answered, is there once whatever the size
    does, and there is one prompt. Rows of a block that the terminal, wrapping
    it, has pushed into its scrollback stay there: nobody can write them."""
    pane = play(stage, shop())
    pane.enter("show status")
    pane.until("tapedeck> show status")
    for columns in (60, 79, 61, 100, 60, 80):
        pane.resize(columns, 24)
        pane.until("^(?=── exec).{%d}$" % (columns - 1))
    text = pane.capture(history=True)
    for what in ("wave 1 ", "compile src/order.c  ", "tapedeck> show status",
                 "errors     1 error, 1 retry"):
        if text.count(what) != 1:
            raise Failed("%r is there %d times:\n%s" %
                         (what, text.count(what), text))
    for i in range(50):
        pane.resize(*((40, 12), (120, 40), (80, 24))[i % 3])
    pane.resize(20, 5)
    pane.until("tapedeck>")
    pane.resize(80, 24)
    pane.until("^(?=── exec).{79}$")
    pane.enter("show tokens")  # maybe before the size stands
    pane.until("tapedeck> show tokens", history=True)
    poll(lambda: len(re.findall("tapedeck>$", pane.capture(), re.M)) == 1,
         lambda: "not one prompt:\n" + pane.capture())
    if pane.capture(history=True).count("wave 1 ") != 1:
        raise Failed("told twice:\n" + pane.capture(history=True))


def tiny(stage):
    for label, size in (("20x5", (20, 5)), ("29x10", (29, 10)),
                        ("80x5", (80, 5)), ("10x3", (10, 3))):
        stage.write("run.tape", shop().text())
        pane = stage.pane("run.tape", "--speed", "max", size=size)
        pane.until("tapede")
        pane.until(r"37\.5|exec|shop|■")
        pane.shows(label)


def ctrl_c(stage):
    pane = play(stage, shop())
    pane.type("abc")
    pane.until("tapedeck> abc")
    pane.keys("C-c")
    pane.until("tapedeck>$")
    pane.keys("C-c")
    pane.until("exit leaves")
    pane.keys("C-c")
    pane.ends(130)


def suspend(stage):
    """The shell has its terminal back as it was, and the console goes on."""
    stage.write("run.tape", shop().text())
    pane = stage.pane(env={"PS1": "sh$ "})
    pane.until(r"sh\$")
    pane.enter("stty -a > before")
    pane.enter("%s console run.tape --speed max" % stage.deck)
    pane.until("■")
    pane.type("show st")
    pane.until("tapedeck> show st$")
    pane.keys("C-z")
    pane.until("Stopped")
    pane.gone("from a tape")
    pane.enter("stty -a > after; cmp before after && echo as'-'before")
    pane.until("^as-before")
    pane.enter("fg")
    pane.until("from a tape")
    pane.until("tapedeck> show st$")
    pane.enter("atus")
    pane.until("tapedeck> show status")
    pane.keys("C-d")
    pane.until(r"^  errors.*\n^saved. Back: .*\n^sh\$")
    pane.enter("stty -a > after; cmp before after && echo still'-'so")
    pane.until("^still-so")


def seek(stage):
    """However a place is come to, it is the same there."""
    run = Tape().put(0, "execution_started", execution_id="x", plan_id="long",
                     total_tasks=6000)
    for n in range(1, 6001):
        run.put(n * 10, "log_message", task_id="T%d" % n, level="info",
                message="line %d" % n)
        ended(run, n * 10, n, "step", 3, 1)
    stage.write("run.tape", run.text())

    def at(pane, place):
        pane.until(r"❚❚ .*00:%d\.\d " % place)
        pane.enter("show logs --limit 3")
        pane.until(r"(?s)tapedeck> show logs.* of [\d,]+ lines.* seq .*tapedeck>")
        return re.findall(r"(?m)^(?:long|  .*line|.*seq).*",
                          pane.capture().split("show logs")[-1])

    panes = [stage.pane("run.tape", "--speed", "0.001") for _ in range(2)]
    for pane in panes:
        pane.until("from a tape")
        pane.type(" ")
        pane.until("❚❚")
    panes[0].keys(*["Right"] * 10)
    straight = at(panes[0], 50)
    panes[1].keys(*["Right"] * 11)
    panes[1].until(r"00:55\.\d ")
    panes[1].keys("Left")
    back = at(panes[1], 50)
    if len(straight) < 4 or back != straight:
        raise Failed("%r, not %r" % (back, straight))


def cast(stage):
    """What is exported is played by asciinema: the last screen is that of the
    console. Both versions have the same frames, and equal tapes equal files."""
    stage.write("run.tape", shop().text())
    for name, version in (("a", "2"), ("b", "2"), ("c", "3")):
        done = stage.run("console", "run.tape", "--speed", "4", "--asciicast",
                         version, "--export", name + ".cast")
        if done.returncode or done.stdout:
            raise Failed(done.stdout + done.stderr)
    casts = []
    for name in "abc":
        with open(stage.path(name + ".cast"), encoding="utf-8") as f:
            casts.append(f.read())
    two, three = ([json.loads(line) for line in casts[i].splitlines()]
                  for i in (0, 2))
    if casts[0] != casts[1] or [e[2] for e in two[1:]] != \
            [e[2] for e in three[1:]]:
        raise Failed("the files differ")
    if abs(sum(e[0] for e in three[1:]) - two[-1][0]) > 1e-3 or \
            not 33.3 < two[-1][0] < 33.6 or len(two) > 33.6 * 15:
        raise Failed("%d frames, the last at %r" % (len(two), two[-1][0]))
    if three[0] != {"version": 3, "term": {"cols": 80, "rows": 24}}:
        raise Failed(repr(three[0]))
    pane = stage.pane(env={"PS1": "sh$ "})
    pane.until(r"sh\$")
    pane.enter("clear; exec asciinema play -s 1000 a.cast")
    pane.ends(0)
    pane.shows("asciinema")
    for words in (("--speed", "max"), ("--size", "80"), ("--size", "80x2"),
                  ("--asciicast", "1")):
        if stage.run("console", "run.tape", "--export", "d.cast",
                     *words).returncode != 2:
            raise Failed("taken: %r" % (words,))


# ---- scenes of a server ----

def offline(stage):
    """The prompt is there before the network; and it says what is wrong."""
    stage.live = True
    port = fake.free_port()
    began = time.monotonic()
    pane = stage.pane("--connect", "sio://127.0.0.1:%d/" % port)
    pane.until("tapedeck>")
    took = time.monotonic() - began
    pane.until("refused")
    pane.shows("refused")
    pane.enter("pause")
    pane.until("pause: not connected")
    pane.shows("pause")
    if took > 5:
        raise Failed("a prompt after %.1f s" % took)


def serve_asking(at):
    at.write("asking.yaml", ASKING)
    os.mkfifo(at.path("go"))
    return at.serve()


def approve(stage):
    """Two consoles see the question; one answers, it goes from both, and the
    second answer is told that it is too late."""
    server = serve_asking(stage)
    one = stage.pane("--connect", server.url)
    one.until("connected")
    one.enter("execute asking.yaml")
    one.until("again in")
    two = stage.pane("--connect", server.url, "--execution", "x1")
    for pane in (one, two):
        pane.until(r"^ \? c publish it")
        pane.until(r"^ ↻ b")
        pane.until(r"^ ▶ a")
    one.shows("asked")
    one.enter("approve x1/c yes")
    for pane in (one, two):
        pane.until("✓ c publish it")
        pane.gone(r"^ \? c")
    two.enter("approve x1/c no")
    two.until("does not wait for an approval|was answered")
    one.shows("answered")
    one.enter("cancel")
    one.until("✗ partial_success in")


def ctrl_c_live(stage):
    """On an empty line it says what goes on; once more leaves; the run stays."""
    server = serve_asking(stage)
    pane = stage.pane("--connect", server.url)
    pane.until("connected")
    pane.enter("execute asking.yaml")
    pane.until(r"^ ▶ a")
    pane.keys("C-c")
    question = r"^x1 is running: c cancel, d detach \(it goes on\), Enter neither\?$"
    pane.until(question)
    pane.keys("Enter")
    pane.until("^tapedeck>$")
    pane.keys("C-c")
    pane.until(question)
    pane.type("show")  # any other key begins a line
    pane.until("^tapedeck> show$")
    pane.keys("C-c")
    pane.until("^tapedeck>$")
    pane.keys("C-c")
    pane.until(question)
    pane.keys("C-c")
    pane.ends(130)
    pane = stage.pane("--connect", server.url, "--execution", "x1")
    pane.until(r"^ ▶ a")
    pane.keys("C-c")
    pane.until(question)
    pane.type("d")
    pane.ends(130)
    pane = stage.pane("--connect", server.url, "--execution", "x1")
    pane.until(r"^ ▶ a")
    pane.keys("C-c")
    pane.until(question)
    pane.type("c")
    pane.until("x1 is cancelled", history=True)
    pane.until("✗ (cancelled|failed) in")
    pane.keys("C-d")
    pane.ends(0)


def gone_back(stage):
    """kill -9 of the server, and its coming back: nothing is told twice."""
    stage.write("held.yaml", HELD)
    server = stage.serve()
    pane = stage.pane("--connect", server.url)
    pane.until("connected")
    pane.enter("execute held.yaml")
    pane.until(r"^ ▶ a")
    server.kill()
    server.wait()
    pane.until("connection lost")
    pane.enter("show status")
    pane.until("tapedeck> show status")
    pane.until("reconnecting, try")
    pane.shows("lost")
    stage.serve(port=server.port)
    pane.until("connected again")
    pane.enter("cancel")
    pane.until("✗ (cancelled|failed) in")
    text = pane.capture(history=True)
    if len(re.findall("x1  held  2 tasks", text)) != 1:
        raise Failed("told twice:\n" + text)


def half_open(stage):
    """A server that says nothing any more is missed, and the prompt answers."""
    server = fake.Server(ping_ms=300, timeout_ms=400)
    stage.started.append(server)
    server.send(shop(0).events)
    pane = stage.pane("--connect", server.url, "--execution", "exec_7q2m")
    pane.until("shop-api")
    server.freeze()
    pane.until("connection lost|no answer")
    pane.enter("show status")
    pane.until("tapedeck> show status")
    server.thaw()
    pane.until("connected again")


def names(stage):
    """What comes before the plan is told with its names all the same; a server
    that keeps its plan to itself is not waited for."""
    run = Tape().put(0, "execution_started", execution_id="x", plan_id="p",
                     total_tasks=1)
    ended(run, 10, 1, "make it", 3, 5)
    for plan, told in (({"tasks": [{"task_id": "T001", "id": "build"}]},
                        "✓ build make it"), ({}, "✓ T001 make it")):
        server = fake.Server()
        server.plan = plan
        stage.started.append(server)
        server.send(run.events)
        pane = stage.pane("--connect", server.url, "--execution", "x")
        pane.until(told)


def flood(stage):
    """10,000 events a second: it is told how much was left out, the prompt
    answers in the meantime, and memory stays where it is."""
    server = fake.Server()
    stage.started.append(server)
    run = Tape().put(0, "execution_started", execution_id="x", plan_id="flood",
                     total_tasks=99999)
    for n in range(1, 100000):
        run.put(n // 10, "progress_update", task_id="T%d" % n,
                task_name="step", status="completed", duration_ms=1)
    server.send(run.events, rate=10000)
    pane = stage.pane("--connect", server.url, "--execution", "x")
    pane.until(r"lines, logs shows them", history=True)
    pane.type("show tokens and more of it")
    pane.until(r"^tapedeck> show tokens and more of it$")
    if server.sent >= len(run.events):
        raise Failed("the flood was over before the line was typed")
    pane.until(r" [2-9]\d\d\d\d/99999")
    with open("/proc/%d/maps" % pane.pid(), encoding="utf-8") as f:
        watched = "libasan" in f.read()  # which needs memory of its own
    with open("/proc/%d/status" % pane.pid(), encoding="ascii") as f:
        peak = int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1))
    if peak > 64 << 10 and not watched:
        raise Failed("%d KiB of memory" % peak)


def ten(stage):
    """Ten consoles on one run see the same."""
    server = serve_asking(stage)
    first = stage.pane("--connect", server.url)
    first.until("connected")
    first.enter("execute asking.yaml")
    first.until("again in")
    others = [stage.pane("--connect", server.url, "--execution", "x1")
              for _ in range(9)]
    block_of = re.compile(r"(?ms)^── x1.*?(?=^tapedeck>)")
    for pane in others:
        pane.until(r"^ ▶ a")
        pane.until(r"^ \? c")
        pane.until(r"^ ↻ b")

    def same():
        blocks = [block_of.search(pane.screen_plain())
                  for pane in [first, *others]]
        return all(blocks) and len({b.group() for b in blocks}) == 1
    poll(same, lambda: "\n".join(p.screen_plain() for p in [first, *others]))
    first.enter("cancel")
    for pane in [first, *others]:
        pane.until("✗ (cancelled|failed) in")


SCENES = (block, models, end_of_run, help, plan_views, views, tape, growing, hostile,
          ascii, plain, resize, tiny, ctrl_c, suspend, seek, cast, offline, approve,
          ctrl_c_live, gone_back, half_open, names, flood, ten)


# ---- running ----

def run(scene, args):
    stage = Stage(os.path.abspath(args.deck), args.root, scene.__name__,
                  args.bless, args.pictures and picture.to(args.pictures))
    began = time.monotonic()
    why = ""
    try:
        scene(stage)
        if args.bless and stage.shots:
            stage.save()
    except Failed as failure:
        why = str(failure)
    finally:
        stage.close()
    print("%-12s %5.1f s  %s" % (scene.__name__, time.monotonic() - began,
                                 why or "ok"), flush=True)
    return not why


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bless", action="store_true")
    parser.add_argument("--pictures")
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1))
    parser.add_argument("deck")
    parser.add_argument("root")
    parser.add_argument("scenes", nargs="*")
    args = parser.parse_args()
    wanted = [s for s in SCENES if s.__name__ in args.scenes or not args.scenes]
    if not wanted:
        parser.error("there is no such scene")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        good = list(pool.map(lambda scene: run(scene, args), wanted))
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
