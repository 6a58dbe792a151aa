#!/usr/bin/python3
"""A tape of one dialect heard in each other one: the envelopes of docs/wire.md,
compared as bytes."""
import http.client

import rig

# Names that are found, that need escapes, and that SSE cannot carry.
NAMED = [{"text": text} for text in (
    "{\"type\":\"tick\",\"n\":1.10}", "{\"type\":\"quo\\\"te\\u00e9\"}",
    "{\"type\":\"two\\nlines\",\"a\":[]}", "cr\rcrlf\r\nlf\n.")]


def record(scene, server, scheme, *words):
    scene.tapedeck("record", server.url(scheme), "-o", "a.tape.gz",
                   *words).finish(0)
    return [event for event in rig.plain(scene.tape("a.tape.gz"))
            if event["d"] == "out" and "ack" not in event]


def record_socket_io(scene):
    """Acks are asked for, attachments and two namespaces are there."""
    server = scene.peer("sio_server.mjs", stream=rig.ALL, ack=1,
                        nsp="/,/other", leave=1)
    return record(scene, server, "sio", "--ns", "/other", "--ack")


def record_ws(scene):
    server = scene.peer("ws_server.mjs", stream=rig.RAW + NAMED)
    return record(scene, server, "ws")


def record_sse(scene):
    server = scene.peer("sse_server.mjs", stream=rig.SSE)
    return record(scene, server, "http")


def serve(scene, *words):
    return scene.serving("replay", "a.tape.gz", "--serve", "127.0.0.1:0",
                         "--speed", "max", *words)


def get_events(server):
    """The body of /events as it comes."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port,
                                            timeout=rig.SECONDS)
    connection.request("GET", "/events",
                       headers={"Accept": "text/event-stream"})
    body = connection.getresponse().read()
    connection.close()
    return body.decode("utf-8")


def to_ws(scene, events):
    server = serve(scene)
    client = scene.peer("ws_client.mjs", url=server.url("ws"))
    client.until("close")
    rig.same(client.all("got"), [rig.as_ws(event)
                              for event in rig.asked(events)])
    server.finish(0)


def to_sse(scene, events):
    server = serve(scene)
    rig.same(get_events(server), "retry: 1000\n\n"
             + "".join(rig.as_sse(event) for event in events))
    server.finish(0)


def to_engine_io(scene, events, transports):
    """Socket.IO's packets as Engine.IO's own client sees them."""
    server = serve(scene)
    client = scene.peer("eio_client.mjs", url=server.url("http"),
                        path="/socket.io/", transports=transports,
                        stream=[{"text": "0"}])
    client.until("close")
    wanted = [part for event in events for part in rig.as_packet(event)]
    rig.same(client.all("got")[1:-1], wanted)
    rig.same(client.all("got")[-1], {"text": "1"})
    server.finish(0)


def to_socket_io(scene, events, script):
    """And what the official client makes of them."""
    server = serve(scene)
    client = scene.peer(script, url=server.url("http"), events=",".join(
        sorted({event.get("ev", "message") for event in events})))
    client.until("close")
    rig.same(client.all("got"), [rig.as_message(event, script.endswith(".mjs"))
                              for event in events])
    server.finish(0)


def to_eventsource(scene, events):
    shown = [rig.as_source(event) for event in events]
    server = serve(scene)
    client = scene.peer("sse_client.mjs", url=server.url("http", "/events"),
                        events=",".join({event["event"] for event in shown}
                                        - {"message"}), count=len(shown))
    client.rest()
    rig.same(client.all("got"), shown)


def check_socket_io_as_ws(scene):
    events = record_socket_io(scene)
    rig.same({event.get("ns") for event in events}, {None, "/other"})
    rig.true(all("id" in event for event in events), "acks are asked for")
    to_ws(scene, events)


def check_socket_io_as_sse(scene):
    events = record_socket_io(scene)
    to_sse(scene, events)
    to_eventsource(scene, events)


def check_ws_as_sse(scene):
    events = record_ws(scene)
    to_sse(scene, events)
    to_eventsource(scene, events)


def check_ws_as_socket_io(scene):
    events = record_ws(scene)
    for script in ("sio_client.mjs", "py_sio_client.py"):
        to_socket_io(scene, events, script)


def check_ws_as_engine_io(scene):
    events = record_ws(scene)
    for transports in ("polling", "websocket", "polling,websocket"):
        to_engine_io(scene, events, transports)


def check_sse_as_ws(scene):
    to_ws(scene, record_sse(scene))


def check_sse_as_sse(scene):
    to_sse(scene, record_sse(scene))


def check_sse_as_socket_io(scene):
    to_socket_io(scene, record_sse(scene), "sio_client.mjs")


def check_sse_as_engine_io(scene):
    to_engine_io(scene, record_sse(scene), "websocket")


if __name__ == "__main__":
    rig.main(globals())
