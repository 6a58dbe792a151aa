#!/usr/bin/python3
"""`tapedeck replay --answer --mode once|new|pass --to URL`: what the tape does
not have.

usage: e2e_mode.py TAPEDECK [CASE...]
"""
import base64
import gzip
import hashlib
import json
import os
import queue
import socket
import struct
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import e2e_answer  # noqa: E402
from e2e_answer import Server, e2e, holds, one_line, same  # noqa: E402
from app import App  # noqa: E402
from exchange_tape import Tape  # noqa: E402


class Mode(Server):
    """Answers from t.tape.gz, or asks the app."""

    def __init__(self, box, app, mode, *options):
        super().__init__(box, None, "--mode", mode, "--to",
                         "http://127.0.0.1:%d" % app.port, "--speed", "max",
                         *options, name="t.tape.gz")


def hello(request, body):
    if request.path == "/stream":
        request.begin_stream()
        request.event("one")
        request.event("two")
        request.end_stream()
    elif request.path == "/breaks":
        request.begin_stream()
        request.event("one")
        request.close_connection = True
    else:
        request.reply(json.dumps({"path": request.path,
                                  "body": body.decode()}), X_A="b")


def on_tape(box, kind):
    text = gzip.decompress(e2e.read(box.path("t.tape.gz"))).decode()
    events = [json.loads(line) for line in text.splitlines()]
    return [e["json"] for e in events if e.get("k") == kind]


def requests_on(where):
    return [head["target"] for head in on_tape(where, "request")]


def new_asks_for_what_is_not_on_the_tape_and_appends_it(box):
    with App(hello) as app:
        server = Mode(box, app, "new")
        same(server.ask("GET", "/a")[2], b'{"path": "/a", "body": ""}')
        status, headers, body = server.ask("POST", "/b", "x",
                                           {"Authorization": "Bearer key"})
        same((status, body), (200, b'{"path": "/b", "body": "x"}'))
        same(dict(headers)["X-A"], "b")
        same(dict(app.asked[-1][2])["Authorization"], "Bearer key")
        same(server.ask("GET", "/stream")[2], b"data: one\n\ndata: two\n\n")
        holds(server.end(), "0 of 0 exchanges answered, 3 requests recorded\n")
        same(requests_on(box), ["/a", "/b", "/stream"])
        del app.asked[:]
        server = Mode(box, app, "new")
        same(server.ask("POST", "/b", "x")[2], b'{"path": "/b", "body": "x"}')
        same(server.ask("GET", "/stream")[2], b"data: one\n\ndata: two\n\n")
        same(app.asked, [])
        same(server.ask("GET", "/c")[2], b'{"path": "/c", "body": ""}')
        same([a[1] for a in app.asked], ["/c"])
        holds(server.end(), "2 of 3 exchanges answered, 1 exchange unused (1), "
                            "1 request recorded\n")
        same(requests_on(box), ["/a", "/b", "/stream", "/c"])
    same(box.run("verify", "t.tape.gz")[0], 0)
    server = Server(box, None, "--speed", "max", "--strict", name="t.tape.gz")
    for target in ("/c", "/a", "/stream"):
        server.ask("GET", target)
    server.ask("POST", "/b", "x")
    holds(server.end(), "4 of 4 exchanges answered\n")


def new_names_events_as_the_tape_does(box):
    def typed(request, _):
        request.begin_stream()
        request.event('{"event":"a","type":"b"}')
        request.end_stream()

    with App(typed) as app:
        for options, name in (({"name": "/event"}, "a"), ({"name": None}, None),
                              ({}, "b")):
            tape = Tape()
            tape.exchange("GET", "/known", "x")
            tape.write(box.path("t.tape"), options=options)
            with open(box.path("t.tape"), "rb") as plain, \
                    gzip.open(box.path("t.tape.gz"), "wb") as packed:
                packed.write(plain.read())
            server = Mode(box, app, "new")
            server.ask("GET", "/s")
            server.end()
            text = gzip.decompress(e2e.read(box.path("t.tape.gz"))).decode()
            lines = [json.loads(line) for line in text.splitlines()]
            same([line.get("ev") for line in lines
                  if "event" in line.get("json", {})], [name])


