#!/usr/bin/python3
"""`tapedeck replay --stdio`: talks recorded by `record --stdio`, answered from
the tape.

usage: e2e_stdio.py TAPEDECK [CASE...]
"""
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "recorder"))
import e2e  # noqa: E402
from e2e import holds, one_line, same  # noqa: E402

SERVER = """import json, sys
def out(message):
    text = json.dumps(message)
    if HEADERS:
        sys.stdout.write("Content-Length: %d\\r\\n\\r\\n" % len(text))
        sys.stdout.write(text)
    else:
        sys.stdout.write(text + "\\n")
    sys.stdout.flush()
def messages():
    while HEADERS:
        head = sys.stdin.readline()
        if not head:
            return
        sys.stdin.readline()
        yield json.loads(sys.stdin.read(int(head.split(":")[1])))
    for line in sys.stdin:
        yield json.loads(line)
asked = None
for m in messages():
    method, params = m.get("method"), m.get("params", {})
    if method == "initialize":
        out({"jsonrpc": "2.0", "id": m["id"], "result": {"v": 1}})
    elif method == "initialized":
        out({"jsonrpc": "2.0", "method": "changed"})
    elif method == "ask":
        asked = m["id"]
        out({"jsonrpc": "2.0", "id": "s1", "method": "sample"})
    elif m.get("id") == "s1":
        out({"jsonrpc": "2.0", "id": asked, "result": m["result"]})
    elif method == "call":
        token = params.get("_meta", {}).get("progressToken")
        if token is not None:
            out({"jsonrpc": "2.0", "method": "notifications/progress",
                 "params": {"progressToken": token, "progress": 1}})
        out({"jsonrpc": "2.0", "id": m["id"], "result": params["x"]})
    elif method == "count":
        COUNT[0] += 1
        out({"jsonrpc": "2.0", "id": m["id"], "result": COUNT[0]})
    elif method == "die":
        sys.exit(9)
    elif method == "exit":
        sys.exit(4)
"""


def request(number, method, **params):
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def framed(message, headers=False):
    text = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(text), text) \
        if headers else text + b"\n"


class Talk:
    """A client that says one thing at a time."""

    def __init__(self, process, headers=False):
        self.process = process
        self.headers = headers

    def say(self, message):
        self.process.stdin.write(framed(message, self.headers))
        self.process.stdin.flush()

    def hear(self):
        if not self.headers:
            return json.loads(self.process.stdout.readline())
        size = int(self.process.stdout.readline().split(b":")[1])
        self.process.stdout.readline()
        return json.loads(self.process.stdout.read(size))

    def ask(self, message):
        self.say(message)
        return self.hear()


def talk_of(talk, first=0, token="t"):
    """What one session says, and what it hears, whatever its ids are."""
    heard = [talk.ask(request(first, "initialize", v=1))]
    heard.append(talk.ask({"jsonrpc": "2.0", "method": "initialized"}))
    heard.append(talk.ask(request(first + 1, "call", x=[1.10],
                                  _meta={"progressToken": token})))
    heard.append(talk.hear())
    same(heard[2]["params"]["progressToken"], token)
    same(heard[3]["id"], first + 1)
    heard.append(talk.ask(request(first + 2, "ask")))
    heard.append(talk.ask({"jsonrpc": "2.0", "id": "s1", "result": "said"}))
    heard.append(talk.ask(request(first + 3, "call", x=2)))
    for message in heard:
        message.pop("id", None)
        message.get("params", {}).pop("progressToken", None)
    return heard


def start(box, *args, headers=False):
    process = box.start(*args, stdin=e2e.subprocess.PIPE)
    return Talk(process, headers)


def record(box, headers=False, options=()):
    with open(box.path("server.py"), "w", encoding="utf-8") as file:
        file.write("HEADERS = %r\nCOUNT = [0]\n%s" % (headers, SERVER))
    return start(box, "record", "--stdio", "-q", "-o", "t.tape.gz", *options,
                 "--", sys.executable, "server.py", headers=headers)


def replay(box, *options, headers=False):
    return start(box, "replay", "t.tape.gz", "--stdio", *options,
                 headers=headers)


