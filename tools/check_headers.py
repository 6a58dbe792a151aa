#!/usr/bin/python3
"""A header is the manual and stands on its own.

usage: check_headers.py ROOT [CC FLAGS...]

Every header starts with a comment that names it, is guarded by FOLDER_FILE_H,
and every prototype in it has a comment above, beside or on a neighbour: a run
of prototypes without a blank line between them shares the comment of its first.
With CC, each header is also compiled alone. Prints one line per breach; exits 1
if there is any.
"""
import os
import re
import subprocess
import sys

import check_layers

# A prototype in column 0: words, a name, "(" and, maybe lines later, ");".
PROTOTYPE = re.compile(
    r"^(?!typedef\b|#|static\b|extern\b|struct \w+ \{|enum \w+ \{)"
    r"[A-Za-z_][\w \t*\n]*?\b(\w+)\s*\([^;{}]*\)[^;{}]*;", re.M)
COMMENT = re.compile(r"/\*.*?\*/", re.S)


def headers(root):
    return [path for path in check_layers.sources(root)
            if path.endswith(".h")]


def blocks(text):
    """Paragraphs between blank lines outside comments, with their offsets."""
    masked = COMMENT.sub(lambda m: re.sub(r"\n", "\1", m.group(0)), text)
    start = 0
    for match in re.finditer(r"\n[ \t]*\n", masked):
        yield start, masked[start:match.end()].replace("\1", "\n")
        start = match.end()
    yield start, masked[start:].replace("\1", "\n")


def check_text(shown, text):
    guard = re.sub(r"[^A-Z0-9]", "_", shown.upper())
    if not text.startswith("/* " + shown):
        yield "%s:1: does not start with /* %s" % (shown, shown)
    if "#ifndef %s\n#define %s\n" % (guard, guard) not in text:
        yield "%s:1: is not guarded by %s" % (shown, guard)
    for start, block in blocks(text):
        code = COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), block)
        match = PROTOTYPE.search(code)
        if match and not COMMENT.search(block):
            line = text.count("\n", 0, start + match.start()) + 1
            yield "%s:%d: %s() is not documented" % (shown, line,
                                                     match.group(1))


def compile_alone(root, shown, compiler):
    source = '#include "%s"\n#include "%s"\n' % (shown, shown)
    run = subprocess.run(
        compiler + ["-std=c11", "-D_GNU_SOURCE", "-I", root, "-fsyntax-only",
                    "-Wall", "-Wextra", "-Werror", "-x", "c", "-"],
        input=source.encode(), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, check=False)
    if run.returncode:
        yield "%s: does not compile alone: %s" % (
            shown, run.stdout.decode().strip().split("\n")[0])


def main(root, compiler):
    bad = []
    for shown in headers(root):
        with open(os.path.join(root, shown), encoding="utf-8") as file:
            bad += check_text(shown, file.read())
        if compiler:
            bad += compile_alone(root, shown, compiler)
    print("\n".join(bad) if bad else "every header stands and speaks for itself")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
