#!/usr/bin/python3
"""Peers that do not read, or do not end: what they cost the real program.

usage: soak.py TAPEDECK each            every way alone, a bounded count
       soak.py TAPEDECK serve           the same against `serve`
       soak.py TAPEDECK record          the same against `record`
       soak.py TAPEDECK soak [SECONDS [PEERS]]   all ways at once (600 s, 200)

What is asserted is memory (VmHWM of /proc), against the bounds of docs/wire.md.
Prints bound and peak; exits 1 if a bound was passed.
"""
import base64
import gzip
import hashlib
import json
import os
import select
import socket
import struct
import subprocess
import sys
import tempfile
import time

MIB = 1 << 20
CONN = 4 * MIB          # a connection, whatever it sends or does not read
SESSION = 16 << 10      # an Engine.IO session that nobody joined
SESSIONS = 10000
SLACK = 16 * MIB        # of the program itself: its allocator, its tape
FLOOD = 48 * MIB        # bytes that one peer of `each` tries to send
SENDS = 3000            # or so often
LIMIT = 240
BINARY = sys.argv[1]
FOLDER = tempfile.TemporaryDirectory(prefix="tapedeck-soak-")
UPGRADE = ("Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
POLL = "/socket.io/?EIO=4&transport=polling"
WS = f"GET /x HTTP/1.1\r\n{UPGRADE}".encode()
SIO = ("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
       + UPGRADE).encode()


def get(target, method="GET", more="", body=""):
    return (f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n"
            f"{body}").encode()


def frame(first, data=b""):
    """Masked with zeros; data of less than 126 bytes."""
    return bytes([first, 128 | len(data), 0, 0, 0, 0]) + data


# name: what is sent first, what then without end, and whether answers are read.
WAYS = {
    "pages": (b"", get("/"), False),
    "options": (b"", get("/", "OPTIONS", f"Origin: http://{'a' * 7000}\r\n"),
                False),
    "lost-polls": (b"", get(POLL + "&sid=none"), False),
    "lost-posts": (b"", get(POLL + "&sid=none", "POST",
                            "Content-Length: 1\r\n", "3"), False),
    "pings": (WS, frame(0x89, b"x" * 100), False),
    "empty-pings": (WS, frame(0x89), False),
    "messages": (WS, frame(0x81, b"hello"), False),
    "session-pings": (SIO + frame(0x81, b"40"), frame(0x89, b"x" * 100), False),
    "acks": (SIO + frame(0x81, b"40"), frame(0x81, b'4217["a"]'), False),
    "joins": (SIO + frame(0x81, b"40"), frame(0x81, b"40/x,"), False),
    "attachments": (SIO + frame(0x81, b"40") + frame(
        0x81, b'451024-["a"]'), frame(0x82, b"x" * 120), False),
    "expectations": (b"", get("/", more="Expect: 100-continue\r\n"
                              "Content-Length: 1\r\n", body="x"), False),
    "empty-fragments": (WS + frame(0x01, b"x"), frame(0x00), False),
    "fragments": (WS + frame(0x01, b"x"), frame(0x00, b"x" * 100), False),
    "half-head": (b"GET / HTTP/1.1\r\nX: ", b"", True),
    "long-head": (b"GET / HTTP/1.1\r\nX: ", b"x", False),
    "body": (get("/", more="Content-Length: 1000000\r\n"), b"x", False),
    "chunks": (get("/", more="Transfer-Encoding: chunked\r\n"),
               b"1\r\nx\r\n", False),
    "idle": (b"", b"", True),
    "events": (get("/events"), b"", False),
    "sessions": (b"", get(POLL), True),
    "socket-sessions": (SIO, b"", True),
}


# The same of what `serve` answers: requests and orders.
ORDER = b'4217["%s",{}]'
SERVED = {
    "executions": (b"", get("/api/executions"), False),
    "openapi": (b"", get("/openapi.json"), False),
    "bodies": (b"", get("/api/executions", "POST", "Content-Type: application"
                        "/json\r\nContent-Length: 900000\r\n", "{" * 900000),
               False),
    "orders": (SIO + frame(0x81, b"40"),
               frame(0x81, ORDER % b"execute_command"), False),
    "unknown-orders": (SIO + frame(0x81, b"40"),
                       frame(0x81, ORDER % b"x"), False),
    "catching-up": (SIO + frame(0x81, b"40"),
                    frame(0x81, ORDER % b"request_catch_up"), False),
}
WAYS_OF = {**WAYS, **SERVED}


class Program:
    """Something that serves, whose first line tells its port."""

    def __init__(self, *args):
        self.child = subprocess.Popen(
            [BINARY, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        self.port = json.loads(self.child.stdout.readline())["port"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()
        self.child.stdout.close()


class Replay(Program):
    def __init__(self, seconds):
        path = os.path.join(FOLDER.name, "t.tape.gz")
        with gzip.open(path, "wt") as out:
            out.write('{"tape":1,"id":"soak","start":'
                      '"2026-01-01T00:00:00.000000000Z","clock":"monotonic"}\n')
            for i in range(seconds):
                out.write('{"s":%d,"t":%d,"d":"out","c":1,"ev":"tick",'
                          '"json":{"n":%d}}\n' % (i + 1, i * 10**9, i))
            out.write('{"end":{"events":%d}}\n' % seconds)
        super().__init__("replay", path, "--serve", "127.0.0.1:0")


def peak(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) << 10
    raise RuntimeError("no VmHWM")


def judge(name, cost, bound):
    print(f"{name}: bound {bound / MIB:.1f} MiB, peak {cost / MIB:.1f} MiB",
          flush=True)
    if cost > bound:
        raise SystemExit(f"{name}: over its bound")


class Peer:
    """One way to misbehave, on a conn that is opened again when it ends."""

    def __init__(self, port, way):
        self.port = port
        self.first, again, self.reads = WAYS_OF[way]
        # One byte is a drip; all else comes as fast as it is taken.
        self.again = again * (65536 // len(again)) if len(again) > 1 else again
        self.sends = 0
        self.sent = 0
        self.open()

    def open(self):
        self.sock = socket.create_connection(("127.0.0.1", self.port), LIMIT)
        self.sock.setblocking(False)
        self.left = memoryview(self.first)

    def fileno(self):
        return self.sock.fileno()

    def wants_out(self):
        return bool(self.left or self.again)

    def read(self):
        """False: the server has ended it."""
        try:
            return bool(self.sock.recv(1 << 18))
        except BlockingIOError:
            return True
        except OSError:
            return False

    def write(self):
        """Bytes taken, 0 if none, -1 at the end."""
        self.left = self.left or memoryview(self.again)
        try:
            n = self.sock.send(self.left)
        except BlockingIOError:
            return 0
        except OSError:
            return -1
        self.left = self.left[n:]
        self.sent += n
        self.sends += 1
        return n

    def close(self):
        self.sock.close()


def well_behaved(port):
    """A request with its answer: the server has been round its loop."""
    with socket.create_connection(("127.0.0.1", port), LIMIT) as sock:
        sock.sendall(get("/", more="Connection: close\r\n"))
        while sock.recv(65536):
            pass


def flood(port, way):
    """Send until there was enough, the conn is closed, or no more is taken
    though the server answers others."""
    peer = Peer(port, way)
    refused = 0
    while (peer.sent < FLOOD and peer.sends < SENDS and refused < 50
           and peer.wants_out()):
        taken = peer.write()
        if taken < 0 or (peer.reads and not peer.read()):
            break
        refused = 0 if taken else refused + 1
        if not taken:
            well_behaved(port)
    for _ in range(10):
        well_behaved(port)
    return peer


def each(ways, start):
    for way in ways:
        with start() as server:
            well_behaved(server.port)
            before = peak(server.child.pid)
            peer = flood(server.port, way)
            bound = CONN + SLACK + (SESSIONS * SESSION if peer.reads else 0)
            judge(way, peak(server.child.pid) - before, bound)
            peer.close()


# --- `record` of a server that asks and does not read ------------------------

def accept_websocket(conn):
    head = b""
    while b"\r\n\r\n" not in head:
        head += conn.recv(65536)
    key = [line.split(b":", 1)[1].strip() for line in head.split(b"\r\n")
           if line.lower().startswith(b"sec-websocket-key")][0]
    accept = base64.b64encode(hashlib.sha1(
        key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    conn.sendall(b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\n"
                 b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept
                 + b"\r\n\r\n")


def server_frame(data):
    return struct.pack("BB", 0x81, len(data)) + data


def record():
    """Pings that nobody reads, and events that ask for acks."""
    asks = {"ws": [b"\x89\x64" + b"x" * 100],
            "sio": [server_frame(b'4217["a"]')]}
    for scheme, (ask,) in asks.items():
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        more = ["--ack", "--transport", "websocket"] if scheme == "sio" else []
        child = subprocess.Popen(
            [BINARY, "record", f"{scheme}://127.0.0.1:{port}/", "-o",
             os.path.join(FOLDER.name, f"{scheme}.tape.gz"), *more],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        try:
            listener.settimeout(LIMIT)
            conn, _ = listener.accept()
            conn.settimeout(LIMIT)
            accept_websocket(conn)
            if scheme == "sio":
                conn.sendall(server_frame(
                    b'0{"sid":"a","upgrades":[],"pingInterval":25000,'
                    b'"pingTimeout":20000,"maxPayload":1000000}'))
                conn.recv(100)
                conn.sendall(server_frame(b'40{"sid":"b"}'))
            conn.sendall(ask)
            conn.recv(1)  # its first answer: it is at work
            before = peak(child.pid)
            pump(conn, ask * (65536 // len(ask)), child)
            judge(f"record {scheme}", peak(child.pid) - before, 64 * MIB)
            conn.close()
        finally:
            child.kill()
            child.wait()
            listener.close()


def pump(conn, data, child):
    """Until enough was sent, or nothing is taken any more."""
    sent = 0
    conn.setblocking(False)
    left = memoryview(data)
    while sent < FLOOD * 4 and child.poll() is None:
        if not select.select([], [conn], [], 3)[1]:
            return
        try:
            n = conn.send(left)
        except OSError:
            return
        sent += n
        left = left[n:] or memoryview(data)


# --- all at once ---------------------------------------------------------------

def soak(seconds, peers):
    names = list(WAYS)
    with Replay(seconds + 3600) as server:
        well_behaved(server.port)
        before = peak(server.child.pid)
        crowd = [Peer(server.port, names[i % len(names)]) for i in range(peers)]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            turn(crowd)
        if server.child.poll() is not None:
            raise SystemExit("the server has ended")
        well_behaved(server.port)
        judge(f"{peers} peers, {seconds} s, "
              f"{sum(p.sent for p in crowd) / MIB:.0f} MiB sent",
              peak(server.child.pid) - before,
              peers * CONN + SESSIONS * SESSION + SLACK)
        for peer in crowd:
            peer.close()


def turn(crowd):
    """Who does not read learns of its end from what it writes."""
    readable, writable, _ = select.select(
        [p for p in crowd if p.reads], [p for p in crowd if p.wants_out()],
        [], 0.2)
    ended = {p for p in readable if not p.read()}
    ended |= {p for p in writable if p.write() < 0}
    for peer in ended:
        peer.close()
        peer.open()


def main():
    if sys.argv[2] == "each":
        each(WAYS, lambda: Replay(3600))
    elif sys.argv[2] == "serve":
        each(SERVED, lambda: Program("serve", "--listen", "127.0.0.1:0",
                                     "--workspace", FOLDER.name))
    elif sys.argv[2] == "record":
        record()
    else:
        soak(*(int(n) for n in (sys.argv[3:] + ["600", "200"][len(sys.argv)
                                                              - 3:])[:2]))


main()
