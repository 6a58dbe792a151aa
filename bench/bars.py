"""The bars: what is measured, against what, and what is asked of the ratio.

A side runs one program once and returns one number; the first side is ours, the
second the peer (or the bar is an absolute number and there is none).
"""
import dataclasses
import json
import os
import re
import resource
import socket
import subprocess
import time
from typing import Callable

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, "build", "release")
OUT = os.path.join(ROOT, "build", "bench")
LIMIT_S = 600
SEEK_MIB = 10_000
IDLE = 1000


@dataclasses.dataclass
class Bar:
    name: str
    what: str
    unit: str
    sides: dict[str, Callable]
    limit: float
    higher: bool = True
    rounds: int = 0  # at most; 0 = as many as asked for


class Bench:
    """Where things are, and the inputs, made once from a seed."""

    def __init__(self, events):
        self.events = events
        os.makedirs(OUT, exist_ok=True)
        self.deck = os.path.join(BUILD, "tapedeck")

    def path(self, name):
        return os.path.join(OUT, name)

    def program(self, name):
        return os.path.join(BUILD, "bench", name)

    def ndjson(self):
        path = self.path(f"events-{self.events}.ndjson")
        if not os.path.exists(path):
            with open(path + ".part", "wb") as out:
                subprocess.run([self.program("gen_events"), str(self.events), "7"],
                               stdout=out, check=True, timeout=LIMIT_S)
            os.rename(path + ".part", path)
        return path

    def tape(self):
        path = self.path(f"events-{self.events}.tape.gz")
        if not os.path.exists(path):
            with open(self.ndjson(), "rb") as text:
                self.run([self.deck, "record", "-", "-q", "--overwrite", "-o", path], stdin=text)
        return path

    def tape_at(self, count, hz):
        """A tape of so many small events, evenly spaced."""
        path = self.path(f"even-{count}-{hz}.tape.gz")
        if not os.path.exists(path):
            step = 1_000_000_000 // hz
            lines = ['{"tape":1,"id":"even","start":"2026-01-01T00:00:00.000000000Z","clock":"monotonic"}']
            lines += [f'{{"s":{i + 1},"t":{i * step},"d":"out","c":1,"json":{{"n":{i}}}}}' for i in range(count)]
            lines.append(f'{{"end":{{"how":"clean","events":{count},"last":{(count - 1) * step},"lost":0}}}}')
            text = path + ".text"
            with open(text, "w", encoding="utf-8") as out:
                out.write("\n".join(lines) + "\n")
            self.run([self.deck, "reindex", text, "-o", path, "-q"])
        return path

    def run(self, command, **kwargs):
        done = subprocess.run(command, capture_output="stdout" not in kwargs, timeout=LIMIT_S, **kwargs)
        if done.returncode != 0:
            raise SystemExit(f"bench: {' '.join(map(str, command))} ended with {done.returncode}: "
                             f"{(done.stderr or b'').decode()}")
        return done.stdout.decode() if done.stdout else ""

    def used(self, command, **kwargs):
        """What the program used, all its threads together (getrusage)."""
        with subprocess.Popen(command, **kwargs) as child:
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise SystemExit(f"bench: {' '.join(map(str, command))} ended with {child.returncode}")
        return used

    def peak_mib(self, command, **kwargs):
        """The most memory that the program had in use."""
        return self.used(command, **kwargs).ru_maxrss / 1024

    def start(self, command):
        """A server that prints {"port":N} first."""
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        line = child.stdout.readline()
        if not line:
            child.kill()
            raise SystemExit(f"bench: {' '.join(map(str, command))} printed no port")
        return child, json.loads(line)["port"]


def node(script, *args):
    return ["node", os.path.join(ROOT, "bench", "peers", script), *map(str, args)]


# --- P2: from one WebSocket -------------------------------------------------

def new_tape(bench):
    """Nothing stands there: what a file costs that is replaced is not measured."""
    tape = bench.path("p2.tape.gz")
    if os.path.exists(tape):
        os.remove(tape)
    return tape


def record_websocket(bench):
    tape = new_tape(bench)
    blast, port = bench.start([bench.program("ws_blast"), bench.ndjson()])
    start = time.monotonic()
    bench.run([bench.deck, "record", f"ws://127.0.0.1:{port}/", "-o", tape, "-q"])
    took = time.monotonic() - start
    blast.wait(timeout=LIMIT_S)
    end = json.loads(bench.run([bench.deck, "info", "--json", tape]))
    if end["lost"] or end["events"] < bench.events:
        raise SystemExit(f"bench: P2 lost events: {end}")
    return bench.events / took


def record_use(bench):
    tape = new_tape(bench)
    blast, port = bench.start([bench.program("ws_blast"), bench.ndjson()])
    used = bench.used([bench.deck, "record", f"ws://127.0.0.1:{port}/", "-o", tape, "-q"])
    blast.wait(timeout=LIMIT_S)
    return used


