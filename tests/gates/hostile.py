#!/usr/bin/python3
"""Gates and what may come from outside: reports, commands, git and baselines that
are wrong, endless or mean harm. Each has its result in docs/gates.md.

usage: hostile.py TAPEDECK [CASE...]

With TD_HUGE_MIB=1024 the enormous reports are of that size, not of 24 MiB.
"""
import json
import os
import time
import select
import signal
import shutil
import socket
import subprocess
import sys
import xml.etree.ElementTree

import e2e
from e2e import COVERAGE, LINT, TESTS, cppcheck, holds, is_alive, lacks, lcov, same, sources

HUGE_MIB = int(os.environ.get("TD_HUGE_MIB", "24"))
MEMORY_MIB = 96


def memory_of(tapedeck):
    """What a run may take; the address sanitizer keeps what is freed."""
    with open(tapedeck, "rb") as file:
        return MEMORY_MIB * (4 if b"__asan_init" in file.read() else 1)


def put(box, name, data):
    with open(box.path(name), "wb") as file:
        file.write(data)


def errors(box, *parts, args=(), status=7):
    """The run could not judge, and says this."""
    seen, out, err = box.validate(*args)
    holds(out + err, *parts)
    same(seen, status)
    return out


# ---- reports ----

def what_is_no_file_is_not_waited_for(box):
    gate = "  u: {kind: tests, shell: true, run: '%s', reads: {junit: $OUT/j.xml}}\n"
    for command, text in (
            ("mkfifo $OUT/j.xml", "j.xml: is a pipe or a device, not a file"),
            ("ln -s /dev/zero $OUT/j.xml", "j.xml: is a pipe or a device, not a file"),
            ("mkdir $OUT/j.xml", "j.xml is a directory, not a report"),
            ("ln -s j.xml $OUT/j.xml", "there is no report"),
            ("ln -s /nowhere $OUT/j.xml", "there is no report")):
        box.gates(gate % command)
        errors(box, text)
    box.gates("  u: {kind: tests, reads: {junit: j.xml}}\n")
    os.symlink("/dev/zero", box.path("j.xml"))
    errors(box, "j.xml: is a pipe or a device, not a file")
    os.remove(box.path("j.xml"))
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(box.path("j.xml"))
        errors(box, "error   u: ")
    os.remove(box.path("j.xml"))
    os.mkfifo(box.path("j.xml"))
    box.gates(COVERAGE.replace("cp cov.info $OUT/c.info", "'true'").replace("$OUT/c.info", "j.xml") % "")
    errors(box, "j.xml: is a pipe or a device, not a file")


def what_a_gate_is_judged_by_is_no_pipe(box):
    """Nor is what is no report, but read as a whole: nobody writes into it."""
    box.write("r.xml", '<testsuite tests="1"><testcase name="a"/></testsuite>')
    box.write("t.ndjson", '{"type":"a"}\n')
    box.write("c.yaml", "contract: 1\nrules:\n- {id: r, first: a}\n")
    os.mkfifo(box.path("pipe"))
    for gate in ("kind: stream, tape: pipe, contract: c.yaml",
                 "kind: stream, tape: t.ndjson, contract: pipe",
                 "kind: tests, reads: {junit: r.xml}, retry: {times: 1, known: pipe}"):
        box.gates("  g: {%s}\n" % gate)
        errors(box, "error   g: pipe: is a pipe or a device, not a file")
    os.mkdir(box.path("project"))
    os.mkfifo(box.path("project", "package.json"))
    status, _, err = box.run("gates", "init", "project")
    same((status, "package.json" in err), (0, False))


def what_is_half_says_where(box):
    sources(box, "a.c")
    whole = '<testsuite tests="2"><testcase name="a"/>\n<testcase name="b"/></testsuite>'
    for gate, name, text, parts in (
            (TESTS, "report.xml", whole[:50], ("ill-formed XML", "(line 2)")),
            (TESTS, "report.xml", whole.replace('"b"/>', ''), ("ill-formed XML", )),
            (COVERAGE, "cov.info", "SF:a.c\nDA:1,1\nDA:2,", ("DA needs a line and its count (line 3)", )),
            (COVERAGE, "cov.info", "SF:a.c\nDA:1,1\n", ("it stops within the record of a.c", )),
            (LINT, "lint.xml", cppcheck(("a.c", 1, "r", "f"))[:-12], ("ill-formed XML", ))):
        box.gates(gate % "")
        box.write(name, text)
        out = errors(box, *parts, status=1 if gate is LINT else 7) if gate is not LINT else \
            box.validate()[1]
        holds(out, *parts)
    box.gates("  lint: {kind: lint, run: cp lint.xml $OUT/x, reads: {sarif: $OUT/x}}\n")
    box.write("lint.xml", '{"runs":[{"results":[\n')
    errors(box, "ill-formed JSON: it ends before the document does (line 2)")


