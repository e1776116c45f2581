#!/usr/bin/env python3
"""Time to verdict: `schemata check` beside the checkers that people install, from the start of the process to
its end, on the same two schemas; and the time from start to first byte.

verdict.py BINARY [--rounds N]

Each format has one pair of schemas with a change that breaks readers; every program must say so with exit status
1 (buf: 100). One processor, everything in turn, the first round thrown away. Printed as the table of the README:
the median time and the range, and the median processor time, which other work on the machine does not change. A
peer that cannot be installed is named with the reason."""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peers  # noqa: E402
from harness import LOAD_CPU, pinned  # noqa: E402

FIELDS = 50
FIRST_BYTE_MS = 10


def avro(is_new):
    fields = [{"name": f"field_{i}", "type": ["null", "string"], "default": None} for i in range(FIELDS)]
    if is_new:
        fields.append({"name": "added", "type": "string"})
    return json.dumps({"type": "record", "name": "Order", "namespace": "shop", "fields": fields}, indent=2)


def protobuf(is_new):
    fields = "".join(f"  {'int64' if is_new and i == 7 else 'string'} field_{i} = {i + 1};\n" for i in range(FIELDS))
    return f'syntax = "proto3";\npackage shop;\nmessage Order {{\n{fields}}}\n'


def jsonschema(is_new):
    properties = {f"field_{i}": {"type": "integer" if is_new and i == 7 else "string"} for i in range(FIELDS)}
    return json.dumps({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": properties, "additionalProperties": False}, indent=2)


def java():
    jar = peers.avro_java()[-1]
    return ["java", "-cp", jar, "AvroCheck"]


def script(name):
    return [peers.python(), os.path.join(peers.PEERS, name)]


def buf_launcher():
    return [os.path.join(peers.buf_folder(), "node_modules", ".bin", "buf")]


def buf_program():
    folder = os.path.join(peers.buf_folder(), "node_modules", "@bufbuild")
    found = [n for n in os.listdir(folder) if n.startswith("buf-")]
    return [os.path.join(folder, found[0], "bin", "buf")]


def prepare(folder, make, name):
    """old/NAME and new/NAME."""
    for side, is_new in (("old", False), ("new", True)):
        os.makedirs(os.path.join(folder, side), exist_ok=True)
        with open(os.path.join(folder, side, name), "w", encoding="utf-8") as file:
            file.write(make(is_new))


def ours(binary, name):
    return [binary, "check", f"new/{name}", "--against", f"old/{name}", "-l", "BACKWARD", "-q"]


def contenders(binary):
    """(format, program, wanted exit status, command or a function that may raise Missing)"""
    files = {"Avro": "order.avsc", "Protobuf": "order.proto", "JSON Schema": "order.schema.json"}
    two = lambda name: [f"old/{name}", f"new/{name}"]  # noqa: E731
    for format_, name in files.items():
        yield format_, "`schemata check`", 1, lambda name=name: ours(binary, name)
        if format_ == "Avro":
            yield format_, "Java, `org.apache.avro` SchemaCompatibility", 1, lambda name=name: java() + two(name)
            yield format_, "Python, `avro` compatibility checker", 1, lambda name=name: script("avro_check.py") + two(name)
        if format_ == "Protobuf":
            breaking = ["breaking", "new", "--against", "old"]
            yield format_, "`buf breaking`, as npm installs it", 100, lambda: buf_launcher() + breaking
            yield format_, "`buf breaking`, its binary alone", 100, lambda: buf_program() + breaking
        if format_ == "JSON Schema":
            yield format_, "Python, `jsonsubschema`", 1, lambda name=name: script("jsonschema_check.py") + two(name)


def timed(command, folder, wanted):
    """Milliseconds by the clock and of the processor, children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, preexec_fn=pinned(LOAD_CPU), timeout=120, check=False)
    took = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != wanted:
        raise RuntimeError(f"{command}: status {done.returncode}, not {wanted}: {done.stdout[-300:]} {done.stderr[-300:]}")
    return 1000 * took, 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def first_byte(command, folder):
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, preexec_fn=pinned(LOAD_CPU))
    process.stdout.read(1)
    took = time.perf_counter() - start
    process.stdout.read()
    process.wait()
    return 1000 * took


def measure(binary, rounds, folder):
    prepare(folder, avro, "order.avsc")
    prepare(folder, protobuf, "order.proto")
    prepare(folder, jsonschema, "order.schema.json")
    rows = []
    for format_, program, wanted, make in contenders(binary):
        try:
            rows.append((format_, program, wanted, make(), []))
        except peers.Missing as why:
            print(f"left out: {program}: {why}", file=sys.stderr)
    for number in range(rounds + 1):
        for _, _, wanted, command, times in rows:
            took = timed(command, folder, wanted)
            if number:
                times.append(took)
    starts = {}
    for name, command in (("`schemata version`", [binary, "version"]), ("`schemata check`", ours(binary, "order.avsc"))):
        starts[name] = [first_byte(command, folder) for _ in range(10 * rounds)][rounds:]
    return rows, starts


def show(rows, starts):
    cpu = {(f, p): statistics.median(t[1] for t in times) for f, p, _, _, times in rows}
    print("| format | program | time to verdict | processor time | against ours |\n|---|---|---|---|---|")
    for format_, program, _, _, times in rows:
        wall = [t[0] for t in times]
        ratio = "" if program == "`schemata check`" else f"{cpu[format_, program] / cpu[format_, '`schemata check`']:.0f} ×"
        print(
            f"| {format_} | {program} | {statistics.median(wall):.1f} ms ({min(wall):.1f} to {max(wall):.1f}) "
            f"| {cpu[format_, program]:.1f} ms | {ratio} |"
        )
    print()
    slow = 0
    for name, times in starts.items():
        median = statistics.median(times)
        slow += median > FIRST_BYTE_MS
        print(f"start to first byte, {name}: {median:.1f} ms, at best {min(times):.1f} ms (goal: {FIRST_BYTE_MS} ms)")
    return slow


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("binary")
    p.add_argument("--rounds", type=int, default=10)
    args = p.parse_args()
    with tempfile.TemporaryDirectory(prefix="schemata-verdict-") as folder:
        rows, starts = measure(os.path.abspath(args.binary), args.rounds, folder)
    return show(rows, starts) != 0


if __name__ == "__main__":
    sys.exit(main())
