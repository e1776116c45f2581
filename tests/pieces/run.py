#!/usr/bin/env python3
"""GET /schemas with aliases=true over lists that are answered in several pieces: python3 tests/pieces/run.py BINARY

Subjects within the prefix and subjects that only an alias brings in come in one order, each row once,
wherever a piece ends."""

import http.client
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tests.support.server import Server  # noqa: E402

SUBJECTS, VERSIONS = 300, 3
FILLER = "x" * 400  # 900 rows of it make several pieces of 128 KiB


class Client:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def call(self, method, target, body=None):
        self.connection.request(
            method, target, json.dumps(body) if body else None, {"Content-Type": "application/json"}
        )
        response = self.connection.getresponse()
        data = response.read()
        if response.status != 200:
            raise SystemExit(f"{method} {target}: {response.status} {data.decode()}")
        return json.loads(data)


def schema(i, version):
    return json.dumps(
        {"type": "record", "name": f"R{i}_{version}", "doc": FILLER, "fields": []}
    )


def fill(client):
    """Every third subject within the prefix p, every third outside behind an alias within it."""
    rows = []
    client.call("PUT", "/config", {"compatibility": "NONE"})
    for i in range(SUBJECTS):
        subject = ("p%03d" if i % 3 == 0 else "q%03d" if i % 6 > 2 else "a%03d") % i
        for version in range(1, VERSIONS + 1):
            client.call("POST", f"/subjects/{subject}/versions", {"schema": schema(i, version)})
            rows.append((subject, version, i % 3))
        if i % 3 == 1:
            client.call("PUT", f"/config/p-alias{i}", {"alias": subject})
    return rows


def check(client, query, wanted):
    got = [(r["subject"], r["version"]) for r in client.call("GET", "/schemas?aliases=true&" + query)]
    if got == wanted:
        return 0
    print(f"FAILED {query}: {len(got)} rows, expected {len(wanted)}")
    return 1


def main():
    with Server(sys.argv[1]) as server:
        client = Client(server.port)
        rows = fill(client)
        both = sorted((s, v) for s, v, kind in rows if kind < 2)
        behind = sorted((s, v) for s, v, kind in rows if kind == 1)
        newest = [row for row in both if row[1] == VERSIONS]
        failures = check(client, "subjectPrefix=p", both)
        failures += check(client, "subjectPrefix=p-", behind)
        failures += check(client, "subjectPrefix=p&latestOnly=true", newest)
        for offset in range(0, len(both), 111):
            failures += check(
                client, f"subjectPrefix=p&offset={offset}&limit=250", both[offset : offset + 250]
            )
    print("pieces:", "FAILED" if failures else "ok")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
