"""The bars of gates: foreign reports beside the tools that everybody has, what
judging adds to the commands of a project, and the page of a long stream.

JUnit XML of a million cases: Python's ElementTree, which also counts them. An
lcov tracefile: lcov's own --summary. Seconds are of the processor, since others
share the machine.
"""
import os
import subprocess
import sys

from bars import Bar

CASES = 1_000_000
LCOV_MB = 1000
COUNT_CASES = ("import sys, xml.etree.ElementTree as tree; "
               "print(sum(1 for _ in tree.parse(sys.argv[1]).iter('testcase')))")


def made(bench, name, lines):
    path = bench.path(name)
    if not os.path.exists(path):
        with open(path + ".part", "w", encoding="utf-8") as out:
            out.writelines(lines)
        os.rename(path + ".part", path)
    return path


def junit_lines():
    yield f'<?xml version="1.0"?>\n<testsuites tests="{CASES}">\n'
    for case in range(CASES):
        head = (f'<testcase classname="pkg.mod{case // 100}" name="test_{case % 100}[a &amp; b]"'
                f' time="0.0{case % 100}"')
        if case % 50 == 7:
            yield head + '><failure message="1 == 2">x = 1\n&gt; assert x == 2</failure></testcase>\n'
        else:
            yield head + "/>\n"
    yield "</testsuites>\n"


def lcov_lines(megabytes):
    body = "".join(f"DA:{n},{n * 7 % 13 * n}\n" +
                   (f"BRDA:{n},0,0,{n}\nBRDA:{n},0,1,-\n" if n % 8 == 0 else "")
                   for n in range(1, 401))
    size = number = 0
    while size < megabytes * 1_000_000:
        record = f"TN:\nSF:/srv/p/src/file{number % 2000}.c\n{body}LF:400\nLH:370\nend_of_record\n"
        size += len(record)
        number += 1
        yield record


def junit(bench):
    return made(bench, f"junit-{CASES}.xml", junit_lines())


def lcov(bench):
    return made(bench, f"lcov-{LCOV_MB}.info", lcov_lines(LCOV_MB))


def cpu(bench, command):
    with open(os.devnull, "wb") as nowhere:
        used = bench.used(command, stdout=nowhere, stderr=nowhere)
    return used.ru_utime + used.ru_stime


def ours(report, name):
    return lambda bench: 1 / cpu(bench, [bench.program("read_report"), name, report(bench)])


def element_tree(bench):
    return 1 / cpu(bench, [sys.executable, "-c", COUNT_CASES, junit(bench)])


def lcov_summary(bench):
    return 1 / cpu(bench, ["lcov", "--rc", "lcov_branch_coverage=1", "--summary", lcov(bench)])


def peak(report, name):
    return lambda bench: bench.peak_mib([bench.program("read_report"), name, report(bench)])


# --- a project of a thousand of each ----------------------------------------

THOUSAND = 1000
GATES = """gates: 1
checks:
  unit: {kind: tests, reads: {junit: unit.xml}, newer_than: [gates.yaml]}
  cover: {kind: coverage, reads: {lcov: cover.info}, newer_than: [gates.yaml], fail: {lines: ">= 50%"}}
  lint: {kind: lint, reads: {gcc: lint.txt}, newer_than: [gates.yaml], fail: {total: 5000}}
"""


def project_files():
    yield "gates.yaml", GATES
    body = "".join(f"int line_{n}(int a) {{ return a + {n}; }}\n" for n in range(40))
    for n in range(THOUSAND):
        yield f"src/part{n // 50}/file{n}.c", body
    cases = "".join(f'<testcase classname="suite{n // 20}" name="test {n}" time="0.01"/>\n'
                    for n in range(THOUSAND))
    yield "unit.xml", f'<testsuite name="all" tests="{THOUSAND}">\n{cases}</testsuite>\n'
    hits = "".join(f"DA:{line},{line % 7}\n" for line in range(1, 41))
    yield "cover.info", "".join(
        f"TN:\nSF:src/part{n // 50}/file{n}.c\n{hits}LF:40\nLH:35\nend_of_record\n" for n in range(THOUSAND))
    yield "lint.txt", "".join(
        f"src/part{n // 50}/file{n}.c:{n % 40 + 1}:5: warning: something [-Wrule-{n % 9}]\n"
        for n in range(THOUSAND))


