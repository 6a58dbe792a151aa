#!/usr/bin/python3
"""tapedeck serve, with the official Socket.IO client as the console, and with
curl's kind of client for the rest."""
import gzip
import http.client
import json
import os
import re
import shutil
import signal
import socket
import sys

import rig
sys.path.insert(0, os.path.join(rig.HERE, "..", "support"))
import long_journal  # noqa: E402

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


def command(client, which, **args):
    return emit(client, "execute_command", {"command": which, "args": args})


def until_end(client):
    """All events up to the last of the execution, as (type, seq)."""
    while not any(line.get("got") == "execution_completed"
                  for line in client.seen if isinstance(line, dict)):
        client.until("got")
    return [(line["got"], line.get("seq")) for line in client.seen
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


def whole(scene, client):
    """Run the plan to its end; the execution."""
    execution = command(client, "run", plan="plan.yaml")["output"]
    go(scene)
    until_end(client)
    return execution


def check_a_specification_is_made_and_run(scene):
    server = serve(scene)
    client = console(scene, server, session="s")
    rig.true("nothing is specified" in command(client, "spec")["error"], "so")
    begun = command(client, "spec", text="API for wine")
    rig.same(begun["output"], "api_backend (API); 0 %; Which resources?")
    rig.true("spec new drops it (replace: true)" in command(client, "spec", text="x")["error"],
             "it is not dropped by mistake")
    answer = command(client, "spec", action="answer", category="data",
                     text="wine(name: text), order(total: money)")
    rig.same((answer["output"], answer["data"]["completeness"]),
             ("2 entities; 20 %", 20))
    rig.true("users" in command(client, "spec", action="ready")["error"],
             "it says what is missing")
    made = command(client, "plan", action="generate")
    rig.same(made["data"]["tasks"], len(made["data"]["plan"]["tasks"]))
    rig.same(command(client, "plan", plan=made["data"]["plan"])["success"],
             True)
    rig.same(command(client, "plan")["output"].split(":")[1],
             " %d tasks, depth %d" % (made["data"]["tasks"],
                                      made["data"]["waves"]))
    run = command(client, "execute")
    rig.same((run["success"], run["data"]["total_tasks"]),
             (True, made["data"]["tasks"]))
    command(client, "cancel")


def check_what_is_asked_of_an_execution(scene):
    server = serve(scene)
    client = console(scene, server, session="s")
    execution = whole(scene, client)
    verdict = command(client, "validate", execution_id=execution)
    rig.same(verdict["success"], True)
    rig.same(verdict["output"], execution + ": pass")
    rig.true(len(verdict["data"]["stream"]["gates"]) == 1, "the stream")
    context = command(client, "context")
    rig.same(context["data"], {"items": [], "total_tokens": 0})
    rig.same(command(client, "context", action="clear")["success"], False)
    snap = command(client, "snapshot", action="create", name="before")
    rig.same((snap["output"], snap["data"]["paths"]),
             ("before: 1 file, 4 bytes", ["two.txt"]))
    scene.write("two.txt", "other")
    rig.same([s["name"] for s in command(
        client, "snapshot")["data"]["snapshots"]], ["before"])
    rig.same(command(client, "snapshot", action="rollback",
                     name="1")["output"], "the workspace is as in before")
    with open(scene.path("two.txt"), encoding="utf-8") as file:
        rig.same(file.read(), "out\n")
    rig.same(command(client, "snapshot", action="delete",
                     name="before")["success"], True)
    for name in ("../../x", "before", "9"):
        rig.same(command(client, "snapshot", action="show",
                         name=name)["success"], False)


def check_a_retry_takes_over(scene):
    server = serve(scene)
    client = console(scene, server, session="s")
    rig.true("begun none" in command(client, "retry")["error"], "nothing ran")
    command(client, "run", plan="plan.yaml")
    rig.true("has not ended" in command(client, "retry")["error"], "it runs")
    go(scene)
    until_end(client)
    client.seen.clear()
    rig.same(command(client, "retry", task="two")["output"], "x2")
    rig.same([name for name, _ in until_end(client)], WHOLE)
    ended = command(client, "show", execution_id="x2")
    rig.same(ended["data"]["status"], "completed")
    rig.true("no such task" in command(client, "retry", task="four")["error"],
             "a task that is none")


CONTRACT = os.path.join(rig.HERE, "..", "..", "fixtures", "contracts",
                        "execution.contract.yaml")
FAILING = """plan: 1
name: mixed
tasks:
- {id: one, run: "cat go"}
- {id: two, depends_on: [one], run: "echo out > two.py", outputs: [two.py]}
- {id: three, depends_on: [two], run: "exit 3"}
"""


def check_each_dialect_keeps_its_contract(scene):
    """Live and from the journal, of an execution with all six events."""
    os.mkfifo(scene.path("go"))
    for dialect in ("seed", "doc", "emitter"):
        scene.write("plan.yaml", FAILING)
        server = scene.serving("serve", "--listen", "127.0.0.1:0",
                               "--dialect", dialect)
        live = console(scene, server, session=dialect)
        execution = command(live, "run", plan="plan.yaml")["output"]
        go(scene)
        until_end(live)
        late = console(scene, server, session="late")
        emit(late, "join_execution",
             {"execution_id": execution, "from_seq": 1})
        until_end(late)
        for client in (live, late):
            lines = [line["envelope"] for line in client.seen
                     if isinstance(line, dict) and "got" in line]
            rig.same(len({line["type"] for line in lines}), 6)
            path = scene.write("stream.ndjson", "".join(
                json.dumps(line) + "\n" for line in lines))
            judged = scene.tapedeck("validate", path, "--contract", CONTRACT,
                                    "--dialect", dialect)
            text = judged.rest()
            rig.same((judged.child.wait(), text if judged.child.returncode
                      else []), (0, []))
        server.kill()


GATED = """plan: 1
name: held
tasks:
- {id: one, run: "cat go"}
- {id: release, depends_on: [one], approval: {ask: "Publish?", expires: 8h}, run: "true"}
"""


def check_extras_come_once_live_and_late(scene):
    scene.write("plan.yaml", GATED)
    os.mkfifo(scene.path("go"))
    server = scene.serving("serve", "--listen", "127.0.0.1:0")
    live = console(scene, server, session="s", extras="1")
    plain = console(scene, server, session="s")
    command(live, "run", plan="plan.yaml")
    go(scene)
    while "approval_request" not in live.all("got"):
        live.until("got")
    batch = [line["data"]["batch_id"] for line in live.seen
             if isinstance(line, dict)
             and line.get("got") == "approval_request"]
    rig.same(batch, ["x1/release"])
    late = console(scene, server, session="s", extras="1")
    answer = command(live, "approve", execution_id="x1", task="relase")
    rig.same((answer["success"], answer["error"]), (
        False, 'there is no task "relase"; release waits for an answer'))
    answer = emit(live, "approval_response",
                  {"batch_id": batch[0], "approved": True})
    rig.same(answer["output"], "yes by s")
    rig.same(emit(late, "approval_response",
                  {"batch_id": batch[0], "approved": True})["success"], False)
    seen = []
    for client in (live, late, plain):
        until_end(client)
        told = [(line["got"], line["seq"], line.get("sub"))
                for line in client.seen
                if isinstance(line, dict) and "got" in line]
        # What is judged behind the end comes as it comes.
        last = [name for name, _, _ in told].index("execution_completed")
        seen.append(told[:last + 1])
    rig.same(seen[1], seen[0], "late and live")
    rig.same(seen[2], [line for line in seen[0] if line[2] is None], "plain")
    rig.same([name for name, _, sub in seen[0] if sub][:2],
             ["wave_started", "task_started"])


def check_tls(scene):
    pem = rig.certificate(scene)
    server = serve(scene, "--tls-cert", pem["cert"], "--tls-key", pem["key"])
    for transports in ("polling", "websocket"):
        client = scene.peer("console.mjs", url=server.url("https"),
                            session="s", transports=transports,
                            ca=pem["cert"])
        client.until("open")
        rig.same(emit(client, "get_pipeline_state", {})["success"], True)
    stranger = scene.peer("console.mjs", url=server.url("https"), session="s")
    stranger.until("error")
    scene.tapedeck("serve", "--tls-cert", pem["cert"]).finish(2)


def check_a_state_folder_has_one_server(scene):
    server = serve(scene)
    client = console(scene, server, session="s")
    command(client, "run", plan="plan.yaml")
    client.until("got")
    second = scene.tapedeck("serve", "--listen", "127.0.0.1:0")
    second.finish(4)
    rig.true("is served by pid %d; stop that first" % server.child.pid
             in second.stderr(), "it is named: " + second.stderr())
    scene.serving("serve", "--listen", "127.0.0.1:0", "--state",
                  scene.path("other"))
    os.kill(server.child.pid, signal.SIGKILL)  # its keeper lives on
    server.child.wait()
    again = scene.serving("serve", "--listen", "127.0.0.1:0")
    go(scene)
    back = console(scene, again, session="s")
    emit(back, "join_execution", {"execution_id": "x1", "from_seq": 1})
    rig.same(until_end(back), numbered(WHOLE))


def check_who_is_refused(scene):
    server = serve(scene)
    for fields, wanted in (({"Origin": "https://evil.example"}, 403),
                           ({"Host": "evil.example"}, 403),
                           ({"Origin": "http://localhost:1"}, 200)):
        rig.same((fields, ask(server, "GET", "/api/executions", None,
                              **fields)[0]), (fields, wanted))
    rig.same(ask(server, "POST", "/api/executions",
                 {"plan": "x" * (2 << 20)})[0], 413)
    scene.tapedeck("serve", "--listen", "0.0.0.0:0").finish(2)


def check_hostile_consoles(scene):
    server = serve(scene)
    client = console(scene, server, session="../../etc")
    for name in ("../x1", "x1/../x1", "x0", "x01", "%2e%2e", "x1\u0000",
                 "x99999999999999999999"):
        rig.same(command(client, "show", execution_id=name)["success"], False)
        rig.same(emit(client, "join_execution", {
            "execution_id": name, "from_seq": 1})["success"], False)
    execution = whole(scene, client)
    client.seen.clear()
    rig.same(emit(client, "request_catch_up", {
        "execution_id": execution, "from_seq": 1 << 60})["success"], True)
    rig.same(emit(client, "request_catch_up", {
        "execution_id": execution, "from_seq": -1})["success"], False)
    rig.same(emit(client, "request_catch_up", {
        "execution_id": execution, "from_seq": 0})["success"], True)
    rig.same([seq for _, seq in until_end(client)],
             list(range(1, len(WHOLE) + 1)))
    client.child.stdin.write((json.dumps({"event": "execute_command", "data": {
        "command": "spec", "args": {"text": "x" * (2 << 20)}}}) + "\n").encode())
    client.child.stdin.flush()
    client.until("close")
    deep = console(scene, server, session="d")
    nested = []
    for _ in range(200):
        nested = [nested]
    rig.same(emit(deep, "execute_command", nested)["success"], False)
    rig.same(ask(server, "GET", "/healthz")[0], 200)


def check_files_over_http(scene):
    scene.write("plan.yaml", """plan: 1
name: makes
tasks:
- {id: one, run: "cat go; echo said; mkdir m; echo deep > m/a.txt; echo '<b>' > 'a b.html'; printf 0123456789 > n", outputs: [m/, "a b.html", n]}
""")
    scene.write("secret.txt", "secret")
    os.mkfifo(scene.path("go"))
    server = scene.serving("serve", "--listen", "127.0.0.1:0")
    whole(scene, console(scene, server, session="s"))
    base = "/api/executions/x1"
    status, text = ask(server, "GET", base + "/artifacts")
    found = json.loads(text)["artifacts"]
    rig.same((status, sorted(one["file_path"] for one in found)),
             (200, ["a b.html", "m", "m/a.txt", "n"]))
    digest = [one["sha256"] for one in found if one["file_path"] == "n"][0]
    for path, wanted in (("/artifacts/m/a.txt", (200, "deep\n")),
                         ("/artifacts/m%2Fa.txt", (200, "deep\n")),
                         ("/artifacts/a%20b.html", (200, "<b>\n")),
                         ("/artifacts/sha256:" + digest, (200, "0123456789")),
                         ("/logs/one", (200, "said\n"))):
        rig.same((path, ask(server, "GET", base + path)), (path, wanted))
    for path in ("secret.txt", "m/../secret.txt", "m%2F..%2Fsecret.txt",
                 "../secret.txt", "%2Fetc%2Fpasswd", "m", "m/", "m/none",
                 "n%00", "%", "", "plan.yaml", "sha256:", "sha256:00"):
        rig.same((path, ask(server, "GET", base + "/artifacts/" + path)[0]),
                 (path, 404))
    for field, wanted in (("bytes=2-4", (206, "234")),
                          ("bytes=7-", (206, "789")),
                          ("bytes=-3", (206, "789")),
                          ("bytes=5-100", (206, "56789")),
                          ("bytes=4-2", (200, "0123456789")),
                          ("lines=1-2", (200, "0123456789"))):
        rig.same((field, ask(server, "GET", base + "/artifacts/n", None,
                             Range=field)), (field, wanted))
    rig.same(ask(server, "GET", base + "/artifacts/n", None,
                 Range="bytes=10-")[0], 416)
    scene.write("m/late.txt", "nobody told of it")
    rig.same(ask(server, "GET", base + "/artifacts/m/late.txt")[0], 404)
    scene.write("n", "012345678X")  # as long as it was
    for path, field in (("n", {}), ("n", {"Range": "bytes=2-4"}),
                        ("sha256:" + digest, {})):
        status, text = ask(server, "GET", base + "/artifacts/" + path, None,
                           **field)
        rig.same(status, 409)
        rig.true(digest in json.loads(text)["error"], text)
    os.unlink(scene.path("n"))
    os.symlink("/etc/hostname", scene.path("n"))
    rig.same(ask(server, "GET", base + "/artifacts/n")[0], 404)


def check_a_generated_client(scene):
    """openapi-typescript makes it, tsc compiles it, node runs it."""
    server = serve(scene)
    scene.write("openapi.json", ask(server, "GET", "/openapi.json")[1])
    modules = os.path.join(rig.HERE, "node_modules")
    os.symlink(modules, scene.path("node_modules"))
    scene.write("package.json", {"type": "module"})
    shutil.copy(os.path.join(rig.PEERS, "api.ts"), scene.path("api.ts"))

    def tool(*words):
        made = scene.start(["node"] + list(words))
        rig.same((made.child.wait(timeout=4 * rig.SECONDS), made.stderr()),
                 (0, ""))

    tool(os.path.join(modules, "openapi-typescript", "bin", "cli.js"),
         "openapi.json", "-o", "schema.d.ts")
    scene.write("tsconfig.json", {"files": ["api.ts"], "compilerOptions": {
        "strict": True, "skipLibCheck": True, "types": [],
        "target": "es2022", "lib": ["es2022", "dom", "dom.iterable"],
        "module": "esnext", "moduleResolution": "bundler"}})
    tool(os.path.join(modules, "typescript", "bin", "tsc"), "-p", ".")
    client = scene.start(["node", "api.js", server.url("http")])
    go(scene)
    rig.same(client.finish(0), [{
        "state": "ended", "tasks": ["completed"] * 3, "made": "two.txt",
        "text": "out\n", "refused": 409, "why": "x1 does not run"}])


def told(server, execution="x1"):
    """An execution as the API has it, once it has ended."""
    while True:
        found = json.loads(ask(server, "GET",
                               "/api/executions/" + execution)[1])
        if found["state"] == "ended":
            return found


def check_what_it_came_to(scene):
    """Verdict and exit status, live and after a new start, and those of a
    journal that was cut between its last event and its verdict."""
    scene.write("fails.yaml", "plan: 1\ntasks: [{id: one, run: exit 3}]\n")
    long_journal.write(os.environ["TAPEDECK"], scene.directory, 1)
    path = scene.path(".tapedeck/x1.tape.gz")
    with gzip.open(path) as file:
        lines = file.read().splitlines(True)
    with gzip.open(path, "wb") as file:
        file.writelines(lines[:[b"execution_completed" in line
                                for line in lines].index(True) + 1])
    server = scene.serving("serve", "--listen", "127.0.0.1:0")
    whole = told(server)
    rig.same([whole[key] for key in ("status", "verdict", "exit")],
             ["completed", "pass", 0])
    ask(server, "POST", "/api/executions", {"plan": "fails.yaml"})
    failed = told(server, "x2")
    rig.same([failed[key] for key in ("status", "verdict", "exit")],
             ["failed", "pass", 1])
    server.child.terminate()
    server.finish(0)
    again = scene.serving("serve", "--listen", "127.0.0.1:0")
    rig.same([told(again), told(again, "x2")], [whole, failed])
    rig.true(scene.tape(".tapedeck/x1.tape.gz"), "it has an end")


AGENT = """#!/bin/sh
read task
echo '{"progress":0.25}'
echo '{"artifact":"made.txt"}'
printf 'thinking\\033[2J\\n' >&2
cat go
echo done >&2
printf half >&2
echo made > made.txt
"""
LOUD = """plan: 1
name: loud
tasks:
- {id: agent, provider: command, run: [./agent], outputs: [made.txt]}
- {id: loud, depends_on: [agent], run: "seq 1000"}
"""


def check_logs_are_told_while_they_are_written(scene):
    scene.write("plan.yaml", LOUD)
    os.chmod(scene.write("agent", AGENT), 0o755)
    os.mkfifo(scene.path("go"))
    server = scene.serving("serve", "--listen", "127.0.0.1:0")
    live = console(scene, server, session="s", live="1")
    plain = console(scene, server, session="s")
    command(live, "run", plan="plan.yaml")

    def lines(task):
        return [line["data"] for line in live.seen if isinstance(line, dict)
                and line.get("got") == "log_message"
                and line["data"]["task_name"] == task]

    while not (any(line["message"].startswith("thinking")
                   for line in lines("agent"))
               and "task_progress" in live.all("got")):
        live.until("got")
    rig.same([line["data"]["progress"] for line in live.seen
              if isinstance(line, dict)
              and line.get("got") == "task_progress"], [0.25])
    go(scene)
    for client in (live, plain):
        until_end(client)
    said = [line["message"] for line in lines("agent")
            if not line["message"].startswith("{")]
    rig.true("says that it wrote made.txt" in said, "it is told: %r" % said)
    said.remove("says that it wrote made.txt")
    rig.true(said[0].startswith("thinking") and "\033" not in said[0],
             "what steers terminals is gone: %r" % said[0])
    rig.same(said[1:], ["done", "half"])
    loud = lines("loud")
    rig.same([line["message"] for line in loud],
             [str(n) for n in range(951, 1001)])
    rig.same((loud[0]["left_out"], "left_out" in loud[1]),
             (sum(len("%d\n" % n) for n in range(1, 951)), False))
    rig.same([name for name in plain.all("got")
              if name in ("log_message", "task_progress")], [])
    numbers = [seq for name, seq in until_end(live)
               if name not in ("log_message", "task_progress")]
    rig.same(numbers, list(range(1, len(numbers) + 1)), "no gap")


LONG = 50000  # events of a journal that takes a while


def get_and_leave(server, path):
    """A request whose answer nobody reads yet, as its socket."""
    sock = socket.create_connection(("127.0.0.1", server.port), rig.SECONDS)
    sock.sendall(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"
                 % path.encode())
    return sock


def check_a_long_validation_holds_nobody_up(scene):
    long_journal.write(os.environ["TAPEDECK"], scene.directory, LONG)
    server = scene.serving("serve", "--listen", "127.0.0.1:0")
    client = console(scene, server, session="s")
    for event, data in (("execute_command", {
            "command": "validate", "args": {"execution_id": "x1"}}),
                        ("get_pipeline_state", {})):
        client.child.stdin.write(
            (json.dumps({"event": event, "data": data}) + "\n").encode())
    client.child.stdin.flush()
    acks = client.count("ack", 2)
    rig.true("executions" in acks[0]["data"], "others are answered meanwhile")
    rig.same((acks[1]["success"], acks[1]["output"]), (True, "x1: pass"))
    status, text = ask(server, "GET", "/api/executions/x1/validate")
    rig.same((status, json.loads(text)["stream"]["verdict"]), (200, "pass"))


def check_validations_are_limited_and_stopped(scene):
    """Of many that are asked for at once some are refused; those whose peer
    has gone hold nothing up, nor does a server end later for them."""
    long_journal.write(os.environ["TAPEDECK"], scene.directory, LONG)
    server = scene.serving("serve", "--listen", "127.0.0.1:0")
    asked = [get_and_leave(server, "/api/executions/x1/validate")
             for _ in range(70)]
    rig.true(b" 503 " in asked[-1].recv(64), "too many wait")
    for sock in asked:
        sock.close()
    while ask(server, "GET", "/api/executions/x1/validate")[0] != 200:
        continue
    sock = get_and_leave(server, "/api/executions/x1/validate")
    server.child.terminate()
    server.child.terminate()
    server.finish(0)
    sock.close()


def most_kib():
    """A sanitizer holds back what was freed."""
    with open(os.environ["TAPEDECK"], "rb") as file:
        return (512 if b"__asan_init" in file.read() else 64) << 10


IDLE, IDLE_KIB = 1000, most_kib()


def websocket_console(port, session):
    """A console that has joined over a WebSocket, as its socket; it is told of
    nothing it reads."""
    sock = socket.create_connection(("127.0.0.1", port), rig.SECONDS)
    sock.sendall(b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
                 b"Host: localhost\r\nUpgrade: websocket\r\n"
                 b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                 b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
    packet = b'40' + json.dumps({"session_id": session}).encode()
    sock.sendall(bytes((0x81, 0x80 | len(packet), 0, 0, 0, 0)) + packet)
    heard = b""
    while b'40{"sid"' not in heard:
        piece = sock.recv(4096)
        rig.true(piece, "it is let in: %r" % heard)
        heard += piece
    return sock


def memory_of(process):
    with open("/proc/%d/status" % process.child.pid, encoding="ascii") as file:
        return int([line for line in file
                    if line.startswith("VmRSS")][0].split()[1])


def check_idle_consoles_cost_little(scene):
    server = serve(scene)
    idle = [websocket_console(server.port, "s") for _ in range(IDLE)]
    print("     %d idle consoles: %d KiB" % (IDLE, memory_of(server)))
    rig.true(memory_of(server) <= IDLE_KIB, "%d KiB" % memory_of(server))
    client = console(scene, server, session="s")
    whole(scene, client)  # all of them hear it, and read nothing
    rig.true(memory_of(server) <= IDLE_KIB, "%d KiB" % memory_of(server))
    for sock in idle:
        sock.close()
    rig.same(emit(client, "get_pipeline_state", {})["success"], True)


def check_one_that_asks_and_never_reads(scene):
    """Its answers are bounded, and others are served meanwhile."""
    server = serve(scene)
    sock = websocket_console(server.port, "mute")
    packet = b'421["get_pipeline_state"]'
    frame = bytes((0x81, 0x80 | len(packet), 0, 0, 0, 0)) + packet
    sock.settimeout(0.5)
    try:
        for _ in range(2000):
            sock.sendall(frame * 100)
    except (TimeoutError, ConnectionError):
        pass  # it is not read any more, or was cut off
    client = console(scene, server, session="s")
    rig.same(emit(client, "get_pipeline_state", {})["success"], True)
    rig.true(memory_of(server) <= IDLE_KIB, "%d KiB" % memory_of(server))
    half = socket.create_connection(("127.0.0.1", server.port), rig.SECONDS)
    half.sendall(b"GET /ws HTTP/1.1\r\nHost: local")
    broken = websocket_console(server.port, "half")
    broken.sendall(frame[:5])
    broken.close()
    rig.same(emit(client, "get_pipeline_state", {})["success"], True)
    for _ in range(200):  # a storm of those that come and go
        websocket_console(server.port, "s").close()
    rig.same(emit(client, "get_pipeline_state", {})["success"], True)


def check_bad_commands(scene):
    server = serve(scene)
    os.symlink("/etc/passwd", scene.path("out.yaml"))
    client = console(scene, server, session="s")
    for answer, error in (
            (command(client, "dance"), "there is no command \"dance\""),
            (command(client, "exceute"), "did you mean execute?"),
            (command(client, "plan", action="generat"),
             "did you mean generate?"),
            (command(client, "plan", action="generate", blueprint="./mine"),
             "nothing is specified"),
            (command(client, "run", plan="../plan.yaml"), ".."),
            (command(client, "run", plan="/etc/passwd"), "workspace"),
            (command(client, "run", plan="out.yaml"), "workspace"),
            (command(client, "run", plan="go"), "is not a file"),
            (command(client, "run", plan="none.yaml"), "none.yaml"),
            (command(client, "run"), "none was generated"),
            (command(client, "cancel"), "no execution is named"),
            (command(client, "cancel", execution_id="x99"),
             'there is no execution "x99"'),
            (command(client, "approve", batch_id="x98/a"),
             'there is no execution "x98"'),
            (emit(client, "request_catch_up", {}), "no execution is named"),
            (emit(client, "execute_command", []), "there is no command"),
            (emit(client, "anything", 1), "there is no event \"anything\""),
            (emit(client, "execute_comand", 1), "there is no event "
             "\"execute_comand\"; did you mean execute_command?")):
        rig.same(answer["success"], False)
        rig.true(error in answer["error"], "%r is in %r" % (
            error, answer["error"]))
    # One piece: what is asked answer by answer is no flood on a slow machine.
    asked = {"event": "get_pipeline_state", "data": {}}
    client.child.stdin.write((json.dumps(asked) + "\n").encode() * 200)
    client.child.stdin.flush()
    flood = [client.until("ack")["ack"] for _ in range(200)]
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
    for wrong in ({}, {"token": "no"}):
        client = scene.peer("console.mjs", url=server.url("http"), session="s",
                            **wrong)
        rig.same(client.until("error")["error"], "token refused")
    console(scene, server, session="s", token="s3cret")
    rig.same(ask(server, "GET", "/api/executions")[0], 401)
    rig.same(ask(server, "GET", "/api/executions",
                 Authorization="Bearer s3cret")[0], 200)
    rig.same(ask(server, "GET", "/api/executions?token=s3cret")[0], 200)
    rig.same(ask(server, "GET", "/api/executions?token=wr0ng")[0], 401)
    rig.true("was refused with 401" in server.stderr()
             and "wr0ng" not in server.stderr()
             and "s3cret" not in server.stderr(), "no token is logged")


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
            ("GET", "/", None, 200),
            ("POST", "/", None, 405),
            ("GET", "/openapi.json", None, 200)):
        rig.same((path, ask(server, method, path, body)[0]), (path, wanted))
    rig.true("tapedeck_executions_total{status=\"failed\"} 1"
             in ask(server, "GET", "/metrics")[1], "it is counted")


SERIES = re.compile(r'([a-z_0-9]+)(\{[a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*\})?'
                    r' (\d+(?:\.\d+)?)$')


def metrics(server):
    """By name and labels; every line is one of the text format."""
    kinds, found = {}, {}
    for line in ask(server, "GET", "/metrics")[1].splitlines():
        if line.startswith("# HELP "):
            continue
        if line.startswith("# TYPE "):
            name, kind = line.split()[2:]
            rig.true(name not in kinds, "told once: " + name)
            kinds[name] = kind
            continue
        name, labels, value = SERIES.match(line).groups()
        rig.true(re.sub("_(sum|count)$", "", name) in kinds or name in kinds,
                 "it has a type: " + line)
        found[name + (labels or "")] = float(value)
    return found


def check_metrics(scene):
    scene.write("plan.yaml", """plan: 1
name: counted
tasks:
- {id: one, run: "test -e m || { touch m; exit 3; }", retry: {attempts: 2, backoff: 1ms}}
- {id: two, depends_on: [one], run: "cat go"}
- {id: three, depends_on: [one], run: "exit 4"}
""")
    os.mkfifo(scene.path("go"))
    server = scene.serving("serve", "--listen", "127.0.0.1:0", "-w", "2")
    rig.same(metrics(server)["v2_atoms_failed_total"], 0)
    client = console(scene, server, session="s")
    command(client, "run", plan="plan.yaml")
    while metrics(server)["v2_atoms_failed_total"] == 0:
        continue
    rig.same(metrics(server)['v2_wave_completion_percent{wave_id="2",'
                             'masterplan_id="x1"}'], 50)
    go(scene)
    told(server)
    found = metrics(server)
    for name, wanted in (("v2_atoms_succeeded_total", 2),
                         ("v2_atoms_failed_total", 1),
                         ('v2_retry_attempts_total{attempt_number="2"}', 1),
                         ("v2_retry_success_rate", 1),
                         ("v2_execution_time_seconds_count", 1),
                         ("v2_atom_execution_time_seconds_count", 4),
                         ("tapedeck_task_seconds_count", 4),
                         ("tapedeck_retries_total", 1),
                         ("tapedeck_infrastructure_failures_total", 0),
                         ("tapedeck_tokens_total", 0),
                         ("tapedeck_lagged_total", 0)):
        rig.same((name, found[name]), (name, wanted))
    rig.true(0 < found["tapedeck_task_seconds_sum"]
             <= found["v2_execution_time_seconds_sum"] * 2, "times add up")


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
