#!/usr/bin/python3
"""Recordings between a client and its program, over standard input and output.

usage: e2e_stdio.py TAPEDECK [CASE...]
"""
import hashlib
import json
import os
import random
import signal
import sys

import e2e
from e2e import holds, kinds, one_line, payload, plain, read, same, tape

ECHO = """import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if "id" in message:
        print(json.dumps({"id": message["id"], "result": 1}), flush=True)
sys.exit(3)
"""


def stdio(box, *command, options=(), **how):
    """Started, with both ends of its streams in hand."""
    how = {"stdin": e2e.subprocess.PIPE, **how}
    return box.start("record", "--stdio", "-o", "t.tape.gz", *options, "--",
                     *command, **how)


def python(box, text):
    with open(box.path("program.py"), "w", encoding="utf-8") as file:
        file.write(text)
    return sys.executable, "program.py"


def close_of(box, name="t.tape.gz"):
    return json.loads(payload(kinds(tape(box, name), "close")[0]))


def one_way(box, way):
    return [payload(e) for e in plain(tape(box)) if e["d"] == way]


def ask(process, number):
    request = {"jsonrpc": "2.0", "id": number, "method": f"m/{number % 3}"}
    process.stdin.write(json.dumps(request).encode() + b"\n")
    process.stdin.flush()
    same(json.loads(process.stdout.readline()), {"id": number, "result": 1})


def any_bytes_pass_unchanged(box):
    data = random.Random(1).randbytes(3_000_000)
    status, out, _ = box.end(stdio(box, "cat"), data)
    same((status, hashlib.sha1(out).digest()),
         (0, hashlib.sha1(data).digest()))
    same(len(one_way(box, "in")), len(one_way(box, "out")))
    same(close_of(box)["reason"], "exit status 0")


def answers_come_while_the_stream_is_open(box):
    process = stdio(box, *python(box, ECHO))
    for number in range(300):
        ask(process, number)
    status, out, err = box.end(process)
    same((status, out), (3, b""))
    holds(err, "600 messages")
    seen = [(e["d"], e.get("ev"), json.loads(payload(e))["id"])
            for e in plain(tape(box))]
    wanted = [row for n in range(300)
              for row in (("in", f"m/{n % 3}", n), ("out", None, n))]
    same(seen, wanted)
    same(close_of(box), {"reason": "exit status 3", "status": 3})


def headers_are_recorded_as_messages(box):
    text = b'Content-Length: 8\r\n\r\n{"id":1}Content-Length: 2\r\n\r\n[]'
    status, out, _ = box.end(stdio(box, "cat"), text)
    same((status, out), (0, text))
    same(one_way(box, "out"), [b'{"id":1}', b"[]"])


def framing_may_be_told(box):
    status, out, _ = box.end(
        stdio(box, "cat", options=["--framing", "lines"]),
        b"Content-Length: 8\n")
    same((status, out), (0, b"Content-Length: 8\n"))
    same(one_way(box, "in"), [b"Content-Length: 8"])


def what_is_no_header_is_kept_as_bad(box):
    text = b"Content-Length: 1\r\n\r\nxlog\nContent-Length: 1\r\n\r\ny"
    status, out, _ = box.end(stdio(box, "cat"), text)
    same((status, out), (0, text))
    same(one_way(box, "in"), [b"x", b"y"])
    same(len(kinds(tape(box), "bad")), 2)


def the_end_of_input_passes(box):
    status, out, _ = box.end(stdio(box, "sort"), b"b\nc\na\n")
    same((status, out), (0, b"a\nb\nc\n"))


def standard_error_passes(box):
    program = python(box, "import sys; sys.stderr.write('own words\\n')")
    status, _, err = box.end(stdio(box, *program, options=["-q"]))
    same((status, err), (0, "own words\n"))


def a_program_that_stops_reading_is_felt(box):
    process = stdio(box, *python(box, """import os, signal
os.close(0)
print("closed", flush=True)
signal.pause()
"""))
    same(process.stdout.readline(), b"closed\n")
    broken = False
    while not broken:
        try:
            process.stdin.write(b"x" * 65536)
            process.stdin.flush()
        except BrokenPipeError:
            broken = True
    process.send_signal(signal.SIGTERM)
    same(process.wait(e2e.SECONDS), 128 + signal.SIGTERM)
    same(close_of(box)["in_not_read"], True)


