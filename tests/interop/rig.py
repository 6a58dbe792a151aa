"""What the tests of this folder share: peers, the program, tapes, streams.

    def check_something(scene):
        server = scene.peer("ws_server.mjs", stream=rig.RAW)
        run = scene.tapedeck("record", server.url("ws"), "-o", "a.tape.gz")
        run.finish(0)
        rig.same(rig.payloads(scene.tape("a.tape.gz")), ...)

    if __name__ == "__main__":
        rig.main(globals())

Every check runs in a directory of its own. Waits are for lines that a process
writes, bounded by SECONDS; whatever a check started is ended with it, by its
process group. usage: test_X.py [CHECK...], with TAPEDECK naming the program.
"""
import base64
import concurrent.futures
import gzip
import itertools
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(HERE, "peers")
SECONDS = 240
SKIPPED = 77
AT_ONCE = 3  # checks; they mostly wait for processes to start and to end


class Failed(Exception):
    """A check found something else than it must."""


def same(got, wanted, what="values"):
    if got == wanted:
        return
    if isinstance(got, list) and isinstance(wanted, list):
        for n, (one, other) in enumerate(itertools.zip_longest(got, wanted)):
            if one != other:
                raise Failed("%s differ from number %d on (%d, not %d)\n"
                             "  got    %.500r\n  wanted %.500r"
                             % (what, n, len(got), len(wanted), one, other))
    raise Failed("%s differ\n  got    %.2000r\n  wanted %.2000r"
                 % (what, got, wanted))


def true(value, what):
    if not value:
        raise Failed("not so: " + what)


ADDRESSES = itertools.count(1)


def own_address():
    """Of one check in this process: nobody else can take a port that is listened
    on again."""
    pid = os.getpid()
    return "127.%d.%d.%d" % (1 + pid % 254, 1 + pid // 254 % 254,
                             next(ADDRESSES))


