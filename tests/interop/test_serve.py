#!/usr/bin/python3
"""tapedeck serve, with the official Socket.IO client as the console, and with
curl's kind of client for the rest."""
import http.client
import json
import os
import signal

import rig

PLAN = """plan: 1
name: gated
tasks:
- {id: one, run: "cat go"}
- {id: two, depends_on: [one], run: "echo out > two.txt", outputs: [two.txt]}
- {id: three, depends_on: [two], run: "true"}
"""
WHOLE = ["execution_started", "progress_update", "wave_completed",
         "artifact_created", "progress_update", "wave_completed",
         "progress_update", "wave_completed", "execution_completed"]


def serve(scene, *words):
    scene.write("plan.yaml", PLAN)
    os.mkfifo(scene.path("go"))
    return scene.serving("serve", "--listen", "127.0.0.1:0", *words)


def go(scene):
    """Let the first task go on: it reads the pipe."""
    with open(scene.path("go"), "wb"):
        pass


def console(scene, server, **options):
    client = scene.peer("console.mjs", url=server.url("http"), **options)
    client.until("open")
    return client


def emit(client, event, data):
    client.child.stdin.write(
        (json.dumps({"event": event, "data": data}) + "\n").encode())
    client.child.stdin.flush()
    return client.until("ack")["ack"]


def command(client, name, **args):
    return emit(client, "execute_command", {"command": name, "args": args})


def until_end(client):
    """All events up to the last of the execution, as (type, seq)."""
    while not any(line.get("got") == "execution_completed"
                  for line in client.seen if isinstance(line, dict)):
        client.until("got")
    return [(line["got"], line["seq"]) for line in client.seen
            if isinstance(line, dict) and "got" in line]


def numbered(types, first=1):
    return [(name, first + i) for i, name in enumerate(types)]


def ask(server, method, path, body=None, **fields):
    conn = http.client.HTTPConnection("127.0.0.1", server.port,
                                      timeout=rig.SECONDS)
    conn.request(method, path, json.dumps(body) if body is not None else None,
                 headers=fields)
    answer = conn.getresponse()
    text = answer.read().decode()
    conn.close()
    return answer.status, text


def check_a_console_runs_a_plan(scene):
    server = serve(scene)
    for transports in ("polling", "websocket", "polling,websocket"):
        client = console(scene, server, session="s-" + transports,
                         transports=transports)
        if os.path.exists(scene.path("two.txt")):
            os.unlink(scene.path("two.txt"))
        answer = command(client, "run", plan="plan.yaml")
        rig.same((answer["success"], answer["data"]["state"]),
                 (True, "running"))
        go(scene)
        rig.same(until_end(client), numbered(WHOLE))
        rig.true(all(line["same"] for line in client.seen
                     if isinstance(line, dict) and "same" in line),
                 "each event has the name of its type")
        rig.same(command(client, "show")["data"]["status"], "completed")
        client.kill()


def check_sessions_hear_their_own(scene):
    server = serve(scene)
    mine = console(scene, server, session="mine")
    other = console(scene, server, session="other")
    command(mine, "run", plan="plan.yaml")
    go(scene)
    until_end(mine)
    rig.same(emit(other, "get_pipeline_state", {})["data"], {"executions": []})
    rig.same(other.all("got"), [])


def check_one_that_comes_late_or_back_has_all(scene):
    server = serve(scene)
    first = console(scene, server, session="s")
    execution = command(first, "run", plan="plan.yaml")["output"]
    first.until("got")
    late = console(scene, server, session="s")
    watcher = console(scene, server, session="w")
    rig.same(emit(watcher, "request_catch_up",
                  {"execution_id": execution, "from_seq": 1})["success"], True)
    go(scene)
    for client in (first, late, watcher):
        rig.same(until_end(client), numbered(WHOLE))
    back = console(scene, server, session="s", **{"from": 4})
    rig.same(until_end(back), numbered(WHOLE[4:], 5))


