#!/usr/bin/python3
"""The same streams over TLS, with a certificate that only the checks trust."""
import socket
import ssl

import rig


def record(scene, url, *words, status=0, name="a.tape.gz"):
    run = scene.tapedeck("record", url, "-o", name, *words)
    run.finish(status)
    return run


def raw_of(scene, name="a.tape.gz"):
    return [rig.raw_message(event) for event in rig.plain(scene.tape(name))]


def check_record_ws(scene):
    files = rig.certificate(scene, "DNS:localhost")
    server = scene.peer("ws_server.mjs", stream=rig.RAW, **files)
    url = "wss://localhost:%d" % server.port
    record(scene, url, "--ca", files["cert"])
    rig.same(raw_of(scene), rig.RAW)
    for words, why in (((url,), "nobody trusted"),
                       ((server.url("wss"), "--ca", files["cert"]), "not for")):
        refused = record(scene, *words, status=4, name="refused.tape.gz")
        rig.true(why in refused.stderr(), "stderr says: " + why)
    record(scene, server.url("wss"), "--insecure", name="b.tape.gz")


def record_socket_io(scene, script, ascii_only):
    files = rig.certificate(scene)
    server = scene.peer(script, stream=rig.ALL, **files)
    for transport in ("polling", "websocket", "both"):
        name = transport + ".tape.gz"
        record(scene, server.url("sios"), "--ca", files["cert"],
               "--transport", transport, name=name)
        rig.same([rig.sio_event(event)
                  for event in rig.plain(scene.tape(name))],
                 [rig.placed(message, ascii_only) for message in rig.ALL])


def check_record_socket_io(scene):
    record_socket_io(scene, "sio_server.mjs", False)


def check_record_socket_io_python(scene):
    record_socket_io(scene, "py_sio_server.py", True)


def check_record_sse(scene):
    files = rig.certificate(scene)
    server = scene.peer("sse_server.mjs", stream=rig.SSE, **files)
    record(scene, server.url("https", "/stream"), "--ca", files["cert"])
    rig.same([message["text"] for message in raw_of(scene)],
             [message["data"] for message in rig.SSE])


def served(scene, script, stream, scheme):
    """A recorded stream, served with TLS; the files of its certificate."""
    source = scene.peer(script, stream=stream)
    record(scene, source.url(scheme))
    files = rig.certificate(scene)
    server = scene.serving("replay", "a.tape.gz", "--serve", "127.0.0.1:0",
                           "--speed", "max", "--tls-cert", files["cert"],
                           "--tls-key", files["key"])
    return server, files["cert"]


def check_serve_ws(scene):
    server, ca = served(scene, "ws_server.mjs", rig.RAW, "ws")
    refused = scene.peer("ws_client.mjs", url=server.url("wss"))
    rig.true("self-signed" in refused.until("error")["error"].replace(" ", "-"),
             "a client that does not trust the certificate is told")
    client = scene.peer("ws_client.mjs", url=server.url("wss"), ca=ca)
    rig.same(client.until("close")["close"], 1000)
    rig.same(client.all("got"), rig.RAW)
    server.finish(0)


def serve_socket_io(scene, script, **options):
    server, ca = served(scene, "sio_server.mjs", rig.ALL, "sio")
    client = scene.peer(script, url=server.url("https"), events=rig.NAMES,
                        ca=ca, **options)
    client.until("close")
    rig.same(client.all("got"), rig.ALL)
    server.finish(0)


def check_serve_socket_io(scene):
    serve_socket_io(scene, "sio_client.mjs")


def check_serve_socket_io_polling(scene):
    serve_socket_io(scene, "sio_client.mjs", transports="polling")


def check_serve_socket_io_websocket(scene):
    serve_socket_io(scene, "sio_client.mjs", transports="websocket")


def check_serve_socket_io_python(scene):
    serve_socket_io(scene, "py_sio_client.py")


