#!/usr/bin/python3
"""`tapedeck replay --to URL --dialogue`: the client of a tape, played to a
server, and what that says compared with the tape.

usage: e2e_dialogue.py TAPEDECK [CASE...]
"""
import base64
import gzip
import hashlib
import json
import os
import re
import signal
import socket
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import e2e_answer  # noqa: E402
from e2e_answer import SSE, Server, conversation, stream, upgraded  # noqa: E402
from e2e_answer import e2e, holds, one_line, same  # noqa: E402
from app import App  # noqa: E402
from exchange_tape import Tape  # noqa: E402


def talk(box, port, *options, tape="now.tape", scheme="http"):
    """(status, standard output, standard error)"""
    code, out, err = box.run("replay", tape, "--to",
                             "%s://127.0.0.1:%d" % (scheme, port), "--dialogue",
                             "--speed", "max", *options)
    return code, out.decode(), err if isinstance(err, str) else err.decode()


def mixed():
    tape = conversation()
    tape.exchange("POST", "/a?b=1", '{"x":1}', body='{"q":[1,2]}')
    stream(tape, "POST", "/s", ["one", ("two", "named"), "[DONE]"], body="{}")
    tape.exchange("GET", "/none", "", status=204, answer_headers=[])
    tape.exchange("HEAD", "/h", "", answer_headers=[("content-length", "7")])
    tape.exchange("DELETE", "/d", "plain", status=404,
                  answer_headers=[("content-type", "text/plain"),
                                  ("content-length", "5")])
    return tape


def a_tape_agrees_with_itself(box):
    server = Server(box, mixed(), "--strict")
    mixed().write(box.path("now.tape"))
    for scheme in ("http", "ws"):
        code, out, err = talk(box, server.port, scheme=scheme)
        same((code, err), (0, "6 of 6 exchanges asked\n"))
        holds(out, "same: ")
        server.end()
        server = Server(box, mixed(), "--strict")
    server.process.send_signal(signal.SIGTERM)
    box.end(server.process)


def what_the_server_says_is_compared(box):
    tape = mixed()
    tape.write(box.path("now.tape"))
    other = mixed()
    other.lines = [line.replace('{"x":1}', '{"x":2}')
                   .replace('"named"', '"renamed"')
                   .replace('"status":404', '"status":410')
                   for line in other.lines]
    server = Server(box, other)
    code, out, err = talk(box, server.port, "--report", "junit=r.xml")
    same(code, 1)
    holds(out, "differ: ")
    holds(out, " body  /x  1 -> 2\n")
    holds(out, " response  /status  404 -> 410\n")
    holds(err, "the server says something else than on the tape")
    holds(e2e.read(box.path("r.xml")).decode(), "<testsuite")
    server.end()
    server = Server(box, other)
    code, out, err = talk(box, server.port, "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    same((code, lines[-1]["kind"], lines[-1]["asked"], lines[-1]["failed"]),
         (1, "dialogue", 6, 0))
    same(sorted(line["kind"] for line in lines[:-2])[0], "changed")
    server.end()


def names_are_looked_for_where_the_tape_has_them_from(box):
    for options, name in (({"name": "/event"}, "a"), ({"name": None}, None),
                          ({}, "b"), ({"name": "no pointer"}, "b"),
                          ({"name": ["/event"]}, "b")):
        tape = Tape()
        stream(tape, "GET", "/s", [('{"event":"a","type":"b"}', name)],
               unnamed=True)
        server = Server(box, tape)
        tape.write(box.path("now.tape"), options=options)
        code, out, err = talk(box, server.port)
        same((options, code, err), (options, 0, "1 of 1 exchange asked\n"))
        holds(out, "same: ")
        server.end()


def what_may_differ_is_said(box):
    tape = Tape()
    tape.exchange("GET", "/a", '{"at":1,"n":{"id":"a"}}')
    tape.write(box.path("now.tape"))
    other = Tape()
    other.exchange("GET", "/a", '{"at":2,"n":{"id":"b"}}')
    with open(box.path("m.yaml"), "w", encoding="utf-8") as file:
        file.write("masks: 1\nfields:\n  /n/*: ignore\n")
    for options, status in (([], 1), (["--ignore", "/at"], 1),
                            (["--masks", "m.yaml"], 1),
                            (["--ignore", "/at", "--masks", "m.yaml"], 0)):
        server = Server(box, other)
        same((options, talk(box, server.port, *options)[0]), (options, status))
        server.end()