class Process:
    """A child whose stdout is lines; JSON objects if they start with {."""

    def __init__(self, argv, cwd, stderr, env=None):
        self.name = os.path.basename(argv[1] if len(argv) > 1 else argv[0])
        self.stderr_path = stderr
        with open(stderr, "wb") as file:
            self.child = subprocess.Popen(
                argv, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=file, env=env, start_new_session=True)
        self.lines = queue.Queue()
        self.seen = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.child.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def stderr(self):
        with open(self.stderr_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def next(self):
        """The next line as an object (or text), None at the end."""
        try:
            line = self.lines.get(timeout=SECONDS)
        except queue.Empty:
            raise Failed("%s said nothing for %d s\n%s\n%s" % (
                self.name, SECONDS, self.seen[-3:], self.stderr())) from None
        if line is None:
            self.lines.put(None)
            return None
        text = line.decode("utf-8", "surrogateescape").rstrip("\n")
        value = json.loads(text) if text.startswith("{") else text
        self.seen.append(value)
        return value

    def until(self, key):
        """Read to a line that has the key; that line."""
        while True:
            value = self.next()
            if value is None:
                raise Failed("%s ended before it said \"%s\"\n%s\n%s" % (
                    self.name, key, self.seen[-3:], self.stderr()))
            if isinstance(value, dict) and key in value:
                return value

    def count(self, key, count):
        """Read until the key was seen that often, from the start on."""
        while len(self.all(key)) < count:
            self.until(key)
        return self.all(key)

    def all(self, key):
        return [line[key] for line in self.seen
                if isinstance(line, dict) and key in line]

    def rest(self):
        """Read to the end of its output."""
        while self.next() is not None:
            continue
        return self.seen

    def finish(self, status=None):
        """Wait until it ends by itself; its lines. status: what it must be."""
        self.rest()
        code = self.child.wait(timeout=SECONDS)
        if status is not None and code != status:
            raise Failed("%s ended with %d, not %d\n%s" % (
                self.name, code, status, self.stderr()))
        return self.seen

    def end_input(self):
        self.child.stdin.close()

    def interrupt(self):
        self.child.send_signal(signal.SIGINT)

    def kill(self):
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.child.wait()


class Server(Process):
    port = 0
    host = "127.0.0.1"

    def url(self, scheme, path=""):
        return "%s://%s:%d%s" % (scheme, self.host, self.port, path)


class Scene:
    def __init__(self, directory):
        self.directory = directory
        self.processes = []

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, value):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(value if isinstance(value, str) else json.dumps(value))
        return self.path(name)

    def start(self, argv, kind=Process, env=None):
        stderr = self.path("stderr.%d" % len(self.processes))
        process = kind(argv, self.directory, stderr, env)
        self.processes.append(process)
        return process

    def peer(self, script, stream=None, **options):
        """Start peers/SCRIPT. Servers are returned when they listen. ca=FILE: what
        the peer trusts."""
        env = None
        if "ca" in options:
            ca = options.pop("ca")
            env = dict(os.environ, NODE_EXTRA_CA_CERTS=ca, SSL_CERT_FILE=ca)
        runner = "/usr/bin/python3" if script.endswith(".py") else "node"
        if stream is not None:
            name = "stream.%d.json" % len(self.processes)
            options["stream"] = self.write(name, stream)
        words = ["%s=%s" % pair for pair in options.items()]
        argv = [runner, os.path.join(PEERS, script)] + words
        if "server" not in script:
            return self.start(argv, env=env)
        server = self.start(argv, Server, env)
        server.host = options.get("host", server.host)
        server.port = server.until("port")["port"]
        return server

    def tapedeck(self, *words):
        return self.start([os.environ["TAPEDECK"]] + list(words))

    def serving(self, *words, env=None):
        """tapedeck with a port of its own choice; returned when it listens."""
        server = self.start([os.environ["TAPEDECK"]] + list(words), Server,
                            env)
        server.port = server.until("port")["port"]
        return server

    def tape(self, name):
        return read_tape(self.path(name))

    def close(self):
        """Nothing of it goes on: keepers outlive the servers they belong to,
        and so do their tasks."""
        for process in self.processes:
            process.kill()
        for _ in range(100):
            left = [pid for pid in os.listdir("/proc") if pid.isdigit()
                    and self.is_in(pid)]
            for pid in left:
                try:
                    os.kill(int(pid), signal.SIGKILL)
                except ProcessLookupError:
                    pass
            if not left:
                break

    def is_in(self, pid):
        try:
            where = os.readlink("/proc/%s/cwd" % pid)
        except OSError:
            return False
        return where == self.directory or where.startswith(
            self.directory + os.sep)


def read_tape(path):
    """The event lines of a tape; "raw" is the payload's text as it stands, and
    "name" the literal of its name."""
    with gzip.open(path) as file:
        text = file.read().decode("utf-8", "surrogatepass")
    true(text.endswith("\n"), "a tape ends with a line")
    lines = text[:-1].split("\n")  # splitlines() knows more ends than LF
    true(lines and lines[0].startswith('{"tape":1,'), "a tape starts as one")
    true(lines[-1].startswith('{"end":'), "the tape is complete")
    events = []
    for line in lines[1:-1]:
        event = json.loads(line)
        for form in ("json", "text", "b64"):
            if form in event:
                event["raw"] = line[line.index('"%s":' % form)
                                    + len(form) + 3:-1]
        if "ev" in event:
            start = line.index('"ev":') + 5
            event["name"] = line[start:json.decoder.scanstring(
                line, start + 1)[1]]
        events.append(event)
    return events


def plain(events):
    return [event for event in events if "k" not in event]


def kinds(events, kind):
    return [event for event in events if event.get("k") == kind]


def raw_message(event):
    """A tape's event as a message of RAW."""
    if "b64" in event:
        return {"b64": event["b64"]}
    return {"text": event["raw"] if "json" in event else event["text"]}


