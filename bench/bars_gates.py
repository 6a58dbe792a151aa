"""The bars of reading foreign reports, beside the tools that everybody has.

JUnit XML of a million cases: Python's ElementTree, which also counts them. An
lcov tracefile: lcov's own --summary. Seconds are of the processor, since others
share the machine.
"""
import os
import sys

from bars import Bar

CASES = 1_000_000
LCOV_MB = 100
LCOV_LARGE_MB = 1000
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


def lcov(bench, megabytes=LCOV_MB):
    return made(bench, f"lcov-{megabytes}.info", lcov_lines(megabytes))


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


BARS = [
    Bar("R1", "JUnit XML of a million cases; ElementTree", "reports/s",
        {"tapedeck": ours(junit, "junit"), "ElementTree": element_tree}, 5),
    Bar("R2", "lcov tracefile of 100 MB; lcov --summary", "reports/s",
        {"tapedeck": ours(lcov, "lcov"), "lcov": lcov_summary}, 5),
    Bar("R3", "memory for JUnit XML of a million cases", "MiB",
        {"tapedeck": peak(junit, "junit")}, 64, higher=False, rounds=1),
    Bar("R4", "memory for an lcov tracefile of 1 GB", "MiB",
        {"tapedeck": peak(lambda bench: lcov(bench, LCOV_LARGE_MB), "lcov")}, 64,
        higher=False, rounds=1),
]
