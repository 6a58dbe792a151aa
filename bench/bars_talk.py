"""The bars of standing between a client and its program, or its server."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

from bars import LIMIT_S, Bar

TURNS = 3000
MESSAGE = b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n'


def turns_ms(command, where):
    """How long each answer of a program that echoes took."""
    child = subprocess.Popen(command, cwd=where, bufsize=0, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    took = []
    for _ in range(TURNS):
        begun = time.perf_counter_ns()
        os.write(child.stdin.fileno(), MESSAGE)
        os.read(child.stdout.fileno(), 65536)
        took.append((time.perf_counter_ns() - begun) / 1e6)
    child.stdin.close()
    child.wait(timeout=LIMIT_S)
    return sorted(took)


def added(bench):
    """Both ways together, 99th of 100: with the recorder less without it."""
    where = bench.path("")
    bare = turns_ms(["cat"], where)
    ours = turns_ms([bench.deck, "record", "--stdio", "-o", "talk.tape.gz", "--overwrite", "--",
                     "cat"], where)
    return ours[TURNS * 99 // 100] - bare[TURNS * 99 // 100]


class Between:
    """A server of small answers, a recording before it, and the port to ask."""

    def __init__(self, bench):
        self.load = bench.program("http_load")
        self.server = subprocess.Popen([self.load, "serve"], stdout=subprocess.PIPE)
        self.bare = int(self.server.stdout.readline())
        self.proxy = subprocess.Popen(
            [bench.deck, "record", "--listen", "127.0.0.1:0", "--to", f"http://127.0.0.1:{self.bare}",
             "-q", "-o", bench.path("http.tape.gz"), "--overwrite"], stdout=subprocess.PIPE)
        self.port = json.loads(self.proxy.stdout.readline())["port"]

    def measure(self, what, port, *words):
        done = subprocess.run([self.load, what, str(port), *words], stdout=subprocess.PIPE,
                              timeout=LIMIT_S, check=True)
        return float(re.findall(rb"[\d.]+", done.stdout.replace(b"p50", b"").replace(b"p99", b""))[-1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.proxy.send_signal(signal.SIGINT)
        self.proxy.wait(timeout=LIMIT_S)
        self.server.kill()
        self.server.wait(timeout=LIMIT_S)


def added_by_proxy(bench):
    """At 1,000 requests a second, 99th of 100: with the recording less without it."""
    with Between(bench) as b:
        bare = b.measure("pace", b.bare, "1000", "5")
        return (b.measure("pace", b.port, "1000", "5") - bare) / 1000


def asked_of_proxy(bench):
    with Between(bench) as b:
        return b.measure("ask", b.port, "16", "5")


def nginx_conf(bench, upstream, port):
    """nginx as a plain proxy that keeps its connections, and writes nothing down."""
    path = bench.path("nginx.conf")
    with open(path, "w", encoding="ascii") as out:
        out.write(f"""daemon off; worker_processes 1; pid {bench.path('nginx.pid')};
