#!/usr/bin/python3
"""`tapedeck replay --answer`: exchanges of a tape, answered over HTTP and
WebSocket.

usage: e2e_answer.py TAPEDECK [CASE...]
"""
import gzip
import http.client
import json
import os
import re
import signal
import socket
import struct
import sys
import threading
import time
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "recorder"))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import e2e  # noqa: E402
from e2e import holds, one_line, same  # noqa: E402
from exchange_tape import Tape, compact  # noqa: E402

SSE = [("content-type", "text/event-stream"), ("cache-control", "no-cache")]
UPGRADE = [("upgrade", "websocket"), ("connection", "Upgrade")]


class Server:
    """The tape, answering; ends with a signal. tape: None, name is one that is
    there or is made."""

    def __init__(self, box, tape, *options, name="t.tape"):
        if tape:
            tape.write(box.path(name))
        self.box = box
        self.process = box.start("replay", name, "--answer",
                                 "127.0.0.1:0", *options)
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.stderr.read().decode())
        self.port = json.loads(line)["port"]

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port,
                                          timeout=e2e.SECONDS)

    def ask(self, method, target, body=None, headers=None, conn=None):
        """(status, headers as pairs, body)"""
        own = conn or self.connect()
        own.request(method, target, body, headers or {})
        answer = own.getresponse()
        whole = (answer.status, answer.getheaders(), answer.read())
        if not conn:
            own.close()
        return whole

    def raw(self, data):
        """All that comes back for these bytes until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port),
                                      timeout=e2e.SECONDS) as sock:
            sock.sendall(data)
            whole = b""
            while True:
                try:
                    piece = sock.recv(65536)
                except ConnectionResetError:
                    return whole, True
                if not piece:
                    return whole, False
                whole += piece

    def end(self, status=0):
        """What it says on standard error."""
        self.process.send_signal(signal.SIGTERM)
        code, out, err = self.box.end(self.process)
        same((code, out), (status, b""))
        return err


def stream(tape, method, target, events, headers=(), body=None, **end):
    x = tape.request(method, target, body)
    tape.response(x, 200, [*SSE, *headers])
    for event in events:
        tape.event(x, *event) if isinstance(event, tuple) \
            else tape.event(x, event)
    tape.done(x, **end)
    return x


PAGE = "https://app.example"
CORS = [("Access-Control-Allow-Origin", PAGE),
        ("Access-Control-Allow-Credentials", "true"), ("Vary", "Origin")]


def pages_of_admitted_origins_can_read_answers(box):
    tape = Tape()
    tape.exchange("PUT", "/a", "one", body="{}", answer_headers=[
        ("access-control-allow-origin", "https://recorded.example"),
        ("Access-Control-Allow-Credentials", "false"), ("X-A", "b")])
    stream(tape, "GET", "/s", ["x"])
    tape.exchange("OPTIONS", "/o", "", status=204, answer_headers=[
        ("Access-Control-Allow-Methods", "PATCH"),
        ("Access-Control-Allow-Origin", "*")])
    tape.exchange("GET", "/own", "own", answer_headers=[
        ("Access-Control-Allow-Origin", "*")])
    ask = {"Origin": PAGE, "Access-Control-Request-Method": "PUT"}
    server = Server(box, tape, "--strict", "--origin", PAGE)
    same(server.ask("OPTIONS", "/a", headers={
        **ask, "Access-Control-Request-Headers": "content-type,x-b"}),
         (204, [("Access-Control-Allow-Methods", "PUT"),
                ("Access-Control-Max-Age", "600"),
                ("Access-Control-Allow-Headers", "content-type,x-b"),
                ("Cache-Control", "no-store"), *CORS], b""))
    same(server.ask("PUT", "/a", "{}", {"Origin": PAGE}),
         (200, [("X-A", "b"), *CORS, ("Transfer-Encoding", "chunked")], b"one"))
    status, headers, body = server.ask("GET", "/s", headers={"Origin": PAGE})
    same((status, set(CORS) <= set(headers), body), (200, True, b"data: x\n\n"))
    for _ in range(2):  # the tape's, then its own
        status, headers, _ = server.ask("OPTIONS", "/o", headers=ask)
        same((status, set(CORS) <= set(headers)), (204, True))
    same(server.ask("GET", "/own", headers={
        "Origin": "http://127.0.0.1:%d" % server.port})[1],
         [("Access-Control-Allow-Origin", "*"),
          ("Transfer-Encoding", "chunked")])
    holds(server.end(), "\n4 of 4 exchanges answered\n")
    server = Server(box, tape, "--match", "path", "--origin", PAGE)
    same(server.ask("OPTIONS", "/a", headers=ask)[0], 204)
    same(server.ask("PUT", "/a", "", {"Origin": PAGE})[2], b"one")
    same(server.ask("OPTIONS", "/a")[0], 501)
    holds(server.end(1), "1 of 4 exchanges answered, 1 request unknown, ")
    server = Server(box, tape, "--origin", "*")
    same(server.ask("OPTIONS", "/z", headers={
        "Origin": "null", "Access-Control-Request-Method": "GET"})[0], 204)
    server.end()


def answers_are_as_they_were(box):
    tape = Tape()
    data = bytes(range(256)) * 3
    tape.exchange("GET", "/json", '{"a": 1.10}')
    tape.exchange("GET", "/bytes", data, answer_headers=[
        ("Content-Type", "image/x"), ("Content-Length", "768"),
        ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Empty", "")])
    tape.exchange("PUT", "/made", "", body='"x"', status=204,
                  answer_headers=[("ETag", '"7"')])
    tape.exchange("GET", "/odd", "no", status=299, answer_headers=[
        ("Transfer-Encoding", "chunked"), ("Connection", "keep-alive")])
    tape.exchange("HEAD", "/bytes", "", answer_headers=[
        ("Content-Type", "image/x"), ("Content-Length", "768")])
    tape.exchange("OPTIONS", "/json", "", status=204, answer_headers=[
        ("Allow", "GET, HEAD")])
    server = Server(box, tape, "--strict")
    conn = server.connect()
    same(server.ask("GET", "/json", conn=conn),
         (200, [("content-type", "application/json"),
                ("Content-Length", "11")], b'{"a": 1.10}'))
    same(server.ask("GET", "/bytes", conn=conn),
         (200, [("Content-Type", "image/x"), ("Set-Cookie", "a=1"),
                ("Set-Cookie", "b=2"), ("X-Empty", ""),
                ("Content-Length", "768")], data))
    same(server.ask("PUT", "/made", '"x"', conn=conn),
         (204, [("ETag", '"7"')], b""))
    same(server.ask("GET", "/odd", conn=conn),
         (299, [("Transfer-Encoding", "chunked")], b"no"))
    same(server.ask("HEAD", "/bytes", conn=conn),
         (200, [("Content-Type", "image/x"), ("Content-Length", "768")], b""))
    same(server.ask("OPTIONS", "/json", conn=conn),
         (204, [("Allow", "GET, HEAD")], b""))
    same(server.end(), "listening on http://127.0.0.1:%d, 6 exchanges\n"
         "6 of 6 exchanges answered\n" % server.port)


def requests_are_compared_by_value(box):
    tape = Tape()
    tape.exchange("GET", "/q?b=2&a=1&a=0", "query")
    tape.exchange("POST", "/j", "json", body='{"a":1.0,"b":[true,"\\u0041"]}')
    tape.exchange("POST", "/b", "bytes", body=b"\xff\x00")
    tape.exchange("POST", "/t", "text", body="a=1&b=2")
    tape.exchange("GET", "/r", "range", headers=[("Range", "bytes=0-1")])
    tape.exchange("POST", "/e", "empty", body="")
    server = Server(box, tape)
    same([server.ask("GET", "/q?a=1&a=0&b=2")[2],
          server.ask("POST", "/j", ' {"b" : [true, "A"], "a": 1 }')[2],
          server.ask("POST", "/b", b"\xff\x00")[2],
          server.ask("POST", "/t", "a=1&b=2")[2],
          server.ask("GET", "/r", headers={"Range": "bytes=0-1"})[2],
          server.ask("POST", "/e")[2]],
         [b"query", b"json", b"bytes", b"text", b"range", b"empty"])
    for method, target, body in (("GET", "/q?a=0&a=1&b=2", None),
                                 ("POST", "/j", '{"a":1,"b":[true,"B"]}'),
                                 ("POST", "/b", b"\xff\x01"),
                                 ("PUT", "/t", "a=1&b=2"),
                                 ("GET", "/r", None)):
        same(server.ask(method, target, body)[0], 501)
    holds(server.end(1), "6 of 6 exchanges answered, 5 requests unknown\n")


def equal_requests_are_answered_in_recorded_order(box):
    tape = Tape()
    for i in range(3):
        tape.exchange("POST", "/n", str(i), body='{"a":1}')
    server = Server(box, tape)
    same([server.ask("POST", "/n", '{"a":1}')[2] for i in range(3)],
         [b"0", b"1", b"2"])
    status, _, body = server.ask("POST", "/n", '{"a":1}')
    same((status, json.loads(body)), (501, {"error": {
        "type": "tapedeck_no_match",
        "message": "request 4 is not so often on the tape: POST /n",
        "differs": []}}))
    holds(server.end(1), "answered 501; answer it as the last time with: "
                         "--repeat\n")
    server = Server(box, tape, "--repeat")
    same([server.ask("POST", "/n", '{"a":1}')[2] for i in range(5)],
         [b"0", b"1", b"2", b"2", b"2"])
    server.end()


def what_is_not_on_the_tape_is_loud(box):
    tape = Tape()
    chat = {"model": "m", "messages": [{"role": "s", "content": "Hi"},
                                       {"content": "Be brief."}]}
    tape.exchange("GET", "/v1/models", "[]")
    tape.exchange("POST", "/v1/chat", "{}", body=compact(chat))
    server = Server(box, tape)
    chat["messages"][1]["content"] = "Be very brief."
    status, headers, body = server.ask("POST", "/v1/chat", json.dumps(chat))
    same(status, 501)
    same(dict(headers)["Content-Type"], "application/json")
    same(body, b'{"error":{"type":"tapedeck_no_match","message":"request 1 is '
               b'not on the tape: POST /v1/chat","nearest":2,"differs":'
               b'["/messages/1/content"]}}\n')
    same(server.ask("GET", "/v2/models")[0], 501)
    same(server.end(1).split("\n", 1)[1],
         'tapedeck replay: request 1 is not on the tape: POST /v1/chat\n'
         '  nearest: exchange 2 (#5), differs in 1 place\n'
         '    /messages/1/content  "Be brief." -> "Be very brief."\n'
         '  answered 501; take it with: --ignore /messages/1/content\n'
         'tapedeck replay: request 2 is not on the tape: GET /v2/models\n'
         '  nearest: exchange 1 (#1), differs in 1 place\n'
         '    (request)  "GET /v1/models" -> "GET /v2/models"\n'
         '  answered 501\n'
         '0 of 2 exchanges answered, 2 requests unknown, 2 exchanges unused '
         '(1, 2)\n'
         'tapedeck replay: the client asked what is not on the tape\n')


def what_may_differ_is_said(box):
    tape = Tape()
    tape.exchange("POST", "/a?t=1&v=2", "yes", body='{"a":1,"b":"x"}',
                  headers=[("X-Kind", "k")])
    rows = [
        (["--ignore", "/b"], "/a?t=1&v=2", '{"a":1,"b":"y"}', True),
        (["--ignore", "/b"], "/a?t=1&v=2", '{"a":2,"b":"y"}', False),
        (["--match", "method,path,query:v,body"], "/a?v=2&t=9",
         '{"a":1,"b":"x"}', True),
        (["--match", "method,path,query:v,body"], "/a?v=3&t=1",
         '{"a":1,"b":"x"}', False),
        (["--match", "path"], "/a?v=3", "other", True),
        (["--match", "method,path,header:X-Kind"], "/a", "", False),
    ]
    for options, target, body, found in rows:
        server = Server(box, tape, *options)
        same((options, target, server.ask("POST", target, body)[0]),
             (options, target, 200 if found else 501))
        server.end(0 if found else 1)
    server = Server(box, tape, "--match", "method,path,header:X-Kind")
    same(server.ask("POST", "/a", headers={"x-kind": "k"})[2], b"yes")
    server.end()


def what_would_take_it_is_said(box):
    tape = Tape()
    tape.exchange("POST", "/t", "", body="--B1\r\na\r\n--B1--")
    tape.exchange("POST", "/j", "", body='{"c":null,"d":true}')
    whole = "method,path,query,query:v,header:x-a"
    for options, hint in (
            ([], "method,path,query,header:range"),
            (["--match", whole + ",body"], whole), (["--match", "body"], None)):
        server = Server(box, tape, *options)
        server.ask("POST", "/t", "--B2\r\na\r\n--B2--")
        holds(server.end(1), "  answered 501; take it with any body with: "
              "--match %s\n" % hint if hint else "  answered 501\n")
    kinds = "  --ignore lets a value differ only from one of the same kind\n"
    for options, body, said in (
            (["--ignore", "/c"], '{"c":"x","d":true}', kinds),
            ([], '{"c":1,"d":false}', kinds),
            ([], '{"c":null,"d":false}', "take it with: --ignore /d\n")):
        server = Server(box, tape, *options)
        server.ask("POST", "/j", body)
        err = server.end(1)
        holds(err, said)
        same((body, kinds in err), (body, said == kinds))


def what_nobody_asked_for_fails_if_strict(box):
    tape = Tape()
    for i in range(3):
        tape.exchange("GET", "/%d" % i, "x")
    server = Server(box, tape, "--strict")
    server.ask("GET", "/1")
    holds(server.end(1), "1 of 3 exchanges answered, 2 exchanges unused (1, 3)"
                         "\ntapedeck replay: --strict: exchanges were not "
                         "asked for\n")
    Server(box, tape).end()


def streams_come_event_by_event(box):
    tape = Tape()
    stream(tape, "POST", "/sse", [("{\"d\":\"Hel\"}", "chunk", "1"),
                                  "two\nlines", "[DONE]"], body="{}")
    x = tape.request("GET", "/lines")
    tape.response(x, 200, [("content-type", "application/x-ndjson")])
    for i in range(3):
        tape.event(x, '{"i": %d}' % i)
    tape.done(x, trailers=[["x-sum", "3"]])
    x = tape.request("GET", "/all")
    tape.response(x, 200, SSE)
    tape.kind(x, "retry", "3000")
    tape.kind(x, "comment", "alive")
    tape.kind(x, "id", "")
    tape.event(x, "a", "n\\u0041".encode().decode("unicode_escape"))
    tape.done(x)
    server = Server(box, tape, "--speed", "max")
    status, headers, body = server.ask("POST", "/sse", "{}")
    same((status, dict(headers)["content-type"], body),
         (200, "text/event-stream",
          b'id: 1\nevent: chunk\ndata: {"d":"Hel"}\n\n'
          b"data: two\ndata: lines\n\ndata: [DONE]\n\n"))
    whole, _ = server.raw(b"GET /lines HTTP/1.1\r\nHost: localhost\r\n"
                          b"Connection: close\r\n\r\n")
    holds(whole, b'\r\n\r\n9\r\n{"i": 0}\n\r\n9\r\n{"i": 1}\n\r\n9\r\n'
                 b'{"i": 2}\n\r\n0\r\nx-sum: 3\r\n\r\n')
    same(server.ask("GET", "/all")[2],
         b"retry: 3000\n\n: alive\n\nid: \n\nevent: nA\ndata: a\n\n")
    server.end()


def names_that_stood_in_no_field_stay_out(box):
    """Of some events of a stream; what is no such list counts for nothing."""
    odd = [[2], [0, 2], [2, 2, 9], ["2"], [9], {}, 2]
    tape = Tape()
    for n, unnamed in enumerate(odd):
        stream(tape, "GET", f"/{n}", [('{"type":"a"}', "a"), ('{"type":"b"}', "b")],
               unnamed=unnamed)
    server = Server(box, tape, "--speed", "max")
    names = [re.findall(rb"event: (.)", server.ask("GET", f"/{n}")[2]) for n in range(len(odd))]
    same(names[0], [b"a"])
    same(names[4:], [[b"a", b"b"]] * 3)
    server.end()


def pieces_come_as_they_came(box):
    """Transfer chunks that are not the events; the events' names stood in the
    stream, or in the payloads only."""
    tape = Tape()
    whole = b'data: {"type":"t"}\n\ndata: b\n\n'
    x = tape.request("GET", "/cut")
    tape.response(x, 200, SSE)
    tape.event(x, '{"type":"t"}', "t")
    tape.event(x, "b")
    tape.done(x, chunks=[[tape.now, 3], [tape.now, len(whole) - 5],
                         [tape.now, 2]])
    x = tape.exchange("GET", "/body", "0123456789")
    tape.lines.pop()
    tape.done(x, chunks=[[tape.now, 4], [tape.now, 6]])
    x = stream(tape, "GET", "/not", ["a"], chunks=[[1, 999]])
    server = Server(box, tape)
    get = b"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    holds(server.raw(get % b"/cut")[0],
          b"\r\n\r\n3\r\ndat\r\n%x\r\n%s\r\n2\r\n\n\n\r\n0\r\n\r\n"
          % (len(whole) - 5, whole[3:-2]))
    holds(server.raw(get % b"/body")[0], b"\r\n\r\n0123456789")
    holds(server.raw(get % b"/not")[0],
          b"\r\n\r\n9\r\ndata: a\n\n\r\n0\r\n\r\n")
    server.end()


def an_answer_breaks_off_as_it_did(box):
    tape = Tape()
    stream(tape, "GET", "/sse", ["a"], cut="reset by upstream")
    stream(tape, "GET", "/end", ["a"], cut="closed by upstream")
    x = tape.request("GET", "/len")
    tape.response(x, 200, [("content-length", "10")])
    tape.body(x, "abc")
    tape.done(x, cut="reset by upstream")
    x = tape.request("GET", "/half")
    tape.response(x, 200, SSE)
    tape.event(x, "a")
    tape.kind(x, "body", "data: b")
    tape.done(x, cut="reset by upstream", chunks=[[tape.now, 16]])
    x = tape.request("GET", "/none")
    tape.done(x, cut="reset by upstream")
    x = tape.request("GET", "/shut")
    tape.done(x, cut="closed by upstream")
    x = tape.request("GET", "/over")
    tape.response(x, 200, SSE)
    tape.event(x, "a")
    server = Server(box, tape)
    for target, kept in (("/end", b"data: a\n\n"), ("/sse", b"data: a\n\n"),
                         ("/len", b"abc"), ("/half", b"data: a\n\ndata: b"),
                         ("/over", b"data: a\n\n")):
        conn = server.connect()
        conn.request("GET", target)
        answer = conn.getresponse()
        same((target, answer.read(len(kept))), (target, kept))
        try:
            answer.read()
            raise AssertionError(f"{target} came whole")
        except http.client.IncompleteRead:
            pass
        except ConnectionResetError:
            same(target in ("/end", "/over"), False)
        conn.close()
    for target, reset in ((b"/none", True), (b"/shut", False)):
        same(server.raw(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        % target), (b"", reset))
    holds(server.end(), "7 of 7 exchanges answered\n")


def times_are_those_of_the_tape(box):
    tape = Tape()
    x = tape.request("GET", "/", at=0)
    tape.response(x, 200, SSE, at=100_000_000)
    tape.event(x, "a", at=200_000_000)
    tape.event(x, "b", at=3600_200_000_000)
    tape.done(x, at=3600_200_000_000)
    for speed, least in (("1", 0.2), ("0.5", 0.4)):
        server = Server(box, tape, "--speed", speed)
        begun = time.monotonic()
        conn = server.connect()
        conn.request("GET", "/")
        answer = conn.getresponse()
        if answer.readline() != b"data: a\n":
            raise AssertionError("the first event is missing")
        took = time.monotonic() - begun
        if took < least:
            raise AssertionError(f"speed {speed}: answered after {took} s")
        conn.close()
        server.end()
    for options in (["--speed", "max"], ["--max-gap", "1ms"]):
        server = Server(box, tape, *options)
        same(server.ask("GET", "/")[2], b"data: a\n\ndata: b\n\n")
        server.end()


def codings_are_left_out_where_the_tape_has_none(box):
    tape = Tape()
    tape.exchange("GET", "/br", b"\x8b\xff\x00", answer_headers=[
        ("Content-Encoding", "br"), ("Content-Length", "3")])
    tape.exchange("GET", "/z", "plain text", answer_headers=[
        ("Content-Encoding", "gzip"), ("Content-Length", "30"),
        ("Vary", "Accept-Encoding")])
    server = Server(box, tape)
    same(server.ask("GET", "/br"),
         (200, [("Content-Encoding", "br"), ("Content-Length", "3")],
          b"\x8b\xff\x00"))
    same(server.ask("GET", "/z", headers={"Accept-Encoding": "gzip"}),
         (200, [("Vary", "Accept-Encoding"), ("Content-Length", "10")],
          b"plain text"))
    server.end()


def what_broke_off_packed_is_still_packed(box):
    """The recorder keeps such a body as it came, and its coding is true."""
    text = bytes(range(256)) * 9
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = {"deflate": zlib.compress(text), "gzip": gzip.compress(text),
              "raw": raw.compress(text) + raw.flush()}
    tape = Tape()
    for name, data in packed.items():
        tape.exchange("GET", "/" + name, data[:len(data) // 2],
                      answer_headers=[
                          ("Content-Encoding",
                           "deflate" if name == "raw" else name),
                          ("Transfer-Encoding", "chunked")])
    tape.exchange("GET", "/whole", text, answer_headers=[
        ("Content-Encoding", "deflate"), ("Transfer-Encoding", "chunked")])
    server = Server(box, tape)
    for name, data in packed.items():
        status, headers, body = server.ask("GET", "/" + name)
        same((name, dict(headers).get("Content-Encoding"), body),
             (name, "deflate" if name == "raw" else name,
              data[:len(data) // 2]))
    status, headers, body = server.ask("GET", "/whole")
    same((dict(headers).get("Content-Encoding"), body), (None, text))
    server.end()


def many_requests_on_one_connection(box):
    tape = Tape()
    for i in range(200):
        tape.exchange("POST", "/p", str(i), body="%d" % i)
    server = Server(box, tape, "--strict")
    whole, _ = server.raw(b"".join(
        b"POST /p HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%d"
        % (len(str(i)), i) for i in range(199)) +
        b"POST /p HTTP/1.0\r\nContent-Length: 3\r\n\r\n199")
    same(whole.count(b"HTTP/1.1 200 OK\r\n"), 200)
    at = 0
    for i in range(200):
        at = whole.index(b"\r\n\r\n%d" % i, at) + 4
    server.end()


def a_flood_of_requests_waits_for_its_turn(box):
    tape = Tape()
    x = tape.request("GET", "/f", headers=[("x", "y")], at=0)
    tape.response(x, 200, [("content-length", "2")], at=100_000)
    tape.body(x, "ok", at=200_000)
    tape.done(x, at=200_000)
    server = Server(box, tape, "--repeat")
    get = b"GET /f HTTP/1.1\r\nHost: localhost\r\nX-Pad: %s\r\n" % (b"p" * 200)
    whole, _ = server.raw((get + b"\r\n") * 2000 +
                          get + b"Connection: close\r\n\r\n")
    same(whole.count(b"\r\n\r\nok"), 2001)
    server.end()


def uploads_come_in_every_way(box):
    tape = Tape()
    big = compact(["x" * 100] * 3000)
    for _ in range(3):
        tape.exchange("POST", "/up", "ok", body=big)
    server = Server(box, tape)
    data = big.encode()
    head = b"POST /up HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(data[i:i + 70000]),
                                         data[i:i + 70000])
                      for i in range(0, len(data), 70000))
    holds(server.raw(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks +
                     b"0\r\n\r\n")[0], b"\r\n\r\nok")
    holds(server.raw(head + b"Expect: 100-continue\r\nContent-Length: %d"
                     b"\r\n\r\n%s" % (len(data), data))[0],
          b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")
    same(server.ask("POST", "/up", big)[2], b"ok")
    server.end()


def packed_tape(body, coding):
    tape = Tape()
    tape.exchange("POST", "/p", "ok", body=body,
                  headers=[("Content-Encoding", coding)])
    return tape


def packed_bodies_are_compared_unpacked(box):
    plain = compact({"a": ["x" * 1000] * 50})
    deflate = zlib.compressobj(wbits=-15)
    gzipped = gzip.compress(plain.encode())
    for coding, data in (
            ("gzip", gzipped), ("X-GZIP", gzipped),
            ("gzip", gzip.compress(b"") + gzipped),
            ("deflate", zlib.compress(plain.encode())),
            ("deflate", deflate.compress(plain.encode()) + deflate.flush())):
        server = Server(box, packed_tape(plain, coding))
        same((coding, server.ask("POST", "/p", data,
                                 {"Content-Encoding": coding})[::2]),
             (coding, (200, b"ok")))
        server.end()
    # As it came: not whole, damaged, of two codings, of another one.
    for coding, data in (("gzip", gzipped[:-9]), ("gzip", b"none"),
                         ("gzip, gzip", gzipped), ("br", b"\x8b")):
        server = Server(box, packed_tape(data, coding), "--repeat")
        fields = {"Content-Encoding": coding}
        same((coding, server.ask("POST", "/p", data, fields)[::2],
              server.ask("POST", "/p", data + b"\0", fields)[0]),
             (coding, (200, b"ok"), 501))
        server.end(1)
    bomb = gzip.compress(b"0" * 50_000_000)
    server = Server(box, packed_tape(plain, "gzip"), "--max-message", "1M")
    same(server.ask("POST", "/p", bomb, {"Content-Encoding": "gzip"})[0], 413)
    same(server.ask("POST", "/p", gzipped, {"Content-Encoding": "gzip"})[0],
         200)
    holds(server.end(1), "with 413: the body unpacks to too much "
                         "(--max-message takes more)\n")


def who_asks_and_never_reads_is_left(box):
    tape = Tape()
    body = "y" * 50_000_000
    for _ in range(2):
        tape.exchange("GET", "/big", body)
    server = Server(box, tape)
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        sock.sendall(b"GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n")
        same(server.ask("GET", "/big")[2] == body.encode(), True)
        with open("/proc/%d/status" % server.process.pid,
                  encoding="ascii") as file:
            peak = [line for line in file if line.startswith("VmHWM")][0]
        same(int(peak.split()[1]) < 400_000, True)
    server.end()


def rpc(number, method, **params):
    return compact({"jsonrpc": "2.0", "id": number, "method": method,
                    "params": params})


def json_rpc_ids_are_the_callers(box):
    tape = Tape()
    tape.exchange("POST", "/mcp", '{"jsonrpc":"2.0","id":1,"result":1.10}',
                  body=rpc(1, "tools/call", a=1))
    note = {"jsonrpc": "2.0", "method": "notifications/progress",
            "params": {"progressToken": 5, "progress": 1}}
    stream(tape, "POST", "/mcp",
           [(compact(note), "message", "e1"),
            ('{"jsonrpc":"2.0","id":2,"result":[]}', "message", "e2")],
           body=rpc(2, "tools/list", _meta={"progressToken": 5}))
    tape.exchange("POST", "/mcp", "", status=202, answer_headers=[],
                  body='{"jsonrpc":"2.0","method":"notifications/cancelled",'
                       '"params":{"requestId":2}}')
    tape.exchange("POST", "/rest", "rest", body='{"id":1,"method":"card"}')
    server = Server(box, tape, "--speed", "max")
    same(server.ask("POST", "/mcp", rpc("abc", "tools/call", a=1.0))[1:],
         ([("content-type", "application/json"), ("Content-Length", "42")],
          b'{"jsonrpc":"2.0","id":"abc","result":1.10}'))
    same(server.ask("POST", "/mcp",
                    rpc(77, "tools/list", _meta={"progressToken": "t"}))[2],
         b'id: e1\nevent: message\ndata: {"jsonrpc":"2.0","method":'
         b'"notifications/progress","params":{"progressToken":"t",'
         b'"progress":1}}\n\n'
         b'id: e2\nevent: message\ndata: {"jsonrpc":"2.0","id":77,'
         b'"result":[]}\n\n')
    same(server.ask("POST", "/mcp", '{"jsonrpc":"2.0","method":'
                    '"notifications/cancelled","params":{"requestId":9}}')[0],
         202)
    status, _, body = server.ask("POST", "/mcp", rpc("q", "tools/call", a=2))
    refused = json.loads(body)
    same((status, refused["id"], refused["error"]["code"],
          refused["error"]["data"]),
         (501, "q", -32001, {"type": "tapedeck_no_match", "nearest": 1,
                             "differs": ["/params/a"]}))
    same(server.ask("POST", "/rest", '{"id":2,"method":"card"}')[0], 501)
    same(server.ask("POST", "/rest", '{"id":1,"method":"card"}')[2], b"rest")
    server.end(1)


def redacted_values_are_named(box):
    tape = Tape()
    tape.exchange("GET", "/g?key=***&a=1", "1")
    tape.exchange("POST", "/r", "2", body='{"password":"[redacted]"}')
    tape.exchange("POST", "/f", "3", body="user=a&password=***&x=%5Bredacted%5D")
    server = Server(box, tape)
    same(server.ask("POST", "/f", "user=a&password=any&x=thing")[2], b"3")
    same(server.ask("POST", "/f", "user=b&password=any&x=thing")[0], 501)
    same(server.ask("GET", "/g?a=1&key=anything")[2], b"1")
    same(server.ask("POST", "/r", '{"password":"open"}')[0], 501)
    err = server.end(1)
    holds(err, "redacted on the tape, so any value of it is taken: query "
               "parameter key\n")
    for name in ("password", "x"):
        holds(err, "so any value of it is taken: pair of a form %s\n" % name)
    holds(err, "  the tape is redacted where it would have to match\n"
               "  answered 501; take it with: --ignore /password\n")


def what_the_tape_has_redacted_is_not_told(box):
    tape = Tape()
    tape.exchange("GET", "/g?sid=1", "1",
                  headers=[("Authorization", "[redacted]"),
                           ("X-Own", "[pseudonym c601]")])
    tape.exchange("POST", "/r", "2", body=compact(
        {"phone": "[redacted]", "note": "[withheld]",
         "email": "[pseudonym c601c601c601c601]"}))
    tape.exchange("POST", "/f", "3", body="user=a&pin=1")
    server = Server(box, tape, "--match",
                    "method,path,query,body,header:Authorization,"
                    "header:X-Own")
    bodies = b""
    for ask in (("GET", "/g?sid=SECRET0&token=SECRET1", None,
                 {"Authorization": "Bearer SECRET2", "X-Own": "SECRET3"}),
                ("GET", "/g?sid=1", None, {"Authorization": "SECRET4"}),
                ("POST", "/r", compact({"phone": "SECRET5", "note": ["SECRET6"],
                                        "email": "SECRET7", "pwd": "SECRET8",
                                        "new": {"a": [{"token": "SECRET9"}]}}),
                 {}),
                ("POST", "/f", "user=a&pin=1&token=SECRET10", {})):
        status, _, body = server.ask(*ask)
        same(status, 501)
        bodies += body
    err = server.end(1)
    same(("SECRET" in err, b"SECRET" in bodies), (False, False))
    holds(err, 'is not on the tape: GET /g?sid=***&token=*** '
               'Authorization: *** X-Own: ***\n')
    holds(err, "differs in 5 places\n")
    for place, value in (("phone", "[redacted]"), ("note", "[withheld]"),
                         ("email", "[pseudonym c601c601c601c601]")):
        holds(err, '    /%s  "%s" -> (redacted)\n' % (place, value))
    same(err.count("  the tape is redacted where it would have to match\n"), 3)


class Socket:
    """A client of WebSocket, by hand."""

    def __init__(self, server, target, more=""):
        self.sock = socket.create_connection(("127.0.0.1", server.port),
                                             timeout=e2e.SECONDS)
        self.file = self.sock.makefile("rb")
        self.sock.sendall((
            "GET %s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n"
            % (target, more)).encode())
        self.head = b""
        while not self.head.endswith(b"\r\n\r\n"):
            self.head += self.file.readline() or b"\r\n\r\n"

    def say(self, text, opcode=1):
        data = text.encode() if isinstance(text, str) else text
        self.sock.sendall(bytes([0x80 | opcode, 0x80 | len(data)]) +
                          b"\0\0\0\0" + data)

    def hear(self):
        """A message; or the code and reason of a close, or None at the end."""
        head = self.file.read(2)
        if len(head) < 2:
            return None
        size = head[1]
        if size == 126:
            size = struct.unpack(">H", self.file.read(2))[0]
        data = self.file.read(size)
        if head[0] & 15 == 8:
            return (struct.unpack(">H", data[:2])[0], data[2:].decode()) \
                if data else (1005, "")
        return data if head[0] & 15 == 2 else data.decode()

    def close(self):
        self.say(struct.pack(">H", 1000), 8)
        while self.hear() is not None:
            pass
        self.file.close()
        self.sock.close()


def upgraded(tape, target="/ws", headers=()):
    x = tape.request("GET", target, headers=UPGRADE)
    tape.response(x, 101, [*UPGRADE, *headers], "Switching Protocols")
    return x


def conversation():
    tape = Tape()
    x = upgraded(tape, headers=[("x-a", "b"), ("sec-websocket-protocol", "two")])
    tape.event(x, "welcome")
    tape.event(x, '{"say":1}', direction="in")
    tape.event(x, '{"re":1}')
    tape.event(x, b"\x00\xff", direction="in")
    tape.event(x, b"\xff\x00")
    tape.done(x)
    tape.kind(x, "close", '{"code":4001,"reason":"bye"}')
    return tape


def conversations_are_in_lock_step(box):
    server = Server(box, conversation(), "--strict")
    peer = Socket(server, "/ws", "Sec-WebSocket-Protocol: one, two\r\n")
    holds(peer.head, b"101 Switching Protocols\r\n")
    holds(peer.head, b"Sec-WebSocket-Protocol: two\r\nx-a: b\r\n")
    same(peer.hear(), "welcome")
    peer.say('{ "say" : 1.0 }')
    same(peer.hear(), '{"re":1}')
    peer.say(b"\x00\xff", 2)
    same(peer.hear(), b"\xff\x00")
    same(peer.hear(), (4001, "bye"))
    peer.close()
    same(server.end().split("\n")[1], "1 of 1 exchange answered")


def what_was_not_said_closes_with_1008(box):
    rows = [([('{"say":2}', 1)], 1, 'exchange 1 (#4), differs in 1 place\n'
             '    /say  1 -> 2\n'
             '  closed with 1008; take it with: --ignore /say\n'),
            ([('{"say":1}', 1), ("text", 1)], 2, "exchange 1 (#6), differs"),
            ([('{"say":1}', 2)], 1, "exchange 1 (#4), differs")]
    for says, number, shown in rows:
        server = Server(box, conversation())
        peer = Socket(server, "/ws")
        for text, opcode in says:
            peer.hear()
            peer.say(text, opcode)
        same(peer.hear(), (1008, "message %d is not on the tape" % number))
        peer.close()
        err = server.end(1)
        holds(err, "tapedeck replay: message %d is not on the tape: /ws\n"
              "  nearest: %s" % (number, shown))
        holds(err, "1 of 1 exchange answered, 1 message unknown, "
                   "%d message%s not said\n" % (3 - number,
                                                "" if number == 2 else "s"))


def a_conversation_that_goes_on_is_not_on_the_tape(box):
    tape = Tape()
    x = upgraded(tape)
    tape.event(x, "a", direction="in")
    tape.event(x, "b")
    tape.kind(x, "close", '{"code":1000,"reason":""}', direction="in")
    tape.done(x)
    server = Server(box, tape)
    peer = Socket(server, "/ws")
    peer.say("a")
    same(peer.hear(), "b")
    peer.say("a")
    same(peer.hear(), (1008, "message 2 is not on the tape"))
    peer.close()
    server.end(1)
    server = Server(box, tape, "--strict")
    peer = Socket(server, "/ws")
    peer.close()
    holds(server.end(1), "1 of 1 exchange answered, 1 message not said\n"
          "tapedeck replay: --strict: messages of the client were not said\n")


def conversations_know_json_rpc(box):
    tape = Tape()
    x = upgraded(tape)
    tape.event(x, rpc(1, "a"), direction="in")
    tape.event(x, rpc(2, "b"), direction="in")
    tape.event(x, '{"jsonrpc":"2.0","id":2,"result":"b"}')
    tape.event(x, '{"jsonrpc":"2.0","id":1,"result":"a"}')
    tape.done(x)
    server = Server(box, tape)
    peer = Socket(server, "/ws")
    peer.say(rpc("x", "a"))
    peer.say(rpc("y", "b"))
    same([json.loads(peer.hear()) for _ in range(2)],
         [{"jsonrpc": "2.0", "id": "y", "result": "b"},
          {"jsonrpc": "2.0", "id": "x", "result": "a"}])
    peer.close()
    server.end()


def ids_are_renamed_one_to_one(box):
    tape = Tape()
    x = upgraded(tape)
    for ident in ("u1", "u2", "u1"):
        tape.event(x, '{"i":"%s"}' % ident, direction="in")
    tape.event(x, "done")
    tape.done(x)
    with open(box.path("m.yaml"), "w", encoding="utf-8") as file:
        file.write("masks: 1\nfields: {/i: number-ids}\n")
    for last, heard in (("p", "done"),
                        ("r", (1008, "message 3 is not on the tape"))):
        server = Server(box, tape, "--masks", "m.yaml")
        peer = Socket(server, "/ws")
        for ident in ("p", "q", last):
            peer.say('{"i":"%s"}' % ident)
        same(peer.hear(), heard)
        peer.close()
        err = server.end(0 if heard == "done" else 1)
        same(", equal but for an id that stands for another one already "
             "(number-ids)\n" in err, heard != "done")


def a_conversation_breaks_off_as_it_did(box):
    tape = Tape()
    x = upgraded(tape)
    tape.event(x, "a")
    tape.done(x, cut="reset by upstream")
    server = Server(box, tape)
    peer = Socket(server, "/ws")
    same(peer.hear(), "a")
    try:
        same(peer.hear(), None)
    except ConnectionResetError:
        pass
    server.end()


def handshakes_that_are_none_are_refused(box):
    tape = conversation()
    tape.exchange("GET", "/ws", "plain")
    server = Server(box, tape)
    same(server.ask("GET", "/ws")[2], b"plain")
    whole, _ = server.raw(b"GET /ws HTTP/1.1\r\nHost: localhost\r\n"
                          b"Upgrade: websocket\r\n\r\n")
    holds(whole, b"HTTP/1.1 400 ")
    whole, _ = server.raw(b"GET /ws HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    holds(whole, b"HTTP/1.1 403 ")
    err = server.end(1)
    holds(err, "with 403: ")
    holds(err, "2 of 2 exchanges answered, 2 refused\ntapedeck replay: "
               "requests of the client were refused\n")


def who_was_refused_has_not_passed(box):
    get = b"GET /ws HTTP/1.1\r\nHost: %s\r\n%s\r\n"
    rows = [(get % (b"evil.example", b""), 403, "(--origin admits more)"),
            (get % (b"localhost", b"Origin: http://evil.example\r\n"), 403,
             "(--origin admits more)"),
            (get % (b"localhost", b"Sec-Fetch-Site: cross-site\r\n"
                    b"Connection: close\r\n"), 403, "(--origin admits more)"),
            (get % (b"localhost", b"Content-Length: 5000\r\n"), 413,
             "(--max-message takes more)"),
            (get % (b"localhost", b"X: " + b"x" * 200000), 431, ""),
            (b"rubbish\r\n\r\n", 400, "")]
    for data, status, hint in rows:
        server = Server(box, conversation(), "--max-message", "4096")
        holds(server.raw(data)[0], b"HTTP/1.1 %d " % status)
        err = server.end(1)
        holds(err, "with %d: " % status)
        holds(err, hint)
        holds(err, ", 1 refused, ")


CLIENT = """import os, sys, urllib.request
url = os.environ["API"]
assert "OTHER" not in os.environ or os.environ["OTHER"] == url[:-3]
assert url.startswith("http://127.0.0.1:") and url.endswith("/v1"), url
print(urllib.request.urlopen(url + "/a").read().decode())
sys.exit(int(sys.argv[1]))
"""


def what_a_client_makes_anew_is_told_again(box):
    tape = Tape()
    tape.exchange("POST", "/runs", '{"run":"r-1","n":1}',
                  body='{"run":{"id":"r-1"},"q":1}',
                  headers=[("x-trace", "t1")])
    stream(tape, "GET", "/runs/r-1/events", ['{"of":"r-1"}', "r-12 t1"])
    x = upgraded(tape)
    tape.event(x, '{"run":{"id":"r-1"}}', direction="in")
    tape.event(x, '{"hello":"r-1"}')
    tape.event(x, '{"to":"r-1"}', direction="in")
    tape.event(x, '{"bye":"r-1"}')
    tape.done(x)
    server = Server(box, tape, "--strict", "--bind", "/run/id", "--bind",
                    "header:x-trace")
    answer = server.ask("POST", "/runs", '{"run":{"id":"live"},"q":1}',
                        {"X-Trace": "now"})
    same((answer[2], len(answer[2])),
         (b'{"run":"live","n":1}', 20))
    same(server.ask("GET", "/runs/live/events")[2],
         b'data: {"of":"live"}\n\ndata: r-12 now\n\n')
    peer = Socket(server, "/ws")
    peer.say('{"run":{"id":"two"}}')
    same(peer.hear(), '{"hello":"two"}')
    peer.say('{"to":"two"}')
    same(peer.hear(), '{"bye":"two"}')
    peer.close()
    holds(server.end(), "3 of 3 exchanges answered\n")
    server = Server(box, tape, "--bind", "/run/id")
    same(server.ask("GET", "/runs/other/events")[0], 501)
    server.end(1)


def what_one_client_binds_is_not_anothers(box):
    """Nor is the length that was said untrue when another one comes."""
    tape = Tape()
    start = '{"run":"R1"}'
    tape.exchange("POST", "/start", "{}", body=start)
    body = b'{"run":"R1","more":"12345678901234567890"}'
    x = tape.request("GET", "/slow")
    tape.response(x, 200, [("content-type", "application/json"),
                           ("content-length", str(len(body)))])
    tape.body(x, body, at=tape.now + 1_000_000_000)
    tape.done(x)
    tape.exchange("POST", "/start", "{}", body=start)
    server = Server(box, tape, "--bind", "/run", "--strict")
    same(server.ask("POST", "/start", start.replace("R1", "A"))[0], 200)
    slow = http.client.HTTPConnection("127.0.0.1", server.port,
                                      timeout=e2e.SECONDS)
    slow.request("GET", "/slow")
    answer = slow.getresponse()
    same(server.ask("POST", "/start",
                    start.replace("R1", "another-one"))[0], 200)
    same(answer.read(), body.replace(b"R1", b"A"))
    slow.close()
    holds(server.end(), "3 of 3 exchanges answered\n")


def clients_that_ask_by_turns_are_told_apart(box):
    """Each by the value that it says itself, which others may contain."""
    tape = Tape()
    tape.exchange("POST", "/runs", '{"run":"r-1"}', body='{"id":"r-1"}')
    stream(tape, "GET", "/runs/r-1/events", ['{"of":"r-1"}'])
    names = ["a", "b", "a-b", "ab"]
    server = Server(box, tape, "--repeat", "--bind", "/id")
    for name in names:
        same(server.ask("POST", "/runs", '{"id":"%s"}' % name)[2],
             b'{"run":"%s"}' % name.encode())
    for name in [*names, *reversed(names), "b"]:
        same(server.ask("GET", "/runs/%s/events" % name)[2],
             b'data: {"of":"%s"}\n\n' % name.encode())
    same(server.ask("GET", "/runs/c/events")[0], 501)
    server.end(1)


def polls_are_answered_with_the_body_that_they_had(box):
    """Packets are events on a tape, and a body again."""
    tape = Tape()
    poll = "/socket.io/?EIO=4&transport=polling&t=%s"
    plain = [("content-type", "text/plain; charset=UTF-8"),
             ("content-length", "1")]

    def ask(method, target, packets, said=()):
        x = tape.request(method, target)
        for rest in said:
            tape.line("in", x, rest)
        tape.response(x, 200, plain)
        for rest in packets:
            tape.line("out", x, rest)
        tape.done(x)

    ask("GET", poll % "a", ['"k":"handshake","json":{"sid":"s1"}'])
    ask("POST", poll % "b" + "&sid=s1", ['"k":"body","text":"ok"'],
        ['"k":"connect","ns":"/chat","json":{"token":"x"}',
         '"k":"pong","text":""'])
    ask("GET", poll % "c" + "&sid=s1", [
        '"k":"connect","ns":"/chat","json":{"sid":"s2"}',
        '"k":"ping","text":""',
        '"ns":"/chat","id":7,"ev":"a","json":["a",{"n": 1.10}]',
        '"ev":"b","att":["AAH/"],"json":["b",{"_placeholder":true,"num":0}]'])
    ask("GET", poll % "d" + "&sid=s1", ['"k":"body","text":"6"'])
    server = Server(box, tape, "--strict")
    same(server.ask("GET", poll % "z1")[2], b'0{"sid":"s1"}')
    same(server.ask("POST", poll % "z2" + "&sid=s1",
                    '40/chat,{"token":"x"}\x1e3')[2], b"ok")
    same(server.ask("GET", poll % "z3" + "&sid=s1")[2],
         b'40/chat,{"sid":"s2"}\x1e2\x1e42/chat,7["a",{"n": 1.10}]\x1e'
         b'451-["b",{"_placeholder":true,"num":0}]\x1ebAAH/')
    same(server.ask("GET", poll % "z4" + "&sid=s1")[2], b"6")
    holds(server.end(), "4 of 4 exchanges answered\n")


def a_poll_may_have_many_packets(box):
    many = 20000
    text = '["news",{"text":"%s"}]' % ("x" * 100)
    tape = Tape()
    x = tape.request("GET", "/socket.io/?EIO=4&transport=polling&t=a")
    tape.response(x, 200, [("content-type", "text/plain")])
    for _ in range(many):
        tape.line("out", x, '"ev":"news","json":' + text)
    tape.done(x)
    server = Server(box, tape, "--strict")
    same(server.ask("GET", "/socket.io/?EIO=4&transport=polling&t=b")[2],
         "\x1e".join(["42" + text] * many).encode())
    holds(server.end(), "1 of 1 exchange answered\n")


def a_command_finds_the_address(box):
    tape = Tape()
    tape.exchange("GET", "/v1/a", "answer")
    tape.write(box.path("t.tape"))
    with open(box.path("c.py"), "w", encoding="utf-8") as file:
        file.write(CLIENT)
    for status in (0, 7):
        code, out, err = box.run(
            "replay", "t.tape", "--answer", ":0", "--env", "API=/v1", "--env",
            "OTHER", "--", sys.executable, "c.py", str(status))
        same((code, out), (status, b"answer\n"))
        holds(err, "\n1 of 1 exchange answered; python3")
        holds(err, ": exit status %d\n" % status)
    code, out, err = box.run(
        "replay", "t.tape", "--answer", ":0", "--env", "API=/v1/v1", "--",
        sys.executable, "-c", "import os, urllib.request as r\n"
        "try: r.urlopen(os.environ['API'])\nexcept Exception: pass\n")
    same(code, 1)
    holds(err, "1 request unknown")
    code, out, err = box.run("replay", "t.tape", "--answer", ":0", "--",
                             "./no-such-program")
    same(code, 4)


def what_came_of_it_is_json_if_wanted(box):
    tape = Tape()
    for path in ("/a", "/b", "/c"):
        tape.exchange("GET", path, "{}")
    wanted = {"exchanges": 3, "answered": 1, "unused_count": 2,
              "unused": [1, 3], "requests_unknown": 1, "messages_unknown": 0,
              "messages_unsaid": 0, "refused": 0}
    server = Server(box, tape, "--json")
    server.ask("GET", "/b")
    same(server.ask("GET", "/z")[0], 501)
    server.process.send_signal(signal.SIGTERM)
    code, out, _ = box.end(server.process)
    same((code, json.loads(out)), (1, wanted))
    code, out, err = box.run(
        "replay", "t.tape", "--answer", ":0", "--json", "--env", "U", "--",
        sys.executable, "-c", "import os, urllib.request as u; "
        "print(u.urlopen(os.environ['U'] + '/b').read()); exit(3)")
    wanted.update(requests_unknown=0, command_status=3)
    same((code, out), (3, b"b'{}'\n"))
    same([json.loads(line) for line in err.splitlines() if line[0] == "{"],
         [wanted])


def a_signal_ends_the_command(box):
    tape = Tape()
    tape.exchange("GET", "/", "x")
    tape.write(box.path("t.tape"))
    process = box.start("replay", "t.tape", "--answer", ":0", "--",
                        sys.executable, "-c", "print(1, flush=True)\n"
                        "import signal\nsignal.pause()")
    same(process.stdout.readline(), b"1\n")
    process.send_signal(signal.SIGTERM)
    code, _, err = box.end(process)
    same(code, 128 + signal.SIGTERM)
    holds(err, "killed by SIGTERM\n")


def many_clients_at_once(box):
    tape = Tape()
    for i in range(400):
        stream(tape, "POST", "/s", [str(i), "x" * 2000], body=str(i % 40))
    server = Server(box, tape, "--speed", "max", "--strict")
    seen, lock = [], threading.Lock()

    def client(k):
        conn = server.connect()
        for i in range(k, 40, 8):
            for _ in range(10):
                body = server.ask("POST", "/s", str(i), conn=conn)[2]
                with lock:
                    seen.append(int(body.split()[1]))
        conn.close()

    threads = [threading.Thread(target=client, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    same(sorted(seen), list(range(400)))
    server.end()


def a_tape_that_was_tampered_with_is_safe(box):
    tape = Tape()
    tape.exchange("GET", "/a", "x", answer_headers=[
        ("X-A", "b\r\nX-C: d"), ("X B", "c"), ("", "e"), ("X-Good", "f"),
        ("Content-Length", "99999999999999999999"), ("Transfer-Encoding", "x")])
    x = tape.request("GET", "/b")
    tape.response(x, 200, [], "O\r\nK: x")
    tape.response(x, 500, [])
    tape.done(x, chunks=[[1], ["a", -1], 7], trailers=7)
    tape.line("in", 9, '"k":"request","json":[]')
    tape.line("in", 10, '"k":"request","text":"no json"')
    tape.line("out", 77, '"k":"response","json":{}')
    x = tape.request("GET", "/c")
    tape.response(x, 99999, [])
    for code in ("1005", "1006", "70000", '"x"'):
        x = upgraded(tape, "/w")
        tape.kind(x, "close", '{"code":%s,"reason":7}' % code)
        tape.done(x)
    server = Server(box, tape)
    same(server.ask("GET", "/a"), (200, [("X-Good", "f"),
                                         ("Content-Length", "1")], b"x"))
    same(server.ask("GET", "/b")[0], 200)
    status, _, body = server.ask("GET", "/c")
    same((status, body), (502, b'{"error":{"type":"tapedeck_unusable",'
                          b'"message":"exchange 3 of the tape has a status '
                          b'that cannot be sent"}}\n'))
    same([Socket(server, "/w").hear() for _ in range(4)],
         [(1005, ""), None, None, (1000, "")])
    err = server.end(1)
    holds(err, "tapedeck replay: exchange 3 of the tape has a status that "
               "cannot be sent\n  answered 502\n")
    holds(err, ", 1 request unknown")


def a_tape_that_has_lost_all_of_it_says_why(box):
    with open(box.path("lost.tape"), "w", encoding="utf-8") as file:
        file.write('{"tape":1,"id":"t","clock":"monotonic"}\n'
                   '{"s":1,"t":1,"d":"in","c":1,"x":1,"k":"requ\n'
                   '{"end":{"events":1}}\n')
    for how, part in ((["--answer", ":0"], "nobody asks"),
                      (["--to", "http://127.0.0.1:9", "--dialogue"],
                       "nobody asks"),
                      (["--stdio"], "nobody says")):
        code, out, err = box.run("replay", "lost.tape", *how)
        same((how, code, out), (how, 3, b""))
        one_line(err)
        holds(err, f"{part} anything on it any more: 1 damaged line")


def misuse_is_one_line(box):
    tape = Tape()
    tape.exchange("GET", "/", "x")
    tape.write(box.path("t.tape"))
    with open(box.path("empty.tape"), "w", encoding="utf-8") as file:
        file.write('{"tape":1,"id":"t","clock":"monotonic"}\n'
                   '{"s":1,"t":1,"d":"in","c":1,"json":1}\n'
                   '{"end":{"events":1}}\n')
    rows = [
        (["t.tape", "t.tape", "--answer", ":0"], "one tape"),
        (["-", "--answer", ":0"], "one tape"),
        (["t.tape", "--answer", ":0", "--serve", ":0"], "not for --answer"),
        (["t.tape", "--answer", ":0", "--stdio"], "--answer: excludes"),
        (["t.tape", "--answer", ":0", "--framing", "lines"],
         "not for --answer"),
        (["t.tape", "--match", "path", "-"], "only with --answer"),
        (["t.tape", "--answer", ":0", "--match", "paht"], '"paht"'),
        (["t.tape", "--answer", ":0", "--match", "query:"], "a name is"),
        (["t.tape", "--answer", ":0", "--env", "A"], "only with -- COMMAND"),
        (["t.tape", "--answer", ":0", "--env", "1A", "--", "true"],
         "name of a variable"),
        (["t.tape", "--answer", ":0", "--env", "A=b", "--", "true"],
         "is no path"),
        (["t.tape", "--answer", "nowhere"], "port is missing"),
        (["t.tape", "--answer", "0.0.0.0:0"], "--public"),
        (["t.tape", "--answer", ":0", "--public"], "only this machine"),
        (["empty.tape", "--answer", ":0"], "nobody asks anything on it"),
        (["t.tape", "-", "--", "true"], "only run with --answer"),
        (["t.tape", "--answer", ":0", "--"], "no command behind it"),
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
