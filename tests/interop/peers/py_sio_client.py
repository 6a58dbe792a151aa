#!/usr/bin/python3
"""url=URL [nsp=/] [transports=polling,websocket] [events=a,b] [stream=FILE]
[token=T] [ack=1]: python3-socketio as the client.

Says what comes and answers with it; sends the stream.
"""
import asyncio

import socketio

from py_stream import OPTIONS, from_wire, messages, say, to_wire, until_stdin_ends

NSP = OPTIONS.get("nsp", "/")
sio = socketio.AsyncClient(reconnection=False)


def listen_to(name):
    @sio.on(name, namespace=NSP)
    async def got(*args):
        say(got={"event": name, "args": from_wire(args)})
        return ("seen",) + args


async def emit(message):
    args = tuple(to_wire(message.get("args", [])))
    if "ack" not in OPTIONS:
        await sio.emit(message["event"], args, namespace=NSP)
        return
    done = asyncio.get_running_loop().create_future()
    await sio.emit(message["event"], args, namespace=NSP,
                   callback=lambda *values: done.set_result(values))
    say(ack=message["event"], args=from_wire(await done))


@sio.on("connect", namespace=NSP)
async def connect():
    say(open=NSP, transport=sio.transport())
    for message in messages():
        await emit(message)


@sio.on("disconnect", namespace=NSP)
async def disconnect():
    say(close=NSP)


async def main():
    for name in filter(None, OPTIONS.get("events", "").split(",")):
        listen_to(name)
    try:
        await sio.connect(
            OPTIONS["url"], namespaces=[NSP],
            transports=OPTIONS.get("transports", "polling,websocket").split(","),
            auth={"token": OPTIONS["token"]} if "token" in OPTIONS else None)
    except socketio.exceptions.ConnectionError as error:
        say(error=str(error))
        return
    ended = asyncio.ensure_future(sio.wait())
    told = asyncio.ensure_future(until_stdin_ends())
    await asyncio.wait({ended, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    await sio.disconnect()


asyncio.run(main())
