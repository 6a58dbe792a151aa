#!/usr/bin/python3
"""Gates from end to end, with the binary.

usage: e2e.py TAPEDECK [CASE...]

A case is a function of this file that takes a Box: a project in a directory of
its own. Without names all are run. Commands of the projects write reports as
their tools do; what the tools really write is held to the readers' own tests.
"""
import gzip
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
from on_terminal import pieces  # noqa: E402

SECONDS = 240


class Box:
    """A project's directory, the binary in it, and what was started."""

    def __init__(self, tapedeck, directory):
        self.tapedeck = tapedeck
        self.dir = directory
        self.started = []

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def write(self, name, text, mode=0o644):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), mode)

    def read(self, *names):
        with open(self.path(*names), encoding="utf-8") as file:
            return file.read()

    def environment(self):
        kept = {k: v for k, v in os.environ.items()
                if k == "PATH" or k.endswith("SAN_OPTIONS")}
        return dict(kept, HOME=self.dir, LC_ALL="C.UTF-8",
                    GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@b",
                    GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a@b",
                    GIT_CONFIG_NOSYSTEM="1")

    def start(self, *args, **how):
        process = subprocess.Popen(
            [self.tapedeck, *args], cwd=how.pop("cwd", self.dir),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=self.environment(), text=True, **how)
        self.started.append(process)
        return process

    def run(self, *args, **how):
        """(exit status, stdout, stderr)"""
        process = self.start(*args, **how)
        out, err = process.communicate(timeout=SECONDS)
        return process.returncode, out, err

    def gates(self, text):
        self.write("gates.yaml", "gates: 1\nchecks:\n" + text)

    def validate(self, *args, **how):
        return self.run("validate", "--gates", "gates.yaml", *args, **how)

    def git(self, *args, cwd=None):
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *args],
            cwd=cwd or self.dir, env=self.environment(), check=True,
            capture_output=True, text=True, timeout=SECONDS)
        return done.stdout.strip()

    def commit(self, message="change"):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def clean(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()
            for pipe in (process.stdout, process.stderr):
                pipe.close()


def same(seen, wanted):
    if seen != wanted:
        raise AssertionError(f"seen\n  {seen!r:.3000}\nwanted\n  "
                             f"{wanted!r:.3000}")


def holds(text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError(f"{part!r} is not in\n  {text:.3000}")


def lacks(text, part):
    if part in text:
        raise AssertionError(f"{part!r} is in\n  {text:.3000}")


def junit(*cases):
    """A report: "name" passed, "name:why" failed."""
    lines = []
    for case in cases:
        name, _, why = case.partition(":")
        body = f'<failure message="{why}"/>' if why else ""
        lines.append(f'<testcase name="{name}" time="0.01">{body}</testcase>')
    failed = sum(":" in case for case in cases)
    return (f'<testsuite name="s" tests="{len(cases)}" failures="{failed}">\n'
            + "\n".join(lines) + "\n</testsuite>\n")


def lcov(files):
    """{path: {line: hits}}"""
    text = []
    for path, lines in files.items():
        text += [f"SF:{path}"] + [f"DA:{n},{int(h)}" for n, h in lines.items()] + [
            "end_of_record"]
    return "\n".join(text) + "\n"


def cppcheck(*findings):
    """(path, line, id, message)"""
    rows = [f'<error id="{rule}" severity="warning" msg="{text}" '
            f'verbose="{text}"><location file="{path}" line="{line}" '
            'column="1"/></error>' for path, line, rule, text in findings]
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<results version="2">'
            '<cppcheck version="2.10"/>\n<errors>' + "\n".join(rows)
            + "</errors></results>\n")


TESTS = ("  unit: {kind: tests, run: cp report.xml $OUT/j.xml, "
         "reads: {junit: $OUT/j.xml}%s}\n")
COVERAGE = ("  cov: {kind: coverage, run: cp cov.info $OUT/c.info, "
            "reads: {lcov: $OUT/c.info}%s}\n")
LINT = ("  lint: {kind: lint, run: cp lint.xml $OUT/x.xml, "
        "reads: {cppcheck: $OUT/x.xml}%s}\n")


# ---- commands ----

def passing_gates_pass(box):
    box.gates("  a: {kind: custom, run: 'true'}\n"
              "  b: {kind: custom, run: 'true', needs: a}\n")
    status, out, err = box.validate()
    same(status, 0)
    holds(out, "pass    a\n", "pass    b\n")
    holds(err, "pass    a (")
    same(box.read(".tapedeck", "out", ".gitignore"), "*\n")


def a_failure_skips_what_needs_it(box):
    box.gates("  a: {kind: custom, run: 'false'}\n"
              "  b: {kind: custom, run: touch b, needs: a}\n"
              "  c: {kind: custom, run: touch c, needs: b}\n"
              "  d: {kind: custom, run: touch d}\n")
    status, out, err = box.validate()
    same(status, 1)
    holds(out, "fail    a: exit status 1\n",
          "skipped b: its need a: fail\n", "skipped c: its need b: skipped\n",
          "pass    d\n")
    same([os.path.exists(box.path(n)) for n in "bcd"], [False, False, True])
    holds(err, "1 failed (a)")


def a_missing_command_is_an_error(box):
    box.gates("  a: {kind: custom, run: no-such-program}\n"
              "  b: {kind: custom, run: no-such-program, shell: true}\n"
              "  c: {kind: custom, run: ls, dir: nowhere}\n")
    status, out, _ = box.validate()
    same(status, 7)
    holds(out, "error   a: no-such-program: cannot start: No such file",
          "error   b: the shell does not find a command (exit status 127)",
          "error   c: nowhere: cannot work in the folder")


def a_command_that_may_not_run_is_an_error(box):
    box.write("x", "#!/bin/sh\n")
    box.gates("  a: {kind: custom, run: ./x}\n"
              "  b: {kind: custom, run: ./x, shell: true}\n")
    status, out, _ = box.validate()
    same(status, 7)
    holds(out, "error   a: ./x: cannot start: Permission denied; it is not "
          "executable: chmod +x ./x",
          "error   b: the shell may not run a command (exit status 126)")


def commands_are_fit_for_a_shell_in_the_root(box):
    os.mkdir(box.path("my part"))
    box.write("my run.ndjson", '{"type":"a"}\n{"type":"b"}\n')
    box.write("c.yaml", "contract: 1\nrules:\n- {id: e, last: z}\n")
    box.gates("  a: {kind: custom, run: [test, -e, it's], dir: my part}\n"
              "  s: {kind: stream, tape: my run.ndjson, contract: c.yaml}\n")
    status, _, _ = box.validate("--report", "json=v.json")
    same(status, 1)
    with open(box.path("v.json"), encoding="utf-8") as file:
        verdict = json.load(file)
    same([gate["repro"] for gate in verdict["gates"]],
         ["cd 'my part' && test -e 'it'\\''s'", None])
    same([f["repro"] for f in verdict["findings"]],
         ["sed -n 2p 'my run.ndjson'"])


def a_hanging_command_is_ended(box):
    box.gates("  a: {kind: custom, run: tail -f /dev/null, timeout: 200ms}\n")
    status, out, _ = box.validate()
    same(status, 7)
    holds(out, "error   a: it still ran after 200 ms, and was ended (timeout)")


def one_that_ignores_sigterm_is_killed(box):
    box.gates("  a: {kind: custom, timeout: 200ms, shell: true, "
              "run: \"trap '' TERM; while :; do tail -f /dev/null; done\"}\n")
    status, out, _ = box.validate()
    same(status, 7)
    holds(out, "(timeout)")


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid):
    """It was told to; the kernel may take its moment."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    with os.fdopen(fd):
        return bool(select.select([fd], [], [], 10)[0])


def children_end_with_the_command(box):
    box.gates("  a: {kind: custom, shell: true, "
              "run: 'tail -f /dev/null & echo $! > pid'}\n"
              "  b: {kind: custom, shell: true, timeout: 1500ms, "
              "run: '(tail -f /dev/null & echo $! > pid2; wait)'}\n")
    status, out, _ = box.validate()
    same(status, 7)
    holds(out, "pass    a\n", "(timeout)")
    same([ends(int(box.read(n))) for n in ("pid", "pid2")], [True, True])


def a_flooding_command_is_ended_and_its_log_bounded(box):
    box.gates("  a: {kind: custom, run: 'yes'}\n"
              "  b: {kind: custom, shell: true, "
              "run: 'yes | head -c 20000000; echo the end'}\n")
    status, out, _ = box.validate()
    same(status, 7)
    holds(out, "error   a: it wrote more than 256 MiB, and was ended",
          "pass    b\n")
    log = box.read(".tapedeck", "out", "b.log")
    holds(log, "bytes are left out]", "the end\n")
    if not 8 << 20 < len(log) < 10 << 20:
        raise AssertionError(len(log))


def one_that_is_killed_is_an_error(box):
    box.gates("  a: {kind: custom, run: 'kill -SEGV $$$$', shell: true}\n")
    status, out, _ = box.validate()
    same(status, 7)
    holds(out, "error   a: it was killed by SIGSEGV")


def exits_say_which_statuses_mean_what(box):
    row = "  %s: {kind: custom, shell: true, run: exit %d, " \
          "exits: {clean: [0, 3], found: [1]}}\n"
    box.gates(row % ("a", 3) + row % ("b", 1) + row % ("c", 2))
    status, out, _ = box.validate()
    same(status, 1)
    holds(out, "pass    a\n", "fail    b: exit status 1",
          "error   c: exit status 2 is neither clean nor found (exits)")


def out_is_fresh_and_others_may_read_it(box):
    box.gates("  a: {kind: custom, shell: true, "
              "run: 'test -z \"$(ls $OUT)\" && echo hi > $OUT/x'}\n"
              "  b: {kind: custom, needs: a, run: 'cp ${a.OUT}/x seen'}\n"
              "  c: {kind: custom, dir: sub, env: {N: v w}, shell: true, "
              "run: 'pwd > where; echo \"$N\" >> where'}\n")
    os.mkdir(box.path("sub"))
    for _ in range(2):
        same(box.validate()[0], 0)
        same(box.read("seen"), "hi\n")
    same(box.read("sub", "where"), box.path("sub") + "\nv w\n")


def exclusive_gates_run_alone(box):
    one = ("  %s: {kind: custom, shell: true, pool: %s, run: 'mkdir busy.%s && "
           "test $(ls -d busy.* | wc -l) -le %d; s=$?; i=0; "
           "while [ $i -lt 3000 ]; do i=$((i+1)); done; "
           "rmdir busy.%s; exit $s'}\n")
    text = ""
    for i in range(6):
        name = f"g{i}"
        pool = "exclusive" if i % 2 else "cpu"
        text += one % (name, pool, name, 1 if i % 2 else 3, name)
    box.gates(text)
    status, out, _ = box.validate("-j", "3")
    same((status, out.count("pass    g")), (0, 6))


def wait_for(process, text):
    """Read its stderr until this is in it."""
    seen = ""
    while text not in seen:
        line = process.stderr.readline()
        if not line:
            raise AssertionError(f"{text!r} never came: {seen:.2000}")
        seen += line
    return seen


def a_signal_ends_all_and_still_gives_a_verdict(box):
    box.gates("  a: {kind: custom, run: 'true'}\n"
              "  b: {kind: custom, shell: true, needs: a, "
              "run: 'echo $$$$ > pid; echo begun; tail -f /dev/null'}\n"
              "  c: {kind: custom, run: 'true', needs: b}\n")
    process = box.start("validate", "--gates", "gates.yaml", "-v")
    wait_for(process, "b | begun")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=SECONDS)
    same(process.returncode, 130)
    holds(out, "pass    a\n", "skipped b: cancelled while it ran",
          "skipped c: cancelled before it ran", "cancelled\n")
    same(is_alive(int(box.read("pid"))), False)


def a_second_signal_ends_at_once(box):
    box.gates("  b: {kind: custom, shell: true, timeout: 1h, run: "
              "\"trap 'echo told' TERM; echo begun; while :; do :; "
              "done\"}\n")
    process = box.start("validate", "--gates", "gates.yaml", "-v")
    wait_for(process, "b | begun")
    process.send_signal(signal.SIGTERM)
    wait_for(process, "b | told")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=SECONDS)
    same(process.returncode, 130)


def a_terminal_is_told_nothing_twice(box):
    """A line of what runs and how long it took before, failures at once, then
    the verdict."""
    box.gates("  a: {kind: custom, run: 'true'}\n"
              "  b: {kind: custom, run: 'false'}\n")
    box.write(".tapedeck/out/.times", "aa 9000\na 3200\n")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [box.tapedeck, "validate", "--gates", "gates.yaml"], cwd=box.dir,
        stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
        env=dict(box.environment(), TERM="xterm"))
    said = b"".join(pieces(process, ours, theirs, SECONDS))
    same(process.returncode, 1)
    holds(said.decode(), "0 of 2 done: a 0 s of about 3 s", "\x1b[32mpass", "fail    b (")
    holds(box.read(".tapedeck/out/.times"), "\nb ")
    same(said.count(b"pass"), 1)


def who_ends_it_is_told_how_to_end_it_at_once(box):
    box.gates("  a: {kind: custom, shell: true, run: "
              "'trap \"\" TERM; echo > ready; tail -f /dev/null'}\n")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [box.tapedeck, "validate", "--gates", "gates.yaml"], cwd=box.dir,
        stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
        env=dict(box.environment(), TERM="xterm"))
    said = b""
    signals = 0
    for piece in pieces(process, ours, theirs, SECONDS):
        said += piece  # the line is drawn each second
        ready = os.path.exists(box.path("ready"))
        if (signals == 0 and ready) or (signals == 1 and b"ending (Ctrl-C again: at once); 0 of 1" in said):
            process.send_signal(signal.SIGINT)
            signals += 1
    same(process.returncode, 130)
    same(signals, 2)
    holds(said.decode(), "cancelled by a signal")


def two_runs_at_once_are_refused(box):
    box.gates("  a: {kind: custom, shell: true, run: 'echo begun; tail -f /dev/null'}"
              "\n")
    process = box.start("validate", "--gates", "gates.yaml", "-v")
    wait_for(process, "begun")
    status, _, err = box.validate()
    same(status, 4)
    holds(err, "do gates of this project run elsewhere?")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=SECONDS)


# ---- the call ----

def list_and_dry_run_run_nothing(box):
    box.gates("  b: {kind: custom, run: touch b, needs: a}\n"
              "  a: {kind: custom, run: touch a}\n"
              "  c: {kind: tests, run: touch c, reads: {junit: j}}\n")
    same(box.validate("--list")[:2], (0, "a (custom)\nb (custom)\nc (tests)\n"))
    same(box.validate("--list", "--check", "b")[1], "a (custom)\nb (custom)\n")
    same(box.validate("--list", "--check", "tests")[1], "c (tests)\n")
    holds(box.validate("--dry-run")[1], "Runs: touch a, for at most 10m00s.")
    same([g["name"] for g in json.loads(
        box.validate("--list", "--json")[1])["gates"]], ["a", "b", "c"])
    same([n for n in "abc" if os.path.exists(box.path(n))], [])
    same(box.validate("--check", "aa", "--list")[0], 2)


def mistakes_of_the_call_are_exit_two(box):
    box.gates("  a: {kind: custom, run: 'true'}\n")
    for args, what in ((("--check", "b"), "\"b\" is no gate of gates.yaml"),
                       (("--accept", "x"), "give both"),
                       (("--until", "2026-01-01"), "give both"),
                       (("--accept", "x", "--until", "soon"), "is no date"),
                       (("--summary",), "one verdict when all is done"),
                       (("--baseline", "none.json"), "no such baseline")):
        status, _, err = box.validate(*args)
        same(status, 2)
        holds(err, what)
    status, _, err = box.run("validate", "--check", "a")
    same(status, 2)
    holds(err, "--check: is about gates; give the file with --gates")
    box.write("gates.yaml", "gates: 1\nchecks: {a: {kind: custom, rnu: x}}\n")
    status, _, err = box.validate()
    same(status, 2)
    holds(err, "gates.yaml:2:28: a gate has no key \"rnu\"; did you mean run?")
    same(box.run("validate", "--gates", "none.yaml")[0], 4)


def a_run_is_recorded_on_a_tape(box):
    box.gates("  a: {kind: custom, run: 'echo hello \\xff'}\n"
              "  b: {kind: custom, run: 'false', needs: a}\n")
    same(box.validate("--tape", "run.tape.gz")[0], 1)
    with gzip.open(box.path("run.tape.gz"), "rt") as file:
        events = [json.loads(line) for line in file]
    seen = [(e["ev"], e["json"].get("gate")) for e in events if "ev" in e]
    same(seen, [("validation_started", None), ("gate_started", "a"),
                ("gate_output", "a"), ("gate_finished", "a"),
                ("gate_started", "b"), ("gate_finished", "b"),
                ("validation_finished", None)])
    same([e["json"] for e in events if "ev" in e][0],
         {"gates": "gates.yaml", "checks": [
             {"gate": "a", "kind": "custom", "needs": []},
             {"gate": "b", "kind": "custom", "needs": ["a"]}]})
    last = [e["json"] for e in events if "ev" in e][-2:]
    same((last[0]["verdict"], last[0]["exit"]), ("fail", 1))
    same(last[1], {"verdict": "fail", "exit": 1})
    same(box.run("verify", "run.tape.gz")[0], 0)
    same(box.validate("--tape", "run.tape.gz")[0], 4)


def a_recorded_run_is_shown_by_the_console(box):
    box.gates("  a: {kind: custom, run: 'echo hello'}\n"
              "  b: {kind: custom, run: 'false', needs: a}\n"
              "  c: {kind: custom, run: 'true', needs: b}\n")
    box.write("bad.ndjson", "x\n")
    box.validate("--tape", "run.tape.gz", "bad.ndjson")
    status, out, _ = box.run("console", "run.tape.gz")
    same(status, 0)
    holds(out, "gates gates.yaml: 4 gates")
    holds(out, "] ok      a ")
    holds(out, "] fail    b ")
    holds(out, "] skip    c: its need b: fail")
    holds(out, "] fail    bad.ndjson ")
    holds(out, "completed 1, failed 2, skipped 1, ")
    for line, words in [
            ("show", ["  gates      4: 1 completed, 2 failed, 1 skipped",
                      "b: fail, "]),
            ("show errors", ["c  skipped\n      skipped: its need b: fail",
                             "2 of 4 gates failed, 1 skipped"]),
            ("show results", ["fail in ", "gates      1 of 4, 2 failed"]),
            ("logs --task a", ["INFO  gate a  hello"]),
            ("logs --stats", ["task 0  gate 5  run 0"]),
            ("plan --view dependencies", ["4 gates, 2 edges"]),
            ("plan --view tasks", ["4 of 4 gates"])]:
        _, out, _ = box.run("console", "run.tape.gz", "-c", line)
        for word in words:
            holds(out, word)


def a_tape_is_judged_in_the_same_verdict(box):
    box.write("c.yaml", "contract: 1\nevents:\n  tick: {}\nrules:\n"
              "  - {id: few, count: tick, at_most: 2}\n")
    box.write("good.ndjson", '{"type":"tick"}\n')
    box.write("bad.ndjson", '{"type":"tick"}\n' * 3)
    box.gates("  a: {kind: custom, run: 'true'}\n"
              "  s: {kind: stream, tape: good.ndjson, contract: c.yaml}\n")
    status, out, err = box.validate()
    same(status, 0)
    holds(out, "pass    s")
    status, out, err = box.validate("bad.ndjson", "--contract", "c.yaml")
    same(status, 1)
    holds(out, "pass    s", "fail    bad.ndjson: 1 of ")
    status, out, err = box.validate("none.ndjson", "--contract", "c.yaml")
    same(status, 7)
    holds(out, "error   none.ndjson: ")
    box.gates("  s: {kind: stream, tape: bad.ndjson, contract: c.yaml}\n")
    box.validate("--report", "json=v.json")
    verdict = json.loads(box.read("v.json"))
    same([(n["name"], n["events"]) for n in verdict["gates"][0]["names"]],
         [("tick", 3)])
    same([e["seq"] for e in verdict["findings"][0]["around"]], [1, 2])
    same([(i["format"], i["path"], i["bytes"]) for i in verdict["gates"][0]["inputs"]],
         [(form, name, len(box.read(name)))
          for form, name in (("stream", "bad.ndjson"), ("contract", "c.yaml"))])
    box.write("run.ndjson", '{"type":"RUN_ERROR","message":"no"}\n' * 2)
    box.gates("  s: {kind: stream, tape: run.ndjson, contract: 'std:ag-ui'}\n")
    status, out, err = box.validate()
    same(status, 1)
    holds(out, "fail    s", "one-run-at-a-time")


def a_verdict_is_told_in_every_form(box):
    box.gates(TESTS % "" + LINT % "" + COVERAGE % ', fail: {lines: ">= 90%"}')
    sources(box, "a.c")
    box.write("report.xml", junit("a", "b:it broke"))
    box.write("lint.xml", cppcheck(("a.c", 2, "r", "bad b")))
    box.write("cov.info", lcov({"a.c": {1: 1, 2: 0}}))
    status, out, err = box.validate("--json", "--report", "junit=j.xml",
                                    "--report", "sarif=s.json")
    same(status, 1)
    verdict = json.loads(out)
    same((verdict["verdict"], verdict["exit"]), ("fail", 1))
    same([(g["name"], g["verdict"]) for g in verdict["gates"]],
         [("unit", "fail"), ("lint", "fail"), ("cov", "fail")])
    same(sorted((f["gate"], f["rule"]) for f in verdict["findings"]),
         [("lint", "r"), ("unit", "test-failed")])
    same([(t["key"], t["result"]) for t in verdict["tests"]],
         [("s > a", "pass"), ("s > b", "fail")])
    same(verdict["coverage"][0]["lines"], [1, 2])
    same(verdict["coverage"][0]["files"][0]["uncovered"], [[2, 2]])
    holds(box.read("j.xml"), "it broke")
    holds(box.read("s.json"), "bad b")
    box.write("verdict.json", out)
    same(box.run("report", "verdict.json", "--format", "text")[0], 0)


# ---- tests ----

def a_project_in_a_folder_of_its_repository_is_shown_there(box):
    """Annotations of paths that the change does not have are dropped."""
    sources(box, "sub dir/a.c")
    box.write("sub dir/.tapedeck/gates.yaml", "gates: 1\nchecks:\n"
              "  lint: {kind: lint, reads: {gcc: lint.txt}}\n")
    box.write("sub dir/lint.txt", "./a.c:2:1: warning: bad [-Wx]\n"
              "/usr/include/none.h:1:1: warning: bad [-Wx]\n")
    box.git("init", "-q", "-b", "main")
    box.commit()
    status, out, _ = box.run(
        "validate", "--gates", "sub dir/.tapedeck/gates.yaml", "--report",
        "github=g", "--report", "gitlab=q", "--report", "sarif=s", "--json")
    same((status, json.loads(out)["run"]["prefix"]), (1, "sub dir/"))
    holds(box.read("g"), "file=sub dir/a.c,line=2", "file=/usr/include/none.h,")
    holds(box.read("q"), '"path":"sub dir/a.c"', '"path":"/usr/include/none.h"')
    holds(box.read("s"), '"uri":"sub%20dir/a.c"', '"uri":"file:///usr/include/')
    box.write("sub dir/lint.txt", "a.c:2:1: warning: bad [-Wx]\n")
    shutil.rmtree(box.path(".git"))
    box.git("init", "-q", "-b", "main", cwd=box.path("sub dir"))
    box.run("validate", "--gates", "sub dir/.tapedeck/gates.yaml", "--report",
            "github=g")
    holds(box.read("g"), "file=a.c,line=2")


def tests_are_judged_by_two_witnesses(box):
    box.gates(TESTS % "" + TESTS.replace("  unit", "  bad").replace(
        "cp report.xml $OUT/j.xml",
        "'cp report.xml $OUT/j.xml; exit 8', shell: true") % "")
    box.write("report.xml", junit("a", "b"))
    status, out, _ = box.validate()
    same(status, 7)
    holds(out, "pass    unit\n",
          "error   bad: the report has no fault in it, but the command ended with "
          "exit status 8")
    box.write("report.xml", junit("a", "b:it broke"))
    status, out, _ = box.validate()
    same(status, 1)
    holds(out, "fail    unit: 1 of 2 failed", "fail    bad: 1 of 2 failed",
          "unit error: s > b: it broke [test-failed]")


def no_tests_are_no_pass(box):
    box.gates(TESTS % "")
    box.write("report.xml", '<testsuite name="s" tests="0"/>\n')
    holds(box.validate()[1], "error   unit: .tapedeck/out/unit/j.xml: ")
    box.write("report.xml", "")
    holds(box.validate()[1], "error   unit: .tapedeck/out/unit/j.xml: ")
    box.write("report.xml", "hello")
    holds(box.validate()[1], "error   unit: .tapedeck/out/unit/j.xml: ")
    box.write("report.xml", junit("a").replace("</testsuite>", ""))
    holds(box.validate()[1], "error   unit: .tapedeck/out/unit/j.xml: ")
    box.gates(TESTS.replace("cp report.xml $OUT/j.xml", "'true'") % "")
    status, out, _ = box.validate()
    same(status, 7)
    holds(out, "error   unit: there is no report .tapedeck/out/unit/j.xml\n")
    box.gates(TESTS.replace(
        "cp report.xml $OUT/j.xml",
        "'echo one; echo no pytest >&2; echo; exit 1', shell: true") % "")
    holds(box.validate()[1], "there is no report .tapedeck/out/unit/j.xml; "
          "exit status 1: no pytest\n")
    box.gates(TESTS % ", allow_empty: true")
    box.write("report.xml", '<testsuite name="s" tests="0"/>\n')
    status, out, _ = box.validate()
    same(status, 0)
    holds(out, "vacuous unit")
    same(box.validate("--strict")[0], 1)


def fewer_tests_than_wanted_fail(box):
    box.gates(TESTS % ", min: 3")
    box.write("report.xml", junit("a", "b"))
    status, out, _ = box.validate()
    same(status, 1)
    holds(out, "fail    unit: only 2 tests ran, at least 3 are wanted")


def skipped_tests_have_not_run(box):
    skipped = "<testcase name='s%d'><skipped/></testcase>"
    box.write("none.xml", "<testsuite>" + skipped % 1 + skipped % 2 + "</testsuite>")
    box.write("some.xml", "<testsuite><testcase name='a'/>" + skipped % 1 + "</testsuite>")
    reads = "  %s: {kind: tests, run: cp %s.xml $OUT/j.xml, reads: {junit: $OUT/j.xml}%s}\n"
    box.gates(reads % ("none", "none", "") + reads % ("some", "some", ", min: 1")
              + reads % ("few", "some", ", min: 2")
              + "  then: {kind: custom, run: 'true', needs: none}\n")
    status, out, _ = box.validate()
    same(status, 1)
    holds(out, "vacuous none: no test ran, 2 were skipped", "pass    some\n",
          "fail    few: only 1 test ran, 1 was skipped, at least 2 are wanted",
          "pass    then\n")
    status, out, _ = box.validate("--strict", "--check", "none")
    same(status, 1)
    holds(out, "vacuous, and this is strict: no test ran, 2 were skipped")


def an_old_report_is_no_report(box):
    box.write("report.xml", junit("a"))
    os.utime(box.path("report.xml"), (1, 1))
    box.gates("  unit: {kind: tests, run: 'true', reads: {junit: report.xml}}\n")
    status, out, _ = box.validate()
    same(status, 7)
    holds(out, "error   unit: report.xml: it is older than this run")
    box.write("src/a.c", "")
    box.gates("  unit: {kind: tests, reads: {junit: report.xml}, "
              "newer_than: 'src/**'}\n")
    holds(box.validate()[1],
          "error   unit: report.xml: it is older than src/a.c")
    os.utime(box.path("report.xml"))
    same(box.validate()[0], 0)
    box.write("t.ndjson", '{"type":"a"}\n')
    os.utime(box.path("t.ndjson"), (1, 1))
    stream = "  s: {kind: stream, run: %s, tape: t.ndjson}\n"
    box.gates(stream % "'true'")
    status, out, _ = box.validate()
    same(status, 7)
    holds(out, "error   s: t.ndjson: it is older than this run: the command did not write it")
    box.gates(stream % "touch t.ndjson")
    same(box.validate()[0], 0)


FLAKY = ("  unit: {kind: tests, shell: true, retry: {times: 2%s}, "
         "run: 'test -e once && cp good.xml $OUT/j.xml || cp bad.xml "
         "$OUT/j.xml; touch once', reads: {junit: $OUT/j.xml}}\n")


def flaky(box, known=""):
    if os.path.exists(box.path("once")):
        os.remove(box.path("once"))
    box.write("good.xml", junit("a", "b"))
    box.write("bad.xml", junit("a", "b:sometimes"))
    box.gates(FLAKY % known)


def flaky_tests_are_exit_eight(box):
    flaky(box)
    status, out, err = box.validate()
    same(status, 8)
    holds(out, "flaky   unit: 1 of 2 passed only when run again",
          "unit warn: s > b: sometimes; it passed in another try [test-flaky]")
    holds(err, "the gate is flaky: unit")
    flaky(box)
    tries = [(t["key"], [(a["result"], a["message"]) for a in t["attempts"]])
             for t in json.loads(box.validate("--json")[1])["tests"]]
    same(tries, [("s > a", [("pass", None), ("pass", None)]),
                 ("s > b", [("fail", "sometimes"), ("pass", None)])])
    flaky(box)
    status, out, _ = box.validate("--strict")
    same(status, 1)
    holds(out, "on no list of known flaky tests (strict)")


def a_retry_within_one_report_is_flaky(box):
    """As gotestsum and Gradle's retry write it: the test twice."""
    for cases, status, said in (
            (("a", "b:once", "b"), 8, "flaky   unit: 1 of 2 passed only when"),
            (("a", "b:1", "b:2", "b"), 8, "flaky   unit: 1 of 2 passed only"),
            (("b:once", "a", "b"), 8, "flaky   unit: 1 of 2 passed only when"),
            (("a", "b", "b:late"), 1, "unit: 1 of 3 failed"),
            (("a", "b:1", "b", "b", "b:2"), 1, "failed"),
            (("a", "b:1", "b", "b:2"), 1, "failed"),
            (("a", "b:1", "b:2"), 1, "unit: 1 of 2 failed")):
        box.write("r.xml", junit(*cases))
        box.gates("  unit: {kind: tests, run: cp r.xml $OUT/j.xml, "
                  "reads: {junit: $OUT/j.xml}}\n")
        got, out, _ = box.validate()
        same((cases, got), (cases, status))
        holds(out, said)
    box.write("r.xml", junit("a", "b:once", "b"))
    tests = json.loads(box.validate("--json")[1])["tests"]
    same([[a["result"] for a in t["attempts"]] for t in tests], [[], ["fail", "pass"]])


