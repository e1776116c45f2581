"""The examples with librdkafka, against its mock cluster and a real registry: what goes in comes out, in the reader's
shape, with ids in front or in headers, and an event loop that never stands still."""

import http.client
import json
import os
import subprocess
import time

from tests.client.stub import Stub, answer
from tests.support.server import Server

EXAMPLES = os.path.join("clients", "examples")
OLD = {"type": "record", "name": "Order", "fields": [{"name": "id", "type": "int"}, {"name": "gone", "type": "string"}]}
NEW = {"type": "record", "name": "Order", "fields": [{"name": "id", "type": "long"},
                                                     {"name": "region", "type": "string", "default": "eu"}]}
PROTO = 'syntax = "proto3";\nmessage Other { int32 x = 1; }\nmessage Order { int32 id = 1; string region = 2; }\n'
SHAPE = {"title": "Order", "type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}


class Broker:
    def __init__(self, kit):
        self.program = build(kit, os.path.join("tests", "client", "broker.c"), "broker")

    def __enter__(self):
        self.process = subprocess.Popen([self.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.address = self.process.stdout.readline().strip()
        return self.address

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.process.stdout.close()


def build(kit, source, name):
    system = {k: v for k, v in kit.environment.items() if not k.startswith("PKG_CONFIG")}
    rdkafka = kit.must(["pkg-config", "--cflags", "--libs", "rdkafka"], env=system).split()
    return kit.compile(source, name, *rdkafka)


def lines(messages):
    return "".join(json.dumps(message) + "\n" for message in messages)


def write(kit, name, content):
    path = os.path.join(kit.scratch, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(content if isinstance(content, str) else json.dumps(content))
    return path


def examples(kit, brokers, registry):
    producer, consumer, loop = (build(kit, os.path.join(EXAMPLES, name + ".c"), name)
                                for name in ("producer", "consumer", "event_loop"))
    environment = {**kit.environment, "SCHEMA_REGISTRY_URL": registry}

    def produce(topic, schema, messages, **more):
        done = kit.run([producer, brokers, topic, schema], env={**environment, **more}, input=lines(messages))
        kit.check(f"produce to {topic}", done.returncode == 0, done.stderr)

    def consume(topic, *reader):
        done = kit.run([consumer, brokers, topic, *reader], env=environment)
        kit.check(f"consume {topic}", done.returncode == 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    old, new = write(kit, "old.avsc", OLD), write(kit, "new.avsc", NEW)
    sent = [{"id": i, "gone": "x" * i} for i in range(50)]
    produce("topic0", old, sent)
    kit.check("Avro, as it was written", consume("topic0") == sent, consume("topic0")[:2])
    want = [{"id": i, "region": "eu"} for i in range(50)]
    kit.check("Avro, with a newer reader schema", consume("topic0", new) == want, consume("topic0", new)[:2])

    sent = [{"id": i, "region": "us"} for i in range(1, 20)]
    produce("topic1", write(kit, "order.proto", PROTO.replace("message Other { int32 x = 1; }\n", "")), sent)
    kit.check("Protobuf", consume("topic1") == sent, consume("topic1")[:2])
    produce("topic2", write(kit, "order.schema.json", SHAPE), sent)
    kit.check("JSON Schema", consume("topic2") == sent, consume("topic2")[:2])
    produce("topic3", old, [{"id": 1, "gone": ""}], SCHEMATA_SCHEMA_ID_SERIALIZER="header")
    kit.check("id in a header", consume("topic3") == [{"id": 1, "gone": ""}], consume("topic3"))

    done = kit.run([producer, brokers, "topic4", old], env=environment, input='{"id":"x"}\n{"id":1,"gone":""}\n')
    kit.check("a bad message is refused by name", done.returncode == 1 and "id" in done.stderr, done.stderr)
    kit.check("and the next one goes on", consume("topic4") == [{"id": 1, "gone": ""}], consume("topic4"))
    return loop, environment


def event_loop(kit, brokers, registry, loop, environment):
    """The registry takes half a second for each schema: the loop's turns stay short."""
    def slow(connection, request):
        time.sleep(0.5)
        host = registry.removeprefix("http://")
        upstream = http.client.HTTPConnection(host, timeout=10)
        upstream.request(request.method, request.target, request.body or None)
        got = upstream.getresponse()
        return answer(got.status, got.read())(connection, request)

    with Stub({"/": slow}) as stub:
        done = kit.run([loop, brokers, "topic0"], env={**environment, "SCHEMA_REGISTRY_URL": stub.url})
    got = [json.loads(line) for line in done.stdout.splitlines()]
    kit.check("the loop prints every message", len(got) == 50 and done.returncode == 0, done.stderr)
    words = done.stderr.split()
    kit.check("which waited for their schema", words and int(words[words.index("messages") - 1]) > 0, done.stderr)
    longest = float(words[words.index("longest") + 1]) if "longest" in words else 1e9
    kit.check("while no turn of the loop did", longest < 200, done.stderr)
    print("event loop beside a registry of 500 ms an answer: " + done.stderr.strip().splitlines()[-1])


def run(kit):
    with Server(kit.binary) as server, Broker(kit) as brokers:
        registry = f"http://127.0.0.1:{server.port}"
        loop, environment = examples(kit, brokers, registry)
        event_loop(kit, brokers, registry, loop, environment)
