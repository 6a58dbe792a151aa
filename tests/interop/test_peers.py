#!/usr/bin/python3
"""The peers among themselves: what the other tests expect is what the official
implementations do to each other."""
import rig


def meets(scene, server, client, **options):
    """A Socket.IO client gets the whole stream of a server, acks included."""
    source = scene.peer(server, stream=rig.ALL, ack=1, **options)
    sink = scene.peer(client, url=source.url("http"), events=rig.NAMES,
                      **options)
    sink.until("close")
    rig.same(sink.all("got"), rig.ALL, "events")
    rig.same(source.count("ack", len(rig.ALL)),
             [message["event"] for message in rig.ALL], "acks")


def check_ws(scene):
    server = scene.peer("ws_server.mjs", stream=rig.RAW)
    client = scene.peer("ws_client.mjs", url=server.url("ws"))
    rig.same(client.until("close"), {"close": 1000, "reason": "done"})
    rig.same(client.all("got"), rig.RAW)


def check_socket_io(scene):
    meets(scene, "sio_server.mjs", "sio_client.mjs")


def check_socket_io_polling(scene):
    meets(scene, "sio_server.mjs", "sio_client.mjs", transports="polling",
          nsp="/admin", token="let-me-in")


def check_socket_io_python_client(scene):
    meets(scene, "sio_server.mjs", "py_sio_client.py")


def check_socket_io_python_server(scene):
    meets(scene, "py_sio_server.py", "sio_client.mjs")


def check_engine_io(scene):
    server = scene.peer("eio_server.mjs", stream=rig.RAW)
    client = scene.peer("eio_client.mjs", url=server.url("http"))
    client.until("close")
    rig.same(client.all("got"), rig.RAW)


def check_sse(scene):
    server = scene.peer("sse_server.mjs", stream=rig.SSE, cut=50)
    client = scene.peer("sse_client.mjs", url=server.url("http"),
                        events="tick", count=len(rig.SSE))
    client.rest()
    rig.same([event["data"] for event in client.all("got")],
             [message["data"] for message in rig.SSE])


if __name__ == "__main__":
    rig.main(globals())