def tests_of_other_versions_and_places_are_no_retries(box):
    """The same name in two reports, and on two lines."""
    box.write("bad.xml", junit("a", "b:old"))
    box.write("good.xml", junit("a", "b"))
    for files in ("bad.xml, good.xml", "good.xml, bad.xml"):
        box.gates("  unit: {kind: tests, reads: {junit: [%s]}}\n" % files)
        status, out, _ = box.validate()
        same(status, 1)
        holds(out, "fail    unit: 1 of 4 failed", "> b", ": old [test-failed]")
    box.write("bad.xml", '<testsuite name="s">'
              '<testcase name="b" file="a.c" line="7"><failure message="here"/>'
              '</testcase><testcase name="b" file="a.c" line="9"/></testsuite>')
    box.gates("  unit: {kind: tests, reads: {junit: bad.xml}}\n")
    status, out, _ = box.validate()
    same(status, 1)
    holds(out, "fail    unit: 1 of 2 failed", "a.c:7: s > b: here")


def known_flaky_tests_expire(box):
    entry = ("flaky:\n  - {key: s > %s, reason: slow, owner: ann, "
             "until: %s}\n")
    box.write("flaky.yaml", entry % ("b", "2999-01-01"))
    flaky(box, ", known: flaky.yaml")
    same(box.validate("--strict")[0], 8)
    box.write("flaky.yaml", entry % ("b", "2020-01-01"))
    flaky(box, ", known: flaky.yaml")
    status, out, _ = box.validate("--strict")
    same(status, 1)
    box.write("flaky.yaml", entry % ("c", "2999-01-01"))
    flaky(box, ", known: flaky.yaml")
    same(box.validate("--strict")[0], 1)
    box.write("once", "")
    status, out, _ = box.validate()
    same(status, 0)
    holds(out, "warn    unit: listed as flaky, and was not: \"s > c\" (ann)")
    box.write("flaky.yaml", "flaky: [{key: x}]\n")
    status, out, _ = box.validate()
    same(status, 7)
    holds(out, "an entry has key, reason, owner and until")


