#!/usr/bin/python3
"""The contract of executions on fixtures/execution.

usage: execution.py TAPEDECK SOURCE streams|rules|tables|made

streams  each stream of streams.json breaks exactly the rules it is listed with
rules    every rule holds on a good stream, where it had something to judge, and
         is broken by a bad one
tables   each mismatch M01-M24 and contradiction C01-C20 has a stream, or is
         named in fixtures/contracts/README.md
made     the streams are what fixtures/make/execution/make.py writes
"""
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Fixtures:
    def __init__(self, tapedeck, source):
        self.tapedeck = os.path.realpath(tapedeck)
        self.source = source
        self.folder = os.path.join(source, "fixtures", "execution")
        self.contract = os.path.join(source, "fixtures", "contracts",
                                     "execution.contract.yaml")
        self.streams = json.loads(read(os.path.join(self.folder,
                                                    "streams.json")))
        self.verdicts = {}

    def verdict(self, it):
        """The verdict about a listed stream."""
        words = [self.tapedeck, "validate", "--json", "--contract",
                 self.contract, os.path.join(self.folder, it["stream"])]
        if "dialect" in it:
            words += ["--dialect", it["dialect"]]
        for profile in it.get("profiles", []):
            words += ["--profile", profile]
        key = tuple(words)
        if key not in self.verdicts:
            done = subprocess.run(words, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, check=False)
            if done.returncode not in (0, 1):
                raise SystemExit(done.stderr.decode())
            self.verdicts[key] = json.loads(done.stdout)
        return self.verdicts[key]


def ids(verdict, outcome):
    return {rule["id"] for rule in verdict["rules"]
            if rule["outcome"] == outcome}


def streams(fixtures):
    """Complaints about streams."""
    for it in fixtures.streams:
        verdict = fixtures.verdict(it)
        for outcome in ("error", "open"):
            for rule in ids(verdict, outcome):
                yield "%s: %s is %s" % (it["stream"], rule, outcome)
        seen = ids(verdict, "fail")
        if seen != set(it["fails"]):
            yield "%s: fails %s, expected %s" % (
                it["stream"], sorted(seen), sorted(it["fails"]))
            for finding in verdict["findings"]:
                if finding["rule"] not in it["fails"]:
                    yield "    %s" % json.dumps(finding)


def rules(fixtures):
    held, broken, known = set(), set(), set()
    for it in fixtures.streams:
        verdict = fixtures.verdict(it)
        known |= {rule["id"] for rule in verdict["rules"]}
        broken |= set(it["fails"])
        if not it["fails"]:
            held |= ids(verdict, "pass")
    for rule in sorted(known - {"json", "schema", "unknown"}):
        if rule not in held:
            yield "%s: no good stream lets it judge anything" % rule
        if rule not in broken:
            yield "%s: no bad stream breaks it" % rule


def tables(fixtures):
    page = read(os.path.join(fixtures.source, "fixtures", "contracts",
                             "README.md"))
    names = {os.path.basename(it["stream"]) for it in fixtures.streams}
    wanted = ["M%02d" % i for i in range(1, 25)]
    wanted += ["C%02d" % i for i in range(1, 21)]
    for name in wanted:
        has = any(re.match(name + r"[-.]", stream) for stream in names)
        if has == bool(re.search(r"^\| %s \|" % name, page, re.M)):
            yield "%s: %s" % (name, "both a stream and a reason for none"
                              if has else "neither a stream nor a reason")


def content(path):
    with open(path, "rb") as file:
        data = file.read()
    return gzip.decompress(data) if path.endswith(".gz") else data


def files_of(folder):
    return {os.path.relpath(os.path.join(place, name), folder)
            for place, _, names in os.walk(folder) for name in names}


def made(fixtures):
    maker = os.path.join(fixtures.source, "fixtures", "make", "execution",
                         "make.py")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-B", maker, folder], check=True)
        for name in sorted(files_of(folder) ^ files_of(fixtures.folder)):
            yield "%s: is only on one side" % name
        for name in sorted(files_of(folder) & files_of(fixtures.folder)):
            if content(os.path.join(folder, name)) != content(
                    os.path.join(fixtures.folder, name)):
                yield "%s: is not what make.py writes" % name


def main(words):
    fixtures = Fixtures(words[0], words[1])
    check = {"streams": streams, "rules": rules, "tables": tables,
             "made": made}[words[2]]
    complaints = list(check(fixtures))
    print("\n".join(complaints), end="\n" if complaints else "")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
