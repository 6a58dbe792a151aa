#!/usr/bin/python3
"""tapedeck serve, held to what users of tools like it have reported. Each check
names the report."""
import fcntl
import json
import os
import signal
import socket

import rig
from test_serve import (GATED, PLAN, ask, command, console, emit, go, get_and_leave,
                        long_journal, metrics, numbered, serve, told, until_end, whole, WHOLE)

LONG = 20000  # events of a journal that takes a while


def launched(scene, execution="x1"):
    """Places of the tasks that were started, as far as the journal goes."""
    text = scene.tapedeck("cat", scene.path(".tapedeck/%s.tape.gz" % execution),
                          "--json").rest()
    return [line["json"]["task"] for line in text
            if isinstance(line, dict) and line.get("ev") == "launch"]


def check_a_log_of_any_bytes(scene):
    """coder/coder#13433, buildbuddy-io/buildbuddy#8287: a byte that is no
    UTF-8, or a character that is cut in two, ends the log or the server."""
    scene.write("plan.yaml", """plan: 1
name: bytes
tasks:
- {id: one, run: "cat go; cat bytes"}
""")
    os.mkfifo(scene.path("go"))
    with open(scene.path("bytes"), "wb") as file:
        file.write(b"\xff\xfe\0 \xc3\n" + b"a" + "\u00e9".encode() * 600
                   + b"\n" + bytes(range(256)) + b"\nlast")
    server = scene.serving("serve", "--listen", "127.0.0.1:0")
    live = console(scene, server, session="s", live="1")
    whole(scene, live)
    said = [line["data"]["message"] for line in live.seen
            if isinstance(line, dict) and line.get("got") == "log_message"]
    rig.same(said[-1], "last")
    rig.same(said[1], "a" + "\u00e9" * 499)
    rig.same(ask_bytes(server, "/api/executions/x1/logs/one"),
             open(scene.path("bytes"), "rb").read())


def ask_bytes(server, path):
    sock = socket.create_connection(("127.0.0.1", server.port), rig.SECONDS)
    sock.sendall(b"GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n" % path.encode())
    answer = b""
    while piece := sock.recv(65536):
        answer += piece
    return answer.split(b"\r\n\r\n", 1)[1]


def check_output_without_end_can_be_cancelled(scene):
    """concourse/concourse#1450: a build that writes very much cannot be
    aborted; #3887: nor is anything else answered."""
    scene.write("plan.yaml", """plan: 1
name: flood
tasks:
- {id: one, run: "exec yes a line of no use", log: 64K, grace: 1s}
""")
    server = scene.serving("serve", "--listen", "127.0.0.1:0")
    live = console(scene, server, session="s", live="1")
    command(live, "run", plan="plan.yaml")
    while "log_message" not in live.all("got"):
        live.until("got")
    rig.same(ask(server, "GET", "/healthz")[0], 200)
    rig.same(command(live, "cancel")["success"], True)
    rig.same(told(server)["exit"], 130)


def check_nothing_starts_behind_a_cancel(scene):
    """PrefectHQ/prefect#17482: tasks begin after the cancellation; #3424: what
    was cancelled still runs."""
    scene.write("plan.yaml", """plan: 1
name: many
tasks:
- {id: one, run: "echo $$ > pid; cat go", grace: 1s}
- {id: two, depends_on: [one], when: always, run: "true"}
- {id: three, run: "cat go", grace: 1s}
- {id: four, run: "cat go", grace: 1s}
- {id: five, run: "cat go", grace: 1s}
""")
    os.mkfifo(scene.path("go"))
    server = scene.serving("serve", "--listen", "127.0.0.1:0", "-w",
                           "1")
    client = console(scene, server, session="s", extras="1")
    command(client, "run", plan="plan.yaml")
    while "task_started" not in client.all("got"):
        client.until("got")
    while not os.path.exists(scene.path("pid")) or not os.path.getsize(
            scene.path("pid")):
        pass
    rig.same(command(client, "cancel")["success"], True)
    until_end(client)
    rig.same(launched(scene), [1])
    with open(scene.path("pid"), encoding="ascii") as file:
        pid = int(file.read())
    rig.true(not os.path.exists("/proc/%d" % pid), "its process is gone")


