#!/usr/bin/python3
"""`tapedeck replay` from the outside: the real binary, real sockets.

usage: e2e.py TAPEDECK CASE

Only loopback, ports picked by the program, every wait ends by an observed
event or fails at a limit. Prints what was wrong; exits 1 if anything was.
"""
import base64
import fcntl
import gzip
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time

LIMIT = 240  # seconds for any wait
MS = 1000000
BINARY = sys.argv[1]
FOLDER = tempfile.mkdtemp(prefix="tapedeck-e2e-")
CHILDREN = []


def check(wrong, what):
    if wrong:
        raise AssertionError(what)


def equal(got, want, what):
    check(got != want, f"{what}: {got!r} instead of {want!r}")


def tape(name, count, step_ns, extra=()):
    """A tape of `tick` events; extra lines come before them."""
    path = os.path.join(FOLDER, name)
    with gzip.open(path, "wt") as out:
        out.write('{"tape":1,"id":"e2e","start":"2026-01-01T00:00:00.000000000Z"'
                  ',"clock":"monotonic"}\n')
        seq = 0
        for line in extra:
            seq += 1
            out.write('{"s":%d,%s}\n' % (seq, line))
        for i in range(count):
            seq += 1
            out.write('{"s":%d,"t":%d,"d":"out","c":1,"ev":"tick","json":%s}\n'
                      % (seq, i * step_ns, payload(i)))
        out.write('{"end":{"events":%d}}\n' % seq)
    return path


def payload(i):
    return '{"n":%d,"x":1.10}' % i


def run(*args, status=0, **more):
    done = subprocess.run([BINARY, "replay", *args], capture_output=True,
                          timeout=LIMIT, stdin=subprocess.DEVNULL, **more)
    equal(done.returncode, status, f"exit status of {args}: {done.stderr}")
    return done


