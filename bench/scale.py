"""SCALE: lists at 100 000 subjects. Processor time is read in nanoseconds from the scheduler, for all
threads of the server; memory is what the server's resident set reached above where it stood before.

The state comes from a generated history through POST /schemata/v1/import, so the same run also measures an
import and an export."""

import http.client
import json
import os
import re
import statistics
import time
import urllib.parse
import uuid

SUBJECTS = 100000
LARGE = 1000  # subjects with a large schema, for /schemas
LARGE_BYTES = 100000


def cpu_ms(pid):
    """Of all threads so far."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
                total += int(file.read().split()[0])
        except FileNotFoundError:
            pass  # the thread has ended
    return total / 1e6


def rss_mib(pid, word="VmRSS"):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(word + r":\s+(\d+)", file.read())[1]) / 1024


def reset_peak(pid):
    with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


class Client:
    def __init__(self, registry):
        self.pid = registry.pid
        self.port = registry.port
        self.connection = http.client.HTTPConnection("127.0.0.1", registry.port, timeout=600)

    def get(self, target):
        """Reads the answer away in pieces; its length and, for small ones, its text."""
        self.connection.request("GET", target)
        answer = self.connection.getresponse()
        first, length = answer.read(65536), 0
        length += len(first)
        while piece := answer.read(65536):
            length += len(piece)
            first = first + piece if length < 4 << 20 else first
        if answer.status != 200:
            raise RuntimeError(f"{target}: {answer.status} {first[:200]}")
        return length, first

    def cost(self, target, count=20):
        """Median milliseconds of the server's processor time for one request, the first ones left out."""
        costs = []
        for _ in range(count + 3):
            before = cpu_ms(self.pid)
            self.get(target)
            costs.append(cpu_ms(self.pid) - before)
        return statistics.median(costs[3:])

    def growth(self, action):
        """MiB by which the resident set peaked above where it was."""
        action()  # caches and pools reach their size
        reset_peak(self.pid)
        before = rss_mib(self.pid)
        action()
        return rss_mib(self.pid, "VmHWM") - before


def history(subjects, large):
    """An export's lines, as somebody else's registry would give them."""
    count = subjects + large
    uuid_of = lambda i: str(uuid.UUID(int=(4 << 76) | (1 << 63) | i))  # noqa: E731
    yield json.dumps({"kind": "bundle", "version": 1, "form": "history", "feed": uuid_of(1), "after": 0,
                      "position": count})
    for i in range(1, count + 1):
        name = f"team-{i % 97}.topic-{i}-value" if i <= subjects else f"large-{i}"
        doc = "x" * LARGE_BYTES if i > subjects else "about it"
        schema = json.dumps(
            {"type": "record", "name": f"R{i}", "namespace": "com.acme", "doc": doc,
             "fields": [{"name": n, "type": ["null", "string"], "default": None}
                        for n in ("id", "customer", "amount", f"field_{i}")]},
            separators=(",", ":"),
        )
        yield json.dumps(
            {"position": i, "ts": 1700000000000 + i, "uuid": uuid_of(i),
             "key": {"keytype": "SCHEMA", "subject": name, "version": 1, "magic": 1},
             "value": {"subject": name, "version": 1, "id": i, "schemaType": "AVRO", "schema": schema,
                       "deleted": False}},
            separators=(",", ":"),
        )
    yield json.dumps({"next": count, "position": count, "isComplete": True})


def chunks(lines):
    batch, size = [], 0
    for line in lines:
        batch.append(line.encode() + b"\n")
        size += len(batch[-1])
        if size > 1 << 18:
            yield b"".join(batch)
            batch, size = [], 0
    yield b"".join(batch)


def import_all(registry, lines):
    connection = http.client.HTTPConnection("127.0.0.1", registry.port, timeout=600)
    connection.request("POST", "/schemata/v1/import", chunks(lines), {"Content-Type": "application/x-ndjson"},
                       encode_chunked=True)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"import: {answer.status} {body[:300]}")
    return json.loads(body)


def pages(client, target):
    """Every page; the number of pages."""
    cursor, count = "", 0
    while cursor is not None:
        cursor = json.loads(client.get(f"{target}&cursor={urllib.parse.quote(cursor, safe='')}")[1])["nextCursor"]
        count += 1
    return count


def offset_pages(client):
    for offset in range(0, SUBJECTS, 5000):
        client.get(f"/subjects?offset={offset}&limit=5000")


def run(table, registry):
    """The section of `make bench`."""
    reset_peak(registry.pid)
    before, start = rss_mib(registry.pid), time.perf_counter()
    taken = import_all(registry, history(SUBJECTS, LARGE))["taken"]
    seconds = time.perf_counter() - start
    table.figure("SCALE", f"import of {taken} records, memory", rss_mib(registry.pid, "VmHWM") - before, "MiB", 64)
    table.note(f"SCALE import: {seconds:.1f} s, {taken / seconds:.0f} records per second")
    client = Client(registry)
    for target in ("/subjects?limit=1000", "/schemata/v1/subjects", "/schemata/v1/subjects?limit=100",
                   "/schemata/v1/subjects?q=topic-99999"):
        table.figure("SCALE", f"first page of {target}, CPU", client.cost(target), "ms", 5)
    table.figure("SCALE", "a page of /schemata/v1/search, CPU", client.cost("/schemata/v1/search?q=nowhere", 8),
                 "ms", 50)
    table.figure("SCALE", f"all of /subjects ({client.get('/subjects')[0] >> 10} KiB), memory",
                 client.growth(lambda: client.get("/subjects")), "MiB", 8)
    table.figure("SCALE", "/subjects page by page, memory", client.growth(lambda: offset_pages(client)), "MiB", 8)
    table.figure("SCALE", "/schemata/v1/subjects page by page, memory",
                 client.growth(lambda: pages(client, "/schemata/v1/subjects?limit=1000")), "MiB", 8)
    large = "/schemas?subjectPrefix=large-"
    table.figure("SCALE", f"{large} ({client.get(large)[0] >> 20} MiB), memory",
                 client.growth(lambda: client.get(large)), "MiB", 8)
    export = "/schemata/v1/export"
    table.figure("SCALE", f"{export} ({client.get(export)[0] >> 20} MiB), memory",
                 client.growth(lambda: client.get(export)), "MiB", 8)
    start = time.perf_counter()
    count = pages(client, "/schemata/v1/search?q=field_77777&in=field")
    table.note(f"SCALE search through all of them: {count} requests, {time.perf_counter() - start:.2f} s")