def check_what_tasks_make_is_no_page_of_ours(scene):
    """argoproj/argo-workflows, GHSA-cv78-6m8q-ph82: a page or a name that a
    task has made runs scripts with the rights of who looks at it."""
    name = "<img src=x onerror=alert(1)>.html"
    scene.write("plan.yaml", json.dumps({"plan": 1, "name": "page", "tasks": [
        {"id": "one", "run": ["sh", "-c", "cat go; echo '<script>' > \"$0\"",
                              name], "outputs": [name]}]}))
    os.mkfifo(scene.path("go"))
    server = scene.serving("serve", "--listen", "127.0.0.1:0")
    whole(scene, console(scene, server, session="s"))
    path = "/api/executions/x1/artifacts"
    listed = get_and_leave(server, path).recv(65536).lower()
    rig.true(b"content-type: application/json" in listed
             and name.encode() in listed, "the list is JSON: %r" % listed)
    page = get_and_leave(server, path + "/" + "".join(
        "%%%02x" % byte for byte in name.encode())).recv(65536).lower()
    rig.true(b"content-security-policy: sandbox" in page
             and b"x-content-type-options: nosniff" in page, "%r" % page)


def check_one_that_comes_back_before_anything_was_said(scene):
    """socketio/socket.io#5538: a client that goes before it has got an event
    cannot be brought up to date."""
    server = serve(scene)
    first = console(scene, server, session="s")
    first.kill()
    other = console(scene, server, session="s")
    command(other, "run", plan="plan.yaml")
    go(scene)
    until_end(other)
    back = console(scene, server, session="s")
    rig.same(until_end(back), numbered(WHOLE))


def check_one_that_comes_back_again_and_again(scene):
    """socketio/socket.io#4880: only the first recovery works."""
    server = serve(scene)
    client = console(scene, server, session="s")
    whole(scene, client)
    for seen in range(len(WHOLE)):
        back = console(scene, server, session="s", **{"from": seen})
        rig.same(until_end(back), numbered(WHOLE[seen:], seen + 1))
        back.kill()


def check_one_that_comes_back_by_itself(scene):
    """The official client as it is meant to be used, in the middle of a run: it
    is cut off, and then its server is killed."""
    scene.write("plan.yaml", PLAN)
    os.mkfifo(scene.path("go"))
    where = rig.own_address()
    server = scene.serving("serve", "--listen", where + ":0")
    server.host = where
    running = server
    for transports in ("websocket", "polling", "polling,websocket"):
        client = console(scene, server, session=transports, back=1,
                         transports=transports)
        command(client, "run", plan="plan.yaml")
        client.until("got")
        client.child.stdin.write(b'{"cut":true}\n')
        client.child.stdin.flush()
        client.until("close")
        client.until("open")
        os.kill(running.child.pid, signal.SIGKILL)
        running.child.wait()
        client.until("close")
        running = scene.tapedeck("serve", "--listen",
                                 "%s:%d" % (where, server.port))
        client.until("open")
        go(scene)
        rig.same(until_end(client), numbered(WHOLE))
        os.unlink(scene.path("two.txt"))
        client.kill()


def check_an_approval_outlives_the_server(scene):
    """argoproj/argo-workflows#14282: what waits for an approval is lost or goes
    on by itself when the server starts again."""
    scene.write("plan.yaml", GATED)
    os.mkfifo(scene.path("go"))
    server = scene.serving("serve", "--listen", "127.0.0.1:0")
    client = console(scene, server, session="s", extras="1")
    command(client, "run", plan="plan.yaml")
    go(scene)
    while "approval_request" not in client.all("got"):
        client.until("got")
    os.kill(server.child.pid, signal.SIGKILL)
    server.child.wait()
    again = scene.serving("serve", "--listen", "127.0.0.1:0")
    rig.same(json.loads(ask(again, "GET", "/api/executions/x1")[1])["state"],
             "running")
    rig.same(launched(scene), [1])
    for task in ("", "none"):
        rig.same(ask(again, "POST", "/api/executions/x1/approve",
                     {"task": task})[0], 404)
    rig.same(ask(again, "POST", "/api/executions/x1/approve",
                 {"task": "release"})[0], 202)
    rig.same(told(again)["status"], "completed")


def check_streams_of_an_execution_that_has_ended(scene):
    """concourse/concourse#772, #4132: the events of a build that is over never
    come, the page keeps loading."""
    server = serve(scene)
    whole(scene, console(scene, server, session="s"))
    sock = get_and_leave(server, "/events?execution=x1")
    sock.settimeout(rig.SECONDS)
    text = b""
    while b"execution_completed" not in text:
        piece = sock.recv(65536)
        rig.true(piece, "it is all there: %r" % text)
        text += piece
    rig.same(text.count(b"event: "), len(WHOLE))
    for path in ("/events?execution=x9", "/events"):
        rig.same((path, ask(server, "GET", path)[0]), (path, 404))
    rig.same(ask(server, "GET", "/ws?execution=x9", None, Connection="Upgrade",
                 Upgrade="websocket", **{
                     "Sec-WebSocket-Version": "13",
                     "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="})[0], 404)