def project(bench):
    root = bench.path("gates-project")
    if not os.path.exists(os.path.join(root, ".git")):
        for name, text in project_files():
            os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
            with open(os.path.join(root, name), "w", encoding="utf-8") as out:
                out.write(text)
        for words in (["init", "-q"], ["add", "."],
                      ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "all"]):
            bench.run(["git", "-C", root, *words])
    return root


def overhead(bench):
    """ms: its own processor time and that of the git it asks, three reports too."""
    root = project(bench)
    command = [bench.deck, "validate", "-q", "--gates", "gates.yaml"]
    for form in ("html", "json", "junit"):
        command += ["--report", f"{form}={bench.path('gates.' + form)}"]
    subprocess.run([*command, "--update-baseline"], cwd=root, check=True,
                   stderr=subprocess.DEVNULL, timeout=60)
    used = bench.used(command, cwd=root)
    return (used.ru_utime + used.ru_stime) * 1000


def gate_peak(bench):
    """Of the whole gate: each test is remembered, and the worst are in the verdict."""
    root = bench.path("gates-million")
    os.makedirs(root, exist_ok=True)
    with open(os.path.join(root, "gates.yaml"), "w", encoding="utf-8") as out:
        out.write(f"gates: 1\nchecks:\n  unit: {{kind: tests, reads: {{junit: unit.xml}}, fail: {{failed: {CASES}}}}}\n")
    if not os.path.exists(os.path.join(root, "unit.xml")):
        os.link(junit(bench), os.path.join(root, "unit.xml"))
    return bench.peak_mib([bench.deck, "validate", "-q", "--gates", os.path.join(root, "gates.yaml")])


# --- the page of a stream of a million events -------------------------------

def page(bench):
    """Seconds of the processor from a tape to its page; the page is at path."""
    contract = made(bench, "page.contract.json", ['{"contract":1,"unknown":"ignore","events":{}}'])
    path = bench.path("stream.html")
    used = bench.used([bench.deck, "validate", "-q", bench.tape(), "--contract", contract,
                       "--report", "html=" + path])
    return path, used.ru_utime + used.ru_stime


def page_mb(bench):
    return os.path.getsize(page(bench)[0]) / 1e6


BARS = [
    Bar("R1", "JUnit XML of a million cases; ElementTree", "reports/s",
        {"tapedeck": ours(junit, "junit"), "ElementTree": element_tree}, 5),
    Bar("R2", "lcov tracefile of 1 GB; lcov --summary", "reports/s",
        {"tapedeck": ours(lcov, "lcov"), "lcov": lcov_summary}, 5, rounds=1),
    Bar("R3", "memory for JUnit XML of a million cases", "MiB",
        {"tapedeck": peak(junit, "junit")}, 64, higher=False, rounds=1),
    Bar("R4", "memory for an lcov tracefile of 1 GB", "MiB",
        {"tapedeck": peak(lcov, "lcov")}, 64, higher=False, rounds=1),
    Bar("R5", "judging 1,000 tests, 1,000 files of coverage, 1,000 findings", "ms",
        {"tapedeck": overhead}, 50, higher=False),
    Bar("R8", "memory for a gate of a million tests", "MiB",
        {"tapedeck": gate_peak}, 64, higher=False, rounds=1),
    Bar("R6", "HTML page of a tape, a million events", "s",
        {"tapedeck": lambda bench: page(bench)[1]}, 3, higher=False),
    Bar("R7", "size of that page", "MB", {"tapedeck": page_mb}, 2, higher=False, rounds=1),
]
