#!/usr/bin/python3
"""The other blueprints, and what comes of a specification that says little.

usage: others.py TAPEDECK CASE

A plan is made, and run: each task must leave what it says, all gates of what was
made pass, and its journal keeps the rules of executions.
"""
import json
import os
import subprocess
import sys
import tempfile

import rest_c
from e2e_hard import NEVER, OF_FAILURES

RECORDS = ("wine(name: text 1..80, year: integer 1900..2100 optional, "
           "price: money, sweet: bool optional, rating: number 0..5 optional), "
           "customer(name: text, email: email, born: date optional, "
           "site: url optional), shipment(weight: number, code: text 600..900), "
           "tax_rule(rate: number 0..1, only: integer -7..-7, "
           "note: text optional)")
ALL_OPTIONAL = ("thing(a: text 0..1 optional, b: integer optional, "
                "c: number optional, d: money optional, e: bool optional, "
                "f: date optional, g: email optional, h: url optional)")

# Description, data (None: not answered), blueprint that is found.
CASES = {
    "lib_c": ("C library for wine", RECORDS, "lib-c"),
    "cli_c": ("Command-line tool for wine", RECORDS, "cli-c"),
    "lib_c_default": ("a library", None, "lib-c"),
    "cli_c_optional": ("a tool for the terminal", ALL_OPTIONAL, "cli-c"),
    "cli_c_names": ("smoke, a tool", "upload, options(test_it: text), job, any, "
                    "action(action: bool), fields_of(sample: date)", "cli-c"),
    "rest_c_names": ("coverage API", "upload, options(smoke: text), resource, "
                     "wine_list, wine(wine: text, sample: bool, entity: date), "
                     "key(value: number, rowid: integer, order: text)",
                     "rest-c"),
    "rest_c_default": ("API", None, "rest-c"),
    "rest_c_optional": ("\u00bfuna API r\u00e1pida?", ALL_OPTIONAL, "rest-c"),
}


def run_plan(tapedeck, folder, summary):
    done = subprocess.run([tapedeck, "run", "plan.json"], cwd=folder,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    last = done.stdout.decode().strip().split("\n")[-1]
    assert done.returncode == 0 and " %d ok of %d " % (
        summary["tasks"], summary["tasks"]) in last, done.stdout.decode()
    for gate in ("build", "tests", "coverage", "lint"):
        assert "\ngate    %s: pass" % gate in done.stdout.decode(), \
            done.stdout.decode()
    check_rules(tapedeck, os.path.join(folder, ".tapedeck", "x1.tape.gz"))


def check_rules(tapedeck, journal):
    """None is broken, and what nothing was judged by is what only failures are."""
    verdict = json.loads(rest_c.tell(tapedeck, "validate", "--json", journal,
                                     "--contract", "std:execution"))
    of = {}
    for rule in verdict["rules"]:
        of.setdefault(rule["outcome"], set()).add(rule["id"])
    assert of["vacuous"] - {"schema"} == OF_FAILURES | NEVER, of["vacuous"]
    assert not set(of) - {"pass", "vacuous", "skipped"}, set(of)


def main(tapedeck, case):
    description, data, blueprint = CASES[case]
    with tempfile.TemporaryDirectory() as folder:
        rest_c.tell(tapedeck, "spec", "-q", description, cwd=folder)
        if data:
            rest_c.tell(tapedeck, "spec", "-q", "answer", "data", data,
                        cwd=folder)
        summary = json.loads(rest_c.tell(
            tapedeck, "plan", "-q", "generate", "-o", "plan.json", "--json",
            cwd=folder))
        assert summary["blueprint"] == blueprint, summary
        assert summary["defaults"], "no default was told"
        run_plan(tapedeck, folder, summary)


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), sys.argv[2])
    print("ok")