def a_suite_that_is_a_file_is_called_by_its_path_here(box):
    box.write("a.test.js", "")
    report = {"numTotalTests": 1, "testResults": [
        {"name": box.path("a.test.js"), "status": "failed",
         "message": "it does not load", "assertionResults": []}]}
    box.write("report.json", json.dumps(report))
    box.gates("  unit: {kind: tests, run: cp report.json $OUT/j.json, "
              "reads: {jest: $OUT/j.json}}\n")
    status, out, _ = box.validate()
    same(status, 1)
    holds(out, "unit error: a.test.js: a.test.js > (file): it does not load")


def what_does_not_run_again_still_fails(box):
    """It is skipped then; or it passes in half a report."""
    box.write("first.xml", junit("a", "b:broken"))
    box.gates("  unit: {kind: tests, run: cp first.xml $OUT/j.xml, reads: "
              "{junit: $OUT/j.xml}, retry: {times: 1, run: cp then.xml $OUT/j.xml}}\n")
    for case, status, said in (
            ("<skipped/></testcase></testsuite>", 1, "fail    unit: 1 of 2 failed"),
            ("</testcase>", 7, "error   unit: .tapedeck/out/unit/j.xml: ")):
        box.write("then.xml", f'<testsuite name="s"><testcase name="b">{case}')
        got, out, _ = box.validate()
        same((case, got), (case, status))
        holds(out, said)