def b64(data):
    return base64.b64encode(data).decode()


def certificate(scene, names="IP:127.0.0.1"):
    """The paths of a certificate that nobody but the check trusts."""
    subprocess.run(
        ("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1"
         " -nodes -days 2 -keyout key.pem -out cert.pem -subj /CN=localhost"
         " -addext subjectAltName=" + names).split(), cwd=scene.directory,
        check=True, stderr=subprocess.DEVNULL)
    return {"cert": scene.path("cert.pem"), "key": scene.path("key.pem")}


# --- streams ------------------------------------------------------------------

TEXTS = ["", "plain", "{\"a\":[1,2.50,-0]}", "[1.10, 2]", "\u00e9\u4e2d\U0001f600",
         "line\nbreak \u2028 and\ttab", "{\"dup\":1,\"dup\":2}", "not { json",
         "9007199254740993", "\"quoted \\u0041\""]

# WebSocket and Engine.IO: texts that tempt to be rewritten, bytes of every
# value, and sizes around each boundary of the framing.
RAW = ([{"text": text} for text in TEXTS]
       + [{"text": "x" * size} for size in (125, 126, 65535, 65536)]
       + [{"b64": b64(bytes(range(256)) * repeat)} for repeat in (0, 1, 257)]
       + [{"text": "{\"n\":%d}" % n} for n in range(200)])

# Socket.IO without and with attachments.
EVENTS = ([{"event": "plain", "args": [text]} for text in TEXTS]
          + [{"event": "none", "args": []},
             {"event": "many", "args": [1, None, True, [{"deep": [[]]}], ""]},
             {"event": "quo\"te", "args": [{"k\"": "v\\"}]},
             {"event": "large", "args": ["y" * 70000]}]
          + [{"event": "progress", "args": [{"n": n}]} for n in range(100)])
BINARY = [{"event": "bytes", "args": [{"$b64": b64(b"\x00\xff\x1e")}]},
          {"event": "pair", "args": [{"a": {"$b64": b64(b"first")}},
                                     {"$b64": b64(bytes(range(256)))}, "end"]},
          {"event": "empty", "args": [{"$b64": ""}]},
          {"event": "block", "args": [{"$b64": b64(b"\x07" * 100000)}]}]
ALL = EVENTS + BINARY
NAMES = ",".join(sorted({message["event"] for message in ALL}))

SSE = ([{"data": text} for text in TEXTS if "\u2028" not in text and text]
       + [{"id": n, "event": "tick", "data": "{\"n\":%d}" % n}
          for n in range(1, 101)])


def compact(value, ascii_only=False):
    """As JSON.stringify() writes it, or as Python does."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only)


def placed(message, ascii_only=False):
    """A Socket.IO message as it is on the wire: the argument array with
    placeholders, and its attachments as base64."""
    attachments = []

    def place(value):
        if isinstance(value, list):
            return [place(inner) for inner in value]
        if isinstance(value, dict) and "$b64" in value:
            attachments.append(value["$b64"])
            return {"_placeholder": True, "num": len(attachments) - 1}
        if isinstance(value, dict):
            return {key: place(inner) for key, inner in value.items()}
        return value

    return (compact([message["event"]] + place(message["args"]), ascii_only),
            attachments)


def sio_event(event):
    """A tape's Socket.IO event as placed() gives it."""
    return event["raw"], event.get("att", [])


# --- envelopes, as docs/wire.md has them -----------------------------------------

def arguments(event):
    """What stands behind the name, `A,B]`, if the payload is a Socket.IO argument
    array (as text, if a tape line is not fit for it); else None."""
    head = "[" + event.get("name", "")
    raw = event["raw"] if "json" in event else event.get("text", "")
    if head != "[" and raw.startswith(head):
        return raw[len(head):].removeprefix(",")
    return None