def another_kind_is_told_as_such(box):
    sources(box, "a.c")
    kinds = {"xml": b"<html><body/></html>", "json": b'{"hello": 1}', "text": b"hello\n",
             "pdf": b"%PDF-1.7\n\xe2\xe3\xcf\xd3\n", "gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\3",
             "wide": "\ufeff<a/>".encode("utf-16-le"), "nul": b"\0" * 100}
    gate = "  %s: {kind: %s, run: cp r $OUT/r, reads: {%s: $OUT/r}}\n"
    text = "".join(gate % (name, kind, name) for kind, names in (
        ("tests", ("junit", "cunit", "tap", "trx", "go-json", "node-events", "reportlog", "cargo", "jest", "ctrf")),
        ("coverage", ("lcov", "cobertura", "gcov", "clover", "jacoco", "go-cover", "llvm-cov")),
        ("lint", ("gcc-json", "cppcheck", "eslint", "ruff", "golangci", "checkstyle", "sarif"))
    ) for name in names)
    box.gates(text)
    for name, data in kinds.items():
        put(box, "r", data)
        status, out, _ = box.validate("--json")
        same((name, status), (name, 7))
        for gate_ in json.loads(out)["gates"]:
            same((name, gate_["name"], gate_["verdict"]), (name, gate_["name"], "error"))


def entities_are_not_followed(box):
    put(box, "secret", b"a secret")
    box.gates(TESTS % "")
    case = '<testsuite><testcase name="a"><failure>%s</failure></testcase></testsuite>'
    laughs = "".join(f'<!ENTITY l{i + 1} "{f"&l{i};" * 10}">' for i in range(9))
    for text in ('<!DOCTYPE t [<!ENTITY l0 "ha">' + laughs + "]>" + case % "&l9;",
                 f'<!DOCTYPE t [<!ENTITY x SYSTEM "file://{box.path("secret")}">]>' + case % "&x;",
                 f'<!DOCTYPE t SYSTEM "file://{box.path("secret")}">' + case % "&x;",
                 '<!DOCTYPE t [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]>' + case % "no",
                 '<!DOCTYPE t [<!ATTLIST testcase name CDATA "x">]>' + case % "no",
                 "<testsuite>" * 100000, '<testsuite name="' + "x" * (6 << 20),
                 '<testsuite ' + " ".join(f'a{i}="1"' for i in range(100000)) + "/>"):
        box.write("report.xml", text)
        out = errors(box, "error   unit: ")
        lacks(out, "a secret")


def paths_stay_inside(box):
    sources(box, "a.c")
    outside = box.dir + "-outside"
    os.makedirs(outside)
    with open(os.path.join(outside, "b.c"), "w", encoding="utf-8") as file:
        file.write("a secret\n" * 5)
    os.symlink(outside, box.path("out"))
    os.symlink(os.path.join(outside, "b.c"), box.path("b.c"))
    away = "../" + os.path.basename(outside) + "/b.c"
    names = ("out/b.c", "b.c", away, "a.c/../" + away, outside + "/b.c", "file://" + outside + "/b.c")
    box.gates(LINT % "")
    box.write("lint.xml", cppcheck(("a.c", 1, "r", "f"), *[(n, 1, "r", "f") for n in names]))
    status, out, _ = box.validate("--json", "--report", "html=r.html")
    same(status, 1)
    lacks(out + box.read("r.html"), "a secret")
    same(sum("excerpt" in f and bool(f["excerpt"]) for f in json.loads(out)["findings"]), 1)
    box.gates(COVERAGE % ', fail: {lines: ">= 1%"}')
    box.write("cov.info", lcov({n: {1: 1} for n in names}))
    errors(box, "no file of the report is one of the project")
    shutil.rmtree(outside)