def check_serve_sse(scene):
    server, ca = served(scene, "sse_server.mjs", rig.SSE, "http")
    client = scene.peer("sse_client.mjs", url=server.url("https", "/events"),
                        events="tick", count=len(rig.SSE), ca=ca)
    client.rest()
    rig.same([got["data"] for got in client.all("got")],
             [message["data"] for message in rig.SSE])


def send(scene, script, scheme, sent, stream, **options):
    """Recorded in the clear, sent over TLS, heard by the official server."""
    record(scene, scene.peer(script, stream=stream).url(sent))
    files = rig.certificate(scene)
    server = scene.peer(script, **files, **options)
    words = ["replay", "a.tape.gz", "--to", server.url(scheme), "--speed",
             "max"]
    refused = scene.tapedeck(*words)
    refused.finish(4)
    rig.true("nobody trusted" in refused.stderr(), "an unknown CA is refused")
    scene.tapedeck(*words, "--ca", files["cert"]).finish(0)
    rig.same(server.count("got", len(stream)), stream)


def check_to_ws(scene):
    send(scene, "ws_server.mjs", "wss", "ws", rig.RAW, code=0)


def check_to_socket_io(scene):
    send(scene, "sio_server.mjs", "sios", "sio", rig.ALL, stay=1)


def own_client(scene, script, stream, scheme, target, path="", *words):
    """What we serve with TLS, recorded by ourselves."""
    server, ca = served(scene, script, stream, scheme)
    record(scene, server.url(target, path), "--ca", ca, *words,
           name="own.tape.gz")
    return rig.plain(scene.tape("own.tape.gz"))


def check_own_ws(scene):
    rig.same([rig.raw_message(event) for event in
              own_client(scene, "ws_server.mjs", rig.RAW, "ws", "wss")], rig.RAW)


def own_socket_io(scene, transport):
    events = own_client(scene, "sio_server.mjs", rig.ALL, "sio", "sios", "",
                        "--transport", transport)
    rig.same([rig.sio_event(event) for event in events],
             [rig.placed(message, False) for message in rig.ALL])


def check_own_socket_io_polling(scene):
    own_socket_io(scene, "polling")


def check_own_socket_io_websocket(scene):
    own_socket_io(scene, "websocket")


def check_own_socket_io_upgrade(scene):
    own_socket_io(scene, "both")


def check_own_sse(scene):
    events = own_client(scene, "sse_server.mjs", rig.SSE, "http", "https",
                        "/events")
    rig.same([rig.raw_message(event)["text"] for event in events],
             [message["data"] for message in rig.SSE])


def handshake(server, ca, protocols, version=None):
    """What was agreed: the protocol and the version of TLS."""
    context = ssl.create_default_context(cafile=ca)
    context.set_alpn_protocols(protocols)
    if version:
        context.maximum_version = version
    with socket.create_connection(("127.0.0.1", server.port), 10) as plain:
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
            return secure.selected_alpn_protocol(), secure.version()


def check_what_is_agreed(scene):
    server, ca = served(scene, "ws_server.mjs", rig.RAW, "ws")
    rig.same(handshake(server, ca, ["h2", "http/1.1"]), ("http/1.1", "TLSv1.3"))
    rig.same(handshake(server, ca, ["h2"]), (None, "TLSv1.3"))
    rig.same(handshake(server, ca, ["http/1.1"], ssl.TLSVersion.TLSv1_2),
             ("http/1.1", "TLSv1.2"))


def check_bad_files(scene):
    """A certificate that is none, and one whose key is another's."""
    files = rig.certificate(scene)
    record(scene, scene.peer("ws_server.mjs", stream=rig.RAW).url("ws"))
    key = scene.path("other.key")
    with open(key, "w", encoding="ascii") as file:
        file.write("no key")
    for cert, name, why in ((scene.path("none.pem"), files["key"],
                             "cannot read the server's certificate"),
                            (files["cert"], key, "cannot use the server's key")):
        run = scene.tapedeck("replay", "a.tape.gz", "--serve", "127.0.0.1:0",
                             "--tls-cert", cert, "--tls-key", name)
        run.finish(2)
        rig.true(why in run.stderr(), "stderr says: " + why)


if __name__ == "__main__":
    rig.main(globals())
