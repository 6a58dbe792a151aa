#!/usr/bin/python3
"""`tapedeck replay --stdio --fault`: what a client sees of a program that does
wrong on purpose, and what is told.

usage: e2e_stdio_fault.py TAPEDECK [CASE...]
"""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "recorder"))
import e2e  # noqa: E402
from e2e import holds, same  # noqa: E402

WORDS = ["one", "tw\u00f6", "three", "four"]


def request(number, method, **params):
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def framed(message, headers=False):
    text = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(text), text) \
        if headers else text + b"\n"


def answer(number, word):
    return '{"jsonrpc":"2.0","id":%d,"result":"%s"}' % (number, word)


NOTE = '{"jsonrpc":"2.0","method":"notes/log","params":{"n":1}}'


def talk(box, headers=False):
    """Each word is asked for, 1 to 4, behind a note: events 2 to 9."""
    lines = ['{"tape":1,"id":"t","clock":"monotonic"}',
             '{"s":1,"t":0,"d":"out","c":1,"k":"open","json":{}}']
    seq = 1
    for number, word in enumerate(WORDS, 1):
        asked = json.dumps(request(number, "say", w=number),
                           separators=(",", ":"))
        for rest in ('"d":"in","c":1,"ev":"say","json":%s' % asked,
                     '"d":"out","c":1,"ev":"notes/log","json":%s' % NOTE,
                     '"d":"out","c":1,"json":%s' % answer(number, word)):
            seq += 1
            lines.append('{"s":%d,"t":%d,%s}' % (seq, seq * 1000, rest))
    if headers:
        seq += 1
        lines.append('{"s":%d,"t":%d,"d":"out","c":1,"k":"close",'
                     '"json":{"framing":"headers"}}' % (seq, seq * 1000))
    lines.append('{"end":{"events":%d}}' % seq)
    with open(box.path("t.tape"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def play(box, faults, count=4, headers=False, seed="7", more=()):
    """All that is heard where all is asked for at once."""
    talk(box, headers)
    options = [word for fault in faults for word in ("--fault", fault)]
    asked = b"".join(framed(request(n, "say", w=n), headers)
                     for n in range(1, count + 1))
    code, out, err = box.run("replay", "t.tape", "--stdio", "--speed", "max",
                             "--seed", seed, *options, *more, data=asked)
    same(code, 0)
    return out, err


def heard(*numbers):
    """Notes (0) and answers, as lines."""
    return "".join((answer(n, WORDS[n - 1]) if n else NOTE) + "\n"
                   for n in numbers).encode()


def messages_go_wrong(box):
    rows = [
        ("drop at=seq:4", (0, 0, 2, 0, 3, 0, 4), "1 x drop (#4)"),
        ("drop event=notes/log", (1, 2, 3, 4), "4 x drop (#3, #6, #9, #12)"),
        # an answer is called as what it answers
        ("drop event=say after=1", (0, 1, 0, 0, 0), "3 x drop (#7, #10, #13)"),
        ("drop at=exchange:3", (0, 1, 0, 2, 0, 4), "2 x drop (#9, #10)"),
        ("duplicate at=seq:7 times=2", (0, 1, 0, 2, 2, 2, 0, 3, 0, 4),
         "1 x duplicate (#7)"),
        ("reorder by=2 at=seq:4", (0, 0, 2, 1, 0, 3, 0, 4),
         "1 x reorder (#4)"),
        ("reorder by=9 at=seq:12", (0, 1, 0, 2, 0, 3, 4, 0),
         "1 x reorder (#12)"),
        ("silence for=10ms event=say", (0, 1, 0, 2, 0, 3, 0, 4),
         "4 x silence (#4, #7, #10, #13)"),
        ("slow rate=40k", (0, 1, 0, 2, 0, 3, 0, 4), "8 x slow"),
        ("cut after=3 events", (0, 1, 0), "1 x cut (exchange 2)"),
        ("cut at=seq:3", (), "1 x cut (exchange 1)"),
    ]
    for fault, numbers, told in rows:
        out, err = play(box, [fault])
        same((fault, out), (fault, heard(*numbers)))
        holds(err, "faults (seed 7): %s\n" % told)


def what_is_late_comes_before_the_end(box):
    out, _ = play(box, ["delay by=20ms at=seq:4"])
    same(sorted(out.splitlines()),
         sorted(heard(0, 1, 0, 2, 0, 3, 0, 4).splitlines()))
    same(out.splitlines()[-1], heard(1).strip())


def bytes_go_wrong(box):
    whole = heard(1, 2).splitlines()
    out, _ = play(box, ["utf8-half at=seq:7", "drop event=notes/log"], count=2)
    same(out.splitlines(), [whole[0], whole[1].replace(b"\xc3\xb6", b"\xc3")])
    out, _ = play(box, ["json-half at=seq:4", "drop event=notes/log"], count=2)
    half, after = out.splitlines()
    same((whole[0].startswith(half), half == whole[0], after),
         (True, False, whole[1]))
    out, _ = play(box, ["sse-join at=seq:4", "drop event=notes/log"], count=2)
    same(out, b"".join(whole) + b"\n")
    out, _ = play(box, ["corrupt at=seq:4", "drop event=notes/log"], count=2)
    same((len(out), out == heard(1, 2), out.endswith(heard(2))),
         (len(heard(1, 2)), False, True))


def it_breaks_off_within_a_message(box):
    note = len(NOTE)
    out, err = play(box, ["cut after=%d bytes" % (note + 10)])
    same(out, heard(0, 1)[:note + 1 + 10])
    holds(err, "1 x cut (exchange 1)")
    out, _ = play(box, ["cut after=%d bytes" % (note + 10)], headers=True)
    size = len(answer(1, "one"))
    same(out, b"Content-Length: %d\r\n\r\n%sContent-Length: %d\r\n\r\n%s"
         % (note, NOTE.encode(), size, heard(1)[:10]))


def messages_with_headers_keep_theirs(box):
    out, _ = play(box, ["json-half at=seq:4", "drop event=notes/log"], count=1,
                  headers=True)
    head, _, body = out.partition(b"\r\n\r\n")
    same(int(head.split()[1]), len(body))
    same(0 < len(body) < len(answer(1, "one")), True)
    one, two = (answer(n, WORDS[n - 1]).encode() for n in (1, 2))
    out, _ = play(box, ["sse-join at=seq:4", "drop event=notes/log"], count=2,
                  headers=True)
    same(out, b"Content-Length: %d\r\n\r\n%s\n%s"
         % (len(one) + 1 + len(two), one, two))


def the_seed_says_what(box):
    runs = [play(box, ["drop p=0.3", "duplicate p=0.3"]) for _ in range(2)]
    same(runs[0], runs[1])
    other, _ = play(box, ["drop p=0.3", "duplicate p=0.3"], seed="8")
    same(other == runs[0][0], False)


def what_came_of_it_is_json_if_wanted(box):
    _, err = play(box, ["drop at=seq:4"], more=["--json", "-q"])
    told = json.loads(err)
    same((told["answered"], told["faults"]),
         (4, {"seed": 7, "list": [{"fault": "drop at=seq:4", "count": 1,
                                   "events": [4]}]}))


def what_is_not_on_the_tape_is_still_refused(box):
    """Our own word is no event of the tape."""
    talk(box)
    code, out, err = box.run("replay", "t.tape", "--stdio", "--fault",
                             "drop p=1", data=framed(request(5, "none")))
    same((code, json.loads(out)["error"]["code"]), (1, -32001))
    holds(err, "0 x drop")


TABLE = {name: value for name, value in list(globals().items())
         if getattr(value, "__module__", "") == "__main__" and
         getattr(value, "__code__", None) and
         value.__code__.co_varnames[:value.__code__.co_argcount] == ("box",)}

if __name__ == "__main__":
    sys.exit(e2e.main(os.path.abspath(sys.argv[1]), sys.argv[2:] or TABLE,
                      TABLE))
