#!/usr/bin/python3
"""Executions from end to end, with the binary.

usage: e2e_run.py TAPEDECK CONTRACT [CASE...]

A case is a function of this file that takes a Box. Without names all are run.
Every journal that a case leaves is held to the execution contract.
"""
import fcntl
import glob
import gzip
import json
import os
import random
import re
import select
import signal
import struct
import shutil
import subprocess
import sys
import tempfile
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
from on_terminal import pieces  # noqa: E402

SECONDS = 240


class Box:
    """A workspace, the binary in it, and what was started."""

    def __init__(self, tapedeck, contract, directory):
        self.tapedeck = tapedeck
        self.contract = contract
        self.dir = directory
        self.started = []

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def go(self):
        """Let a task that reads the pipe go on."""
        with open(self.path("go"), "wb"):
            pass

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def start(self, *args, **how):
        process = subprocess.Popen(
            [self.tapedeck, *args], cwd=self.dir,
            **{"env": {k: v for k, v in os.environ.items() if
                       k in ("PATH", "HOME") or k.endswith("SAN_OPTIONS")},
               "stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
               "stderr": subprocess.PIPE, "text": True, **how})
        self.started.append(process)
        return process

    def end(self, process, status=None):
        """(status, stdout, stderr)"""
        out, err = process.communicate(timeout=SECONDS)
        if status is not None and process.returncode != status:
            raise AssertionError("status %d, not %d\n%s\n%s" % (
                process.returncode, status, out, err))
        return process.returncode, out, err

    def tapedeck_run(self, *args, status=0, **how):
        return self.end(self.start(*args, **how), status)

    def plan(self, text, *args, status=0):
        """Run a plan of this text; stdout."""
        self.write("plan.yaml", text)
        return self.tapedeck_run("run", "plan.yaml", *args, status=status)[1]

    def journal(self, number=1):
        return self.path(".tapedeck/x%d.tape.gz" % number)

    def lines(self, number=1):
        with gzip.open(self.journal(number), "rt", encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def events(self, number=1):
        """The execution events of a journal."""
        return [line["json"] for line in self.lines(number)
                if "s" in line and "k" not in line]

    def noted(self, word, number=1):
        """The lines of kind "run" of one word."""
        return [line["json"] for line in self.lines(number)
                if line.get("k") == "run" and line.get("ev") == word]

    def noted_now(self, word, number=1):
        """The same of one that still grows."""
        done = subprocess.run(
            [self.tapedeck, "cat", self.journal(number), "--json"],
            capture_output=True, text=True, timeout=SECONDS, check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return [line["json"] for line in lines
                if line.get("k") == "run" and line.get("ev") == word]

    def judge(self):
        for journal in sorted(glob.glob(self.path(".tapedeck/x*.tape.gz"))):
            done = subprocess.run(
                [self.tapedeck, "validate", journal, "--contract",
                 self.contract], capture_output=True, text=True,
                timeout=SECONDS, check=False)
            if done.returncode != 0:
                raise AssertionError(
                    "%s: validate ended with %d\n%s%s" % (
                        os.path.basename(journal), done.returncode,
                        done.stdout, done.stderr))

    def clean(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe:
                    pipe.close()
        for pid in keepers(self.dir):
            os.kill(pid, signal.SIGKILL)


def keepers(directory):
    """Processes that keep an execution of this workspace."""
    found = []
    for log in glob.glob(os.path.join(directory, ".tapedeck/x*/keeper.log")):
        with open(log, encoding="utf-8") as file:
            for line in file:
                record = json.loads(line) if line.endswith("\n") else {}
                if "keeper" in record and starts(record["pid"]) == \
                        record["start"]:
                    found.append(record["pid"])
    return found


def starts(pid):
    """When a process began, in ticks since boot; None: none runs."""
    try:
        with open("/proc/%d/stat" % pid, encoding="utf-8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
            return None if fields[0] == "Z" else int(fields[19])
    except (OSError, IndexError):
        return None


def same(seen, wanted):
    if seen != wanted:
        raise AssertionError("seen\n  %.3000r\nwanted\n  %.3000r"
                             % (seen, wanted))


def holds(text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError("%r is not in\n%.3000s" % (part, text))


def until(what, said):
    """Wait until something is so."""
    end = time.monotonic() + SECONDS
    while not what():
        if time.monotonic() > end:
            raise AssertionError("not within %d s: %s" % (SECONDS, said))
        select.select([], [], [], 0.01)


def types(events):
    return [event["type"] for event in events]


# --- cases ------------------------------------------------------------------------

def tasks_run_in_order(box):
    out = box.plan("""
plan: 1
tasks:
- {id: c, depends_on: [a, b], run: cat a b > c, inputs: [a, b], outputs: [c]}
- {id: a, run: printf 1 > a, outputs: [a]}
- {id: b, run: [sh, -c, printf 2 > b], outputs: [b]}
""")
    same(box.read("c"), "12")
    holds(out, "x1 plan: 3 tasks, depth 2, ", "ok      c", "x1: 3 ok of 3 in ")
    events = box.events()
    same([e["data"]["seq"] for e in events], list(range(1, len(events) + 1)))
    same(types(events)[0], "execution_started")
    same(types(events)[-1], "execution_completed")
    same(sorted(e["data"]["file_path"] for e in events
                if e["type"] == "artifact_created"), ["a", "b", "c"])
    same([(e["data"]["wave_number"], e["data"]["tasks_in_wave"])
          for e in events if e["type"] == "wave_completed"], [(1, 2), (2, 1)])


def what_is_unchanged_is_not_run_again(box):
    text = """
plan: 1
tasks:
- {id: a, run: "cat in > a; echo a >> ran", inputs: [in], outputs: [a]}
- {id: b, depends_on: [a], run: "cat a > b; echo b >> ran", inputs: [a], outputs: [b]}
"""
    box.write("in", "1")
    box.plan(text)
    out = box.plan(text)
    holds(out, "cached  a  as in x1", "x2: 0 ok, 2 cached of 2")
    same(box.read("ran"), "a\nb\n")
    box.write("in", "2")
    holds(box.plan(text), "x3: 2 ok of 2")
    same(box.read("b"), "2")
    os.unlink(box.path("b"))
    holds(box.plan(text), "x4: 1 ok, 1 cached of 2")
    same(box.read("ran"), "a\nb\na\nb\nb\n")
    box.plan(text, "--no-cache")
    same(box.read("ran"), "a\nb\na\nb\nb\na\nb\n")


def a_failure_skips_what_depends_on_it(box):
    out = box.plan("""
plan: 1
tasks:
- {id: bad, run: "echo why; exit 3"}
- {id: next, depends_on: [bad], run: "true"}
- {id: far, depends_on: [next], run: "true"}
- {id: other, run: "true"}
- {id: always, depends_on: [bad], when: always, run: "true"}
- {id: rescue, depends_on: [bad], when: failure, run: "true"}
""", status=1)
    holds(out, "FAILED  bad", "attempt 1 of 1: exit status 3", "  | why",
          "skipped next    bad failed", "skipped far     next was skipped",
          "x1: 3 ok, 1 failed, 2 skipped of 6", "tapedeck retry x1")
    last = box.events()[-1]["data"]
    same((last["status"], last["completed_tasks"], last["failed_tasks"],
          last["skipped_tasks"]), ("partial_success", 3, 1, 2))


def a_retry_may_end_well(box):
    out = box.plan("""
plan: 1
tasks:
- {id: flaky, retry: {attempts: 3, backoff: 1ms}, run: "test -e seen || { touch seen; exit 7; }"}
- {id: chosen, retry: {attempts: 3, backoff: 1ms, exit: [5]}, run: exit 6}
""", status=1)
    holds(out, "retry   flaky", "attempt 1 of 3: exit status 7; again in ",
          "ok      flaky", "FAILED  chosen  attempt 1 of 3: exit status 6")
    errors = [e["data"] for e in box.events() if e["type"] == "error"]
    same(sorted((e["task_name"], e["recoverable"]) for e in errors),
         [("chosen", False), ("flaky", True)])


def an_output_that_is_missing_is_a_failure(box):
    out = box.plan("""
plan: 1
tasks: [{id: a, run: "true", outputs: [a.csv]}]
""", status=1)
    holds(out, "a.csv")
    same([e["data"]["error_type"] for e in box.events()
          if e["type"] == "error"], ["output_missing"])
    same([e for e in box.events() if e["type"] == "artifact_created"], [])


def an_input_that_is_missing_is_a_failure(box):
    out = box.plan("""
plan: 1
tasks: [{id: a, run: "true", inputs: [nothing.txt]}]
""", status=1)
    holds(out, "its input nothing.txt is not there")
    same([e["data"]["error_type"] for e in box.events()
          if e["type"] == "error"], ["not_found"])


def a_timeout_ends_all_of_a_task(box):
    out = box.plan("""
plan: 1
tasks:
- {id: slow, timeout: 2s, grace: 100ms, run: "trap '' TERM; setsid tail -f /dev/null >/dev/null & echo $! > pid; tail -f /dev/null"}
""", status=1)
    why = "no end within timeout.run (2s), killed after 100ms of grace"
    holds(out, f"FAILED  slow  attempt 1 of 1: {why}, ")
    same([(e["data"]["error_type"], e["data"]["error_message"])
          for e in box.events() if e["type"] == "error"], [("timeout", why)])
    same(starts(int(box.read("pid"))), None)


def the_environment_is_what_the_plan_says(box):
    box.plan("""
plan: 1
tasks: [{id: a, env: [ONE=1], run: env > env, outputs: [env]}]
""")
    names = {line.split("=")[0] for line in box.read("env").split("\n") if line}
    same("ONE" in names and "PATH" in names, True)
    same(sorted(names - {"ONE", "PATH", "HOME", "LANG", "TZ", "TAPEDECK_TASK", "TAPEDECK_HOME",
                         "PWD", "SHLVL", "_", "OLDPWD"}), [])


def a_plan_with_mistakes_runs_nothing(box):
    box.write("plan.yaml", """plan: 1
tasks:
- {id: a, depends_on: [b], run: touch ran}
- {id: b, depends_on: [a], run: touch ran}
- {id: c, depends_on: [aa], run: touch ran, retrys: 1}
""")
    _, out, err = box.tapedeck_run("run", "plan.yaml", status=2)
    same(out, "")
    holds(err, "plan.yaml:3", "cycle", "no task \"aa\"", "no key \"retrys\"")
    same(len(set(err.splitlines())), len(err.splitlines()))
    same(os.path.exists(box.path("ran")), False)
    same(os.path.exists(box.path(".tapedeck")), False)


def what_a_provider_refuses_is_told_with_its_place(box):
    box.write("plan.yaml", """plan: 1
tasks:
- {id: a, run: touch ran, with: {n: 1}}
- {id: b, provider: openai, with: {promt: x, output: b.md}}
""")
    _, _, lint = box.tapedeck_run("plan", "lint", "plan.yaml", status=2)
    _, out, err = box.tapedeck_run("run", "plan.yaml", status=2)
    same(out, "")
    holds(err, "plan.yaml:3:33: a task of the shell has no with",
          "plan.yaml:4:36: with has no key \"promt\"; did you mean prompt?")
    same(err, lint.replace("tapedeck plan:", "tapedeck run:"))
    same(os.path.exists(box.path(".tapedeck")), False)
    # what only the configuration could say is placed, too
    box.write("plan.yaml", """plan: 1
tasks:
- {id: a, run: touch ran}
- {id: b, provider: openai, with: {prompt: x, output: b.md}}
""")
    box.tapedeck_run("plan", "lint", "plan.yaml")
    _, _, err = box.tapedeck_run("run", "plan.yaml", status=2)
    holds(err, "plan.yaml:4:3: b: no model is named")
    box.write("plan.yaml", """plan: 1
budget: {cost: 2.50}
tasks:
- {id: a, run: touch ran}
- {id: b, provider: openai, with: {model: m, prompt: x, output: b.md}}
""")
    _, _, err = box.tapedeck_run("run", "plan.yaml", status=2)
    holds(err, "plan.yaml:5:3: b: the budget has a cost, and the model m has no")
    box.write("plan.yaml", """plan: 1
tasks:
- {id: a, run: touch ran}
- {id: b, provider: replay, with: {prompt: x, model: m, output: b.md}}
""")
    _, _, err = box.tapedeck_run("run", "plan.yaml", "--answers",
                                 "none.tape.gz", status=4)
    holds(err, "tapedeck run: none.tape.gz: cannot open: No such file")
    same(os.path.exists(box.path("ran")), False)


def without_libcurl_models_alone_are_missing(box):
    """It is loaded when a model is asked: with one that is none all else runs."""
    os.mkdir(box.path("lib"))
    box.write("lib/libcurl.so.4", "")
    box.write("plan.yaml", "plan: 1\ntasks: [{id: a, run: touch ran}]\n")
    without = dict(os.environ, LD_LIBRARY_PATH=box.path("lib"))
    box.tapedeck_run("run", "plan.yaml", env=without)
    same(os.path.exists(box.path("ran")), True)
    os.unlink(box.path("ran"))
    box.write("providers.yaml", "openai: {url: 'http://127.0.0.1:9/v1', model: m}\n")
    box.write("plan.yaml", """plan: 1
tasks:
- {id: a, run: touch ran}
- {id: b, provider: openai, with: {prompt: x, output: b.md}}
""")
    _, _, err = box.tapedeck_run("run", "--providers", "providers.yaml",
                                 "plan.yaml", status=4, env=without)
    holds(err, "libcurl.so.4: cannot be loaded: ", "apt install libcurl4")
    same(os.path.exists(box.path("ran")), False)


def json_is_the_events_and_the_result(box):
    out = box.plan("""
plan: 1
tasks: [{id: a, run: "true"}]
""", "--json")
    lines = [json.loads(line) for line in out.split("\n") if line]
    same([line.get("type") for line in lines],
         ["execution_started", "progress_update", "wave_completed",
          "execution_completed", None])
    same(lines[-1]["result"]["status"], "completed")
    same(lines[:-1], box.events())


def a_signal_cancels_and_says_so(box):
    box.write("plan.yaml", """
plan: 1
tasks:
- {id: a, grace: 200ms, run: "echo $$ > pid; tail -f /dev/null"}
- {id: b, depends_on: [a], run: "true"}
""")
    process = box.start("run", "plan.yaml")
    until(lambda: os.path.exists(box.path("pid")), "the task runs")
    process.send_signal(signal.SIGINT)
    _, out, _ = box.end(process, 130)
    holds(out, "cancelled")
    last = box.events()[-1]
    same((last["type"], last["data"]["skipped_tasks"]),
         ("execution_completed", 2))


def two_processes_never_have_one_execution(box):
    box.write("plan.yaml", """
plan: 1
tasks: [{id: a, run: "touch up; cat go"}]
""")
    os.mkfifo(box.path("go"))
    process = box.start("run", "plan.yaml")
    until(lambda: os.path.exists(box.path("up")), "the task runs")
    _, _, err = box.tapedeck_run("resume", "x1", status=4)
    holds(err, "x1", "pid %d" % process.pid)
    box.go()
    box.end(process, 0)
    _, _, err = box.tapedeck_run("resume", "x1", status=2)
    holds(err, "it has ended")


def a_retry_takes_over_what_ended_well(box):
    box.plan("""
plan: 1
tasks:
- {id: a, run: "echo a >> ran"}
- {id: b, depends_on: [a], run: "echo b >> ran; test -e go", outputs: [go]}
- {id: c, depends_on: [b], run: "echo c >> ran"}
""", status=1)
    box.write("go", "")
    _, out, _ = box.tapedeck_run("retry", "x1")
    holds(out, "cached  a  as in x1", "x2: 2 ok, 1 cached of 3")
    same(box.read("ran"), "a\nb\nb\nc\n")
    _, out, _ = box.tapedeck_run("retry", "x2", "--from", "b")
    holds(out, "cached  a  as in x2", "x3: 2 ok, 1 cached of 3")
    _, _, err = box.tapedeck_run("retry", "x3", "--from", "d", status=2)
    holds(err, "there is no such task in x3")
    _, _, err = box.tapedeck_run("retry", "x9", status=2)
    holds(err, "there is no execution x9")


def a_retry_may_try_more_often(box):
    box.plan("""
plan: 1
tasks:
- {id: a, run: "echo a >> ran; test $(wc -l <ran) -ge 3", retry: {attempts: 1, backoff: 1ms}}
- {id: b, depends_on: [a], run: "true"}
""", status=1)
    same(box.read("ran"), "a\n")
    _, _, err = box.tapedeck_run("retry", "x1", "--attempts", "6", status=2)
    holds(err, "--attempts")
    _, out, _ = box.tapedeck_run("retry", "x1", "--attempts", "2")
    holds(out, "x2: 2 ok of 2")
    same(box.read("ran"), "a\na\na\n")


def a_retry_works_where_the_first_did(box):
    box.plan("""
plan: 1
workspace: new
tasks:
- {id: a, run: "echo 1 > a", outputs: [a]}
- {id: b, depends_on: [a], run: "test -e ../go && cat a > b", inputs: [a], outputs: [b], isolate: false}
""", status=1)
    same(os.path.exists(box.path("a")), False)
    box.write(".tapedeck/x1/go", "")
    holds(box.tapedeck_run("retry", "x1")[1], "cached  a  as in x1")
    same(box.read(".tapedeck/x1/work/b"), "1\n")


def an_approval_is_waited_for(box):
    box.write("plan.yaml", """
plan: 1
tasks:
- {id: ship, approval: {ask: "Ship it?"}, run: touch shipped}
- {id: burn, approval: {ask: "Burn it?"}, run: touch burnt}
- {id: late, approval: {ask: "Soon?", expires: 1ms}, run: touch late}
- {id: free, depends_on: [burn], when: always, run: touch free}
""")
    process = box.start("run", "plan.yaml", "-w", "3")
    until(lambda: box.noted_now("skipped"), "they ask, and one has expired")
    for words, told in ((("x1", "sink"), ("sink: there is no such task in x1",
                                          "ship and burn")),
                        (("x1", "free"), ("free: it asks for no approval",)),
                        (("x7", "ship"), ("there is no execution x7",)),
                        (("x1", "../ship"), ("no task is named so",))):
        holds(box.tapedeck_run("approve", *words, status=2)[2], *told)
    same(os.listdir(box.path(".tapedeck/x1/answers")), [])
    box.tapedeck_run("approve", "x1", "ship")
    box.tapedeck_run("approve", "x1", "burn", "--refuse")
    _, out, _ = box.end(process, 5)
    holds(out, "ask     ship  Ship it?  tapedeck approve x1 ship", "ok      ship",
          "skipped burn  it was refused", "skipped late  nobody approved it in time")
    same([os.path.exists(box.path(name)) for name in
          ("shipped", "burnt", "late")], [True, False, False])
    holds(box.tapedeck_run("approve", "x1", "ship", status=2)[2],
          "x1: it has ended")


def logs_are_kept(box):
    box.plan("""
plan: 1
tasks: [{id: a, run: "echo out; echo err >&2"},
  {id: b, depends_on: [a], when: failure, run: "true"}]
""")
    same(box.tapedeck_run("logs", "x1", "a")[1], "out\nerr\n")
    same(json.loads(box.tapedeck_run("logs", "x1", "a", "--json")[1]),
         {"execution_id": "x1", "task": "a", "log": "out\nerr\n"})
    holds(box.tapedeck_run("logs", "x1", "b", status=4)[2], "it has not run")
    holds(box.tapedeck_run("logs", "x1", "c", status=2)[2],
          "there is no such task in x1")
    holds(box.tapedeck_run("logs", "x9", "a", status=2)[2],
          "there is no execution x9")
    box.tapedeck_run("logs", "x1", "../a", status=2)


MANY = """
plan: 1
tasks:
%s
""" % "\n".join(
    "- {id: t%d, %srun: \"echo %d >> ran/%d; printf %d > o%d\", outputs: [o%d]}"
    % (i, "depends_on: [t%d], " % (i - 3) if i > 3 else "", i, i, i, i, i)
    for i in range(1, 25))


def the_journal(folder):
    """The number of the one execution; 0: there is none."""
    for path in glob.glob(os.path.join(folder, ".tapedeck/x*.tape.gz")):
        return int(os.path.basename(path)[1:].split(".")[0])
    return 0


def kill_and_resume(box, seed):
    """kill -9 at some moment, and go on until it has ended. One worker has
    others waiting behind it."""
    chance = random.Random(seed)
    os.mkdir(box.path("ran"))
    box.write("plan.yaml", MANY)
    workers = ("-w", "1" if seed % 2 else "4")
    args = ("run", "plan.yaml", *workers)
    number = 1
    for turn in range(40):
        process = box.start(*args)
        select.select([], [], [], chance.uniform(0, 0.1 + 0.05 * turn))
        process.kill()
        status, _, err = box.end(process)
        if status == 0 or "it has ended" in err:
            break
        if "nothing of it ran" in err:
            os.unlink(box.journal(number))
        number = the_journal(box.dir)
        args = ("resume", "x%d" % number, *workers) if number else \
            ("run", "plan.yaml", *workers)
    else:
        status, _, err = box.end(box.start(*args))
        if status != 0 and "it has ended" not in err:
            raise AssertionError(err)
    # What was begun last may have ended at its first go.
    events = box.events(the_journal(box.dir))
    same([e["data"]["seq"] for e in events], list(range(1, len(events) + 1)))
    ended = [e["data"]["task_id"] for e in events
             if e["type"] == "progress_update"]
    same(sorted(ended), ["task_%03d" % i for i in range(1, 25)])
    same([e["data"]["file_path"] for e in events
          if e["type"] == "artifact_created" and
          box.read(e["data"]["file_path"]) == ""], [])


def killed_at_any_time_it_goes_on(box):
    rounds = int(os.environ.get("TD_KILLS", "10"))
    for seed in range(rounds):
        with tempfile.TemporaryDirectory(prefix="tapedeck-run-") as directory:
            inner = Box(box.tapedeck, box.contract, directory)
            try:
                kill_and_resume(inner, seed)
                inner.judge()
            except AssertionError as error:
                raise AssertionError("seed %d: %s" % (seed, error)) from None
            finally:
                inner.clean()


def a_task_outlives_whoever_started_it(box):
    """Its keeper has it: a resume hears how it ended, and runs it once."""
    box.write("plan.yaml", """
plan: 1
tasks:
- {id: a, run: "echo >> ran; touch up; cat go", outputs: [ran]}
""")
    os.mkfifo(box.path("go"))
    process = box.start("run", "plan.yaml")
    until(lambda: os.path.exists(box.path("up")), "the task runs")
    process.kill()
    box.end(process)
    box.go()
    _, out, _ = box.tapedeck_run("resume", "x1")
    holds(out, "x1 plan goes on", "ok      a")
    same(box.read("ran"), "\n")


def an_isolated_task_keeps_its_folder(box):
    box.write("in", "1")
    box.write("plan.yaml", """
plan: 1
tasks:
- {id: a, isolate: true, run: "echo >> ../../../ran; cat in > out; cat ../../../go; cat in >> out", inputs: [in], outputs: [out]}
""")
    os.mkfifo(box.path("go"))
    process = box.start("run", "plan.yaml")
    until(lambda: os.path.exists(box.path("ran")), "the task runs")
    process.kill()
    box.end(process)
    same(os.path.exists(box.path("out")), False)
    process = box.start("resume", "x1")
    until(lambda: box.noted_now("resumed"), "it goes on")
    box.go()
    holds(box.end(process, 0)[1], "ok      a")
    same((box.read("out"), box.read("ran")), ("11", "\n"))
    same(os.listdir(box.path(".tapedeck/tmp")), [])


def without_a_keeper_a_task_is_ended_and_run_again(box):
    box.write("plan.yaml", """
plan: 1
tasks:
- {id: a, run: "echo $$ >> pids; touch up; test -e go || exec tail -f /dev/null >/dev/null"}
""")
    process = box.start("run", "plan.yaml")
    until(lambda: os.path.exists(box.path("up")), "the task runs")
    process.kill()
    box.end(process)
    for pid in keepers(box.dir):
        os.kill(pid, signal.SIGKILL)
    box.write("go", "")
    box.tapedeck_run("resume", "x1")
    first, second = box.read("pids").split()
    same((starts(int(first)), first == second), (None, False))
    same(len(box.noted("settled")), 1)


def the_folders_of_outputs_are_made(box):
    for isolate in ("false", "true"):
        box.plan("""
plan: 1
defaults: {isolate: %s}
tasks:
- {id: a, run: "touch a/b/c; touch d/1.o; mkdir m/n; test ! -e e", outputs: [a/b/c, "d/*.o", m/n/]}
""" % isolate)
        for path in ("a/b/c", "d/1.o", "m/n"):
            same(os.path.exists(box.path(path)), True)
        subprocess.run(["rm", "-r", "a", "d", "m"], cwd=box.dir, check=True)
    box.write("a", "a file")
    out = box.plan("""
plan: 1
tasks: [{id: a, run: touch a/b, outputs: [a/b]}]
""", status=1)
    holds(out, "FAILED  a", "Not a directory")
    os.unlink(box.path("a"))
    os.symlink("/tmp", box.path("a"))
    out = box.plan("""
plan: 1
tasks: [{id: a, run: touch a/b/c, outputs: [a/b/c]}]
""", status=1)
    holds(out, "FAILED  a", "leads out of the workspace")


GATES = """gates: 1
checks:
  one: {kind: custom, run: "true"}
  two: {kind: custom, needs: [one], shell: true, run: "%s"}
"""

ONE = """
plan: 1
tasks: [{id: a, run: "true"}]
"""


def gates(box, command):
    os.makedirs(box.path(".tapedeck"), exist_ok=True)
    box.write(".tapedeck/gates.yaml", GATES % command)


def verdicts(box, number=1):
    return [(line["gate"], line["verdict"])
            for line in box.noted("gate_finished", number)]


def the_gates_of_the_workspace_are_judged(box):
    gates(box, "test ! -e bad")
    holds(box.plan(ONE), "gate    two: pass")
    same(verdicts(box), [("one", "pass"), ("two", "pass"),
                         ("execution", "pass")])
    same(box.noted("validation_finished"), [{"verdict": "pass", "exit": 0}])
    box.write("bad", "")
    _, out, err = box.tapedeck_run("run", "plan.yaml", status=1)
    holds(out, "gate    two: fail")
    holds(err, "1 of 3 gates failed: two", ".tapedeck/x2/verdict.json")
    holds(box.tapedeck_run("report", ".tapedeck/x2/verdict.json")[1],
          "fail: 1 of 3 gates failed")
    same(box.noted("validation_finished", 2), [{"verdict": "fail", "exit": 1}])
    same(box.events(2)[-1]["data"]["status"], "completed")
    box.plan(ONE, "--no-validate")
    same(box.noted("validation_started", 3), [])
    os.mkdir(box.path("other"))
    os.unlink(box.path("bad"))
    box.tapedeck_run("run", "plan.yaml", "--state", "other")
    same(os.path.exists(box.path("other/x1/gates.json")), True)
    box.write(".tapedeck/gates.yaml", "gates: 1\ngates: 2")
    _, out, err = box.tapedeck_run("run", "plan.yaml", status=7)
    holds(out, "gate    gates: error", ' the key "gates" stands here')
    same(verdicts(box, 4)[0], ("gates", "error"))


def gates_wait_until_all_tasks_ended_well(box):
    gates(box, "touch judged")
    box.plan("""
plan: 1
tasks: [{id: a, run: exit 1}]
""", status=1)
    same((os.path.exists(box.path("judged")), verdicts(box)),
         (False, [("execution", "pass")]))
    same(box.noted("validation_started"), [{"gates": None}])


def a_run_in_a_gate_runs_no_gates(box):
    gates(box, box.tapedeck + " run plan.yaml >>inner")
    box.plan(ONE)
    holds(box.read("inner"), "x2: 1 ok of 1")
    same(verdicts(box, 2), [("execution", "pass")])


def killed_while_gates_run_it_goes_on(box):
    for has_keeper in (True, False):
        number = 1 if has_keeper else 2
        gates(box, "echo >>begun; cat go%d" % number)
        os.mkfifo(box.path("go%d" % number))
        box.write("plan.yaml", ONE)
        process = box.start("run", "plan.yaml")
        until(lambda n=number: os.path.exists(box.path("begun")) and
              len(box.read("begun")) >= n, "the gate runs")
        process.kill()
        box.end(process)
        if not has_keeper:
            for pid in keepers(box.dir):
                os.kill(pid, signal.SIGKILL)
        process = box.start("resume", "x%d" % number)
        if not has_keeper:
            until(lambda: len(box.read("begun")) == 3, "it runs again")
        with open(box.path("go%d" % number), "wb"):
            pass
        _, out, _ = box.end(process, 0)
        holds(out, "gate    two: pass")
        same([v for v in verdicts(box, number) if v[0] != "one"],
             [("two", "pass"), ("execution", "pass")])
        box.tapedeck_run("resume", "x%d" % number, status=2)
    same(len(box.read("begun")), 3)


def gates_are_cancelled_with_the_rest(box):
    gates(box, "trap '' TERM; echo $$$$ >pid; touch begun; tail -f /dev/null & wait; wait")
    box.write("plan.yaml", ONE)
    process = box.start("run", "plan.yaml")
    until(lambda: os.path.exists(box.path("begun")), "the gate runs")
    process.send_signal(signal.SIGINT)
    until(lambda: box.noted_now("cancel"), "it was told")
    process.send_signal(signal.SIGINT)
    box.end(process, 130)
    same(starts(int(box.read("pid"))), None)
    same(box.noted("validation_finished")[0]["exit"], 130)


def on_terminal(box, **env):
    """What a terminal of 40 columns gets from a run with a task that waits."""
    main_end, task_end = os.openpty()
    fcntl.ioctl(task_end, termios.TIOCSWINSZ, struct.pack("HHHH", 12, 40, 0, 0))
    process = subprocess.Popen(
        [box.tapedeck, "run", "plan.yaml", "--no-cache"], cwd=box.dir,
        stdin=subprocess.DEVNULL, stdout=task_end, stderr=task_end,
        env=dict({"PATH": os.environ["PATH"]}, **env))
    box.started.append(process)
    seen = b""
    for piece in pieces(process, main_end, task_end, SECONDS):
        seen += piece
        if os.path.exists(box.path("up")) and (
                b"two and" in seen or env["TERM"] == "dumb"):
            os.unlink(box.path("up"))
            box.go()
    same(process.returncode, 0)
    return seen.decode()


def a_terminal_shows_what_runs(box):
    box.write("plan.yaml", """
plan: 1
tasks:
- {id: a, run: "true"}
- {id: b, depends_on: [a], run: "echo one; echo 'two and a line that is longer than the terminal'; touch up; cat go"}
""")
    os.mkfifo(box.path("go"))
    seen = on_terminal(box, TERM="xterm")
    holds(seen, "1/2 50 % ", "> b  0:0", "two and", "\r\x1b[1A\x1b[J")
    for line in re.split("[\r\n]+|\x1b\\[[0-9]*[A-Z]", seen):
        if line.startswith(("> ", "1/2")):
            same((len(line) < 40, line), (True, line))
    seen = on_terminal(box, TERM="dumb")
    same("\x1b" in seen or "> b" in seen, False)
    holds(seen, "ok      a", "ok      b", "2 ok of 2")


def a_cancel_ends_what_will_not_end(box):
    box.write("plan.yaml", """
plan: 1
tasks:
- id: a
  grace: 200ms
  run: |
    trap '' TERM INT
    setsid sh -c 'trap "" TERM; echo $$ >far; tail -f /dev/null & wait; wait' </dev/null >/dev/null 2>&1 &
    sh -c 'trap "" TERM; echo $$ >near; tail -f /dev/null & wait; wait' &
    echo $$ >self
    while test ! -s far || test ! -s near; do :; done
    touch up
    wait; wait
""")
    process = box.start("run", "plan.yaml")
    until(lambda: os.path.exists(box.path("up")), "all of it runs")
    process.send_signal(signal.SIGTERM)
    box.end(process, 130)
    same([starts(int(box.read(name))) for name in ("self", "near", "far")],
         [None, None, None])


def who_lies_about_artifacts_is_not_believed(box):
    box.write("agent", """#!/bin/sh
read -r task
echo '{"artifact":"out"}'
echo '{"artifact":"../../etc/passwd"}'
echo '{"artifact":7}'
echo '{"progress":9}'
echo 'no JSON at all'
echo '{"result":{"files":["out"]}}'
""")
    os.chmod(box.path("agent"), 0o755)
    out = box.plan("""
plan: 1
tasks:
- {id: a, provider: command, run: [./agent], outputs: [out]}
- {id: b, depends_on: [a], run: "true"}
""", status=1)
    holds(out, "FAILED  a")
    same([e for e in box.events() if e["type"] == "artifact_created"], [])
    same([e["data"]["error_type"] in ("output_missing", "malformed")
          for e in box.events() if e["type"] == "error" and
          e["data"]["task_id"] == "task_001"], [True])


def infrastructure_eats_no_attempt(box):
    """A folder where the log is to be: b cannot be started, which is no fault
    of b; when it is away, the same attempt is made."""
    box.write("plan.yaml", """
plan: 1
tasks:
- {id: a, run: "mkdir -p .tapedeck/x1/logs/b.log/in"}
- {id: b, depends_on: [a], run: "echo b"}
""")
    run = box.start("run", "plan.yaml")
    while run.poll() is None and not box.noted_now("backoff"):
        pass
    shutil.rmtree(box.path(".tapedeck/x1/logs/b.log"))
    box.end(run, 0)
    assert [note["fault"] for note in box.noted("fault")] == [
        "infrastructure_error"], box.noted("fault")
    assert [note["attempt"] for note in box.noted("launch")
            if note["task"] == 2] == [1, 1]
    assert not [e for e in box.events() if e["type"] == "error"]


def a_flood_of_output_is_bounded(box):
    box.write("flood", "echo first; head -c 10000000 /dev/zero | tr '\\0' x; "
              "echo; echo last\n")
    box.write("noise", "head -c 3000000 /dev/urandom; exit 3\n")
    box.plan("""
plan: 1
tasks:
- {id: a, log: 64k, run: [sh, flood]}
- {id: b, log: 64k, run: [sh, noise]}
""", status=1)
    same(os.path.getsize(box.path(".tapedeck/x1/logs/a.log")) < 70000, True)
    with open(box.path(".tapedeck/x1/logs/a.log"), "rb") as file:
        log = file.read()
    same((log[:6], log[-5:]), (b"first\n", b"last\n"))
    same(os.path.getsize(box.journal()) < 100000, True)


def what_is_shown_steers_no_terminal(box):
    box.write("steer", "printf 'x\\033[2J\\033]0;t\\007\\237y\\n'; exit 1\n")
    box.write("plan.yaml", """
plan: 1
tasks: [{id: a, run: [sh, steer]}]
""")
    _, out, err = box.end(box.start("run", "plan.yaml", text=False), 1)
    same(b"\x1b" in out + err or b"\x07" in out + err, False)
    holds(out.decode(), "\\u001b[2J")


def links_and_names_lead_nowhere_else(box):
    outer = box.path("outer")
    os.mkdir(outer)
    inner = Box(box.tapedeck, box.contract, box.path("inner"))
    os.mkdir(inner.dir)
    inner.write("../outer/secret", "secret")
    os.symlink("../outer/secret", inner.path("link"))
    os.symlink("../outer", inner.path("away"))
    inner.write("bad\nname.csv", "1")
    out = inner.plan("""
plan: 1
tasks:
- {id: reads, run: "true", inputs: [link]}
- {id: reads_far, run: "true", inputs: [away/secret]}
- {id: writes, run: "ln -s ../outer/secret made", outputs: [made]}
- {id: writes_far, run: "true", outputs: [away/x]}
- {id: isolated, isolate: true, run: "ln -s /etc/passwd got", outputs: [got]}
- {id: names, run: "true", inputs: ["*.csv"]}
- {id: works_far, dir: away, run: "touch x"}
""", "-w", "1", status=1)
    holds(out, "7 failed of 7")
    same((os.listdir(outer), inner.read("../outer/secret")),
         (["secret"], "secret"))
    same([e for e in inner.events() if e["type"] == "artifact_created"], [])
    for path in ("../x", "/etc/x", "a/../../x", "x\\x07"):
        inner.write("plan.yaml", """
plan: 1
tasks: [{id: a, run: touch ran, outputs: ["%s"]}]
""" % path)
        inner.tapedeck_run("run", "plan.yaml", status=2)
    same(os.path.exists(inner.path("ran")), False)
    inner.judge()
    inner.clean()


FILLING = """
plan: 1
tasks:
- {id: a, run: "echo one; echo 1 > a", outputs: [a]}
- {id: b, depends_on: [a], isolate: true, run: "echo two; cat a a > b", inputs: [a], outputs: [b]}
- {id: c, depends_on: [b], run: "cat b > c", inputs: [b], outputs: [c]}
"""


def fill_at(box, number, library):
    """The disk is full from a write on; then there is space again. True: the
    run met it."""
    box.write("plan.yaml", FILLING)
    box.write("full", "")
    with open(box.path("said"), "wb") as said:
        process = box.start("run", "plan.yaml", stderr=said, env=dict(
            {k: v for k, v in os.environ.items() if k in ("PATH", "HOME")},
            LD_PRELOAD=library, ASAN_OPTIONS="verify_asan_link_order=0",
            TD_FULL_AT=str(number),
            TD_FULL_WHILE=box.path("full")))
    until(lambda: process.poll() is not None or
          "nothing ends before that is mended" in box.read("said"), "it ends")
    os.unlink(box.path("full"))
    status, _, _ = box.end(process)
    said = box.read("said")
    met = "No space left on device" in said
    if status not in (0, 1, 4) or (status and not met):
        raise AssertionError("write %d: status %d: %s" % (number, status, said))
    if status == 0:
        return met
    if not os.path.exists(box.journal()):
        same("nothing" in said or met, True)
        return True
    status, out, err = box.end(box.start("resume", "x1"))
    if "nothing of it ran" in err:
        os.unlink(box.journal())
        return True
    if "it has ended" in err or "No space left on device" in out:
        status, out, err = box.end(box.start("retry", "x1"))
    if status:
        raise AssertionError("write %d, then: %s%s" % (number, out, err))
    return True


def a_full_disk_ends_it_and_it_goes_on(box):
    library = os.environ.get("TD_FULL")
    if not library or any(k.endswith("SAN_OPTIONS") for k in os.environ):
        return  # a sanitizer wants to be loaded first
    step = int(os.environ.get("TD_FULL_STEP", "4"))
    number, calm = 1, 0
    while calm < 3:
        with tempfile.TemporaryDirectory(prefix="tapedeck-run-") as directory:
            inner = Box(box.tapedeck, box.contract, directory)
            try:
                calm = 0 if fill_at(inner, number, library) else calm + 1
                inner.judge()
            finally:
                inner.clean()
        number += step
    same(number > 20, True)


def main():
    tapedeck, contract = sys.argv[1], sys.argv[2]
    cases = {name: value for name, value in globals().items()
             if re.match("^def %s\\(box\\):" % name, source_of(value))}
    for name in sys.argv[3:] or cases:
        with tempfile.TemporaryDirectory(prefix="tapedeck-run-") as directory:
            box = Box(tapedeck, contract, directory)
            try:
                cases[name](box)
                box.judge()
            finally:
                box.clean()
        print("ok   " + name, flush=True)


def source_of(value):
    code = getattr(value, "__code__", None)
    if code is None or code.co_varnames[:code.co_argcount] != ("box",):
        return ""
    return "def %s(box):" % value.__name__


if __name__ == "__main__":
    main()
