#!/usr/bin/python3
"""`tapedeck replay --answer --fault`: what clients see of it, and what is told.

usage: e2e_answer_fault.py TAPEDECK [CASE...]
"""
import http.client
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "recorder"))
import e2e  # noqa: E402
from e2e import holds, one_line, same  # noqa: E402
from e2e_answer import SSE, UPGRADE, Server, Socket, stream  # noqa: E402
from exchange_tape import Tape  # noqa: E402


def with_faults(box, tape, *faults, seed="7", more=()):
    options = [word for fault in faults for word in ("--fault", fault)]
    return Server(box, tape, "--speed", "max", "--seed", seed, *options, *more)


def data_of(body):
    """The data of each event, as a reader of the stream has them."""
    return [b"\n".join(line[6:] for line in block.split(b"\n")
                       if line.startswith(b"data: "))
            for block in body.split(b"\n\n") if block]


def broken(server, target):
    """The bytes of an answer that breaks off."""
    try:
        server.ask("GET", target)
    except http.client.IncompleteRead as short:
        return short.partial
    raise AssertionError("it is whole")


def refused_and_then_answered(box):
    tape = Tape()
    tape.exchange("GET", "/a", "one")
    tape.exchange("GET", "/b", "two")
    tape.exchange("GET", "/c", "three")
    server = with_faults(box, tape,
                         "status=429 retry-after=3 at=exchange:2 times=2",
                         "status=503 at=exchange:2", "status=500 after=2",
                         more=["--json"])
    same(server.ask("GET", "/a")[0], 200)
    for _ in range(2):
        status, headers, body = server.ask("GET", "/b")
        same((status, dict(headers)["Retry-After"]), (429, "3"))
        same(json.loads(body)["error"],
             {"type": "tapedeck_fault",
              "message": "exchange 2 is refused on purpose"})
    status, headers, _ = server.ask("GET", "/b")
    same((status, "Retry-After" in dict(headers)), (503, False))
    same(server.ask("GET", "/b")[::2], (200, b"two"))
    same(server.ask("GET", "/c")[0], 500)
    server.process.terminate()
    code, out, err = box.end(server.process)
    same(code, 0)
    holds(err, "faults (seed 7): 2 x 429 (exchanges 2, 2), "
               "1 x 503 (exchange 2), 1 x 500 (exchange 3)\n")
    holds(err, "2 of 3 exchanges answered, 1 exchange unused (3)")
    same(json.loads(out)["faults"]["list"][1],
         {"fault": "status=503 at=exchange:2", "count": 1, "exchanges": [2]})


def a_stream_goes_wrong(box):
    events = [('{"n":%d,"s":"\u00e9"}' % n, "tick") for n in range(1, 6)]
    whole = [data.encode() for data, _ in events]
    rows = [
        ("drop at=seq:4", [0, 2, 3, 4], "1 x drop (#4)"),
        ("duplicate at=seq:4", [0, 1, 1, 2, 3, 4], "1 x duplicate (#4)"),
        ("reorder by=2 at=seq:4", [0, 2, 3, 1, 4], "1 x reorder (#4)"),
        ("delay by=10ms at=seq:4", None, "1 x delay (#4)"),
        ("silence for=10ms event=tick", [0, 1, 2, 3, 4],
         "5 x silence (#3, #4, #5, #6, #7)"),
        ("slow rate=10k", [0, 1, 2, 3, 4], "5 x slow"),
        ("drop at=exchange:2", [0, 1, 2, 3, 4], "0 x drop"),
        ("drop at=+1500ns", [1, 2, 3, 4], "1 x drop (#3)"),
    ]
    tape = Tape()
    stream(tape, "GET", "/s", events)
    for fault, order, told in rows:
        server = with_faults(box, tape, fault)
        got = data_of(server.ask("GET", "/s")[2])
        same((fault, got if order else sorted(got)),
             (fault, [whole[i] for i in order or range(5)]))
        holds(server.end(), "faults (seed 7): %s\n" % told)
    server = with_faults(box, tape, "utf8-half at=seq:3", "json-half at=seq:4",
                         "sse-join at=seq:5")
    got = data_of(server.ask("GET", "/s")[2])
    same((got[0], got[2:]), (b'{"n":1,"s":"\xc3"}',
                             [whole[2] + b"\n" + whole[3], whole[4]]))
    same((whole[1].startswith(got[1]), got[1] == whole[1]), (True, False))
    server.end()


