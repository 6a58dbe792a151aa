#!/usr/bin/python3
"""Clients and servers that nobody here wrote, with tapedeck record --listen
between them: what they see is what they see without it, and it is on the tape.
"""

import json

import requests
import rig


def between(scene, server):
    return scene.serving("record", "--listen", "127.0.0.1:0", "--to",
                         server.url("http"), "-o", "t.tape.gz", "--overwrite")


def both(scene, server, client, answered=True):
    """What a client hears alone, of the recording, and of the tape."""
    alone = client(server)
    proxy = between(scene, server)
    rig.same(client(proxy), alone, "through the recorder")
    proxy.interrupt()
    proxy.finish(0)
    if answered:
        player = scene.serving("replay", "t.tape.gz", "--answer", "127.0.0.1:0",
                               "--speed", "max")
        rig.same(client(player), alone, "from the tape")
        player.interrupt()
        player.finish(0)
    return alone, scene.tape("t.tape.gz")


def talked(scene, server, *options):
    """The tape is the client now, and the server says the same again."""
    talk = scene.tapedeck("replay", "t.tape.gz", "--to", server.url("http"),
                          "--dialogue", "--speed", "max", *options)
    said = talk.rest()
    rig.same([str(line)[:6] for line in said], ["same: "], said)
    talk.finish(0)


def wanted(events):
    return [e for e in rig.plain(events) if e.get("x")]


def check_ws(scene):
    server = scene.peer("ws_server.mjs", echo=1, code=0)

    def client(of):
        peer = scene.peer("ws_client.mjs", url=of.url("ws", "/feed"),
                          stream=rig.RAW)
        got = peer.count("got", len(rig.RAW))
        peer.interrupt()
        return got

    said, events = both(scene, server, client)
    talked(scene, server)
    for way in ("in", "out"):
        rig.same([rig.raw_message(e) for e in wanted(events)
                  if e["d"] == way], said)
    rig.same([e["json"]["status"] for e in rig.kinds(events, "response")],
             [101])


def check_sse(scene):
    stream = [{"event": "tick", "data": "{\"n\":%d}" % n} for n in range(50)]
    server = scene.peer("sse_server.mjs", stream=stream)

    def client(of):
        peer = scene.peer("sse_client.mjs", url=of.url("http", "/events"),
                          events="tick", count=50)
        return peer.count("got", 50)

    said, events = both(scene, server, client)
    talked(scene, server)
    rig.same([e["json"]["n"] for e in wanted(events)], list(range(50)))
    rig.same(len(said), 50)


def check_sse_without_names(scene):
    """What the payload calls itself is no name on the wire."""
    stream = [{"data": "{\"type\":\"tick\",\"n\":%d}" % n} for n in range(9)]
    server = scene.peer("sse_server.mjs", stream=stream)

    def client(of):
        peer = scene.peer("sse_client.mjs", url=of.url("http", "/events"),
                          events="message", count=9)
        return peer.count("got", 9)

    _, events = both(scene, server, client)
    rig.same([e["ev"] for e in wanted(events)], ["tick"] * 9)
    rig.same([e["json"].get("unnamed") for e in rig.kinds(events, "done")],
             [True])


def socket_io(scene, transports, answered=True):
    server = scene.peer("sio_server.mjs", stream=rig.ALL)

    def client(of):
        peer = scene.peer("sio_client.mjs", url=of.url("http"),
                          transports=transports)
        got = peer.count("got", len(rig.ALL))
        peer.interrupt()
        return got

    said = both(scene, server, client, answered)
    if answered:
        talked(scene, server)
    return said


def check_socket_io_over_websocket(scene):
    _, events = socket_io(scene, "websocket")
    rig.same([rig.sio_event(e) for e in wanted(events) if e["d"] == "out"],
             [rig.placed(message, False) for message in rig.ALL])
    for kind in ("handshake", "connect"):
        for event in rig.kinds(events, kind):
            if event["d"] == "out":
                rig.same(event["json"]["sid"], "[redacted]")