def sse_ids(server, type_of_last, more="", seen=""):
    """Of the events that come, to one of this type."""
    found = []
    with socket.create_connection(("127.0.0.1", server.port),
                                  rig.SECONDS) as sock:
        head = "GET /events?execution=x1%s HTTP/1.1\r\nHost: localhost\r\n" % more
        if seen:
            head += "Last-Event-ID: %s\r\n" % seen
        sock.sendall(head.encode() + b"\r\n")
        with sock.makefile("rb") as lines:
            for line in lines:
                if line.startswith(b"id: "):
                    found.append(line[4:].strip().decode())
                elif line.startswith(b"data:") and (
                        json.loads(line[5:])["type"] == type_of_last):
                    return found
    raise rig.Failed("it ends before a %s: %s" % (type_of_last, found))


def check_an_event_source_goes_on_behind_what_it_saw(scene):
    server = serve(scene)
    whole(scene, console(scene, server, session="s"))
    told(server)
    last = "execution_completed"
    plain = [str(n + 1) for n in range(len(WHOLE))]
    rig.same(sse_ids(server, last), plain)
    for n in range(1, len(WHOLE)):
        rig.same(sse_ids(server, last, seen=str(n)), plain[n:])
        rig.same(sse_ids(server, last, seen="%d.3" % n), plain[n:])
    last, more = "phase_completed", "&extras=true"
    both = sse_ids(server, last, more)
    rig.same([name for name in both if "." not in name], plain)
    rig.same(both[:4], ["1", "1.1", "1.2", "2"])
    rig.same(both[-2:], ["9.2", "9.3"])
    for n, name in enumerate(both[:-1]):
        rig.same((name, sse_ids(server, last, more, name)),
                 (name, both[n + 1:]))
    for none in ("0", "x", "10", "3.", "3.x", "3.1.1", "1e1", "9" * 30,
                 "3." + "9" * 30):
        rig.same((none, sse_ids(server, last, more, none)), (none, both))
    rig.same(sse_ids(server, last, more + "&from=9", "3"),
             both[both.index("3") + 1:])


def check_a_task_that_dies_with_the_machine_is_run_again(scene):
    """apache/airflow#27657: a task whose worker was killed is never tried
    again."""
    server = serve(scene)
    client = console(scene, server, session="s")
    execution = command(client, "run", plan="plan.yaml")["output"]
    client.until("got")
    with open(scene.path(".tapedeck/x1/keeper.log"), encoding="utf-8") as file:
        keeper = json.loads(file.readline())["pid"]
    os.kill(server.child.pid, signal.SIGKILL)
    os.kill(keeper, signal.SIGKILL)
    server.child.wait()
    again = scene.serving("serve", "--listen", "127.0.0.1:0")
    go(scene)
    rig.same(told(again, execution)["status"], "completed")
    rig.same(launched(scene)[:2], [1, 1])


HELD = """plan: 1
name: %s
tasks:
- {id: one, run: "cat %s"}
"""


def check_rooms_keep_executions_apart(scene):
    """By each name of a room: who has joined one execution hears nothing of
    another, and who has left hears nothing more."""
    for name in "ab":
        scene.write(name + ".yaml", HELD % (name, name))
        os.mkfifo(scene.path(name))
    server = scene.serving("serve", "--listen", "127.0.0.1:0")
    rooms = (("join_execution", {"execution_id": "x1"}),
             ("join_masterplan", {"masterplan_id": "x1"}),
             ("join_discovery", {"session_id": "owner_a"}))
    for name in "ab":
        owner = console(scene, server, session="owner_" + name)
        rig.same(command(owner, "run", plan=name + ".yaml")["success"], True)
    stay, gone = [], []
    for event, args in rooms:
        for consoles, left in ((stay, False), (gone, True)):
            client = console(scene, server, session="guest")
            rig.same(emit(client, event, dict(args, from_seq=1))["data"]
                     ["execution_id"], "x1")
            if left:
                client.until("got")
                rig.same(emit(client, event.replace("join", "leave"),
                              args)["success"], True)
            consoles.append(client)
    rig.true("none" in emit(stay[0], "join_masterplan",
                            {"masterplan_id": "none"})["error"], "it is named")
    for name in "ba":
        with open(scene.path(name), "wb"):
            pass
        told(server, {"a": "x1", "b": "x2"}[name])
    for client in stay:
        rig.same([seq for _, seq in until_end(client)], [1, 2, 3, 4])
    for client in gone:
        emit(client, "get_pipeline_state", {})
        rig.same([line["got"] for line in client.seen
                  if isinstance(line, dict) and "got" in line],
                 ["execution_started"])


