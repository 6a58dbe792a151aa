#!/usr/bin/python3
"""What tapedeck serve answers to requests of HTTP that are not as they should
be: bodies, methods, and too many of them. No peer but Python's own sockets."""
import gzip
import http.client
import json
import os
import socket

import rig
from test_serve import ask, go, told

PLAN = """plan: 1
name: held
tasks:
- {id: one, run: "cat go"}
- {id: two, depends_on: [one], run: "true"}
"""
ORDER = "/api/executions/x1/"


def begin(scene):
    scene.write("plan.yaml", PLAN)
    os.mkfifo(scene.path("go"))
    return scene.serving("serve", "--listen", "127.0.0.1:0")


def post(server, path, body):
    """The body as it stands."""
    conn = http.client.HTTPConnection("127.0.0.1", server.port,
                                      timeout=rig.SECONDS)
    conn.request("POST", path, body)
    answer = conn.getresponse()
    text = answer.read().decode()
    conn.close()
    return answer.status, json.loads(text).get("error", "")


def check_bodies(scene):
    """What is no object orders nothing, whatever stands in it; and an object is
    one with white space, too."""
    server = begin(scene)
    start = "/api/executions"
    for body, error in (("", "the body is empty; give an object"),
                        (" \r\n", "the body is empty"),
                        ("plan.yaml", "the body is no JSON: "),
                        ('{"plan":"plan.yaml"', "(byte 19)"),
                        ('["plan.yaml"]', "the body is no object")):
        status, why = post(server, start, body)
        rig.same((body, status), (body, 400))
        rig.true(error in why, "%r is in %r" % (error, why))
    rig.same(post(server, start, ' {"plan": "plan.yaml"}\n'), (201, ""))
    for body in ('["two"]', '"two"', "two", '[{"task":"two"}]', "1", "null",
                 'x{"task":"two"}', '{"task":"two"}}', '{"task":"two"',
                 '{"task":"two"},{}', '"{}"'):
        rig.same((body, post(server, ORDER + "cancel", body)[0]), (body, 400))
    rig.same(json.loads(ask(server, "GET", ORDER + "tasks")[1])[1]["state"],
             "waiting")
    for body in (None, "", "{}", "{}\n", " { } ", "\n{\n}\n",
                 '{"request_id":"r1"}', ' { "request_id" : "r2" } '):
        rig.same((body, post(server, ORDER + "pause", body)), (body, (202, "")))
    rig.same(post(server, ORDER + "cancel", '{"task":"two"}\n'), (202, ""))
    rig.same(post(server, ORDER + "cancel", "{ }"), (202, ""))
    rig.same(told(server)["state"], "ended")


def check_a_plan_with_options(scene):
    """{plan, options}: options are what else may be given; and of a plan that
    is wrong each mistake has its place."""
    server = begin(scene)
    for args, status, error in (
            ({"options": 3}, 422, "options: an object"),
            ({"options": {"max_worker": 2}}, 422, "did you mean max_workers?"),
            ({"options": {"max_workers": 0}}, 422, "max_workers: a whole"),
            ({"max_workers": 2, "options": {"max_workers": 2}}, 422,
             "max_workers is given twice"),
            ({"options": {"options": {}}}, 422, 'run has no "options"')):
        rig.same((args, post(server, "/api/executions", json.dumps(
            {"plan": "plan.yaml", **args}))[0]), (args, status))
        rig.true(error in post(server, "/api/executions", json.dumps(
            {"plan": "plan.yaml", **args}))[1], error)
    rig.same(post(server, "/api/executions", '{"options":{}}')[1],
             "plan: none was named, and none was generated")
    rig.same(post(server, "/api/executions", json.dumps(
        {"plan": "plan.yaml", "options": {"max_workers": 3,
                                          "fail_fast": True}})), (201, ""))
    go(scene)
    rig.same(told(server)["status"], "completed")
    with gzip.open(scene.path(".tapedeck/x1.tape.gz"), "rt",
                   encoding="utf-8") as file:
        lines = [json.loads(line) for line in file.readlines()[:2]]
    options = lines[1]["json"]["options"]
    rig.same((options["workers"], options["fail_fast"]), (3, True))
    status, text = ask(server, "POST", "/api/executions", {"plan": {
        "plan": 1, "tasks": [{"id": "a", "run": "x", "retrys": 1},
                             {"id": "b", "run": "x", "depends_on": ["c"]}]}})
    errors = json.loads(text)["errors"]
    rig.same((status, sorted(errors[0])), (422, ["column", "line", "mend",
                                                 "text"]))
    rig.same([(one["line"], one["mend"]) for one in errors],
             [(1, "did you mean retry?"), (1, "did you mean a?")])


