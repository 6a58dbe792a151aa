#!/usr/bin/python3
"""Connections that break, servers that refuse, leave, and come back."""
import socket
import threading

import rig

FIRST = [{"event": "first", "args": [{"n": n}]} for n in range(20)]
SECOND = [{"event": "second", "args": [{"n": n}]} for n in range(20)]
LAST = [{"event": "last", "args": []}]


def start(scene, url, *words):
    return scene.tapedeck("record", url, "-o", "a.tape.gz", *words)


def out_of(scene):
    return [event for event in rig.plain(scene.tape("a.tape.gz"))
            if event["d"] == "out"]


class Cutter:
    """A port in front of another one; its first connection ends, both ways,
    after so many bytes of answer."""

    def __init__(self, server, cut):
        self.to = (server.host, server.port)
        self.left = cut
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def url(self, path):
        return "http://127.0.0.1:%d%s" % (self.port, path)

    def accept(self):
        while True:
            try:
                near = self.listener.accept()[0]
            except OSError:
                return
            far = socket.create_connection(self.to)
            left, self.left = self.left, None
            for pair in ((near, far, None), (far, near, left)):
                threading.Thread(target=self.pump, args=pair,
                                 daemon=True).start()

    def pump(self, source, sink, left):
        try:
            while left is None or left > 0:
                data = source.recv(65536 if left is None else left)
                if not data:
                    break
                sink.sendall(data)
                left = left and left - len(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()


def resumes(scene, stream, cut):
    """The tape goes on behind the event that the client saw last."""
    source = scene.peer("sse_server.mjs", stream=stream)
    start(scene, source.url("http")).finish(0)
    server = scene.serving("replay", "a.tape.gz", "--serve", "127.0.0.1:0",
                           "--speed", "max", "--join", "catch-up", "--stay",
                           "--wait-clients", "1")
    cutter = Cutter(server, cut)
    client = scene.peer("sse_client.mjs", url=cutter.url("/events"),
                        events="tick", count=len(stream))
    client.rest()
    cutter.close()
    rig.same(client.all("got"),
             [rig.as_source(event, True) for event in out_of(scene)])
    rig.same(len(client.all("open")), 2)
    rig.true(len(client.all("error")) == 1, "it was cut once")
    server.interrupt()
    server.finish(0)


def check_eventsource_resumes(scene):
    """Its own ids, cut within an event."""
    resumes(scene, [{"id": "k%d" % n, "event": "tick", "data": "x" * n}
                    for n in range(1, 200)], 9001)


def check_eventsource_resumes_by_number(scene):
    """No ids of its own: places on the tape."""
    resumes(scene, [{"data": "message %d" % n} for n in range(200)], 2000)


def check_sse_server_returns(scene):
    """Refused in between, then asked with the id that was seen last."""
    stream = [{"id": n, "event": "tick", "data": str(n)} for n in range(50)]
    stream += [{"id": 50, "event": "last", "data": "."}]
    host = rig.own_address()
    server = scene.peer("sse_server.mjs", stream=stream[:20], host=host)
    run = start(scene, server.url("http"), "--reconnect", "5", "--until",
                "last")
    server.until("close")
    server.kill()
    again = scene.peer("sse_server.mjs", stream=stream, host=host,
                       port=server.port)
    run.finish(0)
    rig.same(again.until("open")["last"], "19")
    rig.same([event["id"] for event in out_of(scene)],
             [str(n) for n in range(51)])


def check_ws_server_returns(scene):
    host = rig.own_address()
    server = scene.peer("ws_server.mjs", stream=rig.RAW + [{"ping": "end"}],
                        code=0, host=host)
    run = start(scene, server.url("ws"), "--reconnect", "5")
    server.until("pong")
    server.kill()
    scene.peer("ws_server.mjs", stream=rig.RAW[::-1], host=host,
               port=server.port)
    run.finish(0)
    events = scene.tape("a.tape.gz")
    rig.same([rig.raw_message(event) for event in rig.plain(events)],
             rig.RAW + rig.RAW[::-1])
    rig.same([event["json"]["code"] for event in rig.kinds(events, "close")],
             [1006, 1000])
    rig.same([event["c"] for event in rig.kinds(events, "open")], [1, 2])


def socket_io_returns(scene, script, **options):
    host = rig.own_address()
    server = scene.peer(script, stream=FIRST, ack=1, stay=1, host=host,
                        **options)
    run = start(scene, server.url("sio"), "--ack", "--reconnect", "5",
                "--until", "last")
    server.count("ack", len(FIRST))
    server.kill()
    scene.peer(script, stream=SECOND + LAST, host=host, port=server.port)
    run.finish(0)
    rig.same([rig.sio_event(event) for event in out_of(scene)],
             [rig.placed(message) for message in FIRST + SECOND + LAST])


def check_socket_io_server_returns(scene):
    socket_io_returns(scene, "sio_server.mjs")


def check_socket_io_server_returns_polling(scene):
    socket_io_returns(scene, "sio_server.mjs", transports="polling")


def check_socket_io_server_returns_python(scene):
    socket_io_returns(scene, "py_sio_server.py")


def settle(client):
    """Wait until the official client's upgrade is over: one whose server dies in
    the midst of it never says that it is closed."""
    while not (client.all("upgrade") or "websocket" in [
            line["transport"] for line in client.seen if "open" in line]):
        rig.true(client.next() is not None, "the client goes on")


def check_replay_returns(scene):
    """The official client comes back to a port that serves again."""
    source = scene.peer("sio_server.mjs", stream=FIRST)
    start(scene, source.url("sio")).finish(0)
    host = rig.own_address()
    words = ["--speed", "max", "--stay"]
    server = scene.serving("replay", "a.tape.gz", "--serve", host + ":0", *words)
    server.host = host
    client = scene.peer("sio_client.mjs", url=server.url("http"), reconnect=1)
    client.count("got", len(FIRST))
    settle(client)
    server.kill()
    client.until("close")
    scene.tapedeck("replay", "a.tape.gz", "--serve", "%s:%d" % (
        host, server.port), *words)
    rig.same(client.count("got", 2 * len(FIRST)), FIRST + FIRST)
    rig.same(len(client.all("open")), 2)


def check_without_reconnect(scene):
    """A connection that is lost is an error, and what came is kept."""
    server = scene.peer("sio_server.mjs", stream=FIRST, ack=1, stay=1)
    run = start(scene, server.url("sio"), "--ack")
    server.count("ack", len(FIRST))
    server.kill()
    run.finish(4)
    rig.same(len(out_of(scene)), len(FIRST))


def check_two_namespaces(scene):
    server = scene.peer("sio_server.mjs", stream=rig.ALL, nsp="/,/a", leave=1)
    start(scene, server.url("sio"), "--ns", "/a").finish(0)
    events = out_of(scene)
    for name in (None, "/a"):
        rig.same([rig.sio_event(event) for event in events
                  if event.get("ns") == name],
                 [rig.placed(message) for message in rig.ALL])


def check_unknown_namespace(scene):
    server = scene.peer("sio_server.mjs", stream=FIRST, nsp="/a")
    run = start(scene, server.url("sio", "/b"))
    run.finish(4)
    rig.true("Invalid namespace" in run.stderr(), "it says why")


def check_one_namespace_refused(scene):
    """One of two: the other one is recorded, and the end is no success."""
    server = scene.peer("sio_server.mjs", stream=FIRST, nsp="/a")
    run = start(scene, server.url("sio", "/a"), "--ns", "/b")
    run.finish(4)
    rig.true("Invalid namespace" in run.stderr(), "it says why")


def check_only_the_socket_leaves(scene):
    """disconnect() without its transport: nothing more can come."""
    server = scene.peer("sio_server.mjs", stream=FIRST, leave=1)
    start(scene, server.url("sio")).finish(0)
    rig.same(len(out_of(scene)), len(FIRST))
    rig.same(len(rig.kinds(scene.tape("a.tape.gz"), "disconnect")), 1)


def check_ends_within_an_event(scene):
    """Half of an event is none."""
    server = scene.peer("sio_server.mjs", stream=FIRST, ack=1, half=1,
                        transports="websocket")
    start(scene, server.url("sio"), "--ack", "--transport",
          "websocket").finish(4)
    rig.same([rig.sio_event(event) for event in out_of(scene)],
             [rig.placed(message) for message in FIRST])


def check_ends_within_a_frame(scene):
    server = scene.peer("ws_server.mjs", stream=rig.RAW, half=1)
    start(scene, server.url("ws")).finish(4)
    rig.same([rig.raw_message(event) for event in out_of(scene)], rig.RAW)
    closes = rig.kinds(scene.tape("a.tape.gz"), "close")
    rig.same([event["json"]["code"] for event in closes], [1006])


if __name__ == "__main__":
    rig.main(globals())