def a_name_that_stood_in_no_stream_chooses_too(box):
    """Named on the tape by their payloads: the wire has no such field."""
    tape = Tape()
    stream(tape, "GET", "/all", [('{"n":1}', "a"), ('{"n":2}', "b"),
                                 ('{"n":3}', "a")], unnamed=True)
    stream(tape, "GET", "/some", [('{"n":1}', "a"), ('{"n":2}', "b")],
           unnamed=[2])
    server = with_faults(box, tape, "drop event=b at=exchange:1",
                         "duplicate event=b", "reorder by=1 event=a p=1")
    same(server.ask("GET", "/all")[2], b'data: {"n":1}\n\ndata: {"n":3}\n\n')
    same(server.ask("GET", "/some")[2],
         b'data: {"n":2}\n\ndata: {"n":2}\n\nevent: a\ndata: {"n":1}\n\n')
    holds(server.end(), "faults (seed 7): 1 x drop (#4), 1 x duplicate (#10), "
                        "3 x reorder (#3, #5, #9)\n")


def it_breaks_off(box):
    tape = Tape()
    stream(tape, "GET", "/a", ["one", "two", "three"])
    stream(tape, "GET", "/b", ["one", "two", "three"])
    tape.exchange("GET", "/c", "0123456789")
    server = with_faults(box, tape, "cut after=2 events at=exchange:1",
                         "cut after=4 bytes at=exchange:3")
    same(broken(server, "/a"), b"data: one\n\ndata: two\n\n")
    same(data_of(server.ask("GET", "/b")[2]), [b"one", b"two", b"three"])
    same(broken(server, "/c"), b"0123")
    err = server.end()
    holds(err, "faults (seed 7): 1 x cut (exchange 1), 1 x cut (exchange 3)\n")
    holds(err, "\n3 of 3 exchanges answered\n")


def a_body_goes_wrong(box):
    tape = Tape()
    body = '{"a":[1,2,3]}'
    tape.exchange("GET", "/a", body)
    tape.exchange("GET", "/b", body)
    tape.exchange("HEAD", "/b", "", answer_headers=[("content-length", "13")])
    server = with_faults(box, tape, "json-half at=exchange:1", "slow rate=800")
    got = server.ask("GET", "/a")[2]
    same((body.startswith(got.decode()), len(got) < len(body)), (True, True))
    same(server.ask("GET", "/b")[2], body.encode())
    same(server.ask("HEAD", "/b")[1], [("Content-Length", "13")])
    server.end()


def the_seed_says_what_whoever_asks_first(box):
    """What happens to an exchange does not depend on when it is asked for."""
    tape = Tape()
    for number in range(40):
        stream(tape, "GET", "/%d" % number, ["%d.%d" % (number, i)
                                             for i in range(20)])
    told = []
    heard = []
    for order in (range(40), reversed(range(40))):
        server = with_faults(box, tape, "cut after=3 p=0.2", "drop p=0.1",
                             "status=503 p=0.1")
        got = {}
        for number in order:
            status, _, body = server.ask_all("GET", "/%d" % number)
            got[number] = (status, body)
        heard.append(got)
        counts = re.findall(r"(\d+) x (\S+)", server.end())
        told.append(counts)
    same(heard[0], heard[1])
    same(told[0], told[1])
    cut, drop, refused = (int(n) for n, _ in told[0])
    same((0 < cut < 40, 0 < drop, 0 < refused < 40), (True, True, True))


