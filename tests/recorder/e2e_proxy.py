#!/usr/bin/python3
"""Recordings between HTTP clients and a server.

usage: e2e_proxy.py TAPEDECK [CASE...]
"""
import gzip
import http.client
import http.server
import json
import os
import re
import signal
import socket
import socketserver
import ssl
import struct
import subprocess
import sys
import threading
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
import e2e  # noqa: E402
import peers  # noqa: E402
from app import App  # noqa: E402
from e2e import holds, kinds, one_line, payload, plain, same, tape, wait_until

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Handler(http.server.BaseHTTPRequestHandler):
    """What curl is given; what it sends comes back as JSON."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, body, kind="application/json", status=200, **fields):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        whole = b""
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            whole += self.rfile.read(size)
            self.rfile.readline()
            if size == 0:
                return whole

    def do_POST(self):
        whole = self.body()
        self.answer(json.dumps({"bytes": len(whole),
                                "crc": zlib.crc32(whole)}).encode())

    do_PUT = do_PATCH = do_DELETE = do_POST

    def do_GET(self):
        text = b"0123456789" * 10
        if self.headers.get("Range") == "bytes=10-19":
            self.answer(text[10:20], "text/plain", 206,
                        Content_Range="bytes 10-19/100")
        elif "gzip" in self.headers.get("Accept-Encoding", ""):
            self.answer(gzip.compress(b'{"packed":true}'),
                        Content_Encoding="gzip")
        else:
            self.answer(text, "text/plain")

    do_HEAD = do_GET


class Upstream(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, *_):
        pass  # a client that left; the case itself tells what is wrong

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


def web():
    return Upstream(("127.0.0.1", 0), Handler)


def start(box, port, *options, to="", **how):
    """A proxy that listens, and where."""
    process = box.start("record", "--listen", "127.0.0.1:0", "--to",
                        to or f"http://127.0.0.1:{port}", "-o", "t.tape.gz",
                        "--ready-file", "ready", *options, **how)
    wait_until(lambda: os.path.exists(box.path("ready"))
               or process.poll() is not None, "the address")
    if process.poll() is not None:
        raise AssertionError(process.stderr.read().decode())
    with open(box.path("ready"), encoding="utf-8") as file:
        return process, json.load(file)["port"]


def stop(box, process, status=0):
    process.send_signal(signal.SIGINT)
    code, _, err = box.end(process)
    same((code, err if code != status else ""), (status, ""))
    e2e.sequence_is_whole(tape(box))
    return err


def dial(port):
    return socket.create_connection(("127.0.0.1", port), timeout=240)


def until_end(conn):
    data = b""
    while True:
        piece = conn.recv(65536)
        if not piece:
            return data
        data += piece


def ask(port, request, half=True):
    """All that comes back."""
    with dial(port) as conn:
        conn.sendall(request)
        if half:
            conn.shutdown(socket.SHUT_WR)
        return until_end(conn)


def status_of(answer):
    return int(answer.split(b" ")[1]) if answer else 0


def heads(events, kind):
    return [e["json"] for e in kinds(events, kind)]


def dones(events):
    return [e["json"] for e in kinds(events, "done")]


# ---- what passes --------------------------------------------------------

CURL = (("/a?x=1",), ("-X", "POST", "-d", '{"a":1}', "/b"),
        ("-T", "/dev/stdin", "/c"), ("-I", "/d"), ("-0", "/e"),
        ("-r", "10-19", "/f"), ("--compressed", "/g"),
        ("-H", "Expect: 100-continue", "--data-binary", "@-", "/h"),
        ("-X", "DELETE", "/i"), ("/j", "/k"))


def curl(port, words):
    urls = [f"http://127.0.0.1:{port}{w}" if w[0] == "/" and w[1:4] != "dev"
            else w for w in words]
    run = subprocess.run(["curl", "-sS", "-i", "--max-time", "60", *urls],
                         input=b"x" * 300_000, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, check=False)
    return (run.returncode, run.stderr,
            re.sub(rb"Date: [^\r]*", b"Date:", run.stdout))


def curl_sees_no_difference(box):
    with web() as server:
        process, port = start(box, server.server_port)
        for words in CURL:
            same((words, curl(port, words)),
                 (words, curl(server.server_port, words)))
        err = stop(box, process)
    holds(err, f"{len(CURL) + 1} exchanges, ")
    events = tape(box)
    same([e["x"] for e in kinds(events, "done")], list(range(1, 12)))
    same(dones(events), [{}] * 11)
    same([h["method"] for h in heads(events, "request")],
         ["GET", "POST", "PUT", "HEAD", "GET", "GET", "GET", "POST", "DELETE",
          "GET", "GET"])
    same([h["status"] for h in heads(events, "response")].count(100), 2)
    same(heads(events, "request")[4]["version"], "1.0")
    bodies = {(e["x"], e["d"]): payload(e) for e in kinds(events, "body")}
    same(bodies[2, "in"], b'{"a":1}')
    same(len(bodies[3, "in"]), 300_000)
    same(bodies[6, "out"], b"0123456789")
    same(bodies[7, "out"], b'{"packed":true}')
    same((4, "out") in bodies, False)


def one_connection_is_kept_alive(box):
    with web() as server:
        process, port = start(box, server.server_port)
        conn = http.client.HTTPConnection("127.0.0.1", port, timeout=240)
        for n in range(50):
            conn.request("POST", f"/{n}", body=b"x" * n)
            same(json.loads(conn.getresponse().read())["bytes"], n)
        conn.close()
        stop(box, process)
    events = tape(box)
    same(len(kinds(events, "open")), 1)
    same({e["c"] for e in kinds(events, "done")}, {1})
    same(len(dones(events)), 50)


REQUESTS = (b"POST /one HTTP/1.1\r\nHost: HERE\r\nX-Odd:  a  b \r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
            b"3;ext=\"1\"\r\nabc\r\n02\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n"
            b"GET /two?q=%20 HTTP/1.1\r\nhost: HERE\r\nAccept-Encoding: br;q=1.0, "
            b"gzip;q=0.5, *;q=0\r\nUpgrade: h2c\r\n\r\n")
ANSWERS = (b"HTTP/1.1 200 Very fine\r\nTransfer-Encoding: chunked\r\n"
           b"Content-Type: application/x-ndjson\r\nx-a: 1\r\nX-A: 2\r\n\r\n"
           b"8\r\n{\"n\":1}\n\r\n10\r\n{\"n\":2}\n{\"n\":3}\n\r\n0\r\n"
           b"X-Trailer: yes\r\n\r\n"
           b"HTTP/1.1 404 \r\nContent-Length: 3\r\n\r\nno\n")


def bytes_pass_as_they_are(box):
    seen = []

    def serve(conn):
        data = b""
        while data.count(b"\r\n\r\n") < 3:
            data += conn.recv(65536)
        seen.append(data)
        conn.sendall(ANSWERS)

    with peers.Server(serve) as server:
        process, port = start(box, server.port)
        mine = REQUESTS.replace(b"HERE", b"127.0.0.1:%d" % port)
        same(ask(port, mine, half=False), ANSWERS)
        stop(box, process)
        theirs = REQUESTS.replace(b"HERE", b"127.0.0.1:%d" % server.port)
    theirs = theirs.replace(b"X-Odd:  a  b ", b"X-Odd: a  b")
    theirs = theirs.replace(b"host:", b"Host:").replace(
        b"br;q=1.0, gzip;q=0.5, *;q=0\r\nUpgrade: h2c", b"gzip;q=0.5")
    same(seen, [theirs])
    events = tape(box)
    same([payload(e) for e in kinds(events, "body")], [b"abcde", b"no\n"])
    same([e["json"]["n"] for e in plain(events)], [1, 2, 3])
    same(heads(events, "response")[0]["headers"][2:],
         [["x-a", "1"], ["X-A", "2"]])
    same(dones(events)[0]["trailers"], [["X-Trailer", "yes"]])
    same([d.get("request_trailers_left_out") for d in dones(events)],
         [1, None])
    same([n for _, n in dones(events)[0]["chunks"]], [8, 16])


def streamed(box, head, pieces, *options):
    """The tape of an answer that the client took piece by piece."""
    def serve(conn):
        peers.read_head(conn)
        conn.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
        for piece in pieces:
            conn.sendall(piece)
            go.acquire(timeout=240)

    go = threading.Semaphore(0)
    with peers.Server(serve) as server:
        process, port = start(box, server.port, *options)
        with dial(port) as conn:
            conn.sendall(b"GET /s HTTP/1.1\r\nHost: localhost\r\n\r\n")
            got = peers.read_head(conn).split(b"\r\n\r\n", 1)[1]
            for n in range(len(pieces)):
                while len(got) < len(b"".join(pieces[:n + 1])):
                    got += conn.recv(65536)
                go.release()
            same(got + until_end(conn), b"".join(pieces))
        stop(box, process)
    return tape(box)


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def events_come_while_the_answer_is_open(box):
    pieces = [chunk(b"retry: 10\nevent: a\nid: 1\ndata: {\"n\":1}\n\n"),
              chunk(b"data: {\"type\":\"b\","), chunk(b"\"n\":2}\n\n"),
              chunk(b": beat\n\ndata: [DONE]\n\ndata: half"), b"0\r\n\r\n"]
    events = streamed(box, b"Content-Type: text/event-stream; charset=utf-8\r\n"
                           b"Transfer-Encoding: chunked\r\n", pieces)
    same([(e.get("ev"), e.get("id"), payload(e)) for e in plain(events)],
         [("a", "1", b'{"n":1}'), ("b", None, b'{"type":"b","n":2}'),
          (None, None, b"[DONE]")])
    same({e["x"] for e in plain(events)}, {1})
    same([payload(e) for e in kinds(events, "retry")], [b"10"])
    same([payload(e) for e in kinds(events, "comment")], [b"beat"])
    same([payload(e) for e in kinds(events, "body")], [b"data: half"])
    same([n for _, n in dones(events)[0]["chunks"]],
         [len(p.split(b"\r\n", 1)[1]) - 2 for p in pieces[:4]])
    same(dones(events)[0]["unnamed"], [2, 3])


def a_secret_in_pieces_stays_off_the_tape(box):
    """The client has all of it at once; the tape has none of it."""
    text = "it is sk-ABCDEFGHIJKLMNOPQRSTUVWX, so"
    pieces = [chunk(b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n'
                    % text[at:at + 5].encode()) for at in range(0, len(text), 5)]
    with open(box.path("rules"), "w", encoding="ascii") as file:
        file.write("preset openai\nregex sk-[A-Za-z0-9]{20,}\n")
    events = streamed(box, b"Content-Type: text/event-stream\r\n"
                           b"Transfer-Encoding: chunked\r\n", pieces + [b"0\r\n\r\n"],
                      "--redact", "rules")
    joined = "".join(e["json"]["choices"][0]["delta"]["content"] for e in plain(events))
    same(joined.replace("[redacted]", ""), "it is , so")
    same(len(plain(events)), len(pieces))
    counts = kinds(events, "redacted")[0]["json"]
    same((counts["values"], counts["pieces"], counts["withheld"]), (1, 1, 0))
    same(counts["held"]["events"] > 0, True)


def chunks_that_are_events_are_not_told(box):
    pieces = [chunk(b"data: %d\n\n" % n) for n in range(20)] + [b"0\r\n\r\n"]
    events = streamed(box, b"Content-Type: text/event-stream\r\n"
                           b"Transfer-Encoding: chunked\r\n", pieces)
    same([e["json"] for e in plain(events)], list(range(20)))
    same(dones(events), [{"unnamed": True}])


def packed_streams_are_read(box):
    for name, bits in (("gzip", 31), ("deflate", 15), ("deflate", -15)):
        packer = zlib.compressobj(wbits=bits)
        pieces = []
        for n in range(5):
            piece = packer.compress(b"data: {\"n\":%d}\n\n" % n)
            pieces.append(chunk(piece + packer.flush(zlib.Z_SYNC_FLUSH)))
        pieces.append(chunk(packer.flush()) + b"0\r\n\r\n")
        events = streamed(box, b"Content-Type: text/event-stream\r\n"
                               b"Content-Encoding: %s\r\n"
                               b"Transfer-Encoding: chunked\r\n" %
                          name.encode(), pieces, "--overwrite")
        os.unlink(box.path("ready"))
        same([e["json"]["n"] for e in plain(events)], list(range(5)))


def a_body_packed_otherwise_stays_as_it_came(box):
    body = b"\x0b\x02\x80hello\x03"
    events = streamed(box, b"Content-Type: text/event-stream\r\n"
                           b"Content-Encoding: br\r\nContent-Length: 9\r\n",
                      [body])
    same([payload(e) for e in kinds(events, "body")], [body])
    same(plain(events), [])


def what_is_packed_and_breaks_off_is_no_body(box):
    half = gzip.compress(b'{"hello":"world"}')[:20]
    deflated = zlib.compress(b"x" * 50 + b"y" * 50)[:-2]
    for coding, body in ((b"gzip", half), (b"deflate", deflated),
                         (b"deflate", b"\x78")):
        events = streamed(box, b"Content-Type: application/json\r\n"
                               b"Content-Encoding: %s\r\n"
                               b"Content-Length: %d\r\n" %
                          (coding, len(body)), [body], "--overwrite")
        os.unlink(box.path("ready"))
        same([payload(e) for e in kinds(events, "body")], [body])
        same(dones(events), [{}])


def members_of_gzip_are_one_body(box):
    body = gzip.compress(b"one ") + gzip.compress(b"two")
    for pieces in ([body], [body[:24], body[24:]],
                   [body[n:n + 1] for n in range(len(body))]):
        events = streamed(box, b"Content-Encoding: gzip\r\n"
                               b"Content-Length: %d\r\n" % len(body), pieces,
                          "--overwrite")
        os.unlink(box.path("ready"))
        same([payload(e) for e in kinds(events, "body")], [b"one two"])


def a_packed_stream_that_breaks_off_says_so(box):
    for kind, text, half in (
            (b"text/event-stream", b"data: 1\n\ndata: 2", b"data: 2"),
            (b"application/x-ndjson", b"1\n2", b"2")):
        packer = zlib.compressobj(wbits=31)
        packed = packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH)
        events = streamed(box, b"Content-Type: %s\r\n"
                               b"Content-Encoding: gzip\r\n"
                               b"Transfer-Encoding: chunked\r\n" % kind,
                          [chunk(packed), b"0\r\n\r\n"], "--overwrite")
        os.unlink(box.path("ready"))
        same([e["json"] for e in plain(events)], [1])
        same([payload(e) for e in kinds(events, "body")], [half])
        same(dones(events)[0]["cut"], "the packed stream broke off")


def a_line_that_is_cut_is_no_event(box):
    lines = b'{"a":1}\n{"a":'
    events = streamed(box, b"Content-Type: application/x-ndjson\r\n"
                           b"Content-Length: 100\r\n", [lines])
    same([e["json"] for e in plain(events)], [{"a": 1}])
    same([payload(e) for e in kinds(events, "body")], [b'{"a":'])
    same(dones(events)[0]["cut"], "closed by upstream")


def a_last_line_needs_no_end(box):
    lines = b'{"a":1}\n{"a":2}'
    for field in (b"Content-Length: %d\r\n" % len(lines), b""):
        events = streamed(box, b"Content-Type: application/x-ndjson\r\n" +
                          field, [lines], "--overwrite")
        os.unlink(box.path("ready"))
        same([e["json"]["a"] for e in plain(events)], [1, 2])
        same(kinds(events, "body"), [])


def a_bomb_passes_and_is_not_unpacked(box):
    bomb = gzip.compress(b"\0" * 300_000_000, 9)
    with peers.Server(lambda conn: (
            peers.read_head(conn),
            conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
                         b"Content-Length: %d\r\n\r\n" % len(bomb) + bomb)
            )) as server:
        process, port = start(box, server.port, "--max-message", "1M")
        got = ask(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", False)
        same(got.endswith(bomb), True)
        err = stop(box, process, 3)
    holds(err, "1 event was lost")
    events = tape(box)
    holds(kinds(events, "lost")[0]["json"]["why"], "100 times its size")
    same(kinds(events, "body")[0]["cut"] > 1_000_000, True)


def a_long_body_is_cut(box):
    with web() as server:
        process, port = start(box, server.server_port, "--max-message", "1000")
        body = "é".encode() * 1000
        conn = http.client.HTTPConnection("127.0.0.1", port, timeout=240)
        conn.request("POST", "/", body=b"x" + body)
        same(json.loads(conn.getresponse().read())["bytes"], 2001)
        conn.close()
        err = stop(box, process)
    holds(err, ", 0 lost, 1 payload cut; ")
    event = kinds(tape(box), "body")[0]
    same((len(payload(event)), event["cut"]), (999, 1002))


# ---- WebSocket ----------------------------------------------------------

def frame(opcode, data, mask=b""):
    first = bytes([0x80 | opcode, len(data) | (0x80 if mask else 0)])
    if mask:
        data = bytes(b ^ mask[i % 4] for i, b in enumerate(data))
    return first + mask + data


def take(conn, size):
    data = b""
    while len(data) < size:
        piece = conn.recv(size - len(data))
        if not piece:
            raise ConnectionResetError
        data += piece
    return data


MASK = b"\x01\x02\x03\x04"
UPGRADE = (b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
           b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
           b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
SWITCH = (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
          b"Connection: Upgrade\r\n\r\n")


def a_websocket_passes_both_ways(box):
    asked = []
    there = (frame(1, b'{"type":"hi"}', MASK) + frame(9, b"p", MASK) +
             frame(2, b"\x00\xff", MASK) + frame(8, b"\x03\xe8bye", MASK))
    back = frame(1, b"welcome") + frame(10, b"p") + frame(8, b"\x03\xe8bye")

    def serve(conn):
        asked.append(peers.read_head(conn))
        conn.sendall(SWITCH + back[:9])  # in one piece with the switch
        same(take(conn, len(there)), there)
        conn.sendall(back[9:])

    with peers.Server(serve) as server:
        process, port = start(box, server.port)
        with dial(port) as conn:
            conn.sendall(UPGRADE)
            same(take(conn, len(SWITCH) + 9), SWITCH + back[:9])
            conn.sendall(there)
            same(until_end(conn), back[9:])
        stop(box, process)
    same(b"Sec-WebSocket-Extensions" in asked[0], False)
    events = tape(box)
    same([(e["d"], e.get("k"), payload(e)) for e in events
          if e.get("x") and e.get("k") not in ("request", "response", "done")],
         [("out", None, b"welcome"), ("in", None, b'{"type":"hi"}'),
          ("in", "ping", b"p"), ("in", None, b"\x00\xff"),
          ("out", "pong", b"p"),
          ("in", "close", b'{"code":1000,"reason":"bye"}')])
    same((dones(events), len(kinds(events, "close"))), ([{}], 1))


EXTENSION = b"Sec-WebSocket-Extensions: permessage-deflate\r\n"


def extensions_pass_if_they_may(box):
    """What an extension made of messages is kept, frame by frame."""
    asked = []
    packer = zlib.compressobj(wbits=-15)
    packed = (packer.compress(b'{"type":"hi"}') +
              packer.flush(zlib.Z_SYNC_FLUSH))[:-4]
    there = [frame(0x41, packed, MASK), frame(9, b"p", MASK),
             frame(8, b"\x03\xe8bye", MASK)]
    back = [frame(0x41, packed), b"\xc2\x7e\x01\x2c" + b"x" * 300,
            frame(8, b"\x03\xe8bye")]
    switch = SWITCH[:-2] + EXTENSION + b"\r\n"

    def serve(conn):
        asked.append(peers.read_head(conn))
        conn.sendall(switch + back[0][:3])
        same(take(conn, len(b"".join(there))), b"".join(there))
        conn.sendall(b"".join(back)[3:])

    for options, hidden in (((), False), (("--redact", "rules"), True)):
        with open(box.path("rules"), "w", encoding="utf-8") as rules:
            rules.write("key nothing\n")
        with peers.Server(serve) as server:
            process, port = start(box, server.port, "--keep-extensions",
                                  "--overwrite", *options)
            os.unlink(box.path("ready"))
            with dial(port) as conn:
                conn.sendall(UPGRADE)
                same(take(conn, len(switch) + 3), switch + back[0][:3])
                for piece in there:
                    for at in range(len(piece)):
                        conn.sendall(piece[at:at + 1])
                same(until_end(conn), b"".join(back)[3:])
            stop(box, process)
        holds(asked[-1], EXTENSION)
        events = tape(box)
        for way, wanted in (("in", there), ("out", back)):
            same([payload(e) for e in kinds(events, "frame") if e["d"] == way],
                 [b"[withheld]"] * 3 if hidden else wanted)
        same((dones(events), [e["json"] for e in kinds(events, "close")]),
             ([{}], [{"code": 1000, "reason": "bye"}]))
    with peers.Server(lambda conn: (
            peers.read_head(conn),
            conn.sendall(switch + back[0] + back[1][:9]))) as server:
        process, port = start(box, server.port, "--keep-extensions",
                              "--overwrite")
        os.unlink(box.path("ready"))
        with dial(port) as conn:
            conn.sendall(UPGRADE)
            until_end(conn)
        stop(box, process, 3)
    events = tape(box)
    same([payload(e) for e in kinds(events, "frame")], back[:1])
    same([e["json"]["bytes"] for e in kinds(events, "bad")], [9])
    process = box.start("replay", "t.tape.gz", "--answer", "127.0.0.1:0")
    with dial(json.loads(process.stdout.readline())["port"]) as conn:
        conn.sendall(UPGRADE)
        holds(conn.recv(4096), b"HTTP/1.1 502 ")
    process.send_signal(signal.SIGINT)
    holds(box.end(process)[2], "frames that only an extension of WebSocket")


def half_a_message_of_a_websocket_is_lost(box):
    """A fragment whose last one never comes, and a frame that is cut."""
    for half in (b"\x01\x03hal", b"\x81\x09hal"):
        with peers.Server(lambda conn: (
                peers.read_head(conn),
                conn.sendall(SWITCH + frame(1, b"whole") + half))) as server:
            process, port = start(box, server.port, "--overwrite")
            os.unlink(box.path("ready"))
            with dial(port) as conn:
                conn.sendall(UPGRADE)
                same(until_end(conn).endswith(half), True)
            err = stop(box, process, 3)
        holds(err, "1 event was lost")
        events = tape(box)
        same([payload(e) for e in plain(events)], [b"whole"])
        bad, = kinds(events, "bad")
        same((bad["d"], bad["x"]), ("out", 1))
        same(bad["json"], {"why": "the connection ended within a message",
                           "bytes": 3, "b64": "aGFs"})
        same(dones(events), [{"cut": "closed by upstream"}])


def a_wrong_frame_loses_the_message_around_it(box):
    with peers.Server(lambda conn: (
            peers.read_head(conn),
            conn.sendall(SWITCH + frame(1, b"whole") + b"\x01\x03hal\xc1\x00"))) as server:
        process, port = start(box, server.port)
        with dial(port) as conn:
            conn.sendall(UPGRADE)
            same(until_end(conn).endswith(b"\xc1\x00"), True)
        err = stop(box, process, 3)
    holds(err, "1 event was lost")
    events = tape(box)
    same([payload(e) for e in plain(events)], [b"whole"])
    same([e["json"]["why"] for e in kinds(events, "bad")],
         ["something else came within a message", "WebSocket: a reserved bit is set"])
    same(kinds(events, "bad")[0]["json"]["b64"], "aGFs")


def what_comes_before_the_switch_waits(box):
    def serve(conn):
        peers.read_head(conn)
        conn.settimeout(0.05)
        try:
            early.append(conn.recv(10))
        except TimeoutError:
            pass
        conn.settimeout(30)
        conn.sendall(SWITCH)
        same(take(conn, 8), frame(1, b"hi", MASK))

    early = []
    with peers.Server(serve) as server:
        process, port = start(box, server.port)
        with dial(port) as conn:
            conn.sendall(UPGRADE + frame(1, b"hi", MASK))
            same(until_end(conn), SWITCH)
        stop(box, process)
    same(early, [])
    same([payload(e) for e in plain(tape(box))], [b"hi"])


def a_refused_upgrade_is_http(box):
    def serve(conn):
        peers.read_head(conn)
        conn.sendall(OK)
        holds(peers.read_head(conn), b"GET /next")
        conn.sendall(OK)

    with peers.Server(serve) as server:
        process, port = start(box, server.port)
        same(ask(port, UPGRADE + b"GET /next HTTP/1.1\r\nHost: localhost\r\n"
                                 b"\r\n", False), OK + OK)
        stop(box, process)
    same(dones(tape(box)), [{}, {}])


def broken_frames_pass_and_are_bad(box):
    def serve(conn):
        peers.read_head(conn)
        conn.sendall(SWITCH + b"\xff\x00more")

    with peers.Server(serve) as server:
        process, port = start(box, server.port)
        same(ask(port, UPGRADE, False), SWITCH + b"\xff\x00more")
        stop(box, process)
    same(len(kinds(tape(box), "bad")), 1)


# ---- how it ends --------------------------------------------------------

def half_an_end_is_passed(box):
    def serve(conn):
        peers.read_head(conn)
        same(conn.recv(10), b"")
        conn.sendall(b"HTTP/1.1 200 OK\r\n\r\nall of it")

    with peers.Server(serve) as server:
        process, port = start(box, server.port)
        answer = ask(port, b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
        same(answer, b"HTTP/1.1 200 OK\r\n\r\nall of it")
        stop(box, process)
    events = tape(box)
    same([payload(e) for e in kinds(events, "body")], [b"all of it"])
    same(dones(events), [{}])


def reset(conn):
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    conn.close()


LONG = (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
        b"Content-Length: 999\r\n\r\ndata: 1\n\n")


def a_reset_is_a_reset(box):
    def serve(conn):
        peers.read_head(conn)
        conn.sendall(LONG)
        go.acquire(timeout=240)
        reset(conn)

    go = threading.Semaphore(0)
    with peers.Server(serve) as server:
        process, port = start(box, server.port)
        with dial(port) as conn:
            conn.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            same(take(conn, len(LONG)), LONG)
            go.release()
            try:
                seen = conn.recv(10)
            except ConnectionResetError:
                seen = "reset"
        same(seen, "reset")
        stop(box, process)
    events = tape(box)
    same([e["json"] for e in plain(events)], [1])
    same(dones(events)[0]["cut"], "reset by upstream")


def a_length_that_is_a_lie_is_seen(box):
    def serve(conn):
        peers.read_head(conn)
        conn.sendall(LONG)

    with peers.Server(serve) as server:
        process, port = start(box, server.port)
        same(ask(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", False),
             LONG)
        stop(box, process)
    same(dones(tape(box))[0]["cut"], "closed by upstream")


def a_client_that_leaves_is_told(box):
    def serve(conn):
        peers.read_head(conn)
        conn.sendall(LONG)
        try:
            left.append(conn.recv(10))
        except ConnectionResetError:
            left.append("reset")

    left = []
    with peers.Server(serve) as server:
        process, port = start(box, server.port)
        for leave in (lambda conn: conn.close(), reset):
            conn = dial(port)
            conn.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            take(conn, len(LONG))
            leave(conn)
            wait_until(lambda: len(left) == (1 if leave != reset else 2),
                       "the end to be heard")
        stop(box, process)
    same(left, [b"", "reset"])
    cuts = sorted(d["cut"] for d in dones(tape(box)))
    same(cuts, ["closed by client", "reset by client"])


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def no_upstream_is_a_502(box):
    process, port = start(box, free_port())
    answer = ask(port, b"POST /x HTTP/1.1\r\nHost: localhost\r\n"
                       b"Content-Length: 5\r\n\r\nhello")
    same(status_of(answer), 502)
    holds(answer, b"tapedeck: cannot connect to 127.0.0.1:")
    holds(answer, b"refused")
    stop(box, process)
    events = tape(box)
    same(heads(events, "response")[0]["status"], 502)
    same(dones(events), [{"by": "proxy"}])


def who_does_not_read_holds_up_the_upstream(box):
    size = 200_000_000
    sent = [0]

    def serve(conn):
        peers.read_head(conn)
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        piece = b"x" * 100_000
        for _ in range(size // len(piece)):
            conn.sendall(piece)
            sent[0] += len(piece)

    def stands():
        before.append(sent[0])
        return len(before) > 20 and before[-1] == before[-20] > 0

    before = []
    with peers.Server(serve) as server:
        process, port = start(box, server.port, "--max-message", "1M")
        with dial(port) as conn:
            conn.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n"
                         b"Connection: close\r\n\r\n")
            wait_until(stands, "the upstream to be held up")
            same(sent[0] < 30_000_000, True)
            with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
                peak = int(re.search(r"VmHWM:\s+(\d+)", file.read())[1])
            if "SAN_OPTIONS" not in "".join(os.environ):
                same((peak < 60_000, peak), (True, peak))
            got = len(peers.read_head(conn).split(b"\r\n\r\n", 1)[1])
            while got < size:
                got += len(conn.recv(1 << 20))
        stop(box, process)
    same(kinds(tape(box), "body")[0]["cut"], size - (1 << 20))


def an_upstream_that_does_not_read_holds_up_the_client(box):
    size = 100_000_000

    def serve(conn):
        head = peers.read_head(conn)
        go.acquire(timeout=240)
        got = len(head.split(b"\r\n\r\n", 1)[1])
        while got < size:
            got += len(conn.recv(1 << 20))
        conn.sendall(OK)

    go = threading.Semaphore(0)
    with peers.Server(serve) as server:
        process, port = start(box, server.port, "--max-message", "1M")
        with dial(port) as conn:
            conn.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\n"
                         b"Content-Length: %d\r\n\r\n" % size)
            conn.setblocking(False)
            left = size
            held = 0
            while held < 20:  # looks in a row at which nothing went
                try:
                    left -= conn.send(b"x" * min(left, 100_000))
                    held = 0
                except BlockingIOError:
                    held += 1
                    e2e.PAUSE.wait(0.01)
            same((left > size * 7 // 10, left), (True, left))
            conn.setblocking(True)
            conn.settimeout(60)
            go.release()
            while left:
                left -= conn.send(b"x" * min(left, 100_000))
            same(take(conn, len(OK)), OK)
        stop(box, process)
    same(kinds(tape(box), "body")[0]["cut"], size - (1 << 20))


# ---- what does not pass -------------------------------------------------

HOST = b"Host: localhost\r\n"
CHUNKED = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
REFUSED = (
    ("both lengths", 400, b"POST / HTTP/1.1\r\n" + HOST +
     b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("two lengths", 400, b"POST / HTTP/1.1\r\n" + HOST +
     b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
    ("a folded field", 400, b"GET / HTTP/1.1\r\n" + HOST +
     b"X: a\r\n b\r\n\r\n"),
    ("bare LF", 400, b"GET / HTTP/1.1\nHost: localhost\n\n"),
    ("a space before the colon", 400, b"GET / HTTP/1.1\r\n" + HOST +
     b"Content-Length : 5\r\n\r\nhello"),
    ("a coding nobody knows", 400, b"POST / HTTP/1.1\r\n" + HOST +
     b"Transfer-Encoding: xchunked\r\n\r\n"),
    ("two hosts", 400, b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n"),
    ("no host", 400, b"GET / HTTP/1.1\r\n\r\n"),
    ("a foreign host", 403, b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
    ("an absolute target", 421, b"GET http://evil.example/ HTTP/1.1\r\n" +
     HOST + b"\r\n"),
    ("CONNECT", 400, b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n"),
    ("HTTP/2", 505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("a long line", 414, b"GET /" + b"x" * 40_000),
    ("a flood of fields", 431, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 30_000),
    ("a hundred fields and more", 431, b"GET / HTTP/1.1\r\n" + HOST +
     b"X: y\r\n" * 101 + b"\r\n"),
    ("TLS", 400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
)


def what_two_may_read_differently_does_not_pass(box):
    seen = []
    with peers.Server(lambda conn: seen.append(conn.recv(10))) as server:
        process, port = start(box, server.port)
        for name, status, request in REFUSED:
            answer = ask(port, request, half=False)
            same((name, status_of(answer)), (name, status))
            holds(answer, b"\r\n\r\ntapedeck: ")
        stop(box, process)
    same(seen, [])


def the_user_of_a_target_is_told_to_nobody(box):
    def serve(conn):
        seen.append(peers.read_head(conn))
        conn.sendall(OK)

    def get(authority):
        return ask(port, f"GET http://{authority}/x HTTP/1.1\r\n"
                   "Host: localhost\r\nConnection: close\r\n\r\n".encode())

    seen = []
    with peers.Server(serve) as server:
        process, port = start(box, server.port)
        us = f"127.0.0.1:{server.port}"
        for user in ("eve:S3CRET@", "eve:S3/CRET@", "S3CRET@", "e:S3?CRET@",
                     "e:S3CRET#@", "a@b:S3CRET@"):
            answer = get(user + "evil.example")
            same((user, status_of(answer), b"S3" in answer),
                 (user, 421, False))
        holds(get("eve:S3CRET@evil.example"), b"asks for evil.example")
        same(status_of(get(f"{us}@evil.example")), 421)
        same(status_of(get("eve:S3CRET@" + us)), 200)
        stop(box, process)
    same([head.split(b"\r\n")[0] for head in seen], [b"GET /x HTTP/1.1"])
    same(b"S3" in gzip.decompress(e2e.read(box.path("t.tape.gz"))), False)


def a_bad_chunk_ends_both_sides(box):
    def serve(conn):
        data = b""
        try:
            while piece := conn.recv(65536):
                data += piece
        except ConnectionResetError:
            pass
        seen.append(data)

    seen = []
    with peers.Server(serve) as server:
        process, port = start(box, server.port)
        for n, bad in enumerate((b"xyz\r\n", b"3\r\nabcd\r\n", b"3\nabc\r\n",
                                 b"fffffffffffffffff\r\n", b"-1\r\n",
                                 b"0\r\nno colon\r\n\r\n")):
            with dial(port) as conn:
                conn.sendall(CHUNKED + b"2\r\nok\r\n")
                conn.sendall(bad)
                try:
                    same(until_end(conn), b"")
                except ConnectionResetError:
                    pass
            wait_until(lambda: len(seen) == n + 1, "the upstream's end")
        stop(box, process)
    for data in seen:
        same(data.endswith(b"0\r\n\r\n"), False)
    same(len(kinds(tape(box), "bad")), 6)


LIES = (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked"
        b"\r\n\r\nok", b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
        b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 30_000,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n")


def a_broken_answer_is_a_502(box):
    def serve(conn):
        peers.read_head(conn)
        conn.sendall(lies.pop(0))

    lies = list(LIES)
    with peers.Server(serve) as server:
        process, port = start(box, server.port)
        for lie in LIES:
            answer = ask(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            same((lie, status_of(answer)), (lie, 502))
            holds(answer, b"tapedeck: the upstream broke its protocol: ")
        stop(box, process)
    same(dones(tape(box)), [{"by": "proxy"}] * len(LIES))


def answers_that_nobody_asked_for_do_not_pass(box):
    def serve(conn):
        peers.read_head(conn)
        conn.sendall(OK + OK.replace(b"ok", b"no"))
        conn.recv(10)

    with peers.Server(serve) as server:
        process, port = start(box, server.port)
        try:
            answer = ask(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                         False)
        except ConnectionResetError:
            answer = b""
        same(b"no" in answer, False)
        stop(box, process)
    same(len(kinds(tape(box), "bad")), 1)


def a_proxy_to_itself_is_refused(box):
    port = free_port()
    code, _, err = box.run("record", "--listen", f"127.0.0.1:{port}", "--to",
                           f"http://localhost:{port}", "-o", "t.tape.gz")
    same(code, 2)
    holds(err, "the proxy itself")
    one_line(err)
    process = box.start("record", "--listen", f"0.0.0.0:{port}", "--public",
                        "--to", f"http://127.0.0.1:{port}", "-o", "t.tape.gz",
                        "--ready-file", "ready")
    wait_until(lambda: os.path.exists(box.path("ready")), "the address")
    answer = ask(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", False)
    same(status_of(answer), 508)
    stop(box, process)
    same(len(dones(tape(box))), 2)


# ---- secrets ------------------------------------------------------------

def credentials_pass_and_are_not_on_the_tape(box):
    asked = []

    def serve(conn):
        asked.append(peers.read_head(conn))
        conn.sendall(b"HTTP/1.1 302 Found\r\nSet-Cookie: sid=TOPSECRET\r\n"
                     b"Location: https://me:TOPSECRET@x/?token=TOPSECRET\r\n"
                     b"Content-Length: 0\r\n\r\n")

    with peers.Server(serve) as server:
        process, port = start(box, server.port)
        answer = ask(port, b"GET /a?api_key=TOPSECRET&b=1 HTTP/1.1\r\n"
                           b"Host: localhost\r\n"
                           b"Authorization: Bearer TOPSECRET\r\n"
                           b"cookie: a=TOPSECRET\r\nX-Api-Key: TOPSECRET\r\n"
                           b"\r\n")
        err = stop(box, process)
    same((asked[0].count(b"TOPSECRET"), answer.count(b"TOPSECRET")), (4, 3))
    holds(err, "6 values redacted")
    text = e2e.flushed(e2e.read(box.path("t.tape.gz")))
    same(b"TOPSECRET" in text, False)
    same(heads(tape(box), "request")[0]["target"], "/a?api_key=***&b=1")


def credentials_in_forms_are_not_on_the_tape(box):
    parts = (b"--b\r\nContent-Disposition: form-data; name=\"password\"\r\n"
             b"\r\nTOPSECRET\r\n--b--\r\n")
    forms = [(b"application/x-www-form-urlencoded",
              b"user=me&password=TOPSECRET&client_secret=TOPSECRET"),
             (b"multipart/form-data; boundary=b", parts)]
    came = []

    def serve(conn):
        seen = b""
        while forms[1][1] not in seen:
            seen += take(conn, 1)
        came.append(seen)
        conn.sendall(2 * (b"HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n"
                          b"access_token=TOPSECRET"))

    with peers.Server(serve) as server:
        process, port = start(box, server.port)
        ask(port, b"".join(
            b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (kind, len(body), body)
            for kind, body in forms))
        err = stop(box, process)
    same([came[0].count(body) for _, body in forms], [1, 1])
    holds(err, "5 values redacted")
    same(b"TOPSECRET" in e2e.flushed(e2e.read(box.path("t.tape.gz"))), False)
    same(sorted(line["text"] for line in tape(box) if line.get("k") == "body"),
         [parts.replace(b"TOPSECRET", b"***").decode(), "access_token=***",
          "access_token=***", "user=me&password=***&client_secret=***"])


# ---- around a command ---------------------------------------------------

def a_command_finds_the_address(box):
    with web() as server:
        code, out, err = box.run(
            "record", "--listen", "127.0.0.1:0", "--to",
            f"http://127.0.0.1:{server.server_port}", "--env",
            "BASE_URL=/v1", "--env", "BARE", "-o", "t.tape.gz", "--", "sh",
            "-c", 'curl -sS "$BASE_URL/x" -o /dev/null; echo "$BARE"; exit 3')
    same(code, 3)
    said = re.match(r"listening on (http://127\.0\.0\.1:\d+), to ", err)
    same(out.decode(), said[1] + "\n")
    holds(err, "1 exchange, 0 events (0 B) in ")
    holds(err, "; sh: exit status 3; t.tape.gz, ")
    events = tape(box)
    same(heads(events, "request")[0]["target"], "/v1/x")
    same(events[0]["source"],
         f"exec:sh proxy:http://127.0.0.1:{server.server_port}")


def the_address_is_told_to_programs(box):
    for host in ("127.0.0.1", "localhost"):
        process = box.start("record", "--listen", f"{host}:0", "--to",
                            "http://127.0.0.1:1", "-o", "t.tape.gz",
                            "--overwrite", "--ready-file", "ready")
        said = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        same(box.end(process)[0], 0)
        with open(box.path("ready"), encoding="utf-8") as file:
            same(json.load(file), said)
        same(said, {"host": host, "port": said["port"],
                    "url": f"http://{host}:{said['port']}",
                    "to": "http://127.0.0.1:1"})


def a_command_that_dies_ends_it(box):
    with web() as server:
        code, _, err = box.run(
            "record", "--listen", ":0", "--to",
            f"http://127.0.0.1:{server.server_port}", "-o", "t.tape.gz", "--",
            "sh", "-c", "kill -9 $$")
    same(code, 128 + signal.SIGKILL)
    holds(err, "sh: exit status 137")


def a_signal_ends_the_command_behind_a_proxy(box):
    with web() as server:
        process, _ = start(box, server.server_port, "--", "sh", "-c",
                           "trap 'exit 7' TERM; mkfifo never; echo up; "
                           "cat never & wait $!")
        same(process.stdout.readline(), b"up\n")
        process.send_signal(signal.SIGINT)
        code, _, err = box.end(process)
    same(code, 7)
    holds(err, "0 messages")


def a_contract_judges_what_passes(box):
    with open(box.path("c.yaml"), "w", encoding="utf-8") as file:
        file.write("contract: 1\nrules:\n  - id: no_b\n    absent: b\n")

    def serve(conn):
        peers.read_head(conn)
        body = b"data: {\"type\":\"a\"}\n\ndata: {\"type\":\"b\"}\n\n"
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                     b"Content-Length: %d\r\n\r\n" % len(body) + body)

    with peers.Server(serve) as server:
        process, port = start(box, server.port, "--contract", "c.yaml")
        ask(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", False)
        err = stop(box, process, 1)
    holds(err, "no_b")


def a_limit_ends_it_and_lets_go_of_all(box):
    def serve(conn):
        peers.read_head(conn)
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                     b"\r\ndata: 1\n\ndata: 2\n\n")
        conn.recv(10)

    with peers.Server(serve) as server:
        process, port = start(box, server.port, "--max-events", "2")
        answer = ask(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                     False)
        code, _, _ = box.end(process)
    same((code, answer.endswith(b"data: 2\n\n")), (0, True))
    same([e["json"] for e in plain(tape(box))], [1, 2])
    same(dones(tape(box))[0]["cut"], "the recording has ended")


def what_is_under_way_ends_with_the_recording(box):
    """An upload half sent, by a client that does not close either."""
    def serve(conn):
        got = b""
        try:
            while piece := conn.recv(65536):
                got += piece
                if got.endswith(b"half"):
                    asked.release()
        except ConnectionResetError:
            pass

    asked = threading.Semaphore(0)
    for signals in (1, 2):
        with peers.Server(serve) as server:
            process, port = start(box, server.port, "--overwrite")
            os.unlink(box.path("ready"))
            with dial(port) as conn:
                conn.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\n"
                             b"Content-Length: 100\r\n\r\nhalf")
                same(asked.acquire(timeout=240), True)
                for _ in range(signals):
                    process.send_signal(signal.SIGINT)
                    same(conn.recv(10), b"")
                code, _, _ = box.end(process)
        same(code, 0 if signals == 1 else 130)
        events = tape(box)
        e2e.sequence_is_whole(events)
        same([payload(e) for e in kinds(events, "body")], [b"half"])
        same(dones(events), [{"cut": "the recording has ended"}])
        same([e["json"]["reason"] for e in kinds(events, "close")],
             ["the recording has ended"])


def many_clients_at_once_are_kept_apart(box):
    with web() as server:
        process, port = start(box, server.server_port)
        conns = [dial(port) for _ in range(200)]
        for n, conn in enumerate(conns):
            conn.sendall(b"POST /%d HTTP/1.1\r\nHost: localhost\r\n"
                         b"Content-Length: %d\r\n\r\n" % (n, n) + b"x" * n)
        for n, conn in enumerate(conns):
            got = peers.read_head(conn)
            while b"}" not in got:
                got += conn.recv(65536)
            holds(got, b'{"bytes": %d,' % n)
            conn.close()
        stop(box, process)
    events = tape(box)
    asked = {e["x"]: (e["c"], e["json"]["target"])
             for e in kinds(events, "request")}
    for event in kinds(events, "body"):
        if event["d"] == "out":
            same((event["c"], "/%d" % event["json"]["bytes"]),
                 asked[event["x"]])
    same(len(asked), 200)


def a_path_of_the_upstream_stands_before_all(box):
    asked = []

    def serve(conn):
        asked.append(peers.read_head(conn).split(b"\r\n")[0])
        conn.sendall(OK)

    with peers.Server(serve) as server:
        process, port = start(box, 0,
                              to=f"http://127.0.0.1:{server.port}/api/")
        ask(port, b"GET /x?y HTTP/1.1\r\nHost: localhost\r\n\r\n")
        stop(box, process)
    same(asked, [b"GET /api/x?y HTTP/1.1"])
    same(heads(tape(box), "request")[0]["target"], "/x?y")


# ---- TLS ----------------------------------------------------------------

def paths_may_have_servers_of_their_own(box):
    def named(name):
        return lambda request, body: request.reply(
            name + " " + request.path + " " + body.decode(), kind="text/plain")

    with App(named("a")) as a, App(named("b")) as b, App(named("c")) as c:
        process, port = start(
            box, a.port, "--to", "/v1=http://127.0.0.1:%d" % b.port, "--to",
            "/v1/deep/=http://127.0.0.1:%d/below" % c.port)
        rows = [("/", "a"), ("/v1", "b"), ("/v1/x?y=/v1/deep", "b"),
                ("/v1/deep", "c"), ("/v1/deep/z", "c"), ("/v1/deeper", "b"),
                ("/v12", "a"), ("/v1/x", "b")]
        wanted = ["%s %s%s q" % (name, "/below" if name == "c" else "", path)
                  for path, name in rows]
        # one connection, one after another
        conn = http.client.HTTPConnection("127.0.0.1", port,
                                          timeout=e2e.SECONDS)
        said = []
        for path, _ in rows:
            conn.request("POST", path, b"q")
            said.append(conn.getresponse().read().decode())
        conn.close()
        same(said, wanted)
        # one connection, all sent ahead
        ahead = b"".join(
            b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nq"
            % path.encode() for path, _ in rows)
        answer = ask(port, ahead)
        bodies = [part.split(b"\r\n\r\n")[1] for part in
                  answer.split(b"HTTP/1.1 ")[1:]]
        same([body.decode() for body in bodies], wanted)
        stop(box, process)
        for name, app in (("a", a), ("b", b), ("c", c)):
            same({dict(x[2])["Host"] for x in app.asked},
                 {"127.0.0.1:%d" % app.port})
        targets = [e["target"] for e in heads(e2e.tape(box), "request")]
        same(targets, [path for path, _ in rows] * 2)
        same([d for d in dones(e2e.tape(box)) if "cut" in d], [])


def what_one_server_says_too_much_answers_nothing_of_another(box):
    def evil(request, _):
        request.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
            b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL")
        request.wfile.flush()

    with App(evil) as a, App(lambda request, _: request.reply("{}")) as b:
        process, port = start(box, a.port, "--to",
                              "/v1=http://127.0.0.1:%d" % b.port)
        answer = ask(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
                           b"GET /v1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        same(b"EVIL" in answer, False)
        same(answer.split(b"HTTP/1.1 ")[-1].endswith(b"\r\n\r\n{}"), True)
        stop(box, process)


def a_path_without_a_server_is_a_404(box):
    with App(lambda request, _: request.reply("{}")) as app:
        process, port = start(box, 0, to="/v1=http://127.0.0.1:%d" % app.port)
        answer = ask(port, b"GET /v2 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        same(status_of(answer), 404)
        holds(answer, b"no server is named for this path")
        answer = ask(port, b"GET /v1 HTTP/1.1\r\nHost: localhost\r\n"
                           b"Connection: close\r\n\r\n")
        same(status_of(answer), 200)
        stop(box, process)


def another_server_that_is_gone_is_a_502(box):
    with App(lambda request, _: request.reply("{}")) as app:
        process, port = start(box, app.port, "--to",
                              "/v1=http://127.0.0.1:%d" % free_port())
        answer = ask(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
                           b"GET /v1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        same([part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]],
             [b"200", b"502"])
        stop(box, process)


def certificate(folder):
    subprocess.run(
        ("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1"
         " -nodes -days 2 -keyout key.pem -out cert.pem -subj /CN=localhost"
         " -addext subjectAltName=IP:127.0.0.1").split(), cwd=folder,
        check=True, stderr=subprocess.DEVNULL)
    return os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")


def both_sides_may_have_tls(box):
    cert, key = certificate(box.dir)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(cert, key)
    client_side = ssl.create_default_context(cafile=cert)
    with web() as server:
        server.socket = server_side.wrap_socket(server.socket,
                                                server_side=True)
        process, port = start(box, 0, "--ca", cert, "--tls-cert", cert,
                              "--tls-key", key,
                              to=f"https://127.0.0.1:{server.server_port}")
        conn = http.client.HTTPSConnection("127.0.0.1", port, timeout=240,
                                           context=client_side)
        for n in range(3):
            conn.request("POST", "/", body=b"x" * (n * 100_000))
            same(json.loads(conn.getresponse().read())["bytes"], n * 100_000)
        conn.close()
        stop(box, process)
    same(dones(tape(box)), [{}] * 3)


def an_upstream_that_nobody_trusts_is_a_502(box):
    cert, key = certificate(box.dir)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(cert, key)
    with web() as server:
        server.socket = server_side.wrap_socket(server.socket,
                                                server_side=True)
        process, port = start(box, 0,
                              to=f"https://127.0.0.1:{server.server_port}")
        answer = ask(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        same(status_of(answer), 502)
        holds(answer, b"certificate")
        stop(box, process)


def the_tape_is_read_by_the_others(box):
    pieces = [chunk(b"data: {\"type\":\"a\"}\n\n"), b"0\r\n\r\n"]
    streamed(box, b"Content-Type: text/event-stream\r\n"
                  b"Transfer-Encoding: chunked\r\n", pieces)
    same(box.run("verify", "t.tape.gz")[0], 0)
    same(box.run("validate", "t.tape.gz")[0], 0)
    code, out, _ = box.run("cat", "t.tape.gz")
    same(code, 0)
    holds(out.decode(), '"type":"a"')


MISUSE = (
    (("--listen", ":0"), "the server behind it is not named"),
    (("--to", "http://x"), "add --listen"),
    (("--listen", ":0", "--to", "http://x", "ws://y"), "nothing else"),
    (("--listen", ":0", "--to", "http://x", "--env", "A"), "no command"),
    (("--listen", ":0", "--to", "http://x", "--env", "A=b", "--", "true"),
     "is no path"),
    (("--listen", ":0", "--to", "http://x", "--env", "A", "--env", "A=/",
      "--", "true"), "twice"),
    (("--listen", ":0", "--to", "sio://x"), "Socket.IO passes"),
    (("--listen", ":0", "--to", "http://x", "--to", "http://y"),
     "for all paths"),
    (("--listen", ":0", "--to", "/a=http://x", "--to", "/a/=http://y"),
     "named for /a"),
    (("--listen", ":0", "--to", "/a"), "/PATH=URL"),
    (("--listen", ":0", "--to", "/a=sio://x"), "Socket.IO passes"),
    (("--listen", ":0", "--to", "ftp://x"),
     "write --to http://HOST:PORT or https://HOST"),
    (("--listen", ":0", "--to", "http://a:b@x"), "the client's to send"),
    (("--listen", ":0", "--to", "http://x/?a=1"), "no query"),
    (("--listen", "0.0.0.0:0", "--to", "http://x"), "--public"),
    (("--listen", "x", "--to", "http://x"), "HOST:PORT"),
    (("--listen", ":0", "--to", "http://x", "--insecure"), "--insecure"),
    (("--listen", ":0", "--to", "http://x", "--stdio", "--", "true"),
     "exclude each other"),
    (("--env", "A", "--", "true"), "add --listen"),
)


def a_misuse_of_the_proxy_is_one_line(box):
    for words, part in MISUSE:
        code, _, err = box.run("record", "-o", "t.tape.gz", *words)
        same((words, code), (words, 2))
        holds(err, part)
        one_line(err)


TABLE = {name: value for name, value in list(globals().items())
         if callable(value) and getattr(value, "__module__", "") == "__main__"
         and getattr(value, "__code__", None)
         and value.__code__.co_varnames[:value.__code__.co_argcount] ==
         ("box",)}

if __name__ == "__main__":
    sys.exit(e2e.main(os.path.abspath(sys.argv[1]), sys.argv[2:] or TABLE,
                      TABLE))
