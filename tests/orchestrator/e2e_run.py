#!/usr/bin/python3
"""Executions from end to end, with the binary.

usage: e2e_run.py TAPEDECK CONTRACT [CASE...]

A case is a function of this file that takes a Box. Without names all are run.
Every journal that a case leaves is held to the execution contract.
"""
import glob
import gzip
import json
import os
import random
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

SECONDS = 60


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
            env={k: v for k, v in os.environ.items()
                 if k in ("PATH", "HOME") or k.endswith("SAN_OPTIONS")},
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
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
    holds(out, "x1 plan: 3 tasks, depth 2; ", "ok      c", "x1: 3 ok of 3 in ")
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
- {id: slow, timeout: 200ms, grace: 100ms, run: "trap '' TERM; setsid tail -f /dev/null >/dev/null & echo $! > pid; tail -f /dev/null"}
""", status=1)
    holds(out, "FAILED  slow")
    same([e["data"]["error_type"] for e in box.events()
          if e["type"] == "error"], ["timeout"])
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
    same(os.path.exists(box.path("ran")), False)
    same(os.path.exists(box.path(".tapedeck")), False)


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
""")
    process = box.start("run", "plan.yaml", "-w", "3")
    until(lambda: os.path.exists(box.path(".tapedeck/x1/answers")), "it asks")
    box.tapedeck_run("approve", "x1", "ship")
    box.tapedeck_run("approve", "x1", "burn", "--refuse")
    _, out, _ = box.end(process, 5)
    holds(out, "ask     ship  Ship it?  tapedeck approve x1 ship", "ok      ship",
          "skipped burn  it was refused", "skipped late  nobody approved it in time")
    same([os.path.exists(box.path(name)) for name in
          ("shipped", "burnt", "late")], [True, False, False])
    _, _, err = box.tapedeck_run("approve", "x7", "ship", status=4)
    holds(err, "no task of it has asked")
    box.tapedeck_run("approve", "x1", "../ship", status=2)


def logs_are_kept(box):
    box.plan("""
plan: 1
tasks: [{id: a, run: "echo out; echo err >&2"}]
""")
    same(box.tapedeck_run("logs", "x1", "a")[1], "out\nerr\n")
    same(json.loads(box.tapedeck_run("logs", "x1", "a", "--json")[1]),
         {"execution_id": "x1", "task": "a", "log": "out\nerr\n"})
    box.tapedeck_run("logs", "x1", "b", status=4)
    box.tapedeck_run("logs", "x1", "../a", status=2)


MANY = """
plan: 1
tasks:
%s
""" % "\n".join(
    "- {id: t%d, %srun: \"echo %d >> ran/%d; printf %d > o%d\", outputs: [o%d]}"
    % (i, "depends_on: [t%d], " % (i - 3) if i > 3 else "", i, i, i, i, i)
    for i in range(1, 25))


def kill_and_resume(box, seed):
    """kill -9 at some moment, and go on until it has ended."""
    chance = random.Random(seed)
    os.mkdir(box.path("ran"))
    box.write("plan.yaml", MANY)
    args = ("run", "plan.yaml", "-w", "4")
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
        journals = glob.glob(box.path(".tapedeck/x*.tape.gz"))
        if journals:
            number = int(os.path.basename(journals[0])[1:].split(".")[0])
            args = ("resume", "x%d" % number, "-w", "4")
        else:
            args = ("run", "plan.yaml", "-w", "4")
    else:
        status, _, err = box.end(box.start(*args))
        if status != 0 and "it has ended" not in err:
            raise AssertionError(err)
    events = box.events(number)
    same([e["data"]["seq"] for e in events], list(range(1, len(events) + 1)))
    ended = [e["data"]["task_id"] for e in events
             if e["type"] == "progress_update"]
    same(sorted(ended), ["task_%03d" % i for i in range(1, 25)])
    same([e["data"]["file_path"] for e in events
          if e["type"] == "artifact_created" and
          box.read(e["data"]["file_path"]) == ""], [])


def killed_at_any_time_it_goes_on(box):
    rounds = int(os.environ.get("TD_KILLS", "4"))
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


main()
