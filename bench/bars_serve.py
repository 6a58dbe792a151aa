"""The bars of `tapedeck serve`: how soon a client hears, and how much there may
be."""
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import time

import bars
from bars import Bar

sys.path.insert(0, os.path.join(bars.ROOT, "tests", "support"))
import long_journal  # noqa: E402

HZ, SAID = 1000, 5000
EVENTS = 1_000_000
FOOTER, FOOTER_END = 138, 112  # bytes of the last member; where it says where the end line is
EXECUTIONS = 100
SMALL = """plan: 1
name: small
tasks:
""" + "".join("- {id: t%d, run: \"true\"}\n" % n for n in range(12))
# Says its usage HZ times a second, and when it said so.
AGENT = """#!/usr/bin/python3
import sys, time
sys.stdin.readline()
open("go").close()
begun = time.monotonic_ns()
said = []
for n in range(1, %d + 1):
    due = begun + n * 1000000000 // %d
    while time.monotonic_ns() < due:
        time.sleep(max(0, due - time.monotonic_ns()) / 1e9)
    said.append(time.monotonic_ns())
    sys.stdout.write('{"usage":{"tokens_in":%%d}}\\n' %% n)
    sys.stdout.flush()
with open("said.part", "w") as out:
    out.write("\\n".join(map(str, said)))
""" % (SAID, HZ)
TALK = """plan: 1
name: talk
tasks:
- {id: agent, provider: command, run: [./agent]}
"""


