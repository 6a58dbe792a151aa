#!/usr/bin/python3
"""Good runs of a made-up builder, and runs with one fault each.

usage: runs.py FOLDER SEED COUNT [FAULT]

Writes COUNT runs of random sizes to FOLDER/good-N.ndjson or, with a fault (drop,
duplicate, reorder, number, rename, type, foreign), FOLDER/FAULT-N.ndjson. The
rules that hold in a good run: build_started first and build_done last, once
each; one task_done for each task that started, in any order, done counts from 1
and percent follows from it; build_done has as many tasks as build_started says,
and ok + failed are all of them.
"""
import json
import random
import sys


def run(rng):
    total = rng.randint(8, 40)
    build = "b-%d" % rng.randint(1000, 9999)
    events = [("build_started", {"build": build, "total": total,
                                 "at": "2026-01-01T00:00:00Z"})]
    waiting, open_tasks, done, failed = list(range(1, total + 1)), [], 0, 0
    while waiting or open_tasks:
        if waiting and (not open_tasks or rng.random() < 0.5):
            task = "task-%d" % waiting.pop(0)
            open_tasks.append(task)
            events.append(("task_started", {"task": task, "kind": rng.choice(
                ["compile", "link", "test"])}))
            continue
        task = open_tasks.pop(rng.randrange(len(open_tasks)))
        done += 1
        bad = rng.random() < 0.2
        failed += bad
        events.append(("task_done", {
            "task": task, "state": "failed" if bad else "ok", "done": done,
            "total": total, "percent": round(100 * done / total, 2)}))
        if rng.random() < 0.3:
            events.append(("note", {"text": "took %d ms" % rng.randint(1, 99)}))
    events.append(("build_done", {"build": build, "total": total,
                                  "ok": total - failed, "failed": failed}))
    return [{"type": n, "data": d} for n, d in events]


def spoil(rng, events, fault):
    """One fault, at a place where it is one."""
    places = [i for i, e in enumerate(events) if e["type"].startswith("task")]
    i = rng.choice(places)
    if fault == "drop":
        del events[i]
    elif fault == "duplicate":
        events.insert(i, dict(events[i]))
    elif fault == "reorder":
        done = [k for k in places if events[k]["type"] == "task_done"]
        a, b = rng.sample(done, 2)
        events[a], events[b] = events[b], events[a]
    elif fault == "number":
        done = [k for k in places if events[k]["type"] == "task_done"]
        data = events[rng.choice(done)]["data"]
        data[rng.choice(["done", "total", "percent"])] += 1
    elif fault == "rename":
        data = events[i]["data"]
        data["name"] = data.pop("task")
    elif fault == "type":
        events[i]["data"]["task"] = 7
    elif fault == "foreign":
        events[i]["data"]["task"] = "job-1"
    return events


def main():
    folder, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    fault = sys.argv[4] if len(sys.argv) > 4 else None
    rng = random.Random(seed)
    for n in range(count):
        events = run(rng)
        if fault:
            events = spoil(rng, events, fault)
        with open("%s/%s-%d.ndjson" % (folder, fault or "good", n), "w",
                  encoding="utf-8") as out:
            for event in events:
                out.write(json.dumps(event) + "\n")


main()