def what_is_bound_is_handed_back(box):
    tape = Tape()
    tape.exchange("POST", "/sessions", '{"id":"abc-1","n":7}', body="{}",
                  answer_headers=[("content-type", "application/json"),
                                  ("mcp-session-id", "[redacted]")])
    tape.exchange("GET", "/sessions/abc-1/abc-10?of=7", '{"ok":true}',
                  headers=[("Mcp-Session-Id", "[redacted]"),
                           ("X-Of", "s abc-1")])
    tape.exchange("POST", "/say", '{"ok":true}',
                  body='{"s":"abc-1","n":7,"t":"7.5","u":[17,7]}')
    tape.write(box.path("now.tape"))

    def answer(request, _):
        if request.path == "/sessions":
            request.reply('{"id":"xyz","n":42}', Mcp_Session_Id="secret")
        else:
            request.reply('{"ok":true}')

    with App(answer) as app:
        code, out, err = talk(box, app.port, "--bind", "/id", "--bind", "/n",
                              "--bind", "header:mcp-session-id")
        same((code, err), (0, "3 of 3 exchanges asked\n"))
        holds(out, "same: ")
        same(app.asked[1][1], "/sessions/xyz/abc-10?of=42")
        same((app.asked[1][2]["Mcp-Session-Id"], app.asked[1][2]["X-Of"]),
             ("secret", "s xyz"))
        same(app.asked[2][3], b'{"s":"xyz","n":42,"t":"7.5","u":[17,42]}')
        del app.asked[:]
        code, out, err = talk(box, app.port)
        same((code, app.asked[1][1]), (1, "/sessions/abc-1/abc-10?of=7"))
        holds(err, "the tape has no value for the field Mcp-Session-Id, which "
                   "is left out")
        same(talk(box, app.port, "--header", "mcp-session-id: mine",
                  "--bind", "/id", "--bind", "/n")[0], 0)
        same(app.asked[-2][2]["mcp-session-id"], "mine")


def requests_go_as_they_were(box):
    tape = Tape()
    tape.exchange("POST", "/up", '{"ok":true}', body="plain text",
                  headers=[("host", "recorded.example"), ("x-a", "1"),
                           ("content-encoding", "gzip"),
                           ("transfer-encoding", "chunked"),
                           ("expect", "100-continue"),
                           ("accept-encoding", "br, gzip"),
                           ("authorization", "[redacted]")])
    tape.write(box.path("now.tape"))
    with App(lambda request, _: request.reply('{"ok":true}')) as app:
        code, _, err = box.run(
            "replay", "now.tape", "--dialogue", "--to",
            "http://127.0.0.1:%d/below/" % app.port, "--header",
            "Authorization: Bearer mine", "--header", "X-B: 2")
        same((code, err), (0, "1 of 1 exchange asked\n"))
        method, path, fields, body = app.asked[0]
        same((method, path, body), ("POST", "/below/up", b"plain text"))
        same(fields, {"Host": "127.0.0.1:%d" % app.port, "x-a": "1",
                      "Authorization": "Bearer mine", "X-B": "2",
                      "Accept-Encoding": "gzip, deflate",
                      "Connection": "close", "Content-Length": "10"})


def who_is_answered_meanwhile_is_waited_for(box):
    tape = Tape()
    x = tape.request("GET", "/s")
    tape.response(x, 200, SSE)
    tape.event(x, "first")
    tape.exchange("GET", "/go", '{"ok":true}')
    tape.event(x, "second")
    tape.done(x)
    tape.write(box.path("now.tape"))
    gone = threading.Event()

    def answer(request, _):
        if request.path == "/go":
            gone.set()
            request.reply('{"ok":true}')
            return
        request.begin_stream()
        request.event("first")
        gone.wait(e2e.SECONDS)
        request.event("second")
        request.end_stream()

    with App(answer) as app:
        same(talk(box, app.port)[0], 0)
        same([a[1] for a in app.asked], ["/s", "/go"])


def a_client_leaves_where_it_left(box):
    tape = Tape()
    x = tape.request("GET", "/s")
    tape.response(x, 200, SSE)
    tape.event(x, "tick")
    tape.done(x, cut="closed by client")
    tape.exchange("GET", "/after", '{"ok":true}')
    tape.write(box.path("now.tape"))
    left = threading.Event()

    def answer(request, _):
        if request.path == "/after":
            left.wait(e2e.SECONDS)
            request.reply('{"ok":true}')
            return
        request.begin_stream()
        request.event("tick")
        request.connection.settimeout(e2e.SECONDS)
        try:
            request.connection.recv(1)
        except OSError:
            pass
        left.set()
        request.close_connection = True

    with App(answer) as app:
        code, out, err = talk(box, app.port)
        same((code, err), (0, "2 of 2 exchanges asked\n"))