SLOW = (
    ("artifact", {"path": "one.txt"}, True, "one.txt, 2 bytes"),
    ("artifact", {"path": "none"}, False, 'no artifact "none"'),
    ("plan", {"action": "draw"}, True, "plan long  x1"),
    ("plan", {"action": "draw", "from": "none"}, False,
     'there is no task "none"'),
    ("plan", {"action": "why", "task": "one"}, True, "one"),
    ("context", {}, True, "0 tokens"),
    ("snapshot", {"action": "rollback", "name": "none"}, False, "none"),
)


def check_a_long_journal_holds_nobody_up(scene):
    """What needs all of it is answered behind what needs nothing."""
    long_journal.write(os.environ["TAPEDECK"], scene.directory, LONG)
    server = scene.serving("serve", "--listen", "127.0.0.1:0")
    client = console(scene, server, session="s")
    for number, (name, args, success, text) in enumerate(SLOW, 1):
        for event, data in (("execute_command", {
                "command": name, "args": dict(args, execution_id="x1")}),
                            ("get_pipeline_state", {})):
            client.child.stdin.write(
                (json.dumps({"event": event, "data": data}) + "\n").encode())
        client.child.stdin.flush()
        acks = client.count("ack", 2 * number)[-2:]
        rig.true("executions" in acks[0]["data"],
                 "others are answered meanwhile: " + name)
        rig.same((name, acks[1]["success"]), (name, success))
        rig.true(text in acks[1]["output" if success else "error"], acks[1])


def together(client, *asked):
    """Events that are sent in one piece, as their acks in the order in which
    they come."""
    before = len(client.all("ack"))
    for event, data in asked:
        client.child.stdin.write(
            (json.dumps({"event": event, "data": data}) + "\n").encode())
    client.child.stdin.flush()
    return client.count("ack", before + len(asked))[before:]


def order(name):
    return "execute_command", {"command": name, "args": {"execution_id": "x1"}}


def check_orders_that_read_a_long_journal_hold_nobody_up(scene):
    """One that is retried; meanwhile it is not retried a second time."""
    long_journal.write(os.environ["TAPEDECK"], scene.directory, LONG)
    server = scene.serving("serve", "--listen", "127.0.0.1:0")
    client = console(scene, server, session="s")
    twice, other, begun = together(client, order("retry"), order("retry"),
                                   ("get_pipeline_state", {}))
    rig.same((twice["success"], twice["error"]),
             (False, "x1 is being read for another; ask again"))
    rig.true("executions" in other["data"], "others are answered meanwhile")
    rig.same((begun["success"], begun["output"]), (True, "x2"))
    rig.same(until_end(client)[-1][0], "execution_completed")
    with socket.create_connection(("127.0.0.1", server.port),
                                  rig.SECONDS) as sock:
        sock.sendall(b"POST /api/executions/x1/retry HTTP/1.1\r\n"
                     b"Host: localhost\r\nContent-Length: 2\r\n\r\n{}")
    while ask(server, "GET", "/api/executions/x3")[0] != 200:
        continue  # who asked has gone
    rig.same(told(server, "x3")["status"], "completed")


