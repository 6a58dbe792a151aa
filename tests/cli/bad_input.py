#!/usr/bin/python3
"""Bad input: what each verb says, with which status, and what stays.

usage: bad_input.py TAPEDECK [CASE...]

| input                          | record | replay      | info cat verify | recover reindex | cut merge | validate |
|                                |        |             | validate        | squeeze         |           |          |
|--------------------------------|--------|-------------|-----------------|-----------------|-----------|----------|
| no tape: missing, a directory, | 4      | 4 serve to -| 4               | 4               | 4         | 4        |
|   empty, noise, text, gzip     |        |             |                 |                 |           |          |
| a torn tape                    | 3      | 3           | 3               | 3, mended       | 3         | 3        |
| output exists, is a directory, | 4      | 4 ready file| -               | 4               | 4         | -        |
|   or its directory is missing  |        |             |                 |                 |           |          |
|   or cannot be written         |        |             |                 |                 |           |          |
| output is the input            | 2      | 2 ready file| -               | replaced whole  | 2         | -        |
| a full disk                    | 4      | -           | -               | 4               | 4         | -        |
| unknown host, refused port,    | 4      | 4 --to      | -               | -               | -         | -        |
|   garbage, TLS of another name |        |             |                 |                 |           |          |
| a message of 100 MB            | 0      | 0 --serve   | 0               | -               | -         | -        |
| a slow consumer                | -      | 0 --serve   | -               | -               | -         | -        |

Whatever fails says one line: the verb, the place, why. Nothing else is written,
and what was there before is there still.
"""
import gzip
import hashlib
import itertools
import json
import os
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "recorder"))
import e2e  # noqa: E402
import peers  # noqa: E402
from e2e import holds, same  # noqa: E402

COUNT = 3000
URLS = ("ws", "wss", "sio", "sios", "http", "https")


def make(box, name="ok.tape.gz", count=COUNT):
    data = b"".join(b'{"type":"tick","n":%d}\n' % i for i in range(count))
    same(box.run("record", "-q", "-o", name, "-", data=data)[0], 0)
    return e2e.read(box.path(name))


def write(box, name, data):
    with open(box.path(name), "wb") as file:
        file.write(data)


def says(box, args, code, *parts):
    """Run it: the status, and one clean line on stderr with all parts."""
    done, out, err = box.run(*args)
    same((args, done, err.count("\n")), (args, code, 1))
    holds(err, f"tapedeck {args[0]}: ")
    for part in parts:
        holds(err, part)
    same((args, [c for c in err[:-1] if ord(c) < 32 or ord(c) == 127]),
         (args, []))
    return out


def readers(tape):
    """Every way to read a tape."""
    yield from (["info", tape], ["cat", tape], ["verify", tape],
                ["replay", tape, "-", "--speed", "max", "-q"],
                ["replay", tape, "--dry-run", "-q"], ["validate", "-q", tape])
    yield from writers(tape, "out.tape.gz")


def writers(tape, out):
    """Every way to make a tape of one."""
    for verb in ("recover", "reindex", "squeeze", "cut", "merge"):
        yield [verb, "-q", tape, "-o", out]
    yield ["record", "-q", "-o", out, "tape:" + tape]


def what_is_no_tape(box):
    whole = make(box)
    os.mkdir(box.path("dir.tape.gz"))
    rows = [("missing.tape.gz", None, "No such file"),
            ("dir.tape.gz", None, "is a directory"),
            ("empty.tape.gz", b"", "is empty"),
            ("noise.tape.gz", bytes(range(255, 0, -1)) * 20, "not a tape"),
            ("text.tape.gz", b"dear diary\n", "not a tape"),
            ("head.tape.gz", whole[:9], "not a tape"),
            ("gzip.tape.gz", gzip.compress(b"dear diary\n"), "not a tape")]
    for name, data, why in rows:
        if data is not None:
            write(box, name, data)
    before = sorted(os.listdir(box.dir))
    for name, data, why in rows:
        more = [["replay", name, "--serve", "127.0.0.1:0"],
                ["replay", name, "--to", "ws://127.0.0.1:1/"],
                ["merge", "ok.tape.gz", name, "-o", "out.tape.gz"]]
        for args in list(readers(name)) + more:
            if args[0] == "validate" and data:
                continue  # NDJSON without a tape around it is welcome there
            says(box, args, 4, name, why)
        same((name, sorted(os.listdir(box.dir))), (name, before))


