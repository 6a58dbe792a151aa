"""A server as the console asks for one, that sends what it is given, as fast as
it is told to, and can fall silent: Socket.IO 5 over WebSocket, on a socket."""
import base64
import hashlib
import json
import queue
import re
import selectors
import socket
import threading
import time

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def frame(text):
    data = text.encode()
    if len(data) < 126:
        head = bytes((0x81, len(data)))
    elif len(data) < 65536:
        head = bytes((0x81, 126)) + len(data).to_bytes(2, "big")
    else:
        head = bytes((0x81, 127)) + len(data).to_bytes(8, "big")
    return head + data


def take_frame(data):
    """(opcode, payload, rest) of a client's frame, or None."""
    if len(data) < 2:
        return None
    size, at = data[1] & 127, 2
    if size > 125:
        wide = 2 if size == 126 else 8
        size, at = int.from_bytes(data[2:2 + wide], "big"), 2 + wide
    if len(data) < at + 4 + size:
        return None
    key = data[at:at + 4]
    body = data[at + 4:at + 4 + size]
    return (data[0] & 15, bytes(b ^ key[i & 3] for i, b in enumerate(body)),
            data[at + 4 + size:])


class Server:
    """One session at a time; ends as a process would (poll, terminate)."""

    def __init__(self, ping_ms=25000, timeout_ms=20000):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "sio://127.0.0.1:%d/" % self.listener.getsockname()[1]
        self.ping_ms, self.timeout_ms = ping_ms, timeout_ms
        self.frames, self.rate, self.sent = [], None, 0
        self.mute = ()  # commands that get no answer
        self.plan = None  # the data of `plan tasks`, said behind the events
        self.silent = threading.Event()
        self.over = threading.Event()
        self.reset()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def reset(self):
        self.queue = queue.SimpleQueue()  # of what is polled for
        self.probed = threading.Event()
        self.upgraded = False
        self.asked_plan = None  # the ack id of the question
        self.first = None  # the place of the first event that is wanted
        self.began = 0.0

    def send(self, events, rate=None):
        """Envelopes for who asks to catch up, so many a second, or at once."""
        self.frames = [frame("42" + json.dumps([e["type"], e],
                                               ensure_ascii=False))
                       for _, e in events]
        self.rate = rate

    def freeze(self):
        self.silent.set()

    def thaw(self):
        self.silent.clear()

    def poll(self):
        return 0 if not self.thread.is_alive() else None

    def send_signal(self, number):
        pass

    def terminate(self):
        self.over.set()
        try:
            socket.create_connection(self.listener.getsockname(), 1).close()
        except OSError:
            pass

    def wait(self, timeout=None):
        self.thread.join(timeout)
        self.listener.close()

    kill = terminate

    def serve(self):
        while not self.over.is_set():
            peer, _ = self.listener.accept()
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.answer, args=(peer,),
                             daemon=True).start()

    def answer(self, peer):
        try:
            with peer:
                data = b""
                while not self.over.is_set():
                    data = self.request(peer, data)
        except (OSError, ValueError):
            pass

    def request(self, peer, data):
        """One request of HTTP, or all that a WebSocket says."""
        while b"\r\n\r\n" not in data:
            data += self.more(peer)
        head, data = data.split(b"\r\n\r\n", 1)
        while self.silent.is_set():
            self.over.wait(0.01)
        key = re.search(rb"(?i)sec-websocket-key: *(\S+)", head)
        if key:
            self.upgrade(peer, key.group(1))
            self.talk(peer, data)
            raise OSError("closed")
        size = re.search(rb"(?i)content-length: *(\d+)", head)
        size = int(size.group(1)) if size else 0
        while len(data) < size:
            data += self.more(peer)
        body = self.polled(head, data[:size].decode()).encode()
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; "
                     b"charset=UTF-8\r\nContent-Length: %d\r\n\r\n%s" %
                     (len(body), body))
        return data[size:]

    @staticmethod
    def more(peer):
        came = peer.recv(65536)
        if not came:
            raise OSError("gone")
        return came

    def polled(self, head, body):
        if head.startswith(b"POST"):
            for packet in body.split("\x1e"):
                for reply in self.replies(packet):
                    self.queue.put(reply)
            return "ok"
        if b"sid=" not in head.split(b"\r\n")[0]:
            self.reset()
            return "0" + json.dumps(
                {"sid": "s", "upgrades": ["websocket"], "maxPayload": 1000000,
                 "pingInterval": self.ping_ms, "pingTimeout": self.timeout_ms})
        while self.queue.empty() and not self.probed.wait(0.005):
            if self.over.is_set():
                raise OSError("over")
        return "\x1e".join(self.queued()) or "6"

    def queued(self):
        while True:
            try:
                yield self.queue.get_nowait()
            except queue.Empty:
                return

    @staticmethod
    def upgrade(peer, key):
        proof = base64.b64encode(hashlib.sha1(key + GUID.encode()).digest())
        peer.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket"
                     b"\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
                     proof + b"\r\n\r\n")

    def talk(self, peer, data):
        ping = time.monotonic() + self.ping_ms / 1000
        with selectors.DefaultSelector() as selector:
            selector.register(peer, selectors.EVENT_READ)
            while not self.over.is_set():
                if self.silent.is_set():
                    self.over.wait(0.01)
                    continue
                if selector.select(0.005):
                    data = self.hear(peer, data + self.more(peer))
                if time.monotonic() > ping:
                    peer.sendall(frame("2"))
                    ping = time.monotonic() + self.ping_ms / 1000
                self.pour(peer)

    def hear(self, peer, data):
        while True:
            took = take_frame(data)
            if not took:
                return data
            opcode, body, data = took
            if opcode == 8:
                raise OSError("closed")
            for reply in self.replies(body.decode(errors="replace")):
                peer.sendall(frame(reply))

    def replies(self, text):
        if text == "2probe":
            self.probed.set()
            return ["3probe"]
        self.upgraded = self.upgraded or text == "5"
        if text.startswith("40"):
            return ['40{"sid":"s"}']
        found = re.match(r"42(\d+)(.*)", text, re.S)
        if not found:
            return []
        call = json.loads(found.group(2))
        if call[0] == "request_catch_up":
            self.sent = self.first = call[1].get("from_seq", 1) - 1
            self.began = time.monotonic()
        if call[1].get("command") in self.mute:
            return []
        if self.plan is not None and call[1].get("command") == "plan":
            self.asked_plan = found.group(1)
            return []
        return ['43%s[{"success":true,"output":""}]' % found.group(1)]

    def pour(self, peer):
        if self.upgraded:  # what nobody polled for goes this way
            for reply in self.queued():
                peer.sendall(frame(reply))
        if self.first is None or not self.upgraded:
            return
        end = len(self.frames)
        if self.rate:
            end = min(end, self.first + int(
                (time.monotonic() - self.began) * self.rate))
        if end > self.sent:
            peer.sendall(b"".join(self.frames[self.sent:end]))
            self.sent = end
        if self.asked_plan and end == len(self.frames) and self.plan:
            peer.sendall(frame("43%s[%s]" % (self.asked_plan, json.dumps(
                {"success": True, "output": "", "data": self.plan}))))
            self.asked_plan = None