def odd(request, _):
    """Answers whose length is not that of a body."""
    def head(status, *fields):
        request.send_response_only(status)
        for name, value in fields:
            request.send_header(name, value)
        request.end_headers()

    if request.path == "/304":
        head(304, ("ETag", "x"), ("Content-Length", "7"))
    elif request.path == "/204":
        head(204)
    elif request.path == "/head":
        head(200, ("Content-Length", "123"))
    elif request.path == "/empty":
        head(200, ("A", "1"), ("A", "2"), ("Content-Length", "0"))
    elif request.path == "/moved":
        head(307, ("Location", "/empty"), ("Content-Length", "0"))
    elif request.path == "/early":
        head(103, ("Link", "</a>"))
        head(200, ("Content-Length", "2"))
        request.wfile.write(b"ok")
    else:
        head(200, ("Content-Type", "text/plain"), ("Connection", "close"))
        request.wfile.write(b"to the end")
        request.close_connection = True


def answers_without_a_body_of_their_length_pass(box):
    rows = [("GET", "/304", 304, [("ETag", "x"), ("Content-Length", "7")], b""),
            ("GET", "/204", 204, [], b""),
            ("HEAD", "/head", 200, [("Content-Length", "123")], b""),
            ("GET", "/empty", 200, [("A", "1"), ("A", "2"),
                                    ("Content-Length", "0")], b""),
            ("GET", "/moved", 307, [("Location", "/empty"),
                                    ("Content-Length", "0")], b""),
            ("GET", "/early", 200, [("Content-Length", "2")], b"ok"),
            ("GET", "/end", 200, [("Content-Type", "text/plain"),
                                  ("Transfer-Encoding", "chunked")],
             b"to the end")]
    with App(odd) as app:
        for last in ("0 of 0 exchanges answered, 7 requests recorded\n",
                     "7 of 7 exchanges answered\n"):
            server = Mode(box, app, "new")
            for method, target, status, fields, body in rows:
                answer = server.ask(method, target)
                same((target, answer[0], [f for f in answer[1]
                                          if f[0] != "Connection"], answer[2]),
                     (target, status, fields, body))
            holds(server.end(), last)


def new_leaves_a_tape_that_has_all(box):
    with App(hello) as app:
        server = Mode(box, app, "new")
        server.ask("GET", "/a")
        server.end()
        before = e2e.read(box.path("t.tape.gz"))
        server = Mode(box, app, "new")
        server.ask("GET", "/a")
        holds(server.end(), "1 of 1 exchange answered\n")
        same(e2e.read(box.path("t.tape.gz")) == before, True)


def what_breaks_off_upstream_breaks_off(box):
    with App(hello) as app:
        server = Mode(box, app, "new")
        whole, _ = server.raw(b"GET /breaks HTTP/1.1\r\nHost: localhost\r\n\r\n")
        holds(whole, b"data: one\n\n")
        same(whole.endswith(b"0\r\n\r\n"), False)
        server.end()
        same([done["cut"] for done in on_tape(box, "done")],
             ["closed by upstream"])
    server = Mode(box, app, "new")  # nobody is there any more
    status, _, body = server.ask("GET", "/z")
    same(status, 502)
    holds(body.decode(), '"type":"tapedeck_upstream"')
    server.end()


def once_records_if_there_is_no_tape(box):
    with App(hello) as app:
        server = Mode(box, app, "once")
        same(server.ask("GET", "/a")[2], b'{"path": "/a", "body": ""}')
        holds(server.end(), "1 exchange, ")
        same(requests_on(box), ["/a"])
        del app.asked[:]
        server = Mode(box, app, "once")
        same(server.ask("GET", "/a")[2], b'{"path": "/a", "body": ""}')
        same(server.ask("GET", "/b")[0], 501)
        same(app.asked, [])
        server.end(1)