def only_what_failed_is_run_again(box):
    box.write("first.xml", junit("a", "b.c(1):sometimes", "d|e:always"))
    box.write("then.xml", junit("b.c(1)", "d|e:always"))
    for shell, word in (("", "$FAILED"), ("shell: true, ", '"$FAILED"')):
        box.write("names", "")
        box.write("again", "#!/bin/sh\nprintf '%s\\n' \"$1\" >> names\n"
                  "cp then.xml $OUT/j.xml\n", 0o755)
        box.gates("  unit: {kind: tests, " + shell + "run: cp first.xml "
                  "$OUT/j.xml, reads: {junit: $OUT/j.xml}, "
                  f"retry: {{times: 2, run: './again {word}'}}}}\n")
        status, out, _ = box.validate()
        same(status, 1)
        holds(out, "fail    unit: 1 of 3 failed",
              "unit warn: s > b.c(1): sometimes; it passed in another try [test-flaky]",
              "unit error: s > d|e: always [test-failed]")
        same(box.read("names"), "b\\.c\\(1\\)|d\\|e\nd\\|e\n")
    box.write("then.xml", "")  # nothing was run: they still failed
    status, out, _ = box.validate()
    same(status, 1)
    holds(out, "2 of 3 failed")


def a_name_of_a_test_is_no_command(box):
    box.write("r.xml", junit("$(touch bad)'; touch bad; '\"`touch bad`:no"
                             .replace('"', "&quot;")))
    box.gates("  unit: {kind: tests, shell: true, run: cp r.xml $OUT/j.xml, "
              "reads: {junit: $OUT/j.xml}, retry: {times: 1, "
              "run: 'echo \"$FAILED\" > name; cp r.xml $OUT/j.xml'}}\n")
    same(box.validate()[0], 1)
    same(os.path.exists(box.path("bad")), False)
    holds(box.read("name"), "touch bad")


def ctest_runs_again_what_failed(box):
    box.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.16)\n"
              "project(p NONE)\nenable_testing()\n"
              "add_test(NAME good COMMAND true)\n"
              "add_test(NAME odd COMMAND sh -c \"test -e here || "
              "{ touch here; exit 1; }\")\n")
    box.gates("  make: {kind: custom, run: cmake -S . -B build}\n"
              "  unit: {kind: tests, needs: [make], "
              "run: ctest --test-dir build --output-junit $OUT/j.xml, "
              "reads: {junit: $OUT/j.xml}, retry: {times: 2, "
              "run: ctest --test-dir build --rerun-failed --output-junit "
              "$OUT/j.xml}}\n")
    status, out, _ = box.validate()
    same(status, 8)
    holds(out, "flaky   unit: 1 of 2 passed only when run again")
    log = box.read(".tapedeck", "out", "unit.log")
    same(log.count(": good"), 2)  # started and passed, once


def node_runs_again_what_failed(box):
    box.write("a.test.js", "const test = require('node:test');\n"
              "const fs = require('fs');\n"
              "test('good', () => { fs.appendFileSync('runs', 'g'); });\n"
              "test('odd (1)', () => { fs.appendFileSync('runs', 'o');\n"
              "  if (fs.readFileSync('runs', 'utf8').split('o').length < 3) "
              "throw new Error('once'); });\n")
    node = ("node --test %s--test-reporter=junit "
            "--test-reporter-destination=$OUT/j.xml")
    box.gates(f"  unit: {{kind: tests, run: {node % ''}, "
              "reads: {junit: $OUT/j.xml}, retry: {times: 2, run: "
              f"{node % '--test-name-pattern=^($FAILED)$ '}}}}}\n")
    status, out, _ = box.validate()
    same(status, 8)
    holds(out, "passed only when run again")
    same(sorted(box.read("runs")), ["g", "o", "o"])


def a_test_that_fails_each_time_fails(box):
    box.write("report.xml", junit("a", "b:always"))
    box.gates(TESTS % ", retry: {times: 2}")
    status, out, _ = box.validate()
    same(status, 1)
    same(out.count("[test-failed]"), 1)
    holds(out, "fail    unit: 1 of 2 failed")


