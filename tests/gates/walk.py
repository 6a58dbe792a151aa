#!/usr/bin/python3
"""What docs/gates.md builds finds a seeded defect of each kind, and nothing else.

usage: walk.py ROOT TAPEDECK cmake|node

The project and its gates are made by the commands of the page. Then one thing
at a time goes wrong in it. The screen names it in no more lines than a terminal
has, the page in HTML has it under what to do first, and no other gate is red.
Exit status 77: a tool of the project is not installed.
"""
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "docs"))
import tour  # noqa: E402

SCREEN = 24
SECONDS = 900

FLAKY_C = r"""    FILE *seen = fopen("seen", "r");
    if (!seen) {
        fclose(fopen("seen", "w"));
        return !check(0, "it is awake");
    }
    fclose(seen);
    struct stack s"""
FLAKY_JS = """import {existsSync, writeFileSync} from 'node:fs';
test('it is awake', () => {
  const was = existsSync('seen');
  writeFileSync('seen', '');
  assert.ok(was, 'the first time it is not');
});
"""

# (what goes wrong, exit status, gate, what is said, file, old text, new text)
SEEDS = {
    "cmake": [
        ("failing", 1, "unit", "not so: the last one comes first",
         "src/test_stack.c", "item == 7", "item == 8"),
        ("flaky", 8, "unit", "not so: it is awake",
         "src/test_stack.c", "    struct stack s", FLAKY_C),
        ("uncovered", 1, "coverage", "changed line 14 is not covered",
         "src/stack.c", "    if (s->count == 0)",
         "    if (s->count < 0)\n        s->count = 0;\n    if (s->count == 0)"),
        ("lint", 1, "lint", "'unused' is assigned a value that is never used",
         "src/stack_events.c", "    struct stack s",
         "    int unused = 3;\n    struct stack s"),
        ("slower", 1, "speed", "% more instructions",
         "src/bench_stack.c", "20000", "22000"),
        ("stream", 1, "events", 'found "close"',
         "src/stack_events.c", "closed", "close")],
    "node": [
        ("failing", 1, "unit", "a cart adds up",
         "test/cart.test.js", "12", "13"),
        ("flaky", 8, "unit", "it is awake",
         "test/cart.test.js", "test('a cart", FLAKY_JS + "test('a cart"),
        ("uncovered", 1, "coverage", "are not covered",
         "cart.js", "  total() {", "  clear() {\n    this.prices = [];\n  }\n\n"
         "  total() {"),
        ("lint", 1, "lint", "'tax' is assigned a value but never used",
         "cart.js", "export class", "const tax = 0;\nexport class"),
        ("slower", 1, "speed", "% more instructions",
         "bench.js", "40", "44"),
        ("stream", 1, "events", 'found "payed"',
         "events.js", "say('paid')", "say('payed')")]}
TOOLS = {"cmake": ["cppcheck", "lcov", "valgrind"], "node": ["npx", "valgrind"]}
HEADING = "Every kind of gate with a %s project"


def commands(root, heading):
    """Those of the page up to the first call that judges."""
    with open(os.path.join(root, "docs/gates.md"), encoding="utf-8") as file:
        page = file.read()
    start, end = tour.section(page, heading)
    for kind, _, body in tour.blocks(page[start:end]):
        for command in tour.commands(kind, body):
            if command.startswith("tapedeck validate"):
                return
            yield command


class Project:
    def __init__(self, root, tapedeck, home):
        self.home = home
        self.tapedeck = tapedeck
        bin_dir = os.path.join(home, "bin")
        os.mkdir(bin_dir)
        os.symlink(tapedeck, os.path.join(bin_dir, "tapedeck"))
        kept = {k: v for k, v in os.environ.items()
                if k.endswith("SAN_OPTIONS")}
        self.environment = dict(
            kept, HOME=home, PATH=bin_dir + ":" + os.environ["PATH"],
            LC_ALL="C.UTF-8")

    def shell(self, script, cwd):
        done = subprocess.run(
            ["sh", "-e"], input=script, cwd=cwd, env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=SECONDS, check=False)
        if done.returncode:
            raise SystemExit(script + done.stdout)

    def validate(self):
        """exit status, screen, verdict, what the page says to do first"""
        done = subprocess.run(
            [self.tapedeck, "validate", "--gates", ".tapedeck/gates.yaml",
             "--changed-since", "main", "--report", "json=../v.json",
             "--report", "html=../v.html"], cwd=self.dir,
            env=self.environment, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, timeout=SECONDS, check=False)
        with open(os.path.join(self.home, "v.json"), encoding="utf-8") as file:
            verdict = json.load(file)
        with open(os.path.join(self.home, "v.html"), encoding="utf-8") as file:
            page = file.read()
        first = re.search(r'<section id="first".*?</section>', page, re.S)[0]
        return (done.returncode, done.stdout, verdict,
                html.unescape(re.sub(r"<[^>]+>", "", first)))

    def make(self, root, kind):
        heading = HEADING % {"cmake": "CMake", "node": "Node"}[kind]
        name = {"cmake": "stack", "node": "cart"}[kind]
        self.dir = os.path.join(self.home, name)
        script = list(commands(root, heading))
        self.shell(script[0], self.home)
        if kind == "node":
            os.symlink(os.path.join(HERE, "node_modules"),
                       os.path.join(self.home, "node_modules"))
        for command in script[1:]:
            self.shell(command, self.dir)


def wrong_gates(verdict):
    """Those that are neither good nor skipped because of one that is not."""
    return [gate["name"] for gate in verdict["gates"]
            if gate["verdict"] not in ("pass", "skipped") or gate["warned"]]


def differs(seen, wanted, what):
    return [] if seen == wanted else [f"{what}: {seen!r}, wanted {wanted!r}"]


def try_seed(project, seed):
    name, status, gate, said, path, old, new = seed
    full = os.path.join(project.dir, path)
    with open(full, encoding="utf-8") as file:
        text = file.read()
    if old not in text:
        raise SystemExit(f"{path} has no {old!r}")
    with open(full, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new, 1))
    seen, screen, verdict, first = project.validate()
    with open(full, "w", encoding="utf-8") as file:
        file.write(text)
    for left in ("seen", "build/seen"):
        if os.path.exists(os.path.join(project.dir, left)):
            os.unlink(os.path.join(project.dir, left))
    faults = differs(seen, status, "exit status")
    faults += differs(wrong_gates(verdict), [gate], "gates")
    faults += differs({f["gate"] for f in verdict["findings"]}, {gate},
                      "findings")
    for where, told in (("screen", screen), ("page", first)):
        if said not in told:
            faults.append(f"the {where} does not say {said!r}: {told}")
    if len(screen.splitlines()) > SCREEN:
        faults.append("more than a screen: " + screen)
    return [f"{name}: {fault}" for fault in faults]


def main(root, tapedeck, kind):
    missing = [tool for tool in TOOLS[kind] if not shutil.which(tool)]
    if kind == "node" and not os.path.isdir(os.path.join(HERE, "node_modules")):
        missing.append("npm ci in tests/gates")
    if missing:
        print("not installed: " + ", ".join(missing))
        return 77
    with tempfile.TemporaryDirectory() as home:
        project = Project(root, os.path.abspath(tapedeck), home)
        project.make(root, kind)
        status, screen, verdict, _ = project.validate()
        faults = differs((status, wrong_gates(verdict)), (0, []), screen)
        for seed in SEEDS[kind]:
            faults += try_seed(project, seed)
    print("\n".join(faults) if faults else "each is named, and nothing else is")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
