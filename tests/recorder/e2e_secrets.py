#!/usr/bin/python3
"""One notion of JSON from the wire to the verdict: secrets stay off the tape on
every way to it, and record, cat and validate agree about the same bytes.

usage: e2e_secrets.py TAPEDECK [CASE...]
"""
import base64
import gzip
import inspect
import json
import os
import random
import subprocess
import sys

import e2e
import peers
from e2e import flushed, holds, kinds, plain, read, same, tape

SECRET = b"S3CRETword"
RULES = "key password\nregex S3CRET[a-z]*\n"

# Messages of one text each, and whether the name "login" is in them.
FORMS = [
    (b'{"type":"login","password":"S3CRETword"}', True),
    (b'{"type":"login","password":"S3CRETword"}\n', True),
    (b' \r\n{"type":"login","password":"S3CRETword"}\r\n', True),
    (b'{\n  "a": {\n    "PASSWORD": "S3CRETword"\n  },\n'
     b'  "type": "login"\n}\n', True),
    (b'{"type":"login","p\\u0061ssword":["S3CRET\\u0077ord"]}\t', True),
    (b'{"type":"login","b":"{\\"password\\":\\"S3CRETword\\"}"} ', True),
    (b'{"type":"login","x":"\\ud800","password":"S3CRETword"}', True),
    (b'{"type":"login","password":1,"password":"S3CRETword"}', True),
    (b'{"type":"login","x":' + b"[" * 300 + b"]" * 300 +
     b',"password":"S3CRETword"}', True),
    (b'{"type":"login","password":"S3CRETword"', False),
    (b'{"type":"login","password":"S3CRETw', False),
    (b'word":"S3CRETword","type":"login"}', False),
    (b'{"a":1} {"type":"login","password":"S3CRETword"}', False),
    (b'\xef\xbb\xbf{"type":"login","password":"S3CRETword"}', False),
    (b'data: {"type":"login","password":"S3CRET\\u0077ord"}', False),
    (b"[" * 600 + b'{"password":"S3CRETword"}' + b"]" * 600, False),
]
NAMED = sum(named for _, named in FORMS)


def write_rules(directory_of):
    with open(directory_of.path("rules"), "w", encoding="ascii") as file:
        file.write(RULES)


def opened(text):
    """Text, what it is without escapes, and what base64 in it stands for."""
    seen = [text]
    for event in text.split(b"\n")[:-1]:
        event = json.loads(event)
        body = [event.get("b64", "")] + event.get("att", [])
        if event.get("k") == "bad":
            body.append(event["json"]["b64"])
        seen += [base64.b64decode(part) for part in body]
        seen.append(event.get("text", "").encode())
    plainer = b"\n".join(seen)
    for _ in range(4):
        plainer = plainer.replace(b'\\"', b'"').replace(b"\\\\", b"\\")
        for escape, byte in ((b"\\u0077", b"w"), (b"\\u0061", b"a")):
            plainer = plainer.replace(escape, byte)
        seen.append(plainer)
    return b"\n".join(seen)


def recorded(box, *source, data=None):
    """Record with the rules; the events, when no secret is among them."""
    write_rules(box)
    code, out, err = box.record("--overwrite", "--json", "--redact", "rules",
                                *source, data=data)
    text = flushed(read(box.path("t.tape.gz")))
    for seen in (opened(text), out, err.encode()):
        same((source, SECRET in seen), (source, False))
    events = tape(box)
    report = kinds(events, "redacted")[0]["json"]
    said = json.loads(out)
    same((report["values"], report["withheld"]),
         (said["redacted"], said["withheld"]))
    if said["withheld"]:
        holds(err, f"{said['withheld']} payload")
        holds(text, b"[withheld]")
    same(events[0]["redaction"]["withheld"], "[withheld]")
    return code, events, said


def lines_of(texts):
    return b"".join(text.rstrip(b"\n") + b"\n" for text, _ in texts
                    if b"\n" not in text.strip())


