#!/usr/bin/python3
"""What executions hold to when it is hard for them.

usage: e2e_hard.py TAPEDECK CONTRACT [CASE...]
"""
import json
import os
import re
import signal
import sys
import tempfile

from e2e_run import Box, holds, same, until


def most_at_once(text):
    """How many + came before their -, at most."""
    now = most = 0
    for sign in text.split():
        now += 1 if sign == "+" else -1
        most = max(most, now)
    return most


def no_more_run_than_there_are_workers(box):
    """Those known to be short are launched ahead of a free worker, and wait."""
    box.plan("plan: 1\ntasks:\n" + "".join(
        "- {id: t%d, estimate: 20ms, run: 'echo + >>log; echo - >>log'}\n" % i
        for i in range(120)), "-w", "2", "-q")
    same(most_at_once(box.read("log")) <= 2, True)
    same(len(box.read("log").split()), 240)
    signs = ["+" if line["ev"] == "launch" else "-" for line in box.lines()
             if line.get("ev") in ("launch", "ended")]
    same(most_at_once(" ".join(signs)) > 2, True)


STEPS = """
plan: 1
tasks:
- {id: a, run: echo a >>log, outputs: [log]}
- {id: b, depends_on: [a], run: "test -e again || { touch again; exit 1; }; echo b >>log2", outputs: [log2], retry: {attempts: 2, backoff: 50ms}, timeout: {run: 50s, total: 55s, queue: 55s, heartbeat: 50s}}
- {id: c, depends_on: [b], run: tail -f /dev/null, timeout: 100ms, grace: 100ms, soft_fail: true}
- {id: d, depends_on: [c], when: always, run: "echo d; touch up; cat go"}
- {id: e, depends_on: [d], run: "true"}
"""


def numbers(value, name=""):
    """(name, number) of all numbers in a document."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from numbers(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers(inner, name)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield name, value


def rises(values):
    return all(a <= b for a, b in zip(values, values[1:]))


def times_are_in_order(run):
    """Of every segment of the journal, and of what is said in all of them."""
    segment = []
    for line in run.lines():
        if "s" in line:
            segment.append(line["t"])
        else:
            same(rises(segment), True)
            segment = []
    same(rises([e["timestamp"] for e in run.events()]), True)
    for event in run.events():
        same([pair for pair in numbers(event["data"]) if pair[1] < 0], [])
    seqs = [e["data"]["seq"] for e in run.events()]
    same(seqs, list(range(1, len(seqs) + 1)))


def a_wall_clock_that_steps_changes_nothing(box):
    """Killed in between, and under a sanitizer not at all: that wants to be
    loaded first."""
    steps = os.environ.get("TD_STEPS")
    if not steps or any(k.endswith("SAN_OPTIONS") for k in os.environ):
        return
    how = {"env": dict(os.environ, LD_PRELOAD=steps)}
    box.write("plan.yaml", STEPS)
    os.mkfifo(box.path("go"))
    process = box.start("run", "plan.yaml", "-w", "2", **how)
    until(lambda: os.path.exists(box.path("up")), "d runs")
    process.kill()
    box.end(process)
    process = box.start("resume", "x1", **how)
    until(lambda: box.noted_now("resumed"), "it goes on")
    box.go()
    _, out, _ = box.end(process, 0)
    holds(out, "ok      d", "ok      e", "4 ok, 1 failed")
    same([task["task"] for task in box.noted("completed")], [1, 2, 4, 5])
    same([fault["fault"] for fault in box.noted("fault")],
         ["exit_status", "timeout"])
    times_are_in_order(box)
    _, out, _ = box.tapedeck_run("run", "plan.yaml", "--dry-run", **how)
    holds(out, "a")


FAILS = """- {id: flaky, phase: 1, run: "test -e again || { touch again; exit 1; }", retry: {attempts: 2, backoff: 1ms}}
- {id: broken, depends_on: [flaky], phase: 2, run: exit 3}
- {id: after, depends_on: [broken], phase: 2, run: "true"}
"""
GOOD = """
plan: 1
tasks:
- {id: look, phase: 0, run: "true"}
- {id: make, depends_on: [look], phase: 3, run: "echo >main.c; mkdir -p doc; echo >doc/README.md", outputs: [main.c, doc/README.md], subtasks: [code, words]}
- {id: more, phase: 1, run: "echo >log", outputs: [log]}
- {id: check, depends_on: [make, more], phase: 4, run: test -e main.c, inputs: [main.c]}
"""

# What only failures are judged by. Never: R43 speaks of a last error that could
# be tried again, which is not what ours calls recoverable; R69 takes the mean of
# the tasks' durations for a part of the whole, which it is not side by side.
OF_FAILURES = {"R16b", "R17", "R40", "R41", "R42", "R42b", "R44", "R44b",
               "R45", "R61", "R62"}
NEVER = {"R43", "R69"}


def rules(box, number, status):
    """Ids of the contract's rules that have that status, and no other journal
    is looked at."""
    report = box.path("verdict.json")
    box.tapedeck_run("validate", box.journal(number), "--contract",
                     box.contract, "--report", "json=" + report)
    with open(report, encoding="utf-8") as file:
        return {rule["id"] for rule in json.load(file)["gates"][0]["rules"]
                if rule["outcome"] == status and rule["id"] != "schema"}


def every_rule_that_can_be_is_judged(box):
    for schedule in ("greedy", "waves"):
        box.plan(GOOD, "-q", "--no-cache", "--schedule", schedule)
    same(rules(box, 1, "vacuous"), OF_FAILURES | NEVER)
    same(rules(box, 2, "vacuous"), OF_FAILURES | NEVER)
    same((rules(box, 1, "fail"), rules(box, 2, "fail")), (set(), set()))
    box.plan(GOOD + FAILS, "-q", "--no-cache", status=1)
    same(rules(box, 3, "vacuous") & OF_FAILURES, {"R41", "R62"})
    same(rules(box, 3, "fail"), set())
    box.plan("plan: 1\ntasks:\n- {id: all, run: exit 1, retry: "
             "{attempts: 4, backoff: 1ms}}\n", "-q", status=1)
    same(rules(box, 4, "vacuous") & {"R41", "R62"}, set())


def a_resume_and_a_retry_know_where_outputs_are_named(box):
    box.write("plan.yaml", """plan: 1