def a_miss_names_the_server_that_was_recorded(box):
    with App(hello) as app:
        url = "http://127.0.0.1:%d" % app.port
        code, _, err = box.run(
            "record", "-o", "t.tape.gz", "--listen", "127.0.0.1:0", "--to",
            url, "--env", "U", "--", sys.executable, "-c",
            "import os, urllib.request as u; u.urlopen(os.environ['U'] + '/a')")
        same((code, "1 exchange, " in err), (0, True))
        code, _, err = box.run(
            "replay", "t.tape.gz", "--answer", "127.0.0.1:0", "--env", "U",
            "--", sys.executable, "-c",
            "import os, urllib.request as u\n"
            "try: u.urlopen(os.environ['U'] + '/b')\n"
            "except OSError: pass")
        same(code, 1)
        holds(err, "  answered 501; record it: --mode new --to %s\n" % url)


def pass_keeps_nothing(box):
    with App(hello) as app:
        server = Mode(box, app, "pass")
        same(server.ask("GET", "/a")[2], b'{"path": "/a", "body": ""}')
        same(server.ask("GET", "/stream")[2], b"data: one\n\ndata: two\n\n")
        server.end()
        same(os.path.exists(box.path("t.tape.gz")), False)


def a_command_goes_through_every_mode(box):
    code = ("import os, urllib.request as u; "
            "print(u.urlopen(os.environ['U'] + '/a').read().decode())")
    with App(hello) as app:
        for mode, asked in (("pass", 1), ("once", 1), ("once", 0), ("new", 0)):
            del app.asked[:]
            status, out, err = box.run(
                "replay", "t.tape.gz", "--answer", "127.0.0.1:0", "--mode",
                mode, "--to", "http://127.0.0.1:%d" % app.port, "--env", "U",
                "--", sys.executable, "-c", code + "; raise SystemExit(7)")
            same((mode, status, out.decode().strip(), len(app.asked)),
                 (mode, 7, '{"path": "/a", "body": ""}', asked))


def a_tape_that_cannot_be_written_is_loud(box):
    with App(hello) as app:
        server = Mode(box, app, "new")
        server.ask("GET", "/a")
        server.end()
        os.chmod(box.path("t.tape.gz"), 0o400)
        os.chmod(box.dir, 0o500)
        try:
            if os.access(box.path("t.tape.gz"), os.W_OK):
                return  # nothing is forbidden to this user
            server = Mode(box, app, "new")
            same(server.raw(b"GET /b HTTP/1.1\r\nHost: localhost\r\n\r\n")[0],
                 b"")
            holds(server.end(4), "t.tape.gz")
        finally:
            os.chmod(box.dir, 0o700)


class Frames:
    """The side of a server behind its 101, by hand."""

    def __init__(self, request, protocol=None):
        key = request.headers["Sec-WebSocket-Key"] + \
            "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        request.send_response_only(101)
        request.send_header("Upgrade", "websocket")
        request.send_header("Connection", "Upgrade")
        request.send_header("X-A", "b")
        request.send_header("Sec-WebSocket-Accept", base64.b64encode(
            hashlib.sha1(key.encode()).digest()).decode())
        if protocol:
            request.send_header("Sec-WebSocket-Protocol", protocol)
        request.end_headers()
        request.close_connection = True
        self.request = request

    def say(self, data, opcode=1):
        data = data.encode() if isinstance(data, str) else data
        head = bytes([0x80 | opcode]) + (
            bytes([len(data)]) if len(data) < 126
            else b"\x7e" + struct.pack(">H", len(data)))
        self.request.wfile.write(head + data)
        self.request.wfile.flush()

    def hear(self):
        """(opcode, bytes), or None at the end."""
        head = self.request.rfile.read(2)
        if len(head) < 2:
            return None
        mask = self.request.rfile.read(4)
        data = self.request.rfile.read(head[1] & 127)
        return (head[0] & 15, bytes(b ^ mask[i % 4]
                                    for i, b in enumerate(data)))