def bytes_of_any_kind_are_told_well(box):
    bad = b"\xff\xfe\x80 \xc0\xaf \xed\xa0\x80 \x1b[31m\x07 \xe2\x80\xae <b> & ]]>"
    put(box, "a.c", b"int " + bad + b";\n")
    put(box, "gcc", b"a.c:1:1: warning: " + bad + b" [-Wx]\n" + bad + b":1:1: warning: w [-W" + bad[:4] + b"]\n")
    put(box, "tap", b"1..2\nok 1 - " + bad + b"\nnot ok 2 - " + bad + b"\n# " + bad + b"\n")
    put(box, "cov", b"SF:a.c\nDA:1,1\nend_of_record\nSF:" + bad + b"\nDA:1,1\nend_of_record\n")
    box.gates("  l: {kind: lint, run: cp gcc $OUT/r, reads: {gcc: $OUT/r}}\n"
              "  t: {kind: tests, run: cp tap $OUT/r, reads: {tap: $OUT/r}}\n"
              "  c: {kind: coverage, run: cp cov $OUT/r, reads: {lcov: $OUT/r}, fail: {lines: 100%}}\n")
    forms = ("junit", "sarif", "ctrf", "gitlab", "html", "markdown", "tap", "prometheus", "github")
    status, out, err = box.validate("--json", *[w for f in forms for w in ("--report", f"{f}=r.{f}")])
    same(status, 1)
    same(len(json.loads(out)["findings"]), 3)
    for form in forms:
        text = box.read("r." + form)  # as UTF-8
        lacks(text, "\x1b")
        lacks(text, "\x07")
    xml.etree.ElementTree.parse(box.path("r.junit"))
    for form in ("sarif", "ctrf", "gitlab"):
        json.loads(box.read("r." + form))
    lacks(out + err, "\x1b")


def long_lines_are_cut(box):
    box.write("a.c", "x" * 3000000 + "\n")
    box.gates(LINT % "")
    box.write("lint.xml", cppcheck(*[("a.c", 1, f"r{i}", "m" * 100000) for i in range(20)]))
    status, out, _ = box.validate("--json")
    same((status, len(out) < 100000), (1, True))


def an_empty_file_of_a_linter_that_always_writes_is_no_pass(box):
    for name in ("cppcheck", "checkstyle", "eslint", "sarif", "ruff", "golangci", "gcc-json"):
        box.gates("  l: {kind: lint, shell: true, run: ': > $OUT/r', "
                  "reads: {%s: $OUT/r}}\n" % name)
        errors(box, "the file is empty")
    for name in ("gcc", "clang-tidy", "pattern"):
        box.gates("  l: {kind: lint, shell: true, run: ': > $OUT/r', "
                  "reads: {%s: $OUT/r}}\n" % name)
        same(box.validate()[0], 0)


def peak(box, *args):
    """(exit status, MiB at most) of a run, with the commands in it."""
    process = box.start("validate", "--gates", "gates.yaml", *args)
    for pipe in (process.stdout, process.stderr):
        pipe.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used.ru_maxrss // 1024


# Each writes so many bytes, a part after the other.
JUNIT_WRITER = r"""BEGIN { for (i = 0; i < 1024; i++) text = text "some output &amp; <![CDATA[more]]> of a test 1234\n";
printf "<testsuite name=\"s\">"; while (n < size) {
t = "<testcase name=\"t" i "\" time=\"0.01\"><system-out>" (i % 8 ? "" : text) "</system-out></testcase>\n"; i++
print t; n += length(t) } print "</testsuite>" }"""
LCOV_WRITER = r"""BEGIN { for (k = 1; k <= 2000; k++) text = text "DA:" k ",1\n"; text = text "end_of_record\n"
while (n < size) { print "TN:t\nSF:f" (i++ % 10) ".c\n" text; n += length(text) } }"""
GO_WRITER = r"""BEGIN { p = "{\"Action\":\""; q = "\",\"Package\":\"p\",\"Test\":\"T"; while (n < size) {
out = p "output" q i "\",\"Output\":\"text of a test 1234567890\\n\"}"; print p "run" q i "\"}"
for (k = 0; k < 100; k++) print out; print p "pass" q i "\",\"Elapsed\":0}"; n += length(out) * 102; i++ }
print p "pass\",\"Package\":\"p\"}" }"""


