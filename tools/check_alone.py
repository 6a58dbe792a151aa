#!/usr/bin/python3
"""A script needs nothing but what it installs.

usage: check_alone.py ROOT SCRIPT BUILD

Configures as SCRIPT does, in a directory of its own, where programs and
pkg-config files are only those of the sections of script/packages that SCRIPT
asks script/bootstrap for, of what they depend on, and of Debian's base system.
Then asks BUILD, any build of this tree by Ninja, which headers the same objects
were made from. Prints one line per breach; exits 1 if there is any, 77 if not
all of these packages are installed here.
"""
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

from packages import closure, database, files, listed, output, owner

SKIPPED = 77
BIN = ("/usr/bin", "/bin", "/usr/sbin", "/sbin")


def command(text, start):
    """The words of the first line of a script that starts so."""
    found = re.search(r"^%s\b[^\n]*" % re.escape(start), text, re.M)
    if not found:
        sys.exit("the script has no line that starts with " + start)
    return [word for word in shlex.split(found.group(0))[len(start.split()):]
            if not word.startswith(">")]


def link_all(target, folders, take):
    """Links in target to what take() takes of the entries of folders."""
    os.mkdir(target)
    for folder in folders:
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            link = os.path.join(target, name)
            if not os.path.lexists(link) and take(name, folder):
                os.symlink(os.path.join(folder, name), link)


def surroundings(place, allowed, commands, owners):
    """An environment that shows only what the allowed packages hold."""
    def take(name, folder):
        return (name in commands or
                owner(os.path.join(folder, name), owners) in allowed)

    pc_path = output("pkg-config", "--variable", "pc_path", "pkg-config").strip()
    link_all(os.path.join(place, "bin"), BIN, take)
    link_all(os.path.join(place, "pc"), pc_path.split(":"), take)
    return {"PATH": os.path.join(place, "bin"), "HOME": place, "LC_ALL": "C",
            "PKG_CONFIG_LIBDIR": os.path.join(place, "pc")}


def configure(root, words, build, env):
    """The complaint of CMake, in its last lines; None if it is content."""
    cmake = shutil.which("cmake", path=env["PATH"])
    if not cmake:
        return "cmake is not there"
    done = subprocess.run(
        [cmake, *words, "-B", build, "--fresh"], cwd=root, env=env,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode == 0:
        return None
    return "\n".join(done.stdout.decode().strip().split("\n")[-20:])


def headers(build, wanted):
    """{header of the system: an object of wanted that was made from it}"""
    found, target = {}, None
    for line in output("ninja", "-C", build, "-t", "deps").splitlines():
        if line and not line[0].isspace():
            target = line.split(":")[0]
        elif target in wanted and line.strip().startswith("/usr/"):
            found.setdefault(line.strip(), target)
    return found


def objects(build):
    lines = output("ninja", "-C", build, "-t", "targets", "all").splitlines()
    return {line.split(":")[0] for line in lines if ".o: C" in line}


def check(root, script, built):
    with open(os.path.join(root, script), encoding="utf-8") as file:
        text = file.read()
    packages = listed(root, command(text, "script/bootstrap"))
    needs, provided, base = database()
    absent = [name for name, stand_in in packages.items()
              if name not in needs and not (stand_in and shutil.which(stand_in))]
    if absent:
        print("not installed here: " + " ".join(sorted(absent)))
        sys.exit(SKIPPED)
    allowed = closure(set(packages) | base, needs, provided)
    owners = files()
    with tempfile.TemporaryDirectory() as place:
        build = os.path.join(place, "build")
        why = configure(root, command(text, "cmake"), build, surroundings(
            place, allowed, set(packages.values()) - {""}, owners))
        if why:
            return ["%s: not with the packages that it installs: %s" %
                    (script, why)]
        seen = headers(built, objects(build))
    if not seen:
        return ["%s: none of the objects of %s" % (built, script)]
    return ["%s: %s, for %s, is of %s, which it does not install" %
            (script, header, seen[header], owner(header, owners))
            for header in sorted(seen) if owner(header, owners) not in allowed]


def main(root, script, built):
    bad = check(root, script, os.path.abspath(built))
    print("\n".join(bad) if bad else script + " installs all that it needs")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