tasks:
- {id: a, run: "touch up; cat go", outputs: [nope]}
""")
    where = "nope: is not there; write it, or mend outputs (plan.yaml:3:46)"
    os.mkfifo(box.path("go"))
    process = box.start("run", "plan.yaml")
    until(lambda: os.path.exists(box.path("up")), "it runs")
    process.kill()
    box.end(process)
    process = box.start("resume", "x1")
    until(lambda: box.noted_now("resumed"), "it goes on")
    box.go()
    holds(box.end(process, 1)[1], where)
    for number in (1, 2):  # also a retry of a retry
        process = box.start("retry", "x%d" % number)
        box.go()
        holds(box.end(process, 1)[1], where)


def who_makes_a_missing_input_is_told(box):
    """As ninja and make know it from their files; here it must be said."""
    out = box.plan("""
plan: 1
tasks:
- {id: user, run: cat part, inputs: [part]}
- {id: maker, run: "echo >part", outputs: [part]}
""", "-w", "1", status=1)
    holds(out, "its input part is not there; maker makes it: is that in depends_on?")


ENDLESS = """
plan: 1
tasks:
- {id: hung, run: "trap '' TERM; touch up; cat go", grace: 100ms}
- {id: cleans, depends_on: [hung], when: always, run: touch cleaned}
- {id: other, run: "cat go2"}
"""


def an_order_from_elsewhere_ends_one_task_or_all(box):
    box.write("plan.yaml", ENDLESS)
    for name in ("go", "go2"):
        os.mkfifo(box.path(name))
    process = box.start("run", "plan.yaml", "-w", "3")
    until(lambda: os.path.exists(box.path("up")), "it runs")
    os.mkfifo(box.path(".tapedeck/x1/cancel:other"))  # no order, and no trap
    for words, told in ((("x1", "none"), "there is no such task in x1"),
                        (("x9",), "there is no execution x9"),
                        (("../x1",), "x1")):
        holds(box.tapedeck_run("cancel", *words, status=2)[2], told)
    holds(box.tapedeck_run("cancel", "x1", "hung")[2], "x1 hung is cancelled")
    until(lambda: os.path.exists(box.path("cleaned")), "what is to follow")
    holds(box.tapedeck_run("cancel", "x1", "hung", status=2)[2],
          "hung: it has ended")
    with open(box.path("go2"), "wb"):
        pass
    holds(box.end(process, 1)[2], "1 of 3 tasks cancelled: hung")
    same([(line["task"], line["by"]) for line in box.noted("cancel_task")],
         [(1, "user")])
    holds(box.tapedeck_run("cancel", "x1", status=2)[2], "x1: it has ended")
    os.unlink(box.path("up"))
    process = box.start("run", "plan.yaml", "-w", "3")
    until(lambda: os.path.exists(box.path("up")), "it runs again")
    holds(box.tapedeck_run("cancel", "x2")[2], "x2 is cancelled")
    holds(box.end(process, 130)[2], "x2: cancelled")


def a_pause_holds_until_somebody_resumes(box):
    box.write("plan.yaml", """plan: 1