def check_a_server_that_is_killed_goes_on(scene):
    server = serve(scene)
    client = console(scene, server, session="s")
    execution = command(client, "run", plan="plan.yaml")["output"]
    client.until("got")
    os.kill(server.child.pid, signal.SIGKILL)
    server.child.wait()
    client.until("close")
    again = scene.serving("serve", "--listen", "127.0.0.1:0")
    go(scene)
    back = console(scene, again, session="t")
    emit(back, "request_catch_up", {"execution_id": execution, "from_seq": 1})
    rig.same(until_end(back), numbered(WHOLE))


def check_bad_commands(scene):
    server = serve(scene)
    client = console(scene, server, session="s")
    for answer, error in (
            (command(client, "dance"), "there is no command \"dance\""),
            (command(client, "run", plan="../plan.yaml"), "in the workspace"),
            (command(client, "run", plan="/etc/passwd"), "in the workspace"),
            (command(client, "run", plan="none.yaml"), "cannot open"),
            (command(client, "cancel"), "there is no such execution"),
            (command(client, "cancel", execution_id="x99"), "no such"),
            (emit(client, "request_catch_up", {}), "no such execution"),
            (emit(client, "execute_command", []), "there is no command"),
            (emit(client, "anything", 1), "there is no such event")):
        rig.same(answer["success"], False)
        rig.true(error in answer["error"], "%r is in %r" % (
            error, answer["error"]))
    flood = [emit(client, "get_pipeline_state", {}) for _ in range(40)]
    rig.true(any("commands a second" in answer.get("error", "")
                 for answer in flood), "a flood is refused")


def check_a_session_is_a_word(scene):
    server = serve(scene)
    client = scene.peer("console.mjs", url=server.url("http"),
                        session="a b")
    rig.true("session_id" in client.until("error")["error"], "it says why")


def check_the_token(scene):
    token = scene.write("token", "s3cret\n")
    server = serve(scene, "--token-file", token)
    client = scene.peer("console.mjs", url=server.url("http"), session="s")
    client.until("error")
    console(scene, server, session="s", token="s3cret")
    rig.same(ask(server, "GET", "/api/executions")[0], 401)
    rig.same(ask(server, "GET", "/api/executions",
                 Authorization="Bearer s3cret")[0], 200)


def check_the_api(scene):
    server = serve(scene)
    status, text = ask(server, "POST", "/api/executions",
                       {"plan": "plan.yaml"})
    execution = json.loads(text)["execution_id"]
    rig.same((status, execution), (201, "x1"))
    base = "/api/executions/x1"
    rig.same(json.loads(ask(server, "GET", base)[1])["state"], "running")
    rig.same([task["id"] for task in
              json.loads(ask(server, "GET", base + "/tasks")[1])],
             ["one", "two", "three"])
    rig.same(ask(server, "POST", base + "/cancel", {})[0], 202)
    watcher = console(scene, server, session="w")
    emit(watcher, "request_catch_up", {"execution_id": "x1", "from_seq": 1})
    until_end(watcher)
    for method, path, body, wanted in (
            ("GET", "/api/executions/x2", None, 404),
            ("GET", base + "/logs/..%2F..", None, 404),
            ("GET", base + "/nothing", None, 404),
            ("POST", base + "/dance", {}, 404),
            ("POST", "/api/executions", {"plan": {"plan": 1}}, 422),
            ("POST", "/api/executions", [], 400),
            ("DELETE", base, None, 405),
            ("GET", "/healthz", None, 200),
            ("GET", "/metrics", None, 200),
            ("GET", "/openapi.json", None, 200)):
        rig.same((path, ask(server, method, path, body)[0]), (path, wanted))
    rig.true("tapedeck_executions_total{status=\"failed\"} 1"
             in ask(server, "GET", "/metrics")[1], "it is counted")


def check_a_signal_drains(scene):
    server = serve(scene, "--drain", "30s")
    client = console(scene, server, session="s")
    command(client, "run", plan="plan.yaml")
    client.until("got")
    server.child.terminate()
    while ask(server, "GET", "/healthz")[0] != 503:
        continue
    rig.same(command(client, "run", plan="plan.yaml")["success"], False)
    go(scene)
    rig.same(until_end(client), numbered(WHOLE))
    client.until("close")
    server.finish(0)


if __name__ == "__main__":
    rig.main(globals())