class Server:
    """A replay that serves on a port of its own."""

    def __init__(self, *args):
        self.child = subprocess.Popen(
            [BINARY, "replay", *args, "--serve", "127.0.0.1:0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        CHILDREN.append(self.child)
        self.line = self.child.stdout.readline()
        self.port = json.loads(self.line)["port"]

    def end(self, status=0):
        out, err = self.child.communicate(timeout=LIMIT)
        equal(self.child.returncode, status, f"exit status: {err}")
        return out, err


class WebSocket:
    def __init__(self, port):
        self.sock = socket.create_connection(("127.0.0.1", port), LIMIT)
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall(
            ("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
             f"Sec-WebSocket-Key: {key}\r\n\r\n").encode())
        self.file = self.sock.makefile("rb")
        check(b"101" not in self.file.readline(), "no upgrade")
        while self.file.readline().strip():
            pass

    def message(self):
        """The next message; None at a close in order."""
        head = self.file.read(2)
        equal(len(head), 2, "bytes of a frame's head")
        size = head[1] & 127
        if size == 126:
            size = struct.unpack(">H", self.file.read(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self.file.read(8))[0]
        data = self.file.read(size)
        if head[0] & 15 == 8:
            equal(data[:2], b"\x03\xe8", "close code")
            self.sock.sendall(b"\x88\x82\0\0\0\0\x03\xe8")
            self.sock.close()
            return None
        return data.decode()

    def rest(self):
        return list(iter(self.message, None))


def get(port, path, accept):
    sock = socket.create_connection(("127.0.0.1", port), LIMIT)
    sock.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}"
                 "\r\nConnection: close\r\n\r\n".encode())
    answer = b"".join(iter(lambda: sock.recv(65536), b""))
    return answer.decode().split("\r\n\r\n", 1)


def lines():
    """stdout gets the payloads as they stand, or whole lines."""
    path = tape("lines", 500, 1000, [
        '"t":0,"d":"out","c":1,"text":"two\\nlines"',
        '"t":0,"d":"out","c":1,"text":"not json"',
        '"t":0,"d":"out","c":1,"b64":"AP8="',
        '"t":0,"d":"in","c":1,"json":[0]',
        '"t":0,"d":"out","c":1,"k":"marker","json":{"name":"m"}'])
    want = ['"two\\nlines"', "not json", '{"b64":"AP8="}']
    want += [payload(i) for i in range(500)]
    for speed in "max", "100":
        got = run(path, "-", "--speed", speed).stdout.decode().split("\n")
        equal(got, want + [""], "lines")
    both = run(path, "-", "--dir", "both", "--speed", "max").stdout
    equal(both.count(b"\n"), 504, "lines of both directions")
    with gzip.open(path, "rb") as text:
        on_tape = [x for x in text.read().split(b"\n") if b'"ev":"tick"' in x]
    got = run(path, "-", "--envelope", "--speed", "max", "-e", "tick").stdout
    equal(got.split(b"\n"), on_tape + [b""], "tape lines")
    new = run(path, "-", "--envelope", "--speed", "max", "-e", "tick",
              "--remap", "tick:=tock").stdout
    equal(new, got.replace(b'"ev":"tick"', b'"ev":"tock"'), "renamed lines")


def serve():
    """All consumers get all events, however they speak; facts on /."""
    path = tape("serve", 3000, 10000)
    ready = os.path.join(FOLDER, "ready")
    server = Server(path, "--speed", "max", "--wait-clients", "3", "--json",
                    "--ready-file", ready)
    with open(ready, "rb") as file:
        equal(file.read(), server.line, "ready file")
    head, body = get(server.port, "/", "application/json")
    check("application/json" not in head, head)
    equal(json.loads(body)["state"], "waiting", "state")
    head, body = get(server.port, "/", "text/html")
    check("text/html" not in head or "<table>" not in body, body)
    check(" 404 " not in get(server.port, "/no", "*/*")[0], "a page is there")
    consumers = [WebSocket(server.port) for _ in range(2)]
    sse = socket.create_connection(("127.0.0.1", server.port), LIMIT)
    sse.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    want = [payload(i) for i in range(3000)]
    for consumer in consumers:
        equal(consumer.rest(), want, "messages")
    stream = b"".join(iter(lambda: sse.recv(65536), b""))
    equal([x[6:].decode() for x in stream.split(b"\n") if x[:6] == b"data: "],
          want, "server-sent events")
    summary = json.loads(server.end()[0])
    equal([c["sent"] for c in summary["consumers"]], [3000] * 3, "sent")
    equal((summary["events"], summary["delivered"], summary["lost"]),
          (3000, 9000, 0), "totals")


def catch_up():
    """A latecomer gets everything, with no gap and nothing twice."""
    count = 400
    path = tape("catch-up", count, 15 * MS)
    server = Server(path, "--join", "catch-up")
    want = [payload(i) for i in range(count)]
    first = WebSocket(server.port)
    equal([first.message() for _ in range(100)], want[:100], "the first's")
    late = [WebSocket(server.port)]
    equal([late[0].message() for _ in range(150)], want[:150], "the second's")
    late.append(WebSocket(server.port))
    for consumer, seen in (first, 100), (late[0], 150), (late[1], 0):
        equal(consumer.rest(), want[seen:], f"what comes behind {seen}")
    server.end()


def catch_up_in_a_loop():
    """The same when the tape starts again while the latecomer reads."""
    path = tape("catch-up-loop", 50, 10 * MS)
    server = Server(path, "--join", "catch-up", "--loop=4", "--loop-delay",
                    "5ms")
    one_pass = [payload(i) for i in range(50)]
    first = WebSocket(server.port)
    equal([first.message() for _ in range(75)], one_pass + one_pass[:25],
          "the first's")
    late = WebSocket(server.port).rest()
    equal(len(late) % 50, 0, "events of whole passes")
    equal(late, one_pass * (len(late) // 50), "the latecomer's")
    equal(first.rest(), one_pass[25:] + 2 * one_pass, "the first's rest")
    server.end()


def live():
    """A latecomer that joins live gets what comes from then on."""
    path = tape("live", 300, 12 * MS)
    server = Server(path)
    first = WebSocket(server.port)
    for _ in range(50):
        first.message()
    late = WebSocket(server.port).rest()
    want = [payload(i) for i in range(300)]
    check(not 0 < len(late) <= 250, f"{len(late)} events")
    equal(late, want[-len(late):], "the last events")
    equal(first.rest(), want[50:], "the first's")
    server.end()


def stay():
    """--stay serves on; a latecomer still gets everything."""
    path = tape("stay", 20, 0)
    server = Server(path, "--stay", "--join", "catch-up", "--json")
    want = [payload(i) for i in range(20)]
    first = WebSocket(server.port)
    equal([first.message() for _ in range(20)], want, "the first's")
    facts = json.loads(get(server.port, "/", "application/json")[1])
    equal((facts["state"], facts["end"]), ("played", {"events": 20}), "facts")
    late = WebSocket(server.port)
    equal([late.message() for _ in range(20)], want, "the latecomer's")
    server.child.send_signal(signal.SIGTERM)
    equal((first.rest(), late.rest()), ([], []), "what is left")
    equal(json.loads(server.end()[0])["delivered"], 40, "deliveries")


def to_url():
    """--to sends to a server: here a second replay counts what it hears."""
    path = tape("to", 1000, 0)
    silent = tape("to-silent", 1, 0)
    server = Server(silent, "--json", "--wait-clients", "99")
    for scheme in "ws", "sio":
        run(path, "--to", f"{scheme}://127.0.0.1:{server.port}/", "--speed",
            "max")
    server.child.send_signal(signal.SIGTERM)
    heard = json.loads(server.end(130)[0])["consumers"]
    equal([(c["dialect"], c["received"]) for c in heard],
          [("ws", 1000), ("sio", 1000)], "received")


UNFIT = [
    '"t":0,"d":"out","c":1,"ev":"first","json":["first",1]',
    '"t":0,"d":"out","c":1,"ev":"connect","json":["connect"]',
    '"t":0,"d":"out","c":1,"ev":"pic","att":["!!!!"],'
    '"json":["pic",{"_placeholder":true,"num":0}]',
    '"t":0,"d":"out","c":1,"ev":"last","json":["last"]']


def unfit():
    """What Socket.IO cannot carry is left out whole, counted and said."""
    path = tape("unfit", 0, 0, UNFIT)
    for how in "websocket", "polling":
        server = Server(path, "--json", "--wait-clients", "2", "--stay")
        other = WebSocket(server.port)
        out = os.path.join(FOLDER, f"unfit-{how}.tape.gz")
        done = subprocess.run(
            [BINARY, "record", f"sio://127.0.0.1:{server.port}/", "-o", out,
             "-q", "--until", "last", "--transport", how],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT)
        equal((done.returncode, done.stderr), (0, b""), "record")
        equal(run(out, "-", "--speed", "max").stdout.decode().split("\n"),
              ['["first",1]', '["last"]', ""], "what Socket.IO got")
        server.child.send_signal(signal.SIGTERM)
        equal(len(other.rest()), 4, "messages of the WebSocket")
        summary = json.loads(server.end(3)[0])
        counts = {c["dialect"]: (c["sent"], c["lost"], c["unfit"], c["missed"])
                  for c in summary["consumers"]}
        equal(counts, {"ws": (4, 0, 0, 0), "sio": (2, 2, 2, 0)}, "counts")
        equal((summary["delivered"], summary["lost"], summary["unfit"]),
              (6, 2, 2), "totals")
        equal(summary["unfit_why"], "event 2 over sio: its name is reserved",
              "why")


CHANGED = [
    '"t":0,"d":"out","c":1,"ev":"two\\nlines","json":{"n":1}',
    '"t":0,"d":"out","c":1,"text":"a\\rb"',
    '"t":0,"d":"out","c":1,"ev":"half\\ud800","json":{"n":2}',
    '"t":0,"d":"out","c":1,"id":"a\\u0000b","ev":"id","json":{"n":3}',
    '"t":0,"d":"out","c":1,"ev":"pic","att":["AP8="],'
    '"json":["pic",{"_placeholder":true,"num":0}]',
    '"t":0,"d":"out","c":1,"ev":"esc\\u0061ped","text":"x\\ny"',
    '"t":0,"d":"out","c":1,"ev":"last","json":["last"]']


def changed():
    """What an event stream cannot carry of an event is counted and said, to
    who comes in time and who catches up."""
    path = tape("changed", 0, 0, CHANGED)
    server = Server(path, "--json", "--join", "catch-up", "--stay")
    for accept in "text/event-stream", "*/*":
        sock = socket.create_connection(("127.0.0.1", server.port), LIMIT)
        sock.sendall(f"GET /events HTTP/1.1\r\nHost: localhost\r\n"
                     f"Accept: {accept}\r\n\r\n".encode())
        stream = b""
        while b"event: last\n" not in stream:
            stream += sock.recv(65536)
        check(b"event: two\xef\xbf\xbdlines\n" not in stream, stream)
        check(b"event: escaped\ndata: x\ndata: y\n" not in stream, stream)
        sock.close()
    other = WebSocket(server.port)
    [other.message() for _ in CHANGED]
    server.child.send_signal(signal.SIGTERM)
    other.rest()
    out, _ = server.end(0)
    summary = json.loads(out)
    equal([c["changed"] for c in summary["consumers"]], [5, 5, 0], "changed")
    equal((summary["changed"], summary["lost"]), (10, 0), "in all")
    check(not summary["changed_why"].startswith("event 1 over sse: "),
          summary["changed_why"])


def unfit_to_url():
    """The same with --to, and the other events still arrive."""
    path = tape("unfit-to", 0, 0, UNFIT)
    server = Server(tape("unfit-silent", 1, 0), "--json", "--wait-clients",
                    "99")
    to = f"sio://127.0.0.1:{server.port}/"
    err = run(path, "--to", to, status=3).stderr
    check(b"2 could not be sent, the first: event 2: its name" not in err, err)
    summary = json.loads(run(path, "--to", to, "--json", status=3).stdout)
    equal((summary["delivered"], summary["lost"], summary["unfit"]),
          (2, 2, 2), "totals")
    server.child.send_signal(signal.SIGTERM)
    equal([c["received"] for c in json.loads(server.end(130)[0])["consumers"]],
          [2, 2], "received")


def refused():
    """Who is not let in is counted by the reason, also where nobody is."""
    for more, status in ([], 130), (["--wait-timeout", "2s"], 5):
        server = Server(tape("refused", 3, 0), "--json", "--admit", "/chat",
                        *more)
        for fields in 7 * ["Origin: https://a.example\r\n"] + [
                "Host: a.example\r\n", "Upgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Version: 12\r\n"]:
            host = "" if "Host" in fields else "Host: localhost\r\n"
            sock = socket.create_connection(("127.0.0.1", server.port), LIMIT)
            sock.sendall(f"GET /events HTTP/1.1\r\n{host}{fields}\r\n"
                         .encode())
            check(not sock.recv(65536).startswith(b"HTTP/1.1 4"), fields)
            sock.close()
        if not more:
            server.child.send_signal(signal.SIGINT)
        out, err = server.end(status)
        got = [(r["status"], r["count"]) for r in json.loads(out)["refused"]]
        equal(got, [(403, 7), (403, 1), (426, 1)], "refused")
        equal(err.count(b"refused 127"), 5, err)


def early():
    """Who leaves early has missed the rest, and the summary says so."""
    path = tape("early", 40, 10 * MS)
    server = Server(path, "--json", "--wait-clients", "2", "--require-all")
    gone = WebSocket(server.port)
    other = WebSocket(server.port)
    gone.message()
    gone.sock.sendall(b"\x88\x82\0\0\0\0\x03\xe8")
    gone.rest()
    gone.file.close()
    equal(len(other.rest()), 40, "the other's")
    out, _ = server.child.communicate(timeout=LIMIT)
    first, second = json.loads(out)["consumers"]
    check(not 0 < first["sent"] < 40 or not first["missed"], first)
    equal(server.child.returncode, 1, "status")
    equal((first["sent"] + first["lost"] + first["missed"], second["missed"]),
          (40, 0), "it adds up")
    equal(json.loads(out)["missed"], first["missed"], "missed in all")


def goodbye():
    """Who said goodbye has missed what is played behind it, and lost nothing,
    also where it keeps the connection open."""
    server = Server(tape("goodbye", 40, 20 * MS), "--json")
    first = WebSocket(server.port)
    equal([first.message() for _ in range(3)], [payload(i) for i in range(3)],
          "its messages")
    first.sock.sendall(b"\x88\x82\0\0\0\0\x03\xe8")
    while True:  # up to the answer; what crossed it was sent
        head = first.file.read(2)
        data = first.file.read(head[1] & 127)
        if head[0] & 15 == 8:
            equal(data[:2], b"\x03\xe8", "close code")
            break
    out, _ = server.end(0)
    summary = json.loads(out)
    one = summary["consumers"][0]
    check(not 3 <= one["sent"] < 40 or one["lost"], one)
    equal((one["sent"] + one["missed"], summary["lost"]), (40, 0), one)


def record():
    """What `record` takes from a replay is what was on the tape."""
    count = 2000
    path = tape("record", count, 100000)
    server = Server(path, "--wait-clients", "3")
    outs = {scheme: os.path.join(FOLDER, scheme + ".tape.gz")
            for scheme in ("ws", "http", "sio")}
    for scheme, out in outs.items():
        where = "events" if scheme == "http" else ""
        CHILDREN.append(subprocess.Popen(
            [BINARY, "record", f"{scheme}://127.0.0.1:{server.port}/{where}",
             "-o", out, "-q"], stdin=subprocess.DEVNULL))
    server.end()
    for child in CHILDREN[1:]:
        equal(child.wait(LIMIT), 0, "exit status of record")
    want = [payload(i) for i in range(count)]
    for scheme, out in outs.items():
        got = run(out, "-", "--speed", "max").stdout.decode().split("\n")[:-1]
        if scheme == "sio":
            want = [f'["tick",{x}]' for x in want]
        equal(got, want, f"events over {scheme}")


def passes():
    """--loop plays so often; selections and ranges hold in each pass."""
    path = tape("passes", 10, 1000)
    out = run(path, "-", "--loop=3", "--start", "seq:3", "--end", "seq:5",
              "--speed", "max").stdout.decode()
    equal(out.split(), [payload(i) for i in (2, 3, 4)] * 3, "three passes")
    plan = json.loads(run(path, "--dry-run", "--json", "--loop=3",
                          "--loop-delay", "1s").stdout)
    equal((plan["events"], plan["duration_ns"]), (30, 2 * 10**9 + 3 * 9000),
          "plan")


def exits():
    """Every ending has its exit status and one line that says why."""
    path = tape("exits", 50, MS)
    with open(path, "rb") as whole, \
            open(os.path.join(FOLDER, "torn"), "wb") as torn:
        torn.write(whole.read()[:-30])
    mute = socket.create_server(("127.0.0.1", 0))
    spaced = os.path.join(FOLDER, "spaced.gz")
    with gzip.open(path) as whole, gzip.open(spaced, "wb") as out:
        out.writelines(whole.readline() if i == 0 else
                       json.dumps(json.loads(whole.readline())).encode() +
                       b"\n" for i in range(51))
    rows = [
        (5, "did not answer in time",
         [path, "--to", f"ws://127.0.0.1:{mute.getsockname()[1]}/",
          "--connect-timeout", "50ms"]),
        (2, "--connect-timeout: only with --to\n",
         [path, "-", "--connect-timeout", "1s"]),
        (3, "played 0 messages", [spaced, "-"]),
        (3, "50 damaged lines (50 with white space between the tokens)",
         [spaced, "-"]),
        (3, "damaged", [torn.name, "-", "--speed", "max"]),
        (3, "damaged", [torn.name, "--dry-run"]),
        (5, "0 of 1 consumers", [path, "--serve", "127.0.0.1:0",
                                 "--wait-timeout", "50ms"]),
        (6, "late", [path, "-", "--max-lateness", "0"]),
        (0, "lateness", [path, "-", "--max-lateness", "60s"]),
        (2, "where to play", [path]),
        (2, "exclude each other", [path, "--to", "ws://x/", "-"]),
        (2, "no place", [path, "-", "--start", "noon"]),
        (2, "--start: marker:none: the tape has no such marker",
         [path, "-", "--start", "marker:none"]),
        (2, "--to: cannot send", [path, "--to", "http://127.0.0.1:1/"]),
        (2, "--stay: only with --serve\n", [path, "-", "--stay"]),
        (2, "--wait-clients: only with --serve\n",
         [path, "--to", "ws://127.0.0.1:1/", "--wait-clients", "3"]),
        (2, "--envelope: only with -\n",
         [path, "--serve", ":0", "--envelope"]),
        (2, "--path: only with --serve and --to\n",
         [path, "-", "--path", "x"]),
        (2, "--insecure: only with --to\n",
         [path, "--serve", ":0", "--insecure"]),
        (0, "lateness", [path, "-", "--max-lateness", "1m"]),
        (2, "full speed", [path, "-", "--speed", "max", "--max-lateness",
                           "1s"]),
        (2, "--eps", [path, "-", "--speed", "2", "--eps", "2"]),
        (4, "No such file", ["/no/such.tape.gz", "-"]),
        (4, "refused", [path, "--to", "ws://127.0.0.1:1/"]),
        (4, "", [FOLDER, "-"]),
        (0, "none of 50 events", [path, "-", "--dir", "in"]),
        (1, "--require-events: no event was selected",
         [path, "-", "--dir", "in", "--require-events"]),
        (0, "played 50", [path, "-", "--require-events"]),
        (0, "played 100", [path, "-", "--speed", "max", "--loop", "2"]),
        (1, "--require-all: no consumer came",
         [path, "--serve", "127.0.0.1:0", "--wait-clients", "0",
          "--require-all"]),
    ]
    for status, why, args in rows:
        done = run(*args, status=status)
        text = (done.stderr + done.stdout).decode()
        check(why not in text, f"{args}: no {why!r} in {text!r}")
    mute.close()


def port_in_use():
    path = tape("port", 1, 0)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        run(path, "--serve", f"127.0.0.1:{port}", status=4)


def signals():
    """SIGUSR1 pauses and goes on; SIGTERM ends in order."""
    path = tape("signals", 100000, MS)
    server = Server(path, "--start-paused", "--json")
    consumer = WebSocket(server.port)
    while json.loads(get(server.port, "/", "*/*")[1])["state"] != "paused":
        pass
    server.child.send_signal(signal.SIGUSR1)
    equal(consumer.message(), payload(0), "first message")
    server.child.send_signal(signal.SIGTERM)
    got = consumer.rest()
    equal(got, [payload(i + 1) for i in range(len(got))], "messages")
    equal(json.loads(server.end(130)[0])["lost"], 0, "lost")


def slow():
    """Who takes nothing is left behind and counted; others get all."""
    path = tape("slow", 200000, 0)
    server = Server(path, "--wait-clients", "2", "--speed", "max", "--json",
                    "--max-stall", "200ms", "--max-queue", "1M")
    stuck = WebSocket(server.port)
    other = WebSocket(server.port)
    equal(len(other.rest()), 200000, "messages of the other")
    summary = json.loads(server.end(3)[0])
    check(summary["lost"] == 0, "nothing was lost")
    for c in summary["consumers"]:
        equal(c["sent"] + c["lost"] + c["missed"], 200000, f"sum of {c}")
    stuck.sock.close()


def keys():
    """The keys of a terminal, seen on its screen."""
    path = tape("keys", 60, 1000 * MS)
    mux = ["tmux", "-L", f"tapedeck-e2e-{os.getpid()}", "-f", "/dev/null"]
    script = (f"{BINARY} replay {path} - > /dev/null; echo exit=$?; "
              "stty -a | grep -o -w -e '-*icanon' -e '-*echo'; read x")
    env = {k: v for k, v in os.environ.items() if k not in ("CI", "TMUX")}
    env["TERM"] = "xterm"

    def screen():
        return subprocess.run([*mux, "capture-pane", "-p"], env=env,
                              capture_output=True).stdout.decode()

    def wait_for(*texts):
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            seen = screen()
            if all(text in seen for text in texts):
                return seen
        raise AssertionError(f"no {texts} on the screen:\n{seen}")

    def press(key):
        subprocess.run([*mux, "send-keys", key], env=env, check=True)

    subprocess.run([*mux, "new-session", "-d", "-x", "70", "-y", "24", "sh",
                    "-c", script], env=env, check=True)
    try:
        wait_for("playing", "x1 ", " message")
        press("Space")
        before = wait_for("paused")
        events = int(before.split(" message")[0].split()[-1])
        press(".")
        wait_for("paused", f" {events + 1} messages")
        press("Up")
        wait_for("x1.1 ")
        press("Down")
        wait_for("x0.99 ")
        press("Right")
        press(".")
        wait_for("paused", f" {events + 2} message", f"00:{events + 5:02d}")
        press("Left")
        press(".")
        wait_for("paused", f" {events + 3} message", f"00:{events:02d}")
        press("m")
        wait_for("written at the end")
        press("Space")
        seen = wait_for("playing", "late")
        check("paused" in seen, "a long line has wrapped:\n" + seen)
        press("q")
        wait_for("exit=130", "\nicanon", "\necho", "1 marker")
        with gzip.open(path, "rt", encoding="utf-8") as file:
            marker = [json.loads(line) for line in file if '"k":"marker"' in line]
        equal(len(marker), 1, "markers")
        equal(marker[0]["json"]["name"][:6], "mark +", "its name")
    finally:
        subprocess.run([*mux, "kill-server"], env=env)


def audience():
    """Who listens, on the line of a terminal."""
    path = tape("audience", 60, 1000 * MS)
    subprocess.run([BINARY, "reindex", path], check=True, timeout=LIMIT,
                   capture_output=True)
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    child = subprocess.Popen(
        [BINARY, "replay", path, "--serve", "127.0.0.1:0", "--wait-clients", "1"],
        stdin=theirs, stdout=subprocess.PIPE, stderr=theirs,
        env={k: v for k, v in os.environ.items() if k != "CI"} | {"TERM": "xterm"})
    CHILDREN.append(child)
    os.close(theirs)
    port = json.loads(child.stdout.readline())["port"]
    seen = b""

    def wait_for(*texts):
        nonlocal seen
        seen = b""
        end = time.monotonic() + LIMIT
        while not all(text in seen for text in texts):
            check(time.monotonic() > end, f"no {texts}: {seen[-200:]!r}")
            if select.select([ours], [], [], 1)[0]:
                try:
                    seen += os.read(ours, 65536)
                except OSError:
                    raise AssertionError(f"it ended: {seen[-200:]!r}") from None

    wait_for(b"waiting ", b"  0 messages", b"? keys")
    first = WebSocket(port)
    wait_for(b"playing ", b"of 00:59.0", b"  1 consumer ")
    second = WebSocket(port)
    wait_for(b"  2 consumers ")
    first.sock.close()
    first.file.close()
    wait_for(b"  1 consumer ")
    os.write(ours, b"q")
    end = time.monotonic() + LIMIT
    while child.poll() is None:
        check(time.monotonic() > end, "it does not end")
        if select.select([ours], [], [], 0.1)[0]:
            try:
                os.read(ours, 65536)
            except OSError:
                pass  # the terminal is closed
    equal(child.returncode, 130, "exit status")
    second.sock.close()


def main(case):
    try:
        case()
    except (AssertionError, subprocess.TimeoutExpired) as wrong:
        print(f"{case.__name__}: {wrong}")
        sys.exit(1)
    finally:
        for child in CHILDREN:
            child.kill()
            child.wait()
        shutil.rmtree(FOLDER)


if __name__ == "__main__":
    main(globals()[sys.argv[2]])
