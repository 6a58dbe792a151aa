"""Small peers for the recorder's tests: servers that do one thing and end."""
import base64
import hashlib
import os
import socket
import struct
import threading

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Server:
    """Listens on a free port of 127.0.0.1 and hands each conn to serve().

    What serve() raised is raised again when the server is left."""

    def __init__(self, serve):
        self.serve = serve
        self.error = None
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        while True:
            try:
                conn, _ = self.socket.accept()
            except OSError:
                return
            conn.settimeout(30)
            with conn:
                try:
                    self.serve(conn)
                except (BrokenPipeError, ConnectionResetError):
                    pass
                except Exception as error:  # told in __exit__
                    self.error = error

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(30)
        if self.error:
            raise self.error


def read_head(conn):
    head = b""
    while b"\r\n\r\n" not in head:
        got = conn.recv(65536)
        if not got:
            raise ConnectionResetError
        head += got
    return head


def ws_accept(conn):
    """The server's half of the handshake; the request's head."""
    head = read_head(conn)
    key = [line.split(b":", 1)[1].strip() for line in head.split(b"\r\n")
           if line.lower().startswith(b"sec-websocket-key:")][0]
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
    conn.sendall(b"HTTP/1.1 101 Switching Protocols\r\n"
                 b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
                 b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
    return head


def frame(opcode, payload, fin=True):
    first = bytes([opcode | (0x80 if fin else 0)])
    size = len(payload)
    if size < 126:
        return first + bytes([size]) + payload
    if size < 65536:
        return first + b"\x7e" + struct.pack(">H", size) + payload
    return first + b"\x7f" + struct.pack(">Q", size) + payload


def text(payload):
    return frame(1, payload)


def close(code=1000, reason=b""):
    return frame(8, struct.pack(">H", code) + reason)


class Reader:
    """Frames of a client, unmasked."""

    def __init__(self, conn):
        self.file = conn.makefile("rb")

    def frame(self):
        first, second = self.file.read(2)
        size = second & 0x7f
        if size == 126:
            size, = struct.unpack(">H", self.file.read(2))
        elif size == 127:
            size, = struct.unpack(">Q", self.file.read(8))
        mask = self.file.read(4)
        data = self.file.read(size)
        return first & 0x0f, bytes(b ^ mask[i % 4] for i, b in enumerate(data))


def unused_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def is_root():
    return os.geteuid() == 0