def secrets_stay_off_a_tape_of_lines(box):
    bad = b'{"password":"S3CRETword","b":"\xff"}\r\n'
    cut = b'{"type":"login","password":"S3CRETwor'
    long = b'{"password":"' + b"x" * 5000 + SECRET + b'"}\n'
    data = lines_of(FORMS) + bad + long + cut
    with open(box.path("in"), "wb") as file:
        file.write(data)
    for source in (["-"], ["--", "cat", "in"]):
        code, events, said = recorded(
            box, "--max-message", "4000", *source,
            data=data if source == ["-"] else None)
        same(code, 3)  # the long line
        same(said["lost"], 1)
        same(sum(e.get("ev") == "login" for e in plain(events)), NAMED - 1)
        same(sum(e.get("text") == "[withheld]" for e in plain(events)),
             len(FORMS) - NAMED + 2)


def secrets_stay_off_a_tape_of_a_tape(box):
    data = lines_of(FORMS)
    code, _, _ = box.run("record", "-o", "in.tape.gz", "-", data=data)
    same(code, 0)
    holds(flushed(read(box.path("in.tape.gz"))), SECRET)
    _, events, _ = recorded(box, "tape:in.tape.gz")
    same(sum(e.get("ev") == "login" for e in plain(events)), NAMED - 1)


def secrets_stay_off_a_tape_of_a_websocket(box):
    def serve(conn):
        peers.ws_accept(conn)
        for text, _ in FORMS:
            conn.sendall(peers.text(text) + peers.frame(2, text))
        conn.sendall(peers.frame(2, b"\x81\xa8password\xaaS3CRETword") +
                     peers.frame(9, b'{"password":"S3CRETword"') +
                     peers.close(1000, b'{"password": "S3CRETword"}'))
        reader = peers.Reader(conn)
        while reader.frame()[0] != 8:
            pass
    with peers.Server(serve) as server:
        _, events, _ = recorded(box, f"ws://127.0.0.1:{server.port}/"
                                     "?token=S3CRETword")
    same(len(plain(events)), 2 * len(FORMS) + 1)
    same(sum(e.get("ev") == "login" for e in plain(events)), 2 * NAMED)


def secrets_stay_off_a_tape_of_bad_bytes(box):
    def serve(conn):
        peers.ws_accept(conn)
        conn.sendall(b'\xf1\x1a{"password":"S3CRETword"}')
    with peers.Server(serve) as server:
        _, events, said = recorded(box, f"ws://127.0.0.1:{server.port}/")
    same(len(kinds(events, "bad")), 1)
    same(said["withheld"], 1)


def secrets_of_a_refusal_stay_off_the_end_line(box):
    def serve(conn):
        peers.ws_accept(conn)
        conn.sendall(peers.close(4001, b'{"password": "S3CRETword"}'))
        peers.Reader(conn).frame()

    def refuse(conn):
        peers.ws_accept(conn)
        conn.sendall(peers.text(b'0{"sid":"a","upgrades":[],"pingInterval":250'
                                b'00,"pingTimeout":20000,"maxPayload":1000000}')
                     + peers.text(b'44{"message":"no",\n"data":'
                                  b'{"password":"S3CRETword"}}'))
        peers.Reader(conn).frame()
    with peers.Server(serve) as server:
        code, events, said = recorded(box, f"ws://127.0.0.1:{server.port}/")
    same(code, 4)
    holds(said["error"], "[withheld]")
    holds(events[-1]["end"]["why"], "[withheld]")

    # A namespace that is refused begins no tape.
    os.unlink(box.path("t.tape.gz"))
    with peers.Server(refuse) as server:
        code, out, err = box.record(
            "--json", "--redact", "rules", "--transport", "websocket",
            f"sio://127.0.0.1:{server.port}/")
    same((code, os.path.exists(box.path("t.tape.gz"))), (4, False))
    holds(json.loads(out)["error"], "[withheld]")
    same((SECRET in out, SECRET in err.encode()), (False, False))


