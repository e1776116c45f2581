#!/usr/bin/env python3
"""Lists that are longer than one piece: run.py BINARY

A streamed answer must be what the pages of the same list are when put together: with and without
compression, with filters that reject much, with large rows, while others write, and when the client reads
slowly. Its memory is measured by `make bench` (SCALE)."""

import gzip
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tests.support.server import Server, call, record  # noqa: E402

SUBJECTS = 7000
LARGE = 40
LARGE_BYTES = 60000


def uuid_of(i):
    return str(uuid.UUID(int=(4 << 76) | (1 << 63) | i))


def subject_of(i):
    if i > SUBJECTS:
        return f"large-{i}"
    return f":.c{i % 3}:s-{i:05}" if i % 4 == 0 else f"s-{i:05}"


def history():
    """A bundle: two versions of each third subject, each fifth version deleted, rules in each hundredth."""
    lines, position = [], 0
    for i in range(1, SUBJECTS + LARGE + 1):
        for version in range(1, 3 if i % 3 == 0 else 2):
            position += 1
            schema = record(f"R{i}", f"f{version}", ("pad", 0)).replace("pad", "p" * (LARGE_BYTES if i > SUBJECTS else 3))
            value = {"subject": subject_of(i), "version": version, "id": position, "schemaType": "AVRO"}
            if i % 100 == 0:
                value["ruleSet"] = {"domainRules": [{"name": "r", "kind": "CONDITION", "mode": "WRITE", "type": "CEL"}]}
            value.update(schema=schema, deleted=i % 5 == 0)
            key = {"keytype": "SCHEMA", "subject": subject_of(i), "version": version, "magic": 1}
            lines.append({"position": position, "ts": 1700000000000 + position, "uuid": uuid_of(position),
                          "key": key, "value": value})
    head = {"kind": "bundle", "version": 1, "form": "history", "feed": uuid_of(1), "after": 0, "position": position}
    tail = {"next": position, "position": position, "isComplete": True}
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in [head, *lines, tail]).encode()


