"""What stream.mjs is for the Node peers, for the Python ones."""
import asyncio
import base64
import json
import sys

OPTIONS = dict(word.split("=", 1) for word in sys.argv[1:])


def say(**values):
    print(json.dumps(values), flush=True)


def messages():
    if "stream" not in OPTIONS:
        return []
    with open(OPTIONS["stream"], encoding="utf-8") as file:
        return json.load(file)


def to_wire(value):
    if isinstance(value, list):
        return [to_wire(inner) for inner in value]
    if isinstance(value, dict):
        if "$b64" in value:
            return base64.b64decode(value["$b64"])
        return {key: to_wire(inner) for key, inner in value.items()}
    return value


def from_wire(value):
    if isinstance(value, (bytes, bytearray)):
        return {"$b64": base64.b64encode(value).decode()}
    if isinstance(value, (list, tuple)):
        return [from_wire(inner) for inner in value]
    if isinstance(value, dict):
        return {key: from_wire(inner) for key, inner in value.items()}
    return value


async def until_stdin_ends():
    """The test closes it: no peer is left behind."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
