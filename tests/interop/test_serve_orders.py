#!/usr/bin/python3
"""What a command of tapedeck serve may be given, how long it holds, and what
happens when its answer is lost. No peer but Python's own sockets."""
import gzip
import json
import os
import re
import shutil
import signal
import socket
import struct

import rig
from test_serve import (ask, command, console, get_and_leave, go, long_journal, metrics, told,
                        websocket_console)

LONG = 20000  # events of a journal that takes a while

PLAN = """plan: 1
name: asked
tasks:
- {id: one, run: "cat go"}
- {id: two, depends_on: [one], approval: {ask: "Go on?"}, run: "true"}
- {id: a, depends_on: [two], run: "true"}
- {id: b, depends_on: [two], run: "true"}
- {id: c, depends_on: [two], run: "true"}
"""


def serving(scene, *words):
    return scene.serving("serve", "--listen", "127.0.0.1:0", *words)


def begin(scene, *words):
    scene.write("plan.yaml", PLAN)
    os.mkfifo(scene.path("go"))
    return serving(scene, *words)


def run(server, **args):
    status, text = ask(server, "POST", "/api/executions",
                       {"plan": "plan.yaml", **args})
    return status, json.loads(text)


def journal(scene, execution="x1"):
    with gzip.open(scene.path(".tapedeck/%s.tape.gz" % execution), "rt",
                   encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def most_at_once(lines):
    """Attempts that were under way together, by the journal."""
    now = most = 0
    for line in lines:
        now += (line.get("ev") == "launch") - (line.get("ev") == "ended")
        most = max(most, now)
    return most


def kill(server):
    os.kill(server.child.pid, signal.SIGKILL)
    server.child.wait()


def check_options_outlive_the_server(scene):
    """What an execution was told holds after a kill, and for its retries."""
    server = begin(scene, "-w", "4")
    rig.same(run(server, auto_approve=True, max_workers=1)[0], 201)
    kill(server)
    again = serving(scene, "-w", "4")
    go(scene)
    rig.same(told(again)["status"], "completed")
    lines = journal(scene)
    rig.same([line["json"]["by"] for line in lines
              if line.get("ev") == "approved"], ["auto-approve"])
    rig.same(most_at_once(lines), 1)
    rig.same(ask(again, "POST", "/api/executions/x1/retry",
                 {"task": "two"})[0], 202)
    rig.same(told(again, "x2")["status"], "completed")
    rig.same(most_at_once(journal(scene, "x2")), 1)


def check_options_hold_for_the_verb_too(scene):
    server = begin(scene, "-w", "4")
    run(server, auto_approve=True, max_workers=1)
    kill(server)
    resumed = scene.tapedeck("resume", "x1")
    go(scene)
    resumed.finish(0)
    rig.same(most_at_once(journal(scene)), 1)


BAD = (
    ({"max_workers": "3"}, "max_workers: a whole number from 1 to 1024"),
    ({"max_workers": 0}, "from 1 to 1024, not 0"),
    ({"max_workers": 1025}, "from 1 to 1024, not 1025"),
    ({"max_workers": 1.5}, "not 1.5"),
    ({"max_workers": -1}, "not -1"),
    ({"max_worker": 3}, 'run has no "max_worker"; did you mean max_workers?'),
    ({"zzz": 3}, 'run has no "zzz"'),
    ({"schedule": "wave"}, "schedule: waves or greedy"),
    ({"schedule": 1}, "schedule: waves or greedy"),
    ({"parallel": "false"}, "parallel: true or false"),
    ({"fail_fast": 1}, "fail_fast: true or false"),
    ({"auto_approve": "yes"}, "auto_approve: true or false"),
    ({"auto_approve": None}, "auto_approve: true or false, not null"),
    ({"detach": []}, "detach: true or false"),
    ({"dry_run": "1"}, "dry_run: true or false"),
    ({"budget_tokens": "9"}, "budget_tokens: a whole number"),
    ({"budget_micro_usd": -1}, "budget_micro_usd: a whole number"),
    ({"budget_ms": 10 ** 30}, "budget_ms: a whole number"),
    ({"on_limit": "never"}, "on_limit: pause, stop or warn"),
    ({"model": "two words"}, "model: 1 to 128 printable"),
    ({"plan": 7}, "plan: a path in the workspace, or a plan itself"),
    ({"text": "API for wine"}, "give one of them"),
    ({"blueprint": "lib-c"}, "they go with text"),
    ({"depth": "deep"}, "they go with text"),
    ({"text": "x", "depth": "deeper"}, "depth: light, standard or deep"),
    ({"text": "x", "focus": 1}, "focus: general, security"),
    ({"request_id": ""}, "request_id: 1 to 128"),
    ({"request_id": "a b"}, "request_id: 1 to 128"),
    ({"request_id": "x" * 129}, "request_id: 1 to 128"),
    ({"\u00e4" * 60: 1}, "run has no"),
)


def check_bad_options_are_refused(scene):
    server = begin(scene)
    for args, error in BAD:
        status, answer = run(server, **args)
        rig.same((args, status), (args, 422))
        rig.true(error in answer["error"], "%r is in %r" % (error, answer))
    rig.same(json.loads(ask(server, "GET", "/api/executions")[1]),
             {"executions": []})


ORDERS = (
    ("cancel", {"task": 1}, "task: a text"),
    ("cancel", {"tasks": "one"}, "did you mean task?"),
    ("cancel", {"execution_id": "x1"}, "execution_id is given twice"),
    ("pause", {"by": "me"}, 'pause has no "by"'),
    ("resume", {"max_workers": 3}, 'resume has no "max_workers"'),
    ("retry", {"task": 1}, "task: a text"),
    ("retry", {"attempts": 6}, "attempts: a whole number from 1 to 5, not 6"),
    ("approve", {"task": "two", "approved": "no"}, "approved: true or false"),
)

COMMANDS = (
    ("spec", {"text": 1}, "text: a text"),
    ("spec", {"text": "x", "replace": "yes"}, "replace: true or false"),
    ("spec", {"action": 1}, "action: a text"),
    ("spec", {"action": "answer", "answer": "x"}, 'spec answer has no'),
    ("plan", {"action": "draw", "view": "tree"}, "view: overview, timeline"),
    ("plan", {"action": "draw", "state": "odd"}, "state: waits, ready"),
    ("plan", {"action": "draw", "format": "png"}, "json, dot or mermaid"),
    ("plan", {"action": "draw", "depth": "3"}, "depth: a whole number"),
    ("plan", {"action": "generate", "plan": "x"}, "plan generate has no"),
    ("snapshot", {"action": "create", "name": 1}, "name: a text"),
    ("context", {"execution": "x1"}, "did you mean execution_id?"),
    ("show", {"action": "executions", "task": "x"}, "show executions has no"),
    ("artifact", {"path": 1}, "path: a text"),
    ("log", {"tasks": "one"}, "did you mean task?"),
    ("validate", {"strict": True}, 'validate has no "strict"'),
    ("run", [], "args: an object"),
    ("run", "plan.yaml", "args: an object"),
)


def frame(text):
    data = text.encode()
    return (bytes((0x81,)) + (bytes((0x80 | len(data),)) if len(data) < 126
                              else b"\xfe" + struct.pack(">H", len(data)))
            + bytes(4) + data)


def send(sock, command, args, event="execute_command"):
    data = {"command": command, "args": args} if command else args
    sock.sendall(frame("427" + json.dumps([event, data])))


def acked(sock):
    """The answer to the command that was sent with the id 7."""
    heard = b""
    while True:
        found = re.search(rb"437\[(\{.*?\})\](?=[\x80-\x8f]|$)", heard,
                          re.DOTALL)
        if found:
            try:
                return json.loads(found.group(1))
            except ValueError:
                pass
        piece = sock.recv(65536)
        rig.true(piece, "an answer: %r" % heard)
        heard += piece


def check_bad_args_of_every_command(scene):
    server = begin(scene)
    run(server)
    for order, args, error in ORDERS:
        status, text = ask(server, "POST", "/api/executions/x1/" + order, args)
        rig.same((order, args, status), (order, args, 422))
        rig.true(error in text.replace('\\"', '"'), "%r is in %r"
                 % (error, text))
    for command, args, error in COMMANDS:
        sock = websocket_console(server.port, "s")
        send(sock, command, args)
        answer = acked(sock)
        sock.close()
        rig.same(answer["success"], False)
        rig.true(error in answer["error"], "%s %r: %r is in %r" % (
            command, args, error, answer["error"]))
    for event, args, error in (
            ("join_execution", {"execution_id": "x1", "from_seq": "1"},
             "from_seq: a whole number"),
            ("request_catch_up", {"execution_id": 1}, "execution_id: a text"),
            ("approval_response", {"batch_id": "x1/two", "approved": "no"},
             "approved: true or false")):
        sock = websocket_console(server.port, "s")
        send(sock, None, args, event)
        answer = acked(sock)
        sock.close()
        rig.true(error in answer["error"], answer["error"])
    go(scene)


def asked(server, event, args):
    with websocket_console(server.port, "other") as sock:
        send(sock, None, args, event)
        return acked(sock)


def check_a_session_is_joined_by_its_name(scene):
    """What is meant is the last execution that it has begun."""
    scene.write("plan.yaml", "plan: 1\ntasks: [{id: a, run: 'true'}]\n")
    server = serving(scene)
    for wanted in ("x1", "x2"):
        with websocket_console(server.port, "mine") as sock:
            send(sock, "run", {"plan": "plan.yaml"})
            rig.same(acked(sock)["output"], wanted)
        told(server, wanted)
    answer = asked(server, "join_execution",
                   {"session_id": "mine", "from_seq": 1})
    rig.same((answer["success"], answer["data"]["execution_id"]), (True, "x2"))
    rig.same(asked(server, "leave_execution",
                   {"session_id": "mine"})["success"], True)
    rig.same(asked(server, "join_execution", {"session_id": "nobody"})["error"],
             "no execution is named, and this session has begun none")
    rig.same(asked(server, "join_execution", {})["success"], False)


def dry(server, **args):
    return run(server, dry_run=True, **args)[1]


def check_a_dry_run_is_as_the_run(scene):
    """Workers and schedule of its own count for what it foretells."""
    scene.write("plan.yaml", """plan: 1
name: dry
tasks:
- {id: slow, run: "true", estimate: 9s}
- {id: a, run: "true", estimate: 1s}
- {id: b, depends_on: [a], run: "true", estimate: 1s}
""")
    server = serving(scene, "-w", "4")

    def starts(**args):
        answer = dry(server, **args)
        return answer["workers"], {task["id"]: task["start_ms"]
                                   for task in answer["starts"]}
    rig.same(starts(), (4, {"slow": 0, "a": 0, "b": 1000}))
    rig.same(starts(schedule="waves"), (4, {"slow": 0, "a": 0, "b": 9000}))
    one = (1, {"slow": 0, "a": 9000, "b": 10000})
    rig.same(starts(max_workers=1), one)
    rig.same(starts(parallel=False), one)
    rig.same(json.loads(ask(server, "GET", "/api/executions")[1]),
             {"executions": []})


def executions(server):
    return [one["execution_id"] for one in json.loads(
        ask(server, "GET", "/api/executions")[1])["executions"]]


def check_a_lost_answer_makes_no_second_run(scene):
    """The connection goes after the command and before its ack. Who sends it
    again gets the answer of the first, also from a server that was started
    again; one that is not the same is refused."""
    server = begin(scene)
    args = {"plan": "plan.yaml", "request_id": "r1", "auto_approve": True}
    lost = websocket_console(server.port, "s")
    send(lost, "run", args)
    lost.close()
    while not executions(server):
        continue

    def once_more(server, args):
        sock = websocket_console(server.port, "s")
        send(sock, "run", args)
        answer = acked(sock)
        sock.close()
        return answer
    first = once_more(server, args)
    rig.same((first["success"], first["output"]), (True, "x1"))
    rig.same(once_more(server, args), first)
    rig.true("another command" in once_more(
        server, {**args, "fail_fast": True})["error"], "it is another")
    other = websocket_console(server.port, "other")
    send(other, "run", {**args, "detach": True})
    rig.same(acked(other)["output"], "x2")
    kill(server)
    again = serving(scene)
    rig.same(once_more(again, args)["output"], "x1")
    rig.same(executions(again), ["x1", "x2"])
    rig.true("another command" in once_more(
        again, {**args, "fail_fast": True})["error"], "it is another")


def check_the_same_over_http(scene):
    server = begin(scene)
    body = json.dumps({"plan": "plan.yaml", "request_id": "r1"}).encode()
    lost = get_and_leave(server, "/healthz")
    lost.recv(12)
    lost.sendall(b"POST /api/executions HTTP/1.1\r\nHost: localhost\r\n"
                 b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    lost.close()
    while not executions(server):
        continue
    for _ in range(2):
        status, answer = run(server, request_id="r1")
        rig.same((status, answer["execution_id"]), (201, "x1"))
    rig.same(run(server, request_id="r1", detach=True)[0], 409)
    rig.same(run(server, request_id="r2")[1]["execution_id"], "x2")
    rig.same(executions(server), ["x1", "x2"])
    # What failed is carried out again.
    rig.same(run(server, plan="none.yaml", request_id="r3")[0], 422)
    rig.same(run(server, request_id="r3")[1]["execution_id"], "x3")


AHEAD = "plan: 1\nname: ahead\ntasks:\n" + "".join(
    "- {id: q%d, run: 'true', estimate: 20ms}\n" % i
    for i in range(12)) + "".join(
        "- {id: w%d, depends_on: [%s], estimate: 20ms, run: "
        "'echo >>began; test -e gate || cat go'}\n"
        % (i, ", ".join("q%d" % k for k in range(12))) for i in range(8))


EXTRAS = "/events?execution=x1&from=1&extras=true"


def states(server, execution="x1"):
    return [task["state"] for task in json.loads(ask(
        server, "GET", "/api/executions/%s/tasks" % execution)[1])][12:]


def begin_ahead(scene):
    """Two run, and the others were launched before there is room for them."""
    scene.write("plan.yaml", AHEAD)
    os.mkfifo(scene.path("go"))
    server = serving(scene, "-w", "2")
    run(server)
    while states(server).count("running") != 2:
        continue
    return server


def shown(server, execution="x1"):
    return json.loads(ask(server, "GET", "/api/executions/" + execution)[1])


def check_what_was_launched_ahead_does_not_run(scene):
    """It is shown as ready, and a pause calls it off."""
    server = begin_ahead(scene)
    rig.same(states(server), ["running"] * 2 + ["ready"] * 6)
    rig.same(shown(server)["running_tasks"], 2)
    live = get_and_leave(server, EXTRAS)
    heard = read_until(live, b'"task_started"', 14)
    rig.same(ask(server, "POST", "/api/executions/x1/pause", {})[0], 202)
    while "settled" not in [line.get("ev") for line in settled_tape(scene)]:
        continue
    while shown(server)["running_tasks"]:
        os.close(os.open(scene.path("go"), os.O_RDWR))  # waits for no reader
    rig.same(len(open(scene.path("began"), encoding="utf-8").read()), 2)
    rig.same(states(server), ["completed"] * 2 + ["ready"] * 6)
    scene.write("gate", "")
    ask(server, "POST", "/api/executions/x1/resume", {})
    rig.same(told(server)["status"], "completed")
    rig.same(len(open(scene.path("began"), encoding="utf-8").read()), 8)
    rig.same({line["json"]["how"] for line in journal(scene)
              if line.get("ev") == "settled"}, {"unknown"})
    # Each is said to begin once, when it does, to whoever comes and when.
    heard += read_until(live, b'"execution_completed"', 1)
    live.close()
    with get_and_leave(server, EXTRAS) as late:
        for text in (heard, read_until(late, b'"execution_completed"', 1)):
            rig.same(text.count(b'"task_started"'), 20)


def read_until(sock, what, count):
    """So many of them, and nothing that is behind the last one's line."""
    heard = b""
    while heard.count(what) < count or not heard.endswith(b"\n"):
        piece = sock.recv(4096)
        rig.true(piece, "it goes on: %r" % heard[-200:])
        heard += piece
    rig.same(heard.count(what), count)
    return heard


def settled_tape(scene):
    return [line for line in scene.tapedeck(
        "cat", scene.path(".tapedeck/x1.tape.gz"), "--json").rest()
            if isinstance(line, dict)]


def check_what_never_began_was_not_killed(scene):
    """Its server and its keeper are killed."""
    server = begin_ahead(scene)
    with open(scene.path(".tapedeck/x1/keeper.log"), encoding="utf-8") as file:
        keeper = json.loads(file.readline())["pid"]
    kill(server)
    os.kill(keeper, signal.SIGKILL)
    scene.write("gate", "")
    again = serving(scene, "-w", "2")
    rig.same(told(again)["status"], "completed")
    how = [line["json"]["how"] for line in journal(scene)
           if line.get("ev") == "settled"]
    rig.same((how[:2], set(how[2:])), (["killed"] * 2, {"unknown"}))


def check_a_long_judgement_after_a_resume_holds_nobody_up(scene):
    """All tasks have ended, and what its events come to is worked out;
    a cancel comes too late then."""
    long_journal.write(os.environ["TAPEDECK"], scene.directory, LONG, cut=True)
    server = serving(scene)
    seen = 0
    while (at := shown(server))["state"] == "running":
        if at["completed_tasks"] == 1:
            seen += 1
            ask(server, "POST", "/api/executions/x1/cancel", {})
    rig.true(seen > 3, "others are answered meanwhile: %d" % seen)
    rig.same({name: told(server)[name] for name in
              ("status", "verdict", "exit")},
             {"status": "completed", "verdict": "pass", "exit": 0})


def check_without_threads_nobody_waits_for_ever(scene):
    """Three ask for what takes long; when the first two are done, no thread
    can be had for the third."""
    long_journal.write(os.environ["TAPEDECK"], scene.directory, LONG)
    server = scene.serving("serve", "--listen", "127.0.0.1:0", env={
        **os.environ, "LD_PRELOAD": os.environ["TD_FEW_THREADS"],
        "ASAN_OPTIONS": "verify_asan_link_order=0",
        "TD_NO_THREADS": scene.path("none")})
    tasks = "/proc/%d/task" % server.child.pid
    before = len(os.listdir(tasks))
    asked = [get_and_leave(server, "/api/executions/x1/validate")
             for _ in range(3)]
    while len(os.listdir(tasks)) < before + 2:
        continue
    scene.write("none", "")
    heard = sorted(sock.recv(12) for sock in asked)
    rig.same(heard, [b"HTTP/1.1 200"] * 2 + [b"HTTP/1.1 503"])
    lists = ["/api/executions/x1/" + name for name in ("tasks", "artifacts")]
    rig.same([ask(server, "GET", path)[0] for path in lists], [503, 503])
    os.unlink(scene.path("none"))
    rig.same([ask(server, "GET", path)[0] for path in lists], [200, 200])


ENDED_ALONE = """plan: 1
name: alone
tasks:
- {id: hung, run: "echo $$ > pid; cat never", retry: {attempts: 4}, outputs: [out]}
- {id: needs, depends_on: [hung], run: "true"}
- {id: deeper, depends_on: [needs], run: "true"}
- {id: cleans, depends_on: [hung], when: always, run: "true"}
- {id: mends, depends_on: [hung], when: failure, run: "true"}
- {id: asks, approval: {ask: "Go on?"}, run: "true"}
- {id: other, run: "cat go"}
"""


def by_task(server, execution="x1"):
    return {task["id"]: task["state"] for task in json.loads(ask(
        server, "GET", "/api/executions/%s/tasks" % execution)[1])}


def cancel(server, task):
    status, text = ask(server, "POST", "/api/executions/x1/cancel",
                       {"task": task})
    return status, json.loads(text).get("error")


def begin_alone(scene, *words):
    scene.write("plan.yaml", ENDED_ALONE)
    os.mkfifo(scene.path("never"))
    os.mkfifo(scene.path("go"))
    server = serving(scene, "-w", "4", *words)
    run(server)
    while not os.path.exists(scene.path("pid")) or not os.path.getsize(
            scene.path("pid")):
        pass
    return server


def check_one_task_is_cancelled(scene):
    """Alone: what needs it is skipped, or runs, by its when; nothing of it is
    left; it is not tried again; and the journal passes its contract."""
    server = begin_alone(scene)
    rig.same(cancel(server, "hang"), (404, 'there is no task "hang"'))
    rig.same(cancel(server, "")[0], 404)
    rig.same(cancel(server, "hung")[0], 202)
    rig.same(cancel(server, "asks")[0], 202)
    while by_task(server)["mends"] != "completed":
        pass
    rig.same(cancel(server, "hung"), (409, "hung has ended"))
    go(scene)
    end = told(server)
    rig.same((end["status"], end["exit"]), ("partial_success", 1))
    rig.same(by_task(server), {
        "hung": "cancelled", "needs": "skipped", "deeper": "skipped",
        "cleans": "completed", "mends": "completed", "asks": "cancelled",
        "other": "completed"})
    rig.same(cancel(server, "other"), (409, "x1 does not run"))
    with open(scene.path("pid"), encoding="ascii") as file:
        pid = int(file.read())
    rig.true(not os.path.exists("/proc/%d" % pid), "its process is gone")
    rig.same(json.loads(ask(server, "GET", "/api/executions/x1/validate")[1])
             ["stream"]["verdict"], "pass")
    lines = journal(scene)
    rig.same([line["json"]["task"] for line in lines
              if line.get("ev") == "cancel_task"], [1, 6])
    rig.same([line["json"]["data"]["error_message"] for line in lines
              if line.get("ev") == "error"
              and line["json"]["data"]["task_id"] == "task_002"],
             ["hung was cancelled"])
    rig.same([line["json"]["attempt"] for line in lines
              if line.get("ev") == "launch"
              and line["json"]["task"] == 1], [1])


def check_a_cancelled_task_stays_so(scene):
    """Over a kill of the server; and a retry makes it."""
    server = begin_alone(scene, "--drain", "0s")
    rig.same(cancel(server, "hung")[0], 202)
    kill(server)
    again = serving(scene, "-w", "4")
    rig.same(cancel(again, "asks")[0], 202)
    go(scene)
    rig.same(told(again)["exit"], 1)
    rig.same(by_task(again)["hung"], "cancelled")
    lines = journal(scene)
    rig.same([line["json"]["attempt"] for line in lines
              if line.get("ev") == "launch"
              and line["json"]["task"] == 1], [1])
    rig.same({line["json"]["data"]["error_type"] for line in lines
              if line.get("ev") == "error"
              and line["json"]["data"]["task_id"] == "task_001"},
             {"cancelled"})
    rig.same(ask(again, "POST", "/api/executions/x1/retry")[0], 202)
    while by_task(again, "x2").get("hung") != "running":
        pass
    rig.same(ask(again, "POST", "/api/executions/x2/cancel")[0], 202)
    rig.same(told(again, "x2")["exit"], 130)


def check_an_attempt_counts_once(scene):
    """One that infrastructure cuts short, and that is made again: a folder
    stands where its log is to be."""
    scene.write("plan.yaml", """plan: 1
name: twice
tasks:
- id: one
  run: |
    test -e again && exit 0
    touch again
    rm -f .tapedeck/x1/logs/one.log
    mkdir -p .tapedeck/x1/logs/one.log/in
    exit 3
  retry: {attempts: 2, backoff: 3s}
""")
    server = serving(scene)
    run(server)
    while metrics(server)["tapedeck_infrastructure_failures_total"] == 0:
        pass
    shutil.rmtree(scene.path(".tapedeck/x1/logs/one.log"))
    rig.same(told(server)["status"], "completed")
    found = metrics(server)
    rig.true(len([line for line in journal(scene)
                  if line.get("ev") == "launch"
                  and line["json"]["attempt"] == 2]) > 1, "it began twice")
    rig.same((found['v2_retry_attempts_total{attempt_number="2"}'],
              found["tapedeck_retries_total"]), (1, 1))


STEPS = """plan: 1
tasks:
- {id: one, run: "echo >up1; cat go"}
- {id: two, depends_on: [one], run: "echo >up2; cat go2"}
- {id: three, depends_on: [two], run: "true"}
"""


class Watcher:
    """Of server-sent events, as the (seq, sub) of each."""

    def __init__(self, server, more=""):
        self.heard = b""
        self.sock = socket.create_connection(("127.0.0.1", server.port),
                                             rig.SECONDS)
        self.sock.sendall(b"GET /events?execution=x1" + more.encode() +
                          b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.until(b"execution_started")

    def until(self, word):
        while word not in self.heard:
            piece = self.sock.recv(65536)
            rig.true(piece, "more comes")
            self.heard += piece

    def numbers(self):
        self.until(b'"execution_completed","')
        self.sock.close()
        return [(int(seq), int(sub or 0)) for seq, sub in re.findall(
            rb'"seq":(\d+)(?:,"sub":(\d+))?', self.heard)]


def another_runs(scene):
    """A run of this plan, and a server that finds it running."""
    scene.write("plan.yaml", STEPS)
    for name in ("go", "go2", "up1", "up2"):
        os.mkfifo(scene.path(name))
    other = scene.tapedeck("run", "plan.yaml")
    seen(scene, "up1")
    return other, serving(scene)


def seen(scene, name):
    with open(scene.path(name), "rb") as pipe:
        pipe.read()


def opened(scene, name):
    with open(scene.path(name), "wb"):
        pass


def check_what_another_process_did_is_heard(scene):
    """Who watches an execution that another process runs hears the rest of it
    when the server goes on with it: each event once, in order."""
    other, server = another_runs(scene)
    watchers = [Watcher(server), Watcher(server, "&extras=true")]
    rig.same(ask(server, "POST", "/api/executions/x1/resume", {})[0], 409)
    opened(scene, "go")
    seen(scene, "up2")
    kill(other)
    rig.same(ask(server, "POST", "/api/executions/x1/resume", {})[0], 202)
    opened(scene, "go2")
    rig.same(told(server)["status"], "completed")
    late = [Watcher(server), Watcher(server, "&extras=true")]
    for watcher, behind in zip(watchers, late):
        rig.same(watcher.numbers(), behind.numbers())


def check_what_ended_elsewhere_has_ended(scene):
    """It was to be resumed, and could not be, for ever."""
    other, server = another_runs(scene)
    watcher = Watcher(server)
    opened(scene, "go")
    seen(scene, "up2")
    opened(scene, "go2")
    rig.same(other.child.wait(rig.SECONDS), 0)
    rig.same(ask(server, "POST", "/api/executions/x1/resume", {})[0], 409)
    rig.same(told(server)["status"], "completed")
    rig.same(watcher.numbers(), Watcher(server).numbers())
    rig.same(ask(server, "POST", "/api/executions/x1/retry", {})[0], 202)
    rig.same(told(server, "x2")["status"], "completed")


def check_a_context_warns_above_three_quarters(scene):
    """Of a budget of tokens; each run has one of its own."""
    server = serving(scene)
    client = console(scene, server, session="s")
    for used, warning in ((75, False), (76, True)):
        scene.write("plan.yaml", """plan: 1
budget: {tokens: 100}
tasks:
- {id: agent, provider: command, run: 'read -r task; echo "{\\"usage\\":{\\"tokens_in\\":%d}}"'}
""" % used)
        execution = command(client, "run", plan="plan.yaml")["output"]
        rig.same(told(server, execution)["status"], "completed")
        data = command(client, "context", execution_id=execution)["data"]
        rig.same({name: data[name] for name in (
            "total_tokens", "limit_tokens", "usage_percentage", "warning")},
                 {"total_tokens": used, "limit_tokens": 100,
                  "usage_percentage": used, "warning": warning})


def check_a_longer_name_is_another(scene):
    """A task whose id is as long as ids may be, and one letter more."""
    name = "a" * 100
    scene.write("plan.yaml", "plan: 1\ntasks: [{id: %s, run: 'true'}]\n" % name)
    server = serving(scene)
    rig.same(run(server)[0], 201)
    rig.same(told(server)["status"], "completed")
    status, text = ask(server, "POST", "/api/executions/x1/retry",
                       {"task": name + "b"})
    rig.true("there is no such task in x1" in text, "%d %s" % (status, text))
    rig.same(ask(server, "GET", "/api/executions/x2")[0], 404)


def check_lists_are_whole(scene):
    long_journal.write(os.environ["TAPEDECK"], scene.directory, 2000)
    server = serving(scene)
    status, text = ask(server, "GET", "/api/executions/x1/artifacts")
    rig.same((status, len(json.loads(text)["artifacts"])), (200, 2000))
    rig.same([task["state"] for task in json.loads(
        ask(server, "GET", "/api/executions/x1/tasks")[1])], ["completed"])


if __name__ == "__main__":
    rig.main(globals())
