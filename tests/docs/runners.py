#!/usr/bin/python3
"""The snippets of docs/regression.md run, and fail where they should.

usage: runners.py ROOT TAPEDECK

In a project that the page's five minutes have made, each snippet passes, and fails
when the program is changed: as a test of CTest, pytest, node:test (and Vitest, if
tests/gates has it) and as plain lines of a shell. A tool that is not installed is
passed over and said.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

SECONDS = 600  # beside everything else that runs
START = "A golden test in five minutes"
RUNNERS = "From CTest, pytest, Vitest and plain CI"


def section(page, heading):
    start = page.index("\n## " + heading + "\n") + 1
    end = page.find("\n## ", start)
    return page[start:len(page) if end < 0 else end]


def blocks(text):
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S)


class Project:
    def __init__(self, home, tapedeck):
        self.home = home
        os.mkdir(os.path.join(home, "bin"))
        os.symlink(tapedeck, os.path.join(home, "bin", "tapedeck"))

    def write(self, name, text):
        path = os.path.join(self.home, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def run(self, line):
        kept = {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}
        path = os.path.join(self.home, "bin") + ":" + os.environ["PATH"]
        done = subprocess.run(
            ["sh", "-ec", line], cwd=self.home, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=SECONDS,
            env=dict(kept, HOME=self.home, PATH=path, LC_ALL="C.UTF-8"))
        return done.returncode, done.stdout + done.stderr

    def bless(self, folder, name, *more):
        call = " ".join(["tapedeck test", folder, name, *more, "--bless"])
        self.run(call)
        status, said = self.run(f"tapedeck test {folder} {name} --accept")
        if status:
            raise SystemExit(call + ": " + said)


def plant(project):
    """A change in what the program prints, and in what the test makes."""
    for name in ("build.sh", "test_1.py"):
        path = os.path.join(project.home, name)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        changed = text.replace("1030", "9999").replace('"done"}]', '"over"}]')
        if changed == text:
            raise SystemExit(name + ": nothing to change")
        project.write(name, changed)


def prepare(project, page):
    for kind, text in blocks(section(page, START)):
        if kind == "sh":
            project.run(text)
    project.bless("tests/streams", "build")
    project.write("tests/events/two.golden.yaml", "golden: 1\n")
    project.write("run.ndjson", '{"type":"started"}\n{"type":"done"}\n')
    project.bless("tests/events", "two", "--tape run.ndjson")


def commands(project, root, found):
    """Name and command line of each snippet, which are written as files."""
    python = [text for kind, text in found if kind == "python"]
    js = [text for kind, text in found if kind == "js"]
    cmake = [text for kind, text in found if kind == "cmake"]
    shell = [text for kind, text in found if kind == "sh"]
    if [len(x) for x in (python, js, cmake, shell)] != [2, 1, 1, 1]:
        raise SystemExit("docs/regression.md: not the snippets that are run")
    project.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.16)\n"
                  "project(p NONE)\nenable_testing()\n" + cmake[0])
    yield "ctest", "cmake -S . -B b && ctest --test-dir b --output-on-failure"
    for i, text in enumerate(python):
        project.write(f"test_{i}.py", text)
        yield "pytest", f"/usr/bin/python3 -m pytest -q test_{i}.py"
    project.write("streams.test.mjs", js[0])
    yield "node", "node --test streams.test.mjs"
    vitest = os.path.abspath(os.path.join(root, "tests/gates/node_modules"))
    if os.path.exists(os.path.join(vitest, ".bin", "vitest")):
        os.symlink(vitest, os.path.join(project.home, "node_modules"))
        project.write("v.test.mjs", js[0].replace("node:test'", "vitest'"))
        yield "vitest", "node_modules/.bin/vitest run v.test.mjs"
    yield "sh", shell[0]


def is_there(name):
    if name == "pytest":
        return subprocess.run(["/usr/bin/python3", "-c", "import pytest"],
                              capture_output=True, check=False).returncode == 0
    return name in ("sh", "vitest") or shutil.which(name) is not None


def main(root, tapedeck):
    with open(os.path.join(root, "docs/regression.md"), encoding="utf-8") as file:
        page = file.read()
    wrong = []
    with tempfile.TemporaryDirectory() as home:
        project = Project(os.path.realpath(home), os.path.abspath(tapedeck))
        prepare(project, page)
        lines = [(name, line) for name, line in
                 commands(project, root, blocks(section(page, RUNNERS)))
                 if is_there(name) or print(name + " is not installed")]
        for expected in (0, 1):
            for name, line in lines:
                status, said = project.run(line)
                if bool(status) != bool(expected):
                    wrong.append(f"{name}, changed: {expected}, status {status}: {said}")
            if not expected:
                plant(project)
    if wrong:
        print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
