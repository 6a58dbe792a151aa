#!/usr/bin/python3
"""Pages that repeat what the code says agree with it.

usage: check_docs.py ROOT TAPEDECK
"""
import json
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


def shows(root, shown):
    """None, or what is wrong with FILE: WORDS."""
    path, words = shown.split(": ", 1)
    if path == "fixtures":
        listed = json.loads(read(root, "fixtures/execution/streams.json"))
        return None if words in [it["stream"] for it in listed] else (
            "there is no stream " + words)
    path = os.path.normpath(os.path.join("tests", path))
    if not os.path.exists(os.path.join(root, path)):
        return "there is no " + path
    return None if words in read(root, path) else '"%s" does not stand in %s' % (
        words, path)


def promises(root):
    """Each row has a test that is there, or a remark."""
    path = "tests/docs/promises.tsv"
    rows = [line.split("\t") for line in read(root, path).splitlines()
            if line[0] not in "#r"]
    if [row[0] for row in rows] != ["F%02d" % (n + 1) for n in range(len(rows))]:
        yield path + ": rows are missing or out of order"
    for name, _, by, remark in rows:
        if not by and not remark:
            yield "%s: %s has neither test nor remark" % (path, name)
        for shown in filter(None, by.split("; ")):
            wrong = shows(root, shown)
            if wrong:
                yield "%s: %s: %s" % (path, name, wrong)


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


def formats(root):
    """Each format that is read stands in the page, and in the schema with the
    words of its reader."""
    room = os.path.join(root, "validator", "gates", "read")
    code = "".join(read(room, name) for name in sorted(os.listdir(room))
                   if name.endswith(".c"))
    rows = re.findall(
        r'struct read_format read_\w+ = \{\s*"([\w-]+)",\s*VERDICT_(\w+),'
        r'\s*((?:"[^"]*"\s*)+),', code)
    page = read(root, "docs/gates.md")
    start = page.index("\n## What is read\n")
    table = page[start:page.index("\n## ", start + 1)]
    schema = json.loads(read(root, "docs/gates.schema.json"))
    told = schema["$defs"]["gate"]["properties"]["reads"]["properties"]
    for name, kind, words in rows:
        what = "".join(re.findall(r'"([^"]*)"', words)).replace("\\\\", "\\")
        if f"| `{name}` | {kind.lower()} |" not in table:
            yield f"docs/gates.md: no row of the format {name}, {kind.lower()}"
        if told.pop(name, {}).get("description") != what:
            yield f"docs/gates.schema.json: {name} is {what}"
    for name in told:
        yield f"docs/gates.schema.json: there is no format {name}"


def verbs(root):
    """Each verb of a rule is shown at work."""
    page = read(root, "docs/contract.md")
    start = page.index("\n## Every verb at work\n")
    shown = page[start:page.index("\n## ", start + 1)]
    room = os.path.join(root, "validator", "verb")
    code = "".join(read(room, name) for name in sorted(os.listdir(room))
                   if name.endswith(".c"))
    names = re.findall(r'^    \.name = "(\w+)",', code, re.M)
    if len(names) < 10:
        yield "validator/verb: %d verbs were found" % len(names)
    for name in names:
        if not re.search(r"^- \{.*\b%s: " % name, shown, re.M):
            yield "docs/contract.md: no example of the verb " + name


def events(root):
    """The page has the events of the contract, and what each must have."""
    contract = read(root, "fixtures/contracts/execution.contract.yaml")
    part = contract[contract.index("\nevents:\n"):contract.index("\ndialects:")]
    wanted = {name: re.findall(r"\w+", members) for name, members in re.findall(
        r"^  (\w+):\n(?:    .*\n)*?      required: \[([^]]*)\]", part, re.M)}
    told = {name: re.findall(r"\w+", members) for name, members in re.findall(
        r"^\| `(\w+)` \| ((?:`\w+` ?)+) \|", read(root, "docs/events.md"),
        re.M)}
    for name in sorted(set(wanted) | set(told)):
        if wanted.get(name) != told.get(name):
            yield "docs/events.md: %s has %s, in the contract %s" % (
                name, told.get(name), wanted.get(name))


def further_members(root):
    """What the page says that our executions add are keys of the contract, and
    an event's name is one."""
    contract = read(root, "fixtures/contracts/execution.contract.yaml")
    keys = re.search(r"id: R05b.*?enum: \[([^]]*)\]", contract, re.S).group(1)
    known = set(re.findall(r"\w+", keys))
    page = read(root, "docs/events.md")
    part = page[page.index("own executions send these"):]
    rows = re.findall(r"^- (.*(?:\n  .*)*)", part, re.M)
    if len(rows) < 7:
        yield "docs/events.md: what else is sent is not told"
    for row in rows:
        event, _, members = row.partition(":")
        named = set(re.findall(r"`(\w+)`", members)) - {"language"}
        for name in sorted(named - known):
            yield "docs/events.md: %s: the contract has no key %s" % (event, name)


def index(root):
    """Each page is in the index."""
    page = read(root, "docs/index.md")
    for name in sorted(os.listdir(os.path.join(root, "docs"))):
        if name.endswith(".md") and name != "index.md" and \
                "](%s)" % name not in page:
            yield "docs/index.md: does not lead to " + name


def console(root, tapedeck):
    """Each command of the console, and each of its options, has its place."""
    tape = os.path.join(root, "fixtures", "tapes", "socketio-build.tape.gz")

    def asked(line):
        return subprocess.run([tapedeck, "console", tape, "-c", line],
                              stdout=subprocess.PIPE, check=True,
                              env=dict(os.environ, LC_ALL="C.UTF-8")
                              ).stdout.decode()
    page = read(root, "docs/console.md")
    names = re.findall(r"^  (\w+)  +\S", asked("help"), re.M)
    if len(names) < 10:
        yield "console: help lists %s" % names
    for name in names:
        if "`%s" % name not in page:
            yield "docs/console.md: no command " + name
        for option in re.findall(r"^  (--[a-z-]+)", asked("help " + name), re.M):
            if option not in page:
                yield "docs/console.md: no option %s of %s" % (option, name)


def shortened(tapedeck):
    """The shortened verb that the help shows is the verb it says."""
    def out(*args):
        return subprocess.run([tapedeck, *args], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL).stdout.decode()
    short, whole = re.search(r"tapedeck (\w+) is tapedeck (\w+)\.",
                             out("help")).groups()
    if out(short, "--help") != out("help", whole):
        yield "tapedeck help: %s is not %s" % (short, whole)


def main(root, tapedeck):
    bad = list(events(root)) + list(further_members(root)) + list(index(root))
    bad += list(console(root, tapedeck)) + list(shortened(tapedeck))
    bad += list(exit_status(root)) + list(dependencies(root))
    bad += list(command_line(root, tapedeck)) + list(links(root))
    bad += list(verbs(root)) + list(formats(root)) + list(promises(root))
    print("\n".join(bad) if bad else "the pages agree with the code")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
