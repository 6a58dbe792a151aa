#!/usr/bin/python3
"""The include law of ARCHITECTURE.md: who may enter which room.

usage: check_layers.py ROOT

Includes are "folder/file.h" from the root. A room may include itself and the
rooms of its row; each library from outside has the files it may be seen in; no
ring of headers and their sources. Prints one line per breach; exits 1 if there
is any.
"""
import fnmatch
import os
import re
import sys

ROOMS = {
    "core": [],
    "tape": ["core"],
    "wire": ["core"],
    "recorder": ["tape", "wire", "core"],
    "replayer": ["tape", "wire", "core"],
    "validator": ["tape", "core"],
    "reports": ["validator/verdict/verdict.h", "core"],
    "orchestrator": ["recorder", "replayer", "validator", "reports", "wire",
                     "tape", "core"],
    "console": ["replayer", "wire", "tape", "core",
                "orchestrator/control_msg.h"],
    "cli": ["orchestrator", "console", "recorder", "replayer", "validator",
            "reports", "wire", "tape", "core"],
}

# What a system header's name begins with, and the files that may see it.
LIBRARIES = {
    "libwebsockets": ["wire/net/loop_epoll.c"],
    "lws": ["wire/net/loop_epoll.c"],
    "openssl/": ["wire/tls*.c", "wire/hash*.c"],
    "zlib": ["tape/*"],
    "isa-l": ["tape/*"],
    "igzip_lib": ["tape/*"],
    "crc.h": ["tape/*"],
    "jansson": ["core/jsonx*", "validator/*", "reports/*", "recorder/*",
                "replayer/*", "orchestrator/*", "console/*", "cli/*"],
    "yaml": ["core/jsonx*"],
    "pcre2": ["validator/*"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^">]+)[">]', re.M)


def sources(root):
    for room in ROOMS:
        folder = os.path.join(root, room)
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            if name.endswith((".c", ".h")):
                yield room + "/" + name


def includes(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        text = file.read()
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start(2)) + 1
        yield line, match.group(1) == "<", match.group(2)


def breach_of_room(path, target):
    room = path.split("/")[0]
    if "/" not in target:
        return None if target == "cli_verbs.inc" else "write \"folder/file.h\""
    if target.split("/")[0] == room:
        return None
    for allowed in ROOMS[room]:
        if target == allowed or target.startswith(allowed + "/"):
            return None
    return "%s may not include %s" % (room, target)


def breach_of_library(path, target):
    for prefix, places in LIBRARIES.items():
        if target.startswith(prefix):
            if any(fnmatch.fnmatch(path, place) for place in places):
                return None
            return "<%s> belongs to %s" % (target, ", ".join(places))
    return None


def find_ring(graph):
    """A list of modules that include each other in a ring, or None."""
    done = set()

    def walk(node, trail):
        if node in trail:
            return trail[trail.index(node):] + [node]
        if node in done:
            return None
        for target in sorted(graph.get(node, ())):
            ring = walk(target, trail + [node])
            if ring:
                return ring
        done.add(node)
        return None

    for node in sorted(graph):
        ring = walk(node, [])
        if ring:
            return ring
    return None


def main(root):
    bad = []
    headers = {}
    for path in sources(root):
        for line, system, target in includes(root, path):
            why = (breach_of_library if system else breach_of_room)(path, target)
            if why:
                bad.append("%s:%d: %s" % (path, line, why))
            if not system and path.endswith(".h"):
                headers.setdefault(path, set()).add(target)
    ring = find_ring(headers)
    if ring:
        bad.append("ring of includes: " + " -> ".join(ring))
    print("\n".join(bad) if bad else "the include law holds")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