def check_a_long_journal_goes_on_beside_others(scene):
    """One that another process had when the server began."""
    long_journal.write(os.environ["TAPEDECK"], scene.directory, LONG, cut=True)
    with open(scene.path(".tapedeck/x1/lock"), "r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = scene.serving("serve", "--listen", "127.0.0.1:0")
        client = console(scene, server, session="s")
        held = command(client, "resume", execution_id="x1")
        rig.true("it is run by pid %d" % os.getpid() in held["error"], held)
    other, goes = together(client, order("resume"), ("get_pipeline_state", {}))
    rig.same(other["data"]["executions"][0]["state"], "suspended")
    rig.same((goes["success"], goes["output"]), (True, "x1 goes on"))
    rig.same(told(server)["status"], "completed")
    rig.same(command(client, "resume", execution_id="x1")["error"],
             "x1: it has ended")


MANY = 1300  # more than may be read in vain


def seqs(server, first, last, more=""):
    """Of the events from one to another, as an EventSource has them."""
    found = [0]
    with socket.create_connection(("127.0.0.1", server.port),
                                  rig.SECONDS) as sock:
        sock.sendall(b"GET /events?execution=x1&from=%d%s HTTP/1.1\r\n"
                     b"Host: localhost\r\n\r\n" % (first, more.encode()))
        with sock.makefile("rb") as lines:
            while found[-1] < last:
                line = lines.readline()
                rig.true(line, "it goes on to %d: %r" % (last, found[-1]))
                if line.startswith(b"data:") and b'"sub":' not in line:
                    found.append(json.loads(line[5:])["data"]["seq"])
    return found[1:]


def check_who_has_nearly_all_gets_the_rest(scene):
    """Of a journal of several segments, while it grows and when it is whole."""
    scene.write("plan.yaml", """plan: 1
name: many
tasks:
- {id: one, run: "mkdir d; cd d; for i in $(seq %d); do : >$i; done", outputs: [d/]}
- {id: two, depends_on: [one], run: "cat go"}
- {id: three, depends_on: [two], run: "true"}
""" % MANY)
    os.mkfifo(scene.path("go"))
    serving = ("serve", "--listen", "127.0.0.1:0", "--fsync", "never")
    server = scene.serving(*serving)
    ask(server, "POST", "/api/executions", {"plan": "plan.yaml"})
    last = MANY + 3
    for _ in range(3):
        for more in ("", "&extras=true"):
            for first in (1, 2, 999, 1000, 1001, last - 1, last):
                rig.same(seqs(server, first, last, more),
                         list(range(first, last + 1)))
        os.kill(server.child.pid, signal.SIGKILL)
        server.child.wait()
        server = scene.serving(*serving)
    go(scene)
    rig.same(told(server)["status"], "completed")
    for more in ("", "&extras=true"):
        rig.same(seqs(server, last, last + 4, more),
                 list(range(last, last + 5)))


FLOOD = 6000  # events at one moment, more than 2 MiB


def check_a_flood_cuts_nobody_off(scene):
    """Who takes it as fast as it can gets all of it, and so does who reads
    nothing until its end: it waits in the journal, not in memory."""
    scene.write("plan.yaml", """plan: 1
name: flood
tasks:
- {id: one, run: "cat go; mkdir d; cd d; seq %d | xargs touch", outputs: [d/]}
- {id: two, depends_on: [one], run: "true"}
""" % FLOOD)
    os.mkfifo(scene.path("go"))
    server = scene.serving("serve", "--listen", "127.0.0.1:0", "--fsync", "never")
    clients = [console(scene, server, session=transports, transports=transports)
               for transports in ("websocket", "polling")]
    command(clients[0], "run", plan="plan.yaml")
    emit(clients[1], "join_execution", {"execution_id": "x1", "from_seq": 1})
    lazy = [get_and_leave(server, "/events?execution=x1" + more)
            for more in ("", "&extras=true")]
    for sock in lazy:
        rig.true(b" 200 " in sock.recv(64), "it is let in")
    go(scene)
    rig.same(told(server)["status"], "completed")
    for client in clients:
        while client.next().get("got") != "execution_completed":
            continue
        rig.same([line["seq"] for line in client.seen if "got" in line],
                 list(range(1, FLOOD + 8)))
    for sock in lazy:
        found = []
        with sock, sock.makefile("rb") as lines:
            while not found or found[-1] < FLOOD + 7:
                line = lines.readline()
                rig.true(line, "it goes on: %d" % len(found))
                if line.startswith(b"id: ") and b"." not in line:
                    found.append(int(line[4:]))
        rig.same(found, list(range(1, FLOOD + 8)))
    rig.true(metrics(server)["tapedeck_lagged_total"] > 0, "they lagged")


def check_a_journal_that_was_packed_anew_is_read_too(scene):
    """By gzip, as one piece: no place in it can be looked up."""
    last = long_journal.write(os.environ["TAPEDECK"], scene.directory, LONG)
    server = scene.serving("serve", "--listen", "127.0.0.1:0")
    for more in ("", "&extras=true"):
        rig.same(seqs(server, last - 2, last, more), [last - 2, last - 1, last])


if __name__ == "__main__":
    rig.main(globals())
