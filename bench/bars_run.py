"""The bars of `tapedeck run`: the same graphs by ninja and GNU make beside us."""
import os
import shutil
import subprocess
import time

import run_graph
from bars import Bar

SECONDS = 600


def graphs(bench):
    folder = bench.path("graphs")
    if not os.path.exists(folder):
        run_graph.wide(folder + "/wide")
        run_graph.graph(folder + "/graph")
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


BARS = [
    Bar("run-true", "10,000 tasks `true`, two workers", "s", sides("wide"), 1.3, False, 3),
    Bar("run-graph", "1,000 tasks in 20 layers, a file each, two workers", "s",
        sides("graph"), 1.3, False, 3),
]
