#!/usr/bin/python3
"""The blueprint rest-c, from a sentence to a service that is asked over HTTP.

usage: rest_c.py TAPEDECK RENDER_PLAN

A plan for eight entities is made twice (equal bytes), its templates are rendered,
and its shell tasks are run in the order of their dependencies: each must find its
inputs and leave its outputs. Then the service is started and driven, bad input
included.
"""
import concurrent.futures
import glob
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile

DATA = ("wine(name: text 1..80, year: integer 1900..2100 optional, "
        "price: money, sweet: bool optional, rating: number 0..5 optional), "
        "customer(name: text, email: email, born: date optional, "
        "site: url optional), order(total: money 1..100000, placed: date, "
        "paid: bool), review(stars: integer 1..5, text: text 0..2000 optional), "
        "supplier(name: text 2..3, country: text 2..2), "
        "shipment(weight: number, code: text 6000..9000), label, "
        "tax_rule(rate: number 0..1, only: integer 7..7, note: text optional)")
ANSWERS = {"data": DATA, "users": "shop owners, sommeliers",
           "features": "search, orders", "auth": "token", "scale": "50 req/s",
           "timeline": "6 weeks"}


def tell(*args, **more):
    return subprocess.run(args, check=True, stdout=subprocess.PIPE,
                          **more).stdout.decode()


def make_plan(tapedeck, folder):
    tell(tapedeck, "spec", "-q", "REST API for a wine shop", cwd=folder)
    for category, text in ANSWERS.items():
        tell(tapedeck, "spec", "-q", "answer", category, text, cwd=folder)
    said = tell(tapedeck, "spec", "-q", "ready", cwd=folder)
    assert said == "ready; 100 %\n", said
    said = tell(tapedeck, "plan", "-q", "generate", "-o", "plan.json",
                "--json", cwd=folder)
    summary = json.loads(said)
    assert (summary["tasks"], summary["files"], summary["waves"]) == \
        (121, 46, 10), summary
    with open(os.path.join(folder, "plan.json"), "rb") as file:
        return file.read()


def check_plan(plan):
    tasks = plan["tasks"]
    ids = [task["id"] for task in tasks]
    outputs = [path for task in tasks for path in task.get("outputs", [])]
    assert len(set(ids)) == len(ids) == 121
    assert len(set(outputs)) == len(outputs)
    phases = [sum(task["phase"] == n for task in tasks) for n in range(5)]
    assert phases == [5, 15, 21, 70, 10], phases
    for task in tasks:
        assert re.fullmatch("[a-z][a-z0-9_]*", task["id"])
        assert ("run" in task) != ("provider" in task)
        if "provider" in task:
            assert re.fullmatch("[0-9a-f]{64}", task["with"]["sha256"])