def end(box, talk, status=0):
    seen, out, err = box.end(talk.process)
    same((seen, out), (status, b""))
    return err


def recorded(box, *messages, status=0):
    """A tape of these requests, each answered before the next one."""
    talk = record(box)
    answers = [talk.ask(message) for message in messages]
    end(box, talk, status)
    return answers


def a_client_hears_what_it_heard(box):
    for headers in (False, True):
        talk = record(box, headers)
        wanted = talk_of(talk)
        end(box, talk)
        talk = replay(box, headers=headers)
        same(talk_of(talk), wanted)
        same(end(box, talk), "4 of 4 exchanges answered\n")
        os.unlink(box.path("t.tape.gz"))


def ids_and_tokens_are_the_callers(box):
    talk = record(box)
    wanted = talk_of(talk)
    end(box, talk)
    talk = replay(box, "--speed", "max")
    same(talk_of(talk, first=70, token=7), wanted)
    end(box, talk)


def equal_requests_are_answered_in_recorded_order(box):
    recorded(box, *[request(n, "count") for n in range(3)])
    talk = replay(box, "--speed", "max")
    same([talk.ask(request(n, "count"))["result"] for n in range(3)],
         [1, 2, 3])
    refused = talk.ask(request(9, "count"))
    same((refused["id"], refused["error"]["code"]), (9, -32001))
    holds(end(box, talk, 1), "--repeat")
    talk = replay(box, "--speed", "max", "--repeat")
    same([talk.ask(request(n, "count"))["result"] for n in range(5)],
         [1, 2, 3, 3, 3])
    end(box, talk)


def what_is_not_on_the_tape_is_loud(box):
    recorded(box, request(0, "call", x={"a": 1, "b": "be brief"}),
             request(1, "call", x={"a": [1, 2, 3], "c": True}))
    talk = replay(box)
    refused = talk.ask(request("q", "call", x={"a": 1, "b": "be briefer"}))
    same(refused["id"], "q")
    same(refused["error"]["data"],
         {"type": "tapedeck_no_match", "nearest": 1,
          "differs": ["/params/x/b"]})
    err = end(box, talk, 1)
    holds(err, "tapedeck replay: request 1 is not on the tape: call\n"
               "  nearest: exchange 1 (#2), differs in 1 place\n"
               '    /params/x/b  "be brief" -> "be briefer"\n'
               "  take it with: --ignore /params/x/b\n")
    holds(err, "0 of 2 exchanges answered, 1 request unknown, "
               "2 exchanges unused (1, 2)\n")


def what_may_differ_is_said(box):
    recorded(box, request(0, "call", x={"a": 1, "b": "x", "c": 5}))
    with open(box.path("m.yaml"), "w", encoding="utf-8") as file:
        file.write("masks: 1\nfields: {/params/x/c: {within: 2}}\n")
    rows = [(["--ignore", "/params/x/b"], {"a": 1, "b": "y", "c": 5}, True),
            (["--ignore", "/params/*/b"], {"a": 1, "b": "y", "c": 5}, True),
            (["--ignore", "/params/x/b"], {"a": 2, "b": "y", "c": 5}, False),
            (["--masks", "m.yaml"], {"a": 1, "b": "x", "c": 7}, True),
            (["--masks", "m.yaml"], {"a": 1, "b": "x", "c": 8}, False),
            (["--masks", "m.yaml", "--ignore", "/params/x/b"],
             {"a": 1, "b": "y", "c": 3}, True)]
    for options, params, found in rows:
        talk = replay(box, *options)
        answer = talk.ask(request(4, "call", x=params))
        same((options, params, "result" in answer), (options, params, found))
        end(box, talk, 0 if found else 1)


def ids_that_masks_number_are_renamed_one_to_one(box):
    recorded(box, request(0, "call", x="u1"), request(1, "call", x="u2"),
             request(2, "call", x="u1"))
    with open(box.path("m.yaml"), "w", encoding="utf-8") as file:
        file.write("masks: 1\nfields: {/params/x: number-ids}\n")
    talk = replay(box, "--masks", "m.yaml", "--speed", "max")
    same([talk.ask(request(n, "call", x=x)).get("result")
          for n, x in enumerate(["b", "a", "b", "c"])],
         ["u1", "u2", "u1", None])
    end(box, talk, 1)