def secrets_stay_off_a_tape_of_sse(box):
    def serve(conn):
        peers.read_head(conn)
        conn.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
                     b"Content-Type: text/event-stream\r\n\r\n")
        for text, _ in FORMS:
            parts = text.replace(b"\r\n", b"\n").split(b"\n")
            conn.sendall(b"".join(b"data: " + p + b"\n" for p in parts) +
                         b"\n")
        conn.sendall(b':{"password":"S3CRETword"\n\n'
                     b"id: S3CRETword\nevent: S3CRETword\ndata: 1\n\n")
    with peers.Server(serve) as server:
        code, events, _ = recorded(
            box, f"http://127.0.0.1:{server.port}/events?token=S3CRETword")
    same(code, 0)
    same(len(plain(events)), len(FORMS) + 1)
    same(sum(e.get("ev") == "login" for e in plain(events)), NAMED)
    same((events[-4]["ev"], events[-4]["id"]), ("[redacted]", "[redacted]"))


def socket_io(conn, packets):
    """Engine.IO over a WebSocket, the default namespace, these packets."""
    peers.ws_accept(conn)
    reader = peers.Reader(conn)
    conn.sendall(peers.text(b'0{"sid":"S3CRETword","upgrades":[],\n"pingInterval'
                            b'":25000,"pingTimeout":20000,"maxPayload":1000000}'
                            ))
    same(reader.frame(), (1, b"40"))
    conn.sendall(peers.text(b'40 {"sid" :\n"S3CRETword"}\n'))
    for packet in packets:
        conn.sendall(packet)
    conn.sendall(peers.text(b"41") + peers.close())
    while reader.frame()[0] != 8:
        pass


PACKETS = [
    b'42["login",{"password":"S3CRETword"}]',
    b'42["login",\n {"password":"S3CRETword"}]',
    b'42 [ "login" , [{"password":"S3CRETword"}]]\r\n',
    b'42/,["login",{"password":"S3CRETword"}]',
    b'42007["login","S3CRETword",{"x":"\\"password\\":"}]',
    b'42["login",' + b"[" * 200 + b'"S3CRETword"' + b"]" * 200 + b"]",
    b'42["login",{"x":"\\udc00","password":"S3CRETword"}]',
]
PLACES = (b'452-["login",{"_placeholder":true,"num":0},\n'
          b'{"_placeholder":true,"num":1}]')


def secrets_stay_off_a_tape_of_socket_io(box):
    def serve(conn):
        socket_io(conn, [peers.text(p) for p in PACKETS] +
                  [peers.text(PLACES),
                   peers.frame(2, b'{"password":"S3CRETword"}'),
                   peers.frame(2, b"\x00\x01bytes")])
    with peers.Server(serve) as server:
        _, events, said = recorded(box, "--transport", "websocket",
                                   f"sio://127.0.0.1:{server.port}/")
    same([e["ev"] for e in plain(events)], ["login"] * (len(PACKETS) + 1))
    same(said["withheld"], 1)
    same(plain(events)[-1]["att"],
         [base64.b64encode(b"[withheld]").decode(),
          base64.b64encode(b"\x00\x01bytes").decode()])


def white_space_hides_no_name(box):
    """--until, replay --event and contracts see what validate sees."""
    tick = b'\n{ "type" :\r\n"tick" }\n'

    def serve(conn):
        peers.ws_accept(conn)
        conn.sendall(peers.text(b'{"type":"a"}\n') + peers.text(tick) +
                     peers.text(b"never"))
        peers.Reader(conn).frame()
    with peers.Server(serve) as server:
        code, _, _ = box.record("--until", "tick",
                                f"ws://127.0.0.1:{server.port}/")
    same(code, 0)
    same([(e["ev"], e["text"].encode()) for e in plain(tape(box))],
         [("a", b'{"type":"a"}\n'), ("tick", tick)])
    code, out, _ = box.run("replay", "-q", "t.tape.gz", "-", "--event", "tick",
                           "--speed", "max")
    same((code, out), (0, b' { "type" :  "tick" } \n'))
    code, out, _ = box.run("cat", "--event", "tick", "--no-header",
                           "t.tape.gz")
    same([json.loads(line)["ev"] for line in out.splitlines()], ["tick"])


