#!/usr/bin/python3
"""Official clients are answered from a tape: the SDKs of OpenAI and MCP, fetch,
EventSource and ws in Node.js, and curl. There is no network but loopback."""
import base64
import json
import os
import subprocess
import sys

import rig

sys.path.insert(0, os.path.join(rig.HERE, "..", "support"))
from exchange_tape import Tape, compact  # noqa: E402

CLIENTS = os.path.join(rig.PEERS, "answer_clients.mjs")
SSE = [("content-type", "text/event-stream")]
UPGRADE = [("Upgrade", "websocket"), ("Connection", "Upgrade")]
JSON = [("content-type", "application/json")]


def heard(scene, tape, what, status=0, options=("--speed", "max")):
    """What the client says it heard, and what the tape's server says."""
    tape.write(scene.path("t.tape"))
    run = subprocess.run(
        [os.environ["TAPEDECK"], "replay", scene.path("t.tape"), "--answer",
         ":0", "--env", "URL", *options, "--", "sh", "-c",
         'exec node "$0" "$URL" "$1"', CLIENTS, what],
        capture_output=True, timeout=rig.SECONDS, check=False)
    err = run.stderr.decode()
    rig.same(run.returncode, status, "exit status\n" + err)
    return [json.loads(line) for line in run.stdout.splitlines()], err


def ask(content, **more):
    return compact({"messages": [{"content": content, "role": "user"}],
                    "model": "m", **more})


def delta(text):
    return compact({"id": "c", "object": "chat.completion.chunk", "choices": [
        {"index": 0, "delta": {"content": text}}]})


def check_openai(scene):
    tape = Tape()
    tape.exchange("POST", "/v1/chat/completions", compact(
        {"choices": [{"index": 0, "message": {"role": "assistant",
                                              "content": "Hello"}}]}),
        body=ask("Hi"))
    x = tape.request("POST", "/v1/chat/completions", ask("Hi", stream=True))
    tape.response(x, 200, SSE)
    for text in ("Hel", "lo ", "\u00e4"):
        tape.event(x, delta(text))
    tape.event(x, "[DONE]")
    tape.done(x)
    for _ in range(2):  # the SDK tries again
        tape.exchange("POST", "/v1/chat/completions", compact(
            {"error": {"type": "limit", "message": "slower"}}),
            body=ask("limit"), status=429,
            answer_headers=[*JSON, ("retry-after-ms", "1")])
    x = tape.request("POST", "/v1/chat/completions",
                     ask("break", stream=True))
    tape.response(x, 200, SSE)
    tape.event(x, delta("Hel"))
    tape.done(x, cut="reset by upstream")
    lines, err = heard(scene, tape, "openai", 1)
    rig.same(lines[:3], ["Hello", "Hello \u00e4",
                         ["RateLimitError", 429, "limit"]])
    rig.same(len(lines), 5)
    rig.same(lines[3][1:], [None, None])
    rig.same(lines[4], ["InternalServerError", 501, "tapedeck_no_match"])
    rig.true('/messages/0/content  "Hi" -> "unknown"' in err or
             '"limit" -> "unknown"' in err, "the miss is told: " + err)
    # It does not try again what no tape answers.
    rig.true("5 of 5 exchanges answered, 1 request unknown; " in err,
             "all were asked: " + err)


def check_fetch(scene):
    tape = Tape()
    data = [bytes(range(256)), b"", "\u2028\u00e4".encode() * 20000]
    for i, body in enumerate(data):
        tape.exchange("POST", "/bytes", body, body="n%d" % i, answer_headers=[
            ("content-length", str(len(body))), ("X-I", str(i))])
    x = tape.request("GET", "/lines")
    tape.response(x, 200, [("content-type", "application/x-ndjson")])
    for i in range(1000):
        tape.event(x, '{"i":%d}' % i)
    tape.done(x)
    lines, _ = heard(scene, tape, "fetch", options=("--strict",))
    rig.same(lines[:3], [[200, str(i), base64.b64encode(body).decode()]
                         for i, body in enumerate(data)])
    rig.same(lines[3], "".join('{"i":%d}\n' % i for i in range(1000)))