class Lists:
    def __init__(self, server):
        self.server = server
        self.failures = 0

    def check(self, what, good):
        if not good:
            print("FAILED " + what)
            self.failures += 1

    def get(self, target, encoding="identity"):
        connection = self.server.connect(120)
        connection.request("GET", target, headers={"Accept-Encoding": encoding})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{target}: {answer.status} {body[:200]}")
        return answer, body

    def whole(self, target):
        """The list in one answer, the same compressed or not."""
        answer, body = self.get(target)
        packed, zipped = self.get(target, "gzip")
        self.check(f"{target} is streamed", answer.getheader("Transfer-Encoding") == "chunked")
        self.check(f"{target} is compressed", packed.getheader("Content-Encoding") == "gzip")
        self.check(f"{target} compressed is smaller", len(zipped) < len(body) / 2)
        self.check(f"{target} compressed is the same", gzip.decompress(zipped) == body)
        return json.loads(body)

    def pages(self, target, size):
        rows, join = [], "&" if "?" in target else "?"
        while True:
            page = json.loads(self.get(f"{target}{join}offset={len(rows)}&limit={size}")[1])
            rows += page
            if len(page) < size:
                return rows

    def subjects(self):
        for query in ("", "?deleted=true", "?deletedOnly=true&deleted=true", "?subjectPrefix=:*:s-0", "?subjectPrefix=s-&deleted=true"):
            target = "/subjects" + query
            rows = json.loads(self.get(target)[1])
            self.check(f"{target}: {len(rows)} rows are the pages", rows == self.pages(target, 900))
            self.check(f"{target} is in order", rows == sorted(rows, key=str.encode))
        self.check("a long list", len(self.whole("/subjects")) == 5632)

    def schemas(self):
        large = self.whole("/schemas?subjectPrefix=large-&deleted=true")
        self.check("large rows are the pages", large == self.pages("/schemas?subjectPrefix=large-&deleted=true", 3))
        for query in ("subjectPrefix=:*:", "subjectPrefix=:*:&latestOnly=true", "subjectPrefix=:*:&deleted=true&ruleType=CEL",
                      "subjectPrefix=:.c1:&latestOnly=true&deleted=true", "subjectPrefix=:*:s-02&deleted=true"):
            target = "/schemas?" + query
            rows = json.loads(self.get(target + "&limit=1000")[1])
            self.check(f"{target}: {len(rows)} rows are the pages", rows == self.pages(target, 70)[: len(rows)])

    def export(self, bundle):
        self.check("the export is what was imported", self.get("/schemata/v1/export")[1] == bundle)
        self.check("compressed too", gzip.decompress(self.get("/schemata/v1/export", "gzip")[1]) == bundle)

    def while_others_write(self):
        """What is there all the time is in every list exactly once."""
        kept = set(json.loads(self.get("/subjects")[1]))
        stop = threading.Event()

        def write():
            connection, i = self.server.connect(), 0
            while not stop.is_set():
                i += 1
                call(connection, "POST", f"/subjects/new-{i}/versions", {"schema": record("N", f"f{i}")})
                call(connection, "DELETE", f"/subjects/new-{i}")

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for _ in range(5):
                rows = json.loads(self.get("/subjects")[1])
                self.check("each once", len(rows) == len(set(rows)))
                self.check("all that stays", kept <= set(rows))
        finally:
            stop.set()
            writer.join()

    def slow_readers(self):
        """They hold no snapshot: more of them than there are readers, and writing goes on."""
        held = []
        for _ in range(40):
            s = socket.create_connection(("127.0.0.1", self.server.port))
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.sendall(b"GET /schemas?subjectPrefix=large-&deleted=true HTTP/1.1\r\nHost: x\r\n\r\n")
            held.append(s)
        connection = self.server.connect(20)
        status, _ = call(connection, "POST", "/subjects/meanwhile/versions", {"schema": '"int"'})
        self.check("writing goes on", status == 200)
        self.check("reading goes on", call(connection, "GET", "/subjects/meanwhile/versions") == (200, [1]))
        _, metrics = call(connection, "GET", "/metrics")
        for s in held:
            s.close()
        self.check("metrics", "schemata_http_connections" in metrics)

    def broken_uploads(self, bundle):
        """An import that breaks off in the middle leaves a beginning, and goes on where it ended."""
        with Server(self.server.binary) as other:
            for part in (len(bundle) // 3, len(bundle) * 2 // 3):
                s = socket.create_connection(("127.0.0.1", other.port))
                s.sendall(b"POST /schemata/v1/import HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(bundle))
                s.sendall(bundle[:part])
                s.close()
            connection = other.connect(120)
            connection.request("POST", "/schemata/v1/import", bundle)
            answer = connection.getresponse()
            done = json.loads(answer.read())
            self.check(f"the rest: {done}", answer.status == 200 and done["isComplete"])
            connection.request("GET", "/schemata/v1/export")
            self.check("equal after three tries", connection.getresponse().read() == bundle)

    def killed_imports(self, bundle, folder):
        """SIGKILL in the middle: what is there is a beginning that fits its journal, and it goes on from there."""
        lines = bundle.split(b"\n")
        for part in (len(bundle) // 4, len(bundle) // 2):
            with Server(self.server.binary, data=folder) as other:
                s = socket.create_connection(("127.0.0.1", other.port))
                s.sendall(b"POST /schemata/v1/import HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(bundle))
                s.sendall(bundle[:part])
                other.kill()
                s.close()
            with Server(self.server.binary, data=folder) as other:
                connection = other.connect(120)
                journal = call(connection, "GET", "/schemata/v1/imports")[1]["imports"]
                connection.request("GET", "/schemata/v1/export")
                kept = connection.getresponse().read().split(b"\n")[1:-2]
                self.check(f"killed at {part}: {len(kept)} records are a beginning", kept == lines[1 : len(kept) + 1])
                self.check("the journal says so", len(kept) == (journal[0]["position"] if journal else 0))
        with Server(self.server.binary, data=folder) as other:
            connection = other.connect(120)
            connection.request("POST", "/schemata/v1/import", bundle)
            self.check("the rest after two kills", connection.getresponse().status == 200)
            connection = other.connect(120)
            connection.request("GET", "/schemata/v1/export")
            self.check("equal after two kills", connection.getresponse().read() == bundle)
        done = subprocess.run([self.server.binary, "fsck", "--data", folder], capture_output=True, check=False)
        self.check(f"fsck: {done.stdout}{done.stderr}", done.returncode == 0)

    def run(self):
        bundle = history()
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=120)
        connection.request("POST", "/schemata/v1/import", bundle)
        answer = connection.getresponse()
        self.check(f"import: {answer.read()[:200]}", answer.status == 200)
        self.export(bundle)
        self.subjects()
        self.schemas()
        self.slow_readers()
        self.while_others_write()
        self.broken_uploads(bundle)
        with tempfile.TemporaryDirectory(prefix="schemata-lists-") as folder:
            self.killed_imports(bundle, folder)
        return self.failures


def main():
    with Server(sys.argv[1]) as server:
        failures = Lists(server).run()
        failures += server.stop() != 0
    print(f"{failures} failures")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
