#!/usr/bin/python3
"""tapedeck replay to the official clients and servers: what they get is what
was recorded from an official server."""
import rig


def record(scene, script, stream, scheme="sio", name="a.tape.gz", path=""):
    server = scene.peer(script, stream=stream)
    scene.tapedeck("record", server.url(scheme, path), "-o", name).finish(0)
    return name


def serve(scene, name, *words):
    return scene.serving("replay", name, "--serve", "127.0.0.1:0", "--speed",
                         "max", *words)


def data_of(stream):
    return [message["data"] for message in stream]


def check_ws(scene):
    server = serve(scene, record(scene, "ws_server.mjs", rig.RAW, "ws"))
    client = scene.peer("ws_client.mjs", url=server.url("ws", "/any"))
    rig.same(client.until("close")["close"], 1000)
    rig.same(client.all("got"), rig.RAW)
    server.finish(0)


def to_client(scene, script, **options):
    server = serve(scene, record(scene, "sio_server.mjs", rig.ALL))
    client = scene.peer(script, url=server.url("http"), events=rig.NAMES,
                        **options)
    client.until("close")
    rig.same(client.all("got"), rig.ALL)
    server.finish(0)


def with_acks(scene, script, **options):
    """An event that asks for an ack holds the next one back until it came."""
    server = scene.peer("sio_server.mjs", stream=rig.ALL, ack=1)
    scene.tapedeck("record", server.url("sio"), "-o", "a.tape.gz",
                   "--ack").finish(0)
    replay = serve(scene, "a.tape.gz", "--wait-acked")
    client = scene.peer(script, url=replay.url("http"), events=rig.NAMES,
                        **options)
    client.until("close")
    rig.same(client.all("got"), rig.ALL)
    replay.finish(0)


def check_socket_io(scene):
    to_client(scene, "sio_client.mjs")


def check_socket_io_polling(scene):
    to_client(scene, "sio_client.mjs", transports="polling")


def check_socket_io_websocket(scene):
    to_client(scene, "sio_client.mjs", transports="websocket")


def check_socket_io_python(scene):
    to_client(scene, "py_sio_client.py")


def check_socket_io_python_polling(scene):
    """With acks: this client takes a disconnect in the payload that lets it in
    for a refusal."""
    with_acks(scene, "py_sio_client.py", transports="polling")


def check_socket_io_python_websocket(scene):
    to_client(scene, "py_sio_client.py", transports="websocket")


def check_acks_are_waited_for(scene):
    with_acks(scene, "sio_client.mjs")


def check_what_clients_send_is_acked(scene):
    """A served tape answers events that ask for it."""
    name = record(scene, "sio_server.mjs", rig.EVENTS[:3])
    server = serve(scene, name, "--stay")
    client = scene.peer("sio_client.mjs", url=server.url("http"),
                        stream=rig.ALL, ack=1)
    rig.same(client.count("ack", len(rig.ALL)),
             [message["event"] for message in rig.ALL])
    server.interrupt()
    client.until("close")


def check_namespace(scene):
    server = scene.peer("sio_server.mjs", stream=rig.ALL, nsp="/admin")
    scene.tapedeck("record", server.url("sio", "/admin"), "-o",
                   "a.tape.gz").finish(0)
    replay = serve(scene, "a.tape.gz")
    client = scene.peer("sio_client.mjs", url=replay.url("http"), nsp="/admin")
    client.until("close")
    rig.same(client.all("got"), rig.ALL)


def check_engine_io(scene):
    """Engine.IO's own client sees Socket.IO's packets, on each transport."""
    name = record(scene, "sio_server.mjs", rig.EVENTS)
    for transports in ("polling", "websocket", "polling,websocket"):
        server = serve(scene, name)
        client = scene.peer("eio_client.mjs", url=server.url("http"),
                            path="/socket.io/", transports=transports,
                            stream=[{"text": "0"}])
        client.until("close")
        packets = [got["text"] for got in client.all("got")]
        rig.true(packets[0].startswith("0{\"sid\":\""), "joined first")
        rig.same([text for text in packets if text[0] == "2"],
                 ["2" + rig.placed(message)[0] for message in rig.EVENTS])
        server.finish(0)


def check_sse(scene):
    name = record(scene, "sse_server.mjs", rig.SSE, "http")
    server = serve(scene, name)
    client = scene.peer("sse_client.mjs", url=server.url("http", "/events"),
                        events="tick", count=len(rig.SSE))
    client.rest()
    rig.same([got["data"] for got in client.all("got")], data_of(rig.SSE))
    rig.same([got["event"] for got in client.all("got")],
             [message.get("event", "message") for message in rig.SSE])


def check_many_at_once(scene):
    """One timeline, four kinds of consumers, the same events."""
    name = record(scene, "sio_server.mjs", rig.EVENTS)
    server = serve(scene, name, "--wait-clients", "4")
    clients = [scene.peer(script, url=server.url(scheme, path),
                          events=rig.NAMES)
               for script, scheme, path in (
                   ("sio_client.mjs", "http", ""),
                   ("py_sio_client.py", "http", ""),
                   ("ws_client.mjs", "ws", "/"),
                   ("ws_client.mjs", "ws", "/other"))]
    for client in clients:
        client.until("close")
    rig.same(clients[0].all("got"), rig.EVENTS)
    rig.same(clients[1].all("got"), rig.EVENTS)
    rig.same(len(clients[2].all("got")), len(rig.EVENTS))
    rig.same(clients[2].all("got"), clients[3].all("got"))
    server.finish(0)