def asked(events):
    """With the ids of acks that are asked for as a replay issues them."""
    ids = itertools.count(1)
    return [dict(event, id=next(ids)) if isinstance(event.get("id"), int)
            else event for event in events]


def as_ws(event):
    """A WebSocket message, as raw_message() gives it."""
    behind = arguments(event)
    if behind is None:
        return raw_message(event)
    members = ["\"event\":" + event["name"]]
    members += ["\"%s\":%s" % (key, compact(event[key]))
                for key in ("ns", "id", "att") if key in event]
    return {"text": "{%s,\"args\":[%s}" % (",".join(members), behind)}


def as_source(event, resumes=False):
    """What an EventSource tells: event, id and data; the event's own id or,
    where a consumer may come back behind any event, one made of its place."""
    behind = arguments(event)
    data = ("[" + behind if behind is not None else
            event["b64"] if "b64" in event else raw_message(event)["text"])
    shown = event.get("ev", "")
    for byte in "\n\r\0":
        shown = shown.replace(byte, "\ufffd")
    made = "tape:%d-%d" % (event["t"], event["s"]) if resumes else ""
    own = event.get("id")
    return {"event": shown or ("binary" if "b64" in event else "message"),
            "id": own if isinstance(own, str) else made,
            "data": data.replace("\r\n", "\n").replace("\r", "\n")}


def as_sse(event):
    shown = as_source(event)
    named = shown["event"] != "message" or event.get("ev") == "message"
    own = isinstance(event.get("id"), str)
    return "%s%s%s\n" % (
        "id: %s\n" % shown["id"] if own else "", "event: %s\n" % shown["event"] if named else "",
        "".join("data: %s\n" % line for line in shown["data"].split("\n")))


def as_packet(event):
    """The Engine.IO messages of its Socket.IO packet."""
    if arguments(event) is not None:
        head = "5%d-" % len(event["att"]) if "att" in event else "2"
        head += event["ns"] + "," if "ns" in event else ""
        head += "%d" % event["id"] if "id" in event else ""
        raw = event["raw"] if "json" in event else event["text"]
        return ([{"text": head + raw}]
                + [{"b64": data} for data in event.get("att", [])])
    name = event.get("name", "\"message\"")
    if "b64" in event:
        return [{"text": "51-[%s,{\"_placeholder\":true,\"num\":0}]" % name},
                {"b64": event["b64"]}]
    payload = event["raw"] if "json" in event else compact(event["text"])
    return [{"text": "2[%s,%s]" % (name, payload)}]


def as_message(event, javascript):
    """What a Socket.IO client is told about an event of another protocol."""
    value = ({"$b64": event["b64"]} if "b64" in event else event["text"]
             if "text" in event else
             json.loads(event["raw"], parse_int=float if javascript else int))
    return {"event": event.get("ev", "message"), "args": [value]}


# --- running --------------------------------------------------------------------

def run_check(name, check):
    directory = tempfile.mkdtemp(prefix="tapedeck-interop-")
    scene = Scene(directory)
    try:
        check(scene)
        print("ok   %s\n" % name, end="", flush=True)
        return True
    except Exception:  # what a peer printed may break a check in any way
        print("FAIL %s\n%s" % (name, traceback.format_exc()), flush=True)
        return False
    finally:
        scene.close()
        shutil.rmtree(directory, ignore_errors=True)


def main(names):
    """Run every check_... of a test file, or those that are named."""
    if not os.path.isdir(os.path.join(HERE, "node_modules")):
        print("skipped: the npm peers are not installed: run script/bootstrap")
        sys.exit(SKIPPED)
    checks = {name[len("check_"):]: value for name, value in names.items()
              if name.startswith("check_")}
    wanted = sys.argv[1:] or list(checks)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(lambda name: run_check(name, checks[name]),
                                wanted))
    print("%d of %d passed" % (sum(results), len(results)))
    sys.exit(0 if all(results) else 1)
