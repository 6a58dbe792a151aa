#!/usr/bin/python3
"""The official client and server of MCP, and clangd with the client library of
editors: what the client hears is the same from the server alone, through
record --stdio, and from the tape."""
import json
import os

import rig

CLIENT = os.path.join(rig.PEERS, "mcp_client.mjs")
SERVER = ["node", os.path.join(rig.PEERS, "mcp_server.mjs")]
SAID = 22


def heard(scene, *command):
    client = scene.start(["node", CLIENT] + list(command))
    lines = client.rest()
    client.finish(0)
    rig.true(len(lines) >= SAID, "the client heard all: %r" % (lines[-3:],))
    return lines, client.stderr()


def recorded(scene):
    program = os.environ["TAPEDECK"]
    lines, _ = heard(scene, program, "record", "--stdio", "-q", "-o",
                     "t.tape.gz", "--", *SERVER)
    return lines


def check_all_three_are_equal(scene):
    alone, _ = heard(scene, *SERVER)
    rig.same(recorded(scene), alone, "through the recorder")
    for speed in ("1", "max"):
        lines, said = heard(scene, os.environ["TAPEDECK"], "replay",
                            "t.tape.gz", "--stdio", "--strict", "--speed",
                            speed)
        rig.same(lines, alone, "from the tape")
        rig.true("14 of 14 exchanges answered\n" in said, "all were asked: "
                 + said)


def check_a_language_server(scene):
    def heard_of(*command):
        client = scene.start(["node", os.path.join(rig.PEERS, "lsp_client.mjs"),
                              *command])
        lines = [json.loads(line) if isinstance(line, str) else line
                 for line in client.rest()]
        client.finish(0)
        return lines, client.stderr()

    clangd = ["clangd", "--background-index=false", "-j=1", "--log=error"]
    program = os.environ["TAPEDECK"]
    alone, _ = heard_of(*clangd)
    rig.same([line[0] for line in alone],
             ["capabilities", "diagnostics", "diagnostics", "hover",
              "definition", "symbols", "ended"])
    rig.same((len(alone[1][1]), alone[2][1]), (1, []))
    lines, _ = heard_of(program, "record", "--stdio", "-q", "-o", "t.tape.gz",
                        "--", *clangd)
    rig.same(lines, alone, "through the recorder")
    for speed in ("1", "max"):
        lines, said = heard_of(program, "replay", "t.tape.gz", "--stdio",
                               "--strict", "--speed", speed)
        rig.same(lines, alone, "from the tape")
        rig.true("5 of 5 exchanges answered\n" in said, said)


def check_a_tape_of_another_talk_is_refused(scene):
    recorded(scene)
    replay = scene.tapedeck("replay", "t.tape.gz", "--stdio")
    replay.child.stdin.write(b'{"jsonrpc":"2.0","id":5,"method":"tools/call",'
                             b'"params":{"name":"add","arguments":'
                             b'{"a":1,"b":3}}}\n')
    replay.end_input()
    answer = replay.next()
    rig.same((answer["id"], answer["error"]["code"]), (5, -32001))
    rig.same(answer["error"]["data"]["differs"], ["/params/arguments/b"])
    replay.finish(1)


if __name__ == "__main__":
    rig.main(globals())
