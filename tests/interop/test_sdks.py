#!/usr/bin/python3
"""The SDKs that applications use: what they hear of a server alone, through
tapedeck record --listen, and of the tape without that server."""
import json
import os

import rig
from test_proxy import both

CLIENTS = os.path.join(rig.PEERS, "sdk_clients.mjs")
TEXT = "Hello, wide world"


def client_of(scene, what):
    def heard(server):
        client = scene.start(["node", CLIENTS, server.url("http"), what])
        lines = client.rest()
        client.finish(0)
        return [json.loads(line) if isinstance(line, str) else line
                for line in lines]
    return heard


def check_openai(scene):
    said, events = both(scene, scene.peer("aimock_server.mjs"),
                        client_of(scene, "openai"))
    rig.same(said[:2], [["plain", TEXT], [TEXT]])
    rig.same([line[-2:] for line in said[2:4]],
             [["RateLimitError", 429], ["InternalServerError", 503]])
    rig.same(said[5], ["tools", '{"a":1,"b":[2,3]}'])
    rig.true("TOPSECRET" not in json.dumps(events), "no key is on the tape")


def check_anthropic(scene):
    said, events = both(scene, scene.peer("aimock_server.mjs"),
                        client_of(scene, "anthropic"))
    rig.same(said[:3], [["plain", TEXT], [TEXT], [TEXT]])
    rig.same([line[-2:] for line in said[3:5]],
             [["RateLimitError", 429], ["ServiceUnavailableError", 503]])
    rig.same(said[6], ["tools", '{"a":1,"b":[2,3]}'])
    rig.true("TOPSECRET" not in json.dumps(events), "no key is on the tape")


def check_mcp_over_http(scene):
    said, events = both(scene, scene.peer("mcp_http_server.mjs"),
                        client_of(scene, "mcp"))
    rig.same([line[0] for line in said],
             ["session", "tools", "add", "walk", "fail", "log"])
    rig.same((said[1][1], said[3][2]), (["add", "walk", "fail"], [1, 2, 3]))
    rig.true("hello" in json.dumps(rig.plain(events)),
             "what came on the stream of the client is on the tape")


if __name__ == "__main__":
    rig.main(globals())
