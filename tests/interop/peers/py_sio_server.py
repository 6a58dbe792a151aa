#!/usr/bin/python3
"""stream=FILE [nsp=/] [transports=polling,websocket] [token=T] [ack=1]
[stay=1] [cert=PEM key=PEM] [port=N host=ADDRESS]: python3-socketio on aiohttp.

Sends the stream to each client, then disconnects it.
"""
import asyncio
import ssl

import socketio
from aiohttp import web

from py_stream import OPTIONS, from_wire, messages, say, to_wire, until_stdin_ends

NSP = OPTIONS.get("nsp", "/")
sio = socketio.AsyncServer(
    async_mode="aiohttp", max_http_buffer_size=2 ** 27,
    transports=OPTIONS.get("transports", "polling,websocket").split(","))


async def emit(sid, message):
    args = tuple(to_wire(message.get("args", [])))
    done = asyncio.get_running_loop().create_future()
    asked = "ack" in OPTIONS
    await sio.emit(message["event"], args, to=sid, namespace=NSP,
                   callback=(lambda *values: done.set_result(values))
                   if asked else None)
    if asked:
        say(ack=message["event"], args=from_wire(await done))


async def play(sid):
    for message in messages():
        await emit(sid, message)
    if "stay" not in OPTIONS:
        await sio.disconnect(sid, namespace=NSP)


@sio.on("connect", namespace=NSP)
async def connect(sid, environ, auth=None):
    if "token" in OPTIONS and (auth or {}).get("token") != OPTIONS["token"]:
        raise socketio.exceptions.ConnectionRefusedError("not allowed")
    say(open=NSP, auth=auth)
    sio.start_background_task(play, sid)


@sio.on("disconnect", namespace=NSP)
async def disconnect(sid):
    say(close=sid)


def listen_to(name):
    @sio.on(name, namespace=NSP)
    async def got(sid, *args):
        say(got={"event": name, "args": from_wire(args)})
        return ("seen",) + args


def tls():
    if "cert" not in OPTIONS:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(OPTIONS["cert"], OPTIONS["key"])
    return context


async def main():
    for name in filter(None, OPTIONS.get("events", "").split(",")):
        listen_to(name)
    app = web.Application()
    sio.attach(app)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, OPTIONS.get("host", "127.0.0.1"),
                       int(OPTIONS.get("port", 0)), ssl_context=tls())
    await site.start()
    # The port that was chosen is only told by the socket itself.
    say(port=runner.addresses[0][1])
    await until_stdin_ends()


asyncio.run(main())
