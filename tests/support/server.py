"""Starts the real server for black-box tests: port 0, a port file, one process per test, always stopped.

Python 3 standard library only. Nothing here sleeps for luck: every wait is on a condition with a
deadline."""

import http.client
import json
import os
import signal
import subprocess
import tempfile
import time

START_SECONDS = 20


class Server:
    """A running `schemata serve`. Use as a context manager."""

    def __init__(self, binary, *args, data=None, env=None):
        self.binary = binary
        self.args = list(args)
        self.data = data
        self.env = env
        self.process = None
        self.port = None
        self.scratch = tempfile.TemporaryDirectory(prefix="schemata-test-")

    def start(self):
        port_file = os.path.join(self.scratch.name, "port")
        if os.path.exists(port_file):
            os.unlink(port_file)
        where = ["--data", self.data] if self.data else ["--ephemeral"]
        command = [self.binary, "serve", "--listen", "127.0.0.1:0", "--port-file", port_file]
        self.log = open(os.path.join(self.scratch.name, "log"), "a+", encoding="utf-8")
        self.process = subprocess.Popen(
            command + where + self.args,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(self.env or {})},
        )
        deadline = time.monotonic() + START_SECONDS
        while not os.path.exists(port_file):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("server did not start: " + self.output())
            time.sleep(0.002)
        with open(port_file, encoding="ascii") as file:
            self.port = int(file.read())
        return self

    def output(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read()

    def kill(self):
        """SIGKILL: what a power failure looks like to the process."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds=20):
        """SIGTERM and the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
        return self.process.returncode

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.stop()
        self.log.close()
        self.scratch.cleanup()

    def connect(self, timeout=30):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)


CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"


def call(connection, method, path, body=None):
    """(status, parsed JSON or text) of one request on a keep-alive connection."""
    headers = {}
    if body is not None:
        body = body if isinstance(body, (bytes, str)) else json.dumps(body)
        headers["Content-Type"] = CONTENT_TYPE
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode("utf-8")
    try:
        return answer.status, json.loads(text) if text else None
    except ValueError:
        return answer.status, text


def record(name, *fields):
    """Avro record text with int fields; ("x", default) gives a field with a default."""
    rows = []
    for field in fields:
        name_, default = field if isinstance(field, tuple) else (field, None)
        row = {"name": name_, "type": "int"}
        if default is not None:
            row["default"] = default
        rows.append(row)
    return json.dumps({"type": "record", "name": name, "fields": rows})