def a_tape_is_redacted_as_a_stream_is(box):
    """`record`, then `redact`, gives what `record --redact` does."""
    rand = random.Random(7)
    data = lines_of(FORMS) + b"".join(odd_line(rand) + b"\n"
                                      for _ in range(2000))
    with open(box.path("rules"), "w", encoding="ascii") as file:
        file.write(RULES + "key k0\npointer /k1\nregex t[iu][^c]?ck?\n")
    code, _, _ = box.run("record", "-o", "raw.tape.gz", "-", data=data)
    same(code, 0)
    code, out, _ = box.run("redact", "--json", "--rules", "rules", "-o",
                           "t.tape.gz", "raw.tape.gz")
    same(code, 0)
    after = tape(box)
    code, said, _ = box.record("--overwrite", "--json", "--redact", "rules",
                               "-", data=data)
    same(code, 0)
    while_recording = tape(box)
    same([{**e, "t": 0} for e in after[1:-1]],
         [{**e, "t": 0} for e in while_recording[1:-1]])
    same(after[0]["redaction"], while_recording[0]["redaction"])
    out, said = json.loads(out), json.loads(said)
    same((out["redacted"], out["withheld"]),
         (said["redacted"], said["withheld"]))
    same(out["redacted"] > 500 and out["withheld"] > 100, True)


# ---- two thousand odd lines ---------------------------------------------

CONTRACT = """contract: 1
stream: {data: ""}
unknown: error
events:
  tick: {schema: false}
"""
SCALARS = ["1", "-0", "1.10", "2e5", "true", "null", '""', '"tick"', '"\\n"',
           '"\\ud83d\\ude00"', '"\\ud83d"', "[]", "{}", '"\u00e9\u2028"',
           "12345678901234567890", "[1,[2]]", '{"a":1,"a":2}']
SPOILT = ["NaN", "01", "1.", "'a'", "{a:1}", "[1,]", "\ufeff1", "tick",
          '{"type":"tick"', '{"type":"tick"}}', '{"type":"tick"} {}',
          '"\\x"', "nul", "+1", '"\x01"', '[1 2]', "\u00a01", "\x0c1", "\x00"]


def odd_line(rand):
    """Bytes without LF."""
    space = lambda: rand.choice(["", "", "", " ", "\t", "\r", " \r "])
    kind = rand.randrange(12)
    if kind == 0:
        return rand.choice(["", " ", "\r", "\t \r", "  "]).encode()
    if kind == 1:
        text = rand.choice(SPOILT)
    elif kind == 2:
        text = rand.choice(SCALARS)
    elif kind == 3:
        depth = rand.choice([100, 127, 128, 255, 256, 511, 512, 513, 600])
        text = "[" * (depth - 1) + '{"type":"tick"}' + "]" * (depth - 1)
    else:
        name = rand.choice(["tick", "tock", "t\\u0069ck", "tick\\ud800", ""])
        members = [f'"type"{space()}:{space()}"{name}"'] * rand.randrange(3)
        members += [f'{space()}"k{n}":{rand.choice(SCALARS)}'
                    for n in range(rand.randrange(3))]
        rand.shuffle(members)
        text = "{" + ",".join(members) + space() + "}"
    data = (space() + text + space()).encode()
    if kind == 4:
        data = data[:rand.randrange(len(data) + 1)]
    if kind == 5:
        at = rand.randrange(len(data) + 1)
        data = data[:at] + rand.choice([b"\xff", b"\xc3", b"\x00"]) + data[at:]
    return data


def oracle(line):
    """What the line is: "blank", "bad", "tick" or "other"; by Python's parser,
    which takes more and less than RFC 8259 in known places."""
    if not line.strip(b" \t\r\n"):
        return "blank"
    deep = line.count(b"[") + line.count(b"{") if b"[[" in line else 0

    def refuse(word):
        raise ValueError(word)
    try:
        text = line.decode("utf-8").strip(" \t\r\n")
        pairs = json.loads(text, parse_constant=refuse,
                           object_pairs_hook=lambda p: ("object", p))
    except (ValueError, RecursionError):
        return "bad"
    if deep > 512:
        return "bad"
    if not (isinstance(pairs, tuple) and pairs[0] == "object"):
        return "other"
    last = [value for key, value in pairs[1] if key == "type"][-1:]
    return "tick" if last == ["tick"] else "other"


