#!/usr/bin/python3
"""What a page shows as typed and printed is what happens.

usage: tour.py [--bless] ROOT TAPEDECK PAGE HEADING [MODULES]

Runs the fenced blocks under a heading of a page (README.md) from top to bottom in one
shell, in a directory that has the tree's fixtures: a block of `sh` as it is, in
a block of `console` the lines that begin with "$ ". What these print, stderr
too, must stand below them. --bless writes down what was seen. MODULES is the
node_modules of npm packages that the blocks use; exit status 77: there is none.
"""
import os
import re
import subprocess
import sys
import tempfile

SECONDS = 600  # beside everything else that runs
MARK = "- - - 8< - - -"


def section(page, heading):
    start = page.index("\n## " + heading + "\n") + 1
    end = page.find("\n## ", start)
    return start, len(page) if end < 0 else end + 1


def blocks(text):
    return [(m.group(1), m.start(2), m.group(2)) for m in
            re.finditer(r"^```(sh|console)\n(.*?)^```$", text, re.M | re.S)]


def commands(kind, body):
    if kind == "sh":
        return [body]
    return [line[2:] + "\n" for line in body.splitlines()
            if line.startswith("$ ")]


def run(root, tapedeck, script, modules):
    with tempfile.TemporaryDirectory() as home:
        os.mkdir(os.path.join(home, "bin"))
        os.symlink(tapedeck, os.path.join(home, "bin", "tapedeck"))
        os.symlink(os.path.join(root, "fixtures"),
                   os.path.join(home, "fixtures"))
        if modules:
            os.symlink(modules, os.path.join(home, "node_modules"))
        kept = {k: v for k, v in os.environ.items()
                if k.endswith("SAN_OPTIONS")}
        path = os.path.join(home, "bin") + ":" + os.environ["PATH"]
        return subprocess.run(
            ["sh", "-c", script], stdin=subprocess.DEVNULL, cwd=home, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=SECONDS, check=True,
            env=dict(kept, HOME=home, PATH=path, LC_ALL="C.UTF-8")
        ).stdout.decode()


def seen_blocks(root, tapedeck, found, modules):
    """The bodies as they should stand in the page."""
    script = ""
    for kind, _, body in found:
        for command in commands(kind, body):
            script += command + "\nprintf '%s\\n' '" + MARK + "'\n"
    # `$?` of a command is that of the command, not of the mark behind it.
    script = script.replace("\nprintf '%s\\n' '" + MARK + "'\necho $?",
                            "\nstatus=$?; printf '%s\\n' '" + MARK +
                            "'\necho $status")
    printed = iter(run(root, tapedeck, script, modules).split(MARK + "\n"))
    for kind, at, body in found:
        outputs = [(command, next(printed))
                   for command in commands(kind, body)]
        if kind == "sh" and outputs[0][1]:
            raise SystemExit("a block of sh says: " + outputs[0][1])
        made = body if kind == "sh" else "".join(
            "$ " + command + output for command, output in outputs)
        yield at, body, made


def main(words):
    blessing = words[:1] == ["--bless"]
    root, tapedeck, path, heading, *more = words[1:] if blessing else words
    modules = more[0] if more else None
    if modules and not os.path.isdir(modules):
        print(modules + " is not there: npm ci")
        return 77
    name = os.path.join(root, path)
    with open(name, encoding="utf-8") as file:
        page = file.read()
    start, end = section(page, heading)
    wrong = 0
    found = blocks(page[start:end])
    if not found:
        raise SystemExit(path + ": nothing to run under " + heading)
    for at, body, made in reversed(
            list(seen_blocks(root, tapedeck, found, modules))):
        if body != made:
            wrong += 1
            if not blessing:
                print(path + " says:\n" + body + "seen:\n" + made)
        page = page[:start + at] + made + page[start + at + len(body):]
    if blessing:
        with open(name, "w", encoding="utf-8") as file:
            file.write(page)
        return 0
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
