#!/usr/bin/python3
"""Who may read a replay: official clients as a page of some origin runs them,
with and without the token."""
import http.client

import rig

FOREIGN = "https://evil.example"
LOCAL = "http://localhost:5173"
TOKEN = "s3cret~token"


def serve(scene, *words):
    """A server that never ends. A client with polling that is killed between
    two requests cannot be told from one that is slow, so nobody may hold up the
    others for long."""
    source = scene.peer("sio_server.mjs", stream=rig.EVENTS[:3])
    scene.tapedeck("record", source.url("sio"), "-o", "a.tape.gz").finish(0)
    return scene.serving("replay", "a.tape.gz", "--serve", "127.0.0.1:0",
                         "--speed", "max", "--stay", "--loop",
                         "--max-stall", "1s", *words)


def with_token(scene, *words):
    path = scene.write("token", TOKEN + "\n")
    return serve(scene, "--token-file", path, *words)


def clients(scene, server, query="", **options):
    """One of each kind; the last two begin with and without polling."""
    rows = (("ws_client.mjs", "ws", "/any", {}),
            ("sse_client.mjs", "http", "/events", {"events": rig.NAMES}),
            ("sio_client.mjs", "http", "", {"transports": "polling"}),
            ("sio_client.mjs", "http", "", {"transports": "websocket"}))
    if query:
        options["query"] = query
    return [scene.peer(script, url=server.url(scheme, path)
                       + ("?" + query if query and path else ""),
                       **dict(more, **options))
            for script, scheme, path, more in rows]


def admitted(scene, server, query="", **options):
    for client in clients(scene, server, query, **options):
        client.until("got")
        client.kill()


def refused(scene, server, query="", **options):
    for client in clients(scene, server, query, **options):
        client.until("error")
        rig.same(client.all("got"), [], "what " + client.name + " got")
        client.kill()


def ask(server, method="GET", path="/", **fields):
    """(status, the fields of the answer); names with _ for -."""
    conn = http.client.HTTPConnection("127.0.0.1", server.port,
                                      timeout=rig.SECONDS)
    conn.request(method, path, headers={
        name.replace("_", "-"): value for name, value in fields.items()})
    answer = conn.getresponse()
    conn.close()
    return answer.status, {name.lower(): value
                           for name, value in answer.getheaders()}


def check_pages_of_this_machine(scene):
    server = serve(scene)
    admitted(scene, server, origin=LOCAL)
    status, fields = ask(server, Origin=LOCAL)
    rig.same((status, fields["access-control-allow-origin"]), (200, LOCAL))


def check_foreign_pages(scene):
    server = serve(scene)
    refused(scene, server, origin=FOREIGN)
    rig.true("with 403: pages of this origin are not admitted (--origin admits"
             " more)" in server.stderr(), "it is said")
    refused(scene, server, origin="null")
    for method, path in (("GET", "/"), ("OPTIONS", "/events"),
                         ("GET", "/socket.io/?EIO=4&transport=polling")):
        status, fields = ask(server, method, path, Origin=FOREIGN,
                             Access_Control_Request_Method="GET")
        rig.same(status, 403)
        rig.same([name for name in fields if name.startswith("access-")], [])


def check_a_listed_page(scene):
    server = serve(scene, "--origin", "https://other.example", "--origin",
                   FOREIGN)
    admitted(scene, server, origin=FOREIGN)
    refused(scene, server, origin=FOREIGN + ":444")


def check_any_page(scene):
    server = serve(scene, "--origin", "*")
    admitted(scene, server, origin=FOREIGN)
    rig.same(ask(server, Host="evil.example")[0], 200)


def check_a_name_that_was_rebound(scene):
    server = serve(scene)
    host = "evil.example:%d" % server.port
    for path in ("/", "/events", "/socket.io/?EIO=4&transport=polling"):
        rig.same(ask(server, path=path, Host=host)[0], 403)
        rig.same(ask(server, path=path, Host=host,
                     Origin="http://" + host)[0], 403)


def check_the_token(scene):
    server = with_token(scene)
    admitted(scene, server, bearer=TOKEN)
    admitted(scene, server, query="token=" + TOKEN)
    refused(scene, server)
    rig.true("with 401: the token is missing or wrong\n" in server.stderr(),
             "it is said")
    refused(scene, server, bearer=TOKEN + "x")
    refused(scene, server, query="token=" + TOKEN[1:])
    refused(scene, server, bearer=TOKEN, origin=FOREIGN)
    rig.same(ask(server)[0], 401)


def check_the_token_as_auth(scene):
    server = with_token(scene)
    for transports in ("polling", "websocket", "polling,websocket"):
        client = scene.peer("sio_client.mjs", url=server.url("http"),
                            token=TOKEN, transports=transports)
        client.until("got")
        client.kill()
        client = scene.peer("sio_client.mjs", url=server.url("http"),
                            token="no", transports=transports)
        rig.same(client.until("error")["error"], "token refused")
        client.kill()


def check_the_token_is_told_nowhere(scene):
    path = scene.write("token", TOKEN)
    ready = scene.path("ready.json")
    source = scene.peer("sio_server.mjs", stream=rig.EVENTS[:3])
    scene.tapedeck("record", source.url("sio"), "-o", "a.tape.gz").finish(0)
    server = scene.serving("replay", "a.tape.gz", "--serve", "127.0.0.1:0",
                           "--token-file", path, "--ready-file", ready,
                           "--json", "--verbose", "--loop")
    client = scene.peer("sio_client.mjs", url=server.url("http"), token=TOKEN)
    client.until("got")
    said = ""
    for name, words in (
            ("b.tape.gz", [server.url("ws", "/?token=" + TOKEN)]),
            ("c.tape.gz", [server.url("sio"), "--auth",
                           rig.compact({"token": TOKEN})])):
        recording = scene.tapedeck("record", *words, "-o", name,
                                   "--max-events", "1")
        said += str(recording.finish(0)) + recording.stderr()
        said += str(scene.tape(name))
    server.interrupt()
    said += str(server.rest()) + server.stderr()
    with open(ready, encoding="utf-8") as file:
        said += file.read()
    rig.true(TOKEN not in said, "the token is told nowhere: " + said)


def check_from_other_machines(scene):
    """On all addresses: by token only, whatever the name."""
    path = scene.write("token", TOKEN)
    source = scene.peer("sio_server.mjs", stream=rig.EVENTS[:3])
    scene.tapedeck("record", source.url("sio"), "-o", "a.tape.gz").finish(0)
    for words, status in ((["--token-file", path], 401), (["--public"], 200)):
        server = scene.serving("replay", "a.tape.gz", "--serve", "0.0.0.0:0",
                               *words)
        rig.same(ask(server, Host="replay.lan")[0], status)
        rig.same(ask(server, Host="replay.lan", Origin=FOREIGN)[0], 403)
        rig.same(ask(server, Host="replay.lan",
                     Authorization="Bearer " + TOKEN)[0], 200)


if __name__ == "__main__":
    rig.main(globals())