def check_to_ws(scene):
    name = record(scene, "ws_server.mjs", rig.RAW, "ws")
    server = scene.peer("ws_server.mjs", code=0)
    scene.tapedeck("replay", name, "--to", server.url("ws"), "--speed",
                   "max").finish(0)
    rig.same(server.count("got", len(rig.RAW)), rig.RAW)


def to_server(scene, script, transport="both"):
    name = record(scene, "sio_server.mjs", rig.ALL)
    server = scene.peer(script, stay=1, events=rig.NAMES,
                        transports="polling,websocket" if transport == "both"
                        else transport)
    scene.tapedeck("replay", name, "--to", server.url("sio"), "--speed", "max",
                   "--transport", transport).finish(0)
    rig.same(server.count("got", len(rig.ALL)), rig.ALL)


def check_to_socket_io(scene):
    to_server(scene, "sio_server.mjs")


def check_to_socket_io_polling(scene):
    to_server(scene, "sio_server.mjs", "polling")


def check_to_socket_io_websocket(scene):
    to_server(scene, "sio_server.mjs", "websocket")


def check_to_socket_io_python(scene):
    to_server(scene, "py_sio_server.py")


def check_to_socket_io_with_acks(scene):
    """Acks both ways: what the tape asks is asked and awaited, what the server
    asks is answered."""
    source = scene.peer("sio_server.mjs", stream=rig.ALL, ack=1)
    scene.tapedeck("record", source.url("sio"), "-o", "a.tape.gz",
                   "--ack").finish(0)
    server = scene.peer("sio_server.mjs", stream=rig.ALL[-5:], ack=1, stay=1)
    scene.tapedeck("replay", "a.tape.gz", "--to", server.url("sio"),
                   "--wait-acked", "--wait-timeout", "20s", "--speed",
                   "max").finish(0)
    rig.same(server.count("got", len(rig.ALL)), rig.ALL)
    rig.same(server.count("answered", len(rig.ALL)),
             [message["event"] for message in rig.ALL])
    rig.same(server.count("ack", 5),
             [message["event"] for message in rig.ALL[-5:]])


def check_to_socket_io_python_websocket(scene):
    to_server(scene, "py_sio_server.py", "websocket")


def check_to_socket_io_python_polling(scene):
    to_server(scene, "py_sio_server.py", "polling")


def check_to_engine_io(scene):
    """Socket.IO's packets as Engine.IO's own server sees them."""
    source = scene.peer("sio_server.mjs", stream=rig.ALL, ack=1)
    scene.tapedeck("record", source.url("sio"), "-o", "a.tape.gz",
                   "--ack").finish(0)
    events = rig.asked(event for event in rig.plain(scene.tape("a.tape.gz"))
                       if event["d"] == "out")
    wanted = [part for event in events for part in rig.as_packet(event)]
    for transports in ("polling", "websocket", "polling,websocket"):
        server = scene.peer("eio_server.mjs", path="/socket.io/", stay=1,
                            stream=[{"text": "0{\"sid\":\"AAAA\"}"}],
                            transports=transports, silent=1)
        scene.tapedeck("replay", "a.tape.gz", "--to", server.url("sio"),
                       "--speed", "max", "--transport",
                       "both" if "," in transports else transports).finish(0)
        got = server.count("got", len(wanted) + 2)
        rig.same(got[0], {"text": "0"})
        rig.same(got[1:-1], wanted)
        rig.same(got[-1], {"text": "1"})


def check_client_leaves(scene):
    """A consumer that leaves in the middle is no failure for the others."""
    name = record(scene, "sio_server.mjs", rig.ALL)
    server = serve(scene, name, "--wait-clients", "2")
    early = scene.peer("sio_client.mjs", url=server.url("http"), leave=1)
    late = scene.peer("sio_client.mjs", url=server.url("http"))
    early.until("close")
    late.until("close")
    rig.same(early.all("close"), ["io client disconnect"])
    rig.same(late.all("got"), rig.ALL)
    server.finish(0)


def check_refused_namespace_to_server(scene):
    name = record(scene, "sio_server.mjs", rig.EVENTS[:3])
    server = scene.peer("sio_server.mjs", token="let-me-in", stay=1)
    words = ["replay", name, "--to", server.url("sio"), "--speed", "max"]
    refused = scene.tapedeck(*words)
    refused.finish(4)
    rig.true("not allowed" in refused.stderr(), "it says why")
    scene.tapedeck(*words, "--auth", "{\"token\":\"let-me-in\"}").finish(0)
    rig.same(server.count("got", 3), rig.EVENTS[:3])


def check_again(scene):
    """Recorded from a replay, a tape has the same bytes in the same order."""
    for scheme, stream, script in (("sio", rig.ALL, "sio_server.mjs"),
                                   ("ws", rig.RAW, "ws_server.mjs")):
        first = record(scene, script, stream, scheme, scheme + "1.tape.gz")
        server = serve(scene, first)
        second = scheme + "2.tape.gz"
        scene.tapedeck("record", server.url(scheme), "-o", second).finish(0)
        wanted, got = ([{key: event.get(key)
                         for key in ("d", "ev", "raw", "att")}
                        for event in rig.plain(scene.tape(name))]
                       for name in (first, second))
        rig.same(got, wanted)
        server.finish(0)


if __name__ == "__main__":
    rig.main(globals())
