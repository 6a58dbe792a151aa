#!/usr/bin/python3
"""Recordings that are held to a contract while they run.

usage: e2e_check.py TAPEDECK [CASE...]
"""
import hashlib
import json
import os
import sys

import e2e
from e2e import holds, read, same, tape

CONTRACT = """contract: 1
stream: {data: /data}
rules:
- {id: starts, first: a}
- {id: up, monotonic: a.n, mode: increasing}
- {id: ends, last: b}
"""
GOOD = [1, 2, 3]
BAD = [1, 2, 2, 3, 1]


def events(numbers, last=True):
    text = "".join('{"type":"a","data":{"n":%d}}\n' % n for n in numbers)
    return (text + '{"type":"b","data":{}}\n' * last).encode()


def write_contract(box, name="c.yaml"):
    with open(box.path(name), "w", encoding="utf-8") as file:
        file.write(CONTRACT)
    return name


def checked(box, data, *args):
    return box.record("-", "--contract", write_contract(box), *args, data=data)


def verdict_of(box, name="t.tape.gz"):
    """What validate says about the tape that is there."""
    code, out, _ = box.run("validate", name, "--contract", "c.yaml", "--json")
    return code, json.loads(out)


def live_verdict_is_that_of_the_tape(box):
    for numbers, last, status in ((GOOD, True, 0), (BAD, True, 1),
                                  (GOOD, False, 1)):
        code, out, err = checked(box, events(numbers, last), "--json",
                                 "--overwrite")
        same((numbers, code), (numbers, status))
        same((status, json.loads(out)["verdict"]), verdict_of(box))
        same(json.loads(out)["ended"], "all sources have ended")
        same(len(e2e.plain(tape(box))), len(numbers) + last)
        same(err.count("fails"), status)


def of_two_names_the_last_counts(box):
    lines = [b'{"type":"a","type":"b","n":1}', b'{"type":"b","type":"a"}',
             b'{"type":"b","n":1,"n":2}', b'{"type":"a","t\\u0079pe":"b"}']
    with open(box.path("c.yaml"), "w", encoding="utf-8") as file:
        file.write("contract: 1\nevents: {a: {}, b: {}}\nrules:\n"
                   '- {id: two, on: b, expr: "n == 2", missing: skip}\n')
    with open(box.path("lines"), "wb") as file:
        file.write(b"\n".join(lines) + b"\n")
    found = lambda verdict, first: [
        (f["rule"], f["seq"] - first, f["found"]) for f in verdict["findings"]]

    _, out, _ = box.run("validate", "lines", "--contract", "c.yaml", "--json")
    wanted = found(json.loads(out), 1)
    same([at for rule, at, _ in wanted if rule == "json"], [0, 1, 3])
    same([at for rule, at, _ in wanted if rule == "two"], [0])
    _, out, _ = box.record("-", "--contract", "c.yaml", "--json",
                           data=b"\n".join(lines) + b"\n")
    same(found(json.loads(out)["verdict"], 2), wanted)
    same(found(verdict_of(box)[1], 2), wanted)
    same([e["ev"] for e in e2e.plain(tape(box))], ["b", "a", "b", "b"])


def findings_are_told_as_they_come(box):
    code, _, err = checked(box, events(BAD))
    same(code, 1)
    told = [line for line in err.split("\n") if line.startswith("fail ")]
    same([line.split()[:4] for line in told],
         [["fail", "up:", "seq", "4"], ["fail", "up:", "seq", "6"]])
    holds(err, "t.tape.gz: fail, 6 messages")
    holds(err, "tapedeck record: t.tape.gz: fails 1 of")
    code, _, err = checked(box, events(BAD), "-q", "--overwrite")
    same((code, err.count("\n")), (1, 1))


def lines_of_findings_are_capped(box):
    code, _, err = checked(box, events([1] * 300), "--max-findings", "200")
    same(code, 1)
    same(err.count("\nfail up:") + err.startswith("fail up:"), 100)
    holds(err, "told at the end only")
    holds(err, "299 findings")