def folder(bench, name):
    path = bench.path(name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def serving(bench, where, *words):
    child = subprocess.Popen([bench.deck, "serve", "--listen", "127.0.0.1:0", "-q", *words], cwd=where,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    line = child.stdout.readline()
    if not line:
        raise SystemExit("bench: serve printed no port")
    return child, json.loads(line)["port"]


def end(child):
    child.terminate()
    child.wait(timeout=bars.LIMIT_S)


def request(port, text):
    """A conn with this head sent."""
    conn = socket.create_connection(("127.0.0.1", port))
    conn.sendall(text.replace("\n", "\r\n").encode())
    return conn


def post(port, path, body):
    conn = request(port, f"POST {path} HTTP/1.1\nHost: localhost\nContent-Length: {len(body)}\n"
                         f"Connection: close\n\n")
    conn.sendall(body.encode())
    answer = b""
    while True:
        more = conn.recv(65536)
        if not more:
            return json.loads(answer.split(b"\r\n\r\n", 1)[1])
        answer += more


def heard(conn, last):
    """When each number came, until the last one has."""
    key = re.compile(rb'"total_tokens":(\d+)')
    when, rest = {}, b""
    while last not in when:
        more = conn.recv(1 << 16)
        now = time.monotonic_ns()
        if not more:
            raise SystemExit("bench: the server closed")
        rest += more
        for match in key.finditer(rest):
            when.setdefault(int(match[1]), now)
        rest = rest[-64:]
    return when


def processed(child):
    """Seconds of processor time of it so far, user and system."""
    with open(f"/proc/{child.pid}/stat", encoding="utf-8") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def talk(bench, *words):
    """Milliseconds from each word of a provider to a client that hears it, in
    order of size, and the server's processor time."""
    where = folder(bench, "serve-talk")
    write(where + "/agent", AGENT, 0o755)
    write(where + "/plan.yaml", TALK)
    os.mkfifo(where + "/go")
    server, port = serving(bench, where, *words)
    post(port, "/api/executions", '{"plan":"plan.yaml"}')
    conn = request(port, "GET /ws?execution=x1&extras=true HTTP/1.1\nHost: localhost\nUpgrade: websocket\n"
                         "Connection: Upgrade\nSec-WebSocket-Version: 13\n"
                         "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\n\n")
    conn.recv(4096)
    with open(where + "/go", "wb"):
        pass
    when = heard(conn, SAID)
    conn.close()
    while True:
        with open(where + "/said.part", encoding="utf-8") as file:
            said = [int(line) for line in file.read().split()]
        if len(said) == SAID:
            break
    used = processed(server)
    end(server)
    took = sorted((when[n + 1] - at) / 1e6 for n, at in enumerate(said) if n + 1 in when)
    if len(took) < SAID * 0.99:
        raise SystemExit(f"bench: {SAID - len(took)} events were not heard")
    return took, used


def latency(bench, *words):
    took, _ = talk(bench, *words)
    return took[len(took) * 99 // 100]


def latency_without_disk(bench):
    return latency(bench, "--fsync", "never")


def cost(bench):
    """Microseconds of the server's processor time, an event; other work on the
    machine changes little of it."""
    return talk(bench, "--fsync", "never")[1] * 1e6 / SAID


def cut(tape):
    """As kill -9 leaves it: without an end, its last member in pieces."""
    with open(tape, "r+b") as file:
        file.seek(FOOTER_END - FOOTER, os.SEEK_END)
        end, = struct.unpack("<Q", file.read(8))
        file.truncate(end - 100)


def torn(bench, where, kept):
    """A journal in the members that its writer makes."""
    folder(bench, "serve-long")
    long_journal.write(bench.deck, where, EVENTS, cut=True)
    subprocess.run([bench.deck, "recover", where + "/.tapedeck/x1.tape.gz", "-o", kept, "-q"],
                   stderr=subprocess.DEVNULL, timeout=bars.LIMIT_S, check=False)
    cut(kept)


def resume(bench):
    """Until it says that it goes on; to judge all of it comes behind its end."""
    where = bench.path("serve-long")
    kept = where + "/kept.tape.gz"
    if not os.path.exists(kept):
        torn(bench, where, kept)
    shutil.copy(kept, where + "/.tapedeck/x1.tape.gz")
    begun = time.monotonic()
    with subprocess.Popen([bench.deck, "resume", "x1"], cwd=where, stderr=subprocess.STDOUT,
                          stdout=subprocess.PIPE) as child:
        for line in child.stdout:
            if b" goes on" in line:
                took = time.monotonic() - begun
                child.kill()
                break
        else:
            raise SystemExit("bench: resume did not go on")
    return took


def opens(bench):
    where = bench.path("serve-many")
    if not os.path.exists(where + "/done"):
        folder(bench, "serve-many")
        write(where + "/plan.yaml", SMALL)
        for _ in range(EXECUTIONS):
            bench.run([bench.deck, "run", "plan.yaml", "-q", "--fsync", "never"], cwd=where)
        write(where + "/done", "")
    begun = time.monotonic()
    server, _ = serving(bench, where)
    took = (time.monotonic() - begun) * 1e3
    end(server)
    return took


def idle(bench):
    where = folder(bench, "serve-idle")
    server, port = serving(bench, where)
    consoles = [bars.join_console(port) for _ in range(bars.IDLE)]
    with open(f"/proc/{server.pid}/status", encoding="utf-8") as status:
        peak = int(re.search(r"VmHWM:\s*(\d+) kB", status.read())[1]) / 1024
    end(server)
    for console in consoles:
        console.close()
    return peak


BARS = [
    Bar("serve-p99", f"from a provider to a client, {HZ:,} events a second, 99th of 100", "ms",
        {"tapedeck serve": latency}, 20, False, 3),
    Bar("serve-p99 memory", "the same without waiting for the disk (--fsync never)", "ms",
        {"tapedeck serve": latency_without_disk}, 20, False, 3),
    Bar("serve-cost", "processor time of the server, an event of these", "us",
        {"tapedeck serve": cost}, 100, False, 3),
    Bar("serve-resume", f"resume an execution whose journal has {EVENTS:,} events", "s",
        {"tapedeck resume": resume}, 1, False, 3),
    Bar("serve-open", f"start with {EXECUTIONS} executions, to the port", "ms",
        {"tapedeck serve": opens}, 100, False),
    Bar("serve-idle", f"{bars.IDLE:,} idle consoles", "MiB",
        {"tapedeck serve": idle}, 64, False, 1),
]