def answers(verdict, first):
    """Line number to what the verdict says of it, where it says anything."""
    words = {"json": "bad", "schema": "tick"}
    return {f["seq"] - first: words[f["rule"]] for f in verdict["findings"]
            if f["rule"] in words}


def payload_of(line):
    """The bytes that a line of a tape stands for."""
    event = json.loads(line)
    if "b64" in event:
        return base64.b64decode(event["b64"])
    if "text" in event:
        return event["text"].encode("utf-8", "surrogatepass")
    return line[line.index(b',"json":') + 8:-1]


def record_cat_and_validate_agree_on_odd_lines(box):
    rand = random.Random(20261128)
    odd = [odd_line(rand) for _ in range(2000)]
    wanted = {i: what for i, what in enumerate(map(oracle, odd))
              if what in ("bad", "tick")}
    same(min(list(wanted.values()).count(w) for w in ("bad", "tick")) > 200,
         True)
    for name, text in (("c.yaml", CONTRACT), ("rules", "key k0\n")):
        with open(box.path(name), "w", encoding="ascii") as file:
            file.write(text)
    data = b"\n".join(odd)
    with open(box.path("lines"), "wb") as file:
        file.write(data)
    args = ["--contract", "c.yaml", "--max-findings", "5000", "--json"]

    _, out, _ = box.run("validate", "lines", *args)
    same(answers(json.loads(out), 1), wanted)
    _, out, _ = box.record("-", *args, data=data)
    same(answers(json.loads(out)["verdict"], 2), wanted)
    _, out, _ = box.run("validate", "t.tape.gz", *args)
    same(answers(json.loads(out), 2), wanted)

    code, out, _ = box.run("cat", "--no-header", "t.tape.gz")
    same(code, 0)
    events = [line for line in out.split(b"\n")[:-1] if b'"k":"' not in line]
    same([payload_of(line) for line in events], odd)
    code, out, _ = box.run("cat", "--event", "tick", "--no-header",
                           "t.tape.gz")
    same([json.loads(line)["s"] - 2 for line in out.splitlines()],
         [i for i, what in wanted.items() if what == "tick"])

    # Redaction looks into the same lines, and withholds others.
    _, out, _ = box.record("--overwrite", "--json", "--redact", "rules", "-",
                           data=data)
    redacted = [payload_of(line) for line in
                flushed(read(box.path("t.tape.gz"))).split(b"\n")[:-1]
                if line.startswith(b'{"s":') and b'"k":"' not in line]
    for i, (line, seen) in enumerate(zip(odd, redacted)):
        bad = wanted.get(i) == "bad"
        same((line, seen == b"[withheld]"),
             (line, bad and any(c in line for c in b'"{}')))
        same((line, b"[redacted]" in seen), (line, not bad and b'"k0"' in line))


def jq_reads_every_line_of_a_tape(box):
    rand = random.Random(7)
    odd = [odd_line(rand) for _ in range(500)]
    odd += [b'{"a":' * n + b"1" + b"}" * n for n in range(100, 300)]
    odd += [b'{"type":"\\ud800"}', b'["\\udfff\\ud800"]', b'{"\\ud83d":1}']
    box.record("-", data=b"\n".join(odd) + b"\n")
    text = gzip.decompress(read(box.path("t.tape.gz")))
    try:
        jq = subprocess.run(["jq", "-c", ".s // 0"], input=text, timeout=240,
                            capture_output=True, check=False)
    except FileNotFoundError:
        return
    same(jq.stderr, b"")
    same([n for n in map(int, jq.stdout.split()) if n],
         list(range(1, len(odd) + 3)))


def cases():
    return [name for name, value in globals().items()
            if callable(value) and value.__module__ == "__main__" and
            value.__code__.co_varnames[:1] == ("box",) and
            value.__code__.co_argcount == 1 and
            not value.__code__.co_flags & inspect.CO_VARARGS]


if __name__ == "__main__":
    sys.exit(e2e.main(os.path.abspath(sys.argv[1]), sys.argv[2:] or cases(),
                      globals()))