budget: {tokens: 100, on: pause}
tasks:
- {id: w, run: "cat go"}
- {id: z, depends_on: [w], run: touch ran}
- {id: a, depends_on: [z], provider: command, run: "read -r t; echo '{\\"usage\\":{\\"tokens_in\\":100,\\"tokens_out\\":0}}'"}
- {id: d, depends_on: [a], run: "true"}
""")
    os.mkfifo(box.path("go"))
    process = box.start("run", "plan.yaml")
    with open(box.path("go"), "wb"):
        for _ in range(2):
            holds(box.tapedeck_run("pause", "x1")[2],
                  "x1 is paused; go on with: tapedeck resume x1")
        same(len(box.noted_now("pause")), 1)
    until(lambda: box.noted_now("completed"), "what ran ends")
    same(os.path.exists(box.path("ran")), False)
    holds(box.tapedeck_run("resume", "x1")[2], "x1 goes on")
    until(lambda: box.noted_now("budget_reached"), "all is spent")
    until(lambda: len(box.noted_now("completed")) == 3, "and what ran has ended")
    same(len(box.noted_now("launch")), 3)
    holds(box.tapedeck_run("resume", "x1")[2], "x1 goes on")
    _, out, _ = box.end(process, 0)
    holds(out, "paused  nothing more starts until tapedeck resume x1",
          "tokens: 100 % used; nothing more starts until tapedeck resume x1",
          "4 ok of 4")
    same([line["by"] for line in box.noted("go_on")], ["user", "user"])
    for verb in ("pause", "resume"):
        holds(box.tapedeck_run(verb, "x1", status=2)[2], "x1: it has ended")


def a_resume_ends_a_pause_too(box):
    """It was paused when who ran it was killed."""
    box.write("plan.yaml", """plan: 1
tasks:
- {id: w, run: "cat go"}
- {id: z, depends_on: [w], run: touch ran}
""")
    os.mkfifo(box.path("go"))
    process = box.start("run", "plan.yaml")
    with open(box.path("go"), "wb"):
        box.tapedeck_run("pause", "x1")
        process.kill()
        box.end(process)
    _, out, _ = box.tapedeck_run("resume", "x1")
    holds(out, "goes on\n", "2 ok of 2")
    same(os.path.exists(box.path("ran")), True)
    same(box.noted("go_on"), [{"by": "user"}])


def an_order_that_nobody_took_is_not_left(box):
    """Who runs the execution stands still, and is killed then; one that was
    left all the same holds when it goes on."""
    box.write("plan.yaml", ENDLESS)
    os.mkfifo(box.path("go"))
    os.mkfifo(box.path("go2"))
    process = box.start("run", "plan.yaml", "-w", "3")
    until(lambda: os.path.exists(box.path("up")), "it runs")
    process.send_signal(signal.SIGSTOP)
    order = box.start("cancel", "x1")
    left = box.path(".tapedeck/x1/cancel")
    until(lambda: os.path.exists(left), "the order is there")
    process.kill()
    box.end(process)
    holds(box.end(order, 2)[2], "nobody runs it any more")
    same(os.path.exists(left), False)
    holds(box.tapedeck_run("cancel", "x1", status=2)[2], "nobody runs it")
    box.write(".tapedeck/x1/cancel", "me")
    holds(box.tapedeck_run("resume", "x1", status=130)[2], "cancelled")
    same(box.noted("cancel"), [{"by": "me"}])


ASKING = """
plan: 1
tasks:
- {id: ask, approval: {ask: may it?}, run: touch asked}
- {id: hung, depends_on: [ask], run: "touch up; cat go"}
"""


def orders_are_heard_without_inotify(box):
    """All instances there are may be others'."""
    library = os.environ.get("TD_FULL")
    if not library:
        return
    how = {"env": dict(os.environ, LD_PRELOAD=library, TD_FULL_WATCHES="1",
                       ASAN_OPTIONS="verify_asan_link_order=0")}
    box.write("plan.yaml", ASKING)
    os.mkfifo(box.path("go"))
    process = box.start("run", "plan.yaml", **how)
    until(lambda: box.noted_now("asked"), "it asks")
    box.tapedeck_run("approve", "x1", "ask", **how)
    until(lambda: os.path.exists(box.path("up")), "it goes on")
    holds(box.tapedeck_run("cancel", "x1", **how)[2], "x1 is cancelled")
    holds(box.end(process, 130)[2], "x1: cancelled")


