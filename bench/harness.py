"""What the benchmarks share: pinned processes, processor time, wrk, nginx, medians of pairs.

Rules: servers on processor 0, load on processor 1; everything started once, then short rounds in turn
A B A B …; the first round is thrown away; what is reported is the median of the pairwise ratios with
its range. Processor time is utime + stime of the server's processes. Loopback only."""

import http.client
import os
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import time

TICK = os.sysconf("SC_CLK_TCK")
PROCESSORS = sorted(os.sched_getaffinity(0))
SERVER_CPU, LOAD_CPU = PROCESSORS[0], PROCESSORS[-1]


def pinned(cpu):
    return lambda: os.sched_setaffinity(0, {cpu})


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def cpu_seconds(pid):
    total = 0
    for each in [pid, *children(pid)]:
        with open(f"/proc/{each}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def rss_mib(pid):
    total = 0
    for each in [pid, *children(pid)]:
        with open(f"/proc/{each}/status", encoding="ascii") as file:
            total += int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))
    return total / 1024


class Process:
    """A server pinned to SERVER_CPU, stopped by its own pid."""

    def __init__(self, command, cpu=SERVER_CPU, log=subprocess.DEVNULL):
        self.started = time.perf_counter()
        self.handle = subprocess.Popen(
            command, stdout=log, stderr=log, preexec_fn=pinned(cpu) if cpu is not None else None
        )
        self.pid = self.handle.pid

    def stop(self):
        if self.handle.poll() is None:
            self.handle.send_signal(signal.SIGTERM)
            try:
                self.handle.wait(20)
            except subprocess.TimeoutExpired:
                self.handle.kill()
                self.handle.wait()


class Nginx(Process):
    """`return 200` with a given body for everything; one worker."""

    def __init__(self, port, body, folder):
        self.folder = folder
        self.port = port
        conf = os.path.join(folder, "nginx.conf")
        escaped = body.replace("\\", "\\\\").replace("'", "\\'").replace("$", "${dollar}")
        with open(conf, "w", encoding="utf-8") as file:
            file.write(
                f"""daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_requests 100000000; client_body_buffer_size 64k;
    client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    geo $dollar {{ default "$"; }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        default_type application/vnd.schemaregistry.v1+json;
        location / {{ return 200 '{escaped}'; }}
    }}
}}
"""
            )
        binary = shutil.which("nginx") or "/usr/sbin/nginx"
        super().__init__([binary, "-c", conf, "-p", folder])


class Registry(Process):
    """The product on a free port."""

    def __init__(self, binary, *args, data=None):
        self.folder = tempfile.TemporaryDirectory(prefix="schemata-bench-")
        self.port_file = os.path.join(self.folder.name, "port")
        where = ["--data", data] if data else ["--ephemeral"]
        super().__init__(
            [binary, "serve", "--listen", "127.0.0.1:0", "--port-file", self.port_file, *where, *args]
        )
        self.port = None

    def wait(self):
        deadline = time.monotonic() + 30
        while not os.path.exists(self.port_file):
            if self.handle.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server did not start")
            time.sleep(0.001)
        with open(self.port_file, encoding="ascii") as file:
            self.port = int(file.read())
        return self

    def stop(self):
        super().stop()
        self.folder.cleanup()


def wait_for_200(port, path="/", seconds=10):
    deadline = time.monotonic() + seconds
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                connection.close()
                return
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise RuntimeError(f"nothing answers on port {port}")
        time.sleep(0.0005)


UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


class Load:
    """One run of wrk: rate, p99, processor time of the server per request."""

    def __init__(self, server, connections, seconds, script, *args, threads=1, path="/"):
        before = cpu_seconds(server.pid)
        command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script]
        out = subprocess.run(
            [*command, f"http://127.0.0.1:{server.port}{path}", "--", *map(str, args)],
            capture_output=True,
            text=True,
            check=True,
            preexec_fn=pinned(LOAD_CPU),
        ).stdout
        cpu = cpu_seconds(server.pid) - before
        self.requests = int(re.search(r"(\d+) requests in", out).group(1))
        self.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
        value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", out).groups()
        self.p99 = float(value) * UNITS[unit]
        self.cpu_us = cpu / max(self.requests, 1) * 1e6
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
        errors = re.search(r"Socket errors: .*", out)
        self.wrong = (int(bad.group(1)) if bad else 0, errors.group(0) if errors else "")
        if self.wrong[0]:
            raise RuntimeError(f"{self.wrong[0]} answers were not 200\n{out}")


class Ratio:
    """Median, lowest and highest of the pairwise ratios a/b."""

    def __init__(self, a, b):
        ratios = [x / y for x, y in zip(a, b) if y]
        self.median = statistics.median(ratios)
        self.low, self.high = min(ratios), max(ratios)


def rounds(count, *functions):
    """Calls the functions in turn, `count` rounds and one that is thrown away; lists per function."""
    results = [[function() for function in functions] for _ in range(count + 1)][1:]
    return [list(column) for column in zip(*results)]


class Table:
    """The one table: each line a ratio of one run beside its goal."""

    def __init__(self):
        self.missed = 0
        print(f"{'':4} {'what':58} {'ratio':>8} {'range':>15}  {'goal':>9}")

    def row(self, name, what, ratio, goal, at_most=True):
        met = ratio.median <= goal if at_most else ratio.median >= goal
        self.missed += not met
        sign = "<=" if at_most else ">="
        print(
            f"{name:4} {what:58} {ratio.median:8.2f} {ratio.low:7.2f}-{ratio.high:<7.2f}"
            f"  {sign} {goal:<6g} {'met' if met else 'MISSED'}",
            flush=True,
        )

    def figure(self, name, what, value, unit, goal=None):
        met = goal is None or value <= goal
        self.missed += not met
        tail = "" if goal is None else f"  <= {goal:<6g} {'met' if met else 'MISSED'}"
        print(f"{name:4} {what:58} {value:8.1f} {unit:>15}{tail}", flush=True)

    def note(self, text):
        print(f"     {text}", flush=True)