def many_failures_are_not_tried_again(box):
    box.write("report.xml", junit(*[f"t{i}:no" for i in range(11)]))
    box.gates("  unit: {kind: tests, shell: true, retry: {times: 2}, "
              "run: 'echo >> runs; cp report.xml $OUT/j.xml', "
              "reads: {junit: $OUT/j.xml}}\n")
    same(box.validate()[0], 1)
    same(box.read("runs"), "\n")


# ---- coverage ----

def sources(box, *names):
    for name in names:
        box.write(name, "".join(f"int {c};\n" for c in "abcdefghij"))


def coverage_is_held_to_its_limits(box):
    sources(box, "src/a.c", "src/x/b.c")
    box.write("cov.info", lcov({
        "src/a.c": {n: n > 1 for n in range(1, 11)},
        "src/x/b.c": {n: n > 5 for n in range(1, 11)}}))
    for limit, status, text in (
            ('lines: ">= 70%"', 0, "pass    cov"),
            ('lines: ">= 71%"', 1,
             "fail    cov: lines 70.0 % (14 of 20), at least 71 %"),
            ('file: ">= 60%"', 1, "src/x/b.c: lines 50.0 % (5 of 10)"),
            ('folder: ">= 60%"', 1, "src/x/: lines 50.0 % (5 of 10)"),
            ('src/x/: ">= 60%"', 1,
             "fail    cov: src/x/ 50.0 % (5 of 10), at least 60 %"),
            ('src/: ">= 60%"', 0, "pass    cov"),
            ('none/: ">= 60%"', 7, "no file below none/ is in the report")):
        box.gates(COVERAGE % (", fail: {%s}" % limit))
        seen, out, _ = box.validate()
        holds(out, text)
        same(seen, status)
    box.gates(COVERAGE % ', warn: {lines: ">= 71%"}')
    status, out, _ = box.validate()
    same(status, 0)
    holds(out, "warn    cov: lines")
    same(box.validate("--strict")[0], 1)
    box.gates(COVERAGE % ', fail: {lines: ">= 71%"}, exclude: ["src/x/**"]')
    same(box.validate()[0], 0)


def coverage_that_cannot_be_true_is_an_error(box):
    sources(box, "a.c")
    box.gates(COVERAGE % ', fail: {lines: ">= 10%"}')
    for text, what in (
            (lcov({"a.c": {1: 0, 2: 0}}), "not one line was hit"),
            (lcov({"other.c": {1: 1}}), "no file of the report is one of the "
                                        "project"),
            (lcov({"/etc/passwd": {1: 1}}), "no file of the report is one of"),
            (lcov({"../../etc/passwd": {1: 1}}), "no file of the report is"),
            (lcov({"a.c": {1: 1, 99: 1}}),
             "a.c ends before a line that the report has"),
            ("", "cov/c.info: ")):
        box.write("cov.info", text)
        status, out, _ = box.validate()
        same(status, 7)
        holds(out, "error   cov: ", what)
    box.gates(COVERAGE % ', must_see: 2')
    box.write("cov.info", lcov({"a.c": {1: 1}}))
    holds(box.validate()[1], "fewer files are in the report than must_see says")


def a_file_of_elsewhere_is_none_of_the_project(box):
    sources(box, "lib/src/io.c", "src/a.c")
    box.git("init", "-q", "-b", "main")
    box.gates(COVERAGE % ', fail: {lines: ">= 100%"}')
    own = ("/nowhere/lib/src/io.c", {n: 1 for n in range(1, 11)})
    other = ("/compiler/4e78/library/src/io.c", {n: 0 for n in range(1, 8)})
    for files in ((own, other), (other, own)):
        box.write("cov.info", lcov(dict(files)))
        same(box.validate()[0], 0)
    with tempfile.TemporaryDirectory() as away:
        there = os.path.join(away, "src", "a.c")
        os.mkdir(os.path.dirname(there))
        box.write("cov.info", lcov({"lib/src/io.c": {1: 1}, there: {1: 0}}))
        for text, status in (("int other;\n", 0), (box.read("src/a.c"), 1)):
            with open(there, "w", encoding="utf-8") as file:
                file.write(text)
            same(box.validate()[0], status)


def what_may_be_several_files_is_told(box):
    sources(box, "one/src/t.c", "two/src/t.c", "src/a.c")
    box.git("init", "-q", "-b", "main")
    box.gates(COVERAGE % ', fail: {lines: ">= 100%"}')
    box.write("cov.info", lcov({"src/t.c": {1: 0}, "src/a.c": {1: 1}}))
    status, out, _ = box.validate()
    same(status, 0)
    holds(out, "warn    cov: 1 file of the report may be several of the "
               "project: src/t.c: see dir and roots")
    same(box.validate("--strict")[0], 1)
    box.gates(COVERAGE % ', roots: [two], fail: {lines: ">= 100%"}')
    status, out, _ = box.validate()
    same(status, 1)
    holds(out, "lines 50.0 % (1 of 2)")


def gcov_and_what_the_source_leaves_out(box):
    box.write("a.c", "a\nb // LCOV_EXCL_LINE\nc\nd // GCOVR_EXCL_START\ne\n"
              "f // GCOVR_EXCL_STOP\ng // LCOV_EXCL_BR_LINE\n")
    branches = [{"count": 1}, {"count": 0}]
    box.write("cov.json", json.dumps({"gcc_version": "12", "files": [
        {"file": "a.c", "lines": [
            {"line_number": n, "count": int(n in (1, 3, 6, 7)),
             "branches": branches if n in (3, 5, 7) else []}
            for n in range(1, 8)]}]}))
    box.gates("  cov: {kind: coverage, run: cp cov.json $OUT/c.json, "
              "reads: {gcov: $OUT/c.json}, fail: {lines: 100%}}\n")
    status, out, _ = box.validate("--json")
    same(status, 0)
    coverage = json.loads(out)["coverage"][0]
    same((coverage["lines"], coverage["branches"]), ([4, 4], [1, 2]))


def changed_lines_are_judged_by_git(box):
    sources(box, "a.c", "b.c")
    box.git("init", "-q", "-b", "main")
    box.write(".gitignore", ".tapedeck\n")
    box.commit()
    box.git("checkout", "-q", "-b", "work")
    box.write("a.c", box.read("a.c") + "int new;\nint newer;\n")
    box.write("b.c", box.read("b.c").replace("int b", "int  b"))
    box.write("c.c", "int c;\n")
    cover = {"a.c": {n: n != 12 for n in range(1, 13)}, "b.c": {2: 0, 3: 1}}
    box.write("cov.info", lcov(cover))
    box.gates(COVERAGE % ', unmeasured: fail, fail: {changed: ">= 90%"}')
    status, out, _ = box.validate("--changed-since", "main")
    same(status, 1)
    holds(out, "changed 50.0 % (1 of 2), at least 90 %",
          "1 changed file is not in the report: c.c",
          "a.c:12: changed line 12 is not covered [uncovered-change]",
          "c.c: it has changed, and the report does not know it")
    lacks(out, "b.c")
    box.gates(COVERAGE % ', whitespace: true, fail: {changed: ">= 90%"}')
    holds(box.validate("--changed-since", "main")[1],
          "changed 33.3 % (1 of 3), at least 90 %")
    status, out, _ = box.validate()
    same(status, 0)
    holds(out, "vacuous cov: only changed lines are judged, and "
               "--changed-since was not given")


def what_git_shows_no_lines_of_has_changed_as_a_whole(box):
    sources(box, "made.c", "a.c")
    box.git("init", "-q", "-b", "main")
    box.write(".gitignore", ".tapedeck\n")
    box.write(".gitattributes", "made.c -diff\n")
    box.commit()
    box.write("made.c", box.read("made.c").replace("int b", "int z"))
    box.write("cov.info", lcov({"made.c": {1: 1, 2: 0}, "a.c": {1: 0}}))
    box.gates(COVERAGE % ', fail: {changed: ">= 90%"}')
    status, out, _ = box.validate("--changed-since", "main")
    same(status, 1)
    holds(out, "changed 50.0 % (1 of 2), at least 90 %",
          "made.c:2: changed line 2 is not covered")


def git_that_cannot_tell_is_exit_seven(box):
    sources(box, "a.c")
    box.write("cov.info", lcov({"a.c": {1: 1}}))
    box.gates(COVERAGE % ', fail: {changed: ">= 90%"}')
    status, _, err = box.validate("--changed-since", "main")
    same(status, 7)
    holds(err, "--changed-since: the project is not in a git repository")
    box.git("init", "-q", "-b", "main")
    box.commit()
    box.write("a.c", "int z;\n")
    box.commit()
    status, _, err = box.validate("--changed-since", "nowhere")
    same(status, 7)
    holds(err, "nowhere: git knows no such revision")
    status, _, err = box.validate("--changed-since=--output=x")
    same(status, 7)
    box.git("clone", "-q", "--depth", "1", "file://" + box.dir, "shallow")
    status, _, err = box.run("validate", "--gates", "gates.yaml",
                             "--changed-since", "HEAD~1",
                             cwd=box.path("shallow"))
    same(status, 7)
    holds(err, "this is a shallow clone: fetch all of the history "
               "(fetch-depth: 0)")


def a_detached_worktree_and_a_submodule_are_fine(box):
    sources(box, "a.c")
    box.git("init", "-q", "-b", "main")
    box.write(".gitignore", ".tapedeck\n")
    box.gates(COVERAGE % ', fail: {changed: ">= 90%"}')
    box.commit()
    os.mkdir(box.path("..", os.path.basename(box.dir) + "-sub"))
    sub = os.path.realpath(box.dir) + "-sub"
    box.git("init", "-q", "-b", "main", cwd=sub)
    box.git("commit", "-q", "--allow-empty", "-m", "one", cwd=sub)
    box.git("submodule", "add", "-q", sub, "sub")
    box.commit()
    box.git("worktree", "add", "-q", "--detach", "tree", "HEAD")
    tree = box.path("tree")
    with open(os.path.join(tree, "a.c"), "a", encoding="utf-8") as file:
        file.write("int new;\n")
    with open(os.path.join(tree, "cov.info"), "w", encoding="utf-8") as file:
        file.write(lcov({"a.c": {1: 1, 11: 0}}))
    status, out, _ = box.run("validate", "--gates", "gates.yaml",
                             "--changed-since", "main~1", cwd=tree)
    same(status, 1)
    holds(out, "changed 0.0 % (0 of 1), at least 90 %")
    subprocess.run(["rm", "-rf", sub], check=True)


