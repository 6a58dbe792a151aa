#!/usr/bin/python3
"""Everything that building and testing use comes from a package of
script/packages.

usage: check_packages.py ROOT

Asked of the package database of this machine: each library that CMake looks for
and each program that a script calls must belong to a listed package, to one
that a listed package depends on, or to Debian's base system. Prints one line per
breach; exits 1 if there is any.
"""
import glob
import os
import re
import shutil
import sys

from packages import closure, database, files, listed, output, owner

SCRIPTS = ("script/*", ".ci/*", "tools/*.sh", "tests/*/*.sh", "bench/*.sh")
# The first word of a command in a shell script.
COMMAND = re.compile(
    r"(?:^|[|;&(!]|\$\(|\b(?:if|then|do|else|exec|xargs|time|sudo)\s)\s*"
    r"(?:[A-Z_]+=\S*\s+)*([a-z][\w.+-]*)(?=\s|$|\))", re.M)
PKG_MODULES = re.compile(
    r"pkg_check_modules\(\w+(?:\s+(?:REQUIRED|IMPORTED_TARGET|QUIET))*\s+"
    r"([^)]*)\)")


def modules(root):
    with open(os.path.join(root, "CMakeLists.txt"), encoding="utf-8") as file:
        for match in PKG_MODULES.finditer(file.read()):
            for word in match.group(1).split():
                yield re.split(r"[<>=]", word)[0]


def pc_file(module):
    folders = output("pkg-config", "--variable", "pc_path", "pkg-config")
    for folder in folders.strip().split(":"):
        path = os.path.join(folder, module + ".pc")
        if os.path.exists(path):
            return path
    return None


def programs(root):
    """{program: a script that calls it}"""
    found = {}
    for pattern in SCRIPTS:
        for path in sorted(glob.glob(os.path.join(root, pattern))):
            with open(path, encoding="utf-8") as file:
                text = re.sub(r"(^|\s)#[^\n]*", "", file.read())
            text = re.sub(r"\\\n", " ", text)
            for match in COMMAND.finditer(text):
                found.setdefault(match.group(1), os.path.relpath(path, root))
    return found


def main(root):
    needs, provided, base = database()
    owners = files()
    names = set(listed(root))
    allowed = closure(names | base, needs, provided)
    bad = ["script/packages: %s is not installed here" % name
           for name in sorted(names - {"npm"}) if name not in needs]
    for module in modules(root):
        path = pc_file(module)
        package = path and owner(path, owners)
        if package not in allowed:
            bad.append("CMakeLists.txt: %s comes from %s, which is not in "
                       "script/packages" % (module, package))
    for program, script in sorted(programs(root).items()):
        path = shutil.which(program, path="/usr/bin:/bin:/usr/sbin:/sbin")
        package = path and owner(path, owners)
        if path and package not in allowed:
            bad.append("%s: %s comes from %s, which is not in script/packages" %
                       (script, program, package))
    print("\n".join(bad) if bad else "every package is declared")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
