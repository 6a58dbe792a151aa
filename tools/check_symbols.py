#!/usr/bin/python3
"""The law of rooms (tools/check_layers.py) as the linker sees it.

usage: check_symbols.py ROOT BUILD

What an object file of one row uses of another, the law must allow, whether or
not a header was included for it. BUILD is a build folder of ROOT. Prints one
line per breach; exits 1 if there is any.
"""
import os
import subprocess
import sys

import check_layers as law


def objects(root, build):
    """(object file, path of its source) of all that has a row."""
    for folder, _, files in os.walk(build):
        inside = folder.split(".dir/", 1)
        for name in sorted(files):
            if len(inside) == 2 and name.endswith(".c.o"):
                source = inside[1] + "/" + name[:-2]
                if law.row_of(source) and \
                        os.path.isfile(os.path.join(root, source)):
                    yield os.path.join(folder, name), source


def symbols(path):
    """Names that an object file defines for others, and that it asks for."""
    run = subprocess.run(["nm", "-P", "-g", path], stdout=subprocess.PIPE,
                         check=True)
    defined, wanted = set(), set()
    for line in run.stdout.decode().splitlines():
        name, kind = line.split()[:2]
        (wanted if kind in "Uvw" else defined).add(name)
    return defined, wanted


def main(root, build):
    tables = {source: symbols(path) for path, source in objects(root, build)}
    if not tables:
        print("%s: no object files of this tree" % build)
        return 1
    home = {name: source for source, (defined, _) in tables.items()
            for name in defined}
    bad = []
    for source, (_, wanted) in sorted(tables.items()):
        row = law.row_of(source)
        for name in sorted(wanted & set(home)):
            if not law.allows(row, home[name]):
                bad.append("%s: %s may not use %s() of %s" %
                           (source, row, name, home[name]))
    print("\n".join(bad) if bad else "the linker sees the same law")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
