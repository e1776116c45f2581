#!/usr/bin/env python3
"""make bench: one table, each line a ratio taken side by side in one run.

run.py BINARY BUILD_DIR [--full] [--strict] [--only S1,S5,…]

Names and method are those of the goal table: S1 hot GET, S2 many connections, S3 idle connections, S5
known schema again, S6/S7 new schemas, S10 reads while a long check runs, START, RSS, SCALE (long lists), AVRO. A missed goal
is printed as missed; the exit status is 0 unless --strict."""

import argparse
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Load, Nginx, Process, Ratio, Registry, Table, pinned, rounds, rss_mib, wait_for_200  # noqa: E402
import peers  # noqa: E402
import scale  # noqa: E402
from harness import LOAD_CPU, SERVER_CPU  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
WRK = os.path.join(HERE, "wrk")
CONTENT_TYPE = {"Content-Type": "application/vnd.schemaregistry.v1+json"}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def call(port, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(method, path, json.dumps(body) if body is not None else None, CONTENT_TYPE)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def schema_text(name, fields=9):
    return json.dumps(
        {
            "type": "record",
            "name": name,
            "fields": [
                {"name": f"field_{i}", "type": ["null", "string"], "default": None} for i in range(fields)
            ],
        },
        separators=(",", ":"),
    )


def must(status_and_text):
    status, text = status_and_text
    if status != 200:
        raise RuntimeError(f"unexpected answer {status}: {text[:300]}")
    return text


def fill(registry, count):
    """Registers `count` schemas over a few keep-alive connections."""

    def some(first, step):
        connection = http.client.HTTPConnection("127.0.0.1", registry.port, timeout=60)
        for i in range(first, count, step):
            connection.request(
                "POST",
                f"/subjects/fill-{i}-value/versions",
                json.dumps({"schema": schema_text(f"Fill{i}")}),
                CONTENT_TYPE,
            )
            answer = connection.getresponse()
            must((answer.status, answer.read().decode()))
        connection.close()

    threads = [threading.Thread(target=some, args=(i, 16)) for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def fill_fast(registry, count):
    """The same with wrk's speed, for large counts: stops once enough are in."""
    seconds = 2
    while True:
        ids = int(json.loads(must(call(registry.port, "GET", "/schemas/ids/1?fetchMaxId=true")))["maxId"])
        if ids >= count:
            return ids
        Load(registry, 64, seconds, f"{WRK}/new.lua", f"bulk{ids}")


class Bench:
    def __init__(self, options):
        self.o = options
        self.table = Table()
        self.folder = tempfile.TemporaryDirectory(prefix="schemata-bench-")
        self.n = 8 if not options.full else 15

    def wants(self, name):
        return not self.o.only or name in self.o.only

    # ---- reads -------------------------------------------------------------------------------------

    def hot_get(self):
        registry = Registry(self.o.binary).wait()
        try:
            fill(registry, 1000)
            body = must(call(registry.port, "GET", "/schemas/ids/500"))
            nginx = self.nginx(body)
            try:
                get = f"{WRK}/get.lua"
                Load(registry, 32, 1, get, 1000)  # every answer rendered once
                ours, anchor = rounds(
                    self.n,
                    lambda: Load(registry, 32, 1, get, 1000),
                    lambda: Load(nginx, 32, 1, get, 1000),
                )
                cpu = lambda loads: [l.cpu_us for l in loads]  # noqa: E731
                rate = lambda loads: [l.rate for l in loads]  # noqa: E731
                p99 = lambda loads: [l.p99 for l in loads]  # noqa: E731
                self.table.row("S1", "GET by id, CPU per request / nginx", Ratio(cpu(ours), cpu(anchor)), 1.10)
                self.table.row("S1", "GET by id, requests per second / nginx", Ratio(rate(ours), rate(anchor)), 0.90, False)
                self.table.row("S1", "GET by id, p99 / nginx", Ratio(p99(ours), p99(anchor)), 1.5)
                if self.wants("S2"):
                    base, c128, c256 = rounds(
                        4,
                        lambda: Load(registry, 32, 1, get, 1000),
                        lambda: Load(registry, 128, 1, get, 1000),
                        lambda: Load(registry, 256, 1, get, 1000),
                    )
                    self.table.row("S2", "GET at 128 connections / 32", Ratio(rate(c128), rate(base)), 0.80, False)
                    self.table.row("S2", "GET at 256 connections / 32", Ratio(rate(c256), rate(base)), 0.80, False)
                if self.wants("S3"):
                    self.idle(registry, nginx, get)
            finally:
                nginx.stop()
        finally:
            registry.stop()

    def idle(self, registry, nginx, get):
        held = []
        try:
            for port in (registry.port, nginx.port):
                for _ in range(900):
                    held.append(socket.create_connection(("127.0.0.1", port)))
            ours, anchor = rounds(
                4, lambda: Load(registry, 8, 1, get, 1000), lambda: Load(nginx, 8, 1, get, 1000)
            )
            self.table.row(
                "S3",
                "900 idle + 8 active, CPU per request / nginx",
                Ratio([l.cpu_us for l in ours], [l.cpu_us for l in anchor]),
                1.15,
            )
        finally:
            for one in held:
                one.close()

    def nginx(self, body):
        folder = tempfile.mkdtemp(dir=self.folder.name)
        nginx = Nginx(free_port(), body, folder)
        wait_for_200(nginx.port)
        return nginx

    # ---- writes ------------------------------------------------------------------------------------

    def known(self):
        registry = Registry(self.o.binary).wait()
        text = schema_text("Known", 15)
        path = os.path.join(self.folder.name, "known.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"schema": text}, file)
        try:
            answer = must(call(registry.port, "POST", "/subjects/known-value/versions", {"schema": text}))
            before = self.metric(registry, "schemata_store_commits_total")
            nginx = self.nginx(answer)
            try:
                ours, anchor = rounds(
                    self.n // 2,
                    lambda: Load(registry, 32, 1, f"{WRK}/known.lua", path),
                    lambda: Load(nginx, 32, 1, f"{WRK}/known.lua", path),
                )
                self.table.row(
                    "S5",
                    f"known schema again ({len(text)} B), CPU per request / nginx POST",
                    Ratio([l.cpu_us for l in ours], [l.cpu_us for l in anchor]),
                    2.0,
                )
                after = self.metric(registry, "schemata_store_commits_total")
                self.table.note(f"S5 commits during the rounds: {after - before:.0f}")
            finally:
                nginx.stop()
        finally:
            registry.stop()

    def metric(self, registry, name):
        for line in must(call(registry.port, "GET", "/metrics")).splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        raise RuntimeError(f"no metric {name}")

    def new(self):
        registry = Registry(self.o.binary, data=os.path.join(self.folder.name, "new")).wait()
        count = iter(range(10000))

        def bare():
            path = os.path.join(self.folder.name, f"bare{next(count)}.db")
            out = subprocess.run(
                [os.path.join(self.o.build, "bench", "bare_commit"), path, "1"],
                capture_output=True,
                text=True,
                check=True,
                preexec_fn=pinned(SERVER_CPU),
            )
            return float(out.stdout)

        try:
            bares, one, many = rounds(
                4,
                bare,
                lambda: Load(registry, 1, 1, f"{WRK}/new.lua", f"a{next(count)}").rate,
                lambda: Load(registry, 32, 1, f"{WRK}/new.lua", f"b{next(count)}").rate,
            )
            self.table.row("S6", "new schema, 1 client / bare loop of FULL commits", Ratio(one, bares), 0.30, False)
            self.table.row("S7", "new schemas, 32 clients / the same", Ratio(many, bares), 2.0, False)
        finally:
            registry.stop()

    def long_check(self):
        registry = Registry(self.o.binary).wait()
        stop = threading.Event()
        checks = []
        try:
            fill(registry, 100)
            must(call(registry.port, "PUT", "/config/long", {"compatibility": "BACKWARD_TRANSITIVE"}))
            connection = http.client.HTTPConnection("127.0.0.1", registry.port, timeout=60)
            for i in range(1000):
                fields = [{"name": f"f{k}", "type": "int", "default": 0} for k in range(10)]
                fields.append({"name": f"v{i}", "type": "int", "default": i})
                body = {"schema": json.dumps({"type": "record", "name": "Long", "fields": fields})}
                connection.request("POST", "/subjects/long/versions", json.dumps(body), CONTENT_TYPE)
                answer = connection.getresponse()
                must((answer.status, answer.read().decode()))
            connection.close()

            def check_for_ever():
                k = 0
                while not stop.is_set():
                    k += 1
                    fields = [{"name": f"w{k}", "type": "int", "default": 0}]
                    body = {"schema": json.dumps({"type": "record", "name": "Long", "fields": fields})}
                    start = time.perf_counter()
                    must(call(registry.port, "POST", "/compatibility/subjects/long/versions", body))
                    checks.append(time.perf_counter() - start)

            get = f"{WRK}/get.lua"
            quiet = [Load(registry, 16, 1, get, 100).p99 for _ in range(4)][1:]
            worker = threading.Thread(target=check_for_ever)
            worker.start()
            busy = [Load(registry, 16, 1, get, 100).p99 for _ in range(4)][1:]
            stop.set()
            worker.join()
            self.table.row("S10", "p99 of GETs while 1000-version checks run / quiet", Ratio(busy, quiet), 3.0)
            self.table.note(f"S10 one transitive check of 1000 versions: {statistics.median(checks) * 1e3:.1f} ms")
        finally:
            stop.set()
            registry.stop()

    # ---- start and memory -----------------------------------------------------------------------------

    def start_once(self, make):
        """Seconds from the start of the process to its first 200, by a tight loop on the other core."""
        begin = time.perf_counter()
        process, port = make()
        request = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        try:
            while True:
                try:
                    with socket.create_connection(("127.0.0.1", port), timeout=1) as s:
                        s.sendall(request)
                        if s.recv(64).startswith(b"HTTP/1.1 200"):
                            return time.perf_counter() - begin
                except OSError:
                    if process.handle.poll() is not None:
                        raise RuntimeError("the process ended")
        finally:
            process.stop()

    def starts(self, data, label):
        def ours():
            port = free_port()
            return Process([self.o.binary, "serve", "--listen", f"127.0.0.1:{port}", "--data", data]), port

        def theirs():
            port = free_port()
            return Nginx(port, "{}", tempfile.mkdtemp(dir=self.folder.name)), port

        a, b = rounds(self.n, lambda: self.start_once(ours), lambda: self.start_once(theirs))
        self.table.row("START", f"start to first 200, {label} / nginx", Ratio(a, b), 4.0)
        self.table.note(f"START {label}: {statistics.median(a) * 1e3:.1f} ms, nginx {statistics.median(b) * 1e3:.1f} ms")

    def sizes(self):
        data = os.path.join(self.folder.name, "sizes")
        registry = Registry(self.o.binary, data=data).wait()
        try:
            must(call(registry.port, "GET", "/subjects"))
            self.table.figure("RSS", "resident memory, empty", rss_mib(registry.pid), "MiB", 24)
        finally:
            registry.stop()
        self.starts(data, "empty file")
        registry = Registry(self.o.binary, data=data).wait()
        try:
            must(call(registry.port, "POST", "/subjects/first/versions", {"schema": schema_text("First")}))
            got = fill_fast(registry, 100000)
        finally:
            registry.stop()
        registry = Registry(self.o.binary, data=data).wait()
        try:
            must(call(registry.port, "GET", "/schemas/ids/1"))
            cold = rss_mib(registry.pid)
            Load(registry, 32, 3, f"{WRK}/get.lua", 100000)
            self.table.figure("RSS", f"resident memory, {got} schemas, after start", cold, "MiB", 24)
            self.table.figure("RSS", "the same after random reads (24 + 64 of caches)", rss_mib(registry.pid), "MiB", 88)
        finally:
            registry.stop()
        self.starts(data, f"{got} schemas")

    # ---- long lists --------------------------------------------------------------------------------------

    def scale(self):
        registry = Registry(self.o.binary, data=os.path.join(self.folder.name, "scale")).wait()
        try:
            scale.run(self.table, registry)
        finally:
            registry.stop()

    # ---- engines -----------------------------------------------------------------------------------------

    def figure(self, command, word=None, **options):
        """The first number a program prints, or the one behind `word`; microseconds or nanoseconds as it says."""
        out = subprocess.run(
            command, capture_output=True, text=True, check=True, preexec_fn=pinned(SERVER_CPU), **options
        ).stdout
        if word:
            out = out[out.index(word) + len(word):]
        return float(out.split()[0])

    def program(self, name):
        return os.path.join(self.o.build, "bench", name)

    def against(self, name, what, goal, ours, peers_, count=3):
        """Peers / ours, each peer in turn with our own program."""
        for label, make in peers_:
            try:
                theirs = make()
            except peers.Missing as why:
                self.table.note(f"{name} {label} skipped: {why}")
                continue
            other, own = rounds(count, theirs, ours)
            self.table.row(name, f"{what}, {label} / ours", Ratio(other, own), goal, False)
            self.table.note(f"{name} {label} {statistics.median(other):.1f}, ours {statistics.median(own):.1f}")

    def avro(self):
        def java():
            command = peers.avro_java()
            return lambda: self.figure(command)

        self.against("AVRO", "compatibility check of 50 fields (ns)", 20,
                     lambda: self.figure([self.program("avro_compat")]), [("Java Avro", java)])

    def json(self):
        schema, event = (os.path.join(HERE, "data", n) for n in ("event.schema.json", "event.json"))
        old, new = (os.path.join(self.folder.name, n) for n in ("old.json", "new.json"))
        subprocess.run([self.program("jsonschema_compat"), old, new], check=True)

        def ajv():
            command = ["node", os.path.join(HERE, "peers", "jsonschema_ajv.mjs"), schema, event]
            folder = peers.node_folder()
            return lambda: self.figure(command, "validate", cwd=folder)

        def rust():
            command = [*peers.jsonschema_rust(), schema, event]
            return lambda: self.figure(command, "validate")

        def subschema():
            command = [peers.python(), os.path.join(HERE, "peers", "jsonschema_subschema.py"), old, new]
            return lambda: self.figure(command)

        self.against("JSON", "1 KB event, 30 properties, compiled (ns)", 2,
                     lambda: self.figure([self.program("jsonschema_validate"), schema, event], "validate"),
                     [("ajv", ajv), ("Rust jsonschema", rust)])
        self.against("JSON", "compatibility of 100 properties (us)", 20,
                     lambda: self.figure([self.program("jsonschema_compat")]),
                     [("Python jsonsubschema", subschema)], 2)

    def protobuf(self):
        proto = os.path.join(self.folder.name, "lines.proto")
        subprocess.run([self.program("protobuf_parse"), proto], check=True)

        def protoc():
            command = [*peers.protobuf_protoc(), proto]
            return lambda: self.figure(command)

        def go():
            command = [*peers.protobuf_go(), proto]
            return lambda: self.figure(command)

        def js():
            command = ["node", os.path.join(HERE, "peers", "protobuf_js.mjs"), proto]
            folder = peers.node_folder()
            return lambda: self.figure(command, cwd=folder)

        everyone = [("protoc", protoc), ("Go protocompile", go), ("protobufjs", js)]
        self.against("PROTO", "parse of 1000 lines (us)", 5,
                     lambda: self.figure([self.program("protobuf_parse")], "parse_us"), everyone)
        self.against("PROTO", "their parse / our check of two 200-message files (us)", 5,
                     lambda: self.figure([self.program("protobuf_parse")], "compat_us"), everyone[:2], 2)

    # ---- the C client ------------------------------------------------------------------------------------

    def client(self):
        """Our own program a few times, then the same record through the other languages' serializers."""
        runs = [self.lines([self.program("client_avro")]) for _ in range(3)]
        ours = {name: min(run[name] for run in runs) for name in runs[0]}

        def ratio(a, b):
            return Ratio([run[a] for run in runs], [run[b] for run in runs])

        table = self.table
        table.figure("C", "client: schema, framing and cache of one message (ns)", ours["raw-write"], "", 30)
        table.figure("C", "client: wire prefix read (ns)", ours["wire-read"] - ours["loop"], "", 5)
        table.figure("C", "client: look-up of a cached id (ns)", ours["id-lookup"], "", 60)
        table.row("C", "Avro decode: avro-c's generic value / our visitor", ratio("avro-c-read", "visit"), 1.5, False)
        # avro-c frames nothing: what a frame takes is measured above and left out here.
        table.row("C", "Avro decode to a generic value: avro-c / ours", Ratio(
            [run["avro-c-read"] for run in runs],
            [run["avro-value-read"] - (run["visit"] - run["bare-visit"]) for run in runs]), 1.5, False)
        table.row("C", "Avro encode of a generic value: avro-c / ours", Ratio(
            [run["avro-c-write"] for run in runs],
            [run["avro-value-write"] - run["raw-write"] for run in runs]), 1.5, False)
        table.row("C", "Avro decode: ours to a visitor / by hand to the same", ratio("bare-visit", "hand-visit"), 1.5)
        table.row("C", "Avro decode: ours to a visitor / by hand into a struct", ratio("bare-visit", "hand-decode"), 1.5)
        table.note("C " + ", ".join(f"{name} {ns:.0f}" for name, ns in ours.items()))
        self.other_clients(ours)

    def lines(self, command, **options):
        out = subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout
        return {name: float(value) for name, value in (line.split() for line in out.splitlines())}

    def other_clients(self, ours):
        data = os.path.join(HERE, "data")
        descriptors = os.path.join(self.folder.name, "order.pb")
        subprocess.run(["protoc", "-I", data, f"--descriptor_set_out={descriptors}", "order.proto"], check=True)
        registry = Registry(self.o.binary).wait()
        rows = {"C": {**ours, "avro-write": ours["avro-value-write"], "avro-read": ours["avro-value-read"]},
                "C from JSON": {**ours, "avro-write": ours["encode"], "avro-read": ours["decode"]}}
        try:
            for name, make in (("Python", peers.client_python), ("JavaScript", peers.client_js), ("Go", peers.client_go)):
                try:
                    command, environment = make()
                    rows[name] = self.lines([*command, f"http://127.0.0.1:{registry.port}", data, descriptors],
                                            env={**os.environ, **environment})
                except (peers.Missing, subprocess.CalledProcessError) as why:
                    self.table.note(f"C {name} skipped: {getattr(why, 'stderr', None) or why}"[:300])
        finally:
            registry.stop()
        self.table.note(f"{'one message, ns':18}" + "".join(f"{name:>12}" for name in rows))
        for what in ("avro-write", "avro-read", "json-write", "json-read", "proto-write", "proto-read"):
            self.table.note(f"{what:18}" + "".join(
                f"{row[what]:12.0f}" if what in row else f"{'-':>12}" for row in rows.values()))

    def run(self):
        sections = [
            ("S1", self.hot_get),
            ("S5", self.known),
            ("S6", self.new),
            ("S10", self.long_check),
            ("START", self.sizes),
            ("SCALE", self.scale),
            ("AVRO", self.avro),
            ("JSON", self.json),
            ("PROTO", self.protobuf),
            ("C", self.client),
        ]
        for name, section in sections:
            if self.wants(name):
                section()
        self.folder.cleanup()
        print(f"{self.table.missed} goals missed")
        return 1 if self.table.missed and self.o.strict else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("build")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--only", type=lambda text: set(text.split(",")))
    os.sched_setaffinity(0, {LOAD_CPU})
    return Bench(parser.parse_args()).run()


if __name__ == "__main__":
    sys.exit(main())
