#!/usr/bin/python3
"""`tapedeck replay --fault` from the outside: the real binary, real sockets.

usage: e2e_fault.py TAPEDECK CASE

Waits end by an observed event, or fail at a limit.
"""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile

LIMIT = 240
BINARY = sys.argv[1]


def equal(got, want, what):
    if got != want:
        raise AssertionError(f"{what}: {got!r} instead of {want!r}")


def tape(box, count=200, step=100000):
    path = os.path.join(box, "run.ndjson")
    with open(path, "w", encoding="utf-8") as out:
        out.write('{"tape":1,"id":"f","start":"2026-01-01T00:00:00.000000000Z"}\n')
        for i in range(1, count + 1):
            out.write('{"s":%d,"t":%d,"d":"out","c":1,"ev":"tick","json":%s}\n'
                      % (i, i * step, payload(i)))
        out.write('{"end":{"how":"clean","events":%d,"last":%d}}\n'
                  % (count, count * step))
    return path


def payload(i):
    return '{"n":%d,"s":"\u00e9"}' % i


class Serving:
    """A replay with faults and one consumer of server-sent events."""

    def __init__(self, *args):
        self.child = subprocess.Popen(
            [BINARY, "replay", *args, "--serve", "127.0.0.1:0", "--json"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        port = json.loads(self.child.stdout.readline())["port"]
        self.sock = socket.create_connection(("127.0.0.1", port), LIMIT)
        self.sock.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n"
                          b"Accept: text/event-stream\r\n\r\n")

    def stream(self):
        """The events as they came, bytes of their data."""
        answer = b"".join(iter(lambda: self.sock.recv(65536), b""))
        body = answer.split(b"\r\n\r\n", 1)[1]
        return [b"\n".join(line[6:] for line in block.split(b"\n")
                           if line[:6] == b"data: ")
                for block in body.split(b"\n\n") if b"data: " in block]

    def summary(self, status=0):
        out, err = self.child.communicate(timeout=LIMIT)
        equal(self.child.returncode, status, f"exit status, {err}")
        return json.loads(out)


def run(*args, status=0):
    done = subprocess.run([BINARY, "replay", *args], capture_output=True,
                          timeout=LIMIT, stdin=subprocess.DEVNULL, check=False)
    equal(done.returncode, status, f"exit status of {args}: {done.stderr}")
    return done


def consumers_get_it_wrong(box):
    """What the summary says is what a consumer sees."""
    serving = Serving(tape(box), "--speed", "max", "--seed", "7",
                      "--fault", "drop p=0.1", "--fault", "utf8-half p=0.1",
                      "--fault", "json-half p=0.1")
    got = serving.stream()
    drop, utf8, half = serving.summary()["faults"]["list"]
    lost = set(drop["events"])
    equal(len(got), 200 - drop["count"], "events")
    rest = [i for i in range(1, 201) if i not in lost]
    if not (utf8["count"] and half["count"] and lost):
        raise AssertionError("no fault was done")
    for i, data in zip(rest, got):
        whole = payload(i).encode()
        wrong = i in utf8["events"] or i in half["events"]
        equal(data != whole, wrong, f"event {i}, {data}")
        if i in utf8["events"] and i not in half["events"]:
            equal(data, whole.replace(b"\xc3\xa9", b"\xc3"), f"event {i}")
        if i in half["events"] and i not in utf8["events"]:
            equal(whole.startswith(data), True, f"event {i}, {data}")


def a_cut_ends_the_stream(box):
    for spec, events in ("cut after=5 events", 5), ("cut at=seq:150", 149):
        serving = Serving(tape(box), "--speed", "max", "--fault", spec)
        equal(serving.stream(), [payload(i).encode()
                                 for i in range(1, events + 1)], spec)
        summary = serving.summary()
        equal(summary["faults"]["list"][0]["events"], [events + 1], spec)
        equal((summary["events"], summary["lost"]), (events, 0), spec)
    # Within an event: the byte is what it is counted by.
    serving = Serving(tape(box), "--speed", "max", "--fault",
                      "cut after=30 bytes")
    equal(b"".join(serving.stream()), (payload(1) + payload(2))
          .encode()[:30], "bytes")
    serving.summary()


def an_empty_line_is_lost(box):
    serving = Serving(tape(box, 4), "--fault", "sse-join at=seq:2")
    one, two, three, four = [payload(i).encode() for i in range(1, 5)]
    equal(serving.stream(), [one, two + b"\n" + three, four], "events")
    serving.summary()


def what_is_held_comes_at_the_end(box):
    path = tape(box, 5)
    want = [payload(i).encode() for i in (1, 2, 4, 5, 3)]
    for spec in "delay by=300ms at=seq:3", "reorder by=100 at=seq:3":
        serving = Serving(path, "--speed", "max", "--fault", spec)
        equal(serving.stream(), want, spec)
        serving.summary()
        got = run(path, "-", "--speed", "max", "--fault", spec).stdout
        equal(got.splitlines(), want, spec)


def the_seed_is_said_and_repeats(box):
    path = tape(box)
    faults = ["--fault", "drop p=0.3", "--fault", "corrupt p=0.3 bytes=3",
              "--fault", "duplicate p=0.1", "--fault", "reorder by=3 p=0.1"]
    first = run(path, "-", "--speed", "max", *faults)
    said = [line for line in first.stderr.decode().split("\n")
            if line.startswith("faults (seed ")][0]
    seed = said.split("seed ")[1].split(")")[0]
    again = run(path, "-", "--speed", "100", *faults, "--seed", seed)
    equal(again.stdout, first.stdout, "the same seed")
    equal(said in again.stderr.decode(), True, "the same faults")
    other = run(path, "-", "--speed", "max", *faults, "--seed",
                str(int(seed) + 1))
    equal(other.stdout == first.stdout, False, "another seed")


def signals_end_a_silence(box):
    serving = Serving(tape(box, 3, 0), "--fault", "silence for=1h at=seq:2")
    got = b""
    while payload(1).encode() not in got:
        got += serving.sock.recv(65536)
    serving.child.send_signal(signal.SIGTERM)
    got += b"".join(iter(lambda: serving.sock.recv(65536), b""))
    equal(payload(2).encode() in got, False, "nothing comes in a silence")
    equal(serving.summary(130)["faults"]["list"][0]["count"], 1, "silence")


def misuse(box):
    path = tape(box, 1)
    for args in (["--fault", "dorp p=1", "-"], ["--seed", "7", "-"],
                 ["--fault", "drop p=1", "--dry-run"],
                 ["--fault", "drop", "-"], ["--fault", "slow", "-"],
                 ["--fault", "drop p=1", "--serve", "127.0.0.1:0", "--join",
                  "catch-up"], ["--fault", "drop p=1", "--stdio"]):
        done = run(path, *args, status=2)
        equal(done.stderr.count(b"\n"), 1, args)


def main(case):
    with tempfile.TemporaryDirectory(prefix="tapedeck-fault-") as box:
        try:
            case(box)
        except (AssertionError, subprocess.TimeoutExpired) as wrong:
            print(f"{case.__name__}: {wrong}")
            sys.exit(1)


if __name__ == "__main__":
    main(globals()[sys.argv[2]])
