#!/usr/bin/python3
"""Words that do not belong into the tree.

usage: check_words.py ROOT

Functions that overrun their buffers or guess; sleeping in tests; paths of one
machine and hosts of package mirrors; notes to self. Prints one line per find;
exits 1 if there is any.
"""
import os
import re
import subprocess
import sys

C_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
C_STRING = re.compile(r'"(?:\\.|[^"\\\n])*"')

BANNED = re.compile(
    r"\b(strcpy|strcat|stpcpy|sprintf|vsprintf|gets|strncpy|strncat|alloca|"
    r"rand|srand|random|strtok|tmpnam|mktemp|atoi|atol|atof|gmtime|localtime|"
    r"asctime|ctime|system|popen)\s*\(")
ALLOCATES = re.compile(r"\b(malloc|calloc|realloc|strdup|strndup|asprintf)\s*\(")
SLEEPS = re.compile(r"\b(sleep|usleep|nanosleep|thrd_sleep)\s*\(")
# Only what is a command of its own: a word in prose is none.
SHELL_SLEEP = re.compile(r"(^|[;&|(]|\bdo\b|\bthen\b|\belse\b)\s*sleep\s+[0-9.$]")
PY_SLEEP = re.compile(r"\btime\.sleep\s*\(")

PLACES = re.compile(
    r"(?<![\w.])/(?:home|root|Users|workspace|work|mnt)/[\w.-]|"
    r"https?://(?:[\w-]+\.)*(?:jfrog\.io|nexus[\w.-]*|artifactory[\w.-]*)|"
    r"https?://registry\.[\w.-]+|"
    r"https?://(?:10|127|192\.168)\.[\d.]+(?::\d+)?/(?:npm|debian|apt|pypi)")
# Not the directive of TAP in quotes.
NOTES = re.compile(r"(?<!\" # )(?<!\"# )(?<!`# )\b(TODO|FIXME|XXX|HACK)\b")

TEXT = (".c", ".h", ".py", ".sh", ".md", ".txt", ".cmake", ".json", ".js",
        ".mjs", ".yaml", ".yml", ".html", ".css", ".in", "")
DATA = ("fixtures/", "tests/fuzz/corpus/")
# They must name what is banned.
NAMING = ("tools/check_words.py", "tests/laws/test_checks.py")


def tracked(root):
    names = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others",
         "--exclude-standard"], stdout=subprocess.PIPE, check=True).stdout
    return sorted(filter(None, names.decode().split("\0")))


def blank(match):
    return "\n" * match.group(0).count("\n")


def find(pattern, text, shown, what):
    for match in pattern.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield "%s:%d: %s: %s" % (shown, line, what, match.group(0).strip())


def in_c(shown, text):
    code = C_STRING.sub('""', C_COMMENT.sub(blank, text))
    yield from find(BANNED, code, shown, "banned function")
    if not shown.startswith(("core/mem.c", "tests/")):
        yield from find(ALLOCATES, code, shown, "allocate through core/mem.h")
    if shown.startswith("tests/"):
        yield from find(SLEEPS, code, shown, "a test waits for an event")


def in_scripts(shown, text):
    if shown.startswith("tests/") or shown == "script/test":
        yield from find(PY_SLEEP, text, shown, "a test waits for an event")
        for number, line in enumerate(text.split("\n"), 1):
            if SHELL_SLEEP.search(line):
                yield "%s:%d: a test waits for an event" % (shown, number)


def check_file(root, shown):
    path = os.path.join(root, shown)
    if os.path.splitext(shown)[1] not in TEXT or not os.path.isfile(path):
        return
    with open(path, "rb") as file:
        raw = file.read()
    if b"\0" in raw[:4096]:
        return
    text = raw.decode("utf-8", "replace")
    if shown not in NAMING:
        yield from find(PLACES, text, shown, "place of one machine")
    if shown.startswith(DATA) or shown in NAMING:
        return
    yield from find(NOTES, text, shown, "note to self")
    if shown.endswith((".c", ".h")):
        yield from in_c(shown, text)
    else:
        yield from in_scripts(shown, text)


def main(root):
    bad = [line for shown in tracked(root) for line in check_file(root, shown)]
    print("\n".join(bad) if bad else "no word that does not belong here")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
