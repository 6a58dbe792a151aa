#!/usr/bin/python3
"""What `tapedeck convert` writes, read by those it is written for: npm @mcap/core,
the protobuf definitions of @opentelemetry/otlp-transformer, Python's csv, and
asciinema.
"""
import base64
import csv
import fcntl
import io
import json
import os
import pty
import random
import subprocess
import sys
import termios
import tty

import rig
sys.path.insert(0, os.path.join(rig.HERE, "..", "support"))
from on_terminal import pieces  # noqa: E402

NAMES = ["tick", 'a"b', "é,\n", "open", "x" * 300]
VALUES = ["0", "-1", "-0", "1.5", "1e-7", "true", "null", '""', '"\\u00e9\\n"', "[]",
          "{}", '[1,[2,{"a":[]}],{}]', "9223372036854775807", '{"":{"":null}}',
          "-9223372036854775808"]


def run(*args, data=None, code=0):
    done = subprocess.run([os.environ["TAPEDECK"], *args], input=data,
                          capture_output=True, check=False)
    rig.same((done.returncode, args), (code, args), done.stderr.decode())
    return done.stdout


def peer(*args):
    path = os.path.join(os.path.dirname(__file__), "peers/convert_read.mjs")
    out = subprocess.run(["node", path, *args], check=True,
                         stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in out.splitlines()]


def make_tape(scene, count=1500):
    """A tape of odd messages; its lines."""
    rand = random.Random(11)
    lines = [b"not json, \"quoted\"", b"\xff\xfe\x00", b" ", b"=1+1"]
    for i in range(count):
        name = json.dumps(rand.choice(NAMES), ensure_ascii=rand.random() < .5)
        lines.append(f'{{"type":{name},"n":{i},"v":{rand.choice(VALUES)}}}'
                     .encode())
    path = scene.path("t.tape.gz")
    run("record", "-q", "-", "-o", path, data=b"\n".join(lines) + b"\n")
    return path, run("cat", "--no-header", path).splitlines()


def check_mcap(scene):
    tape, lines = make_tape(scene, 30000)
    out = scene.path("t.mcap")
    run("convert", tape, "-o", out)
    *messages, whole = peer("mcap", out)
    rig.same([m["line"].encode() for m in messages], lines)
    rig.same([m["sequence"] for m in messages],
             list(range(1, len(lines) + 1)))
    for message, line in zip(messages, lines):
        event = json.loads(line)
        topic = f"kind:{event['k']}" if "k" in event \
            else event.get("ev", "(no name)")
        rig.same(message["topic"], topic)
    rig.same(whole["statistics"]["messageCount"], str(len(lines)))
    rig.same(whole["statistics"]["chunkCount"], whole["chunks"])
    rig.true(whole["chunks"] > 2, "chunks")
    rig.true(whole["done"], "the stream reader, with CRCs, gets to the end")
    header = json.loads(whole["metadata"][0]["metadata"]["header"])
    rig.same(header["tape"], 1)


def plain(value):
    """The JSON value that an AnyValue stands for."""
    if not value:
        return None
    (kind, inner), = value.items()
    if kind == "kvlistValue":
        return {member["key"]: plain(member["value"])
                for member in inner["values"]}
    if kind == "arrayValue":
        return [plain(item) for item in inner["values"]]
    return int(inner) if kind == "intValue" else inner


def check_otel(scene):
    tape, lines = make_tape(scene)
    out = scene.path("t.otlp.jsonl")
    run("convert", tape, "-o", out)
    said = peer("otel", out)  # and back through protobuf: the same
    rig.same(len(said), len(lines))
    for record, line in zip(said, lines):
        event = json.loads(line)
        body = record["record"]["body"]
        rig.same(record["name"], event.get("ev"))
        if "json" in event:
            rig.same(plain(body), event["json"])
        elif "text" in event:
            rig.same(body, {"stringValue": event["text"]})
        else:
            rig.same(body, {"bytesValue": event["b64"]})


def check_csv(scene):
    tape, lines = make_tape(scene)
    text = run("convert", tape, "--to", "csv", "-o", "-").decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    rig.same(len(rows), len(lines))
    for row, line in zip(rows, lines):
        event = json.loads(line)
        rig.same((int(row["seq"]), row["dir"], row["kind"], row["event"]),
                 (event["s"], event["d"], event.get("k", ""),
                  event.get("ev", "")))
        rig.same(round(float(row["seconds"]) * 1e9), event["t"])
        if row["form"] == "json":
            rig.same(line.endswith(b'"json":' + row["payload"].encode() +
                                   b"}"), True)
        elif row["form"] == "text":
            rig.same(row["payload"], event["text"])
        else:
            rig.same(row["payload"], event["b64"])
            rig.same(len(base64.b64decode(row["payload"])),
                     int(row["bytes"]))


TEXTS = ["", "x", "{\"a\":1.10}", "data: {\"type\":\"t\"}\n\n",
         "event: e\ndata: 1\n\nevent: e\nid: 3\ndata: 2\n\n",
         "id: 7\nevent: e\ndata: a\ndata: b\n\nretry: 5\n\n", ": hi\n\ndata:x\n\n",
         "{}\n{\"type\":\"t\"}\n", "{}\r\n1", "\ud800", "\u00e9\u0000", "\ufeffdata: 1\n\n"]
MIMES = ["text/event-stream", "text/event-stream; charset=utf-8", "image/png",
         "application/x-ndjson", "", "application/json"]


def some(rand, **members):
    """These members in some order, some of them left out, and odd ones."""
    kept = [(k, v) for k, v in members.items() if rand.random() < .8]
    kept += [(f"_{rand.randrange(3)}", rand.choice([None, [1.50, {"a": ""}], "\ud800"]))
             for _ in range(rand.randrange(2))]
    rand.shuffle(kept)
    return dict(kept)