def an_enormous_report_takes_little_memory(box):
    for i in range(10):
        box.write(f"f{i}.c", "int a;\n" * 2000)
    for name, text in (("j", JUNIT_WRITER), ("l", LCOV_WRITER), ("g", GO_WRITER)):
        box.write(name + ".awk", text)
    gate = "  g: {kind: %s, shell: true, run: 'awk -v size=%d -f %s.awk > $OUT/r', reads: {%s: $OUT/r}%s}\n"
    for kind, name, form, more in (("tests", "j", "junit", ""), ("tests", "g", "go-json", ""),
                                   ("coverage", "l", "lcov", ', fail: {lines: ">= 99%"}')):
        box.gates(gate % (kind, HUGE_MIB << 20, name, form, more))
        status, mib = peak(box)
        size = os.path.getsize(box.path(".tapedeck", "out", "g", "r")) >> 20
        print(f"{form}: {size} MiB in {mib} MiB", end="; ")
        same((form, status, size >= HUGE_MIB - 1), (form, 0, True))
        if mib > memory_of(box.tapedeck):
            raise AssertionError(f"{form}: {mib} MiB for a report of {size} MiB")


def many_tests_of_one_name_are_counted(box):
    for line, wanted, reason in (("ok - a\n", 0, "pass    u\n"),
                                 ("not ok - a\nok - a\n", 1, "fail    u: ")):
        count = 100000
        box.write("r.tap", line * count + f"1..{count * line.count('ok -')}\n")
        box.gates("  u: {kind: tests, run: cp r.tap $OUT/r, reads: {tap: $OUT/r}}\n")
        status, out, _ = box.validate()
        same(status, wanted)
        holds(out, reason)


def stopped_while_it_reads(process, path):
    """Stop it once path is open and half read; False: that was missed."""
    size = os.path.getsize(path)
    folder = f"/proc/{process.pid}/"
    while process.poll() is None:
        try:
            for fd in os.listdir(folder + "fd"):
                if os.readlink(folder + "fd/" + fd) != path:
                    continue
                process.send_signal(signal.SIGSTOP)
                os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
                with open(folder + "fdinfo/" + fd, encoding="ascii") as file:
                    if 0 < int(file.readline().split()[1]) < size // 2:
                        return True
                process.send_signal(signal.SIGCONT)
        except FileNotFoundError:
            process.send_signal(signal.SIGCONT)
    return False


def a_signal_ends_the_reading_of_a_report(box):
    box.write("a.c", "int a;\n")
    box.write("r.info", "SF:a.c\nDA:1,1\nend_of_record\n" * 1000000)
    box.gates("  c: {kind: coverage, reads: {lcov: r.info}, newer_than: [gates.yaml], fail: {lines: 1%}}\n")
    os.utime(box.path("gates.yaml"), (1, 1))
    for _ in range(50):
        process = box.start("validate", "--gates", "gates.yaml")
        seen = stopped_while_it_reads(process, os.path.realpath(box.path("r.info")))
        if seen:
            process.send_signal(signal.SIGINT)
            process.send_signal(signal.SIGCONT)
        out, _ = process.communicate(timeout=e2e.SECONDS)
        if seen:
            break
    same(process.returncode, 130)
    holds(out, "skipped c: cancelled while its report was read\n", "cancelled\n")


# ---- commands ----

def files_that_are_no_programs(box):
    box.write("plain", "echo hi\n", 0o755)
    box.write("lost", "#!/no/such/interpreter\n", 0o755)
    box.write("binary", "\x7fELF garbage", 0o755)
    box.write("windows", "#!/bin/sh\r\nexit 0\r\n", 0o755)
    box.write("closed", f"#!{box.path('shut')}\n", 0o755)
    box.write("shut", "", 0o644)
    os.mkdir(box.path("folder"))
    names = ("plain", "lost", "binary", "windows", "closed", "folder", "none")
    box.gates("".join(f"  {n}: {{kind: custom, run: ./{n}}}\n" for n in names)
              + "  away: {kind: custom, run: 'true', dir: no/such}\n")
    start = "cannot start: "
    errors(box, f"plain: ./plain: {start}Exec format error; it is no program",
           f"lost: ./lost: {start}No such file or directory; its first line "
           "asks for /no/such/interpreter, which is not there",
           f"binary: ./binary: {start}Exec format error; it is no program",
           f"windows: ./windows: {start}No such file or directory; its first "
           "line ends as on Windows",
           f"closed: ./closed: {start}Permission denied; its first line asks "
           f"for {box.path('shut')}, which cannot be executed",
           f"folder: ./folder: {start}Permission denied; it is a folder",
           f"none: ./none: {start}No such file or directory; is it built, and "
           "the path right?",
           "away: no/such: cannot work in the folder: No such "
           "file or directory")