def a_torn_tape(box):
    whole = make(box)
    write(box, "torn.tape.gz", whole[:len(whole) // 2])
    kept = len(e2e.plain(e2e.tape(box, "torn.tape.gz")))
    if not 100 < kept < COUNT:
        raise AssertionError(f"{kept} events before the tear")
    for args in readers("torn.tape.gz"):
        if args[0] in ("replay", "record"):
            same((args, box.run(*args)[0]), (args, 3))
        elif args[0] == "validate":
            says(box, args, 3, "torn.tape.gz", "lossy")
        else:
            says(box, args, 3, "torn.tape.gz", "torn")
        if "out.tape.gz" in args:
            events = e2e.tape(box, "out.tape.gz")
            same((args, len(e2e.plain(events)), "end" in events[-1]),
                 (args, kept, True))
            os.unlink(box.path("out.tape.gz"))
    _, out, _ = box.run("replay", "torn.tape.gz", "-", "--speed", "max")
    same(out.count(b"\n"), kept)
    same(e2e.read(box.path("torn.tape.gz")), whole[:len(whole) // 2])
    says(box, ["recover", "-q", "torn.tape.gz"], 3, "torn")
    same(box.run("verify", "-q", "torn.tape.gz")[0], 0)


def outputs_that_cannot_be(box):
    make(box)
    write(box, "there.tape.gz", b"mine")
    os.mkdir(box.path("dir.tape.gz"))
    before = sorted(os.listdir(box.dir))
    rows = [("there.tape.gz", "exists already", "--overwrite"),
            ("dir.tape.gz", "is a directory", ""),
            ("no/such/x.tape.gz", "No such file", "directory that exists")]
    for out, why, mend in rows:
        for args in writers("ok.tape.gz", out):
            says(box, args, 4, out, why, mend)
    for args in writers("ok.tape.gz", "dir.tape.gz"):
        says(box, args + ["--overwrite"], 4, "dir.tape.gz", "s a directory")
    says(box, ["replay", "ok.tape.gz", "--serve", "127.0.0.1:0",
               "--ready-file", "no/such/file"], 4, "no/such/file")
    same(sorted(os.listdir(box.dir)), before)
    same(e2e.read(box.path("there.tape.gz")), b"mine")


def the_tape_itself_as_output(box):
    whole = make(box)
    os.symlink("ok.tape.gz", box.path("link.tape.gz"))
    for out in ("ok.tape.gz", "./ok.tape.gz", "link.tape.gz"):
        for args in (["cut", "ok.tape.gz", "-o", out, "--overwrite"],
                     ["merge", "ok.tape.gz", "-o", out, "--overwrite"],
                     ["record", "-o", out, "--overwrite", "tape:ok.tape.gz"],
                     ["learn", "ok.tape.gz", "-o", out, "--overwrite"],
                     ["audit", "ok.tape.gz", "--report", "html=" + out],
                     ["validate", "ok.tape.gz", "--report", "html=" + out],
                     ["diff", "ok.tape.gz", "ok.tape.gz", "--report",
                      "junit=" + out],
                     ["replay", "ok.tape.gz", "--serve", "127.0.0.1:0",
                      "--ready-file", out]):
            says(box, args, 2, "very tape", "another name")
    with open(box.path("c.yaml"), "w") as file:
        file.write("contract: 1\n")
    says(box, ["validate", "ok.tape.gz", "--contract", "c.yaml", "--report",
               "html=c.yaml"], 2, "is the file of --contract")
    same(e2e.read(box.path("ok.tape.gz")), whole)


def can_mount():
    return peers.is_root() and subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"],
        stderr=subprocess.DEVNULL, check=False).returncode == 0


def on_mount(box, options, args):
    """Run with a file system of its own on disk/, whose files are copied to
    kept/ at the end."""
    script = ('mount -t tmpfs -o "$1" none disk; shift; "$@"; code=$?; '
              'rm -rf kept; cp -r disk kept; exit $code')
    process = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", options, box.tapedeck,
         *args], cwd=box.dir, stdin=subprocess.DEVNULL, timeout=e2e.SECONDS,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    return process.returncode, process.stderr.decode()


def a_read_only_directory(box):
    make(box)
    if not can_mount():
        if peers.is_root():
            return  # nothing is read-only to root
        os.mkdir(box.path("disk"), 0o555)
        for args in writers("ok.tape.gz", "disk/x.tape.gz"):
            says(box, args, 4, "disk/x.tape.gz", "may be written to")
        return
    os.mkdir(box.path("disk"))
    for args in writers("ok.tape.gz", "disk/x.tape.gz"):
        code, err = on_mount(box, "size=1m,ro", args)
        same((args, code, err.count("\n")), (args, 4, 1))
        holds(err, "disk/x.tape.gz")
        holds(err, "Read-only file system; name a file in a directory")
        same(os.listdir(box.path("kept")), [])


def small_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


def on_small_mount(box, args):
    """(status, stderr, the words it must hold, directory of what is left)"""
    return (*on_mount(box, "size=1m", args),
            ["No space left", "free some space"], "kept")


def with_small_files(box, args):
    """The same for a limit of the process, which anybody may set."""
    code, _, err = box.run(*args, preexec_fn=small_files)
    return code, err, ["File too large", "ulimit -f"], "disk"


def a_disk_that_fills_fast(box):
    """--min-free ends it in order, also within the second between two ticks."""
    if not can_mount():
        return
    os.mkdir(box.path("disk"))
    code, err = on_mount(box, "size=64m", [
        "record", "-o", "disk/x.tape.gz", "--min-free", "32M", "--queue", "1M",
        "--", "od", "-An", "-tx8", "-v", "-N", "90000000", "/dev/urandom"])
    same((code, err), (0, err))
    holds(err, "min-free")
    same(box.run("verify", "kept/x.tape.gz")[0], 0)


def a_full_disk(box):
    noise = ["--", "od", "-An", "-tx8", "-v", "-N", "6000000", "/dev/urandom"]
    same(box.run("record", "-q", "-o", "big.tape.gz", *noise)[0], 0)
    big = e2e.read(box.path("big.tape.gz"))
    os.mkdir(box.path("disk"))
    ways = [with_small_files] + ([on_small_mount] if can_mount() else [])
    for way, args in itertools.product(ways, writers("big.tape.gz",
                                                     "disk/x.tape.gz")):
        code, err, words, left = way(box, args)
        same((args, code, err.count("\n")), (args, 4, 1))
        for word in words:
            holds(err, word)
        if args[0] != "record":
            same((args, os.listdir(box.path(left))), (args, []))
            continue
        same(os.listdir(box.path(left)), ["x.tape.gz"])
        kept = e2e.tape(box, left + "/x.tape.gz")
        e2e.sequence_is_whole(kept)
        wanted = e2e.tape(box, "big.tape.gz")[:len(kept)]
        same([e.get("json", e.get("text")) for e in kept[1:]],
             [e.get("json", e.get("text")) for e in wanted[1:]])
        size = os.path.getsize(box.path(left + "/x.tape.gz"))
        if size < 700000:
            raise AssertionError(f"only {size} bytes of the disk were used")
        same(box.run("recover", "-q", left + "/x.tape.gz")[0], 3)
        same(box.run("verify", "-q", left + "/x.tape.gz")[0], 0)
        shutil.rmtree(box.path(left))
        os.makedirs(box.path("disk"), exist_ok=True)
    same(e2e.read(box.path("big.tape.gz")), big)


def both_ways(url, *options):
    yield ["record", "-q", "-o", "net.tape.gz", *options, url]
    if not url.startswith("http"):  # nothing can be sent there
        yield ["replay", "ok.tape.gz", "--to", url, *options]


def hosts_that_do_not_answer(box):
    make(box, count=3)
    port = peers.unused_port()
    for scheme in URLS:
        for args in both_ways(f"{scheme}://no-such-host.invalid/"):
            says(box, args, 4, "no-such-host.invalid", "cannot find this host",
                 "check the name")
        for args in both_ways(f"{scheme}://127.0.0.1:{port}/"):
            says(box, args, 4, f"127.0.0.1:{port}", "refused",
                 "that the server runs")
    same(os.listdir(box.dir), ["ok.tape.gz"])


def garbage(box):
    make(box, count=3)

    def serve(conn):
        conn.recv(65536)
        conn.sendall(b"\x1b[31m\x00garbage\x07\r\n\r\n" * 50)
    with peers.Server(serve) as server:
        for scheme in URLS:
            for args in both_ways(f"{scheme}://127.0.0.1:{server.port}/"):
                says(box, args, 4, f"127.0.0.1:{server.port}")
                if os.path.exists(box.path("net.tape.gz")):
                    same(box.run("verify", "-q", "net.tape.gz")[0], 0)
                    os.unlink(box.path("net.tape.gz"))


def certificate(box, name):
    """NAME.pem with its key, signed by itself, for NAME."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
         "/CN=" + name, "-addext", "subjectAltName=DNS:" + name, "-keyout",
         name + ".key", "-out", name + ".pem"], cwd=box.dir, check=True,
        stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(box.path(name + ".pem"), box.path(name + ".key"))
    return context


def tls_of_another_name(box):
    make(box, count=3)
    context = certificate(box, "other.example")

    def serve(conn):
        try:
            with context.wrap_socket(conn, server_side=True) as tls:
                tls.settimeout(30)
                peers.ws_accept(tls)
                tls.sendall(peers.text(b'{"type":"a"}') + peers.close())
                peers.Reader(tls).frame()
        except (ssl.SSLError, ConnectionError):
            pass  # the client did not like it
    with peers.Server(serve) as server:
        where = f"localhost:{server.port}"
        for scheme in ("wss", "sios", "https"):
            for args in both_ways(f"{scheme}://{where}/", "--ca",
                                  "other.example.pem"):
                says(box, args, 4, where, "localhost", "--server-name")
            for args in both_ways(f"{scheme}://{where}/"):
                says(box, args, 4, where, "self-signed certificate", "--ca")
        same(os.path.exists(box.path("net.tape.gz")), False)
        code, _, _ = box.run("record", "-o", "net.tape.gz", "--ca",
                             "other.example.pem", "--server-name",
                             "other.example", f"wss://{where}/")
    same(code, 0)
    same([e["ev"] for e in e2e.plain(e2e.tape(box, "net.tape.gz"))], ["a"])


class Consumer:
    """A WebSocket that takes what it is told to take."""

    def __init__(self, port, room=None):
        self.sock = socket.socket()
        if room:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self.sock.settimeout(e2e.SECONDS)
        self.sock.connect(("127.0.0.1", port))
        self.sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                          b"Connection: Upgrade\r\nSec-WebSocket-Version: 13"
                          b"\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                          b"\r\n")
        self.file = self.sock.makefile("rb")
        while self.file.readline().strip():
            pass

    def message(self):
        """The next one; None at a close in order."""
        first, second = self.file.read(2)
        size = second & 127
        if size > 125:
            size = int.from_bytes(self.file.read(2 if size == 126 else 8),
                                  "big")
        data = self.file.read(size)
        if first & 15 != 8:
            return data
        self.sock.sendall(b"\x88\x82\0\0\0\0" + data[:2])
        self.sock.close()
        return None


def server(box, *args):
    process = box.start("replay", *args, "--serve", "127.0.0.1:0", "--json")
    return process, json.loads(process.stdout.readline())["port"]


def a_hundred_megabytes(box):
    message = b'{"type":"big","x":"' + bytes(range(35, 91)) * 1872458 + b'"}'
    message = message[:100000000 - 2] + b'"}'

    def serve(conn):
        peers.ws_accept(conn)
        conn.sendall(peers.text(message) + peers.close())
        peers.Reader(conn).frame()
    with peers.Server(serve) as source:
        same(box.record(f"ws://127.0.0.1:{source.port}/")[0], 0)
    same(box.run("verify", "-q", "t.tape.gz")[0], 0)
    process, port = server(box, "t.tape.gz", "--speed", "max")
    consumer = Consumer(port)
    got = consumer.message()
    same(consumer.message(), None)
    code, out, _ = box.end(process)
    same((code, json.loads(out)["lost"]), (0, 0))
    same((len(got), hashlib.sha256(got).hexdigest()),
         (len(message), hashlib.sha256(message).hexdigest()))


def facts(port):
    with socket.create_connection(("127.0.0.1", port), e2e.SECONDS) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                     b"Accept: application/json\r\n\r\n")
        answer = b"".join(iter(lambda: sock.recv(65536), b""))
    return json.loads(answer.split(b"\r\n\r\n", 1)[1])


def a_slow_consumer(box):
    """It takes nothing until the replay has had to wait for it, and then gets
    everything, at full speed and at a pace."""
    count = 12000
    data = b"".join(b'{"n":%d,"x":"%s"}\n' % (i, b"x" * 1000)
                    for i in range(count))
    same(box.run("record", "-q", "-o", "ok.tape.gz", "-", data=data)[0], 0)
    for pace in (["--speed", "max"], ["--eps", "20000"]):
        process, port = server(box, "ok.tape.gz", "--max-queue", "4M", *pace)
        consumer = Consumer(port, room=4096)
        seen = []

        def waits():
            seen.append(facts(port)["events"])
            return len(seen) > 20 and 0 < seen[-1] == seen[-20] < count
        e2e.wait_until(waits, "a replay that waits for its consumer")
        messages = list(iter(consumer.message, None))
        code, out, err = box.end(process)
        result = json.loads(out)
        same((pace, code, result["lost"]), (pace, 0, 0))
        same(b"".join(m + b"\n" for m in messages), data)


CASES = (what_is_no_tape, a_torn_tape, outputs_that_cannot_be,
         the_tape_itself_as_output, a_read_only_directory,
         a_disk_that_fills_fast, a_full_disk,
         hosts_that_do_not_answer, garbage, tls_of_another_name,
         a_hundred_megabytes, a_slow_consumer)

if __name__ == "__main__":
    TABLE = {case.__name__: case for case in CASES}
    sys.exit(e2e.main(os.path.abspath(sys.argv[1]), sys.argv[2:] or TABLE,
                      TABLE))
