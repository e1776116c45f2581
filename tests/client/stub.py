"""A registry that misbehaves: answers what the test tells it, byte by byte if need be.

Each path prefix has a behaviour: a function of (connection, request) that writes what it likes. Standard
library only, 127.0.0.1 only, every wait bounded."""

import json
import socket
import ssl
import threading

SCHEMA = json.dumps({"schema": '"string"', "id": 1, "subject": "s", "version": 1})


class Request:
    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body


def answer(status=200, body=SCHEMA, headers=(), content_type="application/vnd.schemaregistry.v1+json"):
    """A behaviour: this answer, complete and correct."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {content_type}", f"Content-Length: {len(data)}", *headers]

    def behave(connection, _request):
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
        return True

    return behave


def raw(data, keep=False):
    """A behaviour: these bytes, then the connection is closed."""

    def behave(connection, _request):
        connection.sendall(data)
        return keep

    return behave


def in_turn(*behaviours):
    """One after the other, the last for ever."""
    left = list(behaviours)
    lock = threading.Lock()

    def behave(connection, request):
        with lock:
            chosen = left.pop(0) if len(left) > 1 else left[0]
        return chosen(connection, request)

    return behave


class Stub:
    """Use as a context manager. `routes` maps a prefix of the target to a behaviour; the longest wins."""

    def __init__(self, routes, tls=None):
        self.routes, self.tls = routes, tls
        self.requests = []
        self.stopping = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.socket.getsockname()[1]
        self.connections = 0
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.accept, daemon=True)]

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self):
        self.threads[0].start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for thread in self.threads:
            thread.join(10)

    def accept(self):
        while not self.stopping.is_set():
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self.serve, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def serve(self, connection):
        connection.settimeout(30)
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            stream = connection.makefile("rb")
            while not self.stopping.is_set():
                request = self.read(stream)
                if not request or not self.behaviour(request.target)(connection, request):
                    break
        except (OSError, ssl.SSLError, ValueError):
            pass
        finally:
            connection.close()

    def read(self, stream):
        line = stream.readline(65536).decode("latin-1").split()
        if len(line) != 3:
            return None
        headers = {}
        while True:
            header = stream.readline(65536).decode("latin-1").strip()
            if not header:
                break
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", 0)))
        request = Request(line[0], line[1], headers, body)
        with self.lock:
            self.requests.append(request)
        return request

    def behaviour(self, target):
        for prefix in sorted(self.routes, key=len, reverse=True):
            if target.startswith(prefix):
                return self.routes[prefix]
        return answer(404, '{"error_code":40403,"message":"Schema not found"}')

    def stall(self, _connection, _request):
        """A behaviour: nothing, until the stub ends."""
        self.stopping.wait(30)
        return False

    def count(self, prefix=""):
        with self.lock:
            return sum(request.target.startswith(prefix) for request in self.requests)
