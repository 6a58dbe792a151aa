"""The bars of `tapedeck run`: the same graphs by ninja and GNU make beside us."""
import json
import os
import resource
import shutil
import subprocess
import time

import run_graph
from bars import Bar

SECONDS = 600
WORKERS = 10
ENTITIES = ", ".join("%s(name: text, email: email, price: money, born: date optional)" % name
                     for name in "wine grape cellar customer order label store review".split())


def graphs(bench):
    folder = bench.path("graphs")
    if not os.path.exists(folder):
        run_graph.wide(folder + "/wide")
        run_graph.graph(folder + "/graph")
    if not os.path.exists(folder + "/sleep"):
        run_graph.graph(folder + "/many", run_graph.WIDE)
        run_graph.sleep(folder + "/sleep")
    return folder


def clean(folder):
    shutil.rmtree(folder + "/.tapedeck", ignore_errors=True)
    for name in os.listdir(folder):
        if name not in ("plan.yaml", "build.ninja", "Makefile"):
            os.unlink(os.path.join(folder, name))


def side(which, *command):
    """Seconds from nothing to all made, with two workers."""
    def run(bench):
        folder = os.path.join(graphs(bench), which)
        clean(folder)
        argv = [bench.deck if part == "tapedeck" else part for part in command]
        begun = time.monotonic()
        subprocess.run(argv, cwd=folder, stdout=subprocess.DEVNULL, check=True,
                       timeout=SECONDS)
        return time.monotonic() - begun
    return run


def sides(which):
    return {"tapedeck": side(which, "tapedeck", "run", "plan.yaml", "-w", "2", "-q"),
            "ninja": side(which, "ninja", "-j2"),
            "make": side(which, "make", "-j2"),
            "tapedeck --fsync never": side(
                which, "tapedeck", "run", "plan.yaml", "-w", "2", "-q", "--fsync", "never")}


def lint(which):
    """Milliseconds of processor time; other work changes little of it."""
    def run(bench):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([bench.deck, "plan", "lint", "plan.yaml", "-q"], check=True,
                       cwd=os.path.join(graphs(bench), which), timeout=SECONDS)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return run


def sleeps(bench):
    """From start to end; what each took is kept for own_time()."""
    folder = graphs(bench) + "/sleep"
    clean(folder)
    with open(folder + "/events.ndjson", "wb") as out:
        begun = time.monotonic()
        subprocess.run([bench.deck, "run", "plan.yaml", "-w", str(WORKERS), "--json"],
                       cwd=folder, stdout=out, stderr=subprocess.DEVNULL, check=True,
                       timeout=SECONDS)
        return time.monotonic() - begun


def own_time(bench):
    """Seconds that the tasks of the last such run took, by its workers."""
    with open(graphs(bench) + "/sleep/events.ndjson", encoding="utf-8") as file:
        said = [json.loads(line) for line in file]
    return sum(it["data"]["duration_ms"] for it in said
               if it.get("type") == "progress_update") / 1000 / WORKERS


def blueprint(bench):
    """Seconds of all four phases, from a sentence to a verdict."""
    folder = bench.path("blueprint")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    begun = time.monotonic()
    for words in (["spec", "An API for a wine shop"], ["spec", "answer", "data", ENTITIES],
                  ["plan", "generate", "-o", "plan.yaml"], ["run", "plan.yaml", "-w", "2", "-q"]):
        subprocess.run([bench.deck, *words], cwd=folder, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=True, timeout=SECONDS)
    return time.monotonic() - begun


BARS = [
    Bar("run-true", "10,000 tasks `true`, two workers", "s", sides("wide"), 1.3, False, 3),
    Bar("run-graph", "1,000 tasks in 20 layers, a file each, two workers", "s",
        sides("graph"), 1.3, False, 3),
    Bar("run-lint", "processor time to lint 10,000 tasks `true`", "ms",
        {"tapedeck plan lint": lint("wide")}, 100, False),
    Bar("run-lint graph", "10,000 tasks with three dependencies, inputs and an output each", "ms",
        {"tapedeck plan lint": lint("many")}, 100, False),
    Bar("run-sleep", f"{run_graph.SLEEPS} tasks `sleep 0.5`, {WORKERS} workers; what they took themselves", "s",
        {"tapedeck": sleeps, "the tasks": own_time}, 1.01, False, 3),
    Bar("run-blueprint", "a REST service of eight entities: made, compiled, tested, covered, linted, judged", "s",
        {"tapedeck": blueprint}, 120, False, 1),
]
