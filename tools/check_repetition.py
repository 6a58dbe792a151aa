#!/usr/bin/python3
"""Code that stands in two places.

usage: check_repetition.py ROOT [TOKENS]

Runs of TOKENS (120) or more tokens of C that occur twice, as warnings of a
compiler: one for each second place, which names the first. Comments, white
space and includes do not count; names do, so rows of a table that differ are
no repetition. Tests and benchmarks are not looked at. Exits 0.
"""
import os
import re
import sys

TOKEN = re.compile(
    r'/\*.*?\*/|//[^\n]*|(?P<token>"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    r'|[A-Za-z_]\w*|\d[\w.]*|[^\s\w])', re.S)
INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[^\n]*", re.M)
SKIPPED = {".git", "build", "node_modules", "tests", "bench", "fixtures"}


def sources(root):
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED)
        for name in sorted(files):
            if name.endswith(".c"):
                yield os.path.relpath(os.path.join(folder, name), root)


def tokens_of(path):
    """[(token, line)]"""
    with open(path, encoding="utf-8") as file:
        text = INCLUDE.sub("", file.read())
    found = []
    line = 1
    at = 0
    for match in TOKEN.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        if match.group("token"):
            found.append((match.group("token"), line))
    return found


def same_length(a, i, b, j):
    """How many tokens from a[i] and b[j] on are the same."""
    length = 0
    end = min(len(a) - i, len(b) - j)
    if a is b:
        end = min(end, j - i)  # what overlaps itself is a table
    while length < end and a[i + length][0] == b[j + length][0]:
        length += 1
    return length


def repetitions(files, least):
    """(path, line, lines, other path, other line) of each second place."""
    seen = {}
    for path, tokens in files:
        at = 0
        while at + least <= len(tokens):
            key = hash(tuple(token for token, _ in tokens[at:at + least]))
            first = seen.get(key)
            if first is not None:
                other, begin = first
                length = same_length(files_by[other], begin, tokens, at)
                if length >= least:
                    yield (path, tokens[at][1],
                           tokens[at + length - 1][1] - tokens[at][1] + 1,
                           other, files_by[other][begin][1])
                    at += length
                    continue
            else:
                seen[key] = (path, at)
            at += 1


root = sys.argv[1]
files_by = {path: tokens_of(os.path.join(root, path))
            for path in sources(root)}
for place in repetitions(list(files_by.items()),
                         int(sys.argv[2]) if len(sys.argv) > 2 else 120):
    print("%s:%d:1: warning: %d lines are also at %s:%d [repetition]" % place)
