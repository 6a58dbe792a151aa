#!/usr/bin/python3
"""What users of other recorders have reported, tried here: recorded between a
client and a server, then answered from the tape alone.

usage: e2e_reported.py TAPEDECK [CASE...]
"""
import base64
import gzip
import http.client
import json
import os
import signal
import struct
import sys
import threading
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from e2e_answer import e2e, holds, same  # noqa: E402
from app import App  # noqa: E402


class Side:
    """A recorder before an app, or its tape."""

    def __init__(self, box, *words):
        self.box = box
        self.process = box.start(*words)
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.stderr.read().decode())
        self.port = json.loads(line)["port"]

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port,
                                          timeout=e2e.SECONDS)

    def ask(self, method, target, body=None, headers=None):
        """(status, fields but those of the connection, body)"""
        conn = self.connect()
        conn.request(method, target, body, headers or {})
        answer = conn.getresponse()
        fields = {name.lower(): value for name, value in answer.getheaders()}
        whole = (answer.status, fields, answer.read())
        conn.close()
        return whole

    def end(self, status=0):
        self.process.send_signal(signal.SIGINT)
        code, _, err = self.box.end(self.process)
        same((code, err if code != status else ""), (status, ""))
        return err


def recorder(box, app):
    return Side(box, "record", "--listen", "127.0.0.1:0", "--to",
                "http://127.0.0.1:%d" % app.port, "-o", "t.tape.gz")


def player(where, *options):
    return Side(where, "replay", "t.tape.gz", "--answer", "127.0.0.1:0",
                "--speed", "max", *options)


def directly(app, *request):
    side = Side.__new__(Side)
    side.port = app.port
    return side.ask(*request)


def send(request, data, status=200, **fields):
    request.send_response(status)
    for name, value in fields.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    request.wfile.write(data)


def is_the_same(box, answer, *requests):
    """Each request hears the same of the app, the recorder and the tape: that."""
    heard = []
    with App(answer) as app:
        heard.append([directly(app, *request) for request in requests])
        side = recorder(box, app)
        heard.append([side.ask(*request) for request in requests])
        side.end()
    side = player(box, "--strict")
    heard.append([side.ask(*request) for request in requests])
    side.end()
    for one, two, three in zip(*heard):
        same((two[0], two[2]), (one[0], one[2]))
        same((three[0], three[2]), (one[0], one[2]))
    return heard[2]


PACKED = gzip.compress(b"the file itself is packed " * 50, mtime=0)


def a_packed_file_is_not_unpacked(box):
    """github.com/Netflix/pollyjs/issues/278, github.com/nock/nock/issues/1001:
    the bytes of a .gz file came back as something else."""
    def answer(request, _):
        send(request, PACKED, Content_Type="application/octet-stream"
             if request.path == "/a" else "application/x-gzip")

    got = is_the_same(box, answer, ("GET", "/a"), ("GET", "/b"))
    same([body for _, _, body in got], [PACKED, PACKED])


def a_field_says_what_the_bytes_are(box):
    """github.com/demisto/content/pull/45170: the body was kept unpacked, its
    Content-Encoding stayed, and clients failed to unpack it.
    github.com/dreamhead/moco/issues/123: packed chunks were not kept."""
    data = json.dumps({"a": ["b"] * 200}).encode()

    def answer(request, _):
        if request.path == "/whole":
            send(request, gzip.compress(data), Content_Encoding="gzip")
            return
        request.send_response(200)
        request.send_header("Content-Encoding", "gzip")
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        packed = gzip.compress(data)
        for at in range(0, len(packed), 7):
            piece = packed[at:at + 7]
            request.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        request.wfile.write(b"0\r\n\r\n")

    for target in ("/whole", "/chunks"):
        with App(answer) as app:
            side = recorder(box, app)
            fields, body = side.ask("GET", target, None,
                                    {"Accept-Encoding": "gzip"})[1:]
            same((fields["content-encoding"], gzip.decompress(body)),
                 ("gzip", data))
            side.end()
        side = player(box, "--strict")
        fields, body = side.ask("GET", target, None,
                                {"Accept-Encoding": "gzip"})[1:]
        if fields.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        same(body, data)
        side.end()
        os.unlink(box.path("t.tape.gz"))


