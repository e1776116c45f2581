#!/usr/bin/env python3
"""Framed messages over brokers that know nothing of schemas: NATS and RabbitMQ, with Debian's servers and C clients.

run.py BINARY

Three formats, each there and back through the example programs of clients/examples; with NATS also with the id in a
header. The servers and their libraries are installed when they are missing."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, ROOT)
os.chdir(ROOT)
from tests.client.run import Kit  # noqa: E402
from tests.support.server import Server  # noqa: E402

PACKAGES = ["nats-server", "libnats-dev", "rabbitmq-server", "librabbitmq-dev"]
START_SECONDS = 90  # RabbitMQ takes its time
SCHEMAS = {
    "order.avsc": json.dumps({"type": "record", "name": "Order", "fields": [{"name": "id", "type": "int"},
                                                                           {"name": "region", "type": "string"}]}),
    "order.schema.json": json.dumps({"title": "Order", "type": "object", "required": ["id"],
                                     "properties": {"id": {"type": "integer"}, "region": {"type": "string"}}}),
    "order.proto": 'syntax = "proto3";\nmessage Order { int32 id = 1; string region = 2; }\n',
}
MESSAGES = [{"id": i, "region": "r" * (i % 7 + 1)} for i in range(1, 201)]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for(port, process):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return True
        except OSError:
            time.sleep(0.05)
    return False


class Broker:
    """A server process in the scratch folder, ended by its own pid."""

    def __init__(self, name, command, port, scratch, environment=None, after=None):
        self.name, self.command, self.port = name, command, port
        self.environment, self.after = environment, after
        self.log = open(os.path.join(scratch, name + ".log"), "a+", encoding="utf-8")

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT,
                                        env={**os.environ, **(self.environment or {})})
        if not wait_for(self.port, self.process):
            self.log.seek(0)
            raise SystemExit(f"{self.name} did not start:\n{self.log.read()[-3000:]}")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.after:
            subprocess.run(self.after, capture_output=True, timeout=20, env={**os.environ, **(self.environment or {})})
        self.log.close()


def nats(scratch):
    port = free_port()
    program = shutil.which("nats-server") or "/usr/sbin/nats-server"
    return Broker("nats", [program, "-a", "127.0.0.1", "-p", str(port)], port, scratch)


def rabbitmq(scratch):
    port, epmd = free_port(), free_port()
    folder = os.path.join(scratch, "rabbitmq-state")
    os.makedirs(folder)
    with open(os.path.join(folder, "plugins"), "w", encoding="ascii") as file:
        file.write("[].\n")
    with open(os.path.join(folder, "rabbitmq.conf"), "w", encoding="ascii") as file:
        file.write(f"listeners.tcp.1 = 127.0.0.1:{port}\nloopback_users = none\n")
    environment = {
        "HOME": folder, "ERL_EPMD_PORT": str(epmd), "ERL_EPMD_ADDRESS": "127.0.0.1", "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_NODENAME": f"schemata{os.getpid()}@localhost", "RABBITMQ_MNESIA_BASE": folder, "RABBITMQ_LOG_BASE": folder,
        "RABBITMQ_CONFIG_FILE": os.path.join(folder, "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": os.path.join(folder, "plugins"), "RABBITMQ_PID_FILE": os.path.join(folder, "pid"),
    }
    return Broker("rabbitmq", ["/usr/lib/rabbitmq/bin/rabbitmq-server"], port, scratch, environment, ["epmd", "-port", str(epmd), "-kill"])


def example(kit, name, *modules):
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", *modules], capture_output=True, text=True, check=True).stdout
    return kit.compile(os.path.join("clients", "examples", name + ".c"), name, *flags.split())


def round_trips(kit, program, where, registry, **more):
    sent = "".join(json.dumps(message) + "\n" for message in MESSAGES)
    for name, text in SCHEMAS.items():
        path = os.path.join(kit.scratch, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        topic = "topic-" + name.split(".")[-1] + "-" + "-".join(more).lower()
        environment = {**kit.environment, "SCHEMA_REGISTRY_URL": registry, **more}
        done = kit.run([program, str(where), topic, path], env=environment, input=sent)
        got = [json.loads(line) for line in done.stdout.splitlines()]
        what = f"{os.path.basename(program)}, {name} {' '.join(more)}"
        kit.check(what, done.returncode == 0 and got == MESSAGES, done.stderr[-500:] or got[:2])
        print(f"ok      {what}: {len(got)} messages" if got == MESSAGES else f"FAILED  {what}")


def main():
    binary = sys.argv[1]
    subprocess.run(["make", "--no-print-directory", "deps", "PACKAGES=" + " ".join(PACKAGES)], check=True)
    scratch = tempfile.mkdtemp(prefix="schemata-brokers-")
    try:
        kit = Kit(binary, scratch)
        kit.make("install-lib")
        with Server(kit.binary) as server:
            registry = f"http://127.0.0.1:{server.port}"
            with nats(scratch) as broker:
                program = example(kit, "nats", "libnats")
                round_trips(kit, program, f"nats://127.0.0.1:{broker.port}", registry)
                round_trips(kit, program, f"nats://127.0.0.1:{broker.port}", registry, SCHEMATA_SCHEMA_ID_SERIALIZER="header")
            with rabbitmq(scratch) as broker:
                round_trips(kit, example(kit, "rabbitmq", "librabbitmq"), broker.port, registry)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    for problem in kit.problems:
        print(problem)
    print(f"{kit.checks} checks, {len(kit.problems)} problems")
    return 1 if kit.problems or not kit.checks else 0


if __name__ == "__main__":
    sys.exit(main())
