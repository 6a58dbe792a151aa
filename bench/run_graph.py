#!/usr/bin/python3
"""Graphs of tasks that do nothing, as plans, build.ninja and Makefile.

usage: run_graph.py DIR

DIR/wide: 10,000 tasks `true` that need nothing. DIR/graph: 1,000 tasks in layers
of 50, each needs three of the layer above and writes a file. DIR/many: 10,000
such tasks. DIR/sleep: 200 tasks that sleep half a second.
"""
import os
import sys

WIDE, DEEP, LAYER = 10000, 1000, 50
SLEEPS = 200


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def wide(folder):
    os.makedirs(folder, exist_ok=True)
    names = ["t%d" % i for i in range(WIDE)]
    write(folder + "/plan.yaml", "plan: 1\ntasks:\n" + "".join(
        "- {id: %s, run: ['true']}\n" % n for n in names))
    write(folder + "/build.ninja", "rule r\n  command = true\n" + "".join(
        "build %s: r\n" % n for n in names) + "build all: phony %s\n" %
        " ".join(names) + "default all\n")
    write(folder + "/Makefile", ".PHONY: all %s\nall: %s\n%s:\n\t@true\n" %
          ((" ".join(names),) * 3))


def needs(i):
    return sorted({(i // LAYER - 1) * LAYER + (i * k + k) % LAYER
                   for k in (1, 3, 7)}) if i >= LAYER else []


def sleep(folder):
    os.makedirs(folder, exist_ok=True)
    write(folder + "/plan.yaml", "plan: 1\ntasks:\n" + "".join(
        "- {id: t%d, run: [sleep, '0.5']}\n" % i for i in range(SLEEPS)))


def graph(folder, count=DEEP):
    os.makedirs(folder, exist_ok=True)
    plan, ninja, make = "plan: 1\ntasks:\n", \
        "rule r\n  command = cat $in /dev/null >$out\n", \
        "all: %s\n" % " ".join("f%d" % i for i in range(count))
    for i in range(count):
        files = " ".join("f%d" % n for n in needs(i))
        plan += ("- {id: t%d, depends_on: [%s], run: cat %s /dev/null >f%d, "
                 "inputs: [%s], outputs: [f%d]}\n" % (
                     i, ", ".join("t%d" % n for n in needs(i)), files, i,
                     files.replace(" ", ", "), i))
        ninja += "build f%d: r %s\n" % (i, files)
        make += "f%d: %s\n\t@cat %s /dev/null >f%d\n" % (i, files, files, i)
    write(folder + "/plan.yaml", plan)
    write(folder + "/build.ninja", ninja)
    write(folder + "/Makefile", make)


if __name__ == "__main__":
    wide(sys.argv[1] + "/wide")
    graph(sys.argv[1] + "/graph")
    graph(sys.argv[1] + "/many", WIDE)
    sleep(sys.argv[1] + "/sleep")
