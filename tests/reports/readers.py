#!/usr/bin/python3
"""Every report is read by the readers and held to the schemas of other people.

usage: readers.py ROOT TAPEDECK

Verdicts of fixtures/verdicts, and those that validate makes of streams, are told
in every format. xmllint (junit.xsd), promtool and readers.mjs (ajv, tap-parser,
markdown-it) read them; the JSON Schemas are also used with our own engine. Exit
status 77: the npm packages are not installed.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

FORMATS = ("json", "text", "junit", "sarif", "tap", "ctrf", "gitlab", "github",
           "github-summary", "markdown", "prometheus", "badge")
HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = os.path.join(HERE, "node_modules")
SCHEMAS = {"sarif": "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json",
           "ctrf": "ctrf/dist/ctrf-schema-0.0.json"}

wrong = []


def must(truth, why):
    if not truth:
        wrong.append(why)


def run(*words, status=0, **how):
    done = subprocess.run(words, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=240, check=False,
                          **how)
    said = done.stdout.decode("utf-8", "replace")
    must(done.returncode == status,
         "%s: exit status %d\n%s" % (" ".join(words), done.returncode,
                                     said[:1000]))
    return said


def write_many(path):
    """More than the consumers take of gates and findings, and all alike."""
    gates = [{"name": "g%d" % (i % 23), "kind": "lint", "verdict": "fail",
              "measures": [{"id": "new", "value": 3}, {"id": "new", "value": 4}]}
             for i in range(25)]
    findings = [{"gate": "g0", "rule": "r", "level": level, "fp": "1:same",
                 "message": "twin", "loc": {"file": "./a:b,c.c", "line": 3}}
                for level in ("info", "warn", "error") for _ in range(60)]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"schema": "tapedeck/verdict", "version": 1,
                   "verdict": "fail", "exit": 1, "gates": gates,
                   "run": {"at": "2026-11-28T19:20:00Z"},
                   "findings": findings}, file)
    return path


def verdicts(root, tapedeck, home):
    """Paths of verdict.json files by name."""
    found = {name[:-5]: os.path.join(root, "fixtures/verdicts", name)
             for name in os.listdir(os.path.join(root, "fixtures/verdicts"))
             if name.endswith(".json")}
    found["many"] = write_many(os.path.join(home, "many.verdict"))
    contract = os.path.join(root, "fixtures/contracts/execution.contract.yaml")
    folder = os.path.join(root, "fixtures/execution")
    for kind in ("good", "bad"):
        for name in sorted(os.listdir(os.path.join(folder, kind)))[:8]:
            if not name.endswith((".ndjson", ".tape.gz", ".tape")):
                continue
            key = kind + "-" + re.sub(r"\W", "-", name)
            found[key] = os.path.join(home, key + ".verdict")
            subprocess.run(
                [tapedeck, "validate", os.path.join(folder, kind, name), "-q",
                 "--contract", contract, "--report", "json=" + found[key]],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                timeout=240, check=False)
            must(os.path.exists(found[key]), key + ": no verdict")
    return found


def render(tapedeck, paths, out):
    for name, path in paths.items():
        words = [tapedeck, "report", path]
        for form in FORMATS:
            words += ["-o", "%s=%s/%s.%s" % (form, out, name, form)]
        run(*words)


def junit(out, name):
    path = os.path.join(out, name + ".junit")
    run("xmllint", "--noout", "--schema", os.path.join(HERE, "junit.xsd"), path)
    verdict = json.load(open(os.path.join(out, name + ".json")))
    suites = xml.parse(path).getroot()
    must(len(suites) == len(verdict["gates"]), path + ": suites")
    for suite, gate in zip(suites, verdict["gates"]):
        names = [case.get("name") for case in suite]
        must(len(set(names)) == len(names), path + ": twins")
        # An attribute that was normalised would have blanks for line ends.
        must("\n" not in gate["name"] or "\n" in suite.get("name"),
             path + ": line ends are lost")
        red = sum(case.find("failure") is not None or
                  case.find("error") is not None for case in suite)
        must(red == int(suite.get("failures")) + int(suite.get("errors")),
             path + ": counts")
        must(bool(red) == (gate["verdict"] in ("fail", "error")) or red,
             "%s: %s is not told" % (path, gate["name"]))


def github(out, name):
    """Only commands, within the caps."""
    counts = {}
    for line in open(os.path.join(out, name + ".github"), newline="\n"):
        match = re.match(r"::(error|warning|notice) [^\x00-\x1f]*\n$", line)
        must(match, "%s.github: %r" % (name, line[:100]))
        if match:
            counts[match.group(1)] = counts.get(match.group(1), 0) + 1
    if name == "many":
        must(set(counts.values()) == {10}, "many.github: %s" % counts)
    must(all(n <= 10 for n in counts.values()), name + ".github: over the cap")


def text(out, name):
    """Nothing steers a terminal; only commands are wider than it."""
    for line in open(os.path.join(out, name + ".text"), newline="\n"):
        must(not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", line),
             "%s.text: %r" % (name, line[:100]))
        must(len(line) <= 81 or re.match(" *show: ", line),
             "%s.text is wide: %r" % (name, line[:100]))


def prometheus(out, name):
    path = os.path.join(out, name + ".prometheus")
    with open(path, "rb") as file:
        said = run("promtool", "check", "metrics", stdin=file)
    must(not said.strip(), path + ": " + said[:300])


def engine(root, tapedeck, out, paths):
    """Our own validator with the same schemas."""
    schemas = {form: os.path.join(MODULES, path)
               for form, path in SCHEMAS.items()}
    schemas["json"] = os.path.join(root, "fixtures/schemas/verdict.json")
    printed = subprocess.run([tapedeck, "report", "--schema"],
                             stdout=subprocess.PIPE, check=True).stdout
    must(printed == open(schemas["json"], "rb").read(), "--schema differs")
    for form, schema in schemas.items():
        run(tapedeck, "validate", "--schema", schema,
            *[os.path.join(out, "%s.%s" % (name, form)) for name in paths])
    broken = os.path.join(out, "broken")
    for form, schema in schemas.items():
        with open(broken, "w", encoding="utf-8") as file:
            file.write('{"version":1,"gates":[{}],"runs":[{}]}\n')
        run(tapedeck, "validate", "--schema", schema, broken, status=1)
    os.unlink(broken)


def again(tapedeck, out, paths):
    """What was read and written is read and written the same."""
    for name in paths:
        path = os.path.join(out, name + ".json")
        must(run(tapedeck, "report", path, "--format", "json") ==
             open(path, encoding="utf-8").read(), path + ": is not the same")


def main(root, tapedeck):
    if not os.path.isdir(MODULES):
        print("skipped: script/bootstrap test installs the npm packages")
        return 77
    with tempfile.TemporaryDirectory() as home:
        out = os.path.join(home, "out")
        os.mkdir(out)
        paths = verdicts(root, tapedeck, home)
        render(tapedeck, paths, out)
        for name in paths:
            junit(out, name)
            github(out, name)
            text(out, name)
            if shutil.which("promtool"):
                prometheus(out, name)
        engine(root, tapedeck, out, paths)
        again(tapedeck, out, paths)
        print(run("node", os.path.join(HERE, "readers.mjs"), out,
                  os.path.join(root, "fixtures/schemas/verdict.json")))
    print("\n".join(wrong) if wrong else
          "%d verdicts in %d formats" % (len(paths), len(FORMATS)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