error_log stderr crit; events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {bench.path('ngx')}; proxy_temp_path {bench.path('ngx')};
  fastcgi_temp_path {bench.path('ngx')}; uwsgi_temp_path {bench.path('ngx')}; scgi_temp_path {bench.path('ngx')};
  keepalive_requests 100000000;
  upstream up {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 100000000; }}
  server {{ listen 127.0.0.1:{port};
    location / {{ proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; }} }}
}}
""")
    return path


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def listening(port, child):
    """Once somebody answers there."""
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end and child.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.01)
    raise SystemExit("bench: nginx does not listen")


def asked_of_nginx(bench):
    with Between(bench) as b:
        port = free_port()
        nginx = subprocess.Popen([NGINX, "-e", "stderr", "-c", nginx_conf(bench, b.bare, port)],
                                 stderr=subprocess.DEVNULL)
        try:
            listening(port, nginx)
            return b.measure("ask", port, "16", "5")
        finally:
            nginx.send_signal(signal.SIGTERM)
            nginx.wait(timeout=LIMIT_S)


CHUNKS = 200_000
RULES = "preset openai\nkey api_key\nregex sk-[A-Za-z0-9]{20,}\n"


def chunks(bench):
    """A tape of streamed answers, 50 at a time, a word in each event, and a key now and then."""
    path = bench.path("chunks.tape.gz")
    if os.path.exists(path):
        return path
    words = "the quick brown fox jumps over a lazy dog and says sk-ABCDEF GHIJ".split()
    lines = "\n".join(json.dumps({"id": f"chatcmpl-{i % 50:024d}", "object": "chat.completion.chunk",
                                  "created": 1764460000, "model": "m", "choices": [
                                      {"index": 0, "delta": {"content": " " + words[i % len(words)]},
                                       "finish_reason": None}]}, separators=(",", ":"))
                      for i in range(CHUNKS)) + "\n"
    bench.run([bench.deck, "record", "-", "-q", "-o", path], input=lines.encode())
    return path


def redacted(bench):
    """Events a second of processor time, with reading and writing the tape."""
    rules = bench.path("chunks.rules")
    with open(rules, "w", encoding="ascii") as out:
        out.write(RULES)
    used = bench.used([bench.deck, "redact", chunks(bench), "--rules", rules, "-q", "--overwrite",
                       "-o", bench.path("redacted.tape.gz")])
    return CHUNKS / used.ru_utime


EXCHANGES = 100_000
ASKED = 20_000


def exchanges(bench):
    """So many questions with a body each, and their answers."""
    path = bench.path("exchanges-100k.tape.gz")
    if os.path.exists(path):
        return path
    lines = ['{"tape":1,"id":"x","start":"2026-01-01T00:00:00.000000000Z","clock":"monotonic"}']

    def add(way, number, kind, value):
        at = len(lines)
        lines.append(f'{{"s":{at},"t":{at},"d":"{way}","c":1,"x":{number},"k":"{kind}",'
                     f'"json":{json.dumps(value, separators=(",", ":"))}}}')

    for n in range(1, EXCHANGES + 1):
        add("in", n, "request", {"method": "POST", "target": "/v1/chat", "version": "1.1",
                                 "headers": [["content-type", "application/json"]]})
        add("in", n, "body", question(n))
        add("out", n, "response", {"status": 200, "reason": "OK", "version": "1.1",
                                   "headers": [["content-type", "application/json"],
                                               ["content-length", str(len(str(n)) + 6)]]})
        add("out", n, "body", {"n": n})
        add("out", n, "done", {})
    lines.append(f'{{"end":{{"how":"clean","events":{len(lines) - 1},"last":{len(lines) - 1},"lost":0}}}}')
    text = path + ".text"
    with open(text, "w", encoding="ascii") as out:
        out.write("\n".join(lines) + "\n")
    bench.run([bench.deck, "reindex", text, "-o", path, "-q"])
    os.remove(text)
    return path


def question(n):
    return {"model": "m", "messages": [{"role": "system", "content": "You are brief."},
                                       {"role": "user", "content": f"question {n}"}]}


def answered(bench, count):
    """Seconds of processor time of a server that is asked so often, one question after the other."""
    server = subprocess.Popen([bench.deck, "replay", exchanges(bench), "--answer", "127.0.0.1:0",
                               "--speed", "max", "-q"], stdout=subprocess.PIPE)
    port = json.loads(server.stdout.readline())["port"]
    with socket.create_connection(("127.0.0.1", port)) as conn, conn.makefile("rb") as answers:
        for i in range(count):
            body = json.dumps(question(1 + i * 7919 % EXCHANGES)).encode()
            conn.sendall(b"POST /v1/chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                         b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            take_answer(answers)
    server.send_signal(signal.SIGINT)
    _, _, used = os.wait4(server.pid, 0)
    server.returncode = 0
    return used.ru_utime + used.ru_stime


def take_answer(answers):
    if b" 200 " not in answers.readline():
        raise SystemExit("bench: a question of the tape was not answered")
    length = 0
    while True:
        line = answers.readline()
        if line in (b"\r\n", b""):
            break
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    answers.read(length)


def matched(bench):
    """Of one question, and all that belongs to it: reading it, finding it, answering."""
    return (answered(bench, ASKED) - answered(bench, 1)) / (ASKED - 1) * 1e6


NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")

BARS = [
    Bar("proxy", "what record --listen adds to a request and its answer, 1,000 a second, 99th of 100",
        "ms", {"tapedeck record": added_by_proxy}, 1, False),
    Bar("proxy_rate", "small requests through record --listen, all recorded", "requests/s",
        {"tapedeck record": asked_of_proxy}, 50_000),
    Bar("match", "a request that is answered from 100,000 exchanges, processor time", "us",
        {"tapedeck replay": matched}, 50, False),
    Bar("pieces", "redact with preset openai, a key and a regex rule, tape to tape, user time", "events/s",
        {"tapedeck redact": redacted}, 300_000),
    Bar("stdio", "what record --stdio adds to a question and its answer, 99th of 100", "ms",
        {"tapedeck record": added}, 0.2, False),
]
if NGINX:
    BARS.insert(2, Bar(
        "proxy_nginx", "the same beside nginx with one worker, which writes nothing down", "requests/s",
        {"tapedeck record": asked_of_proxy, "nginx": asked_of_nginx}, 0.5))