def polled(scene, transports):
    """Over polls the same events are on the tape as over WebSocket."""
    # how often a client polls is decided by time, so not from the tape
    said, events = socket_io(scene, transports, False)
    out = [e for e in events if e.get("x") and e["d"] == "out"]
    rig.same([rig.sio_event(e) for e in wanted(out)],
             [rig.placed(message, False) for message in rig.ALL])
    rig.same([e["json"]["sid"] for e in out
              if e.get("k") in ("handshake", "connect")],
             ["[redacted]", "[redacted]"])
    rig.same(len([e for e in events if e.get("k") == "connect" and
                  e["d"] == "in"]), 1)
    return events


def check_socket_io_over_polling(scene):
    events = polled(scene, "polling")
    rig.same([e for e in rig.kinds(events, "response")
              if e["json"]["status"] == 101], [])


def check_socket_io_with_its_upgrade(scene):
    events = polled(scene, "polling,websocket")
    rig.same(len([e for e in rig.kinds(events, "response")
                  if e["json"]["status"] == 101]), 1)


def check_node(scene):
    server = scene.peer("fetch_server.mjs")

    def client(of):
        peer = scene.peer("fetch_client.mjs", url=of.url("http"), count=20)
        got = peer.count("got", 23)
        for answer in got:
            if isinstance(answer, dict) and answer.get("encoding"):
                answer["encoding"] = None  # br alone, gzip through us, and
                # from the tape as it was before
        return got

    said, events = both(scene, server, client)
    talked(scene, server)
    rig.same(len(said), 23)
    rig.same([e["json"]["n"] for e in wanted(events)], list(range(5)))
    rig.same([e for e in rig.kinds(events, "done") if "cut" in e["json"]], [])
    packed = [e for e in rig.kinds(events, "body")
              if e.get("json") == {"packed": True}]
    rig.same(len(packed), 1)


def check_python_requests(scene):
    server = scene.peer("fetch_server.mjs")

    def client(of):
        said = []
        with requests.Session() as session:
            for n in range(20):
                answer = session.post(of.url("http", "/echo"), data="z" * n,
                                      timeout=rig.SECONDS)
                said.append((answer.status_code, answer.text))
            answer = session.put(of.url("http", "/echo"), timeout=rig.SECONDS,
                                 data=(b"%d" % n for n in range(10)))
            said.append(answer.text)
            answer = session.get(of.url("http", "/lines"), stream=True,
                                 timeout=rig.SECONDS)
            said += [line.decode() for line in answer.iter_lines()]
        return said

    _, events = both(scene, server, client)
    rig.same(len(rig.kinds(events, "open")), 1)
    rig.same([e["json"]["n"] for e in wanted(events)], list(range(5)))


def call(of, prompt):
    """A streamed call of a model: what came, without what each call makes anew."""
    said = []
    try:
        with requests.post(
                of.url("http", "/v1/chat/completions"), stream=True, timeout=rig.SECONDS,
                headers={"Authorization": "Bearer sk-TOPSECRET"},
                json={"model": "m", "stream": True,
                      "messages": [{"role": "user", "content": prompt}]}) as answer:
            said.append(answer.status_code)
            for line in answer.iter_lines():
                if line.startswith(b"data: {"):
                    said.append(json.loads(line[6:])["choices"])
                elif line:
                    said.append(line)
    except requests.RequestException as error:
        said.append(type(error).__name__)
    return said


def check_a_model_that_streams(scene):
    server = scene.peer("aimock_server.mjs")
    prompts = ("plain", "limited", "busy", "disconnect", "half", "malformed")

    def client(of):
        return [call(of, prompt) for prompt in prompts]

    said, events = both(scene, server, client)
    texts = ["".join(e["json"]["choices"][0]["delta"].get("content", "")
                     for e in wanted(events)
                     if e["x"] == x and "json" in e) for x in (1, 5)]
    rig.same(texts[0], "Hello, wide world")
    rig.true(texts[0].startswith(texts[1]), "half of it")
    rig.same([e["json"]["status"] for e in rig.kinds(events, "response")][:3],
             [200, 429, 503])
    cut = [bool(e["json"].get("cut")) for e in rig.kinds(events, "done")]
    rig.same(cut[:3], [False] * 3)
    rig.true(cut[3], "what was cut off is said")
    rig.true("TOPSECRET" not in json.dumps(events), "no key is on the tape")
    rig.same(len(said), len(prompts))


if __name__ == "__main__":
    rig.main(globals())