def a_command_steers_no_terminal(box):
    box.gates('  a: {kind: custom, run: ["false", "\\e[8m", "\\u202E"]}\n')
    for status, words, line in (
            (1, ("validate", "--gates", "gates.yaml"), "again: false '\\u001b[8m' '\\u202e'"),
            (0, ("validate", "--gates", "gates.yaml", "--dry-run"), "Runs: false \\u001b[8m \\u202e,"),
            (0, ("gates", "explain", "gates.yaml"), "Runs: false \\u001b[8m \\u202e,")):
        seen, out, err = box.run(*words)
        same(seen, status)
        holds(out, line)
        lacks(out + err, "\x1b")
        lacks(out + err, "\u202e")


def until_gone(pids):
    """They were killed; the kernel may still be at it."""
    end = time.monotonic() + 20
    while any(map(is_alive, pids)) and time.monotonic() < end:
        select.select([], [], [], 0.02)
    same([pid for pid in pids if is_alive(pid)], [])


def many_children_end_with_it(box):
    box.write("pids", "")
    box.gates("  a: {kind: custom, shell: true, run: 'for i in 1 2 3 4 5 6; do "
              "(for k in 1 2 3 4 5; do tail -f /dev/null & echo $! >> pids; done; wait) & done; "
              "until [ $(wc -l < pids) -eq 30 ]; do :; done'}\n")
    same(box.validate()[0], 0)
    pids = [int(p) for p in box.read("pids").split()]
    same(len(pids), 30)
    until_gone(pids)


def one_that_leaves_its_group_is_not_waited_for(box):
    box.gates("  a: {kind: custom, shell: true, timeout: 60s, "
              "run: 'setsid tail -f /dev/null & echo $! > pid'}\n")
    same(box.validate()[0], 0)
    subprocess.run(["kill", box.read("pid").strip()], check=False)


def one_that_stops_itself_is_killed(box):
    box.gates("  a: {kind: custom, shell: true, run: 'kill -STOP $$$$', timeout: 200ms}\n")
    errors(box, "(timeout)")


def nothing_can_be_asked_for(box):
    box.gates("  a: {kind: custom, run: cat}\n  b: {kind: custom, shell: true, run: 'head -c 99999 /dev/urandom'}\n")
    status, out, _ = box.validate("--json")
    same(status, 0)
    json.loads(out)


# ---- git ----

def with_environment(box, **more):
    old = e2e.Box.environment
    box.environment = lambda: dict(old(box), **more)


def git_that_is_not_as_usual(box):
    changed = ("--changed-since", "main")
    sources(box, "a.c")
    box.write("cov.info", lcov({"a.c": {1: 1}}))
    box.gates(COVERAGE % ', fail: {changed: ">= 90%"}')
    box.git("init", "-q", "-b", "main")
    errors(box, "main: git knows no such revision", args=changed)  # no commit yet
    box.commit()
    for ref in ("HEAD:a.c", "main..main", "--help", "", "@{upstream}", "main\n", "a" * 5000):
        same((ref, box.validate("--changed-since=" + ref)[0] in (2, 7)), (ref, True))
    with_environment(box, GIT_TEST_ASSUME_DIFFERENT_OWNER="1")
    errors(box, "git does not trust this repository, which another user owns: "
           "git config --global --add safe.directory", args=changed)
    programs = box.path("programs")
    os.mkdir(programs)
    os.symlink(shutil.which("cp"), os.path.join(programs, "cp"))
    with_environment(box, PATH=programs)
    errors(box, "--changed-since: git is not installed", args=changed)
    same(box.validate()[0], 0)
    del box.environment
    box.write(".git/HEAD", "garbage\n")
    errors(box, "--changed-since: the project is not in a git repository", args=changed)
    box.write(".git/HEAD", "ref: refs/heads/main\n")
    box.write(".git/refs/heads/main", "0" * 39 + "1\n")
    errors(box, "main: git knows no such revision", args=changed)


