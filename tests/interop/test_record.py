#!/usr/bin/python3
"""tapedeck record at the official servers: every event, byte by byte."""
import subprocess

import rig

FORMS = {"sio_server.mjs": False, "py_sio_server.py": True}  # \\u escapes


def record(scene, url, *words, status=0, name="a.tape.gz"):
    run = scene.tapedeck("record", url, "-o", name, *words)
    run.finish(status)
    return run


def check_ws(scene):
    server = scene.peer("ws_server.mjs", stream=rig.RAW + [{"ping": "hello"}])
    record(scene, server.url("ws", "/feed?x=1"))
    events = scene.tape("a.tape.gz")
    rig.same([rig.raw_message(event) for event in rig.plain(events)], rig.RAW)
    rig.same([event["s"] for event in events], list(range(1, len(events) + 1)))
    rig.same([event["b64"] for event in rig.kinds(events, "ping")],
             [rig.b64(b"hello")])
    rig.same([event["json"]["code"] for event in rig.kinds(events, "close")],
             [1000])
    rig.same(server.until("open")["open"], "/feed?x=1")


def check_ws_echoes_what_is_sent(scene):
    server = scene.peer("ws_server.mjs", echo=1, code=0)
    record(scene, server.url("ws"), "--send", "{\"say\":1.10}", "--send",
           "two", "--max-events", "4")
    events = rig.plain(scene.tape("a.tape.gz"))
    sent = [{"text": "{\"say\":1.10}"}, {"text": "two"}]
    rig.same(server.count("got", 2), sent)
    for direction in ("in", "out"):
        rig.same([rig.raw_message(event) for event in events
                  if event["d"] == direction], sent)


def events_of(scene, server, *words, path="", status=0):
    record(scene, server.url("sio", path), *words, status=status)
    return rig.plain(scene.tape("a.tape.gz"))


def is_whole(events, ascii_only):
    rig.same([rig.sio_event(event) for event in events if event["d"] == "out"],
             [rig.placed(message, ascii_only) for message in rig.ALL])
    rig.same([event["ev"] for event in events if event["d"] == "out"],
             [rig.compact(message["event"], ascii_only)[1:-1]
              .replace("\\\"", "\"") for message in rig.ALL])


def over(scene, script, *words, **options):
    server = scene.peer(script, stream=rig.ALL, **options)
    is_whole(events_of(scene, server, *words), FORMS[script])


def check_socket_io(scene):
    over(scene, "sio_server.mjs")


def check_socket_io_polling(scene):
    over(scene, "sio_server.mjs", "--transport", "polling")


def check_socket_io_websocket(scene):
    over(scene, "sio_server.mjs", "--transport", "websocket")


def check_socket_io_without_websocket(scene):
    over(scene, "sio_server.mjs", transports="polling")


def check_socket_io_python(scene):
    over(scene, "py_sio_server.py")


def check_socket_io_python_polling(scene):
    over(scene, "py_sio_server.py", "--transport", "polling")


def check_socket_io_python_websocket(scene):
    over(scene, "py_sio_server.py", "--transport", "websocket")


def acks(scene, script):
    server = scene.peer(script, stream=rig.ALL, ack=1)
    events = events_of(scene, server, "--ack")
    is_whole(events, FORMS[script])
    asked = [event["id"] for event in events if "id" in event]
    rig.same(len(asked), len(rig.ALL), "asked for an ack")
    rig.same([(event["ack"], event["json"]) for event in events
              if event["d"] == "in"], [(id, []) for id in asked])
    rig.same(server.count("ack", len(rig.ALL)),
             [message["event"] for message in rig.ALL])


def check_acks(scene):
    acks(scene, "sio_server.mjs")


def check_acks_python(scene):
    acks(scene, "py_sio_server.py")


def namespace(scene, script):
    """A namespace that wants a token: refused, let in, and never on the tape."""
    server = scene.peer(script, stream=rig.ALL, nsp="/admin",
                        token="let-me-in-4711")
    refused = record(scene, server.url("sio", "/admin"), status=4,
                     name="refused.tape.gz")
    rig.true("not allowed" in refused.stderr(), "the refusal says why")
    events = events_of(scene, server, "--auth", "{\"token\":\"let-me-in-4711\"}",
                       path="/admin")
    is_whole(events, FORMS[script])
    rig.same({event["ns"] for event in events}, {"/admin"})
    text = subprocess.run(["zcat", scene.path("a.tape.gz")], check=True,
                          stdout=subprocess.PIPE).stdout
    rig.true(b"let-me-in" not in text, "no token on the tape")


def check_namespace(scene):
    namespace(scene, "sio_server.mjs")


def check_namespace_python(scene):
    namespace(scene, "py_sio_server.py")


def check_sending(scene):
    """What --send sends arrives as an event, bytes of a namespace's own."""
    server = scene.peer("sio_server.mjs", stay=1)
    run = scene.tapedeck("record", server.url("sio"), "-o", "a.tape.gz",
                         "--send", "[\"hello\",{\"a\":1}]")
    rig.same(server.until("got")["got"], {"event": "hello", "args": [{"a": 1}]})
    run.interrupt()
    run.finish(0)


def check_heartbeat(scene):
    """Pings of Engine.IO are answered: the server keeps the session."""
    server = scene.peer("sio_server.mjs", pingInterval=100, stay=1)
    run = scene.tapedeck("record", server.url("sio"), "-o", "a.tape.gz",
                         "--max-duration", "1s")
    run.finish(0)
    rig.true(len(rig.kinds(scene.tape("a.tape.gz"), "ping")) >= 5,
             "pings are on the tape")
    rig.true("ping timeout" not in server.all("close"), "the session lived")


def check_engine_io(scene):
    """Engine.IO's own server, which sends Socket.IO's packets as texts."""
    packets = [{"text": "0{\"sid\":\"AAAA\"}"}]
    packets += [{"text": "2" + rig.placed(message)[0]}
                for message in rig.EVENTS]
    packets += [{"text": "1"}]
    for transports in ("polling", "websocket", "polling,websocket"):
        server = scene.peer("eio_server.mjs", stream=packets,
                            transports=transports, path="/socket.io/")
        name = "%s.tape.gz" % transports
        record(scene, server.url("sio"), "--transport",
               "both" if "," in transports else transports, name=name)
        events = rig.plain(scene.tape(name))
        rig.same([event["raw"] for event in events if event["d"] == "out"],
                 [rig.placed(message)[0] for message in rig.EVENTS])


def check_sse(scene):
    server = scene.peer("sse_server.mjs", stream=rig.SSE)
    record(scene, server.url("http", "/stream"))
    events = rig.plain(scene.tape("a.tape.gz"))
    rig.same([rig.raw_message(event)["text"] for event in events],
             [message["data"] for message in rig.SSE])
    rig.same([event["id"] for event in events if "id" in event],
             [str(message["id"]) for message in rig.SSE if "id" in message])


def check_sse_resumes(scene):
    stream = ([{"retry": 10, "data": "first", "id": 0}] + rig.SSE
              + [{"event": "last", "data": "", "id": 101}])
    server = scene.peer("sse_server.mjs", stream=stream, cut=50)
    record(scene, server.url("http"), "--reconnect", "3", "--until", "last")
    rig.same(len(server.count("last", 2)), 2)
    events = rig.plain(scene.tape("a.tape.gz"))
    rig.same([rig.raw_message(event)["text"] for event in events],
             [message["data"] for message in stream])


if __name__ == "__main__":
    rig.main(globals())
