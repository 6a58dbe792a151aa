#!/usr/bin/python3
"""`tapedeck record URL --method M --data D`: one request and its answer.

usage: e2e_call.py TAPEDECK [CASE...]
"""
import gzip
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import e2e  # noqa: E402
from app import App  # noqa: E402
from e2e import holds, one_line, same  # noqa: E402


def record(box, app, target, *options):
    """(status, standard error, events)"""
    code, _, err = box.run("record", "http://127.0.0.1:%d%s"
                           % (app.port, target), "-o", "t.tape.gz",
                           "--overwrite", *options)
    return code, err, e2e.tape(box)


def of_kind(events, kind):
    return [e["json"] for e in e2e.kinds(events, kind)]


def a_streamed_answer_is_recorded_event_by_event(box):
    def answer(request, body):
        request.begin_stream()
        request.event(json.dumps({"type": "echo", "of": body.decode()}))
        request.event("[DONE]")
        request.end_stream()

    with open(box.path("d.json"), "w", encoding="utf-8") as file:
        file.write('{"stream":true}')
    with App(answer) as app:
        code, err, events = record(box, app, "/v1/chat?a=1", "--method", "PUT",
                                   "--data", "@d.json", "--header",
                                   "Authorization: Bearer key", "--header",
                                   "X-A: b")
        same(code, 0)
        holds(err, "1 exchange, 2 events ")
        method, path, fields, body = app.asked[0]
        same((method, path, body), ("PUT", "/v1/chat?a=1", b'{"stream":true}'))
        same((fields["Authorization"], fields["X-A"], fields["Content-Type"]),
             ("Bearer key", "b", "application/json"))
        head = of_kind(events, "request")[0]
        same(dict(head["headers"])["Authorization"], "[redacted]")
        same(of_kind(events, "body"), [{"stream": True}])
        same([e.get("ev") for e in e2e.plain(events)], ["echo", None])
        same(of_kind(events, "done"), [{"unnamed": True}])


def what_headers_say_is_not_on_the_tape(box):
    with App(lambda request, _: request.reply("{}")) as app:
        code, _, events = record(
            box, app, "/a", "--data", "{}", "--header", "X-Tenant: mine-1",
            "--header", "x-gate:mine-2", "--header", "Authorization: mine-3",
            "--header", "Content-Type: a/b", "--header", "Accept-Language: de")
        same(code, 0)
        same((app.asked[0][2]["X-Tenant"], app.asked[0][2]["x-gate"]),
             ("mine-1", "mine-2"))
        fields = dict(of_kind(events, "request")[0]["headers"])
        same((fields["X-Tenant"], fields["x-gate"], fields["Authorization"]),
             ("[redacted]",) * 3)
        same((fields["Content-Type"], fields["Accept-Language"]), ("a/b", "de"))
        same("mine-" in json.dumps(events), False)


def any_method_and_body_goes(box):
    with App(lambda request, _: request.reply('{"ok":true}')) as app:
        rows = [(["--data", "[1]"], "POST", b"[1]", "application/json"),
                (["--data", "a=b"], "POST", b"a=b",
                 "text/plain; charset=utf-8"),
                (["--data", ""], "POST", b"", None),
                (["--method", "GET"], "GET", b"", None),
                (["--method", "DELETE", "--data", "x", "--header",
                  "content-type: a/b"], "DELETE", b"x", "a/b")]
        for options, method, body, kind in rows:
            code, _, events = record(box, app, "/a", *options)
            asked = app.asked[-1]
            kinds = {k.lower(): v for k, v in asked[2].items()}
            same((code, asked[0], asked[3], kinds.get("content-type")),
                 (0, method, body, kind))
            same(e2e.kinds(events, "body")[-1]["json"], {"ok": True})


def a_packed_answer_is_unpacked_on_the_tape(box):
    def answer(request, _):
        data = gzip.compress(b'{"a":1}')
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Encoding", "gzip")
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    with App(answer) as app:
        code, _, events = record(box, app, "/", "--method", "GET")
        same((code, of_kind(events, "body")), (0, [{"a": 1}]))


def an_answer_that_is_none_of_success_is_an_error_and_on_the_tape(box):
    with App(lambda request, _: request.reply('{"e":1}', 503)) as app:
        code, err, events = record(box, app, "/", "--data", "{}")
        same(code, 4)
        holds(err, "the server answered HTTP 503 ")
        same(of_kind(events, "body"), [{}, {"e": 1}])

    def breaks(request, _):
        request.begin_stream()
        request.event("one")
        request.close_connection = True

    with App(breaks) as app:
        code, err, events = record(box, app, "/", "--data", "{}")
        same(code, 4)
        holds(err, "closed by upstream")
        same(of_kind(events, "done")[0]["cut"], "closed by upstream")


def a_limit_ends_within_a_piece(box):
    def answer(request, _):
        request.begin_stream()
        request.event("1\n\ndata: 2\n\ndata: 3\n\ndata: 4")
        request.end_stream()

    with App(answer) as app:
        code, err, events = record(box, app, "/", "--method", "GET",
                                   "--max-events", "2")
        same((code, len(e2e.plain(events))), (0, 2))
        holds(err, "--max-events was reached")
        same(len(e2e.kinds(events, "done")), 1)


def several_servers_go_to_one_tape(box):
    with App(lambda request, _: request.reply("{}")) as app:
        code, _, events = record(
            box, app, "/a", "http://127.0.0.1:%d/b" % app.port,
            "--method", "GET")
        same((code, sorted(a[1] for a in app.asked)), (0, ["/a", "/b"]))
        same([e["x"] for e in e2e.kinds(events, "request")], [1, 2])
        code, out, _ = box.run("replay", "t.tape.gz", "--to",
                               "http://127.0.0.1:%d" % app.port, "--dialogue")
        same(code, 0)
        holds(out.decode(), "same: ")


def misused_calls_are_one_line(box):
    rows = [
        (["http://127.0.0.1:9/", "--method", "A B"], "is no method"),
        (["ws://127.0.0.1:9/", "--method", "GET"], "--method"),
        (["http://127.0.0.1:9/", "--data", "@missing"], "missing"),
        (["http://127.0.0.1:9/", "--data", "x", "--header", "A"], "A"),
        (["http://127.0.0.1:9/", "--data", "x", "--header",
          "Content-Length: 1"], "Content-Length"),
        (["http://127.0.0.1:9/", "--data", "x", "--reconnect", "1"],
         "ask once"),
        (["--listen", ":0", "--to", "http://127.0.0.1:9", "--data", "x"],
         "--data"),
    ]
    for args, part in rows:
        code, out, err = box.run("record", *args, "-o", "t.tape.gz")
        same((args, code in (2, 4), out), (args, True, b""))
        one_line(err)
        holds(err, part)
        same(os.path.exists(box.path("t.tape.gz")), False)


TABLE = {name: value for name, value in list(globals().items())
         if getattr(value, "__module__", "") == "__main__" and
         getattr(value, "__code__", None) and
         value.__code__.co_varnames[:value.__code__.co_argcount] == ("box",)}

if __name__ == "__main__":
    sys.exit(e2e.main(os.path.abspath(sys.argv[1]), sys.argv[2:] or TABLE,
                      TABLE))