def an_order_is_not_taken_by_who_removes_the_folder(box):
    box.write("plan.yaml", ENDLESS)
    os.mkfifo(box.path("go"))
    os.mkfifo(box.path("go2"))
    process = box.start("run", "plan.yaml", "-w", "3")
    until(lambda: os.path.exists(box.path("up")), "it runs")
    process.send_signal(signal.SIGSTOP)
    order = box.start("cancel", "x1")
    until(lambda: os.path.exists(box.path(".tapedeck/x1/cancel")), "the order")
    os.rename(box.path(".tapedeck/x1"), box.path(".tapedeck/away"))
    holds(box.end(order, 4)[2], "was removed before the order was taken")
    os.unlink(box.path(".tapedeck/away/cancel"))
    os.rename(box.path(".tapedeck/away"), box.path(".tapedeck/x1"))
    process.send_signal(signal.SIGCONT)
    box.tapedeck_run("cancel", "x1")
    box.end(process, 130)


def a_log_is_followed(box):
    """From before its task begins to its end, over a second attempt, and over
    the loss of its middle: each line once, in order, but for what was lost (and
    what readline() has read ahead)."""
    box.write("plan.yaml", """
plan: 1
tasks:
- {id: first, run: cat go}
- {id: loud, depends_on: [first], run: "echo up; cat more; test -e again || { touch again; exit 1; }; seq 30000; cat last; echo end", log: 10k, retry: {attempts: 2, backoff: 1ms}}
""")
    for name in ("go", "more", "last"):
        os.mkfifo(box.path(name))
    process = box.start("run", "plan.yaml")
    until(lambda: box.noted_now("launch"), "it runs")
    logs = box.start("logs", "x1", "loud", "--follow")
    for name, heard in (("go", "up\n"), ("more", "up\n"), ("more", "1\n"),
                        ("last", None)):
        with open(box.path(name), "wb"):
            pass
        same(heard and logs.stdout.readline(), heard)
    _, out, _ = box.end(logs, 0)
    box.end(process, 0)
    whole = re.sub(r"(?m)^.*\n\[tapedeck: .*\n.*\n", "", out)
    numbers = [int(line) for line in whole.splitlines() if line.isdigit()]
    same((len(numbers) > 1, numbers[-1]), (True, 30000))
    same(all(a < b for a, b in zip(numbers, numbers[1:])), True)
    same(out.splitlines()[-1], "end")
    holds(box.tapedeck_run("logs", "x1", "loud", "-f")[1], "bytes are left out")
    holds(box.tapedeck_run("logs", "x1", "none", "-f", status=2)[2],
          "there is no such task in x1")


def main():
    tapedeck, contract = sys.argv[1:3]
    for name in sys.argv[3:] or CASES:
        with tempfile.TemporaryDirectory() as directory:
            box = Box(tapedeck, contract, directory)
            try:
                CASES[name](box)
                box.judge()
            finally:
                box.clean()


CASES = {case.__name__: case for case in (
    no_more_run_than_there_are_workers,
    a_wall_clock_that_steps_changes_nothing,
    every_rule_that_can_be_is_judged,
    a_resume_and_a_retry_know_where_outputs_are_named,
    who_makes_a_missing_input_is_told,
    an_order_from_elsewhere_ends_one_task_or_all,
    a_pause_holds_until_somebody_resumes,
    a_resume_ends_a_pause_too,
    an_order_that_nobody_took_is_not_left,
    orders_are_heard_without_inotify,
    an_order_is_not_taken_by_who_removes_the_folder,
    a_log_is_followed)}

if __name__ == "__main__":
    main()
