#!/usr/bin/python3
"""The include law of ARCHITECTURE.md: who may enter which room.

usage: check_layers.py ROOT

A room is a folder with C in it; a sub-room is a folder in a room. Each has a
row of LAW, which names what it may include: whole rooms, sub-rooms, or single
headers. Includes are "folder/file.h" from the root. A module is x.c, x.h and
its inner header x_internal.h, which nobody outside of its folder includes. No
ring of modules or of rows. Each library from outside has the files it may be
seen in, and no other is known. Prints one line per breach; exits 1 if there is
any. tools/check_symbols.py asks the linker's names the same.
"""
import fnmatch
import os
import re
import sys

# Low to high: a row may only name what stands above it.
LAW_TEXT = """
core            :
tape            : core
wire            : core
wire/net        : wire/limits.h core
wire/http       : core
wire/ws         : wire/http wire/limits.h core
wire/sse        : core
wire/eio        : wire/http wire/limits.h core
wire/sio        : core
wire/event      : core
wire/framing    : core
wire/client     : wire/net wire/http wire/ws wire/sse wire/eio wire/sio wire/event wire/limits.h core
wire/server     : wire/net wire/http wire/ws wire/sse wire/eio wire/sio wire/event wire/limits.h core
wire/proxy      : wire/server wire/net wire/http wire/ws wire/limits.h core
schema/value    : core
schema/regex    : schema/value core
schema/format   : schema/regex schema/value core
schema/program  : schema/format schema/regex schema/value core
schema/load     : schema/program schema/format schema/regex schema/value core
schema/compile  : schema/load schema/program schema/format schema/regex schema/value core
schema/run      : schema/compile schema/load schema/program schema/format schema/regex schema/value core
schema/report   : schema/run schema/compile schema/load schema/program schema/format schema/regex schema/value core
schema          : schema/report schema/run schema/compile schema/load schema/program schema/format schema/regex schema/value core
validator/verdict  : schema core
validator/message  : validator/verdict schema core
validator/expr     : validator/message validator/verdict schema core
validator/rule     : validator/expr validator/message validator/verdict schema core
validator/engine   : validator/rule validator/expr validator/message validator/verdict schema core
validator/verb     : validator/engine validator/rule validator/expr validator/message validator/verdict schema core
validator/asyncapi : schema core
validator/shelf    : core
validator/contract : validator/shelf validator/asyncapi validator/verb validator/engine validator/rule validator/expr validator/message validator/verdict schema core
validator/check    : validator/contract validator/engine validator/rule validator/expr validator/message validator/verdict schema tape core
validator/cases    : validator/check validator/contract validator/message validator/verdict schema tape core
validator/lint     : validator/shelf validator/cases validator/check validator/contract validator/verb validator/engine validator/rule validator/expr validator/message validator/verdict schema core
validator/explain  : validator/check validator/contract validator/verb validator/engine validator/rule validator/expr validator/message validator/verdict schema core
validator/diff     : schema/regex schema/value tape core
validator/audit    : validator/check validator/contract validator/rule validator/message validator/verdict schema tape core
validator/compat   : validator/audit validator/check validator/contract validator/rule validator/message validator/verdict schema core
validator/golden   : core
validator/learn    : validator/audit validator/check validator/contract validator/verdict schema tape core
validator/coverage : validator/audit validator/check validator/contract validator/rule validator/message validator/verdict schema tape core
validator/gates/read : validator/verdict schema core
validator/gates    : validator/gates/read validator/verdict schema tape core
reports         : validator/verdict core
web             :
recorder/proxy  : wire core
recorder        : recorder/proxy schema/regex tape wire core
replayer        : schema/regex tape wire core
converter       : reports wire/sse tape core
replayer/answer : replayer validator/diff schema/value tape wire core
replayer/dialogue : replayer/answer replayer recorder recorder/proxy tape wire core
orchestrator/plan     : core
orchestrator/sched    : orchestrator/plan core
orchestrator/view     : orchestrator/sched orchestrator/plan core
orchestrator/journal  : orchestrator/sched orchestrator/plan tape core
orchestrator/keeper   : core
orchestrator/work     : orchestrator/plan core
orchestrator/provider : orchestrator/keeper orchestrator/plan wire/net wire/sse tape core
orchestrator/spec      : core
orchestrator/blueprint : orchestrator/spec core
orchestrator/run      : orchestrator/provider orchestrator/work orchestrator/keeper orchestrator/journal orchestrator/sched orchestrator/plan orchestrator/blueprint orchestrator/spec validator reports wire/net tape core
orchestrator/serve    : orchestrator/view orchestrator/run orchestrator/provider orchestrator/work orchestrator/keeper orchestrator/journal orchestrator/sched orchestrator/plan orchestrator/blueprint orchestrator/spec recorder replayer validator reports schema wire tape core
orchestrator    : orchestrator/serve orchestrator/run orchestrator/provider orchestrator/work orchestrator/keeper orchestrator/journal orchestrator/view orchestrator/sched orchestrator/plan orchestrator/blueprint orchestrator/spec recorder replayer validator reports schema wire tape core
console/text    : core
console/seen    : core
console/panel    : console/seen console/text core
console/words   : core
console/line    : core
console/screen  : console/text core
console/store   : core
console         : console/store console/screen console/line console/words console/panel console/seen console/text replayer wire tape core orchestrator/control_msg.h
cli/options     : core
cli/help        : cli/options core
cli/shared      : cli/help cli/options recorder replayer validator reports schema wire tape core
cli/verbs       : cli/shared cli/help cli/options orchestrator console converter recorder replayer validator reports schema wire tape core
cli             : cli/verbs cli/shared cli/help cli/options orchestrator console converter recorder replayer validator reports schema wire tape core
"""