def check_methods(scene):
    """405 says what goes, and it is true."""
    server = begin(scene)
    rig.same(post(server, "/api/executions", '{"plan":"plan.yaml"}')[0], 201)
    conn = http.client.HTTPConnection("127.0.0.1", server.port,
                                      timeout=rig.SECONDS)
    for method, path, status, allow in (
            ("DELETE", "/api/executions", 405, "GET, HEAD, POST, OPTIONS"),
            ("PUT", "/api/executions", 405, "GET, HEAD, POST, OPTIONS"),
            ("GET", "/api/executions/", 200, None),
            ("DELETE", "/api/executions/x1", 405, "GET, HEAD, OPTIONS"),
            ("PATCH", ORDER + "tasks", 405, "GET, HEAD, OPTIONS"),
            ("GET", ORDER + "cancel", 405, "POST, OPTIONS"),
            ("DELETE", ORDER + "cancel", 405, "POST, OPTIONS"),
            ("POST", ORDER + "tasks", 404, None),
            ("DELETE", "/api/executions/x2", 404, None),
            ("POST", "/healthz", 405, "GET, HEAD, OPTIONS"),
            ("POST", "/metrics", 405, "GET, HEAD, OPTIONS"),
            ("HEAD", "/healthz", 200, None)):
        conn.request(method, path)
        answer = conn.getresponse()
        answer.read()
        rig.same((method, path, answer.status, answer.getheader("Allow")),
                 (method, path, status, allow))
    conn.close()
    rig.same(json.loads(ask(server, "GET", "/api/executions/x1")[1])["state"],
             "running")


def answers(sock, count):
    """The statuses of so many answers on one connection, and the last head."""
    found, head, file = [], {}, sock.makefile("rb")
    for _ in range(count):
        found.append(int(file.readline().split()[1]))
        head = http.client.parse_headers(file)
        file.read(int(head["Content-Length"]))
    return found, head


def check_a_flood_is_refused(scene):
    """However slow the machine is, at some time more than 100 come in a second;
    reading is not limited, and a second later orders are taken again."""
    server = begin(scene)
    rig.same(post(server, "/api/executions", '{"plan":"plan.yaml"}')[0], 201)
    one = b"POST /api/executions/x1/pause HTTP/1.1\r\nHost: localhost\r\n" \
        b"Content-Length: 2\r\n\r\n{}"
    with socket.create_connection(("127.0.0.1", server.port),
                                  timeout=rig.SECONDS) as sock:
        found = []
        while 429 not in found:
            sock.sendall(one * 300)
            found, head = answers(sock, 300)
            rig.true(set(found) <= {202, 429}, str(set(found)))
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        rig.same(answers(sock, 1)[0], [200])
        found = [429]
        while found == [429]:
            sock.sendall(one)
            found, head = answers(sock, 1)
            rig.same(head["Retry-After"], "1" if found == [429] else None)
        rig.same(found, [202])


def check_a_blueprint_is_named_as_it_is_asked_for(scene):
    server = begin(scene)
    for args, why in (
            ({"text": "A mobile app for hikers"},
             "no blueprint for mobile_app; choose a blueprint: "
             "rest-c, lib-c, cli-c"),
            ({"text": "An API for wine", "blueprint": "./mine"},
             'no blueprint "./mine"; choose a blueprint: '
             'rest-c, lib-c, cli-c')):
        rig.same(post(server, "/api/executions", json.dumps(args)), (422, why))


if __name__ == "__main__":
    rig.main(globals())