def check_event_source(scene):
    tape = Tape()
    x = tape.request("GET", "/feed")
    tape.response(x, 200, SSE)
    for i in range(100):
        tape.event(x, "plain\nof %d" % i)
        tape.event(x, '{"n":%d}' % i, "tick", "id-%d" % i)
    tape.event(x, "", "end")
    tape.done(x)
    lines, _ = heard(scene, tape, "events", options=())
    wanted = []
    for i in range(100):
        wanted += [["message", "", "plain\nof %d" % i],
                   ["tick", "id-%d" % i, '{"n":%d}' % i]]
    rig.same(lines, [*wanted, ["end", "", ""]])


def rpc(ident, **members):
    return compact({"jsonrpc": "2.0", "id": ident, **members})


def check_mcp(scene):
    """Streamable HTTP: the ids and tokens are those of the SDK, not of the
    tape."""
    tape = Tape()
    session = [*JSON, ("mcp-session-id", "s-1")]
    tape.exchange("POST", "/mcp", rpc(40, result={
        "protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
        "serverInfo": {"name": "s", "version": "2"}}),
        body=rpc(40, method="initialize", params={
            "protocolVersion": "", "capabilities": {},
            "clientInfo": {"name": "c", "version": "1"}}),
        answer_headers=session)
    tape.exchange("POST", "/mcp", "", status=202, answer_headers=[],
                  body='{"jsonrpc":"2.0","method":"notifications/initialized"}')
    tape.exchange("GET", "/mcp", "", status=405, answer_headers=[])
    x = tape.request("POST", "/mcp", rpc(41, method="tools/list"))
    tape.response(x, 200, SSE)
    tape.event(x, rpc(41, result={"tools": [
        {"name": "add", "inputSchema": {"type": "object"}}]}), "message")
    tape.done(x)
    x = tape.request("POST", "/mcp", rpc(42, method="tools/call", params={
        "name": "add", "arguments": {"a": 1, "b": 2},
        "_meta": {"progressToken": 42}}))
    tape.response(x, 200, SSE)
    for i in (1, 2):
        tape.event(x, compact({
            "jsonrpc": "2.0", "method": "notifications/progress",
            "params": {"progressToken": 42, "progress": i}}), "message")
    tape.event(x, rpc(42, result={"content": [
        {"type": "text", "text": "3"}]}), "message")
    tape.done(x)
    tape.exchange("DELETE", "/mcp", "", answer_headers=[])
    lines, err = heard(scene, tape, "mcp", 1, options=(
        "--speed", "max", "--ignore", "/params/protocolVersion"))
    rig.same(lines[:3], [["s", "s-1"], ["add"], ["3", [1, 2]]])
    rig.true('"differs":["/params/arguments/b"]' in lines[3],
             "the miss is an error of the call: %r" % lines[3])
    rig.true("6 of 6 exchanges answered, 1 request unknown; " in err,
             "all were asked: " + err)


def check_ws(scene):
    tape = Tape()
    x = tape.request("GET", "/ws", headers=UPGRADE)
    tape.response(x, 101, [*UPGRADE, ("Sec-WebSocket-Protocol", "two")],
                  "Switching Protocols")
    tape.event(x, "welcome")
    tape.event(x, '{"say":1}', direction="in")
    tape.event(x, '{"big":"%s"}' % ("x" * 200000))
    tape.event(x, b"\x00\xff", direction="in")
    tape.event(x, b"\xff\x00")
    tape.kind(x, "close", '{"code":4001,"reason":"bye"}')
    tape.done(x)
    lines, _ = heard(scene, tape, "ws", options=("--strict",))
    big = base64.b64encode(b'{"big":"%s"}' % (b"x" * 200000)).decode()
    rig.same(lines, [["open", "two"],
                     [False, base64.b64encode(b"welcome").decode()],
                     [False, big], [True, "/wA="], [4001, "bye"]])


OPEN = compact({"sid": "s1", "upgrades": ["websocket"], "pingInterval": 25000,
                "pingTimeout": 20000, "maxPayload": 1000000})


def packet(tape, x, data, direction="out", name=None, **more):
    rest = '"ns":"/admin"'
    for key in ("id", "ack"):
        if key in more:
            rest += ',"%s":%d' % (key, more[key])
    if name:
        rest += ',"ev":"%s"' % name
    if "att" in more:
        rest += ',"att":%s' % compact(more["att"])
    tape.line(direction, x, rest + ',"json":%s' % data)


def say_all(tape, x):
    """What is said when the connection is made."""
    packet(tape, x, '["hello",{"n":1}]', "in", "hello")
    packet(tape, x, '["sum",1,2]', "in", "sum", id=7)
    packet(tape, x, "[3]", ack=7)
    packet(tape, x, '["ask","what"]', name="ask", id=4)
    packet(tape, x, '["done"]', "in", ack=4)
    one = '["bytes",{"_placeholder":true,"num":0}]'
    packet(tape, x, one, "in", "bytes", att=["AQID"])
    packet(tape, x, one, name="bytes", att=["CQg="])
    tape.done(x)


