#!/usr/bin/python3
"""What plan show, why and review and a dry run tell is what runs do.

usage: e2e_look.py TAPEDECK CONTRACT [CASE...]
"""
import hashlib
import json
import os
import sys
import tempfile

from e2e_run import Box

PLAN = """
plan: 1
name: look
pools: {one: 1}
tasks:
- {id: last, run: cat b.out c.out >d.out, depends_on: [b, c], inputs: [b.out, c.out], outputs: [d.out]}
- {id: a, run: cp in a.out, inputs: [in], outputs: [a.out]}
- {id: b, run: cp a.out b.out, depends_on: [a], inputs: [a.out], outputs: [b.out], estimate: 9s}
- {id: c, run: cp a.out c.out, depends_on: [a], inputs: [a.out], outputs: [c.out], pool: one}
- {id: e, run: echo done, depends_on: [last]}
"""


def tree(directory):
    """Every path with its bytes."""
    found = {}
    for folder, names, files in os.walk(directory):
        for name in names:
            found[os.path.join(folder, name)] = ""
        for name in files:
            if name.endswith(".sock"):
                continue  # of the keeper, which goes when nobody needs it
            with open(os.path.join(folder, name), "rb") as file:
                found[os.path.join(folder, name)] = hashlib.sha256(
                    file.read()).hexdigest()
    return found


def dry(box, *more):
    return json.loads(box.tapedeck_run("run", "plan.yaml", "--dry-run",
                                       "--json", *more)[1])


def started(box, number):
    """Ids of tasks in the order of their starts, by the journal."""
    ids = [line.split("id: ")[1].split(",")[0] for line in PLAN.splitlines()
           if "id: " in line]
    return [ids[launch["task"] - 1] for launch in box.noted("launch", number)]


def dry_runs_write_nothing(box):
    box.write("plan.yaml", PLAN)
    box.write("in", "one")
    before = tree(box.dir)
    dry(box)
    box.tapedeck_run("plan", "review", "plan.yaml")
    box.tapedeck_run("plan", "why", "plan.yaml", "last")
    assert tree(box.dir) == before, "something was written"
    box.plan(PLAN)
    before = tree(box.dir)
    dry(box)
    box.tapedeck_run("plan", "show", "plan.yaml", "--view", "full")
    box.tapedeck_run("plan", "show", "x1", "--view", "full")
    box.tapedeck_run("plan", "why", "x1", "last")
    assert tree(box.dir) == before, "something was written"


def what_it_foretells_comes(box):
    """Orders, what is unchanged, and what may be."""
    box.write("plan.yaml", PLAN)
    box.write("in", "one")
    for number, how in enumerate(("greedy", "waves"), 1):
        more = ["--workers", "1", "--no-cache", "--schedule", how]
        told = dry(box, *more)
        box.plan(PLAN, *more)
        assert [start["id"] for start in told["starts"]] == started(
            box, number), (told, started(box, number))
    told = dry(box)
    assert [t["id"] for t in told["starts"]] == ["e"], told
    assert {t["will"] for t in told["others"]} == {"unchanged"}, told
    box.write("in", "two")
    told = dry(box, "--workers", "1")
    assert {t["id"]: t["will"] for t in told["starts"]} == {
        "a": "runs", "b": "may_run", "c": "may_run", "last": "may_run",
        "e": "runs"}, told
    assert "input in is " in told["starts"][0]["why"], told
    assert all(t["takes_from"] == "past" for t in told["starts"]), told


def executions_are_drawn_as_they_stand(box):
    os.mkfifo(box.path("go"))
    box.write("plan.yaml", """
plan: 1
tasks:
- {id: a, run: "true"}
- {id: b, run: "echo up >ready; read x <go", depends_on: [a]}
- {id: c, run: "exit 3", depends_on: [b], phase: 4}
- {id: d, run: "true", depends_on: [c], phase: 4}
""")
    run = box.start("run", "plan.yaml")
    while not run.poll() and not os.path.exists(box.path("ready")):
        os.sched_yield()
    show = json.loads(box.tapedeck_run("plan", "show", "x1", "--view", "full",
                                       "--json")[1])
    assert show["states"]["running"] == 1 and show["ended"] == 1, show
    assert show["execution"] == "x1", show
    _, _, err = box.tapedeck_run("snapshot", "create", "plan.yaml", status=2)
    assert "x1: it is run by pid %d;" % run.pid in err, err
    why = json.loads(box.tapedeck_run("plan", "why", "x1", "c", "--json")[1])
    assert why["why"] == "waits for b (running)", why
    with open(box.path("go"), "w", encoding="utf-8") as pipe:
        pipe.write("x\n")
    box.end(run, 1)
    out = box.tapedeck_run("plan", "show", "x1", "--ascii", "--view",
                           "timeline")[1]
    assert out.splitlines()[-1] == "  waves   1 +1  2 +1  3 x1  4 -1", out
    why = json.loads(box.tapedeck_run("plan", "why", "x1", "d", "--json")[1])
    assert why["why"] == "was skipped because of c (failed)", why
    copy = box.path("copy.tape.gz")
    os.link(box.journal(1), copy)
    shown = box.tapedeck_run("plan", "show", copy)[1]
    assert "now        ended after " in shown, shown


def time_of_first(inner):
    """Milliseconds that the first task of x1 has run."""
    show = json.loads(inner.tapedeck_run("plan", "show", "x1", "--view",
                                         "tasks", "--json")[1])
    return show["task_list"][0]["ran_ms"]


def what_runs_is_counted_to_now(box):
    """Not only to the last line of its journal; of one that was killed, to
    there."""
    os.mkfifo(box.path("go"))
    box.write("plan.yaml", """
plan: 1
tasks: [{id: a, run: "echo up >ready; cat go"}]
""")
    run = box.start("run", "plan.yaml")
    while not run.poll() and not os.path.exists(box.path("ready")):
        os.sched_yield()
    first = time_of_first(box)
    assert any(time_of_first(box) > first for _ in range(100)), first
    run.kill()
    box.end(run)
    assert time_of_first(box) == time_of_first(box)
    again = box.start("resume", "x1")
    box.go()
    box.end(again, 0)


def what_is_no_journal_is_told(box):
    box.write("x.tape.gz", "no tape")
    for args in (["plan", "show", "x.tape.gz"], ["plan", "why", "x9", "a"],
                 ["plan", "show", "none.yaml"]):
        status, out, err = box.end(box.start(*args))
        assert status in (2, 3, 4) and not out and err.startswith(
            "tapedeck plan: "), (args, status, out, err)


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
    dry_runs_write_nothing, what_it_foretells_comes,
    what_runs_is_counted_to_now,
    executions_are_drawn_as_they_stand, what_is_no_journal_is_told)}

if __name__ == "__main__":
    main()