def frames_of_an_extension_are_not_said(box):
    """Behind its handshake the client leaves, and all else is asked."""
    tape = Tape()
    x = upgraded(tape)
    tape.kind(x, "frame", b"\xc1\x81AAAA\x00", direction="in")
    tape.kind(x, "close", '{"code":1000,"reason":""}')
    tape.done(x)
    tape.exchange("GET", "/after", '{"ok":true}')
    tape.write(box.path("now.tape"))
    whole = conversation()
    whole.exchange("GET", "/after", '{"ok":true}')
    server = Server(box, whole)
    code, out, err = talk(box, server.port, "--json")
    same(code, 1)
    holds(err, "exchange 1 is left behind its handshake: only an extension of "
               "WebSocket can read its frames (--keep-extensions)\n"
               "2 of 2 exchanges asked, 1 left behind the handshake\n")
    lines = [json.loads(line) for line in out.splitlines()]
    same((lines[-1]["asked"], lines[-1]["left_behind_handshake"]), (2, 1))
    same([line for line in lines if line["kind"] == "changed"], [])
    server.process.send_signal(signal.SIGTERM)
    box.end(server.process)


def what_does_not_come_is_given_up(box):
    tape = Tape()
    stream(tape, "GET", "/s", ["one", "two"])
    tape.exchange("GET", "/after", '{"ok":true}')
    tape.write(box.path("now.tape"))
    over = threading.Event()

    def answer(request, _):
        if request.path == "/after":
            request.reply('{"ok":true}')
            return
        request.begin_stream()
        request.event("one")
        over.wait(e2e.SECONDS)

    with App(answer) as app:
        code, out, err = talk(box, app.port, "--answer-timeout", "300ms")
        over.set()
        same(code, 1)
        holds(err, "exchange 1: event 2 of its answer did not come in time; "
                   "gone on without it\n")
        holds(err, "2 of 2 exchanges asked, 1 not in time\n")
        holds(out, "missing")


def a_server_that_breaks_off_is_told(box):
    tape = Tape()
    stream(tape, "GET", "/s", ["one", "two"])
    tape.write(box.path("now.tape"))

    def answer(request, _):
        request.begin_stream()
        request.event("one")
        request.close_connection = True

    with App(answer) as app:
        code, out, err = talk(box, app.port)
        same(code, 1)
        holds(err, "exchange 1: closed by upstream\n")
        holds(out, "  extra    #5 cut ")


def a_handshake_that_is_refused_is_told(box):
    conversation().write(box.path("now.tape"))
    with App(lambda request, _: request.reply("no", 404)) as app:
        code, out, err = talk(box, app.port)
        same(code, 1)
        holds(err, "1 of 1 exchange asked, 2 messages not said\n")
        holds(out, "differ: 6 of 6 events (1 changed, 4 missing, 1 extra")


def recordings_on_one_tape_are_one_dialogue(box):
    """Each begins its numbers anew, and polls are not asked."""
    with App(lambda request, _: request.reply('{"at":"%s"}' % request.path)
             ) as app:
        for target in ("/a", "/b", "/c"):
            code, _, _ = box.run("record", "http://127.0.0.1:%d%s"
                                 % (app.port, target), "--method", "GET",
                                 "--append", "-o", "now.tape")
            same(code, 0)
        code, out, err = talk(box, app.port)
        same((code, err), (0, "3 of 3 exchanges asked\n"))
        holds(out, "same: 6 events")
    tape = Tape()
    tape.exchange("GET", "/socket.io/?EIO=4&transport=polling", "x")
    for target in ("/a", "/b"):
        tape.exchange("GET", target, '{"at":"%s"}' % target)
    tape.write(box.path("now.tape"))
    with App(lambda request, _: request.reply('{"at":"%s"}' % request.path)
             ) as app:
        code, out, err = talk(box, app.port)
        same(code, 0)
        holds(out, "same: 4 events")


def a_target_with_a_server_goes_to_the_one_that_is_named(box):
    tape = Tape()
    tape.exchange("GET", "http://recorded.test/a?b=c://d/e", "{}")
    tape.exchange("GET", "http://recorded.test", "{}")
    tape.exchange("GET", "/f?u=http://g/h", "{}")
    tape.write(box.path("now.tape"))
    with App(lambda request, _: request.reply("{}")) as app:
        same(talk(box, app.port)[0], 0)
        same([asked[1] for asked in app.asked],
             ["/a?b=c://d/e", "/", "/f?u=http://g/h"])