SAID = [["sum", 3], ["ask", "what"], ["bytes", [9, 8]],
        ["disconnect", "io client disconnect"]]


def check_socket_io(scene):
    tape = Tape()
    x = tape.request("GET", "/socket.io/?EIO=4&transport=websocket",
                     headers=UPGRADE)
    tape.response(x, 101, UPGRADE, "Switching Protocols")
    tape.kind(x, "handshake", OPEN.replace('"websocket"', ""))
    tape.line("in", x, '"k":"connect","ns":"/admin","json":{"token":'
                       '"[redacted]"}')
    tape.line("out", x, '"k":"connect","ns":"/admin","json":{"sid":"c1"}')
    say_all(tape, x)
    lines, _ = heard(scene, tape, "sio", options=("--strict",))
    rig.same(lines, [["connect", "c1"], *SAID])
    tape.lines = [line.replace('"n":1}', '"n":2}') for line in tape.lines]
    lines, err = heard(scene, tape, "sio", 1, options=())
    rig.same(lines, [["connect", "c1"], ["disconnect", "transport close"]])
    rig.true("    /1/n  2 -> 1\n  closed with 1008" in err, "told: " + err)


def check_socket_io_upgrade(scene):
    tape = Tape()
    poll = "/socket.io/?EIO=4&transport=polling&t=%s"
    text = [("content-type", "text/plain; charset=UTF-8")]
    tape.exchange("GET", poll % "x", "0" + OPEN, answer_headers=text)
    tape.exchange("POST", poll % "y" + "&sid=s1", "ok", answer_headers=text,
                  body='40/admin,{"token":"mine"}')
    tape.exchange("GET", poll % "z" + "&sid=s1", '40/admin,{"sid":"c1"}',
                  answer_headers=text)
    x = tape.request("GET", "/socket.io/?EIO=4&transport=websocket&sid=s1",
                     headers=UPGRADE)
    tape.response(x, 101, UPGRADE, "Switching Protocols")
    tape.kind(x, "ping", "probe", "in")
    tape.kind(x, "pong", "probe")
    y = tape.request("GET", poll % "w" + "&sid=s1")
    tape.response(y, 200, text)
    tape.body(y, "6")
    tape.done(y)
    tape.kind(x, "upgrade", "", "in")
    say_all(tape, x)
    # The last poll is asked for or not: the upgrade may be faster.
    lines, _ = heard(scene, tape, "siopoll", options=())
    rig.same(lines, [["connect", "c1"], *SAID])


def check_curl(scene):
    tape = Tape()
    data = bytes(range(256)) * 400
    tape.exchange("GET", "/f", data[100:200], status=206, headers=[
        ("range", "bytes=100-199")], answer_headers=[
        ("content-range", "bytes 100-199/102400"), ("content-length", "100")])
    tape.exchange("HEAD", "/f", "", answer_headers=[
        ("content-length", "102400"), ("x-a", "b")])
    tape.exchange("PUT", "/up", "ok", body=data)
    tape.exchange("GET", "/f", data)
    tape.exchange("GET", "/f", data)
    tape.write(scene.path("t.tape"))
    script = """set -e
curl -sf -r 100-199 $URL/f -o part
curl -sfI $URL/f | grep -i content-length
curl -sf -T up -H 'Expect: 100-continue' $URL/up
curl -sf $URL/f -o one --next -sf --http1.0 $URL/f -o two
"""
    with open(scene.path("up"), "wb") as file:
        file.write(data)
    run = subprocess.run(
        [os.environ["TAPEDECK"], "replay", "t.tape", "--answer", ":0",
         "--strict", "--env", "URL", "--", "sh", "-c", script],
        cwd=scene.path("."), capture_output=True, timeout=rig.SECONDS,
        check=False)
    rig.same((run.returncode, run.stdout),
             (0, b"Content-Length: 102400\r\nok"),
             "what curl says\n" + run.stderr.decode())
    for name, wanted in (("part", data[100:200]), ("one", data),
                         ("two", data)):
        with open(scene.path(name), "rb") as file:
            rig.same(file.read(), wanted, name)


if __name__ == "__main__":
    rig.main(globals())
