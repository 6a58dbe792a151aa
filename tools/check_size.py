#!/usr/bin/python3
"""Budgets: a function fills at most 80 lines and takes at most 6 parameters, a
file has at most 600 lines.

usage: check_size.py ROOT

Works on the layout that clang-format gives the tree: a definition starts in
column 0 and its braces stand alone in column 0. Prints one line per breach;
exits 1 if there is any. The longest of each is printed when all is well.
"""
import os
import re
import sys

FUNCTION_LINES = 80
FILE_LINES = 600
PARAMETERS = 6

SKIPPED = {".git", "build", "node_modules"}
# Comments, and strings, in which what looks like a comment is none.
COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|/\*.*?\*/|//[^\n]*', re.S)
NAME = re.compile(r"(\w+)\s*\($")


def c_files(root):
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in SKIPPED)
        for name in sorted(files):
            if name.endswith((".c", ".h")):
                path = os.path.join(folder, name)
                yield os.path.relpath(path, root), path


def blank(match):
    if match.group(0).startswith('"'):
        return '""'
    return "\n" * match.group(0).count("\n")


def parameters(head):
    """Count what stands between the last balanced parentheses of a head."""
    end = head.rfind(")")
    depth = commas = 0
    for at in range(end, -1, -1):
        if head[at] == ")":
            depth += 1
        elif head[at] == "(":
            depth -= 1
            if depth == 0:
                inside = head[at + 1:end].strip()
                return 0 if inside in ("", "void") else commas + 1
        elif head[at] == "," and depth == 1:
            commas += 1
    return 0


def heads(lines):
    """Yield (first line, last line, text) of each function's head."""
    for i, line in enumerate(lines):
        if line != "{":
            continue
        start = i
        while start > 0 and lines[start - 1].strip() and not \
                lines[start - 1].startswith(("}", "#")):
            start -= 1
        yield start, i, " ".join(lines[start:i])


def functions(lines):
    for start, open_line, head in heads(lines):
        if "(" not in head:
            continue
        close = open_line
        while close < len(lines) and lines[close] != "}":
            close += 1
        before = head[:head.find("(") + 1]
        name = NAME.search(before)
        yield (start + 1, name.group(1) if name else head.strip()[:40],
               close - start + 1, parameters(head))


def check_file(shown, path, bad, most):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    count = text.count("\n")
    most["file"] = max(most["file"], (count, shown))
    if count > FILE_LINES:
        bad.append("%s: %d lines, %d allowed" % (shown, count, FILE_LINES))
    for line, name, length, params in functions(
            COMMENT.sub(blank, text).split("\n")):
        where = "%s:%d: %s" % (shown, line, name)
        most["function"] = max(most["function"], (length, where))
        most["parameters"] = max(most["parameters"], (params, where))
        if length > FUNCTION_LINES:
            bad.append("%s() has %d lines, %d allowed" %
                       (where, length, FUNCTION_LINES))
        if params > PARAMETERS:
            bad.append("%s() has %d parameters, %d allowed" %
                       (where, params, PARAMETERS))


def main(root):
    bad = []
    most = {"file": (0, ""), "function": (0, ""), "parameters": (0, "")}
    for shown, path in c_files(root):
        check_file(shown, path, bad, most)
    for line in bad:
        print(line)
    if not bad:
        for what, (count, where) in most.items():
            print("most %s: %d (%s)" % (
                {"file": "lines of a file", "function": "lines of a function",
                 "parameters": "parameters"}[what], count, where))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