def a_ratchet_only_tightens(box):
    sources(box, "a.c")
    box.gates(COVERAGE % ', fail: {lines: ratchet}')
    box.write("cov.info", lcov({"a.c": {1: 1, 2: 1, 3: 0, 4: 0}}))
    status, out, _ = box.validate()
    same(status, 0)
    holds(out, "warn    cov: there is no baseline to hold it to yet")
    same(box.validate("--update-baseline")[0], 0)
    first = box.read(".tapedeck", "baseline.json")
    holds(first, '"lines":[2,4]')
    box.write("cov.info", lcov({"a.c": {1: 1, 2: 0, 3: 0, 4: 0}}))
    status, out, _ = box.validate("--update-baseline")
    same(status, 1)
    holds(out, "fail    cov: lines 25.0 % (1 of 4), was 50.0 % (2 of 4)")
    same(box.read(".tapedeck", "baseline.json"), first)
    box.write("cov.info", lcov({"a.c": {1: 1, 3: 0, 4: 0}}))
    same(box.validate()[0], 0)  # covered code went away
    box.write("cov.info", lcov({"a.c": {1: 1, 2: 1, 3: 1, 4: 0}}))
    same(box.validate("--update-baseline")[0], 0)
    holds(box.read(".tapedeck", "baseline.json"), '"lines":[3,4]')
    box.write("a.c", "int a;\n" * 2033)
    os.remove(box.path(".tapedeck", "baseline.json"))
    for hit, all_lines in ((1807, 2030), (1809, 2033)):
        box.write("cov.info", lcov({"a.c": {n: n <= hit for n in range(1, all_lines + 1)}}))
        out = box.validate("--update-baseline", "--report", "html=page.html")[1]
    holds(box.read("page.html"), "88.98 % (1809 of 2033)", "89.01 % (1807 of 2030)")
    holds(out, "fail    cov: lines 88.98 % (1809 of 2033), was 89.01 % (1807 of 2030)")


# ---- lint ----

def lint_findings_are_known_by_what_they_are(box):
    sources(box, "a.c")
    box.gates(LINT % ", fail: {new: 0}")
    box.write("lint.xml", cppcheck(("a.c", 2, "r", "bad b")))
    status, out, _ = box.validate()
    same(status, 1)
    holds(out, "a.c:2: bad b [r]")
    status, out, _ = box.validate("--update-baseline")
    same(status, 0)
    holds(out, "warn    lint: there is no baseline yet: 1 finding is written into it", "a.c:2: bad b [r]")
    status, out, _ = box.validate()
    same(status, 0)
    holds(out, "1 known")
    box.write("a.c", "int first;\n" + box.read("a.c"))  # lines move
    box.write("lint.xml", cppcheck(("a.c", 3, "r", "bad b")))
    same(box.validate()[0], 0)
    box.write("lint.xml", cppcheck(("a.c", 3, "r", "bad b"),
                                   ("a.c", 5, "r", "bad d")))
    status, out, _ = box.validate()
    same(status, 1)
    holds(out, "a.c:5: bad d [r]")
    lacks(out, "a.c:3")


def what_is_no_longer_found_is_fixed(box):
    box.write("a.c", "f();\nf();\ng();\n")
    bad = ("a.c", 1, "q", "bad f"), ("a.c", 2, "q", "bad f"), ("a.c", 3, "r", "bad g")
    gates = LINT % "" + "  more: {kind: lint, run: cp more.xml $OUT/x, reads: {cppcheck: $OUT/x}}\n"
    box.gates(gates)
    box.write("lint.xml", cppcheck(*bad))
    box.write("more.xml", cppcheck())
    box.validate("--update-baseline")
    box.write("lint.xml", cppcheck(bad[0]))
    status, out, _ = box.validate("--json", "--report", "text=r.txt", "--report", "sarif=r.sarif",
                                  "--report", "html=r.html")
    same(status, 0)
    fixed = [(f["gate"], f["rule"], f["loc"]["file"], f["message"])
             for f in json.loads(out)["findings"] if f["state"] == "fixed"]
    same(sorted(fixed), [("lint", "q", "a.c", "1 of 2 are no longer found"),
                         ("lint", "r", "a.c", "it is no longer found")])
    holds(box.read("r.txt"), "lint: 0 findings, 1 known, 2 fixed")
    holds(box.read("r.sarif"), '"baselineState":"absent"')
    holds(box.read("r.html"), ", 1 known<", ", 2 fixed<")
    status, out, _ = box.validate()
    holds(out, "  1 known (-v shows them)\n  2 fixed (-v shows them)\n")
    holds(box.validate("-v")[1], "  lint known: a.c:1: bad f [q]\n", "  lint fixed: a.c: it is no longer found [r]\n")
    lacks(box.validate("--check", "lint")[1], "fixed")  # `more` may still find it
    box.write("more.xml", "")
    status, out, _ = box.validate()
    same(status, 7)
    lacks(out, "fixed")
    box.write("more.xml", cppcheck())
    box.validate("--update-baseline")
    lacks(box.validate()[1], "fixed")


def what_is_fixed_is_told_by_its_own_gate(box):
    box.write("a.c", "f();\n")
    box.write("b.c", "g();\n")
    more = "  more: {kind: lint, run: cp more.xml $OUT/x, reads: {cppcheck: $OUT/x}%s}\n"
    box.gates(LINT % "" + more % "")
    box.write("lint.xml", cppcheck(("a.c", 1, "q", "bad f")))
    box.write("more.xml", cppcheck(("b.c", 1, "r", "bad g")))
    box.validate("--update-baseline")
    box.write("lint.xml", cppcheck())
    box.write("more.xml", cppcheck())
    _, out, _ = box.validate("-v")
    holds(out, "  lint fixed: a.c: it is no longer found [q]\n", "  more fixed: b.c: it is no longer found [r]\n")
    # of an older baseline, which names no gate, or after another name: by the scope
    text = box.read(".tapedeck", "baseline.json")
    for before in (text.replace(',"gate":"more"', ""), text.replace(',"gate":"more"', ',"gate":"old"')):
        box.write(".tapedeck/baseline.json", before)
        holds(box.validate("-v")[1], "  lint fixed: b.c: it is")
        box.gates(LINT % ", include: [a.c]" + more % ", include: [b.c]")
        holds(box.validate("-v")[1], "  more fixed: b.c: it is")
        box.gates(LINT % "" + more % "")


def equal_findings_are_counted(box):
    box.write("a.c", "f();\nf();\n")
    box.gates(LINT % "")
    box.write("lint.xml", cppcheck(("a.c", 1, "r", "f")))
    box.validate("--update-baseline")
    box.write("lint.xml", cppcheck(("a.c", 1, "r", "f"), ("a.c", 2, "r", "f")))
    status, out, _ = box.validate()
    same(status, 1)
    holds(out, "fail    lint: new 1, at most 0" if "new:" in box.read(
        "gates.yaml") else "fail    lint: 1 finding is not known", "1 known")


def accepted_findings_expire(box):
    sources(box, "a.c")
    box.gates(LINT % "")
    box.write("lint.xml", cppcheck())
    same(box.validate("--update-baseline")[0], 0)
    box.write("lint.xml", cppcheck(("a.c", 2, "r", "bad b")))
    status, _, err = box.validate("--update-baseline")
    same(status, 1)
    holds(err, "--update-baseline only tightens; --accept REASON --until DATE takes what is new")
    status, _, err = box.validate()
    same(status, 1)  # --update-baseline adds nothing
    lacks(err, "--accept")
    status, _, err = box.validate("--accept", "later", "--until", "2020-01-01")
    same(status, 2)
    holds(err, "--until: that day is over")
    same(box.validate("--accept", "later", "--until", "2999-01-01")[0], 1)
    same(box.validate()[0], 0)
    text = box.read(".tapedeck", "baseline.json")
    holds(text, '"note":"later","until":"2999-01-01"')
    box.write(".tapedeck/baseline.json", text.replace("2999", "2020"))
    same(box.validate()[0], 1)


def a_renamed_file_keeps_its_findings(box):
    sources(box, "a.c")
    box.git("init", "-q", "-b", "main")
    box.write(".gitignore", ".tapedeck\n")
    box.commit()
    box.gates(LINT % "")
    box.write("lint.xml", cppcheck(("a.c", 2, "r", "bad b")))
    box.validate("--update-baseline")
    box.git("mv", "a.c", "z.c")
    box.write("lint.xml", cppcheck(("z.c", 2, "r", "bad b")))
    same(box.validate()[0], 0)
    same(box.validate("--changed-since", "main")[0], 0)
    holds(box.validate("-v")[1], "lint known: z.c:2: bad b [r], was a.c:2\n")
    same(box.validate("--update-baseline")[0], 0)
    box.git("add", "-A")
    box.git("commit", "-q", "-m", "moved")
    same(box.validate()[0], 0)  # the baseline has followed
    holds(box.read(".tapedeck", "baseline.json"), '"path":"z.c"')