def an_answer_without_a_body_tells_of_one(box):
    """github.com/wiremock/wiremock/issues/1169,
    github.com/mitmproxy/mitmproxy/issues/6547: the length that an answer to HEAD
    tells was lost."""
    def answer(request, _):
        request.send_response(304 if request.path == "/kept" else 200)
        request.send_header("Content-Encoding", "gzip")
        request.send_header("Content-Length", "500")
        request.end_headers()

    got = is_the_same(box, answer, ("HEAD", "/big"), ("GET", "/kept"))
    same([(fields["content-encoding"], fields["content-length"], body)
          for _, fields, body in got], [("gzip", "500", b"")] * 2)


def bytes_of_any_kind_are_whole(box):
    """github.com/dnaeon/go-vcr/issues/130: what had control characters was cut
    when it was played."""
    def message(text):
        head = b"\x0b:event-type\x07\x00\x05chunk"
        body = json.dumps({"bytes": base64.b64encode(text).decode()}).encode()
        front = struct.pack(">II", 16 + len(head) + len(body), len(head))
        front += struct.pack(">I", zlib.crc32(front))
        whole = front + head + body
        return whole + struct.pack(">I", zlib.crc32(whole))

    data = message(b"\x00one") + message(b"\xfftwo") + bytes(range(256))

    def answer(request, _):
        send(request, data, Content_Type="application/vnd.amazon.eventstream")

    same(is_the_same(box, answer, ("POST", "/", b"{}"))[0][2], data)


def form(boundary):
    return ("--%s\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\""
            "\r\n\r\n" % boundary).encode() + bytes(range(256)) + \
        ("\r\n--%s--\r\n" % boundary).encode()


def a_form_with_files_passes(box):
    """github.com/Netflix/pollyjs/issues/254: the server got another body.
    github.com/kevin1024/vcrpy/pull/29: the boundary is made anew each time."""
    def kind(boundary):
        return {"Content-Type": "multipart/form-data; boundary=" + boundary}

    with App(lambda request, body: send(request, b"%d" % len(body))) as app:
        side = recorder(box, app)
        same(side.ask("POST", "/up", form("one"), kind("one"))[2],
             b"%d" % len(form("one")))
        same(app.asked[0][3], form("one"))
        side.end()
    side = player(box)
    same(side.ask("POST", "/up", form("one"), kind("one"))[0], 200)
    same(side.ask("POST", "/up", form("two"), kind("two"))[0], 501)
    holds(side.end(1), "--match")
    side = player(box, "--match", "method,path,query")
    same(side.ask("POST", "/up", form("two"), kind("two"))[0], 200)
    side.end()


def a_packed_request_is_compared_unpacked(box):
    """github.com/Netflix/pollyjs/issues/442: a request with a packed body was
    kept without it, so that a change of it was not seen."""
    def pack(value, level):
        return gzip.compress(json.dumps(value).encode(), level)

    fields = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    value = {"a": ["b"] * 500}
    with App(lambda request, _: send(request, b"ok")) as app:
        side = recorder(box, app)
        same(side.ask("POST", "/", pack(value, 9), fields)[2], b"ok")
        side.end()
    side = player(box, "--repeat")
    same(side.ask("POST", "/", pack(value, 1), fields)[0], 200)
    value["a"][7] = "c"
    status, _, body = side.ask("POST", "/", pack(value, 9), fields)
    same((status, json.loads(body)["error"]["differs"]), (501, ["/a/7"]))
    side.end(1)


