#!/usr/bin/python3
"""The snippets of docs/ci.md run.

usage: ci.py ROOT TAPEDECK

Every command for a shell that stands in a snippet of the page is run in a project
of its own, with the variables that the service sets for a change to be merged: it
must pass, write every report it names, and name the commit it compared with.
"""
import os
import re
import subprocess
import sys
import tempfile

SECONDS = 600  # beside everything else that runs
GATES = """gates: 1
checks:
  unit: {kind: custom, run: 'true'}
  cov: {kind: coverage, run: cp cov.info $OUT/c.info, reads: {lcov: $OUT/c.info}, fail: {changed: ">= 50%"}}
"""


def run(words, home, **more):
    kept = {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}
    path = os.path.join(home, "bin") + ":" + os.environ["PATH"]
    return subprocess.run(
        words, cwd=os.path.join(home, "p"), capture_output=True, text=True,
        timeout=SECONDS, env=dict(
            kept, HOME=home, PATH=path, LC_ALL="C.UTF-8", GIT_AUTHOR_NAME="a",
            GIT_AUTHOR_EMAIL="a@b", GIT_COMMITTER_NAME="a",
            GIT_COMMITTER_EMAIL="a@b", **more))


def write(home, name, text):
    path = os.path.join(home, "p", name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def project(tapedeck, home):
    os.makedirs(os.path.join(home, "bin"))
    os.symlink(tapedeck, os.path.join(home, "bin", "tapedeck"))
    write(home, ".tapedeck/gates.yaml", GATES)
    write(home, "a.c", "int a;\n")
    write(home, "cov.info", "SF:a.c\nDA:1,1\nDA:2,1\nend_of_record\n")
    for words in (["init", "-q", "-b", "main"], ["add", "-A"],
                  ["commit", "-q", "-m", "one"],
                  ["update-ref", "refs/remotes/origin/main", "HEAD"]):
        run(["git", *words], home).check_returncode()
    write(home, "a.c", "int a;\nint b;\n")
    return run(["git", "rev-parse", "HEAD"], home).stdout.strip()


def snippets(page):
    return re.findall(r"^```(\w+)\n(.*?)^```$", page, re.M | re.S)


def command(kind, text):
    """The tapedeck command of a snippet, as a shell gets it."""
    if kind == "sh":
        return text
    if kind == "groovy":
        return re.search(r"sh '(.*)'", text).group(1)
    lines = text.split("\n")
    first = next(i for i, line in enumerate(lines)
                 if line.lstrip().startswith("tapedeck validate"))
    indent = re.match(" *", lines[first]).group(0)
    folded = []
    for line in lines[first:]:
        if not line.startswith(indent):
            break
        folded.append(line.strip())
    return " ".join(folded)


def check(root, tapedeck, kind, text):
    with tempfile.TemporaryDirectory() as home:
        base = project(tapedeck, home)
        line = command(kind, text)
        plain = kind in ("sh", "groovy")
        if plain:  # these name no revision to compare with
            write(home, ".tapedeck/gates.yaml",
                  GATES.replace('changed: ">= 50%"', 'lines: ">= 50%"'))
        done = run(["sh", "-c", line], home, GITHUB_BASE_REF="main",
                   GITHUB_STEP_SUMMARY="summary.md",
                   CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
        wrong = []
        if done.returncode != 0:
            wrong.append(f"exit status {done.returncode}: {done.stderr}")
        if not plain and "changes since " + base[:12] not in done.stdout:
            wrong.append("nothing was compared: " + done.stdout)
        for name in re.findall(r'--report "?[\w-]+=([\w.$]+)', line):
            name = name.replace("$GITHUB_STEP_SUMMARY", "summary.md")
            path = os.path.join(home, "p", name)
            if not os.path.exists(path) or not os.path.getsize(path):
                wrong.append(name + " is empty")
        return [f"docs/ci.md, {line}: {what}" for what in wrong]


def main(root, tapedeck):
    with open(os.path.join(root, "docs", "ci.md"), encoding="utf-8") as file:
        found = snippets(file.read())
    if [kind for kind, _ in found] != ["sh", "yaml", "yaml", "groovy"]:
        raise SystemExit("docs/ci.md: its snippets are not those that are run")
    wrong = [what for kind, text in found
             for what in check(root, os.path.abspath(tapedeck), kind, text)]
    if wrong:
        print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
