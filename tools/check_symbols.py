#!/usr/bin/python3
"""The law of rooms (tools/check_layers.py) as the linker sees it.

usage: check_symbols.py ROOT BUILD

What an object file of one row uses of another, the law must allow, whether or
not a header was included for it. And what an object file defines for others,
another one asks for: a test, a benchmark, a fuzz target (which another build
makes, so its source is read), or who installs the library. Its names begin as
those of its room or sub-room do. BUILD is a build folder of ROOT. Prints one
line per breach; exits 1 if there is any.
"""
import os
import re
import subprocess
import sys

import check_layers as law

# Object files that one nm reads: a process for each file is slow.
BATCH = 200


# How names of a room begin, or of a sub-room beside that.
PREFIXES = {
    "core": "td_", "tape": "tape_", "wire": "wire_", "schema": "schema_",
    "validator": "check_", "recorder": "rec_ redact_", "replayer": "play_",
    "reports": "report_", "console": "console_ prompt_", "cli": "cli_",
    "orchestrator": "orchestrator_",
    "wire/net": "socket_ stream_ tls_ resolve_ reactor_ net_",
    "wire/http": "http_", "wire/ws": "ws_", "wire/sse": "sse_",
    "wire/eio": "eio_", "wire/sio": "sio_", "wire/client": "client_",
    "wire/server": "server_ envelope_", "wire/event": "event_",
    "wire/proxy": "proxy_",
    "schema/value": "rational_",
    "validator/verdict": "verdict_", "validator/message": "alias_",
    "validator/expr": "expr_", "validator/engine": "engine_",
    "validator/contract": "contract_", "validator/diff": "diff_",
    "validator/audit": "audit_", "validator/compat": "compat_",
    "validator/learn": "learn_",
    "validator/golden": "golden_", "converter": "conv_",
    "validator/coverage": "coverage_",
    "validator/gates": "gates_", "validator/gates/read": "read_",
    "orchestrator/plan": "plan_", "orchestrator/sched": "sched_",
    "orchestrator/journal": "journal_", "orchestrator/keeper": "keep_ keeper_",
    "orchestrator/work": "work_", "orchestrator/provider": "prov_ openai_ process_",
    "orchestrator/view": "view_ draw_ way_ measure_ doubt_ doubts_",
    "orchestrator/run": "run_", "orchestrator/serve": "serve_",
    "orchestrator/spec": "spec_", "orchestrator/blueprint": "blue_",
    "console/seen": "seen_", "console/panel": "panel_", "console/text": "text_",
    "console/words": "words_", "console/screen": "screen_",
    "console/line": "line_", "console/store": "store_",
}

# Sources that use the rooms and that not every build makes objects of.
BESIDE = ("tests", "bench")


def is_made(path, source):
    """Not left over from before: not all builds make all objects again."""
    return os.path.getmtime(path) >= os.path.getmtime(source)


def objects(root, build):
    """(object file, path of its source or None) of all; a source has a row."""
    for folder, _, files in os.walk(build):
        inside = folder.split(".dir/", 1)
        for name in sorted(files):
            if not name.endswith(".o"):
                continue
            source = inside[-1] + "/" + name[:-2]
            ours = len(inside) == 2 and law.row_of(source) and \
                os.path.isfile(os.path.join(root, source))
            path = os.path.join(folder, name)
            if not ours or is_made(path, os.path.join(root, source)):
                yield path, source if ours else None


def named(root):
    """Words of the sources beside the rooms, and of the public headers."""
    paths = []
    for top in BESIDE:
        for folder, _, files in os.walk(os.path.join(root, top)):
            paths += [os.path.join(folder, name) for name in files
                      if name.endswith((".c", ".cpp", ".h"))]
    api = os.path.join(root, "cmake/api.cmake")
    if os.path.isfile(api):
        with open(api, encoding="utf-8") as file:
            paths += [os.path.join(root, name) for name in
                      re.findall(r"[\w/]+\.h\b", file.read())]
    words = set()
    for path in paths:
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                words.update(re.findall(r"\w+", file.read()))
    return words


def symbols(paths):
    """What each object file defines for others, and what it asks for."""
    tables = {path: (set(), set()) for path in paths}
    for start in range(0, len(paths), BATCH):
        run = subprocess.run(["nm", "-P", "-g", "-A"] + paths[start:start + BATCH],
                             stdout=subprocess.PIPE, check=True)
        for line in run.stdout.decode().splitlines():
            path, rest = line.split(": ", 1)
            name, kind = rest.split()[:2]
            tables[path][kind in "Uvw"].add(name)
    return tables


def breaches(tables):
    """What is used of other rows against the law."""
    home = {name: source for source, (defined, _) in tables.items()
            for name in defined}
    for source, (_, wanted) in sorted(tables.items()):
        row = law.row_of(source)
        for name in sorted(wanted & set(home)):
            if not law.allows(row, home[name]):
                yield "%s: %s may not use %s() of %s" % \
                    (source, row, name, home[name])


def unasked(tables, wanted):
    """What nobody else asks for."""
    for source, (defined, _) in sorted(tables.items()):
        for name in sorted(defined - wanted - {"main"}):
            yield "%s: %s() is for this file alone: make it static" % \
                (source, name)


def misnamed(tables):
    """What is called like a thing of another room."""
    for source, (defined, _) in sorted(tables.items()):
        row = law.row_of(source)
        begins = [begin for place in sorted({row.split("/")[0], row})
                  for begin in PREFIXES.get(place, "").split()]
        for name in sorted(defined - {"main"}):
            if begins and not name.startswith(tuple(begins)):
                yield "%s: %s() does not begin with %s" % \
                    (source, name, " or ".join(begins))


def main(root, build):
    sources = dict(objects(root, build))
    if not any(sources.values()):
        print("%s: no object files of this tree" % build)
        return 1
    every = symbols(list(sources))
    tables = {sources[path]: table for path, table in every.items()
              if sources[path]}
    wanted = named(root).union(*(wanted for _, wanted in every.values()))
    bad = list(breaches(tables)) + list(unasked(tables, wanted)) + \
        list(misnamed(tables))
    print("\n".join(bad) if bad else "the linker sees the same law")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