def written(box, wait_ns):
    """A tape whose one request is answered after that time."""
    with open(box.path("t.tape.gz"), "w", encoding="utf-8") as file:
        file.write('{"tape":1,"id":"t","clock":"monotonic"}\n'
                   '{"s":1,"t":0,"d":"in","c":1,"json":%s}\n'
                   '{"s":2,"t":%d,"d":"out","c":1,"json":%s}\n'
                   '{"end":{"events":2}}\n'
                   % (json.dumps(request(0, "m"), separators=(",", ":")),
                      wait_ns, '{"jsonrpc":"2.0","id":0,"result":1.10}'))


def answered_after(box, *options):
    talk = replay(box, *options)
    begun = time.monotonic()
    talk.say(request(4, "m"))
    same(talk.process.stdout.readline(),
         b'{"jsonrpc":"2.0","id":4,"result":1.10}\n')
    took = time.monotonic() - begun
    end(box, talk)
    return took


def the_pace_is_that_of_the_tape(box):
    written(box, 200_000_000)
    for speed, least in (("1", 0.2), ("0.5", 0.4), ("2", 0.1)):
        took = answered_after(box, "--speed", speed)
        if took < least:
            raise AssertionError(f"speed {speed}: answered after {took} s")


def long_waits_can_be_shortened(box):
    written(box, 3600_000_000_000)
    answered_after(box, "--speed", "max")
    answered_after(box, "--max-gap", "1ms")


def a_program_that_died_dies_again(box):
    for status, word in ((9, request(0, "die")),
                         (4, {"jsonrpc": "2.0", "method": "exit"})):
        talk = record(box)
        talk.say(word)
        end(box, talk, status)
        talk = replay(box, "--speed", "max")
        talk.say(word)
        same(talk.process.stdout.read(), b"")
        same(talk.process.wait(e2e.SECONDS), status)
        talk.process.stdin.close()
        os.unlink(box.path("t.tape.gz"))


def unused_exchanges_fail_if_strict(box):
    recorded(box, request(0, "count"), request(1, "call", x=1))
    talk = replay(box)
    talk.ask(request(0, "count"))
    same(end(box, talk),
         "1 of 2 exchanges answered, 1 exchange unused (2)\n")
    talk = replay(box, "--strict")
    talk.ask(request(0, "count"))
    holds(end(box, talk, 1), "were not asked for")
    talk = replay(box, "--strict")
    talk.ask(request(0, "count"))
    talk.ask(request(1, "call", x=1))
    talk.say({"jsonrpc": "2.0", "method": "unheard"})
    holds(end(box, talk, 1), "1 notification unknown")


def a_redacted_place_is_named(box):
    with open(box.path("rules"), "w", encoding="utf-8") as file:
        file.write("key token\n")
    talk = record(box, options=["--redact", "rules"])
    talk.ask(request(0, "call", x={"token": "s3cr3t", "a": 1}))
    end(box, talk)
    talk = replay(box)
    same(talk.ask(request(1, "call", x={"token": "s3cr3t", "a": 1}))["error"]
         ["data"]["differs"], ["/params/x/token"])
    holds(end(box, talk, 1), "redacted where it would have to match")
    talk = replay(box, "--ignore", "/params/x/token")
    same("result" in talk.ask(request(1, "call", x={"token": "t", "a": 1})),
         True)
    end(box, talk)


def a_question_that_nobody_answers_is_left(box):
    talk = record(box)
    talk.ask(request(0, "ask"))
    talk.ask({"jsonrpc": "2.0", "id": "s1", "result": "said"})
    end(box, talk)
    talk = replay(box, "--speed", "max")
    same(talk.ask(request(7, "ask"))["method"], "sample")
    end(box, talk)


def a_torn_tape_is_said(box):
    recorded(box, request(0, "count"), request(1, "call", x=1))
    with open(box.path("t.tape.gz"), "r+b") as file:
        file.truncate(os.path.getsize(box.path("t.tape.gz")) - 100)
    talk = replay(box)
    same(talk.ask(request(0, "count"))["result"], 1)
    holds(end(box, talk, 3), "t.tape.gz")