def run_task(task, folder):
    """A shell task as the run of a plan would do it."""
    for pattern in task.get("inputs", []):
        assert glob.glob(os.path.join(folder, pattern)), \
            "%s: no input %s" % (task["id"], pattern)
    run = task["run"]
    argv = run if isinstance(run, list) else ["sh", "-euc", run]
    done = subprocess.run(argv, cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, "%s: %d\n%s" % (
        task["id"], done.returncode, done.stdout.decode()[-4000:])
    for path in task.get("outputs", []):
        assert os.path.exists(os.path.join(folder, path)), \
            "%s: no output %s" % (task["id"], path)
    return done.stdout.decode()


def run_tasks(plan, folder):
    """All shell tasks, several at once where their dependencies let them."""
    waiting = {task["id"]: task for task in plan["tasks"]}
    running, done, said = {}, set(), {}
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        while waiting or running:
            for task in list(waiting.values()):
                if not done.issuperset(task.get("depends_on", [])):
                    continue
                del waiting[task["id"]]
                if "run" in task:
                    running[pool.submit(run_task, task, folder)] = task["id"]
                else:
                    done.add(task["id"])
            ended, _ = concurrent.futures.wait(
                running, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in ended:
                said[running[future]] = future.result()
                done.add(running.pop(future))
    return said


class Service:
    """The service on a port of its own."""

    def __init__(self, folder):
        with open(os.path.join(folder, "token"), "w", encoding="ascii") as file:
            file.write("s3cret\n")
        self.process = subprocess.Popen(
            ["build/service", "--port", "0", "--db", "test.db",
             "--token-file", "token"], cwd=folder, stdout=subprocess.PIPE)
        line = self.process.stdout.readline().decode()
        self.port = int(line.rsplit(":", 1)[1])

    def ask(self, method, path, body=None, token="s3cret"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=240)
        headers = {"Authorization": "Bearer " + token} if token else {}
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer, json.loads(text) if text else None

    def expect(self, status, *args, **more):
        answer, value = self.ask(*args, **more)
        assert answer.status == status, (args, answer.status, value)
        return value

    def raw(self, data):
        """Bytes that are no HTTP, or half of it, from somebody who leaves."""
        with socket.create_connection(("127.0.0.1", self.port), 20) as peer:
            peer.sendall(data)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == 0
        self.process.stdout.close()


WINE = {"name": "Rioja \u00e9\U0001f377", "year": 2019, "price": 1250,
        "sweet": False, "rating": 4.5}


def drive_good(service):
    answer, made = service.ask("POST", "/wine", WINE)
    assert answer.status == 201 and answer.getheader("Location") == "/wine/1"
    assert answer.getheader("Content-Type") == "application/json"
    assert made == dict(WINE, id=1), made
    assert service.expect(200, "GET", "/wine/1") == made
    least = {"name": "x", "price": 0}
    replaced = service.expect(200, "PUT", "/wine/1", least)
    assert replaced == {"id": 1, "name": "x", "price": 0, "year": None,
                        "sweet": None, "rating": None}
    assert service.expect(200, "PUT", "/wine/1", replaced) == replaced
    for n in range(4):
        service.expect(201, "POST", "/wine", dict(WINE, name="n%d" % n))
    page = service.expect(200, "GET", "/wine?limit=2")
    assert [w["id"] for w in page["items"]] == [1, 2] and page["next"] == 2
    page = service.expect(200, "GET", "/wine?limit=10&after=2")
    assert [w["id"] for w in page["items"]] == [3, 4, 5]
    assert page["next"] is None
    service.expect(204, "DELETE", "/wine/1")
    service.expect(404, "GET", "/wine/1")
    document = service.expect(200, "GET", "/openapi.json", token=None)
    assert document["openapi"] == "3.0.3" and "/tax_rule/{id}" in \
        document["paths"]


BAD = [
    ({}, ["name", "price"]),
    (dict(WINE, name=""), ["name"]),
    (dict(WINE, name="\u00e9" * 81), ["name"]),
    (dict(WINE, year=1899), ["year"]),
    (dict(WINE, year=2000.5), ["year"]),
    (dict(WINE, year="2000"), ["year"]),
    (dict(WINE, price=-1), ["price"]),
    (dict(WINE, price=2 ** 53), ["price"]),
    (dict(WINE, sweet=1), ["sweet"]),
    (dict(WINE, rating=5.01), ["rating"]),
    (dict(WINE, colour="red"), ["colour"]),
    (dict(WINE, name=None), ["name"]),
]


def drive_bad(service):
    for body, fields in BAD:
        problems = service.expect(422, "POST", "/wine", body)["problems"]
        assert [p["field"] for p in problems] == fields, (body, problems)
    for body in ("", "{", "[]", "null", '"x"', "{}}", '{"name":"a","name":"b"}',
                 b'{"name":"\xff"}', '{"name":"\\u0000"}', "[" * 100000,
                 '{"price":1e999}', '{"price":99999999999999999999}'):
        service.expect(400, "POST", "/wine", body)
    for body in ({"name": "a", "email": "a@b", "born": "2023-02-29"},
                 {"name": "a", "email": "a b@c"},
                 {"name": "a", "email": "a@b", "site": "javascript:1"}):
        service.expect(422, "POST", "/customer", body)
    for path in ("/wine/0", "/wine/1x", "/wine/", "/wine?limit=0",
                 "/wine?after=-1", "/wine/99999999999999999999"):
        service.expect(400, "GET", path)
    service.expect(404, "GET", "/wine/999")
    service.expect(404, "GET", "/wines")
    service.expect(405, "PATCH", "/wine/1")
    service.expect(413, "POST", "/wine", " " * (1 << 20) + " ")
    for token in (None, "", "s3cre", "s3crets", "x" * 4000):
        service.expect(401, "GET", "/wine", token=token)
    service.expect(201, "POST", "/label",
                   {"name": "'; DROP TABLE \"label\"; --"})
    assert len(service.expect(200, "GET", "/label")["items"]) == 1
    for data in (b"\0" * 1000, b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n",
                 b"POST /wine HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"):
        service.raw(data)
        service.expect(200, "GET", "/healthz")


def check_readme(service, folder):
    """The commands of the README that ask, as they stand there."""
    with open(os.path.join(folder, "README.md"), encoding="utf-8") as file:
        text = file.read()
    commands = re.findall(r"^    (curl -d .*)$", text, re.M)
    assert len(commands) == 8
    for command in commands:
        done = tell("sh", "-c", command.replace(
            ":8080", ":%d" % service.port).replace(
                "curl", "curl -s -o answer -w '%{http_code}'", 1), cwd=folder)
        assert done == "201", (command, done)


def main(tapedeck, render):
    with tempfile.TemporaryDirectory() as folder, \
            tempfile.TemporaryDirectory() as again:
        first = make_plan(tapedeck, folder)
        assert first == make_plan(tapedeck, again), "not the same bytes"
        plan = json.loads(first)
        check_plan(plan)
        work = os.path.join(folder, "work")
        os.mkdir(work)
        tell(render, os.path.join(folder, "plan.json"), work)
        files = sum(len(names) for _, _, names in os.walk(work))
        assert files == 46, files
        said = run_tasks(plan, work)
        print(said["coverage"].strip().split("\n")[-1])
        service = Service(work)
        try:
            drive_good(service)
            drive_bad(service)
            check_readme(service, work)
        finally:
            service.stop()


if __name__ == "__main__":
    main(*[os.path.abspath(path) for path in sys.argv[1:3]])
    print("ok")
