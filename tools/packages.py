"""What Debian's package database says, for the checks of script/packages."""
import glob
import os
import re
import subprocess

BASE = ("required",)
INFO = "/var/lib/dpkg/info"


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False).stdout.decode()


def listed(root, sections=None):
    """{package: the command that stands in for it, or ""} of script/packages."""
    found, section = {}, None
    with open(os.path.join(root, "script/packages"), encoding="utf-8") as file:
        for line in file:
            line = line.split("#")[0].strip()
            if line.startswith("["):
                section = line.strip("[]")
            elif line and (sections is None or section in sections):
                name, _, command = line.partition(":")
                found[name] = command
    return found


def database():
    """{package: names it depends on}, {virtual name: packages}, base system."""
    needs, provided, base = {}, {}, set()
    form = ("${db:Status-Status}\t${Package}\t${Priority}\t${Provides}\t"
            "${Pre-Depends}, ${Depends}\n")
    for line in output("dpkg-query", "-W", "-f", form).splitlines():
        status, name, priority, provides, depends = line.split("\t")
        if status != "installed":
            continue
        names = re.split(r"[,|]", depends)
        needs[name] = {n.split()[0].split(":")[0] for n in names if n.strip()}
        for virtual in re.split(r",", provides):
            if virtual.strip():
                provided.setdefault(virtual.split()[0], set()).add(name)
        if priority in BASE:
            base.add(name)
    return needs, provided, base


def closure(names, needs, provided):
    todo, seen = list(names), set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += needs.get(name, set()) | provided.get(name, set())
    return seen


def files():
    """{path: package} of every installed file."""
    found = {}
    for path in glob.glob(os.path.join(INFO, "*.list")):
        package = os.path.basename(path)[:-len(".list")].split(":")[0]
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                found[line.rstrip("\n")] = package
    return found


def owner(path, owners):
    """The package of a file, also of one behind /etc/alternatives or usrmerge."""
    real = os.path.realpath(path)
    for shown in (path, real, real.replace("/usr/", "/", 1)):
        if shown in owners:
            return owners[shown]
    return None
