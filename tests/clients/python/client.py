"""The PyPI client `confluent-kafka` as a worker of the client matrix.

Reads one JSON request per line on standard input, answers one JSON line each; the protocol and the
meaning of every field are in ../README.md. Nothing of the serializers is replaced: schemas are
registered, framed, fetched and resolved by the package.
"""

import base64
import datetime
import importlib.metadata
import json
import os
import pathlib
import sys

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.schema_registry import (
    Schema, SchemaReference, SchemaRegistryClient, header_schema_id_serializer)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.schema_registry.rule_registry import RuleRegistry
from confluent_kafka.schema_registry.rules.encryption.encrypt_executor import (
    Clock, FieldEncryptionExecutor)
from confluent_kafka.schema_registry.rules.encryption.hcvault.hcvault_driver import HcVaultKmsDriver
from confluent_kafka.schema_registry.rules.encryption.localkms.local_driver import LocalKmsDriver
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

import admin

SCHEMAS = pathlib.Path(os.environ["SCHEMAS"])
DESCRIPTORS = pathlib.Path(os.environ["DESCRIPTORS"])
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
WAIT_S = 30

HELLO = {
    "client": "python",
    "package": "confluent-kafka " + importlib.metadata.version("confluent-kafka"),
    "formats": {
        "avro": {"register": "auto", "new": "reader", "old": "reader"},
        "json": {"register": "auto", "new": "writer", "old": "writer"},
        "protobuf": {"register": "auto", "new": "reader", "old": "reader"},
    },
    "inferred": [],
    "header": ["avro", "json", "protobuf"],
    "references": ["avro", "json"],
    "pinned": ["avro"],
    "admin": True,
    "encrypted": ["avro", "json"],
}


# ---- transports: a Kafka topic, or a file of frames ------------------------------------------------
class FileTransport:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def send(self, topic, frames):
        with open(self.folder / f"{topic}.jsonl", "a", encoding="utf-8") as out:
            for value, headers in frames:
                out.write(json.dumps({
                    "value": base64.b64encode(value).decode(),
                    "headers": [[k, base64.b64encode(v).decode()] for k, v in headers],
                }) + "\n")

    def receive(self, topic, count):
        with open(self.folder / f"{topic}.jsonl", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        return [(base64.b64decode(row["value"]),
                 [(k, base64.b64decode(v)) for k, v in row["headers"]]) for row in rows[:count]]


class KafkaTransport:
    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 0})

    def send(self, topic, frames):
        failures = []
        for value, headers in frames:
            self.producer.produce(topic, value=value, headers=headers, partition=0,
                                  on_delivery=lambda err, _: err and failures.append(str(err)))
        if self.producer.flush(WAIT_S):
            raise RuntimeError("the broker did not take every record in time")
        if failures:
            raise RuntimeError(failures[0])

    def receive(self, topic, count):
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "matrix-python",
                             "enable.auto.commit": False, "auto.offset.reset": "earliest",
                             "fetch.wait.max.ms": 50})
        try:
            consumer.assign([TopicPartition(topic, 0, 0)])
            frames = []
            while len(frames) < count:
                batch = consumer.consume(count - len(frames), WAIT_S)
                if not batch:
                    raise RuntimeError(f"{len(frames)} of {count} records arrived in time")
                for message in batch:
                    if message.error():
                        raise RuntimeError(str(message.error()))
                    frames.append((message.value(), message.headers() or []))
            return frames
        finally:
            consumer.close()


def transport():
    if os.environ.get("BOOTSTRAP"):
        return KafkaTransport(os.environ["BOOTSTRAP"])
    return FileTransport(os.environ["FRAMES"])


# ---- records: JSON in the protocol, Python values in the serializers -------------------------------
def from_wire_form(record):
    return {k: base64.b64decode(v) if k == "payload" else v for k, v in record.items()}


