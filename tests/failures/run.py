#!/usr/bin/env python3
"""The error codes that no request alone can cause: python3 tests/failures/run.py BINARY

A body over the limit, a schema too large for a record, too many connections, a state that another
process holds, has changed or has broken. Each is answered with its code; what can be undone is, and
then the server works as before."""

import http.client
import json
import os
import socket
import sqlite3
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tests.support.server import Server  # noqa: E402

RECORD_BYTES_MAX = 8 << 20
INT = json.dumps({"schema": '"int"'})
UNCACHED = ("--set", "schemata.cache.bytes=0")


def call(server, method, target, body=None):
    """Status, error code (None for a success), headers."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(method, target, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = json.loads(response.read())
        code = answer.get("error_code") if isinstance(answer, dict) else None
        return response.status, code, response.headers
    finally:
        connection.close()


def expect(what, answer, status, code):
    if (answer[0], answer[1]) == (status, code):
        return 0
    print(f"FAILED {what}: {answer[0]} {answer[1]}, expected {status} {code}")
    return 1


def body_too_large(_):
    with Server(sys.argv[1], "--set", "size.limit.filter.max.request.body.size=1024") as server:
        failures = 0
        for size, status, code in [(1024, 200, None), (1025, 413, 413)]:
            body = INT + " " * (size - len(INT))
            answer = call(server, "POST", "/subjects/s/versions", body)
            failures += expect(f"a body of {size} bytes", answer, status, code)
        return failures


def schema_too_large(_):
    """The body just fits; the record of it, with subject and numbers, does not."""
    limit = str(64 << 20)
    with Server(sys.argv[1], "--set", "size.limit.filter.max.request.body.size=" + limit) as server:
        head, tail = '{"schema":"\\"int\\"","metadata":{"properties":{"x":"', '"}}}'
        body = head + "x" * (RECORD_BYTES_MAX - len(head) - len(tail)) + tail
        answer = call(server, "POST", "/subjects/s/versions", body)
        failures = expect("a record over the limit", answer, 422, 42209)
        answer = call(server, "POST", "/subjects/s/versions", INT)
        return failures + expect("the next one", answer, 200, None)


def too_many_connections(_):
    with Server(sys.argv[1], "--set", "schemata.connections.max=8") as server:
        held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(8)]
        answer = call(server, "GET", "/subjects")
        failures = expect("one connection too many", answer, 503, 503)
        if answer[2]["Retry-After"] != "1":
            print("FAILED one connection too many: no Retry-After")
            failures += 1
        for connection in held:
            connection.close()
        return failures


def state_is_held(folder):
    """Another process writes: the answer comes when waiting for it is over."""
    with Server(sys.argv[1], data=folder) as server:
        other = sqlite3.connect(os.path.join(folder, "schemata.db"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        answer = call(server, "POST", "/subjects/s/versions", INT)
        failures = expect("a state that another holds", answer, 503, 503)
        failures += expect("reading it", call(server, "GET", "/subjects"), 200, None)
        other.execute("ROLLBACK")
        other.close()
        answer = call(server, "POST", "/subjects/s/versions", INT)
        return failures + expect("a state given back", answer, 200, None)


def state_has_changed(folder):
    with Server(sys.argv[1], *UNCACHED, data=folder) as server:
        failures = expect("before", call(server, "POST", "/subjects/s/versions", INT), 200, None)
        other = sqlite3.connect(os.path.join(folder, "schemata.db"), isolation_level=None)
        other.execute("ALTER TABLE versions RENAME TO elsewhere")
        for method, target, body in [
            ("GET", "/schemas/ids/1", None),
            ("GET", "/subjects/s/versions/1", None),
            ("POST", "/subjects/t/versions", INT),
            ("POST", "/compatibility/subjects/s/versions", INT),
        ]:
            answer = call(server, method, target, body)
            failures += expect(f"a table that is gone, {method} {target}", answer, 500, 500)
        other.execute("ALTER TABLE elsewhere RENAME TO versions")
        other.close()
        return failures + expect("a table that is back", call(server, "GET", "/schemas/ids/1"), 200, None)


def state_is_broken(folder):
    with Server(sys.argv[1], *UNCACHED, data=folder) as server:
        for i in range(20):
            schema = {"type": "record", "name": f"R{i}", "doc": "x" * 20000, "fields": []}
            body = json.dumps({"schema": json.dumps(schema)})
            call(server, "POST", f"/subjects/s{i}/versions", body)
        path = os.path.join(folder, "schemata.db")
        other = sqlite3.connect(path)
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        other.close()
        os.truncate(path, 65536)
        answer = call(server, "GET", "/schemas/ids/20")
        failures = expect("a state that is cut off", answer, 500, 50001)
        server.kill()
        return failures


def main():
    failures = 0
    for case in [
        body_too_large,
        schema_too_large,
        too_many_connections,
        state_is_held,
        state_has_changed,
        state_is_broken,
    ]:
        with tempfile.TemporaryDirectory(prefix="schemata-test-") as folder:
            failures += case(folder)
    print("failures:", "FAILED" if failures else "ok")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