# Folders whose C may include anything: they stand around the house.
AROUND = ("tests", "bench")

# What a system header's name begins with, and the files that may see it.
LIBRARIES = {
    "libwebsockets.h": ["wire/net/loop_epoll.c"],
    "openssl/": ["wire/net/tls*.c", "core/digest*.c", "web/pack.c"],
    "curl/": ["orchestrator/provider/openai*"],
    "dlfcn.h": ["orchestrator/provider/openai_curl.c"],
    "zlib.h": ["converter/mcap.c", "wire/http/inflate.c", "tape/*"],
    "isa-l/": ["tape/*"],
    "jansson.h": ["orchestrator/*", "console/*", "cli/*"],
    "yaml.h": ["core/jsonx*"],
    "expat.h": ["validator/gates/read/*"],
    "pcre2.h": ["schema/regex/*", "schema/format/idn.c"],
    "idn2.h": ["schema/format/*"],
    "gmp.h": ["schema/value/*"],
    "sqlite3.h": ["console/store/*"],
    "utf8proc.h": ["core/width.c", "console/text/*"],
    "emmintrin.h": ["core/simd.h"],
}

# The C library, POSIX and Linux: what core stands on.
SYSTEM = set("""
assert.h ctype.h errno.h float.h inttypes.h limits.h locale.h math.h signal.h
stdalign.h stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h
string.h time.h
arpa/inet.h dirent.h fcntl.h ftw.h libgen.h netdb.h netinet/in.h netinet/tcp.h poll.h
pthread.h spawn.h strings.h sys/file.h sys/ioctl.h sys/mman.h sys/resource.h
sys/socket.h sys/stat.h sys/statvfs.h sys/time.h sys/types.h sys/uio.h sys/un.h
sys/wait.h termios.h unistd.h
malloc.h sched.h sys/epoll.h sys/eventfd.h sys/pidfd.h sys/prctl.h sys/random.h
langinfo.h sys/inotify.h sys/signalfd.h sys/syscall.h sys/timerfd.h linux/falloc.h linux/sockios.h
""".split())

# Written by the build (cmake/).
GENERATED = {"cli_verbs.inc"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include\s+([<"])([^">]+)[">]', re.M)
SKIPPED = {".git", "build", "node_modules", "fixtures"}


def read_law(text):
    """{row: set of targets} in the order of the text, and its breaches."""
    law, bad = {}, []
    for line in filter(None, (l.strip() for l in text.split("\n"))):
        row, targets = (part.strip() for part in line.split(":"))
        for target in targets.split():
            above = [name for name in law
                     if name == target or name.startswith(target + "/")]
            if not above and not target.endswith(".h"):
                bad.append("the law: %s may not stand on %s, which is not "
                           "above it" % (row, target))
        law[row] = set(targets.split())
    return law, bad


LAW, LAW_BREACHES = read_law(LAW_TEXT)


def row_of(path):
    """The row of a file: its folder's, or None."""
    folder = os.path.dirname(path)
    return folder if folder in LAW else None


def allows(row, target):
    """May files of the row include or link to the target file?"""
    home = row_of(target)
    if home == row:
        return True
    return any(target == allowed or home == allowed or
               (home or "").startswith(allowed + "/") for allowed in LAW[row])


def module_of(path):
    base = os.path.splitext(path)[0]
    return base[:-len("_internal")] if base.endswith("_internal") else base


def sources(root):
    for folder, folders, files in os.walk(root):
        shown = os.path.relpath(folder, root)
        folders[:] = sorted(f for f in folders if f not in SKIPPED and
                            not f.startswith(".") and
                            (shown != "." or f not in AROUND))
        for name in sorted(files):
            if name.endswith((".c", ".h")):
                yield os.path.normpath(os.path.join(shown, name))


def includes(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        text = file.read()
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start(2)) + 1
        yield line, match.group(1) == "<", match.group(2)


def breach_of_room(root, path, target):
    if target in GENERATED:
        return None
    if "/" not in target:
        return "write \"folder/file.h\""
    if not os.path.isfile(os.path.join(root, target)):
        return "there is no %s" % target
    if not target.endswith(".h"):
        return "%s is no header" % target
    if target.endswith("_internal.h") and \
            os.path.dirname(target) != os.path.dirname(path):
        return "%s is the inner header of another folder" % target
    row = row_of(path)
    if not allows(row, target):
        return "%s may not include %s" % (row, target)
    return None


def breach_of_library(path, target):
    if target in SYSTEM:
        return None
    for prefix, places in LIBRARIES.items():
        if target.startswith(prefix):
            if any(fnmatch.fnmatch(path, place) for place in places):
                return None
            return "<%s> belongs to %s" % (target, ", ".join(places))
    return "<%s> is no library of this house" % target


def find_ring(graph):
    """A list of nodes that lead to each other in a ring, or None."""
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


def breach(root, path, system, target):
    if system:
        return breach_of_library(path, target)
    return breach_of_room(root, path, target)


def main(root):
    bad = list(LAW_BREACHES)
    modules = {}
    for path in sources(root):
        if row_of(path) is None:
            bad.append("%s: the law has no row for its folder" % path)
            continue
        for line, system, target in includes(root, path):
            why = breach(root, path, system, target)
            if why:
                bad.append("%s:%d: %s" % (path, line, why))
            if not system and module_of(path) != module_of(target):
                modules.setdefault(module_of(path), set()).add(
                    module_of(target))
    ring = find_ring(modules)
    if ring:
        bad.append("ring of modules: " + " -> ".join(ring))
    print("\n".join(bad) if bad else "the include law holds")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