def talk_about(heard):
    """A server that says back what it hears, and says goodbye if asked to; of
    each talk heard gets the last that it heard."""
    def answer(request, _):
        if request.path == "/no":
            request.reply("{}", 403)
            return
        last = None
        try:
            last = talk(request)
        finally:
            heard.put(last)

    def talk(request):
        frames = Frames(request, "b" if request.path == "/p" else None)
        frames.say("welcome")
        while True:
            got = frames.hear()
            if got is None or got[1] == b"break":
                return got
            if got[0] == 8:
                frames.say(got[1], 8)
                return got
            if got[1] == b"bye":
                frames.say(struct.pack(">H", 4001) + b"enough", 8)
                continue
            frames.say(b"<" + got[1] + b">", got[0])
    return answer


def new_asks_for_websockets_and_appends_them(box):
    heard = queue.Queue()
    with App(talk_about(heard)) as app:
        server = Mode(box, app, "new")
        peer = e2e_answer.Socket(server, "/p", "Sec-WebSocket-Protocol: a, b\r\n"
                                 "X-Mine: 1\r\n")
        holds(peer.head, b" 101 ")
        holds(peer.head, b"\r\nX-A: b\r\n")
        holds(peer.head, b"\r\nSec-WebSocket-Protocol: b\r\n")
        same(dict(app.asked[0][2])["X-Mine"], "1")
        same(peer.hear(), "welcome")
        peer.say("one")
        same(peer.hear(), "<one>")
        peer.say(b"\0\1", 2)
        same(peer.hear(), b"<\0\1>")
        peer.say("bye")
        same(peer.hear(), (4001, "enough"))
        peer.say(struct.pack(">H", 4001), 8)
        same(heard.get(timeout=e2e.SECONDS), (8, struct.pack(">H", 4001)))
        other = e2e_answer.Socket(server, "/w")
        same(other.hear(), "welcome")
        other.say(struct.pack(">H", 4002), 8)
        same(other.hear(), (4002, ""))
        same(heard.get(timeout=e2e.SECONDS), (8, struct.pack(">H", 4002)))
        cut = e2e_answer.Socket(server, "/cut")
        same(cut.hear(), "welcome")
        cut.say("break")
        same(cut.hear(), None)
        holds(e2e_answer.Socket(server, "/no").head, b" 403 ")
        holds(server.raw(b"GET /w HTTP/1.1\r\nHost: localhost\r\nUpgrade: "
                         b"websocket\r\nConnection: Upgrade, close\r\n\r\n")[0],
              b" 4")
        holds(server.end(1), "4 requests recorded")
        same(len(app.asked), 4)
    same(box.run("verify", "t.tape.gz")[0], 0)
    with App(hello) as app:  # nobody is asked any more
        server = Mode(box, app, "new")
        peer = e2e_answer.Socket(server, "/p",
                                 "Sec-WebSocket-Protocol: a, b\r\n")
        same(peer.hear(), "welcome")
        peer.say("one")
        same(peer.hear(), "<one>")
        peer.say(b"\0\1", 2)
        same(peer.hear(), b"<\0\1>")
        peer.say("bye")
        same(peer.hear(), (4001, "enough"))
        peer.close()
        same(app.asked, [])
        server.end()


def much_passes_a_slow_reader(box):
    """The upstream waits while nobody reads; nothing is lost, or said twice."""
    count = 400
    text = "x" * 60000

    def answer(request, _):
        frames = Frames(request)
        for number in range(count):
            frames.say("%d %s" % (number, text))
        frames.say(struct.pack(">H", 1000), 8)
        frames.hear()

    with App(answer) as app:
        server = Mode(box, app, "new")
        peer = e2e_answer.Socket(server, "/w")
        same(server.raw(b"GET / HTTP/1.0\r\nHost: x\r\n\r\n")[0][:12],
             b"HTTP/1.1 403")
        for number in range(count):
            head = peer.file.read(4)
            size = struct.unpack(">H", head[2:])[0]
            got = peer.file.read(size)
            same(got.split(b" ")[0], b"%d" % number)
        same(peer.hear(), (1000, ""))
        peer.say(struct.pack(">H", 1000), 8)
        server.end(1)