def a_client_that_stops_reading_is_felt(box):
    process = stdio(box, "yes")
    process.stdout.read(100_000)
    process.stdout.close()
    same(process.wait(e2e.SECONDS), 128 + signal.SIGPIPE)
    same(close_of(box), {"reason": "killed by SIGPIPE",
                         "status": 128 + signal.SIGPIPE, "out_not_read": True})


def a_signal_ends_the_program(box):
    process = stdio(box, *python(box, """import os, signal
def end(*_):
    os.write(1, b"ending\\n")
    os._exit(7)
signal.signal(signal.SIGTERM, end)
os.write(1, b"ready\\n")
signal.pause()
"""))
    same(process.stdout.readline(), b"ready\n")
    process.send_signal(signal.SIGTERM)
    status, out, _ = box.end(process)
    same((status, out), (7, b"ending\n"))
    same(one_way(box, "out"), [b"ready", b"ending"])


def a_killed_program_is_named(box):
    status, _, err = box.end(stdio(box, "sh", "-c", "kill -9 $$"))
    same(status, 128 + signal.SIGKILL)
    holds(err, "it was killed")


def a_message_too_long_passes_and_is_lost(box):
    process = stdio(box, "cat", options=["--max-message", "10"])
    status, out, err = box.end(process, b"short\n0123456789a\nlast\n")
    same((status, out), (3, b"short\n0123456789a\nlast\n"))
    holds(err, "2 events were lost")
    same(one_way(box, "in"), [b"short", b"last"])


def secrets_pass_and_are_not_on_the_tape(box):
    with open(box.path("rules"), "w", encoding="utf-8") as file:
        file.write("key token\n")
    text = b'{"token":"s3cr3t"}\n'
    status, out, _ = box.end(
        stdio(box, "cat", options=["--redact", "rules"]), text)
    same((status, out), (0, text))
    if b"s3cr3t" in read(box.path("t.tape.gz")):
        raise AssertionError("the secret is on the tape")


def a_contract_speaks_on_standard_error(box):
    with open(box.path("c.yaml"), "w", encoding="utf-8") as file:
        file.write("contract: 1\nstream: {name: /method}\nrules:\n"
                   "- {id: starts, first: initialize}\n")
    text = b'{"method":"tools/list"}\n'
    status, out, err = box.end(
        stdio(box, "cat", options=["--contract", "c.yaml"]), text)
    same((status, out), (1, text))
    holds(err, "starts")


def who_does_not_read_holds_up_the_program(box):
    process = stdio(box, "sh", "-c", "yes " + "y" * 999 + " | head -c 60000000")
    digest, size = hashlib.sha1(), 0
    e2e.wait_until(lambda: os.path.exists(box.path("t.tape.gz")),
                   "the tape to begin")
    while True:
        data = process.stdout.read(1 << 20)
        if not data:
            break
        digest.update(data)
        size += len(data)
    process.stdin.close()
    status = process.wait(e2e.SECONDS)
    same((status, size), (0, 60_000_000))
    same(digest.digest(), hashlib.sha1((b"y" * 999 + b"\n") * 60_000).digest())


def misuse_is_one_line(box):
    rows = [
        (["--stdio", "-o", "t.gz"], "no command is named"),
        (["--stdio", "-o", "t.gz", "-", "--", "cat"], "nothing else"),
        (["--stdio", "-o", "-", "--", "cat"], "belongs to the command"),
        (["--framing", "lines", "-o", "t.gz", "--", "cat"], "add --stdio"),
        (["--stdio", "--framing", "line", "-o", "t.gz", "--", "cat"], "lines"),
    ]
    for args, part in rows:
        status, out, err = box.run("record", *args)
        same((status, out), (2, b""))
        one_line(err)
        holds(err, part)
    status, _, err = box.run("record", "--stdio", "-o", "t.gz", "--",
                             "./nothing")
    same(status, 4)
    holds(err, "cannot start")


TABLE = {name: value for name, value in list(globals().items())
         if callable(value) and getattr(value, "__module__", "") == "__main__"
         and name not in ("stdio", "python", "close_of", "one_way", "ask")}

if __name__ == "__main__":
    sys.exit(e2e.main(os.path.abspath(sys.argv[1]), sys.argv[2:] or TABLE,
                      TABLE))