def record_cpu(bench):
    """Seconds of the recorder alone, user and system, for a million events."""
    used = record_use(bench)
    return (used.ru_utime + used.ru_stime) * 1e6 / bench.events


def record_memory(bench):
    return record_use(bench).ru_maxrss / 1024


def ws_count(bench):
    blast, port = bench.start([bench.program("ws_blast"), bench.ndjson()])
    seen = json.loads(bench.run(node("ws_count.mjs", f"ws://127.0.0.1:{port}/")))
    blast.wait(timeout=LIMIT_S)
    return seen["events"] / seen["seconds"]


# --- P3, P4: a tape on disk --------------------------------------------------

def bench_tape(bench):
    out = bench.run([bench.program("bench_tape"), bench.ndjson(), bench.path("p3.tape.gz"), "1"])
    return {row["bench"]: row for row in map(json.loads, out.splitlines())}


def mcap(bench):
    return json.loads(bench.run(node("mcap.mjs", bench.ndjson(), bench.path("p3.mcap"))))


def tape_write(bench):
    return bench_tape(bench)["tape write"]["events_per_s"]


def tape_scan(bench, row="tape scan"):
    return bench_tape(bench)[row]["events_per_s"]


# --- P3b: JSON ---------------------------------------------------------------

def json_rate(pattern):
    def side(bench):
        out = bench.run(["sh", "-c", '"$0" "$1" 1 || [ $? -eq 1 ]',
                         bench.program("bench_json"), bench.ndjson()])
        return max(float(x) for x in re.findall(pattern, out, re.M))
    return side


# --- P5: to one WebSocket ----------------------------------------------------

def replay_to(consumer):
    def side(bench):
        player, port = bench.start([bench.deck, "replay", bench.tape(), "--serve", "127.0.0.1:0",
                                    "--speed", "max", "--wait-clients", "1", "-q"])
        seen = json.loads(bench.run(consumer(bench, port)))
        player.wait(timeout=LIMIT_S)
        count = seen.get("frames", seen.get("events"))
        if count != bench.events:
            raise SystemExit(f"bench: P5: {count} of {bench.events} messages arrived")
        return count / seen["seconds"]
    return side


# --- P6: Socket.IO to many ---------------------------------------------------

def sink(bench, port, clients, frames):
    out = bench.run([bench.program("ws_sink"), str(port),
                     "/socket.io/?EIO=4&transport=websocket", str(clients), str(frames)])
    seen = json.loads(out)
    if seen["frames"] < clients * frames:
        raise SystemExit(f"bench: P6: {seen['frames']} of {clients * frames} messages arrived")
    return seen["frames"] / seen["seconds"]


def sio_ours(clients, events):
    def side(bench):
        player, port = bench.start([bench.deck, "replay", bench.tape(), "--serve", "127.0.0.1:0",
                                    "--speed", "max", "--end", f"seq:{events + 1}",
                                    "--wait-clients", str(clients), "-q"])
        rate = sink(bench, port, clients, events)
        player.wait(timeout=LIMIT_S)
        return rate
    return side


def sio_npm(clients, events):
    def side(bench):
        server, port = bench.start(node("sio_blast.mjs", bench.ndjson(), clients, events))
        rate = sink(bench, port, clients, events)
        server.wait(timeout=LIMIT_S)
        return rate
    return side


def join_console(port):
    """A Socket.IO consumer over WebSocket that has joined the default namespace."""
    conn = socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S)
    conn.sendall(b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
                 b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                 b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
                 b"\x81\x82\0\0\0\x0040")
    seen = b""
    while b'40{"sid"' not in seen:
        more = conn.recv(4096)
        if not more:
            raise SystemExit(f"bench: P6: a console was refused: {seen!r}")
        seen += more
    return conn


def idle_memory(bench):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 2 * IDLE + 100)), hard))
    player, port = bench.start([bench.deck, "replay", bench.tape(), "--serve", "127.0.0.1:0",
                                "--wait-clients", str(IDLE + 1), "-q"])
    consoles = [join_console(port) for _ in range(IDLE)]
    with open(f"/proc/{player.pid}/status", encoding="utf-8") as status:
        peak = int(re.search(r"VmHWM:\s*(\d+) kB", status.read())[1]) / 1024
    player.terminate()
    player.wait(timeout=LIMIT_S)
    for console in consoles:
        console.close()
    return peak


# --- P7: pacing --------------------------------------------------------------

def pace_ours(which):
    def side(bench):
        tape = bench.tape_at(5000, 1000)
        player, port = bench.start([bench.deck, "replay", tape, "--serve", "127.0.0.1:0",
                                    "--json", "-q", "--wait-clients", "1"])
        bench.run([bench.program("ws_sink"), str(port), "/", "1", "0"])
        out = player.communicate(timeout=LIMIT_S)[0].decode()
        return json.loads(out.splitlines()[-1])["late"][which] / 1e3
    return side


