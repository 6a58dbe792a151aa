#!/usr/bin/python3
"""The provider openai against servers of models that others wrote: npm
@copilotkit/aimock and @dwmkerr/mock-llm, on loopback.

td_ask (tests/orchestrator/provider/ask.c) makes one attempt and prints what it
told. TD_ASK names it.
"""
import json
import os
import subprocess
import sys

import rig

TEXT = "Hello, wide world"


def ask(scene, server, prompt, idle=20000, cancel=-1, **more):
    with_ = json.dumps({"prompt": prompt, "model": "small", **more})
    attempt = scene.start([os.environ["TD_ASK"], server.url("http", "/v1"),
                           with_, str(idle), str(cancel)])
    told = attempt.finish(0)[0]
    rig.same(told["ended"], 1, "ends")
    rig.same(told["wrong"], False, "told out of turn")
    return told


def good(told, text=TEXT):
    rig.same((told["end"], told["why"], told["text"]), ("ok", "", text))
    rig.same(told["told"][0], "stream request")
    rig.true("stream message" in told["told"], "it was streamed")
    rig.same(told["told"][-3:-2], ["artifact NOTES.md"])


def aimock(scene):
    return scene.peer("aimock_server.mjs")


def check_aimock_counts_what_it_used(scene):
    told = ask(scene, aimock(scene), "counted")
    good(told)
    rig.same((told["tokens_in"], told["tokens_out"], told["estimated"]),
             (9, 4, False))


def check_aimock_plain(scene):
    good(ask(scene, aimock(scene), "plain", system="Be short.", max_tokens=40))


def check_aimock_refusals(scene):
    server = aimock(scene)
    told = ask(scene, server, "limited")
    rig.same((told["end"], told["retry_after_ms"], told["why"]),
             ("rate_limited", 7000, "the server answered 429: slow down"))
    told = ask(scene, server, "busy")
    rig.same((told["end"], told["why"]),
             ("server_error", "the server answered 503: overloaded"))
    told = ask(scene, server, "nothing of the kind")
    rig.same(told["end"], "not_found")


def check_aimock_broken(scene):
    server = aimock(scene)
    rig.same(ask(scene, server, "malformed")["end"], "malformed")
    rig.same(ask(scene, server, "disconnect")["end"], "disconnected")
    told = ask(scene, server, "half")
    rig.same(told["end"], "disconnected")
    rig.true("put" not in " ".join(told["told"]), "half an answer is not put")


def check_aimock_reasons(scene):
    server = aimock(scene)
    rig.same(ask(scene, server, "filtered")["end"], "refused")
    rig.same(ask(scene, server, "too long")["end"], "malformed")


def check_aimock_slow(scene):
    server = aimock(scene)
    good(ask(scene, server, "slow", idle=5000))
    told = ask(scene, server, "stuck", idle=300)
    rig.same((told["end"], told["why"]),
             ("disconnected", "no byte came from the server for 300 ms"))


def check_aimock_cancelled_in_mid_stream(scene):
    """At each of the first things that are told."""
    server = aimock(scene)
    for moment in range(6):
        told = ask(scene, server, "slow", cancel=moment)
        rig.same(told["end"], "cancelled")
        rig.true("put" not in " ".join(told["told"]), "nothing is put")


def mockllm(scene):
    return scene.peer("mockllm_server.mjs")


def check_mockllm_streams_without_usage(scene):
    told = ask(scene, mockllm(scene), "plain")
    good(told)
    rig.same((told["tokens_in"], told["tokens_out"], told["estimated"]),
             (2, 5, True))


def check_mockllm_gets_what_was_asked(scene):
    server = mockllm(scene)
    good(ask(scene, server, "echo this"), "echo this")
    good(ask(scene, server, "key"), "Bearer sk-test")


def check_mockllm_says_errors_in_the_stream(scene):
    told = ask(scene, mockllm(scene), "failing")
    rig.same((told["end"], told["why"]),
             ("server_error", "the server gave up: it broke"))


def check_mockllm_cancelled_in_mid_stream(scene):
    server = mockllm(scene)
    for moment in range(5):
        rig.same(ask(scene, server, "plain", cancel=moment)["end"], "cancelled")


def main():
    node = subprocess.run(["node", "--version"], capture_output=True,
                          text=True, check=True).stdout
    if int(node[1:].split(".")[0]) < 20:
        print("skipped: aimock needs Node.js 20, this is " + node)
        sys.exit(rig.SKIPPED)
    rig.main(globals())


if __name__ == "__main__":
    main()
