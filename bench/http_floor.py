#!/usr/bin/env python3
"""What the HTTP toolkit alone costs, next to nginx `return 200` with the same bytes.

    python3 bench/http_floor.py PATH/TO/http_floor [rounds]      (`make bench` builds the program)

One inline GET of 575 bytes; the goals are those of the whole server, so what is left below them is
what the registry may cost on top. Method: harness.py."""

import os
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Load, Nginx, Process, Ratio, Table, pinned, rounds, wait_for_200, SERVER_CPU  # noqa: E402

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wrk", "get.lua")
BODY = '{"schema":"' + "x" * (575 - 13) + '"}'


class Floor(Process):
    """The program; it prints its port."""

    def __init__(self, program):
        self.handle = subprocess.Popen(
            [program, "1"], stdout=subprocess.PIPE, preexec_fn=pinned(SERVER_CPU)
        )
        self.pid = self.handle.pid
        self.port = int(self.handle.stdout.readline())


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def keep_idle(port, count):
    """Connections that have asked once and stay."""
    kept = []
    for _ in range(count):
        s = socket.create_connection(("127.0.0.1", port))
        s.sendall(b"GET /schemas/ids/1 HTTP/1.1\r\nHost: x\r\n\r\n")
        s.recv(4096)
        kept.append(s)
    return kept


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 8
    with tempfile.TemporaryDirectory(prefix="schemata-bench-") as folder:
        anchor, ours = Nginx(free_port(), BODY, folder), Floor(program)
        try:
            wait_for_200(anchor.port)
            compare(Table(), anchor, ours, count)
        finally:
            ours.stop()
            anchor.stop()


def compare(table, anchor, ours, count):
    def at(server, connections):
        return lambda: Load(server, connections, 1, SCRIPT, 1000)

    a, b = rounds(count, at(ours, 32), at(anchor, 32))
    table.row("S1", "CPU per request, 32 connections", Ratio([x.cpu_us for x in a], [x.cpu_us for x in b]), 1.10)
    table.row("S1", "requests per second", Ratio([x.rate for x in a], [x.rate for x in b]), 0.90, False)
    table.row("S1", "p99", Ratio([x.p99 for x in a], [x.p99 for x in b]), 1.50)
    a, b, few = rounds(count, at(ours, 128), at(ours, 256), at(ours, 32))
    rates = [x.rate for x in few]
    table.row("S2", "requests per second, 128 connections against 32", Ratio([x.rate for x in a], rates), 0.80, False)
    table.row("S2", "requests per second, 256 connections against 32", Ratio([x.rate for x in b], rates), 0.80, False)
    kept = keep_idle(anchor.port, 900) + keep_idle(ours.port, 900)
    a, b = rounds(count, at(ours, 8), at(anchor, 8))
    table.row("S3", "CPU per request, 900 idle and 8 active", Ratio([x.cpu_us for x in a], [x.cpu_us for x in b]), 1.15)
    for s in kept:
        s.close()


if __name__ == "__main__":
    main()