def fail_fast_ends_with_a_whole_tape(box):
    code, out, _ = checked(box, events(BAD), "--fail-fast", "--json")
    same(code, 1)
    same(json.loads(out)["ended"], "the check found an error")
    same([e["json"]["data"]["n"] for e in e2e.plain(tape(box))], [1, 2, 2])
    same(tape(box)[-1]["end"]["how"], "limit")
    same(box.run("verify", "t.tape.gz")[0], 0)


def fail_fast_ends_a_child(box):
    code, out, _ = box.record(
        "--contract", write_contract(box), "--fail-fast", "--json", "--", "sh", "-c",
        "while :; do echo '{\"type\":\"a\",\"data\":{\"n\":1}}'; done")
    same(code, 1)
    same(json.loads(out)["child_status"], 143)
    same(len(e2e.plain(tape(box))), 2)


def header_has_the_digest_of_the_contract(box):
    same(checked(box, events(GOOD))[0], 0)
    digest = hashlib.sha256(CONTRACT.encode()).hexdigest()
    same(tape(box)[0]["contract"], "sha256:" + digest)
    same(box.record("-", "--overwrite", data=events(GOOD))[0], 0)
    same("contract" in tape(box)[0], False)


def schema_alone(box):
    with open(box.path("s.json"), "w", encoding="utf-8") as file:
        file.write('{"properties":{"data":{"required":["n"]}}}')
    code, out, _ = box.record("-", "--schema", "s.json", "--json",
                              data=events(GOOD))
    same(code, 1)
    found = json.loads(out)["verdict"]["findings"]
    same([(f["rule"], f["seq"], f["path"]) for f in found],
         [("schema", 5, "/data")])


def numbers_go_on_over_a_row_of_files(box):
    data = events(range(1, 20001)) + events([5])
    code, out, _ = checked(box, data, "--split", "20k", "--chunk-size", "16k",
                           "--json")
    same(code, 1)
    parts = sorted(name for name in os.listdir(box.dir) if ".0" in name)
    same(len(parts) > 1, True)
    same(box.run("merge", "-o", "all.tape.gz", *parts)[0], 0)
    live = json.loads(out)["verdict"]["findings"]
    merged = verdict_of(box, "all.tape.gz")[1]["findings"]
    same([f["seq"] for f in live], [f["seq"] for f in merged])
    same([f["seq"] for f in live], [20003])


def tape_on_stdout(box):
    code, out, err = box.run("record", "-o", "-", "-", "--contract",
                             write_contract(box), data=events(BAD))
    same(code, 1)
    same(len(e2e.plain(e2e.lines(out))), 6)
    holds(err, "fails 1 of")


def losses_stand_behind_a_failed_check(box):
    data = events(BAD) + b"x" * 3000000 + b"\n"
    code, _, err = checked(box, data, "--max-message", "1M")
    same(code, 1)
    holds(err, "1 event was lost")
    holds(err, "fails 1 of")


def bad_contracts_leave_no_tape(box):
    with open(box.path("bad.yaml"), "w", encoding="utf-8") as file:
        file.write("contract: 1\nrules:\n- {id: x, first: [a]}\n")
    for words, status, said in (
            (["--contract", "bad.yaml"], 2, "bad.yaml:3:"),
            (["--contract", "missing.yaml"], 4, "missing.yaml"),
            (["--contract", "c.yaml", "--snapshot", "1s"], 2, "--snapshot")):
        write_contract(box)
        code, _, err = box.record("-", *words, data=events(GOOD))
        same((words, code), (words, status))
        holds(err, said)
        e2e.one_line(err)
        same(os.path.exists(box.path("t.tape.gz")), False)


def append_checks_what_is_new(box):
    same(checked(box, events(BAD))[0], 1)
    before = len(read(box.path("t.tape.gz")))
    code, out, _ = checked(box, events(GOOD), "--append", "--json")
    same(code, 0)
    same(json.loads(out)["verdict"]["events"], 4)
    same(len(read(box.path("t.tape.gz"))) > before, True)


TABLE = {name: value for name, value in list(globals().items())
         if callable(value) and getattr(value, "__module__", "") == "__main__"
         and name not in ("events", "write_contract", "checked", "verdict_of")}

if __name__ == "__main__":
    sys.exit(e2e.main(os.path.abspath(sys.argv[1]), sys.argv[2:] or TABLE,
                      TABLE))