def who_is_left_is_told(box):
    """A client that vanishes, and a replay that ends, while a talk goes on."""
    heard = queue.Queue()
    with App(talk_about(heard)) as app:
        server = Mode(box, app, "new")
        peer = e2e_answer.Socket(server, "/w")
        same(peer.hear(), "welcome")
        peer.file.close()
        peer.sock.close()
        same(heard.get(timeout=e2e.SECONDS), None)
        peer = e2e_answer.Socket(server, "/w")
        same(peer.hear(), "welcome")
        server.end()
        same(heard.get(timeout=e2e.SECONDS), None)
        same([done["cut"] for done in on_tape(box, "done")],
             ["closed by client", "the recording has ended"])


def who_leaves_is_told_to_the_upstream(box):
    left = threading.Event()

    def answer(request, _):
        request.begin_stream()
        request.event("one")
        request.connection.settimeout(e2e.SECONDS)
        try:
            request.connection.recv(1)
        except OSError:
            pass
        left.set()
        request.close_connection = True

    with App(answer) as app:
        server = Mode(box, app, "new")
        with socket.create_connection(("127.0.0.1", server.port),
                                      timeout=e2e.SECONDS) as sock:
            sock.sendall(b"GET /s HTTP/1.1\r\nHost: localhost\r\n\r\n")
            whole = b""
            while b"one" not in whole:
                whole += sock.recv(4096)
        same(left.wait(e2e.SECONDS), True)
        server.end()
        same([done["cut"] for done in on_tape(box, "done")],
             ["closed by client"])


def who_waits_is_told_at_the_end(box):
    """A stream that still passes when the replay ends breaks off."""
    over = threading.Event()

    def answer(request, _):
        request.begin_stream()
        request.event("one")
        over.wait(e2e.SECONDS)
        request.close_connection = True

    with App(answer) as app:
        server = Mode(box, app, "new")
        with socket.create_connection(("127.0.0.1", server.port),
                                      timeout=e2e.SECONDS) as sock:
            sock.sendall(b"GET /s HTTP/1.1\r\nHost: localhost\r\n\r\n")
            whole = b""
            while b"one" not in whole:
                whole += sock.recv(4096)
            server.end()
            while (piece := sock.recv(4096)):
                whole += piece
        over.set()
        same(whole.endswith(b"one\n\n\r\n"), True)
        same([done["cut"] for done in on_tape(box, "done")],
             ["the recording has ended"])


def misuse_is_one_line(box):
    tape = Tape()
    tape.exchange("GET", "/a", "{}")
    tape.write(box.path("t.tape"))
    rows = [
        (["t.tape", "--answer", ":0", "--mode", "new"], "is not named"),
        (["t.tape", "--answer", ":0", "--to", "http://127.0.0.1:9"],
         "nobody is asked"),
        (["t.tape", "--answer", ":0", "--mode", "old", "--to", "http://a"],
         "old"),
        (["t.tape", "--serve", ":0", "--mode", "new"], "only with --answer"),
        (["none.tape", "--answer", ":0", "--mode", "new", "--to", "ws://a"],
         "http://"),
        (["t.tape", "--answer", ":0", "--mode", "new", "--to",
          "http://127.0.0.1:9/?key=s3cret"], "has no query"),
        (["t.tape", "--answer", ":0", "--mode", "pass", "--to",
          "http://127.0.0.1:9", "--header", "A: b"], "--header"),
    ]
    for args, part in rows:
        code, out, err = box.run("replay", *args)
        same((args, code, out), (args, 2, b""))
        one_line(err)
        holds(err, part)


TABLE = {name: value for name, value in list(globals().items())
         if getattr(value, "__module__", "") == "__main__" and
         getattr(value, "__code__", None) and
         value.__code__.co_varnames[:value.__code__.co_argcount] == ("box",)}

if __name__ == "__main__":
    sys.exit(e2e.main(os.path.abspath(sys.argv[1]), sys.argv[2:] or TABLE,
                      TABLE))