def marks_that_are_sent_are_told_once(box):
    tape = Tape()
    for _ in range(2):
        tape.exchange("POST", "/a?token=***&b=1", "{}",
                      body='{"password":"[redacted]"}')
    tape.exchange("GET", "/a?b=***x&c=1", "{}")
    tape.write(box.path("now.tape"))
    with App(lambda request, _: request.reply("{}")) as app:
        code, _, err = talk(box, app.port)
        same((code, app.asked[0][1]), (0, "/a?token=***&b=1"))
    same(err, "exchange 1: a value in its target is not on the tape; the mark "
         "in its place is sent\nexchange 1: a value in its body is not on the "
         "tape; the mark in its place is sent\n3 of 3 exchanges asked\n")


def who_pings_and_never_reads_is_not_heard_for_ever(box):
    """What is answered to pings would be held here."""
    much = 32 * 1024 * 1024
    pings = (b"\x89\x7d" + b"p" * 125) * 500
    sent = [0]

    def serve(listener):
        conn, _ = listener.accept()
        head = b""
        while b"\r\n\r\n" not in head:
            head += conn.recv(65536)
        key = re.search(rb"(?i)sec-websocket-key: *(\S+)", head)[1]
        accept = base64.b64encode(hashlib.sha1(
            key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        conn.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket"
                     b"\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                     + accept + b"\r\n\r\n")
        try:
            while sent[0] < much:
                sent[0] += conn.send(pings)
        except OSError:
            pass
        conn.close()

    tape = Tape()
    x = upgraded(tape, "/ws")
    tape.line("out", x, '"json":1')
    tape.done(x)
    tape.write(box.path("now.tape"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        code, _, err = talk(box, listener.getsockname()[1],
                            "--answer-timeout", "2s")
        thread.join()
    same((code in (1, 3), sent[0] < much), (True, True))
    holds(err, "event 1 of its answer did not come in time")


def many_exchanges_are_asked_one_by_one(box):
    tape = Tape()
    for n in range(3000):
        tape.exchange("GET", "/%d" % n, '{"n":%d}' % n)
    tape.write(box.path("now.tape"))
    server = Server(box, tape, "--strict")
    code, out, err = talk(box, server.port)
    same((code, err), (0, "3000 of 3000 exchanges asked\n"))
    holds(out, "same: 6000 events")
    server.end()


def nobody_there_is_an_error_of_its_own(box):
    mixed().write(box.path("now.tape"))
    code, out, err = talk(box, 9)
    same((code, out), (4, ""))
    holds(err, "exchange 1: no connection: ")
    holds(err, "the server was not reached\n")


def what_was_said_is_kept_as_a_tape(box):
    mixed().write(box.path("now.tape"))
    server = Server(box, mixed())
    code, _, err = talk(box, server.port, "-o", "new.tape.gz")
    same((code, err), (0, "6 of 6 exchanges asked; new.tape.gz\n"))
    server.end()
    same(box.run("verify", "new.tape.gz")[0], 0)
    server = Server(box, mixed())
    same(talk(box, server.port, tape="new.tape.gz")[0], 0)
    code, _, err = talk(box, server.port, "-o", "new.tape.gz")
    same(code, 4)
    holds(err, "new.tape.gz")
    server.end()
    same([name for name in os.listdir(box.path("."))
          if name.startswith("tapedeck-")], [])


def unpacked(path):
    with gzip.open(path) as file:
        return file.read()


def packets(tape, target="/socket.io/?EIO=4&transport=websocket"):
    x = upgraded(tape, target)
    tape.kind(x, "handshake", '{"sid":"[redacted]","upgrades":[],'
              '"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}')
    tape.kind(x, "connect", '{"token":"[redacted]"}', "in")
    tape.kind(x, "connect", '{"sid":"[redacted]"}')
    tape.line("in", x, '"id":1,"ev":"add","json":["add",1,2]')
    tape.line("out", x, '"ack":1,"json":[3]')
    tape.line("out", x, '"ev":"news","json":["news",{"a":1}]')
    tape.kind(x, "disconnect", "", "in")
    tape.done(x)
    tape.kind(x, "close", '{"code":1005,"reason":""}', "in")
    return tape


def socket_io_is_spoken_packet_by_packet(box):
    packets(Tape()).write(box.path("now.tape"))
    server = Server(box, packets(Tape()))
    code, out, err = talk(box, server.port, "--auth", '{"token":"mine"}')
    same((code, err), (0, "1 of 1 exchange asked\n"))
    holds(out, "same: ")
    server.end()
    server = Server(box, packets(Tape()))
    code, out, err = talk(box, server.port, "--auth", '{"tenant":"mine"}',
                          "--header", "X-Gate: mine", "-o", "new.tape.gz")
    same((code, b"mine" in unpacked(box.path("new.tape.gz"))),
         (0, False))
    server.end()
    other = packets(Tape())
    other.lines = [line.replace('"json":[3]', '"json":[4]')
                   for line in other.lines]
    server = Server(box, other)
    code, out, _ = talk(box, server.port)
    same(code, 1)
    holds(out, "3 -> 4")
    server.end()


def a_contract_holds_at_once(box):
    tape = Tape()
    stream(tape, "GET", "/s", ['{"type":"a","n":1}', '{"type":"b","n":2}'])
    tape.write(box.path("now.tape"))
    for name, rule in (("good", "required: [type, n]"),
                       ("bad", "required: [type, m]")):
        with open(box.path(name + ".yaml"), "w", encoding="utf-8") as file:
            file.write("contract: 1\nevents:\n  a: {schema: {%s}}\n"
                       "  b: {schema: {%s}}\n" % (rule, rule))
    for name, status in (("good", 0), ("bad", 1)):
        server = Server(box, tape)
        code, out, err = talk(box, server.port, "--expect", name + ".yaml")
        same((name, code), (name, status))
        holds(out, "same: ")
        server.end()


def fail_fast_ends_within_a_piece(box):
    tape = Tape()
    stream(tape, "GET", "/s", ['{"type":"a","n":%d}' % n for n in range(4)])
    tape.write(box.path("now.tape"))
    with open(box.path("bad.yaml"), "w", encoding="utf-8") as file:
        file.write("contract: 1\nevents:\n  a: {schema: {required: [m]}}\n")
    with App(lambda request, _: pieces(request)) as app:
        code, _, err = talk(box, app.port, "--expect", "bad.yaml",
                            "--fail-fast")
    same(code, 1)
    holds(err, "1 of 1 exchange asked")


def pieces(request):
    request.begin_stream()
    request.event("\n\ndata: ".join('{"type":"a","n":%d}' % n
                                    for n in range(4)))
    request.end_stream()


def a_signal_ends_it(box):
    tape = Tape()
    tape.exchange("GET", "/never", "x")
    tape.write(box.path("now.tape"))
    asked = threading.Event()
    over = threading.Event()

    def answer(*_):
        asked.set()
        over.wait(e2e.SECONDS)

    with App(answer) as app:
        process = box.start("replay", "now.tape", "--dialogue", "--to",
                            "http://127.0.0.1:%d" % app.port)
        asked.wait(e2e.SECONDS)
        process.send_signal(signal.SIGINT)
        code, _, err = box.end(process)
        over.set()
        same(code, 130)
        holds(err, "ended by a signal")


def misuse_is_one_line(box):
    mixed().write(box.path("now.tape"))
    Tape().write(box.path("empty.tape"))
    to = ["--to", "http://127.0.0.1:9"]
    rows = [
        (["now.tape", "--dialogue"], "server that it talks to is not named"),
        (["now.tape", *to], "or add --dialogue to ask again"),
        (["now.tape", *to, "--bind", "/a"], "only with --answer or --dialogue"),
        (["now.tape", *to, "--dialogue", "--bind", "a"], "is no pointer"),
        (["now.tape", *to, "--dialogue", "--bind", "header:"], "no field"),
        (["now.tape", "now.tape", *to, "--dialogue"], "plays one tape"),
        (["now.tape", *to, "--dialogue", "--loop", "2"],
         "is not for --dialogue"),
        (["now.tape", *to, "--dialogue", "--answer", ":0"],
         "is not for --answer"),
        (["now.tape", "--to", "sio://127.0.0.1:9", "--dialogue"],
         "write http:// or ws://"),
        (["now.tape", *to, "--dialogue", "-o", "now.tape"], "now.tape"),
        (["now.tape", "--to", "http://127.0.0.1:9/a?b=c", "--dialogue"],
         "has no query"),
        (["now.tape", *to, "--dialogue", "-o", "-"], "must be a file"),
        (["now.tape", *to, "--dialogue", "--report", "junit"], "--report"),
        (["now.tape", *to, "--dialogue", "--", "true"], "only run with"),
        (["empty.tape", *to, "--dialogue"], "nobody asks anything on it"),
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