def pairs(rand):
    return [{"name": rand.choice(NAMES), "value": rand.choice(TEXTS),
             **({"comment": "c"} if rand.random() < .05 else {})}
            for _ in range(rand.randrange(4))]


def messages(rand, start):
    def one(i):
        opcode = rand.choice([1, 1, 1, 2, 8, 9, 10])
        data = rand.choice(TEXTS)
        if opcode == 2:
            data = base64.b64encode(rand.randbytes(rand.randrange(9))).decode()
        when = start + (i if rand.random() < .98 else -i) / 128
        return {"type": rand.choice(["send", "receive"]), "time": when,
                "opcode": opcode, "data": data,
                **({"odd": 1} if rand.random() < .02 else {})}
    return [one(i) for i in range(rand.randrange(6))]


def make_entry(rand, i):
    content = some(rand, size=rand.choice([-1, 0, 5]), mimeType=rand.choice(MIMES),
                   text=rand.choice(TEXTS))
    if "text" in content and rand.random() < .3:
        content["encoding"] = "base64"
        if rand.random() < .9:
            content["text"] = base64.b64encode(
                rand.choice(TEXTS).encode("utf-8", "replace")).decode()
    request = {"method": rand.choice(["GET", "POST"]),
               "url": rand.choice(["http://h/a?b=c#d", "https://h", "data:,x",
                                   "wss://h:1?q", "\u00e9"]),
               **some(rand, httpVersion=rand.choice(["HTTP/1.1", "h2", ""]),
                      headers=pairs(rand), cookies=[], queryString=pairs(rand),
                      postData=some(rand, text=rand.choice(TEXTS), params=[],
                                    mimeType=rand.choice(MIMES)))}
    response = some(rand, status=rand.choice([200, 200, 200, 0, 101, 404]),
                    statusText="OK", headers=pairs(rand), content=content,
                    _error="net::ERR")
    start = 1769860800 + i // 7
    entry = {"startedDateTime": f"2026-01-31T12:{i // 420:02}:{i // 7 % 60:02}Z",
             "request": request,
             **some(rand, time=rand.choice([-1, 0, 3.5, 4000]), response=response,
                    cache={}, connection=str(i % 3),
                    timings=some(rand, wait=rand.choice([-1, 2]), send=1e0))}
    if rand.random() < .3:
        entry["_webSocketMessages"] = messages(rand, start)
    return entry


def check_har(scene):
    """There and back everything is as it was, however odd."""
    rand = random.Random(12)
    one, tape, two = (scene.path(n) for n in ("a.har", "a.tape.gz", "b.har"))
    for _ in range(6):
        log = {"version": "1.2", "creator": {"name": "n", "version": "v"},
               **some(rand, pages=[{"id": "p"}], comment="c")}
        log["entries"] = [make_entry(rand, i) for i in range(150)]
        with open(one, "w", encoding="utf-8") as file:
            json.dump({"log": log}, file, indent=rand.choice([None, 1]))
        run("convert", one, "-o", tape, "--overwrite")
        run("verify", tape)
        run("convert", tape, "-o", two, "--overwrite")
        with open(two, encoding="utf-8") as file:
            back = json.load(file)
        rig.same(len(back["log"]["entries"]), 150)
        for was, now in zip(log["entries"], back["log"]["entries"]):
            rig.same(now, was)
        rig.same(back, {"log": log})


def on_a_terminal(*args):
    """What a program writes to a terminal that changes nothing of it."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    process = subprocess.Popen(args, stdin=theirs, stdout=theirs, stderr=theirs,
                               start_new_session=True, preexec_fn=lambda:
                               fcntl.ioctl(0, termios.TIOCSCTTY, 0))
    out = b"".join(pieces(process, ours, theirs, rig.SECONDS))
    rig.same(process.returncode, 0)
    return out


def check_asciicast(scene):
    tape = os.path.join(os.path.dirname(__file__),
                        "../../fixtures/tapes/socketio-build.tape.gz")
    times = []
    for version in (2, 3):
        out = scene.path(f"v{version}.cast")
        run("convert", tape, "-o", out, "--asciicast", str(version),
            "--size", "100x30")
        run("convert", tape, "-o", out, code=4)
        same = scene.path("same.cast")
        run("console", tape, "--export", same, "--asciicast", str(version),
            "--size", "100x30", "--overwrite")
        with open(out, "rb") as one, open(same, "rb") as two:
            rig.same(one.read(), two.read())
        with open(out, encoding="utf-8") as file:
            head, *frames = [json.loads(line) for line in file]
        rig.same(head["version"], version)
        size = head if version == 2 else head["term"]
        rig.same(list(size.values())[-2:], [100, 30])
        at = 0
        times.append([])
        for seconds, kind, _ in frames:
            rig.same(kind, "o")
            at = seconds if version == 2 else at + seconds
            times[-1].append(round(at, 5))
        if version == 2:
            rig.same(on_a_terminal("asciinema", "cat", out),
                     "".join(text for _, _, text in frames).encode())
    rig.same(times[0], times[1])
    rig.same(times[0], sorted(times[0]))
    run("convert", tape, "-o", "-", "--to", "asciicast", code=2)
    run("convert", tape, "-o", scene.path("x.cast"), "--event", "x", code=2)
    run("convert", tape, "-o", scene.path("x.cast"), "--size", "1x1", code=2)
    talk = scene.path("talk.tape.gz")
    run("record", "-", "-o", talk, data=b'{"method":"ping"}\n')
    run("convert", talk, "-o", scene.path("x.cast"), code=4)
    rig.same(os.path.exists(scene.path("x.cast")), False)


if __name__ == "__main__":
    rig.main(globals())
