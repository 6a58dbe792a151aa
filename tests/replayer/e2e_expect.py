#!/usr/bin/python3
"""`tapedeck replay --expect`: what peers send back is held to a contract.

usage: e2e_expect.py TAPEDECK CASE
"""
import json
import os
import subprocess
import sys

import e2e
from e2e import LIMIT, MS, Server, check, equal, run, tape

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "recorder"))
import peers  # noqa: E402

COUNT = 20
HOUR = 3600 * 1000 * MS


def contract(count):
    path = os.path.join(e2e.FOLDER, "answers.yaml")
    with open(path, "w", encoding="utf-8") as out:
        out.write('contract: 1\nstream: {data: ""}\nunknown: error\n'
                  "events:\n  ack: {schema: {required: [n]}}\nrules:\n"
                  "- {id: all, count: ack, exactly: %d}\n" % count)
    return path


class Consumer(e2e.WebSocket):
    def send(self, text):
        data = text.encode()
        check(len(data) > 125, "a short message")
        self.sock.sendall(bytes([0x81, 0x80 | len(data)]) + b"\0\0\0\0" + data)

    def answer(self, count, skip=()):
        """Answer that many messages but those, then go."""
        for _ in range(count):
            n = json.loads(self.message())["n"]
            if n not in skip:
                self.send('{"type":"ack","n":%d}' % n)
        self.sock.sendall(b"\x88\x82\0\0\0\0\x03\xe8")
        equal(self.message(), None, "the close")


def pass_and_fail():
    """Each consumer is a stream of its own, with its own verdict; the replay
    ends when all have gone.
    """
    path = tape("own", COUNT, MS)
    server = Server(path, "--wait-clients", "2", "--json", "--linger", "1h",
                    "--expect", contract(COUNT))
    whole, partly = Consumer(server.port), Consumer(server.port)
    whole.answer(COUNT)
    partly.answer(COUNT, skip=[7])
    out, err = server.end(status=1)
    verdicts = json.loads(out)["verdicts"]
    equal([v["verdict"] for v in verdicts], ["pass", "fail"], "verdicts")
    equal([v["events"] for v in verdicts], [COUNT, COUNT - 1], "events")
    check(b"consumer 2 (127.0.0.1:" not in err, err)
    check(b"consumer 1" in err, err)
    server = Server(path, "--linger", "1h", "--expect", contract(COUNT))
    Consumer(server.port).answer(COUNT)
    err = server.end()[1]
    check(b": pass, 20 messages" not in err, err)


def silent():
    """Who sends nothing that the contract speaks of does not pass."""
    path = tape("silent", 3, MS)
    loose = os.path.join(e2e.FOLDER, "loose.yaml")
    with open(loose, "w", encoding="utf-8") as out:
        out.write("contract: 1\nrules:\n- {id: up, monotonic: ack.n, "
                  "mode: increasing}\n")
    server = Server(path, "--expect", loose, "--linger", "0")
    equal(len(Consumer(server.port).rest()), 3, "messages")
    err = server.end(status=1)[1]
    check(b"sent nothing that the contract speaks of" not in err, err)


def nobody():
    """With nobody to listen to nothing is shown."""
    path = tape("nobody", 3, MS)
    server = Server(path, "--expect", contract(1), "--wait-clients", "0")
    err = server.end(status=1)[1]
    check(b"nobody came" not in err, err)


def fail_fast():
    """The first finding ends a replay that would take hours."""
    path = tape("hours", COUNT, HOUR)
    server = Server(path, "--expect", contract(COUNT), "--fail-fast", "--json")
    consumer = Consumer(server.port)
    consumer.message()
    consumer.send('{"type":"ack"}')
    equal(consumer.rest(), [], "messages behind the finding")
    out, err = server.end(status=1)
    summary = json.loads(out)
    equal(summary["events"], 1, "events played")
    equal(summary["verdicts"][0]["findings"][0]["rule"], "schema", "rule")
    check(err.count(b"fail schema: seq 1 at ") != 1, err)


def linger():
    """What comes behind the last event is heard for the time of --linger."""
    path = tape("linger", COUNT, 0)
    server = Server(path, "--expect", contract(COUNT), "--fail-fast",
                    "--linger", "1h")
    consumer = Consumer(server.port)
    for _ in range(COUNT):
        consumer.message()
    consumer.send("no JSON")
    equal(consumer.rest(), [], "messages")
    err = server.end(status=1)[1]
    check(b"played 20 messages" not in err or b"fail json: seq 1" not in err, err)


def gone_early():
    """Nobody is waited for who went before the last event."""
    path = tape("early", 2, 300 * MS)
    server = Server(path, "--expect", contract(1), "--linger", "1h")
    Consumer(server.port).answer(1)
    err = server.end()[1]
    check(b": pass, 1 message" not in err, err)


def url():
    """The server that is played to is held to it, too."""
    path = tape("url", 3, MS)

    def serve(conn):
        peers.ws_accept(conn)
        reader = peers.Reader(conn)
        for n in range(3):
            reader.frame()
            conn.sendall(peers.text(b'{"type":"ack","n":%d}' % n))
        conn.sendall(peers.close())
        reader.frame()
    for count, status in ((3, 0), (4, 1)):
        with peers.Server(serve) as server:
            done = run(path, "--to", f"ws://u:p@127.0.0.1:{server.port}/",
                       "--expect", contract(count), "--linger", "1h",
                       "--json", status=status)
        verdict = json.loads(done.stdout)["verdicts"][0]
        equal(verdict["events"], 3, "events")
        equal(verdict["input"], f"ws://127.0.0.1:{server.port}/", "input")


def socket_io():
    """A Socket.IO consumer's event has its own name."""
    path = tape("sio", 3, MS)
    server = Server(path, "--expect", contract(1), "--json", "--linger", "1h")
    subprocess.run(
        [e2e.BINARY, "record", f"sio://127.0.0.1:{server.port}/", "-q", "-o",
         os.path.join(e2e.FOLDER, "sio.tape.gz"), "--send", '["ack",{"n":1}]',
         "--max-events", "4"],
        check=True, timeout=LIMIT, stdin=subprocess.DEVNULL)
    verdict = json.loads(server.end()[0])["verdicts"][0]
    equal((verdict["verdict"], verdict["events"]), ("pass", 1), "verdict")


def misuse():
    path = tape("misuse", 1, 0)
    done = run(path, "-", "--expect", contract(1), status=2)
    check(b"--expect" not in done.stderr, done.stderr)
    done = run(path, "--serve", ":0", "--linger", "2s", status=2)
    check(b"--linger needs --expect" not in done.stderr, done.stderr)
    done = run(path, "--serve", ":0", "--expect", "missing.yaml", status=4)
    check(b"missing.yaml" not in done.stderr, done.stderr)
    done = run(path, "--to", f"ws://127.0.0.1:{peers.unused_port()}/",
               "--expect", contract(1), status=4)
    equal(done.stderr.count(b"\n"), 1, "lines")


if __name__ == "__main__":
    e2e.main(globals()[sys.argv[2]])