def a_hook_of_git_changes_nothing(box):
    """Git tells a hook where it is, by words that are true of its top alone."""
    os.mkdir(box.path("part"))
    sources(box, "part/a.c")
    box.write("part/cov.info", lcov({"a.c": {1: 1, 2: 0}}))
    box.write("part/gates.yaml", "gates: 1\nchecks:\n" + COVERAGE
              % ', fail: {changed: ">= 50%"}')
    box.git("init", "-q", "-b", "main")
    box.commit()
    with open(box.path("part/a.c"), "r+", encoding="utf-8") as file:
        lines = file.read().split("\n")
        lines[1] += " /* another */"
        file.seek(0)
        file.write("\n".join(lines))
    command = [box.tapedeck, "validate", "--gates", "part/gates.yaml",
               "--changed-since", "main"]
    seen = []
    for more in ({}, {"GIT_DIR": ".git", "GIT_PREFIX": "part/"},
                 {"GIT_DIR": box.path(".git"),
                  "GIT_INDEX_FILE": box.path(".git/index")}):
        done = subprocess.run(command, cwd=box.dir, text=True,
                              capture_output=True, check=False,
                              env=dict(box.environment(), **more))
        seen.append((done.returncode, done.stdout))
    same(seen, [seen[0]] * 3)
    same(seen[0][0], 1)
    holds(seen[0][1], "changed 0.0 % (0 of 1)")


def a_git_that_is_replaced_does_no_harm(box):
    """A repository may name programs for git to run; a diff runs none."""
    sources(box, "a.c")
    box.write("cov.info", lcov({"a.c": {1: 1}}))
    box.gates(COVERAGE % ', fail: {changed: ">= 0%"}')
    box.git("init", "-q", "-b", "main")
    box.write("evil", "#!/bin/sh\ntouch " + box.path("ran") + "\ncat\n", 0o755)
    box.write(".gitattributes", "*.c diff=evil\n")
    box.commit()
    for key in ("diff.external", "diff.evil.textconv", "diff.evil.command", "core.pager", "pager.diff"):
        box.git("config", key, box.path("evil"))
    box.write("a.c", box.read("a.c") + "int z;\n")
    box.validate("--changed-since", "main")
    same(os.path.exists(box.path("ran")), False)


# ---- baselines ----

def a_baseline_is_right_or_refused(box):
    box.gates(LINT % "")
    box.write("lint.xml", cppcheck())
    where = box.path(".tapedeck", "baseline.json")
    for text, what in (
            ("", "half a file?"), ("\0\0", "half a file?"), ('{"baseline":1,"findings":[', "half a file?"),
            ('{"baseline":1}{"baseline":1}', "half a file?"), ("{}", "this is no baseline"),
            ('{"baseline":1,"baseline":1}', "for the second time"), ('{"baseline":-1}', "this is no whole number"),
            ('{"baseline":2,"more":{}}', "a baseline of version 2 is not known here"),
            ('{"baseline":1,"nope":1}', 'a baseline has no key "nope"'),
            ('{"baseline":1,"findings":{}}', "this is no list"),
            ('{"baseline":1,"findings":[1]}', "an entry is an object"),
            ('{"baseline":1,"findings":[{"fp":"a","tool":"t","count":1,"until":"soon"}]}', "until is a date"),
            ('{"baseline":1,"coverage":[{"gate":"c","format":"lcov","lines":[2,1]}]}', "more than the whole"),
            ('{"baseline":1,"instructions":[{"gate":"c"}]}', "gate, name and a number")):
        box.write(".tapedeck/baseline.json", text)
        errors(box, what, status=2)
    os.remove(where)
    os.mkfifo(where)
    errors(box, "is a pipe or a device, not a file", status=4)
    os.remove(where)
    os.mkdir(where)
    errors(box, "is a directory, not a file", status=4)


def main():
    cases = {n: v for n, v in globals().items()
             if callable(v) and getattr(v, "__module__", "") == __name__
             and v.__code__.co_varnames[:v.__code__.co_argcount] == ("box",)
             and not v.__code__.co_flags & 12}  # no *names, no **names
    return e2e.main(os.path.abspath(sys.argv[1]), sys.argv[2:] or list(cases), cases)


if __name__ == "__main__":
    sys.exit(main())