def pace_bare(which):
    def side(bench):
        return json.loads(bench.run([bench.program("pace_bare"), "5000", "1000"]))[which]
    return side


# --- P8: a jump in a large tape ----------------------------------------------

def seek(which, scale=1):
    def side(bench):
        out = bench.run([bench.program("bench_seek"), bench.path(f"seek-{SEEK_MIB}.tape.gz"),
                         str(SEEK_MIB), "200"])
        return json.loads(out)[which] / scale
    return side


# --- P9: start ---------------------------------------------------------------

def start_ms(bench):
    """posix_spawn, because forking this interpreter would be most of the time."""
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    took = []
    for _ in range(20):
        start = time.monotonic()
        child = os.posix_spawn(bench.deck, [bench.deck, "--version"], os.environ,
                               file_actions=quiet)
        if os.waitpid(child, 0)[1] != 0:
            raise SystemExit("bench: tapedeck --version failed")
        took.append((time.monotonic() - start) * 1e3)
    return sorted(took)[len(took) // 2]


BARS = [
    Bar("P2", "record one WebSocket to a tape; npm ws only counts", "events/s",
        {"tapedeck record": record_websocket, "npm ws": ws_count}, 2),
    Bar("P2 cpu", "CPU time of the recorder for a million events, at most", "s",
        {"tapedeck record": record_cpu}, 0.75, False),
    Bar("P2 memory", "record one WebSocket to a tape, at most", "MiB",
        {"tapedeck record": record_memory}, 128, False),
    Bar("P3", "write a tape; MCAP with zstd fastest", "events/s",
        {"tape writer": tape_write, "@mcap/core": lambda b: mcap(b)["write"]}, 1.5),
    Bar("P3 ratio", "compression; zlib -1 on the same text", "to 1",
        {"tape writer": lambda b: bench_tape(b)["tape write"]["ratio"],
         "zlib -1": lambda b: bench_tape(b)["zlib-1 of the payloads"]["ratio"]}, 0.85),
    Bar("P3b", "parse JSON, every value's extent; simdjson DOM", "MB/s",
        {"core/json": json_rate(r"^core/json td_json_parse\D+([\d.]+)"),
         "simdjson": json_rate(r"^simdjson parse(?: a line|_many)\s\D*([\d.]+)")}, 1),
    Bar("P4", "scan a tape on one thread; MCAP with zstd", "events/s",
        {"tape reader": tape_scan, "@mcap/core": lambda b: mcap(b)["scan"]}, 1),
    Bar("P4 ahead", "scan a tape, inflated ahead on a thread; MCAP with zstd", "events/s",
        {"tape reader": lambda b: tape_scan(b, "tape scan, inflating on a thread"),
         "@mcap/core": lambda b: mcap(b)["scan"]}, 1),
    Bar("P5 rate", "replay at full speed to one WebSocket that takes all", "events/s",
        {"tapedeck replay": replay_to(
            lambda b, port: [b.program("ws_sink"), str(port), "/", "1", "0"])}, 1_500_000),
    Bar("P5", "replay at full speed to one WebSocket; npm ws as consumer", "events/s",
        {"a consumer that takes all": replay_to(
            lambda b, port: [b.program("ws_sink"), str(port), "/", "1", "0"]),
         "npm ws": replay_to(lambda b, port: node("ws_count.mjs", f"ws://127.0.0.1:{port}/"))}, 1),
    Bar("P6 10", "Socket.IO to 10 clients; npm socket.io", "deliveries/s",
        {"tapedeck replay": sio_ours(10, 200_000), "npm socket.io": sio_npm(10, 20_000)}, 10),
    Bar("P6 100", "Socket.IO to 100 clients; npm socket.io", "deliveries/s",
        {"tapedeck replay": sio_ours(100, 50_000), "npm socket.io": sio_npm(100, 2_000)}, 10),
    Bar("P6 idle", f"serve {IDLE:,} idle Socket.IO consoles", "MiB",
        {"tapedeck replay": idle_memory}, 64, False),
    Bar("P7 p50", "lateness at 1 kHz, median; bare clock_nanosleep", "us",
        {"tapedeck replay": pace_ours("p50_ns"), "bare loop": pace_bare("p50_us")}, 1.5, False),
    Bar("P7 p99", "lateness at 1 kHz, 99th of 100; bare clock_nanosleep", "us",
        {"tapedeck replay": pace_ours("p99_ns"), "bare loop": pace_bare("p99_us")}, 1.5, False),
    Bar("P8 reads", f"seek in a tape of {SEEK_MIB / 1000:g} GB, reads at most", "reads",
        {"tape reader": seek("reads")}, 3, False),
    Bar("P8 bytes", "the same, read at most", "MiB",
        {"tape reader": seek("read_bytes", 2**20)}, 1, False),
    Bar("P8 time", "the same, in the page cache", "ms", {"tape reader": seek("ms")}, 20, False),
    Bar("P9", "tapedeck --version, start to end", "ms", {"tapedeck": start_ms}, 5, False),
]