def to_wire_form(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return (value - EPOCH) // datetime.timedelta(milliseconds=1)
    if isinstance(value, dict):
        return {k: to_wire_form(v) for k, v in value.items()}
    if isinstance(value, list):
        return [to_wire_form(v) for v in value]
    return value


def message_class(variant):
    files = descriptor_pb2.FileDescriptorSet.FromString(
        (DESCRIPTORS / f"{variant}.pb").read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("shop.Shop.Order"))


def text(fmt, variant):
    suffix = {"avro": "avsc", "json": "json"}[fmt]
    return (SCHEMAS / fmt / f"{variant}.{suffix}").read_text(encoding="utf-8")


# ---- field encryption ------------------------------------------------------------------------------
class Later(Clock):
    """The executor's clock, some days ahead: deks expire."""

    def __init__(self, days):
        self.ms = days * 86400000

    def now(self):
        return super().now() + self.ms


def rules(req):
    """Arguments of a serializer that runs encryption rules: `encrypted` of the request gives the rules'
    configuration and how many days ahead its clock is."""
    if "encrypted" not in req:
        return {}
    registry = RuleRegistry()
    registry.register_executor(FieldEncryptionExecutor(Later(req["encrypted"]["days"])))
    return {"rule_conf": req["encrypted"]["conf"], "rule_registry": registry}


# ---- the package's serializers -----------------------------------------------------------------
def given_schema(req):
    references = [SchemaReference(r["name"], r["subject"], r["version"])
                  for r in req.get("references", [])]
    return Schema(text(req["format"], req["schema"]), req["format"].upper(), references)


def serializer(client, req, conf):
    if req["format"] == "avro":
        given = None if "pinned" in req or "encrypted" in req else given_schema(req)
        inner = AvroSerializer(client, given, conf=conf, **rules(req))
        return lambda record, ctx: inner(from_wire_form(record), ctx)
    if req["format"] == "json":
        given = None if "encrypted" in req else given_schema(req)
        return JSONSerializer(given, client, conf=conf, **rules(req))
    cls = message_class(req["schema"])
    inner = ProtobufSerializer(cls, client, conf)
    return lambda record, ctx: inner(json_format.ParseDict(record, cls()), ctx)


def deserializer(client, req, variant):
    fmt, pinned = req["format"], req.get("pinned")
    if fmt == "avro":
        own = text(fmt, variant) if variant and not pinned else None
        inner = AvroDeserializer(client, own, conf={"use.latest.with.metadata": pinned},
                                 **rules(req))
        return lambda data, ctx: to_wire_form(inner(data, ctx))
    if fmt == "json":
        # Without a schema of its own it validates against the writer's, fetched by id.
        return JSONDeserializer(None, schema_registry_client=client, **rules(req))
    inner = ProtobufDeserializer(message_class(variant or "v1"), {}, client)
    return lambda data, ctx: json_format.MessageToDict(
        inner(data, ctx), always_print_fields_with_no_presence=True,
        preserving_proto_field_name=True)


def produce(req, wire):
    client = SchemaRegistryClient({"url": os.environ["REGISTRY_URL"]})
    is_given = not any(req.get(how) for how in ("lookup", "pinned", "encrypted"))
    conf = {"auto.register.schemas": is_given, "use.latest.version": "encrypted" in req,
            "use.latest.with.metadata": req.get("pinned")}
    if req["format"] == "protobuf":
        conf["normalize.schemas"] = True  # see README.md, "Where a client cannot follow"
    if req.get("header"):
        conf["schema.id.serializer"] = header_schema_id_serializer
    serialize = serializer(client, req, conf)
    frames = []
    for record in req["records"]:
        ctx = SerializationContext(req["topic"], MessageField.VALUE, [])
        value = serialize(record, ctx)
        frames.append((value, list(ctx.headers or [])))
    wire.send(req["topic"], frames)
    return {"first": base64.b64encode(frames[0][0]).decode(),
            "frames": [base64.b64encode(value).decode() for value, _ in frames]}


def consume(req, wire):
    client = SchemaRegistryClient({"url": os.environ["REGISTRY_URL"]})
    frames = wire.receive(req["topic"], req["count"])
    results = []
    for variant in req["readers"]:
        deserialize = deserializer(client, req, variant)
        results.append([
            deserialize(value, SerializationContext(req["topic"], MessageField.VALUE, headers))
            for value, headers in frames])
    return {"results": results}


def administer(req):
    client = SchemaRegistryClient({"url": os.environ["REGISTRY_URL"]})
    rows = []
    try:
        for row in admin.checks(client, req["subject"]):
            rows.append(row)
    except Exception as err:  # the rows until then count too
        last = rows[-1]["name"] if rows else "the start"
        rows.append({"name": f"the call after {last}", "got": str(err), "wanted": None})
    return {"checks": rows}


def failure(err):
    cause = err
    while cause is not None and not isinstance(cause, SchemaRegistryError):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return {"message": f"{type(err).__name__}: {err}"}
    return {"message": cause.error_message, "status": cause.http_status_code,
            "code": cause.error_code}


def main():
    LocalKmsDriver.register()
    HcVaultKmsDriver.register()
    wire = transport()
    ops = {"hello": lambda req: HELLO, "produce": lambda req: produce(req, wire),
           "consume": lambda req: consume(req, wire), "admin": administer}
    for line in sys.stdin:
        req = json.loads(line)
        try:
            answer = {"ok": True, **ops[req["op"]](req)}
        except Exception as err:  # every failure is an answer; the driver judges it
            answer = {"ok": False, "error": failure(err)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