def alike_findings_of_a_renamed_file_stay_known(box):
    box.write("a.c", "bad\nfine\nbad\n")
    box.git("init", "-q", "-b", "main")
    box.write(".gitignore", ".tapedeck\n*.xml\n")
    box.commit()
    box.gates(LINT % "")
    box.write("lint.xml", cppcheck(("a.c", 1, "r", "bad"), ("a.c", 3, "r", "bad")))
    box.validate("--update-baseline")
    box.git("mv", "a.c", "z.c")
    box.write("lint.xml", cppcheck(("z.c", 1, "r", "bad"), ("z.c", 3, "r", "bad")))
    same(box.validate("--update-baseline")[0], 0)
    holds(box.read(".tapedeck", "baseline.json"), '"count":2,"lines":[1,3]')
    box.git("commit", "-q", "-a", "-m", "moved")
    same(box.validate()[0], 0)


def an_edited_line_keeps_its_finding(box):
    box.write("a.c", "one\ntwo\nbad(1)\nfour\n")
    box.git("init", "-q", "-b", "main")
    box.write(".gitignore", ".tapedeck\n*.xml\n")
    box.gates(LINT % "")
    box.commit()
    box.write("lint.xml", cppcheck(("a.c", 3, "r", "bad")))
    box.validate("--update-baseline")
    holds(box.read(".tapedeck", "baseline.json"), '"lines":[3]')
    box.write("a.c", "zero\none\ntwo\nbad(2)\nfour\n")
    box.write("lint.xml", cppcheck(("a.c", 4, "r", "bad")))
    status, out, _ = box.validate()
    same((status, "1 known" in out), (0, True))
    _, out, _ = box.validate("--json", "--report", "html=r.html", "-v")
    same([(f["loc"]["line"], f["was"]) for f in json.loads(out)["findings"]], [(4, "a.c:3")])
    holds(box.read("r.html"), "<dt>was</dt>", "a.c:3")
    # one whose line only moved is known by what it says, and told alike
    box.write("a.c", "zero\none\ntwo\nbad(1)\nfour\n")
    holds(box.validate("-v")[1], "lint known: a.c:4: bad [r], was a.c:3\n")
    box.write("a.c", "one\ntwo\nbad(1)\nfour\n")
    box.write("lint.xml", cppcheck(("a.c", 3, "r", "bad")))
    holds(box.validate("-v")[1], "lint known: a.c:3: bad [r]\n")
    # another rule there, or the same one elsewhere, is new
    box.write("a.c", "zero\none\ntwo\nbad(2)\nfour\n")
    box.write("lint.xml", cppcheck(("a.c", 4, "s", "bad")))
    same(box.validate()[0], 1)
    box.write("a.c", "bad(3)\none\ntwo\nbad(2)\nfour\n")
    box.write("lint.xml", cppcheck(("a.c", 1, "r", "bad"),
                                   ("a.c", 4, "r", "bad")))
    status, out, _ = box.validate()
    same(status, 1)
    holds(out, "a.c:1: bad [r]", "1 known")
    lacks(out, "a.c:4:")
    # written down anew it is known by what it says, and from the commit on
    box.write("lint.xml", cppcheck(("a.c", 4, "r", "bad")))
    same(box.validate("--update-baseline")[0], 0)
    lacks(box.read(".tapedeck", "baseline.json"), "lines")  # not committed
    box.commit()
    same(box.validate("--update-baseline")[0], 0)
    holds(box.read(".tapedeck", "baseline.json"), '"lines":[4]')


def places_of_a_lost_commit_do_no_harm(box):
    box.write("a.c", "bad\n")
    box.git("init", "-q", "-b", "main")
    box.write(".gitignore", ".tapedeck\n*.xml\n")
    box.gates(LINT % "")
    box.commit()
    box.write("lint.xml", cppcheck(("a.c", 1, "r", "bad")))
    box.validate("--update-baseline")
    text = box.read(".tapedeck", "baseline.json")
    commit = json.loads(text)["commit"]
    for other in ("0" * 40, "-x", "nonsense"):
        box.write(".tapedeck/baseline.json", text.replace(
            f'"commit":"{commit}"', f'"commit":"{other}"'))
        same(box.validate()[0], 0)
        box.write("a.c", "worse\n")
        same(box.validate()[0], 1)
        box.write("a.c", "bad\n")


def lint_that_did_not_look_is_no_pass(box):
    sources(box, "a.c")
    box.write("lint.xml", cppcheck())
    box.gates(LINT.replace("cp lint.xml $OUT/x.xml",
                           "'cp lint.xml $OUT/x.xml; exit 2', shell: true")
              % "")
    status, out, _ = box.validate()
    same(status, 7)
    holds(out, "exit status 2 is neither that of a clean run nor that of "
               "findings (exits)")
    box.gates(LINT % "")
    box.write("lint.xml", cppcheck(("a.c", 1, "syntaxError", "no")).replace(
        'severity="warning"', 'severity="error"'))
    status, out, _ = box.validate()
    same(status, 7)
    holds(out, "error   lint: the tool could not look at all: no")


def a_bad_baseline_is_exit_two(box):
    box.gates(LINT % "")
    box.write("lint.xml", cppcheck())
    for text, what in (('{"baseline":1,"find', "half a file?"),
                       ('{"baseline":1\n<<<<<<< HEAD\n=======\n>>>>>>> work\n}',
                        "these are marks of a merge: take one side of it"),
                       ('{"baseline":9}', "a baseline of version 9"),
                       ("[]", "this is no baseline")):
        box.write(".tapedeck/baseline.json", text)
        status, _, err = box.validate()
        same(status, 2)
        holds(err, what)
    box.git("init", "-q", "-b", "main")
    box.git("commit", "-q", "--allow-empty", "-m", "one")
    box.write(".tapedeck/baseline.json", '{"baseline":1,"project":"%s"}'
              % ("0" * 40))
    status, _, err = box.validate()
    same(status, 2)
    holds(err, "this baseline is of another project")


# ---- performance ----

def a_limit_that_nothing_is_held_to_is_no_pass(box):
    box.write("p.json", '{"results": [{"command": "a", "mean": 1.0, '
              '"times": [1.0], "exit_codes": [0]}]}')
    box.write("calls", "version: 1\nevents: Ir\nfn=(1) main\n1 20\ntotals: 20\n")
    box.write("lines.info", lcov({"a.c": {1: 1, 2: 0}}))
    box.write("both.info", lcov({"a.c": {1: 1, 2: 0}}).replace(
        "end_of_record", "BRDA:1,0,0,1\nend_of_record"))
    sources(box, "a.c")
    box.git("init", "-q", "-b", "main")
    one = "  %s: {kind: %s, run: cp %s $OUT/r, reads: {%s: $OUT/r}, fail: {%s}}\n"
    box.gates(one % ("a", "performance", "p.json", "hyperfine", "instructions: 5%")
              + one % ("b", "performance", "calls", "callgrind", "time: 1s")
              + one % ("c", "performance", "calls", "callgrind", "slower: 5%")
              + "  d: {kind: performance, a: 'true', b: 'true', blocks: 8, "
              "fail: {time: 1s}}\n"
              + one % ("e", "coverage", "lines.info", "lcov", 'branches: ">= 1%"')
              + one % ("f", "coverage", "lines.info", "lcov",
                       'branches: ">= 1%", lines: ">= 1%"')
              + one % ("g", "coverage", "both.info", "lcov", "branches: ratchet"))
    status, out, _ = box.validate("--update-baseline")
    same(status, 7)
    holds(out, "error   a: there is a limit for instructions, and nothing",
          "error   b: there is a limit for time, and nothing",
          "error   c: there is a limit for slower, which a and b are for",
          "error   d: there is a limit for time, which is for reports",
          "vacuous e: the report has no branches: ",
          "warn    f: the report has no branches, for which there is a limit")
    shutil.copy(box.path("lines.info"), box.path("both.info"))
    status, out, _ = box.validate("--check", "g")
    same(status, 7)
    holds(out, "error   g: the report has no branches, and the baseline has")


def what_the_baseline_has_and_nothing_measures_is_told(box):
    calls = "version: 1\ncmd: %s\nevents: Ir\nfn=(1) main\n1 20\ntotals: 20\n"
    for name in "ab":
        box.write(name + ".calls", calls % name)
    box.git("init", "-q", "-b", "main")
    box.gates("  speed: {kind: performance, shell: true, run: cp *.calls $OUT, "
              "reads: {callgrind: $OUT/*.calls}, fail: {instructions: 5%}}\n")
    same(box.validate("--update-baseline")[0], 0)
    os.remove(box.path("b.calls"))
    status, out, _ = box.validate()
    same(status, 0)
    holds(out, "warn    speed: the baseline has b, which was not measured")
    same(box.validate("--update-baseline")[0], 0)
    holds(box.validate()[1], "pass    speed")


def once_quiet(judge):
    """What is judged once the machine is quiet enough to be judged on."""
    for _ in range(8):
        status, out, err = judge()
        if "too noisy to judge" not in out:
            break
    return status, out, err


def a_and_b_are_compared_in_turn(box):
    loop = "#!/bin/sh\ni=0; while [ $i -lt %d ]; do i=$((i+1)); done\n"
    box.write("a", loop % 100, 0o755)
    box.write("b", loop % 30000, 0o755)  # far above any noise
    box.gates("  p: {kind: performance, a: ./a, b: ./b, blocks: 10, "
              "fail: {slower: 150%}}\n")
    status, out, _ = once_quiet(box.validate)
    same(status, 1)
    holds(out, "fail    p: b is ", "% slower than a, at most 150 %", "twice)")
    box.gates("  p: {kind: performance, a: ./b, b: ./a, blocks: 8, "
              "fail: {slower: 150%}}\n")
    status, out, _ = once_quiet(box.validate)
    same(status, 0)
    box.gates("  p: {kind: performance, a: ./a, b: 'false', blocks: 8}\n")
    status, out, _ = once_quiet(box.validate)
    same(status, 7)
    holds(out, "error   p: b ended with exit status 1: nothing is measured",
          "again: false\n")
    box.gates("  p: {kind: performance, a: ./none, b: ./a, blocks: 8}\n")
    holds(box.validate()[1], "error   p: ./none: cannot start", "again: ./none\n")