def ask_all(self, method, target):
    """As ask(), also of what breaks off."""
    try:
        return self.ask(method, target)
    except http.client.IncompleteRead as short:
        return (0, None, short.partial)


Server.ask_all = ask_all


def talks_go_wrong(box):
    tape = Tape()
    for _ in range(3):
        x = tape.request("GET", "/w", headers=UPGRADE)
        tape.response(x, 101, UPGRADE)
        tape.event(x, "hello")
        tape.event(x, "go", direction="in")
        for word in ("one", "two", "three"):
            tape.event(x, word)
        tape.kind(x, "close", '{"code":1000,"reason":""}')
        tape.done(x)
    server = with_faults(box, tape, "drop at=seq:6", "duplicate at=seq:5",
                         "delay by=10ms at=seq:7", "cut after=2 at=exchange:2",
                         "utf8-half at=exchange:3 event=none")
    heard = []
    for _ in range(3):
        sock = Socket(server, "/w")
        got = [sock.hear()]
        sock.say("go")
        while got[-1] and not isinstance(got[-1], tuple):
            got.append(sock.hear())
        heard.append(got)
    same(heard, [["hello", "one", "one", "three", (1000, "")],
                 ["hello", "one", None],
                 ["hello", "one", "two", "three", (1000, "")]])
    holds(server.end(), "faults (seed 7): 1 x drop (#6), 1 x duplicate (#5), "
                        "1 x delay (#7), 1 x cut (exchange 2), "
                        "0 x utf8-half\n")


def misuse_is_one_line(box):
    tape = Tape()
    tape.exchange("GET", "/", "x")
    tape.write(box.path("t.tape"))
    rows = [
        (["--answer", ":0", "--fault", "status=429"], "which events"),
        (["--answer", ":0", "--fault", "status p=1"], "did you mean status=429"),
        (["--answer", ":0", "--fault", "status=200 p=1"], "no error of HTTP"),
        (["--answer", ":0", "--fault", "status=429 p=1 event=a"],
         "no event's name"),
        (["--answer", ":0", "--fault", "status=429 p=1 retry-after=x"],
         "cannot be: "),
        (["--answer", ":0", "--fault", "drop p=1 retry-after=1"], "what is "),
        (["--answer", ":0", "--seed", "1"], "wants --fault"),
        (["--answer", ":0", "--fault", "drop p=1", "--mode", "pass", "--to",
          "http://127.0.0.1:1"], "all is asked of the server"),
        (["--serve", ":0", "--fault", "status=429 p=1"], "only with --answer"),
        (["--stdio", "--fault", "status=429 p=1"], "only with --answer"),
    ]
    for args, part in rows:
        code, out, err = box.run("replay", "t.tape", *args)
        same((args, code, out), (args, 2, b""))
        one_line(err)
        holds(err, part)


def a_slow_reader_gets_all(box):
    """More than what waits for one: a stage that is refused offers it again."""
    tape = Tape()
    x = tape.request("GET", "/s")
    tape.response(x, 200, SSE)
    for number in range(600):
        tape.event(x, "%d " % number + "x" * 20000)
    tape.done(x)
    server = with_faults(box, tape, "duplicate at=seq:5",
                         "delay by=1ms p=0.5")
    conn = server.connect()
    conn.request("GET", "/s")
    answer = conn.getresponse()
    answer.readline()
    other = server.ask("GET", "/other")[0]  # it is not held up meanwhile
    body = answer.read()
    same((other, sorted(int(d.split()[0]) for d in data_of(body) if d)),
         (501, sorted([*range(1, 600), 2])))
    holds(server.end(1), "1 x duplicate (#5)")


TABLE = {name: value for name, value in list(globals().items())
         if getattr(value, "__module__", "") == "__main__" and
         getattr(value, "__code__", None) and
         value.__code__.co_varnames[:value.__code__.co_argcount] == ("box",)}

if __name__ == "__main__":
    sys.exit(e2e.main(os.path.abspath(sys.argv[1]), sys.argv[2:] or TABLE,
                      TABLE))