def much_is_heard_before_anything_is_read(box):
    recorded(box, request(0, "call", x="y" * 50_000))
    say = framed(request(1, "call", x="y" * 50_000)) * 100
    process = box.start("replay", "t.tape.gz", "--stdio", "--repeat",
                        "--speed", "max", stdin=e2e.subprocess.PIPE)
    process.stdin.write(say)
    process.stdin.close()
    lines = process.stdout.read().splitlines()
    same((process.wait(e2e.SECONDS), len(lines)), (0, 100))
    same({json.loads(line)["result"] == "y" * 50_000 for line in lines},
         {True})


def a_client_that_leaves_ends_it(box):
    recorded(box, request(0, "call", x="y" * 50_000))
    talk = replay(box, "--repeat", "--speed", "max")
    talk.process.stdout.close()
    talk.say(request(1, "call", x="y" * 50_000))
    same(talk.process.wait(e2e.SECONDS), 0)


def words_that_are_no_json_are_played_too(box):
    process = box.start("record", "--stdio", "-q", "-o", "t.tape.gz", "--",
                        "cat", stdin=e2e.subprocess.PIPE)
    for word in (b"one\n", b"two\n"):
        process.stdin.write(word)
        process.stdin.flush()
        same(process.stdout.readline(), word)
    same(box.end(process)[0], 0)
    status, out, err = box.run("replay", "t.tape.gz", "--stdio", "--speed",
                               "max", data=b"one\ntwo\nthree\n")
    same((status, out), (1, b"one\ntwo\n"))
    holds(err, "message 3 is not on the tape")


def input_may_be_a_file(box):
    recorded(box, request(0, "count"))
    with open(box.path("in"), "wb") as file:
        file.write(framed(request(3, "count")))
    with open(box.path("in"), "rb") as file:
        process = box.start("replay", "t.tape.gz", "--stdio", stdin=file)
        status, out, _ = box.end(process)
    same((status, json.loads(out)),
         (0, {"jsonrpc": "2.0", "id": 3, "result": 1}))


def input_that_is_no_message_fails(box):
    recorded(box, request(0, "count"))
    status, _, err = box.run("replay", "t.tape.gz", "--stdio", "--framing",
                             "headers", data=b"hello\n\n")
    same(status, 1)
    holds(err, "is no message")
    status, _, err = box.run("replay", "t.tape.gz", "--stdio",
                             "--max-message", "8", data=b"0123456789\n")
    same(status, 1)
    holds(err, "longer than --max-message")


def misuse_is_one_line(box):
    recorded(box, request(0, "count"))
    rows = [
        (["t.tape.gz", "t.tape.gz", "--stdio"], 2, "one tape"),
        (["-", "--stdio"], 2, "one tape"),
        (["t.tape.gz", "--stdio", "--serve", ":0"], 2, "not for --stdio"),
        (["t.tape.gz", "--repeat", "-"], 2, "--answer or --stdio"),
        (["t.tape.gz", "--stdio", "--ignore", "x"], 2, "begins with /"),
        (["t.tape.gz", "--stdio", "--masks", "none"], 4, "none"),
        (["t.tape.gz", "--stdio", "--speed", "0"], 2, "0"),
        (["none.tape.gz", "--stdio"], 4, "none.tape.gz"),
    ]
    for args, status, part in rows:
        seen, out, err = box.run("replay", *args)
        same((args, seen, out), (args, status, b""))
        one_line(err)
        holds(err, part)
    box.run("record", "-", "-o", "o.tape.gz", data=b"{}\n")
    status, _, err = box.run("replay", "o.tape.gz", "--stdio")
    same(status, 2)
    holds(err, "record --stdio")


TABLE = {name: value for name, value in list(globals().items())
         if callable(value) and getattr(value, "__module__", "") == "__main__"
         and name not in ("request", "framed", "Talk", "talk_of", "start",
                          "record", "replay", "end", "recorded", "written",
                          "answered_after")}

if __name__ == "__main__":
    sys.exit(e2e.main(os.path.abspath(sys.argv[1]), sys.argv[2:] or TABLE,
                      TABLE))