def what_others_show_decides_with_it(box):
    """8 blocks show p = 1/256 at best: too much for one of three, enough for
    the second of them."""
    loop = "#!/bin/sh\ni=0; while [ $i -lt %d ]; do i=$((i+1)); done\n"
    box.write("a", loop % 100, 0o755)
    box.write("b", loop % 30000, 0o755)  # far above any noise
    one = ("  %s: {kind: performance, a: ./%s, b: ./%s, blocks: %d, "
           "fail: {slower: 150%%}}\n")
    box.gates(one % ("weak", "a", "b", 8) + one % ("strong", "a", "b", 14)
              + one % ("same", "b", "a", 8)
              + "  last: {kind: custom, run: 'true', needs: weak}\n")
    status, out, _ = once_quiet(box.validate)
    same(status, 1)
    holds(out, "fail    weak: b is ", "fail    strong: b is ", "pass    same\n",
          "skipped last: its need weak: fail")
    box.gates(one % ("weak", "a", "b", 8) + one % ("same", "b", "a", 8)
              + one % ("other", "b", "a", 8))
    status, out, _ = once_quiet(box.validate)
    same(status, 0)
    holds(out, "warn    weak: b seemed ", "which may be chance in one of 3 "
          "comparisons")


# ---- the verb ----

def init_writes_what_lint_takes(box):
    npm = '{"scripts":{"test":"x"},"devDependencies":{%s}}'
    ctest = ("ctest --test-dir build --no-tests=error "
             "--output-junit $OUT/junit.xml")
    jest = "npx --no -- jest --json --outputFile=$OUT/jest.json"
    vitest = "npx --no -- vitest run --reporter=json"
    go = "go test -count=1 -json -coverprofile=$OUT/cover.out ./..."
    for name, text, *parts in (
            ("CMakeLists.txt", "enable_testing()\n", ctest),
            ("CMakeLists.txt", "include(CTest)\n", ctest),
            ("CMakeLists.txt", "", "so ctest has no test to run"),
            ("meson.build", "", "meson test"),
            ("Makefile", "all:\n\ntest:\n\ttrue\n", "make test"),
            ("package.json", '{"scripts":{"test":"node --test"}}',
             "node --test --test-reporter=junit"),
            ("package.json", '{"scripts":{"test":"node --test"},'
             '"devDependencies":{"c8":"1"}}',
             "c8 --reporter=lcovonly --reports-dir=$OUT/cov node --test",
             '{lcov: "${unit.OUT}/cov/lcov.info"}'),
            ("package.json", npm % '"jest":"1","eslint":"9"', jest,
             "{jest: $OUT/jest.json}", '{lcov: "${unit.OUT}/cov/lcov.info"}',
             "eslint -f json", "{eslint: $OUT/lint.json}",
             "exits: {clean: [0], found: [1]}"),
            ("package.json", npm % '"vitest":"1"', vitest,
             "{jest: $OUT/vitest.json}"),
            ("package.json", npm % '"vitest":"1","@vitest/coverage-v8":"1"',
             vitest, "{jest: $OUT/vitest.json}", "kind: coverage"),
            ("package.json", npm % '"mocha":"1"', "mocha --reporter xunit"),
            ("package.json", npm % '"eslint":"9"', "run: npm test", "eslint"),
            ("package.json", "{}", "npm ls"),
            ("Cargo.toml", "", "cargo test"),
            ("go.mod", "", go, "{go-json: $OUT/test.jsonl}",
             '{go-cover: "${unit.OUT}/cover.out"}'),
            ("pyproject.toml", "[tool.ruff]\n", "pytest --junitxml",
             "{junit: $OUT/junit.xml}", "ruff check", "{ruff: $OUT/lint.json}"),
            ("setup.cfg", "test = pytest-cov\n", "--cov-report=xml",
             '{cobertura: "${unit.OUT}/coverage.xml"}')):
        box.write("p/" + name, text)
        status, out, err = box.run("gates", "init", "p", "-o", "-")
        same(status, 0)
        holds(out, *parts)
        same(box.run("gates", "init", "p")[0], 0)
        same(box.run("gates", "lint", "p/.tapedeck/gates.yaml")[0], 0)
        same(box.run("gates", "init", "p")[0], 4)
        subprocess.run(["rm", "-rf", box.path("p")], check=True)
    os.mkdir(box.path("p"))
    status, _, err = box.run("gates", "init", "p")
    same(status, 2)
    holds(err, "it looks for CMakeLists.txt")


def what_runs_leave_is_ignored_by_git(box):
    box.git("init", "-q", "-b", "main")
    box.write("Makefile", "all:\n\ttrue\n")
    same(box.run("gates", "init")[0], 0)
    box.commit()
    same(box.run("validate", "--gates", ".tapedeck/gates.yaml")[0], 0)
    same(os.path.exists(box.path(".tapedeck", "out", "build.log")), True)
    same(box.git("status", "--porcelain"), "")


def first_gates_of(box, probe, gate, files):
    """gates init, and the gates it wrote run at once with the tool itself, if
    the probe says that it is installed."""
    found = shutil.which(probe[0], path=box.environment()["PATH"])
    if not found or subprocess.run([found, *probe[1:]], check=False,
                                   capture_output=True).returncode:
        print(f"{probe[-1]} is not installed", end=": ")
        return
    for name, text in files.items():
        box.write(name, text)
    same(box.run("gates", "init")[0], 0)
    status, out, err = box.run("validate", "--gates", ".tapedeck/gates.yaml")
    if status:
        raise AssertionError(out + err)
    holds(out, f"pass    {gate}\n")


def a_pytest_project_works_at_once(box):
    first_gates_of(box, ("python3", "-c", "import pytest"), "unit", {
        "pytest.ini": "[pytest]\n",
        "test_a.py": "def test_a():\n    assert 1 + 1 == 2\n"})


def a_go_project_works_at_once(box):
    first_gates_of(box, ("go", "version"), "unit", {
        "go.mod": "module m\n\ngo 1.19\n",
        "m.go": "package m\n\nfunc Two() int { return 2 }\n",
        "m_test.go": 'package m\n\nimport "testing"\n\n'
                     "func TestTwo(t *testing.T) {\n\tif Two() != 2 {\n"
                     '\t\tt.Fatal("no")\n\t}\n}\n'})


def a_make_project_works_at_once(box):
    box.write("Makefile", "all:\n\techo built > built\n\ntest:\n\tcat built\n")
    same(box.run("gates", "init")[0], 0)
    status, out, _ = box.run("validate", "--gates", ".tapedeck/gates.yaml")
    same(status, 0)
    holds(out, "pass    build\n", "pass    test\n")
    same(box.read("built"), "built\n")


def lint_tells_errors_and_doubts(box):
    box.gates("  a: {kind: performance, a: x, b: y, pool: cpu}\n"
              "  b: {kind: coverage, reads: {lcov: x}}\n")
    status, out, _ = box.run("gates", "lint", "gates.yaml")
    same(status, 0)
    holds(out, "gates.yaml:3:3: warning: this gate has no threshold",
          "gates.yaml:3:3: warning: other gates run beside this measurement",
          "gates.yaml:4:3: warning: nothing says that what it reads is of "
          "this run")
    same(box.run("gates", "lint", "gates.yaml", "--strict")[0], 1)
    box.gates("  a: {kind: custom, rnu: x}\n  b: {kind: x}\n")
    status, out, _ = box.run("gates", "lint", "gates.yaml")
    same(status, 2)
    holds(out, "gates.yaml:3:21: error: a gate has no key \"rnu\"",
          "gates.yaml:4:13: error: \"x\" is no kind of gate")
    same(len(json.loads(box.run("gates", "lint", "gates.yaml", "--json")[1]))
         >= 2, True)


def explain_says_sentences(box):
    box.gates(COVERAGE % ', fail: {lines: ratchet}, warn: {changed: ">= 80%"}')
    status, out, _ = box.run("gates", "explain", "gates.yaml")
    same((status, out), (0, "cov (coverage)\n  Runs: cp cov.info $OUT/c.info, "
                         "for at most 10m00s. Reads $OUT/c.info as lcov. Fails "
                         "unless lines is no worse than in the baseline. Warns "
                         "unless changed is at least 80% (of the changed lines "
                         "are covered).\n"))
    same(json.loads(box.run("gates", "explain", "gates.yaml", "--json")[1])[0][
        "gate"], "cov")


def the_schema_takes_what_the_loader_takes(box):
    schema = json.loads(box.run("gates", "schema")[1])
    keys = schema["$defs"]["gate"]["properties"]
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                           "..", "validator", "gates", "load_check.c"),
              encoding="utf-8") as file:
        table = file.read().rpartition("keys[] = {")[2]
    same(sorted(keys), sorted(re.findall(r'\{"(\w+)", read_', table)))


def cases():
    return [name for name, value in globals().items()
            if callable(value) and getattr(value, "__code__", None)
            and value.__code__.co_varnames[:1] == ("box",)
            and value.__code__.co_argcount == 1
            and not value.__code__.co_flags & 4]  # no *names


def main(tapedeck, names, table):
    failed = 0
    for name in names:
        with tempfile.TemporaryDirectory() as directory:
            box = Box(tapedeck, os.path.realpath(directory))
            try:
                table[name](box)
                print(f"{name}: ok", flush=True)
            except Exception as error:
                failed += 1
                print(f"{name}: {type(error).__name__}: {error}", flush=True)
            finally:
                box.clean()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), sys.argv[2:] or cases(),
                  globals()))
