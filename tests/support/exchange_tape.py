"""Writes tapes of exchanges, as docs/tape-format.md says, section 3."""
import base64
import json


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def payload(value):
    """The member of a line that holds a payload: bytes, text, or JSON text."""
    if isinstance(value, bytes):
        try:
            value = value.decode()
        except UnicodeDecodeError:
            return '"b64":"%s"' % base64.b64encode(value).decode()
    try:
        json.loads(value)
        if value == value.strip() and "\n" not in value:
            return '"json":%s' % value
    except ValueError:
        pass
    return '"text":%s' % compact(value)


class Tape:
    """Lines in order; times are nanoseconds and go on by themselves."""

    def __init__(self):
        self.lines = []
        self.now = 0
        self.number = 0

    def line(self, direction, exchange, rest, at=None):
        self.now = self.now + 1000 if at is None else at
        self.lines.append('{"s":%d,"t":%d,"d":"%s","c":1,"x":%d,%s}' % (
            len(self.lines) + 1, self.now, direction, exchange, rest))

    def request(self, method, target, body=None, headers=(), at=None):
        self.number += 1
        self.line("in", self.number, '"k":"request","json":%s' % compact(
            {"method": method, "target": target, "version": "1.1",
             "headers": [list(h) for h in headers]}), at)
        if body is not None:
            self.line("in", self.number, '"k":"body",%s' % payload(body), at)
        return self.number

    def response(self, x, status=200, headers=(), reason="OK", at=None):
        self.line("out", x, '"k":"response","json":%s' % compact(
            {"status": status, "reason": reason, "version": "1.1",
             "headers": [list(h) for h in headers]}), at)

    def body(self, x, body, at=None):
        self.line("out", x, '"k":"body",%s' % payload(body), at)

    def event(self, x, data, name=None, ident=None, direction="out", at=None):
        rest = '"id":%s,' % compact(ident) if ident is not None else ""
        if name is not None:
            rest += '"ev":%s,' % compact(name)
        self.line(direction, x, rest + payload(data), at)

    def kind(self, x, kind, data, direction="out", at=None):
        self.line(direction, x, '"k":"%s",%s' % (kind, payload(data)), at)

    def done(self, x, at=None, **members):
        self.line("out", x, '"k":"done","json":%s' % compact(members), at)

    def exchange(self, method, target, answer, body=None, headers=(),
                 status=200, answer_headers=None):
        """One whole exchange without a stream."""
        if isinstance(answer, str):
            answer = answer.encode()
        if answer_headers is None:
            answer_headers = [("content-type", "application/json"),
                              ("content-length", str(len(answer)))]
        x = self.request(method, target, body, headers)
        self.response(x, status, answer_headers)
        if answer:
            self.body(x, answer)
        self.done(x)
        return x

    def write(self, path, **header):
        with open(path, "w", encoding="utf-8") as file:
            file.write(compact({"tape": 1, "id": "t", "clock": "monotonic",
                                **header}) + "\n")
            for line in self.lines:
                file.write(line + "\n")
            file.write('{"end":{"events":%d}}\n' % len(self.lines))