def a_stream_passes_while_it_comes(box):
    """github.com/CopilotKit/aimock/issues/172: all was held until the end, and
    whoever waits for bytes gave up. The app goes on when the client has read."""
    read = threading.Event()

    def answer(request, _):
        request.begin_stream()
        request.event("one")
        if not read.wait(e2e.SECONDS):
            return
        request.event("two")
        request.end_stream()

    with App(answer) as app:
        side = recorder(box, app)
        conn = side.connect()
        conn.request("GET", "/")
        answer = conn.getresponse()
        same(answer.readline(), b"data: one\n")
        read.set()
        same(answer.read(), b"\ndata: two\n\n")
        side.end()
    side = player(box, "--strict")
    same(side.ask("GET", "/")[2], b"data: one\n\ndata: two\n\n")
    side.end()


def pieces_and_a_failure_come_again(box):
    """github.com/BerriAI/litellm/pull/38136: chunk for chunk, and where it
    broke off."""
    def answer(request, _):
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        for piece in (b"data: o", b"ne\n\ndata: two\n\n", b"data: th"):
            request.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            request.wfile.flush()
        request.close_connection = True

    def pieces(port):
        conn = http.client.HTTPConnection("127.0.0.1", port,
                                          timeout=e2e.SECONDS)
        conn.request("GET", "/")
        stream = conn.getresponse().fp
        got = []
        while (size := stream.readline()):
            got.append(stream.read(int(size, 16)))
            stream.readline()
        return got

    with App(answer) as app:
        side = recorder(box, app)
        wanted = pieces(side.port)
        same(wanted, [b"data: o", b"ne\n\ndata: two\n\n", b"data: th"])
        side.end()
    side = player(box)
    got = pieces(side.port)
    same(b"".join(got), b"".join(wanted))
    same(got[:2], wanted[:2])
    side.end()


def a_long_answer_is_played(box):
    """github.com/mitmproxy/mitmproxy/issues/1147: what was streamed when it was
    recorded did not come when it was played."""
    data = os.urandom(1 << 20) * 12

    def answer(request, _):
        send(request, data, Content_Type="application/octet-stream")

    same(is_the_same(box, answer, ("GET", "/"))[0][2], data)


def redirects_are_answers_of_their_own(box):
    """github.com/zaproxy/zaproxy/issues/1973, lightbody/browsermob-proxy/issues/280:
    a HAR had the same entry for both, or no redirectURL."""
    def answer(request, _):
        if request.path == "/a":
            send(request, b"", 307, Location="/b")
        else:
            send(request, b"there")

    got = is_the_same(box, answer, ("GET", "/a"), ("GET", "/b"))
    same([(status, body) for status, _, body in got],
         [(307, b""), (200, b"there")])
    same(box.run("convert", "t.tape.gz", "-o", "t.har")[0], 0)
    har = json.loads(e2e.read(box.path("t.har")))
    same([(e["response"]["status"], e["response"]["redirectURL"])
          for e in har["log"]["entries"]], [(307, "/b"), (200, "")])


def equal_requests_come_in_order(box):
    """Of equal requests each has its own answer."""
    count = iter(range(100))

    def answer(request, _):
        send(request, b"%d" % next(count))

    with App(answer) as app:
        side = recorder(box, app)
        same([side.ask("GET", "/state")[2] for _ in range(3)],
             [b"0", b"1", b"2"])
        side.end()
    side = player(box, "--strict")
    same([side.ask("GET", "/state")[2] for _ in range(3)], [b"0", b"1", b"2"])
    side.end()


TABLE = {name: value for name, value in list(globals().items())
         if getattr(value, "__module__", "") == "__main__" and
         getattr(value, "__code__", None) and
         value.__code__.co_varnames[:value.__code__.co_argcount] == ("box",)}

if __name__ == "__main__":
    sys.exit(e2e.main(os.path.abspath(sys.argv[1]), sys.argv[2:] or TABLE,
                      TABLE))
