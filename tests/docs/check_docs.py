#!/usr/bin/python3
"""Pages that repeat what the code says agree with it.

usage: check_docs.py ROOT TAPEDECK
"""
import os
import re
import subprocess
import sys


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


def exit_status(root):
    """Every status of core/error.h has a row, and no row is made up."""
    codes = {int(status) for status in re.findall(
        r"^    X\(\w+, (\d+),", read(root, "core/error.h"), re.M)}
    rows = {int(status) for status in re.findall(
        r"^\| (\d+) \|", read(root, "docs/exit-status.md"), re.M)}
    for status in sorted(codes ^ rows):
        yield "docs/exit-status.md: %d stands %s" % (
            status, "only here" if status in rows else "only in core/error.h")


def dependencies(root):
    """Every package of script/packages has its reason, and no other."""
    listed = {line.split(":")[0] for line in
              read(root, "script/packages").splitlines()
              if line and line[0] not in "#["}
    told = set()
    for row in re.findall(r"^\| ([a-z][^|]*) \|", read(
            root, "docs/dependencies.md"), re.M):
        told |= {name.strip() for name in row.split(",")}
    for name in sorted(listed ^ (told - {"package"})):
        yield "docs/dependencies.md: %s stands %s" % (
            name, "only here" if name in told else "only in script/packages")


def command_line(root, tapedeck):
    made = subprocess.run([tapedeck, "help", "--markdown"],
                          stdout=subprocess.PIPE, check=True).stdout.decode()
    if made != read(root, "docs/cli.md"):
        yield ("docs/cli.md: is not what the tables say; run: "
               "tapedeck help --markdown > docs/cli.md")


def links(root):
    """Links between the pages lead somewhere."""
    pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]
    pages += ["docs/" + name for name in os.listdir(os.path.join(root, "docs"))
              if name.endswith(".md")]
    for page in pages:
        if not os.path.exists(os.path.join(root, page)):
            yield page + ": is missing"
            continue
        for target in re.findall(r"\]\(([^)#:]+)\)", read(root, page)):
            path = os.path.join(root, os.path.dirname(page), target)
            if not os.path.exists(path):
                yield "%s: %s leads nowhere" % (page, target)


def verbs(root):
    """Each verb of a rule is shown at work."""
    page = read(root, "docs/contract.md")
    start = page.index("\n## Every verb at work\n")
    shown = page[start:page.index("\n## ", start + 1)]
    room = os.path.join(root, "validator")
    code = "".join(read(room, name) for name in sorted(os.listdir(room))
                   if name.startswith("rule_") and name.endswith(".c"))
    for name in re.findall(r'^    \.name = "(\w+)",', code, re.M):
        if not re.search(r"^- \{.*\b%s: " % name, shown, re.M):
            yield "docs/contract.md: no example of the verb " + name


def main(root, tapedeck):
    bad = list(exit_status(root)) + list(dependencies(root))
    bad += list(command_line(root, tapedeck)) + list(links(root))
    bad += verbs(root)
    print("\n".join(bad) if bad else "the pages agree with the code")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
